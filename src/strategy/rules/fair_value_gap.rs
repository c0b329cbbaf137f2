//! Three bars of which the first and the last do not overlap leave a gap that price comes back to
//! (Huddleston's "fair value gap", as Inner Circle Trader, 2016; known before as a three-bar
//! imbalance). The entry is the bar that dips into the gap and closes above its far edge.

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "fair_value_gap",
    help: "buys when price comes back into a gap that three rising bars left",
    source: "Huddleston 2016",
    params: &[
        Param::float("size", [0.1, 1.5, 0.1], 0.3, "size of the gap in average true ranges"),
        Param::int("wait", [5, 60, 5], 20, "bars for which the gap is waited for"),
    ],
    parts: &[
        ("up", "low - lag(high, 2) > {size} * atr(14)"),
        ("down", "lag(low, 2) - high > {size} * atr(14)"),
        ("waits_up", "bars_since({up}) > 0 and bars_since({up}) <= {wait}"),
        ("waits_down", "bars_since({down}) > 0 and bars_since({down}) <= {wait}"),
    ],
    entry: Sides {
        long: "becomes({waits_up} and low <= value_when({up}, low) \
             and close > value_when({up}, lag(high, 2)))",
        short: "becomes({waits_down} and high >= value_when({down}, high) \
             and close < value_when({down}, lag(low, 2)))",
    },
    strength: None,
};
