//! Is it worth trading? Statistics that judge a finished walk-forward, one a file, and the
//! judgement.
//!
//! Sharpe ratios are per day inside the statistics and per year in the evidence; each field says
//! which. `None` is what cannot be told.

pub mod psr; // how likely a Sharpe ratio is more than luck; how long a record must be
pub mod dsr; // the same, after many trials
pub mod pbo; // does the best setting of one half stay good in the other
pub mod permutation; // predictions against outcomes of another time
pub mod sign_test; // as many wins from a fair coin
pub mod stability; // over folds
pub mod costs; // at half, once, twice the costs
pub mod evidence; // all that was found
pub mod thresholds; // all that is asked
pub mod checks; // the one against the other
mod words; // numbers and outcomes, for people
mod sayings; // the verdict's paragraphs
pub mod judge; // pass, fail, or not enough evidence
mod rules; // the same of rules, which predict nothing

#[cfg(test)]
mod judge_tests;
#[cfg(test)]
mod science_tests;
#[cfg(test)]
mod simulated;

pub use evidence::{CostGate, Edge, Evidence, Ic, SharpeBand};
pub use judge::{Outcome, Verdict, judge};
pub use rules::judge_rules;
pub use thresholds::Thresholds;
pub use words::sentence;

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
