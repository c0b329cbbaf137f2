//! Models meet rows they have not learnt from.

mod live;
mod predictions;

pub use live::{LivePredictor, Predicted};
pub use predictions::{HorizonColumns, InSample, Predictions, Trial, predict};
