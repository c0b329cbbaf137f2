//! The crossing of two simple averages (Brock, Lakonishok and LeBaron 1992, "Simple technical
//! trading rules and the stochastic properties of stock returns").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "ma_cross",
    help: "follows the crossing of a fast simple average over a slow one",
    source: "Brock, Lakonishok and LeBaron 1992",
    params: &[
        Param::int("fast", [5, 60, 5], 20, "bars of the fast average"),
        Param::int("ratio", [2, 8, 1], 3, "how many times longer the slow one is"),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(sma(close, {fast}), sma(close, {fast} * {ratio}))",
        short: "crosses_down(sma(close, {fast}), sma(close, {fast} * {ratio}))",
    },
    strength: None,
};
