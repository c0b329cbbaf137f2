//! Price takes the stops beyond a recent swing, is rejected, and breaks the structure the other way
//! (Osler 2005, "Stop-loss orders and price cascades in currency markets", on where the stops are;
//! Huddleston 2016 on trading the rejection). The sweep is judged by its depth in average true
//! ranges, its wick and its volume; the entry is a close beyond the other extreme
//! of the bars up to the sweep.

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "liquidity_sweep",
    help: "buys the break of structure after stops below a swing low were taken and rejected",
    source: "Osler 2005, Huddleston 2016",
    params: &[
        Param::int("swing", [10, 80, 10], 20, "bars whose extreme is the swing"),
        Param::float(
            "depth",
            [0.0, 1.0, 0.1],
            0.1,
            "how far beyond the swing it must reach, in average true ranges",
        ),
        Param::float(
            "wick",
            [0.1, 0.7, 0.1],
            0.3,
            "share of the bar that its rejected wick must be",
        ),
        Param::float(
            "volume",
            [0.5, 3.0, 0.25],
            1.0,
            "volume of the sweep in its average over 20 bars",
        ),
        Param::int(
            "structure",
            [2, 10, 1],
            3,
            "bars up to the sweep whose other extreme must be broken",
        ),
        Param::int("confirm", [3, 24, 3], 12, "bars within which it must break"),
    ],
    parts: &[
        ("below", "ratio(lag(min(low, {swing}), 1) - low, atr(14), 0)"),
        ("above", "ratio(high - lag(max(high, {swing}), 1), atr(14), 0)"),
        ("busy", "volume_ratio(20) >= {volume}"),
        (
            "up",
            "{below} > 0 and {below} >= {depth} and close > lag(min(low, {swing}), 1) \
             and lower_wick >= {wick} and {busy}",
        ),
        (
            "down",
            "{above} > 0 and {above} >= {depth} and close < lag(max(high, {swing}), 1) \
             and upper_wick >= {wick} and {busy}",
        ),
        ("waits_up", "bars_since({up}) > 0 and bars_since({up}) <= {confirm}"),
        ("waits_down", "bars_since({down}) > 0 and bars_since({down}) <= {confirm}"),
    ],
    entry: Sides {
        long: "becomes({waits_up} and close > value_when({up}, max(high, {structure})))",
        short: "becomes({waits_down} \
             and close < value_when({down}, min(low, {structure})))",
    },
    strength: Some(Sides {
        long: "fill(clip(value_when({up}, {below}), 0, 1), 0)",
        short: "fill(clip(value_when({down}, {above}), 0, 1), 0)",
    }),
};
