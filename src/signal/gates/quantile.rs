//! The expected return must be among the extremes of recent ones. Refuses with `quantile`.

use crate::signal::params::SignalParams;

/// For longs, the share of the window's values below the expected return, those equal to it
/// counting half, is at least `level`; for shorts, the share above it. Without ties that is: beyond
/// the `level`-quantile of the values strictly before it, or below the mirror of that, the (1 −
/// level)-quantile (the inverse of the empirical distribution, type 1 of Hyndman & Fan 1996,
/// "Sample quantiles in statistical packages").
#[derive(Clone, Copy)]
pub struct Quantile {
    /// Of a standing.
    at_least: u32,
    most: u32,
}

impl Quantile {
    /// `None` where it is off.
    pub fn new(params: &SignalParams) -> Option<Self> {
        let most = params.quantile_window.saturating_mul(2);
        let level = params.quantile_level?;
        Some(Self { at_least: (level * f64::from(most)).ceil() as u32, most })
    }

    /// `standing` as in [`crate::signal::standing`]; an unknown one never passes.
    #[inline(always)]
    pub fn passes(&self, z: f64, standing: u32) -> bool {
        let share = if z > 0.0 { standing } else { self.most.wrapping_sub(standing) };
        (standing <= self.most) & (share >= self.at_least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::standing::UNKNOWN;

    fn gate(level: f64) -> Quantile {
        let quantile_level = Some(level);
        let params =
            SignalParams { quantile_level, quantile_window: 10, ..SignalParams::default() };
        Quantile::new(&params).unwrap()
    }

    #[test]
    fn longs_need_most_below_and_shorts_most_above() {
        // Nine of ten below, none equal.
        let (high, low) = (18, 2);
        assert!(gate(0.9).passes(1.0, high) && !gate(0.9).passes(-1.0, high));
        assert!(gate(0.9).passes(-1.0, low) && !gate(0.9).passes(1.0, low));
        assert!(!gate(0.9).passes(1.0, high - 1) && !gate(0.91).passes(1.0, high));
    }

    #[test]
    fn what_is_always_the_same_is_no_extreme() {
        assert!(!gate(0.6).passes(1.0, 10) && !gate(0.6).passes(-1.0, 10));
        // A plateau of four in ten at the top: a share of 0.8.
        assert!(gate(0.8).passes(1.0, 2 * 6 + 4));
    }

    #[test]
    fn the_unknown_does_not_pass() {
        assert!(!gate(0.5).passes(1.0, UNKNOWN) && !gate(0.5).passes(-1.0, UNKNOWN));
    }
}
