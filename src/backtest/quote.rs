//! Bars as the engine sees them.

use std::ops::Range;

use super::engine::EngineFault;
use crate::market::{Bars, Symbol, Timeframe};
use crate::units::Ts;

/// One bar of one symbol.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quote {
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
    /// Standard deviation of the log returns of the bars before this one; 0 where no cost asks for
    /// it.
    pub sigma: f64,
}

impl Quote {
    /// A bar without volume fills nothing.
    pub fn is_tradable(&self) -> bool {
        self.volume > 0.0
    }

    /// A quantity's part of the bar's volume.
    pub fn share(&self, qty: f64) -> f64 {
        if self.is_tradable() { (qty / self.volume).min(1.0) } else { 1.0 }
    }
}

/// The bars of one symbol, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Market<'a> {
    pub(super) symbol: &'a Symbol,
    pub(super) timeframe: Timeframe,
    pub(super) ts: &'a [Ts],
    pub(super) open: &'a [f64],
    pub(super) high: &'a [f64],
    pub(super) low: &'a [f64],
    pub(super) close: &'a [f64],
    pub(super) volume: &'a [f64],
    pub(super) sigma: Option<&'a [f64]>,
}

impl<'a> Market<'a> {
    /// Bars are checked by their type; nothing is checked again.
    pub fn of(bars: &'a Bars) -> Self {
        let c = bars.columns();
        Self {
            symbol: bars.symbol(),
            timeframe: bars.timeframe(),
            ts: &c.ts,
            open: &c.open,
            high: &c.high,
            low: &c.low,
            close: &c.close,
            volume: &c.volume,
            sigma: None,
        }
    }

    /// With what [`trailing_sd`](super::volatility::trailing_sd) gives, for slippage that asks for
    /// it.
    pub fn with_sigma(self, sigma: &'a [f64]) -> Result<Self, EngineFault> {
        let symbol = || self.symbol.to_string();
        if sigma.len() != self.len() {
            let (found, expected) = (sigma.len(), self.len());
            return Err(EngineFault::Length { symbol: symbol(), field: "sigma", found, expected });
        }
        match sigma.iter().position(|s| !(s.is_finite() && *s >= 0.0)) {
            Some(bar) => {
                let (field, value) = ("sigma", sigma[bar]);
                Err(EngineFault::Value { symbol: symbol(), bar: bar as u32, field, value })
            }
            None => Ok(Self { sigma: Some(sigma), ..self }),
        }
    }

    /// These bars alone, with the volatility that they have in all history.
    #[must_use]
    pub fn rows(&self, rows: Range<usize>) -> Self {
        Self {
            ts: &self.ts[rows.clone()],
            open: &self.open[rows.clone()],
            high: &self.high[rows.clone()],
            low: &self.low[rows.clone()],
            close: &self.close[rows.clone()],
            volume: &self.volume[rows.clone()],
            sigma: self.sigma.map(|sigma| &sigma[rows]),
            ..*self
        }
    }

    pub fn len(&self) -> usize {
        self.ts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    pub fn symbol(&self) -> &'a Symbol {
        self.symbol
    }

    pub fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    pub fn ts(&self) -> &'a [Ts] {
        self.ts
    }

    pub fn closes(&self) -> &'a [f64] {
        self.close
    }

    /// The bar of a row.
    pub fn quote(&self, row: usize) -> Quote {
        Quote {
            open: self.open[row],
            high: self.high[row],
            low: self.low[row],
            close: self.close[row],
            volume: self.volume[row],
            sigma: self.sigma.map_or(0.0, |sigma| sigma[row]),
        }
    }
}
