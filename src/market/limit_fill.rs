//! When a resting order counts as filled.

use serde::{Deserialize, Serialize};

/// When a target, a resting limit order, counts as filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitFill {
    /// The price must trade through it: at the level itself others may be first in the queue.
    #[default]
    Through,
    /// The price must reach it.
    Touch,
}
