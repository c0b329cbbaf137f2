//! The prediction interval must not hold zero. Refuses with `conformal`.

/// For longs the lower bound is above 0, for shorts the upper bound below 0. The bounds are the
/// horizons' bounds, weighted as the predictions are: if every horizon's outcome is above its
/// bound, so is their weighted mean above the weighted bound. A horizon that counts and has no
/// interval: refused.
pub struct Conformal {
    pub is_on: bool,
}

impl Conformal {
    #[inline(always)]
    pub fn passes(&self, z: f64, [lower, upper]: [f64; 2]) -> bool {
        if z > 0.0 { lower > 0.0 } else { upper < 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_must_be_outside_on_the_side_of_the_signal() {
        let passes = |z: f64, bounds: [f64; 2]| Conformal { is_on: true }.passes(z, bounds);
        assert!(passes(1.0, [0.1, 9.0]) && passes(-1.0, [-9.0, -0.1]));
        assert!(!passes(1.0, [0.0, 9.0]) && !passes(-1.0, [-9.0, 0.0]));
        assert!(!passes(-1.0, [0.1, 9.0]) && !passes(1.0, [f64::NAN, f64::NAN]));
        assert!(!passes(1.0, [f64::NEG_INFINITY, f64::INFINITY]));
    }
}
