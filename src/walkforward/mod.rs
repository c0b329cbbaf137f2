//! Models meet rows they have not learnt from.

mod live;
mod predictions;
mod step;

pub use live::{LivePredictor, Predicted};
pub use predictions::{HorizonColumns, InSample, Predictions, Trial, predict};
pub use step::{Step, StepFault, step};
