//! The close leaves a channel of average true ranges about an exponential average (Keltner 1960,
//! with the true range instead of the range, as Raschke and Connors 1995 have it).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "atr_channel",
    help: "follows the close out of a channel of average true ranges",
    source: "Keltner 1960",
    params: &[
        Param::int("period", [10, 100, 10], 20, "bars of the average and of the true range"),
        Param::float(
            "width",
            [0.5, 4.0, 0.5],
            2.0,
            "average true ranges from the average to an edge",
        ),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(close, keltner_upper({period}, {width}))",
        short: "crosses_down(close, keltner_lower({period}, {width}))",
    },
    strength: None,
};
