//! The crossing of two exponential averages, which follow price sooner than simple ones (Appel
//! 2005, "Technical analysis: power tools for active investors").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "ema_cross",
    help: "follows the crossing of a fast exponential average over a slow one",
    source: "Appel 2005",
    params: &[
        Param::int("fast", [5, 60, 5], 20, "bars of the fast average"),
        Param::float("ratio", [1.5, 6.0, 0.5], 2.5, "how many times longer the slow one is"),
    ],
    parts: &[("slow", "floor({fast} * {ratio} + 0.5)")],
    entry: Sides {
        long: "crosses_up(ema(close, {fast}), ema(close, {slow}))",
        short: "crosses_down(ema(close, {fast}), ema(close, {slow}))",
    },
    strength: None,
};
