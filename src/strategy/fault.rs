//! Names that are not, and values that cannot be.

use crate::features::expr::nearest;
use crate::market::Timeframe;

/// What was asked for cannot be. Whoever asks the user adds the nearest spelling as a hint.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadChoice {
    #[error("there is no strategy `{name}`")]
    Strategy { name: String, nearest: Option<&'static str> },
    #[error("there is no layer `{name}`")]
    Layer { name: String, nearest: Option<&'static str> },
    #[error("`{of}` has no parameter `{name}`")]
    Param { of: String, name: String, nearest: Option<&'static str>, known: Vec<&'static str> },
    #[error("`{param}` of `{of}` is `{value}`: it must be {need}")]
    Value { of: String, param: &'static str, value: String, need: String },
    #[error("`{higher}` bars cannot be built from `{bars}` bars")]
    Higher { higher: Timeframe, bars: Timeframe },
    /// An ensemble's rule that its members cannot follow.
    #[error("{0}")]
    Rule(String),
}

impl BadChoice {
    pub(super) fn param(
        of: &str,
        name: &str,
        known: impl Iterator<Item = &'static str> + Clone,
    ) -> Self {
        let near = nearest(name, known.clone());
        Self::Param {
            of: of.to_owned(),
            name: name.to_owned(),
            nearest: near,
            known: known.collect(),
        }
    }

    /// The spelling that was probably meant.
    pub fn nearest(&self) -> Option<&'static str> {
        match self {
            Self::Strategy { nearest, .. }
            | Self::Layer { nearest, .. }
            | Self::Param { nearest, .. } => *nearest,
            Self::Value { .. } | Self::Higher { .. } | Self::Rule(_) => None,
        }
    }
}
