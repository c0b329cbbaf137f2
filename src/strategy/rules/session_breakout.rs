//! Asia's range is broken in the first hours of London (Crabel 1990, "Day trading with short term
//! price patterns and opening range breakout", on the range of a session that is over). On bars of
//! a day or more there are no entries: they open in no session.

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "session_breakout",
    help: "follows the close out of Asia's range in the first hours of London",
    source: "Crabel 1990",
    params: &[
        Param::int("hours", [1, 9, 1], 4, "first hours of London in which it enters"),
        Param::float(
            "buffer",
            [0.0, 1.0, 0.1],
            0.1,
            "how far beyond the range, in average true ranges",
        ),
    ],
    parts: &[("open", "ts - session_id('london') < {hours} * 3600000000")],
    entry: Sides {
        long: "crosses_up(close, last_session_max(high, 'asia') + {buffer} * atr(14)) \
             and {open}",
        short: "crosses_down(close, last_session_min(low, 'asia') - {buffer} * atr(14)) \
             and {open}",
    },
    strength: None,
};
