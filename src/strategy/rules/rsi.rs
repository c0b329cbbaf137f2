//! Wilder's relative strength index leaves its extremes (Wilder 1978, "New concepts in technical
//! trading systems").

use crate::strategy::{Param, Sides, Strategy};

pub const STRATEGY: Strategy = Strategy {
    name: "rsi",
    help: "buys when the relative strength index comes back from oversold",
    source: "Wilder 1978",
    params: &[
        Param::int("period", [5, 30, 1], 14, "bars of the index"),
        Param::int(
            "oversold",
            [15, 45, 5],
            30,
            "level from which it comes back; overbought lies as far below 100",
        ),
    ],
    parts: &[],
    entry: Sides {
        long: "crosses_up(rsi(close, {period}), {oversold})",
        short: "crosses_down(rsi(close, {period}), 100 - {oversold})",
    },
    strength: None,
};
