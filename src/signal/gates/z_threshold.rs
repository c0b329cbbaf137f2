//! The prediction must be unusual. Refuses with `z_threshold`.

/// |z| is at least the threshold; a z of 0 has no side and never passes.
pub struct ZThreshold {
    pub at_least: f64,
}

impl ZThreshold {
    #[inline(always)]
    pub fn passes(&self, z: f64) -> bool {
        (z.abs() >= self.at_least) & (z != 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_pass_from_the_threshold_on() {
        let gate = ZThreshold { at_least: 1.5 };
        let passes = [1.5, -1.5, 1.49, -1.49, f64::NAN].map(|z| gate.passes(z));
        assert_eq!(passes, [true, true, false, false, false]);
        let off = ZThreshold { at_least: 0.0 };
        assert_eq!([0.0, -0.0, 1e-300].map(|z| off.passes(z)), [false, false, true]);
    }
}
