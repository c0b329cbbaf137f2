//! A setting's days, and how far its positions swung to make them.

use crate::backtest::Market;
use crate::backtest::metrics::days::day_return;
use crate::backtest::tally::{Kept, Stay};

/// A setting over a stretch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Days {
    pub returns: Vec<f64>,
    /// Squared moves of the position from close to close, a day on average: its variance where nobody
    /// can tell up from down. Days that only saw small wins have less of it than a position without a
    /// stop will show one day.
    pub swing: f64,
}

/// Squared moves from close to close, summed up from the first bar.
pub struct Swings<'a> {
    market: Market<'a>,
    sums: Vec<f64>,
}

impl<'a> Swings<'a> {
    pub fn of(market: Market<'a>) -> Self {
        let closes = market.closes();
        let mut sum = 0.0;
        let mut sums = vec![0.0];
        sums.extend(closes.windows(2).map(|pair| {
            sum += square(pair[0], pair[1]);
            sum
        }));
        Self { market, sums }
    }

    /// `size`: part of equity in a position, at most.
    pub fn days(&self, kept: &Kept, (cash, size): (f64, f64)) -> Days {
        let mut before = cash;
        let returns: Vec<f64> =
            kept.equity.iter().map(|e| day_return(&mut before, *e).unwrap_or(0.0)).collect();
        let swing: f64 = kept.stays.iter().map(|stay| self.swing(stay)).sum();
        Days { swing: size * size * swing / (returns.len().max(1) as f64), returns }
    }

    /// From the entry over the closes in between to the exit.
    fn swing(&self, stay: &Stay) -> f64 {
        let (ts, closes) = (self.market.ts(), self.market.closes());
        let row = |at| ts.partition_point(|ts| *ts < at).min(closes.len() - 1);
        let (from, to) = (row(stay.from), row(stay.to));
        if to <= from {
            return square(stay.entry, stay.exit);
        }
        let between = self.sums[to - 1] - self.sums[from];
        square(stay.entry, closes[from]) + between + square(closes[to - 1], stay.exit)
    }
}

fn square(from: f64, to: f64) -> f64 {
    let step = libm::log(to / from);
    step * step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ts;

    #[test]
    fn a_swing_goes_from_entry_over_closes_to_exit() {
        let ts: Vec<Ts> = (0..4).map(|n| Ts(n * 300_000_000)).collect();
        let e = |power: f64| libm::exp(power);
        let closes = [e(0.0), e(0.1), e(0.3), e(0.0)];
        let volume = [1.0; 4];
        let columns = crate::market::Columns {
            ts: ts.clone(),
            open: closes.into(),
            high: closes.into(),
            low: closes.into(),
            close: closes.into(),
            volume: volume.into(),
            extra: std::collections::BTreeMap::new(),
        };
        let bars =
            crate::market::Bars::new("X".parse().unwrap(), crate::market::Timeframe::M5, columns)
                .unwrap();
        let swings = Swings::of(Market::of(&bars));
        let stay = |from: usize, to: usize, entry: f64, exit: f64| Stay {
            from: ts[from],
            to: ts[to],
            entry: e(entry),
            exit: e(exit),
        };
        let near = |stay: Stay, expected: f64| {
            let found = swings.swing(&stay);
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        };
        // 0.2 within one bar; 0.1 to the first close, 0.2 to the next, 0.5 down to the exit.
        near(stay(1, 1, 0.1, 0.3), 0.04);
        near(stay(1, 3, 0.0, -0.2), 0.01 + 0.04 + 0.25);
        let kept =
            Kept { net: vec![1.0], equity: vec![100.0, 110.0], stays: vec![stay(1, 1, 0.1, 0.3)] };
        let days = swings.days(&kept, (100.0, 0.5));
        assert!(days.returns[0] == 0.0 && (days.returns[1] - 0.1).abs() < 1e-12);
        assert!((days.swing - 0.25 * 0.04 / 2.0).abs() < 1e-12);
    }
}
