//! The Sharpe ratio, and how well it is known.

use serde::Serialize;

use super::running::Running;
use super::{finite, spread};
use crate::stats::{self, hac};

/// Sharpe 1994 ("The Sharpe ratio", J. Portfolio Management 21(1)), without a riskless rate:
/// `s = mean(r) / sd(r)` of a day, with n − 1, and `s · √N` of a year. The root of time is that of
/// independent returns; where they are not, `se_hac` is the error to believe. All three standard
/// errors are of the yearly ratio: those of the daily one times √N.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sharpe {
    pub sharpe: Option<f64>,
    /// Of independent normal returns: `√((1 + s²/2) / n)` (Lo 2002, "The statistics of Sharpe
    /// ratios", Financial Analysts J. 58(4)).
    pub se_iid: Option<f64>,
    /// Of independent returns of any shape: `√((1 − g₁ s + (g₂ + 2) s² / 4) / n)` with skewness g₁
    /// and excess kurtosis g₂ (Mertens 2002, "Comments on variance of the IID estimator in Lo";
    /// Opdyke 2007, "Comparing Sharpe ratios: so where are the p-values?", J. Asset Management 8).
    pub se_moments: Option<f64>,
    /// Of dependent returns: the long-run variance of the ratio's influence function
    /// `ψ = z − s (z² − 1) / 2`, `z` the standardised return (Lo 2002 by GMM; Ledoit & Wolf 2008,
    /// "Robust performance hypothesis testing with the Sharpe ratio", J. Empirical Finance 15),
    /// with Bartlett's kernel (Newey & West 1987, Econometrica 55). With no lags it is
    /// `se_moments`.
    pub se_hac: Option<f64>,
    /// Lags of `se_hac`: the integer part of `4 (n / 100)^(2/9)` (Newey & West 1994, "Automatic lag
    /// selection in covariance matrix estimation", Rev. Economic Studies 61).
    pub hac_lags: Option<u64>,
}

impl Sharpe {
    pub fn new(returns: &[f64], returns_per_year: Option<f64>) -> Self {
        let n = returns.len() as f64;
        let standard = standardise(returns);
        let daily = standard.as_ref().map(|(s, _)| *s);
        let year = returns_per_year.map(f64::sqrt);
        let lags = (4.0 * libm::pow(n / 100.0, 2.0 / 9.0)) as usize;
        let moments = || {
            let (s, g1, g2) = (daily?, stats::skewness(returns)?, stats::excess_kurtosis(returns)?);
            Some(1.0 - g1 * s + (g2 + 2.0) * s * s / 4.0)
        };
        let hac = standard.map(|(s, z)| long_run_variance(&influences(s, &z), lags));
        let yearly = |variance: Option<f64>| finite((variance? / n).sqrt() * year?);
        Self {
            sharpe: returns_per_year.and_then(|n| Running::of(returns).sharpe(n)),
            se_iid: yearly(daily.map(|s| 1.0 + s * s / 2.0)),
            se_moments: yearly(moments()),
            se_hac: yearly(hac),
            hac_lags: daily.map(|_| lags as u64),
        }
    }
}

/// The daily ratio and the standardised returns, both by the standard deviation with n: the
/// estimator that the errors are derived for.
fn standardise(returns: &[f64]) -> Option<(f64, Vec<f64>)> {
    let (sd, mean, n) = (spread(returns)?, stats::mean(returns)?, returns.len() as f64);
    let sd = sd * ((n - 1.0) / n).sqrt();
    Some((mean / sd, returns.iter().map(|r| (r - mean) / sd).collect()))
}

fn influences(s: f64, standardised: &[f64]) -> Vec<f64> {
    standardised.iter().map(|z| z - s / 2.0 * (z * z - 1.0)).collect()
}

