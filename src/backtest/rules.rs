//! What is assumed about the market, every assumption by its name.

use serde::{Deserialize, Serialize};

use super::costs::Costs;
use crate::market::LimitFill;

/// Which comes first when one bar reaches both stop and target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intrabar {
    /// The stop.
    #[default]
    Pessimistic,
    /// The target.
    Optimistic,
    /// Open, nearer extreme, other extreme, close; equally near: the worse for the position first.
    Path,
}

/// What a trailing stop follows: always of completed bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrailingBasis {
    #[default]
    Close,
    Extreme,
}

/// What a signal against an open position does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOpposite {
    #[default]
    Hold,
    Exit,
    Reverse,
}

/// What happens to the part of an entry that exceeds the volume cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnCap {
    #[default]
    Wait,
    Cancel,
}

/// What the engine assumes.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Money at the beginning.
    pub cash: f64,
    pub latency_bars: u32,
    pub oco_delay_bars: u32,
    pub limit_fill: LimitFill,
    pub intrabar: Intrabar,
    pub trailing_basis: TrailingBasis,
    pub on_opposite: OnOpposite,
    pub cooldown_bars: u32,
    /// Most of a bar's volume that one fill may take; infinity: no limit.
    pub max_participation: f64,
    pub on_cap: OnCap,
    /// Quantities are whole multiples of this; 0: any quantity.
    pub lot_size: f64,
    /// All positions together may be worth this many times equity when one is opened.
    pub max_leverage: f64,
    /// As a fraction of equity: a smaller position is not taken.
    pub min_trade_size: f64,
    /// One for each symbol.
    pub costs: Vec<Costs>,
}
