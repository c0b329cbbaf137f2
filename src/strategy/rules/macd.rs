//! The MACD line crosses its signal line (Appel 2005, "Technical analysis: power tools for active
//! investors"; 12, 26, 9).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "macd",
    help: "follows the MACD line's crossing of its signal line",
    source: "Appel 2005",
    params: &[
        Param::int("fast", [6, 24, 2], 12, "bars of the fast average"),
        Param::float("ratio", [1.4, 3.8, 0.2], 2.2, "how many times longer the slow one is"),
        Param::int("signal", [5, 15, 2], 9, "bars of the signal line"),
    ],
    parts: &[("slow", "floor({fast} * {ratio} + 0.5)")],
    entry: Sides {
        long: "crosses_up(macd_hist(close, {fast}, {slow}, {signal}), 0)",
        short: "crosses_down(macd_hist(close, {fast}, {slow}, {signal}), 0)",
    },
    strength: None,
};
