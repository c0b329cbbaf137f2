//! From slices of predictions and outcomes to what a score is worth. No prices, no symbols, no
//! clock.

pub mod calibrate; // score → expected bps, probability
pub mod conformal; // intervals that hold a chosen part of the outcomes
pub mod horizon_weights; // many horizons → one
