//! From slices of a feature table to models, and to what a score is worth. No prices, no symbols, no
//! clock.

pub mod calibrate; // score → expected bps, probability
pub mod conformal; // intervals that hold a chosen part of the outcomes
pub mod horizon_weights; // many horizons → one
pub mod explain; // what each column does for a prediction, and whether that lasts
