//! What a run says to people: plots, and whether it is worth trading.

pub mod plot;
pub mod verdict; // is it worth trading
