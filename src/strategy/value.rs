//! One parameter's value, and a point of them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Whole numbers and others stay apart, so that a value is read back as the type it was written as. A
/// search has values of its own (`search::Value`), with true and false, in a room that may not be
/// imported here; whoever searches strategies (`optimize::setup`) turns one into the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Int(i64),
    Float(f64),
    Word(String),
}

/// Values by the names of their parameters.
pub type Point = BTreeMap<String, Value>;

impl Value {
    /// The number, whole or not.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            Self::Word(_) => None,
        }
    }
}

/// As an expression has it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => n.fmt(f),
            Self::Float(x) => x.fmt(f),
            Self::Word(word) => f.write_str(word),
        }
    }
}

/// `rsi(oversold=30, period=14)`
pub fn write_call(f: &mut fmt::Formatter<'_>, name: &str, point: &Point) -> fmt::Result {
    let values: Vec<String> = point.iter().map(|(name, value)| format!("{name}={value}")).collect();
    write!(f, "{name}({})", values.join(", "))
}
