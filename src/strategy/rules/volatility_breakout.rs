//! A move from the last close beyond a multiple of the average true range goes on (Wilder 1978, the
//! "volatility system": its reversal points are multiples of the true range away from the close).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "volatility_breakout",
    help: "follows a bar that moves further than a multiple of the average true range",
    source: "Wilder 1978",
    params: &[
        Param::int("period", [5, 50, 5], 15, "bars of the average true range"),
        Param::float("size", [0.5, 3.5, 0.25], 1.5, "size of the move in average true ranges"),
    ],
    parts: &[("far", "{size} * lag(atr({period}), 1)")],
    entry: Sides { long: "becomes(diff(close) > {far})", short: "becomes(diff(close) < -{far})" },
    strength: None,
};
