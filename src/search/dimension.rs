//! One dimension: as a user writes it, and checked.

use std::fmt;

use serde::de::{self, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::Value;
use crate::stats::as_written;

/// One dimension as it is written: `{float: [0.5, 1.0]}`, `{log: [0.01, 0.3]}`, `{int: [3, 8]}`,
/// `{int_log: [8, 512]}`, each with a `step` if wanted (not on logs); `{choice: [depth, leaf]}`;
/// `{bool: any}`; and a bare value, which stays as it is.
// `remote` makes the derived reader a plain function, which the one for bare values calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct DimensionParams {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub float: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int: Option<[i64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int_log: Option<[i64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bool: Option<Any>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
}

/// Both of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    Any,
}

/// A dimension that can be searched.
#[derive(Debug, Clone, PartialEq)]
pub enum Dimension {
    /// Everything between the ends.
    Float {
        low: f64,
        high: f64,
        scale: Scale,
    },
    /// `low`, `low + step`, … up to `high`.
    Steps {
        low: f64,
        step: f64,
        n: u64,
    },
    /// Whole numbers, `step` apart.
    Int {
        low: i64,
        step: i64,
        n: u64,
        scale: Scale,
    },
    /// One of these; none is nearer to one than to another.
    Choice(Vec<Value>),
    Fixed(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

/// Above this, neighbouring floats of a whole number are no longer one apart.
const EXACT: u64 = 1 << 53;

impl DimensionParams {
    /// Why it cannot be searched is told as the end of a sentence that begins with its name.
    pub fn check(&self) -> Result<Dimension, String> {
        let kinds = [
            self.float.map(|ends| self.check_float(ends)),
            self.log.map(|ends| self.check_log(ends)),
            self.int.map(|ends| self.check_int(ends)),
            self.int_log.map(|ends| self.check_int_log(ends)),
            self.choice.as_ref().map(|values| self.check_choice(values)),
            self.bool.map(|Any::Any| self.check_choice(&[Value::Bool(false), Value::Bool(true)])),
            self.fixed.as_ref().map(|value| self.check_fixed(value)),
        ];
        let mut named = kinds.into_iter().flatten();
        match (named.next(), named.next()) {
            (Some(kind), None) => kind,
            (None, _) => Err("says nothing to search: write one of `float`, `log`, `int`, \
                              `int_log`, `choice`, `bool`, or a value"
                .to_owned()),
            (Some(_), Some(_)) => Err("must have one kind only".to_owned()),
        }
    }

    fn check_float(&self, [low, high]: [f64; 2]) -> Result<Dimension, String> {
        rising(low, high)?;
        let Some(step) = self.step else {
            return Ok(Dimension::Float { low, high, scale: Scale::Linear });
        };
        // Rounding may put the only step beyond the end: 0.3 - 0.1 is below 0.2.
        if !(step > 0.0 && step <= (high - low) * (1.0 + 1e-12)) {
            return Err(format!("has the step {step}, which does not fit between its ends"));
        }
        // The last step may miss the end by rounding: 0.1 + 2 × 0.1 is above 0.3.
        let n = ((high - low) / step * (1.0 + 1e-12)).floor();
        if n >= EXACT as f64 {
            return Err(format!("has the step {step}, which is too small to count"));
        }
        Ok(Dimension::Steps { low, step, n: n as u64 + 1 })
    }

    fn check_log(&self, [low, high]: [f64; 2]) -> Result<Dimension, String> {
        rising(low, high)?;
        self.check_log_ends(low)?;
        Ok(Dimension::Float { low, high, scale: Scale::Log })
    }

    fn check_int(&self, [low, high]: [i64; 2]) -> Result<Dimension, String> {
        let width = int_width(low, high)?;
        let step = self.step.unwrap_or(1.0);
        if !(step >= 1.0 && step <= width as f64 && step.fract() == 0.0) {
            return Err(format!(
                "has the step {step}, which must be whole and fit its ends; with a point, `{low}.0` is the \
                 beginning of steps that are not whole"
            ));
        }
        let step = step as u64;
        Ok(Dimension::Int { low, step: step as i64, n: width / step + 1, scale: Scale::Linear })
    }

    fn check_int_log(&self, [low, high]: [i64; 2]) -> Result<Dimension, String> {
        let width = int_width(low, high)?;
        self.check_log_ends(low as f64)?;
        Ok(Dimension::Int { low, step: 1, n: width + 1, scale: Scale::Log })
    }

    fn check_log_ends(&self, low: f64) -> Result<(), String> {
        if low <= 0.0 {
            return Err(format!("begins at {low}, but a logarithm needs a beginning above 0"));
        }
        self.without_step()
    }

    fn check_choice(&self, values: &[Value]) -> Result<Dimension, String> {
        self.without_step()?;
        if values.len() < 2 {
            return Err("offers fewer than two values; write a single one bare".to_owned());
        }
        if let Some(odd) = values.iter().find(|value| !value.is_finite()) {
            return Err(format!("offers {odd}, which is not a number"));
        }
        for (at, value) in values.iter().enumerate() {
            if values[..at].contains(value) {
                return Err(format!("offers `{value}` twice"));
            }
        }
        Ok(Dimension::Choice(values.to_vec()))
    }

    fn check_fixed(&self, value: &Value) -> Result<Dimension, String> {
        self.without_step()?;
        if !value.is_finite() {
            return Err(format!("is {value}, which is not a number"));
        }
        Ok(Dimension::Fixed(value.clone()))
    }

    fn without_step(&self) -> Result<(), String> {
        let fault = "has a step, which only `float` and `int` can have";
        self.step.map_or(Ok(()), |_| Err(fault.to_owned()))
    }
}

fn rising(low: f64, high: f64) -> Result<(), String> {
    if low < high && (high - low).is_finite() {
        return Ok(());
    }
    Err(format!("goes from {low} to {high}: the ends must be finite and rise"))
}

fn int_width(low: i64, high: i64) -> Result<u64, String> {
    let is_exact = low.unsigned_abs().max(high.unsigned_abs()) < EXACT / 2;
    if low < high && is_exact {
        return Ok(low.abs_diff(high));
    }
    Err(format!("goes from {low} to {high}: the ends must rise, and be below 4.5e15"))
}

impl Dimension {
    /// How many values there are; `None`: no end of them.
    pub fn n_values(&self) -> Option<u64> {
        match self {
            Self::Float { .. } => None,
            Self::Steps { n, .. } | Self::Int { n, .. } => Some(*n),
            Self::Choice(values) => Some(values.len() as u64),
            Self::Fixed(_) => Some(1),
        }
    }

    /// The value at `at` in `[0, 1]`: each of `n` values owns an equal part, or one as wide as it is
    /// on a logarithm.
    pub fn decode(&self, at: f64) -> Value {
        let at = at.clamp(0.0, 1.0);
        match self {
            // Exactly, where the logarithm would be a bit beside it.
            Self::Float { low, .. } if at == 0.0 => Value::Float(*low),
            Self::Float { high, .. } if at == 1.0 => Value::Float(*high),
            Self::Float { low, high, scale: Scale::Linear } => {
                Value::Float((low + at * (high - low)).clamp(*low, *high))
            }
            Self::Float { low, high, scale: Scale::Log } => {
                let (from, to) = (libm::log(*low), libm::log(*high));
                Value::Float(libm::exp(from + at * (to - from)).clamp(*low, *high))
            }
            Self::Int { low, n, scale: Scale::Log, .. } => {
                let (from, to) = log_reach(*low, *n);
                let value = libm::exp(from + at * (to - from)).round() as i64;
                Value::Int(value.clamp(*low, *low + (*n - 1) as i64))
            }
            _ => self.nth(cell(at, self.n_values().unwrap_or(1))),
        }
    }

    /// The nearest place that is exactly a value's: that of [`Self::decode`], encoded.
    pub fn snap(&self, at: f64) -> f64 {
        match self {
            Self::Float { .. } => at,
            Self::Int { scale: Scale::Log, .. } => self.encode(&self.decode(at)).unwrap_or(at),
            _ => {
                let n = self.n_values().unwrap_or(1);
                (cell(at.clamp(0.0, 1.0), n) as f64 + 0.5) / n as f64
            }
        }
    }

    /// The `k`-th value of a dimension that has a number of them; the beginning of one that has not.
    pub fn nth(&self, k: u64) -> Value {
        match self {
            Self::Float { low, .. } => Value::Float(*low),
            Self::Steps { low, step, n } => Value::Float(step_value(*low, *step, k.min(n - 1))),
            Self::Int { low, step, n, .. } => Value::Int(low + step * k.min(n - 1) as i64),
            Self::Choice(values) => values[k.min(values.len() as u64 - 1) as usize].clone(),
            Self::Fixed(value) => value.clone(),
        }
    }

    /// The inverse of [`Self::nth`].
    pub fn index(&self, value: &Value) -> Option<u64> {
        match (self, value) {
            (Self::Int { low, step, n, .. }, Value::Int(x)) => {
                let distance = x.checked_sub(*low).filter(|d| *d >= 0 && d % step == 0)?;
                Some((distance / step) as u64).filter(|k| k < n)
            }
            (Self::Steps { low, step, n }, Value::Float(x)) => {
                let k = ((x - low) / step).round().clamp(0.0, (n - 1) as f64) as u64;
                (step_value(*low, *step, k) == *x).then_some(k)
            }
            (Self::Choice(values), value) => {
                values.iter().position(|v| v == value).map(|k| k as u64)
            }
            (Self::Fixed(fixed), value) => (fixed == value).then_some(0),
            _ => None,
        }
    }

    /// Where in `[0, 1]` the value is, the middle of its part; `None`: it is not of this dimension.
    pub fn encode(&self, value: &Value) -> Option<f64> {
        match (self, value) {
            (Self::Float { low, high, scale }, Value::Float(x)) => {
                (low <= x && x <= high).then(|| match scale {
                    Scale::Linear => (x - low) / (high - low),
                    Scale::Log => {
                        let (from, to) = (libm::log(*low), libm::log(*high));
                        ((libm::log(*x) - from) / (to - from)).clamp(0.0, 1.0)
                    }
                })
            }
            (Self::Int { low, n, scale: Scale::Log, .. }, Value::Int(x)) => {
                self.index(value)?;
                let (from, to) = log_reach(*low, *n);
                Some((libm::log(*x as f64) - from) / (to - from))
            }
            _ => Some((self.index(value)? as f64 + 0.5) / self.n_values()? as f64),
        }
    }
}

/// Which of `n` equal parts of `[0, 1]` holds `at`.
pub(super) fn cell(at: f64, n: u64) -> u64 {
    ((at * n as f64) as u64).min(n - 1)
}

fn step_value(low: f64, step: f64, k: u64) -> f64 {
    as_written(low + k as f64 * step)
}

/// Whole numbers reach half a step to either side, so that the ends are as likely as their
/// neighbours.
fn log_reach(low: i64, n: u64) -> (f64, f64) {
    (libm::log(low as f64 - 0.5), libm::log(low as f64 + n as f64 - 0.5))
}

impl<'de> Deserialize<'de> for DimensionParams {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Written)
    }
}

impl Serialize for DimensionParams {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

/// A map of kinds, or a bare value.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = DimensionParams;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or a range such as {float: [0.5, 1]}, {log: [0.01, 0.3]}, ")?;
        f.write_str("{int: [3, 8]} or {choice: [a, b]}")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<DimensionParams, E> {
        Ok(Value::Bool(value).into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<DimensionParams, E> {
        Ok(Value::Int(value).into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<DimensionParams, E> {
        i64::try_from(value).map(|n| Value::Int(n).into()).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<DimensionParams, E> {
        Ok(Value::Float(value).into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<DimensionParams, E> {
        Ok(Value::Text(value.to_owned()).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DimensionParams, A::Error> {
        DimensionParams::deserialize(MapAccessDeserializer::new(map))
    }
}

impl From<Value> for DimensionParams {
    fn from(value: Value) -> Self {
        Self { fixed: Some(value), ..Self::default() }
    }
}
