//! The price comes back towards the volume-weighted average, the yardstick of those who trade size
//! (Berkowitz, Logue and Noser 1988, "The total cost of transactions on the NYSE").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "vwap_reversion",
    help: "buys when the close comes back towards the volume-weighted average from far below",
    source: "Berkowitz, Logue and Noser 1988",
    params: &[
        Param::int("period", [24, 288, 24], 96, "bars of the average"),
        Param::float(
            "depth",
            [0.5, 4.0, 0.25],
            2.0,
            "how far below it counts as far, in average true ranges of as many bars",
        ),
    ],
    parts: &[("distance", "ratio(close - vwap({period}), atr({period}), 0)")],
    entry: Sides {
        long: "crosses_up({distance}, -{depth})",
        short: "crosses_down({distance}, {depth})",
    },
    strength: None,
};
