//! What a parameter is: the one declaration that feeds search, listing and forms.

use serde::Serialize;

use super::fault::BadChoice;
use super::value::{Point, Value};
use crate::stats::as_written;

/// A parameter of a strategy, a layer, an exit or an ensemble.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Param {
    pub name: &'static str,
    #[serde(flatten)]
    pub range: Range,
    pub help: &'static str,
}

/// What it can be. Any number between the ends is possible; `step` is how a grid walks from one to
/// the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Range {
    Int { low: i64, high: i64, step: i64, default: i64 },
    Float { low: f64, high: f64, step: f64, default: f64 },
    Choice { choices: &'static [&'static str], default: &'static str },
}

impl Param {
    pub const fn int(
        name: &'static str,
        [low, high, step]: [i64; 3],
        default: i64,
        help: &'static str,
    ) -> Self {
        Self { name, range: Range::Int { low, high, step, default }, help }
    }

    pub const fn float(
        name: &'static str,
        [low, high, step]: [f64; 3],
        default: f64,
        help: &'static str,
    ) -> Self {
        Self { name, range: Range::Float { low, high, step, default }, help }
    }

    pub const fn choice(
        name: &'static str,
        choices: &'static [&'static str],
        default: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, range: Range::Choice { choices, default }, help }
    }

    pub fn default(&self) -> Value {
        match self.range {
            Range::Int { default, .. } => Value::Int(default),
            Range::Float { default, .. } => Value::Float(default),
            Range::Choice { default, .. } => Value::Word(default.to_owned()),
        }
    }

    /// How many values its grid has.
    pub fn n_values(&self) -> u64 {
        match self.range {
            Range::Int { low, high, step, .. } => {
                (high - low).unsigned_abs() / step.unsigned_abs() + 1
            }
            // The last step may miss the end by rounding: 0.1 + 2 × 0.1 is above 0.3.
            Range::Float { low, high, step, .. } => {
                ((high - low) / step * (1.0 + 1e-12)).floor() as u64 + 1
            }
            Range::Choice { choices, .. } => choices.len() as u64,
        }
    }

    /// The `k`-th value of its grid; the last beyond.
    pub fn nth(&self, k: u64) -> Value {
        let k = k.min(self.n_values() - 1);
        match self.range {
            Range::Int { low, step, .. } => Value::Int(low + step * k as i64),
            Range::Float { low, step, .. } => Value::Float(as_written(low + k as f64 * step)),
            Range::Choice { choices, .. } => Value::Word(choices[k as usize].to_owned()),
        }
    }

    /// The value as this parameter has it, such as a whole number where a float is meant.
    fn fit(&self, value: &Value) -> Option<Value> {
        let fitted = match (self.range, value) {
            (Range::Int { low, high, .. }, Value::Int(n)) if (low..=high).contains(n) => {
                value.clone()
            }
            (Range::Int { low, high, .. }, Value::Float(x))
                if x.fract() == 0.0 && (low as f64..=high as f64).contains(x) =>
            {
                Value::Int(*x as i64)
            }
            (Range::Float { low, high, .. }, Value::Int(_) | Value::Float(_)) => {
                Value::Float(value.as_f64().filter(|x| (low..=high).contains(x))?)
            }
            (Range::Choice { choices, .. }, Value::Word(word))
                if choices.contains(&word.as_str()) =>
            {
                value.clone()
            }
            _ => return None,
        };
        Some(fitted)
    }

    /// What it takes, as the end of a sentence.
    fn need(&self) -> String {
        match self.range {
            Range::Int { low, high, .. } => format!("a whole number from {low} to {high}"),
            Range::Float { low, high, .. } => format!("a number from {low} to {high}"),
            Range::Choice { choices, .. } => format!("one of {}", choices.join(", ")),
        }
    }
}

/// The point with defaults where it says nothing. `of` names whose parameters these are. All
/// faults are told at once.
pub fn complete(of: &str, params: &[Param], point: &Point) -> Result<Point, Vec<BadChoice>> {
    let unknown = point.keys().filter(|name| params.iter().all(|p| p.name != name.as_str()));
    let names = || params.iter().map(|p| p.name);
    let mut faults: Vec<BadChoice> =
        unknown.map(|name| BadChoice::param(of, name, names())).collect();
    let mut complete = Point::new();
    for param in params {
        let given = point.get(param.name);
        match given.map_or_else(|| Some(param.default()), |value| param.fit(value)) {
            Some(value) => drop(complete.insert(param.name.to_owned(), value)),
            None => faults.push(BadChoice::Value {
                of: of.to_owned(),
                param: param.name,
                value: given.map(Value::to_string).unwrap_or_default(),
                need: param.need(),
            }),
        }
    }
    if faults.is_empty() { Ok(complete) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: [Param; 3] = [
        Param::int("period", [5, 30, 5], 15, ""),
        Param::float("width", [0.1, 0.3, 0.1], 0.2, ""),
        Param::choice("basis", &["atr", "bps"], "atr", ""),
    ];

    fn point(values: &[(&str, Value)]) -> Point {
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn a_grid_reaches_both_ends() {
        assert_eq!(PARAMS.map(|p| p.n_values()), [6, 3, 2]);
        let ends = PARAMS.map(|p| (p.nth(0).to_string(), p.nth(99).to_string()));
        let ends = ends.each_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        assert_eq!(ends, [("5", "30"), ("0.1", "0.3"), ("atr", "bps")]);
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        let said = point(&[("period", Value::Float(20.0)), ("width", Value::Float(0.15))]);
        let whole = complete("x", &PARAMS, &said).unwrap();
        let expected = [
            ("basis", Value::Word("atr".to_owned())),
            ("period", Value::Int(20)),
            ("width", Value::Float(0.15)),
        ];
        assert_eq!(whole, point(&expected));
    }

    #[test]
    fn every_fault_of_a_point_is_told() {
        let wrong = point(&[
            ("perod", Value::Int(7)),
            ("period", Value::Float(7.5)),
            ("width", Value::Float(f64::NAN)),
            ("basis", Value::Word("pips".to_owned())),
        ]);
        let faults = complete("x", &PARAMS, &wrong).unwrap_err();
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        `x` has no parameter `perod`
        `period` of `x` is `7.5`: it must be a whole number from 5 to 30
        `width` of `x` is `NaN`: it must be a number from 0.1 to 0.3
        `basis` of `x` is `pips`: it must be one of atr, bps
        ");
    }
}
