//! Sums instead of a ledger: what a sweep keeps of each setting.

use super::engine::{EngineFault, run_into};
use super::intent::Intents;
use super::ledger::{Fill, Trade};
use super::metrics::days::day_return;
use super::metrics::running::Running;
use super::quote::Market;
use super::record::{Held, Record};
use super::rules::Rules;
use super::trade_sums::TradeSums;
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
    /// Of the trades' returns.
    pub trades: TradeSums,
    /// Of the days, as [`metrics`](super::metrics) count them.
    returns: Running,
    /// What the next return is against.
    before: f64,
    peak: f64,
    /// The day that is not over, and where the next one starts.
    today: Option<f64>,
    tomorrow: i64,
    /// Each trade's net and stay, each day's equity: kept on demand.
    pub kept: Option<Kept>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    pub net: Vec<f64>,
    pub equity: Vec<f64>,
    pub stays: Vec<Stay>,
}

/// Between which bars a position was held, and at which prices it began and ended, before costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stay {
    pub from: Ts,
    pub to: Ts,
    pub entry: f64,
    pub exit: f64,
}

/// What a trade made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    /// What was entered, at the market's price.
    pub value: f64,
    pub gross: f64,
    pub commission: f64,
    pub impact: f64,
    pub carry: f64,
    pub net: f64,
}

impl Tally {
    /// Nothing yet.
    pub fn new(cash: f64) -> Self {
        let trades = TradeSums::new(cash);
        Self { trades, equity: cash, before: cash, peak: cash, ..Self::default() }
    }

    /// The same, and every trade's net and stay and every day's equity are kept.
    pub fn keeping(cash: f64) -> Self {
        Self { kept: Some(Kept::default()), ..Self::new(cash) }
    }

    /// Of daily returns: that of [`metrics`](super::metrics), to the last bit.
    pub fn sharpe(&self, days_per_year: f64) -> Option<f64> {
        self.returns.sharpe(days_per_year)
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
        self.trades.add(made);
        if let Some(kept) = &mut self.kept {
            kept.net.push(made.net);
        }
    }

    /// Keeps where a position was held, if that is asked for.
    pub fn stay(&mut self, stay: impl FnOnce() -> Stay) {
        if let Some(kept) = &mut self.kept {
            kept.stays.push(stay());
        }
    }

    /// Takes a day's last equity.
    pub fn day(&mut self, equity: f64) {
        if let Some(change) = day_return(&mut self.before, equity) {
            self.returns.add(change);
        }
        self.n_days += 1;
        self.equity_days += equity;
        if equity > self.peak {
            self.peak = equity;
        }
        let fall = (self.peak - equity) / self.peak;
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
        let value = trade.qty * trade.entry_reference;
        self.add(&Made { value, gross, commission, impact, carry, net });
        let (entry, exit) = (trade.entry_reference, trade.exit_reference);
        self.stay(|| Stay { from: trade.entry_ts, to: trade.exit_ts, entry, exit });
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
    use crate::backtest::engine::random;
    use crate::backtest::metrics::days::Days;
    use crate::backtest::metrics::drawdown::Drawdown;
    use crate::backtest::metrics::{Input, Metrics};
    use crate::market::Columns;

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

    /// Weeks of random markets, some of them ruinous: what a sweep tells is what a backtest tells.
    #[test]
    fn sums_give_the_figures_of_the_ledger() {
        let (mut n_ratios, mut n_ruined) = (0, 0);
        for seed in 0..1500 {
            let stretch = |c: &mut Columns| c.ts.iter_mut().for_each(|ts| ts.0 *= 7);
            let scene = random::scene(seed).with_bars(stretch);
            let (ledger, cash) = (scene.run().unwrap(), scene.rules.cash);
            let (timeframe, sessions, regimes) = (scene.bars[0].timeframe(), None, None);
            let told = Metrics::new(&Input { ledger: &ledger, cash, timeframe, sessions, regimes });
            let days = Days::new(&ledger.ts, &ledger.equity);
            let into = Tally::keeping(cash);
            let sums = tally(&scene.markets(), &scene.intents(), &scene.rules, into).unwrap();
            let sharpe = told.period.returns_per_year.and_then(|n| sums.sharpe(n));
            assert_eq!(sharpe.map(f64::to_bits), told.sharpe.sharpe.map(f64::to_bits), "{seed}");
            assert_eq!(sums.kept.as_ref().unwrap().equity, days.equity, "{seed}");
            assert_eq!(Some((sums.equity - cash) / cash), told.growth.total_return, "{seed}");
            assert_eq!((sums.n_trades, sums.n_wins), (told.trades.trades, told.trades.wins));
            // These are of the days; a backtest's are of the bars.
            assert_eq!(Some(sums.max_drawdown), deepest(&days, cash), "{seed}");
            let is_solvent = sums.max_drawdown < 1.0;
            assert!(!is_solvent || Some(sums.max_drawdown) <= told.drawdown.max_drawdown, "{seed}");
            let off = (sums.turnover - told.money.traded_cash).abs();
            assert!(off <= 1e-9 * sums.turnover, "{seed}");
            n_ratios += usize::from(sharpe.is_some());
            n_ruined += usize::from(days.returns(cash).len() < days.len());
        }
        assert!(n_ratios > 1000 && n_ruined > 20, "{n_ratios} {n_ruined}");
    }

    fn deepest(days: &Days, cash: f64) -> Option<f64> {
        let ends: Vec<Ts> = days.day.iter().map(|day| Ts(day * DAY_US)).collect();
        Drawdown::new(&ends, &days.equity, cash).max_drawdown
    }

    #[test]
    fn a_day_that_leaves_nothing_is_the_last_return() {
        let mut tally = Tally::new(100.0);
        [110.0, 99.0, -9.9, 50.0, 80.0].into_iter().for_each(|equity| tally.day(equity));
        // 10 %, −10 %, −110 %: mean −11/30; deviations 14/30, 8/30 and −22/30 square to 744/900.
        let by_hand = -(11.0 / 30.0) / (744.0_f64 / 900.0 / 2.0).sqrt();
        assert!((tally.sharpe(1.0).unwrap() - by_hand).abs() < 1e-12);
        assert_eq!((tally.n_days, tally.equity), (5, 80.0));
    }
}
