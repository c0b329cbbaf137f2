//! Lane's stochastic: %K crosses %D at an extreme (Lane 1984, "Lane's stochastics").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "stochastic",
    help: "buys when %K crosses %D upwards while it is oversold",
    source: "Lane 1984",
    params: &[
        Param::int("period", [5, 30, 1], 14, "bars of the range"),
        Param::int("smooth", [1, 5, 1], 3, "bars that smooth %K"),
        Param::int(
            "oversold",
            [10, 40, 5],
            20,
            "level below which %D counts as oversold; overbought lies as far below 100",
        ),
    ],
    parts: &[("k", "stoch_k({period}, {smooth})"), ("d", "stoch_d({period}, {smooth}, 3)")],
    entry: Sides {
        long: "crosses_up({k}, {d}) and {d} < {oversold}",
        short: "crosses_down({k}, {d}) and {d} > 100 - {oversold}",
    },
    strength: None,
};
