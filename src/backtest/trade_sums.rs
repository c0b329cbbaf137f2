//! What trades add up to, one after the other: all that their ratios are made of.

use super::metrics::running::Running;
use super::tally::Made;

/// A trade's return is its net against the value it entered with, at the market's price: a trade
/// weighs the same however much money the account had, so trades of windows compare.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TradeSums {
    /// Nets of wins, and of losses without sign.
    pub won: f64,
    pub lost: f64,
    pub returns: Running,
    /// Squares of the returns below zero.
    pub downside: f64,
    /// The deepest fall of the money between trades, as a part of the most there was.
    pub max_drawdown: f64,
    /// Money at the beginning, after the last trade, and the most it ever was.
    pub start: f64,
    pub balance: f64,
    peak: f64,
}

impl TradeSums {
    pub fn new(cash: f64) -> Self {
        Self { start: cash, balance: cash, peak: cash, ..Self::default() }
    }

    #[inline]
    pub fn add(&mut self, made: &Made) {
        let change = made.net / made.value;
        self.returns.add(change);
        let loss = change.min(0.0);
        self.downside += loss * loss;
        self.won += made.net.max(0.0);
        self.lost -= made.net.min(0.0);
        self.balance += made.net;
        if self.balance > self.peak {
            self.peak = self.balance;
        }
        let fall = (self.peak - self.balance) / self.peak;
        if fall > self.max_drawdown {
            self.max_drawdown = fall;
        }
    }
}
