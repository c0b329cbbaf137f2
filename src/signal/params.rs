//! The settings, as the configuration has checked them.

use super::gates::direction::Direction;
use super::regime::Regime;
use super::sizing::SizingParams;
use crate::market::Session;

/// `trading_logic`, but for what the engine reads (`cooldown_bars`) and what was found in training
/// (the horizon weights); and of `backtest` the part that a target closes.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalParams {
    pub direction: Direction,
    pub warmup_bars: u32,
    /// At least 2.
    pub volatility_window: u32,
    /// 0: off.
    pub sigma_floor_bps: f64,
    pub z_threshold: f64,
    /// At least 2.
    pub z_window: u32,
    pub ev_gate: bool,
    pub ev_margin_bps: f64,
    /// From one half to 1; `None`: off.
    pub quantile_level: Option<f64>,
    /// At least 1.
    pub quantile_window: u32,
    /// From 1 to `persistence_n`.
    pub persistence_k: u32,
    pub persistence_n: u32,
    /// None: all day.
    pub sessions: Vec<Session>,
    /// None: all.
    pub regimes: Vec<Regime>,
    pub conformal_gate: bool,
    /// At least 1.
    pub atr_window: u32,
    pub stop_atr: Option<f64>,
    pub target_atr: Option<f64>,
    pub trailing_atr: Option<f64>,
    /// Part of the position that the target closes, in (0, 1].
    pub target_fraction: f64,
    /// At least 1; `None`: no limit.
    pub max_hold_bars: Option<u32>,
    pub sizing: SizingParams,
}

impl Default for SignalParams {
    fn default() -> Self {
        Self {
            direction: Direction::Both,
            warmup_bars: 288,
            volatility_window: 288,
            sigma_floor_bps: 1.0,
            z_threshold: 1.0,
            z_window: 2016,
            ev_gate: true,
            ev_margin_bps: 0.0,
            quantile_level: Some(0.9),
            quantile_window: 2016,
            persistence_k: 1,
            persistence_n: 1,
            sessions: Vec::new(),
            regimes: Vec::new(),
            conformal_gate: false,
            atr_window: 14,
            stop_atr: Some(2.0),
            target_atr: Some(3.0),
            trailing_atr: None,
            target_fraction: 1.0,
            max_hold_bars: Some(24),
            sizing: SizingParams::default(),
        }
    }
}
