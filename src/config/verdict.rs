//! `verdict.*`: what a walk-forward must show.

use super::rule::Rule;
use super::section::section;

section! {
    /// What a walk-forward must show before its verdict is `pass`.
    pub struct Verdict;
    /// How sure the record must be long enough, and of the Sharpe ratio's interval.
    confidence: f64 = 0.95, Rule::within(0.5, 0.999);
    /// Sharpe ratio of a year, after costs, that its interval must lie above.
    min_net_sharpe: f64 = 0.0, Rule::within(-10.0, 10.0);
    /// Probability that the Sharpe ratio is more than the luck of the best of all trials.
    min_deflated_sharpe: f64 = 0.95, Rule::within(0.0, 1.0);
    /// Largest chance, over all horizons together, of an IC this far from 0 by luck.
    max_ic_p: f64 = 0.05, Rule::within(0.0, 1.0);
    /// An IC below this is of no use: an interval that ends below it says that there is nothing.
    useful_ic: f64 = 0.02, Rule::within(0.0, 1.0);
    /// Largest share of shifts in time under which predictions look as good.
    max_permutation_p: f64 = 0.05, Rule::within(0.0, 1.0);
    /// More than this share of the folds must earn something.
    min_positive_folds: f64 = 0.5, Rule::within(0.0, 1.0);
    /// Largest part of the profit that the best fold may bring.
    max_best_fold_share: f64 = 0.75, Rule::within(0.0, 1.0);
    /// Largest probability that the best of the z-thresholds was best by overfitting; a note.
    max_pbo: f64 = 0.5, Rule::within(0.0, 1.0);
    /// Fewest trades that say anything; a sweep ranks settings with fewer below all others.
    min_trades: u64 = 30, Rule::within(1.0, 1e9);
    /// Fewest folds that say anything.
    min_folds: u64 = 4, Rule::within(1.0, 1e6);
    /// Fewest days that say anything.
    min_days: u64 = 30, Rule::within(1.0, 1e6).unit("days");
    /// Bars ahead up to which the decay of the predictions is followed.
    decay_bars: u32 = 24, Rule::within(1.0, 1000.0).unit("bars");
}
