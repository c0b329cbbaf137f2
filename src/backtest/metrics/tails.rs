//! The shape of the daily returns.

use serde::Serialize;

use super::quantiles::quantiles;
use super::{finite, ratio, spread};
use crate::stats;

/// Losses are positive: `var_95` of 0.02 is a day that loses 2 %. Historical, of one day: no law is
/// assumed. A level is told from as many days on as it takes for one of them to lie beyond it: 20
/// for 95 %, 100 for 99 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tails {
    /// Value at risk: minus the 5 % quantile, linear between order statistics.
    pub var_95: Option<f64>,
    pub var_99: Option<f64>,
    /// Minus the mean of the returns at or below that quantile, expected shortfall (Acerbi & Tasche
    /// 2002, "On the coherence of expected shortfall", J. Banking & Finance 26).
    pub cvar_95: Option<f64>,
    pub cvar_99: Option<f64>,
    /// `g₁ = m₃ / m₂^(3/2)`, as [`stats::skewness`].
    pub skew: Option<f64>,
    /// `g₂ = m₄ / m₂² − 3`, as [`stats::excess_kurtosis`].
    pub excess_kurtosis: Option<f64>,
    /// The 95 % quantile over minus the 5 % quantile, where the one is a gain and the other a loss.
    pub tail_ratio: Option<f64>,
}

impl Tails {
    pub fn new(returns: &[f64]) -> Self {
        let mut values = returns.to_vec();
        let [q01, q05, q95] = quantiles(&mut values, [0.01, 0.05, 0.95]);
        let from = |days: usize, quantile: Option<f64>| quantile.filter(|_| returns.len() >= days);
        let (q01, q05, q95) = (from(100, q01), from(20, q05), from(20, q95));
        let has_shape = spread(returns).is_some();
        let tails = q05.filter(|q| *q < 0.0).zip(q95.filter(|q| *q > 0.0));
        Self {
            var_95: q05.map(|q| 0.0 - q),
            var_99: q01.map(|q| 0.0 - q),
            cvar_95: q05.and_then(|q| shortfall(returns, q)),
            cvar_99: q01.and_then(|q| shortfall(returns, q)),
            skew: has_shape.then(|| stats::skewness(returns)).flatten(),
            excess_kurtosis: has_shape.then(|| stats::excess_kurtosis(returns)).flatten(),
            tail_ratio: tails.and_then(|(low, high)| ratio(high, -low)),
        }
    }
}

fn shortfall(returns: &[f64], quantile: f64) -> Option<f64> {
    let beyond: Vec<f64> = returns.iter().copied().filter(|r| *r <= quantile).collect();
    stats::mean(&beyond).and_then(|mean| finite(0.0 - mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-14, "{value} is not {expected}");
    }

    #[test]
    fn a_hundred_and_one_days_by_hand() {
        // −5 % to 5 % by tenths of a percent, none of them in order.
        let returns: Vec<f64> = (0..101).map(|k| f64::from((k * 37) % 101 - 50) / 1000.0).collect();
        let tails = Tails::new(&returns);
        near(tails.var_95, 0.045);
        near(tails.var_99, 0.049);
        // −50 to −45, and −50 and −49.
        near(tails.cvar_95, 0.0475);
        near(tails.cvar_99, 0.0495);
        near(tails.tail_ratio, 1.0);
        near(tails.skew, 0.0);
        // Of n equally spaced: −6/5 (n² + 1) / (n² − 1).
        near(tails.excess_kurtosis, -1.2 * 10_202.0 / 10_200.0);
    }

    #[test]
    fn between_two_days_the_quantile_is_between_them() {
        let mut returns = vec![0.01; 20];
        (returns[3], returns[7]) = (-0.04, -0.02);
        let tails = Tails::new(&returns);
        // At 0.95 of the way from the first to the second.
        near(tails.var_95, 0.021);
        near(tails.cvar_95, 0.04);
        near(tails.tail_ratio, 0.01 / 0.021);
    }

    #[test]
    fn too_few_days_tell_no_tail() {
        let tails = Tails::new(&[-0.01; 19]);
        assert_eq!((tails.var_95, tails.cvar_95, tails.skew), (None, None, None));
        let tails = Tails::new(&[-0.01; 99]);
        assert_eq!((tails.var_95, tails.var_99, tails.tail_ratio), (Some(0.01), None, None));
        assert_eq!(tails.excess_kurtosis, None);
    }
}
