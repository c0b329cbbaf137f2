//! One setting of everything: when to enter, and how to leave.

use std::fmt;

use crate::strategy::{Ensemble, ExitRule};

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub entries: Ensemble,
    pub exits: ExitRule,
}

/// `rsi(oversold=30, period=14), exits of 2 atr(14), …`
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {}", self.entries, self.exits)
    }
}
