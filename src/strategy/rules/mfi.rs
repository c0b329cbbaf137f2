//! The money flow index, a relative strength index weighted by turnover, leaves its extremes (Quong
//! and Soudack 1989, "Volume-weighted RSI: money flow").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "mfi",
    help: "buys when the money flow index comes back from oversold",
    source: "Quong and Soudack 1989",
    params: &[
        Param::int("period", [5, 30, 1], 14, "bars of the index"),
        Param::int(
            "oversold",
            [10, 40, 5],
            20,
            "level from which it comes back; overbought lies as far below 100",
        ),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(mfi({period}), {oversold})",
        short: "crosses_down(mfi({period}), 100 - {oversold})",
    },
    strength: None,
};
