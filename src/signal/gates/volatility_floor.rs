//! No trade in a market that stands still. Refuses with `volatility_floor`.

/// One bar's standard deviation is at least `floor_bps`; 0: off.
pub struct VolatilityFloor {
    pub floor_bps: f64,
}

impl VolatilityFloor {
    #[inline(always)]
    pub fn passes(&self, sigma: f64) -> bool {
        self.floor_bps <= 0.0 || sigma * 1e4 >= self.floor_bps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_itself_is_enough() {
        let gate = VolatilityFloor { floor_bps: 5.0 };
        assert_eq!([4.9e-4, 5e-4, f64::NAN].map(|s| gate.passes(s)), [false, true, false]);
        assert!(VolatilityFloor { floor_bps: 0.0 }.passes(f64::NAN));
    }
}
