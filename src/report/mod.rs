//! What a run says to people: what its predictions were worth, plots.

pub mod diagnose;
pub mod plot;
