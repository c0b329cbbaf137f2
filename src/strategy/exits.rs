//! Exits as parameters, and as the distances that the engine takes: it alone closes positions.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::fault::BadChoice;
use super::param::{Param, complete};
use super::signals::compile;
use super::value::{Point, Value};
use crate::backtest::screen::{Column, Exits, bits};
use crate::features::{BadFeature, Shape};
use crate::market::Columns;

/// What distances are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Average true ranges at the close of the decision (Wilder 1978).
    Atr,
    /// Hundredths of a percent of that close.
    Bps,
}

const ATR_PARAMS: &[Param] = &[
    Param::int("atr_bars", [7, 49, 7], 14, "bars of the average true range"),
    Param::float("stop", [0.0, 6.0, 0.5], 2.0, "average true ranges to the stop; 0: none"),
    Param::float("target", [0.0, 10.0, 0.5], 4.0, "average true ranges to the target; 0: none"),
    Param::float("trail", [0.0, 8.0, 0.5], 0.0, "how far the trailing stop follows; 0: none"),
    HOLD_BARS,
    TARGET_FRACTION,
];

const BPS_PARAMS: &[Param] = &[
    Param::float("stop", [0.0, 500.0, 10.0], 100.0, "bps to the stop; 0: none"),
    Param::float("target", [0.0, 1000.0, 20.0], 200.0, "bps to the target; 0: none"),
    Param::float("trail", [0.0, 500.0, 10.0], 0.0, "how far the trailing stop follows; 0: none"),
    HOLD_BARS,
    TARGET_FRACTION,
];

const HOLD_BARS: Param =
    Param::int("hold_bars", [0, 576, 12], 96, "bars after which a position is closed; 0: none");
const TARGET_FRACTION: Param =
    Param::float("target_fraction", [0.25, 1.0, 0.25], 1.0, "share of it that the target closes");

impl Unit {
    pub fn params(self) -> &'static [Param] {
        match self {
            Self::Atr => ATR_PARAMS,
            Self::Bps => BPS_PARAMS,
        }
    }
}

/// Exits at a point that is checked; infinity: none.
#[derive(Debug, Clone, PartialEq)]
pub struct ExitRule {
    /// The expression that distances are multiples of.
    unit: String,
    stop: f64,
    target: f64,
    trail: f64,
    /// `u32::MAX`: no limit.
    hold_bars: u32,
    target_fraction: f64,
}

/// The units' columns, each computed once, however many rules share it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Units(BTreeMap<String, Vec<f64>>);

/// A rule's distances in price units, by the bar of the decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Distances {
    stop: Option<Vec<f64>>,
    target: Option<Vec<f64>>,
    trail: Option<Vec<f64>>,
    target_fraction: f64,
    hold_bars: u32,
    /// The bars on which every distance is one: no entry may be where there is none.
    pub ready: Vec<u64>,
}

impl ExitRule {
    /// Defaults where the point says nothing.
    pub fn new(unit: Unit, point: &Point) -> Result<Self, Vec<BadChoice>> {
        let point = complete("exits", unit.params(), point)?;
        let number = |name: &str| point.get(name).and_then(Value::as_f64).unwrap_or_default();
        let or_none = |name: &str| Some(number(name)).filter(|x| *x > 0.0).unwrap_or(f64::INFINITY);
        let hold_bars = number("hold_bars") as u32;
        Ok(Self {
            unit: match unit {
                Unit::Atr => format!("atr({})", number("atr_bars")),
                Unit::Bps => "close * 0.0001".to_owned(),
            },
            stop: or_none("stop"),
            target: or_none("target"),
            trail: or_none("trail"),
            hold_bars: if hold_bars == 0 { u32::MAX } else { hold_bars },
            target_fraction: number("target_fraction"),
        })
    }

    /// What distances are multiples of, as an expression.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The distances on some rows of bars, whose closes these are. A stop must be further than
    /// `least_bps` of the close: the engine refuses one within twice the half spread.
    pub fn distances(
        &self,
        (units, rows): (&Units, Range<usize>),
        closes: &[f64],
        least_bps: f64,
    ) -> Option<Distances> {
        let unit = units.0.get(&self.unit)?.get(rows)?;
        let column = |multiple: f64| -> Option<Vec<f64>> {
            multiple.is_finite().then(|| unit.iter().map(|unit| unit * multiple).collect())
        };
        let (stop, target, trail) = (column(self.stop), column(self.target), column(self.trail));
        let is_needed = stop.is_some() || target.is_some() || trail.is_some();
        let far = |row: usize| {
            stop.as_ref().is_none_or(|stop| stop[row] > least_bps * 1e-4 * closes[row])
        };
        // A unit that is missing is not above 0.
        let ready = bits(unit.len(), |row| (!is_needed || unit[row] > 0.0) && far(row));
        let Self { target_fraction, hold_bars, .. } = *self;
        Some(Distances { stop, target, trail, target_fraction, hold_bars, ready })
    }
}

