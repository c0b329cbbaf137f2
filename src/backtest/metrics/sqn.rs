//! How sure the trades' mean is.

use super::finite;
use super::moments::mean_and_sd;

/// System quality number, `√n · mean(x) / sd(x)` (Tharp 2008, "Definitive Guide to Position Sizing
/// Strategies", of R-multiples, who takes n for 100 at most; here n is what it is): the t-value of
/// the trades' mean. Of nets or of R-multiples, as given.
pub fn sqn(values: &[f64]) -> Option<f64> {
    /// Of equal values the spread is what rounding leaves.
    const ROUNDING: f64 = 1e-12;
    let [mean, sd] = mean_and_sd(values)?;
    let has_spread = sd > ROUNDING * mean.abs();
    has_spread.then(|| (values.len() as f64).sqrt() * mean / sd).and_then(finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_trades_by_hand() {
        // Mean 1; deviations 2, −2, 1, −1: 10 / 3.
        let value = sqn(&[3.0, -1.0, 2.0, 0.0]).unwrap();
        assert!((value - 2.0 / (10.0_f64 / 3.0).sqrt()).abs() < 1e-15, "{value}");
    }

    #[test]
    fn equal_or_too_few_trades_have_none() {
        for values in [&[][..], &[1.0], &[0.1; 7], &[0.0; 3]] {
            assert_eq!(sqn(values), None);
        }
    }
}
