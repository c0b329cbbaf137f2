//! Stop, target, trail and time of a position. Refuses with `atr`.

use super::params::SignalParams;

/// Multiples of the average true range at the decision; infinity where there is none.
pub struct Exits {
    stop: Option<f64>,
    target: Option<f64>,
    trail: Option<f64>,
    /// Part of the position that the target closes.
    pub target_fraction: f64,
    pub hold_bars: u32,
}

impl Exits {
    pub fn new(params: &SignalParams) -> Self {
        let hold_bars = params.max_hold_bars.unwrap_or(u32::MAX);
        let (stop, target, trail) = (params.stop_atr, params.target_atr, params.trailing_atr);
        Self { stop, target, trail, target_fraction: params.target_fraction, hold_bars }
    }

    /// In price units; `None` where a level is asked for and the range gives no distance: it is
    /// missing, 0, or too large.
    #[inline]
    pub fn levels(&self, atr: f64) -> Option<[f64; 3]> {
        let level = |multiple: Option<f64>| match multiple {
            None => Some(f64::INFINITY),
            Some(multiple) => Some(multiple * atr).filter(|d| *d > 0.0 && d.is_finite()),
        };
        Some([level(self.stop)?, level(self.target)?, level(self.trail)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_multiples_and_absent_ones_are_out_of_reach() {
        let exits = Exits::new(&SignalParams::default());
        assert_eq!(exits.levels(1.5), Some([3.0, 4.5, f64::INFINITY]));
        for atr in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(exits.levels(atr), None);
        }
        let none = SignalParams {
            stop_atr: None,
            target_atr: None,
            max_hold_bars: None,
            ..SignalParams::default()
        };
        let exits = Exits::new(&none);
        assert_eq!(exits.levels(f64::NAN), Some([f64::INFINITY; 3]));
        assert_eq!(exits.hold_bars, u32::MAX);
    }
}
