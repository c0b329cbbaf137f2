//! What one dimension of a search can be, and all of them together.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One setting. Whole numbers and others stay apart, so that a value is read back as the type it
/// was written as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// A setting for every dimension, by name.
pub type Point = BTreeMap<String, Value>;

impl Value {
    /// The number, whole or not.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(x) => Some(*x),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }

    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// JSON has no other numbers.
    pub(super) fn is_finite(&self) -> bool {
        !matches!(self, Self::Float(x) if !x.is_finite())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Int(n) => n.fmt(f),
            Self::Float(x) => x.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::Float),
            any::<String>().prop_map(Value::Text),
        ]
    }

    proptest! {
        #[test]
        fn a_point_comes_back_from_json_bit_for_bit(
            point in prop::collection::btree_map(any::<String>(), any_value(), 0..6)
        ) {
            let text = serde_json::to_string(&point).unwrap();
            let back: Point = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
            for (a, b) in point.values().zip(back.values()) {
                prop_assert_eq!(a.as_f64().map(f64::to_bits), b.as_f64().map(f64::to_bits));
                prop_assert_eq!(a, b);
            }
        }
    }
}
