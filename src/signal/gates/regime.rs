//! Regimes in which positions may be opened. Refuses with `regime`.

use crate::signal::regime::Regime;

/// The bar's regime is one of those named; none named: all.
pub struct RegimeGate {
    allowed: u8,
}

impl RegimeGate {
    pub fn new(regimes: &[Regime]) -> Self {
        Self { allowed: regimes.iter().fold(0, |bits, regime| bits | regime.bit()) }
    }

    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.allowed != 0
    }

    #[inline(always)]
    pub fn passes(&self, regime: u8) -> bool {
        !self.is_on() || regime & self.allowed != 0
    }

    /// The regimes allowed, as bits.
    pub fn allowed(&self) -> u8 {
        self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_regime_passes_only_where_all_are_allowed() {
        let gate = RegimeGate::new(&[Regime::Trend, Regime::Range]);
        assert!(gate.passes(Regime::Trend.bit()) && gate.passes(Regime::Range.bit()));
        assert!(!gate.passes(Regime::Volatile.bit()) && !gate.passes(0));
        assert!(RegimeGate::new(&[]).passes(0));
    }
}
