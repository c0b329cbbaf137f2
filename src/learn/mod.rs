//! From slices of a feature table to models, and to what a score is worth. No prices, no symbols, no
//! clock.

pub mod learner; // one trait: checked parameters → fitted model
pub mod backends; // one file a backend
pub mod dataset; // columns, labels and volatility of the same rows
pub mod target; // label → what a model is asked for, and back
pub mod many; // many trainings side by side
pub mod calibrate; // score → expected bps, probability
pub mod conformal; // intervals that hold a chosen part of the outcomes
pub mod horizon_weights; // many horizons → one
pub mod calibration; // both of them, fitted on one slice
pub mod leak; // columns that know the future
pub mod scores; // how predictions went with what came
pub mod cross_fit; // blocks of the training slice, predicted by models that have not seen them
pub mod training; // one fold: all horizons, their calibration and weights
pub mod explain; // what each column does for a prediction, and whether that lasts
