//! How likely a Sharpe ratio is more than luck, and how long a record must be to say so.

use serde::Serialize;

use super::finite;
use crate::backtest::metrics::sharpe::Sharpe;
use crate::stats::{self, normal_cdf, normal_quantile};

/// A record of returns, one a day, as far as the error of its Sharpe ratio depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Record {
    pub n_days: u64,
    /// Mean over standard deviation of a day.
    pub sharpe_per_day: f64,
    pub skewness: f64,
    /// Of a normal it is 3.
    pub kurtosis: f64,
}

/// What a record is worth against a Sharpe ratio that would not impress.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackRecord {
    pub record: Record,
    /// The ratio to beat.
    pub benchmark_per_day: f64,
    pub confidence: f64,
    /// See [`Record::probability_above`].
    pub probability: Option<f64>,
    /// See [`Record::days_needed`].
    pub days_needed: Option<f64>,
}

impl Record {
    /// `None` for fewer than two days, or returns that do not vary.
    pub fn of(returns: &[f64]) -> Option<Self> {
        Some(Self {
            n_days: returns.len() as u64,
            sharpe_per_day: Sharpe::new(returns, Some(1.0)).sharpe?,
            skewness: stats::skewness(returns)?,
            kurtosis: 3.0 + stats::excess_kurtosis(returns)?,
        })
    }

    /// The probabilistic Sharpe ratio, `Φ((s − s*) √(n − 1) / √(1 − γ₃ s + (γ₄ − 1) s² / 4))`: how
    /// surely the true ratio is above the benchmark s* (Bailey & López de Prado 2012, "The Sharpe
    /// ratio efficient frontier", J. Risk 15(2), §3). For returns that are independent of each
    /// other, whatever their shape.
    pub fn probability_above(&self, benchmark_per_day: f64) -> Option<f64> {
        finite((self.sharpe_per_day - benchmark_per_day) / self.error()?).map(normal_cdf)
    }

    /// The minimum track record length in days,
    /// `1 + (1 − γ₃ s + (γ₄ − 1) s² / 4) (Φ⁻¹(confidence) / (s − s*))²`: as many days of such
    /// returns as bring the probabilistic Sharpe ratio to `confidence` (the same paper).
    /// `None` where the ratio is not above the benchmark: no record would do.
    pub fn days_needed(&self, benchmark_per_day: f64, confidence: f64) -> Option<f64> {
        let above = self.sharpe_per_day - benchmark_per_day;
        let z = normal_quantile(confidence)?;
        let errors = (above > 0.0).then_some(z / above)?;
        finite(1.0 + self.shape() * errors * errors)
    }

    /// The standard error of the daily ratio (the same paper).
    pub fn error(&self) -> Option<f64> {
        let variance = self.shape() / (self.n_days as f64 - 1.0);
        (variance.is_finite() && variance > 0.0).then(|| variance.sqrt())
    }

    /// Never negative, as γ₄ ≥ 1 + γ₃².
    pub(super) fn shape(&self) -> f64 {
        let s = self.sharpe_per_day;
        1.0 - self.skewness * s + (self.kurtosis - 1.0) / 4.0 * s * s
    }
}

impl TrackRecord {
    pub fn of(returns: &[f64], benchmark_per_day: f64, confidence: f64) -> Option<Self> {
        let record = Record::of(returns)?;
        Some(Self {
            record,
            benchmark_per_day,
            confidence,
            probability: record.probability_above(benchmark_per_day),
            days_needed: record.days_needed(benchmark_per_day, confidence),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value / expected - 1.0).abs() < 1e-10, "{value} is not {expected}");
    }

    const RETURNS: [f64; 8] = [0.01, -0.02, 0.03, 0.015, -0.01, 0.02, 0.005, -0.03];

    #[test]
    fn eight_days_as_scipy_has_them() {
        let record = Record::of(&RETURNS).unwrap();
        near(Some(record.sharpe_per_day), 0.120_761_472_884_911_96);
        near(Some(record.skewness), -0.329_203_584_427_630_4);
        near(Some(record.kurtosis), 1.8575);
        near(record.probability_above(0.0), 0.622_809_199_767_468);
        near(record.probability_above(0.05), 0.572_729_604_166_664_4);
        near(record.days_needed(0.0, 0.95), 194.478_467_003_985_14);
    }

    /// An example of Bailey & López de Prado 2012: 24 months at 0.458 a month (1.59 a year) look
    /// like 0.982 if they were normal, and like 0.913 with the skewness and kurtosis they have.
    #[test]
    fn the_hedge_fund_of_the_paper() {
        let normal = Record { n_days: 24, sharpe_per_day: 0.458, skewness: 0.0, kurtosis: 3.0 };
        let fund = Record { skewness: -2.448, kurtosis: 10.164, ..normal };
        assert!((normal.probability_above(0.0).unwrap() - 0.982).abs() < 5e-4);
        assert!((fund.probability_above(0.0).unwrap() - 0.913).abs() < 5e-4);
    }

    #[test]
    fn the_length_needed_brings_the_probability_asked_for() {
        let record = Record { n_days: 500, sharpe_per_day: 0.06, skewness: -0.7, kurtosis: 6.0 };
        let days = record.days_needed(0.01, 0.95).unwrap();
        let n_days = days.round() as u64;
        let long = Record { n_days, ..record };
        assert!((long.probability_above(0.01).unwrap() - 0.95).abs() < 1e-3, "{days}");
        assert_eq!(record.days_needed(0.06, 0.95), None);
        assert_eq!(record.days_needed(0.0, 1.0), None);
    }

    #[test]
    fn without_skill_every_probability_is_as_likely() {
        let mut rng = Rng::stream(11, "psr", &[]);
        let mut sample = || -> Vec<f64> { (0..250).map(|_| rng.student_t(5.0)).collect() };
        let found: Vec<f64> = (0..1000)
            .filter_map(|_| Record::of(&sample()).unwrap().probability_above(0.0))
            .collect();
        for level in [0.05, 0.5, 0.95] {
            let below = found.iter().filter(|p| **p < level).count() as f64 / 1000.0;
            assert!((below - level).abs() < 0.04, "{level}: {below}");
        }
    }

    #[test]
    fn without_spread_there_is_no_record() {
        assert_eq!(Record::of(&[]), None);
        assert_eq!(Record::of(&[0.01]), None);
        assert_eq!(Record::of(&[0.0; 30]), None);
        assert_eq!(TrackRecord::of(&[0.0; 30], 0.0, 0.95), None);
    }
}
