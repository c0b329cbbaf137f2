//! What went up over its past goes on (Moskowitz, Ooi and Pedersen 2012, "Time series momentum"):
//! the return over the past, in its own standard deviations, passes a threshold.

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "time_series_momentum",
    help: "follows the sign of the return over the past once it is large for its volatility",
    source: "Moskowitz, Ooi and Pedersen 2012",
    params: &[
        Param::int("lookback", [24, 480, 24], 96, "bars of the return"),
        Param::float(
            "threshold",
            [0.0, 2.0, 0.25],
            0.5,
            "size of the return in standard deviations of such returns",
        ),
    ],
    parts: &[(
        "move",
        "ratio(log_ret(close, {lookback}), volatility({lookback}) \
             * sqrt({lookback}), 0)",
    )],
    entry: Sides {
        long: "crosses_up({move}, {threshold})",
        short: "crosses_down({move}, -{threshold})",
    },
    strength: None,
};
