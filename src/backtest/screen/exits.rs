//! How far from an entry its stop, target and trailing stop are: by the bar of the decision.

use crate::backtest::engine::EngineFault;
use crate::backtest::intent::{Intent, Side};
use crate::backtest::quote::Market;

/// A distance in price units, the same for all bars or one for each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    Same(f64),
    Each(&'a [f64]),
}

/// The exits that all settings share; infinity: none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exits<'a> {
    pub stop: Column<'a>,
    pub target: Column<'a>,
    pub trail: Column<'a>,
    /// Part of a position that the target closes.
    pub target_fraction: f64,
    /// `u32::MAX`: no limit.
    pub hold_bars: u32,
}

impl Column<'_> {
    fn at(&self, row: usize) -> f64 {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[row],
        }
    }
}

impl Exits<'_> {
    /// The intent that a signal at this row means.
    pub fn intent(&self, bar: u32, side: Side, size: f64) -> Intent {
        let at = |column: Column| column.at(bar as usize);
        let (stop, target, trail) = (at(self.stop), at(self.target), at(self.trail));
        let (target_fraction, hold_bars) = (self.target_fraction, self.hold_bars);
        Intent { bar, side, size, stop, target, trail, target_fraction, hold_bars }
    }

    /// A part that no target closes is none.
    pub(super) fn closes_a_part(&self) -> bool {
        self.target_fraction < 1.0 && self.target != Column::Same(f64::INFINITY)
    }

    /// Each column has a value for each bar.
    pub(super) fn check(&self, market: &Market) -> Result<(), EngineFault> {
        let columns = [("stop", self.stop), ("target", self.target), ("trail", self.trail)];
        for (field, column) in columns {
            if let Column::Each(values) = column
                && values.len() != market.len()
            {
                let (found, expected) = (values.len(), market.len());
                let symbol = market.symbol().to_string();
                return Err(EngineFault::Length { symbol, field, found, expected });
            }
        }
        Ok(())
    }
}
