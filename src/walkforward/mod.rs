//! Models meet rows they have not learnt from.

mod predictions;

pub use predictions::{HorizonColumns, InSample, Predictions, Trial, predict};
