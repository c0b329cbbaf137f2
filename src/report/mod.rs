//! What a run says to people: plots.

pub mod plot;
