//! What a score is worth: predicted bps → expected bps, score → probability, fitted on a slice the
//! model never saw, and reports of how well that holds on a third.
//!
//! **Why nothing here believes its slice.** A calibration slice of 3,000 five-minute rows with
//! labels of 12 bars holds a few hundred independent outcomes, and an information coefficient of
//! 0.05 is then one or two standard errors. Taken at its word, a fitted curve is mostly noise: on a
//! simulated market of that kind, raw isotonic regression has a held-out slope of 0.6 (0.34 without
//! bins), and with its own mean return as the level it predicts worse than nothing. So every fit
//!
//! - measures its noise with the overlap of the labels in it ([`LinearFit`]),
//! - keeps the part of its *shape* that stands out of that noise ([`Shrinkage::Estimated`]),
//! - leaves its *level* where the model put it, unless the slice is three standard errors away: the
//!   mean return of a few weeks is the most tempting and least lasting of all predictors.

mod beta;
mod binning;
mod brier;
mod curve;
mod expected;
mod fitted;
mod linear;
mod logistic;
mod probability;
mod reliability;
mod rows;
mod score;
mod slope;

pub use beta::Beta;
pub use brier::{Brier, brier, expected_calibration_error};
pub use curve::Curve;
pub use expected::{BpsCalibrator, BpsMethod, BpsParams};
pub use fitted::{Fitted, Remark, Shrinkage};
pub use linear::{LinearFit, Measured, mean_with_error};
pub use probability::{Logistic, ProbabilityCalibrator, ProbabilityMethod, ProbabilityParams};
pub use reliability::{Bin, reliability_bps, reliability_probability, wilson};
pub use rows::{Rows, RowsFault};
pub use score::ScoreKind;
pub use slope::{CalibrationLine, slope_bps, slope_probability};

#[cfg(test)]
mod science_tests;
#[cfg(test)]
mod simulated;
