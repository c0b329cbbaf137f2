//! Wilder's directional indicators cross while the average directional index says that there is a
//! trend (Wilder 1978, "New concepts in technical trading systems").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "adx_trend",
    help: "follows the stronger directional indicator once the trend is strong enough",
    source: "Wilder 1978",
    params: &[
        Param::int("period", [7, 30, 1], 14, "bars of the indicators and of the index"),
        Param::int(
            "threshold",
            [15, 40, 5],
            25,
            "average directional index from which there is a trend",
        ),
    ],
    parts: &[("trends", "adx({period}) > {threshold}")],
    entry: Sides {
        long: "becomes(plus_di({period}) > minus_di({period}) and {trends})",
        short: "becomes(plus_di({period}) < minus_di({period}) and {trends})",
    },
    strength: None,
};
