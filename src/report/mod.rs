//! What a run says to people: what its predictions were worth, whether to trade on them, plots.

pub mod diagnose; // what predictions were worth
pub mod selection; // was the choosing worth anything
pub mod verdict; // is it worth trading
pub mod plot;
pub mod page; // a report as one HTML file
