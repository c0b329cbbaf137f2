//! The numbers of a backtest that runs are shown and compared by.

use crate::report::page::{percent, told};

/// Where a number stands in `metrics.json`, and what it is.
pub struct Figure {
    pub name: &'static str,
    /// As RFC 6901 writes it.
    pub place: &'static str,
    pub unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Of one: shown as percent.
    Share,
    Money,
    Ratio,
    /// Of the account.
    Times,
    Bps,
    Count,
    Bars,
}

impl Unit {
    pub fn told(self, value: Option<f64>) -> String {
        match (value, self) {
            (None, _) => "–".to_owned(),
            (_, Self::Share) => percent(value),
            (_, Self::Money | Self::Count) => told(value, 0),
            (_, Self::Ratio) => told(value, 2),
            (_, Self::Times) => told(value, 0) + "×",
            (_, Self::Bps) => told(value, 2) + " bps",
            (_, Self::Bars) => told(value, 1) + " bars",
        }
    }
}

const fn figure(name: &'static str, place: &'static str, unit: Unit) -> Figure {
    Figure { name, place, unit }
}

pub const FIGURES: [Figure; 18] = [
    figure("net profit", "/money/net_cash", Unit::Money),
    figure("gross profit", "/money/gross_cash", Unit::Money),
    figure("costs", "/money/costs_cash", Unit::Money),
    figure("total return", "/growth/total_return", Unit::Share),
    figure("return a year", "/growth/cagr", Unit::Share),
    figure("volatility a year", "/growth/volatility", Unit::Share),
    figure("Sharpe ratio", "/sharpe/sharpe", Unit::Ratio),
    figure("its error (HAC)", "/sharpe/se_hac", Unit::Ratio),
    figure("Sortino ratio", "/sortino", Unit::Ratio),
    figure("maximum drawdown", "/drawdown/max_drawdown", Unit::Share),
    figure("VaR 95 % a day", "/tails/var_95", Unit::Share),
    figure("trades", "/trades/trades", Unit::Count),
    figure("win rate", "/trades/win_rate", Unit::Share),
    figure("profit factor", "/trades/profit_factor", Unit::Ratio),
    figure("a trade", "/trades/expectancy_bps", Unit::Bps),
    figure("held", "/hold/mean_bars", Unit::Bars),
    figure("time in the market", "/exposure/time_in_market", Unit::Share),
    figure("turnover a year", "/money/turnover_per_year", Unit::Times),
];