/// `stop 2 atr(14), target 4 atr(14), 96 bars`
impl std::fmt::Display for ExitRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let levels = [("stop", self.stop), ("target", self.target), ("trail", self.trail)];
        let known = levels.iter().filter(|(_, distance)| distance.is_finite());
        let told = known.map(|(name, distance)| format!("{name} {distance} × {}", self.unit));
        let part = (self.target_fraction < 1.0).then(|| format!("part {}", self.target_fraction));
        let hold = (self.hold_bars < u32::MAX).then(|| format!("{} bars", self.hold_bars));
        let all: Vec<String> = told.chain(part).chain(hold).collect();
        f.write_str(if all.is_empty() { "no exits".to_owned() } else { all.join(", ") }.as_str())
    }
}

impl Units {
    /// What the rules are multiples of.
    pub fn new<'a>(
        rules: impl IntoIterator<Item = &'a ExitRule>,
        shape: &Shape,
        bars: &Columns,
    ) -> Result<Self, Vec<BadFeature>> {
        let mut units = Self::default();
        units.add(rules, shape, bars)?;
        Ok(units)
    }

    /// Computes what is not there yet.
    pub fn add<'a>(
        &mut self,
        rules: impl IntoIterator<Item = &'a ExitRule>,
        shape: &Shape,
        bars: &Columns,
    ) -> Result<(), Vec<BadFeature>> {
        let mut texts: Vec<String> = rules.into_iter().map(|rule| rule.unit.clone()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts.retain(|text| !self.0.contains_key(text));
        let columns = compile(&texts, shape)?.evaluate(bars, |value| value);
        self.0.extend(texts.into_iter().zip(columns));
        Ok(())
    }
}

impl Distances {
    /// As the screen takes them; [`Exits::intent`] makes the engine's intents of the same.
    pub fn exits(&self) -> Exits<'_> {
        Exits {
            stop: each(self.stop.as_deref()),
            target: each(self.target.as_deref()),
            trail: each(self.trail.as_deref()),
            target_fraction: self.target_fraction,
            hold_bars: self.hold_bars,
        }
    }
}

fn each(values: Option<&[f64]>) -> Column<'_> {
    values.map_or(Column::Same(f64::INFINITY), Column::Each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Timeframe;
    use crate::strategy::tests::tape::{LEAD, after_calm, closes, rows, shape};

    fn rule(unit: Unit, values: &[(&str, f64)]) -> ExitRule {
        let value = |(name, x): &(&str, f64)| ((*name).to_owned(), Value::Float(*x));
        ExitRule::new(unit, &values.iter().map(value).collect()).unwrap()
    }

    /// The calm has a true range of 2.
    #[test]
    fn distances_are_multiples_of_the_average_true_range() {
        let bars = after_calm(Timeframe::M5, &closes(&[99.0]));
        let of = |values: &[(&str, f64)], least_bps: f64| {
            let rule = rule(Unit::Atr, values);
            let units = Units::new([&rule], &shape(&bars), bars.columns()).unwrap();
            rule.distances((&units, 0..bars.len()), &bars.columns().close, least_bps).unwrap()
        };
        let distances = of(&[("stop", 1.5), ("target", 0.0), ("trail", 3.0)], 0.0);
        let exits = distances.exits();
        let Column::Each(stops) = exits.stop else { panic!("{exits:?}") };
        assert!((stops[LEAD] - 3.0).abs() < 1e-9);
        assert_eq!((exits.target, exits.hold_bars), (Column::Same(f64::INFINITY), 96));
        // Not before the average has settled, and then always.
        let ready = rows(&distances.ready);
        assert_eq!((ready.first(), ready.last()), (Some(&126), Some(&LEAD)));
        // 3 of 99 or 101 is about 300 bps.
        assert!(!of(&[("stop", 1.5)], 290.0).ready.is_empty());
        assert!(rows(&of(&[("stop", 1.5)], 310.0).ready).is_empty());
        let only_time = of(&[("stop", 0.0), ("target", 0.0), ("hold_bars", 0.0)], 0.0);
        assert_eq!(only_time.exits().hold_bars, u32::MAX);
        assert_eq!(rows(&only_time.ready).len(), bars.len());
    }

    #[test]
    fn distances_are_bps_of_the_close() {
        let bars = after_calm(Timeframe::M5, &closes(&[110.0]));
        let rule = rule(Unit::Bps, &[("stop", 50.0), ("target_fraction", 0.5)]);
        let units = Units::new([&rule], &shape(&bars), bars.columns()).unwrap();
        let distances =
            rule.distances((&units, 0..bars.len()), &bars.columns().close, 0.0).unwrap();
        let Column::Each(stops) = distances.exits().stop else { panic!() };
        assert!((stops[LEAD] - 0.55).abs() < 1e-12);
        assert_eq!(rule.target_fraction, 0.5);
    }
}
