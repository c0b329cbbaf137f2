//! What is asked of a strategy before it may be called worth trading.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Thresholds {
    /// Of the minimum track record length.
    pub confidence: f64,
    /// Of a year, after costs: the Sharpe ratio's interval must lie above it.
    pub min_net_sharpe: f64,
    pub min_deflated_sharpe: f64,
    /// The chance, over all horizons together, of an IC this far from 0 by luck.
    pub max_ic_p: f64,
    /// An IC below this is of no use: intervals that end below it say that there is nothing.
    pub useful_ic: f64,
    pub max_permutation_p: f64,
    /// More than this share of the folds must earn something.
    pub min_positive_folds: f64,
    /// The best fold may bring no larger part of the total: above 1, the others together lose.
    pub max_best_fold_share: f64,
    /// A note, not a must: of equally good settings the best is a coin's toss too.
    pub max_pbo: f64,
    pub min_trades: u64,
    pub min_folds: u64,
    pub min_days: u64,
}

impl Default for Thresholds {
    /// 95 % wherever luck is to be ruled out, as is the custom; 30 trades and days enough for a
    /// mean to be roughly normal.
    fn default() -> Self {
        Self {
            confidence: 0.95,
            min_net_sharpe: 0.0,
            min_deflated_sharpe: 0.95,
            max_ic_p: 0.05,
            useful_ic: 0.02,
            max_permutation_p: 0.05,
            min_positive_folds: 0.5,
            max_best_fold_share: 0.75,
            max_pbo: 0.5,
            min_trades: 30,
            min_folds: 4,
            min_days: 30,
        }
    }
}
