//! The close comes back inside a Bollinger band (Bollinger 2001, "Bollinger on Bollinger Bands").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "bollinger_reversion",
    help: "buys when the close comes back inside the lower Bollinger band",
    source: "Bollinger 2001",
    params: &[
        Param::int("period", [10, 60, 5], 20, "bars of the bands"),
        Param::float(
            "width",
            [1.0, 3.5, 0.25],
            2.0,
            "standard deviations from the middle to a band",
        ),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(close, bb_lower(close, {period}, {width}))",
        short: "crosses_down(close, bb_upper(close, {period}, {width}))",
    },
    strength: None,
};
