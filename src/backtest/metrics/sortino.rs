//! Return against downside risk.

use super::ratio;
use crate::stats;

/// `mean(r) / √(Σ min(r, 0)² / n) · √N` (Sortino & Price 1994, "Performance measurement in a
/// downside risk framework", J. Investing 3(3)), with a target of 0. All n returns divide: days
/// without loss are what makes the risk small.
pub fn sortino(returns: &[f64], returns_per_year: Option<f64>) -> Option<f64> {
    let mean = stats::mean(returns)?;
    let squares: f64 = returns.iter().map(|r| r.min(0.0) * r.min(0.0)).sum();
    ratio(mean, (squares / returns.len() as f64).sqrt())
        .map(|daily| Some(daily * returns_per_year?.sqrt()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_losses_are_risk() {
        // Mean 0.01; downside √((0.01² + 0.01²) / 8) = 0.005.
        let returns = [0.05, -0.01, 0.01, -0.01, 0.04, 0.0, 0.0, 0.0];
        let value = sortino(&returns, Some(4.0)).unwrap();
        assert!((value - 4.0).abs() < 1e-12, "{value}");
    }

    #[test]
    fn without_losses_there_is_no_ratio() {
        assert_eq!(sortino(&[0.01, 0.02], Some(4.0)), None);
        assert_eq!(sortino(&[], Some(4.0)), None);
        assert_eq!(sortino(&[0.01, -0.02], None), None);
    }
}
