//! Sums instead of a ledger: what a sweep keeps of each setting.

use super::engine::{EngineFault, run_into};
use super::intent::Intents;
use super::ledger::{Fill, Trade};
use super::quote::Market;
use super::record::{Held, Record};
use super::rules::Rules;
use crate::units::{DAY_US, Ts};

/// Sums over trades, and over UTC days. A bar belongs to the day it opens on; a day's equity is
/// that at the close of its last bar. Drawdown is between such days: what happened within one is
/// not in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    pub n_trades: u64,
    pub n_wins: u64,
    pub gross: f64,
    pub commission: f64,
    pub impact: f64,
    pub carry: f64,
    pub net: f64,
    /// Value of all fills.
    pub turnover: f64,
    pub ambiguous_bars: u64,
    /// Of the last day.
    pub equity: f64,
    pub n_days: u64,
    /// Sum of all days' equity.
    pub equity_days: f64,
    /// The deepest fall from a day's equity, as a part of it.
    pub max_drawdown: f64,
    /// Of daily returns (Welford 1962: mean, and squares about it).
    mean: f64,
    squares: f64,
    peak: f64,
    /// The day that is not over, and where the next one starts.
    today: Option<f64>,
    tomorrow: i64,
    /// Each trade's net, each day's equity: kept on demand.
    pub kept: Option<Kept>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    pub net: Vec<f64>,
    pub equity: Vec<f64>,
}

/// What a trade made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    pub gross: f64,
    pub commission: f64,
    pub impact: f64,
    pub carry: f64,
    pub net: f64,
}

impl Tally {
    /// Nothing yet.
    pub fn new(cash: f64) -> Self {
        Self { equity: cash, peak: cash, ..Self::default() }
    }

    /// The same, and every trade's net and every day's equity are kept.
    pub fn keeping(cash: f64) -> Self {
        Self { kept: Some(Kept::default()), ..Self::new(cash) }
    }

    /// Mean of daily returns over their standard deviation (n − 1), times the root of the days in a
    /// year; `None` below two days or where nothing moved.
    pub fn sharpe(&self, days_per_year: f64) -> Option<f64> {
        let sd = (self.squares / (self.n_days.checked_sub(1)? as f64)).sqrt();
        (sd > 0.0).then(|| self.mean / sd * days_per_year.sqrt())
    }

    /// The mean of the days' equity.
    pub fn mean_equity(&self) -> Option<f64> {
        (self.n_days > 0).then(|| self.equity_days / self.n_days as f64)
    }

    /// Takes a trade.
    pub fn add(&mut self, made: &Made) {
        self.n_trades += 1;
        self.n_wins += u64::from(made.net > 0.0);
        self.gross += made.gross;
        self.commission += made.commission;
        self.impact += made.impact;
        self.carry += made.carry;
        self.net += made.net;
        if let Some(kept) = &mut self.kept {
            kept.net.push(made.net);
        }
    }

    /// Takes a day's last equity.
    pub fn day(&mut self, equity: f64) {
        let change = equity / self.equity - 1.0;
        self.n_days += 1;
        self.equity_days += equity;
        let off = change - self.mean;
        self.mean += off / self.n_days as f64;
        self.squares += off * (change - self.mean);
        if equity > self.peak {
            self.peak = equity;
        }
        let fall = 1.0 - equity / self.peak;
        if fall > self.max_drawdown {
            self.max_drawdown = fall;
        }
        self.equity = equity;
        if let Some(kept) = &mut self.kept {
            kept.equity.push(equity);
        }
    }

    /// The last day is over.
    #[must_use]
    pub fn finish(mut self) -> Self {
        if let Some(equity) = self.today.take() {
            self.day(equity);
        }
        self.tomorrow = 0;
        self
    }
}

impl Record for Tally {
    fn fill(&mut self, fill: &Fill) {
        self.turnover += fill.qty * fill.price;
    }

    fn trade(&mut self, _: u32, trade: &Trade) {
        let Trade { gross, commission, impact, carry, net, .. } = *trade;
        self.add(&Made { gross, commission, impact, carry, net });
    }

    fn ambiguous(&mut self) {
        self.ambiguous_bars += 1;
    }

    fn mark(&mut self, ts: Ts, equity: f64, _: f64) {
        if let Some(before) = self.today.replace(equity)
            && ts.0 >= self.tomorrow
        {
            self.day(before);
        }
        if ts.0 >= self.tomorrow || self.n_days == 0 {
            self.tomorrow = ts.floor_to(DAY_US).0 + DAY_US;
        }
    }

    fn flat(&mut self, ts: &[Ts], equity: f64) {
        let mut left = ts;
        while let Some(first) = left.first() {
            self.mark(*first, equity, 0.0);
            let n_today = left.partition_point(|ts| ts.0 < self.tomorrow);
            left = &left[n_today..];
        }
    }

    /// Of each day the last bar alone matters.
    fn held(&mut self, ts: &[Ts], close: &[f64], held: &Held) {
        let mut left = ts.iter().zip(close).peekable();
        while let Some((ts, close)) = left.next() {
            let is_last_today = left.peek().is_none_or(|(next, _)| next.0 >= self.tomorrow);
            if ts.0 >= self.tomorrow || is_last_today || self.today.is_none() {
                self.mark(*ts, held.equity(*close), 0.0);
            }
        }
    }

    fn remark(&mut self, equity: f64, _: f64) {
        self.today = Some(equity);
    }
}

/// The engine, with sums instead of a ledger: for settings that the screen does not take.
pub fn tally(
    markets: &[Market],
    intents: &[&Intents],
    rules: &Rules,
    into: Tally,
) -> Result<Tally, EngineFault> {
    Ok(run_into(markets, intents, rules, into)?.0.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_returns_and_drawdowns_are_those_of_the_last_bars() {
        let mut tally = Tally::keeping(100.0);
        let half = DAY_US / 2;
        for (at, equity) in [(0, 50.0), (1, 110.0), (2, 300.0), (3, 99.0), (4, 105.0)] {
            tally.mark(Ts(at * half), equity, 0.0);
        }
        let tally = tally.finish();
        assert_eq!(tally.kept.as_ref().unwrap().equity, [110.0, 99.0, 105.0]);
        assert!((tally.max_drawdown - 0.1).abs() < 1e-12);
        assert_eq!(tally.mean_equity(), Some((110.0 + 99.0 + 105.0) / 3.0));
        let returns = [0.1, -0.1, 105.0 / 99.0 - 1.0];
        let (mean, sd) = (crate::stats::mean(&returns), crate::stats::sd(&returns));
        let by_hand = mean.unwrap() / sd.unwrap() * 365.0_f64.sqrt();
        assert!((tally.sharpe(365.0).unwrap() - by_hand).abs() < 1e-12);
    }

    #[test]
    fn what_stands_still_has_no_ratio() {
        let mut tally = Tally::new(100.0);
        assert_eq!(tally.sharpe(365.0), None);
        tally.flat(&[Ts(0), Ts(1), Ts(DAY_US), Ts(3 * DAY_US)], 100.0);
        let tally = tally.finish();
        assert_eq!((tally.n_days, tally.sharpe(365.0)), (3, None));
    }
}
