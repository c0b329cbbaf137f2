//! The trades' figures together.

use serde::Serialize;

use super::columns::Columns;
use super::expectancy::{expectancy_bps, expectancy_cash, expectancy_r};
use super::extremes::extremes;
use super::kelly::{kelly_fraction, kelly_leverage};
use super::payoff::{mean_loss, mean_win, payoff};
use super::profit_factor::profit_factor;
use super::runs::longest_runs;
use super::sqn::sqn;
use super::tally::Tally;
use super::win_rate::{wilson, win_rate};

/// After costs, each formula in the file of its name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trades {
    pub trades: u64,
    pub wins: u64,
    pub losses: u64,
    pub win_rate: Option<f64>,
    /// Its 95 % interval.
    pub win_rate_low: Option<f64>,
    pub win_rate_high: Option<f64>,
    pub profit_factor: Option<f64>,
    pub payoff: Option<f64>,
    pub expectancy_cash: Option<f64>,
    pub expectancy_bps: Option<f64>,
    pub expectancy_r: Option<f64>,
    pub mean_win_cash: Option<f64>,
    pub mean_loss_cash: Option<f64>,
    pub best_cash: Option<f64>,
    pub worst_cash: Option<f64>,
    /// Of nets, and of R-multiples.
    pub sqn: Option<f64>,
    pub sqn_r: Option<f64>,
    /// By the trades' odds, and by the daily returns.
    pub kelly_fraction: Option<f64>,
    pub kelly_leverage: Option<f64>,
    pub longest_win_run: u64,
    pub longest_loss_run: u64,
}

impl Trades {
    pub fn new(tally: &Tally, columns: &Columns, returns: &[f64]) -> Self {
        let interval = wilson(tally);
        let [longest_win_run, longest_loss_run] = longest_runs(&columns.nets);
        let [worst_cash, best_cash] = extremes(&columns.nets);
        Self {
            trades: tally.trades as u64,
            wins: tally.wins as u64,
            losses: tally.losses as u64,
            win_rate: win_rate(tally),
            win_rate_low: interval.map(|[low, _]| low),
            win_rate_high: interval.map(|[_, high]| high),
            profit_factor: profit_factor(tally),
            payoff: payoff(tally),
            expectancy_cash: expectancy_cash(tally),
            expectancy_bps: expectancy_bps(tally),
            expectancy_r: expectancy_r(tally),
            mean_win_cash: mean_win(tally),
            mean_loss_cash: mean_loss(tally),
            best_cash,
            worst_cash,
            sqn: sqn(&columns.nets),
            sqn_r: sqn(&columns.rs),
            kelly_fraction: kelly_fraction(tally),
            kelly_leverage: kelly_leverage(returns),
            longest_win_run,
            longest_loss_run,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;

    #[test]
    fn every_figure_is_where_it_belongs() {
        let trades = [trade(30.0), trade(-10.0), trade(10.0), trade(0.0), trade(-10.0)];
        let mut tally = Tally::default();
        trades.iter().for_each(|trade| tally.add(trade));
        let found = Trades::new(&tally, &Columns::new(&trades), &[0.03, -0.01]);
        assert_eq!((found.trades, found.wins, found.losses), (5, 2, 2));
        assert_eq!((found.win_rate, found.profit_factor), (Some(0.4), Some(2.0)));
        assert_eq!((found.payoff, found.expectancy_cash), (Some(2.0), Some(4.0)));
        assert_eq!((found.mean_win_cash, found.mean_loss_cash), (Some(20.0), Some(-10.0)));
        assert_eq!((found.best_cash, found.worst_cash), (Some(30.0), Some(-10.0)));
        assert_eq!((found.kelly_fraction, found.sqn_r), (Some(0.25), None));
        assert_eq!((found.longest_win_run, found.longest_loss_run), (1, 1));
        assert!(found.win_rate_low < found.win_rate && found.win_rate < found.win_rate_high);
        assert!(found.kelly_leverage.is_some() && found.sqn.is_some());
    }
}
