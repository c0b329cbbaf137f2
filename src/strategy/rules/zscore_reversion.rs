//! A price that is standard deviations from its mean comes back (Gatev, Goetzmann and Rouwenhorst
//! 2006, "Pairs trading", whose rule of two this is, on one price).

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "zscore_reversion",
    help: "buys when the close comes back from standard deviations below its mean",
    source: "Gatev, Goetzmann and Rouwenhorst 2006",
    params: &[
        Param::int("period", [10, 200, 10], 50, "bars of the mean and the deviation"),
        Param::float(
            "depth",
            [1.0, 3.5, 0.25],
            2.0,
            "standard deviations from which it comes back",
        ),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(zscore(close, {period}), -{depth})",
        short: "crosses_down(zscore(close, {period}), {depth})",
    },
    strength: None,
};
