//! Intervals for the return that hold a chosen part of the outcomes, whatever their law.
//!
//! The score of a row is |outcome − expected| / scale, with the scale the row's own volatility:
//! one quantile then serves calm and wild rows alike. Absolute residuals rather than signed ones:
//! the two tails share all rows of the slice, so the quantile is steadier, and an interval that is
//! centred on the expectation cannot smuggle in a second opinion about direction.

mod adaptive;
mod coverage;
mod split;

pub use adaptive::{Adaptive, Stream};
pub use coverage::{Coverage, CoverageReport, coverage};
pub use split::{ConformalRows, Interval, SplitConformal};

#[cfg(test)]
mod science_tests;
