//! What gates may know of a bar: all of it is known at the bar's close.

use crate::backtest::costs::Conditions;

/// A bar as gates see it, live or in columns. Missing numbers are NaN.
pub trait Facts {
    /// Weighted over horizons; missing until the window is full.
    fn z(&self) -> f64;
    /// Weighted over horizons; missing where a prediction is.
    fn expected_bps(&self) -> f64;
    /// Weighted over horizons.
    fn p_up(&self) -> f64;
    /// Lower and upper bound in bps, weighted over horizons.
    fn bounds_bps(&self) -> [f64; 2];
    /// Weighted mean of the horizons, in bars.
    fn horizon(&self) -> f64;
    /// Whether enough predictions came before.
    fn is_warm(&self) -> bool;
    /// Standard deviation of a bar's return.
    fn sigma(&self) -> f64;
    /// Of the expected return, see [`super::standing`].
    fn standing(&self) -> u32;
    /// How many of the last `n` bars have a z of this bar's sign.
    fn agreeing(&self, n: u32) -> u32;
    /// Bits, see [`super::hours`].
    fn sessions(&self) -> u8;
    /// A bit, see [`super::regime`].
    fn regime(&self) -> u8;
    /// In price units.
    fn atr(&self) -> f64;
    fn tape(&self) -> Tape;
}

/// The bar's own market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tape {
    pub close: f64,
    /// High minus low.
    pub range: f64,
    pub volume: f64,
    /// What slippage goes by.
    pub sigma: f64,
}

impl Tape {
    /// Around an order of `size` of `cash`, of which a fill takes at most `most` of the volume.
    #[inline]
    pub fn conditions(&self, size: f64, (cash, most): (f64, f64)) -> Conditions {
        let share = if self.volume > 0.0 {
            (size * cash / (self.close * self.volume)).min(most).min(1.0)
        } else {
            1.0
        };
        self.around(share)
    }

    /// Around an order of a part of the volume.
    #[inline(always)]
    pub fn around(&self, share: f64) -> Conditions {
        Conditions { reference: self.close, range: self.range, sigma: self.sigma, share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_takes_at_most_what_it_may() {
        let tape = Tape { close: 50.0, range: 1.0, volume: 100.0, sigma: 0.01 };
        let share = |size: f64, most: f64| tape.conditions(size, (10_000.0, most)).share;
        // 0.1 of 10,000 is 20 units of 100.
        assert_eq!(share(0.1, f64::INFINITY), 0.2);
        assert_eq!(share(0.1, 0.15), 0.15);
        assert_eq!(share(9.0, f64::INFINITY), 1.0);
        let dry = Tape { volume: 0.0, ..tape };
        assert_eq!(dry.conditions(0.1, (10_000.0, 0.1)).share, 1.0);
    }
}
