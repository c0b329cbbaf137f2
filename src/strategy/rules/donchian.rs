//! The close leaves Donchian's channel of the bars before (Donchian 1960; the "turtles" of Faith
//! 2003 entered on 20 and 55 days).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "donchian",
    help: "follows the close beyond the highest high or the lowest low of the bars before",
    source: "Donchian 1960",
    params: &[Param::int("period", [10, 200, 10], 40, "bars of the channel")],
    parts: &[],
    entry: Sides {
        long: "crosses_up(close, lag(donchian_upper({period}), 1))",
        short: "crosses_down(close, lag(donchian_lower({period}), 1))",
    },
    strength: None,
};
