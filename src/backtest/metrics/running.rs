//! Mean and standard deviation of numbers that come one by one.

use super::finite;

/// A return is a ratio near 1 less 1, known to about 2⁻⁵²: a smaller spread than this is rounding,
/// not risk.
pub const ROUNDING: f64 = 1e-14;

/// Mean, and squares about it (Welford 1962, "Note on a method for calculating corrected sums of
/// squares and products", Technometrics 4(3)): as exact as two passes, and nothing is kept. A
/// backtest and a sweep both count returns by this, so their Sharpe ratios are one number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Running {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Running {
    pub fn of(values: &[f64]) -> Self {
        let mut running = Self::default();
        values.iter().for_each(|value| running.add(*value));
        running
    }

    #[inline]
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let off = value - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (value - self.mean);
    }

    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// With n − 1.
    pub fn sd(&self) -> Option<f64> {
        let n_free = self.n.checked_sub(1).filter(|n| *n > 0)?;
        Some((self.squares / n_free as f64).sqrt())
    }

    /// `mean / sd · √returns_per_year`, with n − 1; `None` below two returns, and where they have
    /// no spread.
    pub fn sharpe(&self, returns_per_year: f64) -> Option<f64> {
        let sd = self.sd()?;
        let ratio = (sd > ROUNDING).then(|| self.mean / sd * returns_per_year.sqrt());
        ratio.and_then(finite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::stats;

    #[test]
    fn four_returns_by_hand() {
        // Mean 0.01; sd with n − 1 is 0.01 · √(4/3).
        let four = Running::of(&[0.02, 0.0, 0.02, 0.0]);
        assert!((four.sharpe(256.0).unwrap() - 16.0 * 0.75_f64.sqrt()).abs() < 1e-12);
        for nothing in [&[][..], &[0.01], &[0.1; 7]] {
            assert_eq!(Running::of(nothing).sharpe(365.0), None);
        }
        assert_eq!(Running::of(&[0.1, f64::NAN]).sharpe(365.0), None);
    }

    #[test]
    fn one_pass_is_two_passes() {
        let mut rng = Rng::stream(7, "running", &[]);
        // A mean a hundred times the spread: where sums of squares would cancel.
        let values: Vec<f64> = (0..5000).map(|_| 1.0 + 0.01 * rng.normal()).collect();
        let two = stats::mean(&values).unwrap() / stats::sd(&values).unwrap();
        assert!((Running::of(&values).sharpe(1.0).unwrap() / two - 1.0).abs() < 1e-12);
    }
}
