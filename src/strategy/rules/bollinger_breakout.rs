//! The close leaves Bollinger's bands after they were narrow, which he calls the squeeze (Bollinger
//! 2001, "Bollinger on Bollinger Bands", method I).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "bollinger_breakout",
    help: "follows the close out of Bollinger bands that were narrow before",
    source: "Bollinger 2001",
    params: &[
        Param::int("period", [10, 60, 5], 20, "bars of the bands"),
        Param::float(
            "width",
            [1.0, 3.0, 0.25],
            2.0,
            "standard deviations from the middle to a band",
        ),
        Param::float(
            "squeeze",
            [0.5, 1.5, 0.1],
            1.0,
            "how narrow the bands were a bar ago, in their average over ten times the bars",
        ),
    ],
    parts: &[
        ("bands", "bb_width(close, {period})"),
        ("narrow", "lag({bands} < {squeeze} * mean({bands}, {period} * 10), 1) > 0"),
    ],
    entry: Sides {
        long: "crosses_up(close, bb_upper(close, {period}, {width})) and {narrow}",
        short: "crosses_down(close, bb_lower(close, {period}, {width})) and {narrow}",
    },
    strength: None,
};
