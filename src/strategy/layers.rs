//! What entries may have to pass besides: gates that any strategy and any ensemble can stand
//! behind.

use serde::Serialize;

use super::fault::BadChoice;
use super::param::{Param, complete};
use super::spec::Sides;
use super::template::{Filling, Frame, Outline};
use super::value::Point;
use crate::features::expr::nearest;
use crate::market::Session;

/// A gate as it is declared. `{higher}` is the longer timeframe, `{strength}` how strong the entry
/// is.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Layer {
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    pub params: &'static [Param],
    /// Parts of the templates by name; each may use those before it.
    #[serde(skip)]
    pub parts: &'static [(&'static str, &'static str)],
    #[serde(skip)]
    pub condition: Sides<&'static str>,
}

/// The trend of longer bars, as swing traders read it: a fast exponential average over a slow one.
const TREND: Layer = Layer {
    name: "trend",
    help: "enters with the trend of longer bars: a fast average above a slow one for longs",
    params: &[
        Param::int("fast", [10, 50, 10], 50, "longer bars of the fast average"),
        Param::int("ratio", [2, 5, 1], 4, "how many times longer the slow one is"),
    ],
    parts: &[("fast_line", "ema(close, {fast})"), ("slow_line", "ema(close, {fast} * {ratio})")],
    condition: Sides {
        long: "tf(\"{higher}\", {fast_line} > {slow_line})",
        short: "tf(\"{higher}\", {fast_line} < {slow_line})",
    },
};

/// Against chop: Kaufman's efficiency ratio (1995, "Smarter trading") is low where price goes to
/// and fro, and the rank of volatility is low where it does not go at all.
const REGIME: Layer = Layer {
    name: "regime",
    help: "enters only where price gets somewhere, and is not unusually quiet",
    params: &[
        Param::int("bars", [20, 200, 20], 60, "bars over which price must get somewhere"),
        Param::float("efficiency", [0.0, 0.5, 0.05], 0.1, "least share of its way that is headway"),
        Param::float(
            "quiet",
            [0.0, 0.6, 0.1],
            0.2,
            "least rank of volatility in ten times the bars",
        ),
    ],
    parts: &[("rank", "rank(volatility({bars}), {bars} * 10)")],
    condition: Sides { long: CALM, short: CALM },
};
const CALM: &str = "efficiency(close, {bars}) >= {efficiency} and {rank} >= {quiet}";

/// A session by its own clock and daylight saving, or its first hours, which traders call a kill
/// zone.
const SESSION: Layer = Layer {
    name: "session",
    help: "enters only in the hours of a session, or in its first ones",
    params: &[
        Param::choice("session", &Session::NAMES, "london_new_york", "whose hours"),
        Param::int("hours", [1, 9, 1], 9, "hours from its beginning; 9 are all of it"),
    ],
    parts: &[],
    condition: Sides { long: HOURS, short: HOURS },
};
const HOURS: &str = "ts - session_id(\"{session}\") < {hours} * 3600000000";

/// A weighted sum of what speaks for an entry: its own strength up to 0.40, higher highs and higher
/// lows up to 0.25, the trend of longer bars up to 0.20, and how straight the structure is up to
/// 0.15.
const CONFIDENCE: Layer = Layer {
    name: "confidence",
    help: "enters only where strength (0.40), structure (0.25 + 0.15) and longer trend (0.20) add up",
    params: &[
        Param::float("min_confidence", [0.2, 0.9, 0.05], 0.5, "least sum, 0 to 1"),
        Param::int("swing", [10, 60, 10], 20, "bars of a swing of the structure"),
    ],
    parts: &[
        ("top", "max(high, {swing})"),
        ("bottom", "min(low, {swing})"),
        (
            "rising",
            "0.5 * ({top} > lag({top}, {swing})) + 0.5 * ({bottom} > lag({bottom}, {swing}))",
        ),
        (
            "falling",
            "0.5 * ({top} < lag({top}, {swing})) + 0.5 * ({bottom} < lag({bottom}, {swing}))",
        ),
        ("up", "tf(\"{higher}\", ema(close, 50) > ema(close, 200))"),
        ("down", "tf(\"{higher}\", ema(close, 50) < ema(close, 200))"),
        ("straight", "0.15 * efficiency(close, {swing})"),
    ],
    condition: Sides {
        long: "0.40 * {strength} + 0.25 * {rising} + 0.20 * {up} + {straight} >= {min_confidence}",
        short: "0.40 * {strength} + 0.25 * {falling} + 0.20 * {down} + {straight} \
                >= {min_confidence}",
    },
};

/// In the order in which they are listed.
pub const LAYERS: [&Layer; 4] = [&TREND, &REGIME, &SESSION, &CONFIDENCE];

/// A layer at a point that is checked and whole.
#[derive(Debug, Clone)]
pub struct Gate {
    layer: &'static Layer,
    point: Point,
}

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        self.layer.name == other.layer.name && self.point == other.point
    }
}

impl Layer {
    pub fn find(name: &str) -> Result<&'static Self, BadChoice> {
        let found = LAYERS.into_iter().find(|layer| layer.name == name);
        found.ok_or_else(|| {
            let near = nearest(name, LAYERS.into_iter().map(|layer| layer.name));
            BadChoice::Layer { name: name.to_owned(), nearest: near }
        })
    }
}

impl Gate {
    /// Defaults where the point says nothing.
    pub fn new(layer: &'static Layer, point: &Point) -> Result<Self, Vec<BadChoice>> {
        let point = complete(layer.name, layer.params, point)?;
        Ok(Self { layer, point })
    }

    pub fn layer(&self) -> &'static Layer {
        self.layer
    }

    pub fn point(&self) -> &Point {
        &self.point
    }

    /// The conditions that entries of this strength must meet.
    pub fn conditions(&self, strength: &Sides<String>, frame: &Frame) -> Sides<String> {
        let fill = |template: &str, strength: &str| {
            let mut filling = Filling::new(&self.point, frame);
            filling.name("strength", strength);
            for (name, part) in self.layer.parts {
                filling.name(name, part);
            }
            filling.fill(template)
        };
        let Sides { long, short } = self.layer.condition;
        Sides { long: fill(long, &strength.long), short: fill(short, &strength.short) }
    }

    /// The same for a person to read.
    pub fn outline(&self, frame: &Frame) -> Outline {
        let mut filling = Filling::new(&self.point, frame);
        filling.keep("strength");
        Outline::new(filling, self.layer.parts, self.layer.condition)
    }
}

/// `trend(fast=50, ratio=4)`
impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::value::write_call(f, self.layer.name, &self.point)
    }
}
