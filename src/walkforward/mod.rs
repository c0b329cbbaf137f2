//! Models meet rows they have not learnt from.

pub mod drift; // when to train again
mod live;
mod predictions;
pub mod retrain; // whether to, window by window
mod step;

pub use live::{LivePredictor, Predicted};
pub use predictions::{HorizonColumns, InSample, Predictions, Trial, predict};
pub use step::{Step, StepFault, step};
