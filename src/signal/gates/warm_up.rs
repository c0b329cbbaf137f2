//! No trade before history has been seen. Refuses with `warm_up`.

use crate::signal::facts::Facts;
use crate::signal::params::SignalParams;
use crate::signal::standing::UNKNOWN;

/// At least so many predictions, this bar's included, and every window that a gate or the sizing
/// looks at is full: what is refused further on is refused for what it is, not for want of history.
pub struct WarmUp {
    bars: u32,
    asks_sigma: bool,
    asks_standing: bool,
    asks_regime: bool,
}

impl WarmUp {
    pub fn new(params: &SignalParams) -> Self {
        Self {
            bars: params.warmup_bars,
            asks_sigma: params.sigma_floor_bps > 0.0 || params.sizing.method.asks_sigma(),
            asks_standing: params.quantile_level.is_some(),
            asks_regime: !params.regimes.is_empty(),
        }
    }

    /// Whether so many predictions are enough.
    #[inline(always)]
    pub fn has_seen(&self, predictions: usize) -> bool {
        predictions >= self.bars as usize
    }

    /// How many are enough.
    pub fn bars(&self) -> usize {
        self.bars as usize
    }

    #[inline(always)]
    pub fn passes(&self, bar: &impl Facts) -> bool {
        let wants_history = bar.z().is_nan()
            || self.asks_sigma && bar.sigma().is_nan()
            || self.asks_standing && bar.standing() == UNKNOWN
            || self.asks_regime && bar.regime() == 0;
        bar.is_warm() && !wants_history
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::made_up::Stated;

    fn gate(edit: impl Fn(&mut SignalParams)) -> WarmUp {
        let mut params = SignalParams { quantile_level: None, ..SignalParams::default() };
        edit(&mut params);
        WarmUp::new(&params)
    }

    #[test]
    fn this_bars_prediction_counts() {
        let gate = gate(|p| p.warmup_bars = 3);
        assert_eq!([2, 3, 4].map(|seen| gate.has_seen(seen)), [false, true, true]);
    }

    #[test]
    fn a_window_that_nobody_asks_need_not_be_full() {
        let bar = Stated { standing: UNKNOWN, regime: 0, ..Stated::default() };
        assert!(gate(|_| ()).passes(&bar));
        assert!(!gate(|p| p.quantile_level = Some(0.9)).passes(&bar));
        assert!(!gate(|p| p.regimes = vec![crate::signal::Regime::Trend]).passes(&bar));
        let bar = Stated { sigma: f64::NAN, ..bar };
        assert!(!gate(|_| ()).passes(&bar));
        let fixed = |p: &mut SignalParams| {
            p.sizing.method = crate::signal::SizingMethod::Fixed;
            p.sigma_floor_bps = 0.0;
        };
        assert!(gate(fixed).passes(&bar));
        assert!(!gate(fixed).passes(&Stated { z: f64::NAN, ..bar }));
        assert!(!gate(fixed).passes(&Stated { is_warm: false, ..bar }));
    }
}