/// `γ₀ + 2 Σ (1 − l / (L + 1)) γ_l` of a series whose mean is 0.
fn long_run_variance(values: &[f64], lags: usize) -> f64 {
    hac::long_run(values, lags) / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value / expected - 1.0).abs() < 1e-12, "{value} is not {expected}");
    }

    /// Mean 0.01; deviations 0.01 and −0.01, twice each.
    const FOUR: [f64; 4] = [0.02, 0.0, 0.02, 0.0];

    #[test]
    fn four_days_by_hand() {
        let sharpe = Sharpe::new(&FOUR, Some(256.0));
        // sd with n − 1 is 0.01 · √(4/3).
        near(sharpe.sharpe, 16.0 * 0.75_f64.sqrt());
        // With n the daily ratio is 1; skewness is 0, excess kurtosis −2.
        near(sharpe.se_iid, 16.0 * (1.5_f64 / 4.0).sqrt());
        near(sharpe.se_moments, 16.0 * (1.0_f64 / 4.0).sqrt());
        // z is ±1, so ψ = z: covariances 1, −3/4, 1/2 over lags 0 to 2; 4 (0.04)^(2/9) is 1.96: one
        // lag, with weight 1/2: 1 − 3/4.
        assert_eq!(sharpe.hac_lags, Some(1));
        near(sharpe.se_hac, 16.0 * (0.25_f64 / 4.0).sqrt());
    }

    #[test]
    fn without_lags_both_errors_without_normality_are_one() {
        let returns = [0.03, -0.01, 0.02, -0.04, 0.05, 0.001];
        let (s, z) = standardise(&returns).unwrap();
        let variance = long_run_variance(&influences(s, &z), 0);
        near(Sharpe::new(&returns, Some(1.0)).se_moments, (variance / 6.0).sqrt());
    }

    #[test]
    fn errors_are_the_spread_of_many_samples() {
        let mut rng = Rng::stream(5, "sharpe", &[]);
        let mut sample = || -> Vec<f64> { (0..300).map(|_| 0.1 + rng.normal()).collect() };
        let many: Vec<Sharpe> = (0..400).map(|_| Sharpe::new(&sample(), Some(1.0))).collect();
        let values: Vec<f64> = many.iter().filter_map(|s| s.sharpe).collect();
        let spread = stats::sd(&values).unwrap();
        let mean = |pick: fn(&Sharpe) -> Option<f64>| {
            stats::mean(&many.iter().filter_map(pick).collect::<Vec<_>>()).unwrap()
        };
        // 400 samples know their spread to 3.5 %.
        for error in [mean(|s| s.se_iid), mean(|s| s.se_moments), mean(|s| s.se_hac)] {
            assert!((error / spread - 1.0).abs() < 0.12, "{error} against {spread}");
        }
    }

    #[test]
    fn returns_that_persist_are_known_less_well() {
        let mut rng = Rng::stream(6, "sharpe", &[]);
        let mut last = 0.0;
        let mut next = || {
            last = 0.6 * last + rng.normal();
            0.1 + last
        };
        let returns: Vec<f64> = (0..4000).map(|_| next()).collect();
        let sharpe = Sharpe::new(&returns, Some(1.0));
        // The mean's error grows by √((1 + 0.6) / (1 − 0.6)) = 2; the kernel sees most of it.
        let ratio = sharpe.se_hac.unwrap() / sharpe.se_iid.unwrap();
        assert!((1.6..2.1).contains(&ratio), "{ratio}");
    }

    #[test]
    fn without_spread_there_is_no_ratio() {
        for returns in [&[][..], &[0.01], &[0.1; 7]] {
            let sharpe = Sharpe::new(returns, Some(365.0));
            assert_eq!((sharpe.sharpe, sharpe.se_iid, sharpe.se_moments), (None, None, None));
            assert_eq!((sharpe.se_hac, sharpe.hac_lags), (None, None));
        }
        assert_eq!(Sharpe::new(&FOUR, None).sharpe, None);
    }
}
