//! How much of the time, and of the equity, was in the market.

use serde::Serialize;

use super::ratio;

/// Seen at each bar's close: a position that is opened and closed inside one bar is not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exposure {
    /// The part of the bars at whose close a position is open.
    pub time_in_market: Option<f64>,
    /// Mean of `positions' value without sign / equity` over all bars of positive equity, those
    /// without a position too.
    pub mean_leverage: Option<f64>,
    pub max_leverage: Option<f64>,
    /// Over bars.
    pub mean_equity_cash: Option<f64>,
}

/// Sums kept apart, so that none waits for the one before it: two vectors of each.
const LANES: usize = 4;

#[derive(Default)]
struct Sums {
    equity: [f64; LANES],
    leverage: [f64; LANES],
    highest: [f64; LANES],
    /// Counts, as numbers of the kind that is summed beside them.
    open: [f64; LANES],
    solvent: [f64; LANES],
}

impl Exposure {
    pub fn new(equity: &[f64], exposure: &[f64]) -> Self {
        let mut sums = Sums::default();
        let (equities, few) = equity.as_chunks::<LANES>();
        let (exposures, few_exposures) = exposure.as_chunks::<LANES>();
        for (e, x) in equities.iter().zip(exposures) {
            sums.add(e, x);
        }
        // Equity zero counts nowhere.
        let (mut e, mut x) = ([0.0; LANES], [0.0; LANES]);
        e[..few.len()].copy_from_slice(few);
        x[..few.len()].copy_from_slice(few_exposures);
        sums.add(&e, &x);
        let n = equity.len() as f64;
        let solvent = total(&sums.solvent);
        let highest = sums.highest.into_iter().fold(0.0, f64::max);
        Self {
            time_in_market: ratio(total(&sums.open), n),
            mean_leverage: ratio(total(&sums.leverage), solvent),
            max_leverage: (solvent > 0.0).then_some(highest),
            mean_equity_cash: ratio(total(&sums.equity), n),
        }
    }
}

impl Sums {
    fn add(&mut self, equity: &[f64; LANES], exposure: &[f64; LANES]) {
        for lane in 0..LANES {
            // Divided first and chosen then: no branch, so the lanes stay together.
            let quotient = exposure[lane] / equity[lane];
            let is_solvent = equity[lane] > 0.0;
            let leverage = if is_solvent { quotient } else { 0.0 };
            let highest = self.highest[lane];
            self.equity[lane] += equity[lane];
            self.solvent[lane] += if is_solvent { 1.0 } else { 0.0 };
            self.leverage[lane] += leverage;
            self.highest[lane] = if leverage > highest { leverage } else { highest };
            self.open[lane] += if exposure[lane] > 0.0 { 1.0 } else { 0.0 };
        }
    }
}

fn total(sums: &[f64; LANES]) -> f64 {
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_bars_by_hand() {
        let found =
            Exposure::new(&[100.0, 200.0, 50.0, 100.0, 150.0], &[0.0, 100.0, 100.0, 0.0, 0.0]);
        assert_eq!(found.time_in_market, Some(0.4));
        assert_eq!(found.mean_leverage, Some(0.5));
        assert_eq!(found.max_leverage, Some(2.0));
        assert_eq!(found.mean_equity_cash, Some(120.0));
    }

    #[test]
    fn bars_without_equity_have_no_leverage() {
        let found = Exposure::new(&[100.0, 0.0, -50.0], &[50.0, 50.0, 50.0]);
        assert_eq!((found.mean_leverage, found.max_leverage), (Some(0.5), Some(0.5)));
        assert_eq!(found.time_in_market, Some(1.0));
        let gone = Exposure::new(&[0.0], &[1.0]);
        assert_eq!((gone.mean_leverage, gone.max_leverage), (None, None));
        assert_eq!(Exposure::new(&[], &[]).time_in_market, None);
    }
}
