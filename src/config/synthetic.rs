//! `synthetic.*`: the market that can be made up.

use super::rule::Rule;
use super::section::section;
use crate::units::{DAY_US, Ts};

section! {
    /// The built-in market, for `data.source: synthetic`. Its random draws follow `seed`.
    pub struct Synthetic;
    /// How many bars each symbol gets.
    bars: u32 = 200_000, Rule::within(2.0, 100_000_000.0).unit("bars");
    /// When the first bar opens, UTC.
    start: Ts = Ts(18_995 * DAY_US), Rule::any();
    /// Price of the first bar.
    start_price: f64 = 100.0, Rule::within(0.01, 1e6);
    /// Typical move of one bar: standard deviation of its log return.
    volatility_bps: f64 = 15.0, Rule::above(0.0, 500.0).unit("bps");
    /// Change between trend, range and volatile spells.
    regimes: bool = true, Rule::any();
    /// Let large moves follow large moves.
    clustering: bool = true, Rule::any();
    /// Fat tails: degrees of freedom of Student's t, the fewer the wilder; null: normal returns.
    tail_dof: Option<f64> = Some(4.0), Rule::above(2.0, 1000.0);
    /// Let volatility and volume follow the time of day.
    seasonality: bool = true, Rule::any();
    /// Missing bars, on average, in every 100,000.
    gaps_per_100k: f64 = 0.0, Rule::within(0.0, 50_000.0).unit("bars");
    /// Bid-ask bounce: closes jump between bid and ask, this far from the middle.
    bounce_bps: f64 = 0.0, Rule::within(0.0, 100.0).unit("bps");
    /// With several symbols: the part of each one's variance that a common factor explains.
    common_factor: f64 = 0.3, Rule::below(0.0, 1.0);
    planted: Planted = Planted::default(), Rule::any();
}

section! {
    /// A predictability of known size, so that what finds it can be trusted elsewhere.
    pub struct Planted;
    /// Correlation between what can be known and the return that follows; 0: none.
    ic: f64 = 0.0, Rule::below(0.0, 1.0);
    /// Over how many bars that return runs.
    horizon: u32 = 3, Rule::within(1.0, 10_000.0).unit("bars");
}
