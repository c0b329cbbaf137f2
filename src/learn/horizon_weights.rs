//! Many horizons → one: how much each one's prediction counts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::calibrate::mean_with_error;
use crate::stats;

/// An information coefficient, the rank correlation of predictions and outcomes, and its standard
/// error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ic {
    pub value: f64,
    pub error: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum WeightMethod {
    Equal,
    /// One for each horizon, in any unit.
    Fixed(Vec<f64>),
    /// In proportion to the coefficient; 0 where it is negative.
    ByIc,
    /// The same, the coefficients first pulled towards their mean as far as their noise demands:
    /// towards equal weights, that is.
    ByShrunkenIc,
}

/// Weights that sum to 1, one for each horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HorizonWeights {
    pub weights: Vec<f64>,
    /// How far the coefficients were pulled together: 0 not at all, 1 until they were equal.
    pub shrinkage: Option<f64>,
    pub remark: Option<WeightRemark>,
}

/// Why the weights are equal although something else was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WeightRemark {
    NoPositiveIc,
    NoIc,
    FixedUnusable,
}

impl fmt::Display for WeightRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPositiveIc => {
                "equal weights: on the calibration slice no horizon's predictions went with its outcomes"
            }
            Self::NoIc => "equal weights: there are no rows to tell the horizons apart by",
            Self::FixedUnusable => {
                "equal weights: the fixed ones do not match the horizons, or none is above zero"
            }
        })
    }
}

/// The rank correlation of a slice in time order, with an error that knows that `overlap_rows`
/// neighbouring labels share their future: ranks are standardised, and the error is that of the
/// mean of xᵢyᵢ − ρ·(xᵢ² + yᵢ²)/2, the correlation's influence function (Devlin, Gnanadesikan &
/// Kettenring 1975, "Robust estimation and outlier detection with correlation coefficients",
/// Biometrika 62), by Newey & West. Labels of h bars have errors up to √h times the naive 1/√n.
pub fn ic_with_error(predicted: &[f64], outcome: &[f64], overlap_rows: usize) -> Option<Ic> {
    let value = stats::spearman(predicted, outcome)?;
    let (xs, ys) = (standardised_ranks(predicted)?, standardised_ranks(outcome)?);
    let influence: Vec<f64> =
        xs.iter().zip(&ys).map(|(x, y)| x * y - value * (x * x + y * y) / 2.0).collect();
    let error = mean_with_error(&influence, overlap_rows)?.error;
    Some(Ic { value, error })
}

impl HorizonWeights {
    /// From coefficients of rows inside the training window that no tree was fitted to; `None` for a
    /// horizon that has none: it then weighs nothing where coefficients count.
    pub fn of(method: &WeightMethod, ics: &[Option<Ic>]) -> Self {
        match method {
            WeightMethod::Equal => equal(ics.len(), None, None),
            WeightMethod::Fixed(given) => {
                let usable =
                    given.len() == ics.len() && given.iter().all(|w| w.is_finite() && *w >= 0.0);
                let shared = if usable { normalised(given) } else { None };
                match shared {
                    Some(weights) => Self { weights, shrinkage: None, remark: None },
                    None => equal(ics.len(), None, Some(WeightRemark::FixedUnusable)),
                }
            }
            WeightMethod::ByIc => by_ic(ics, 0.0),
            WeightMethod::ByShrunkenIc => by_ic(ics, intensity(ics)),
        }
    }
}

fn equal(n: usize, shrinkage: Option<f64>, remark: Option<WeightRemark>) -> HorizonWeights {
    HorizonWeights { weights: vec![1.0 / n as f64; n], shrinkage, remark }
}

fn by_ic(ics: &[Option<Ic>], pull: f64) -> HorizonWeights {
    let values: Vec<f64> = known(ics).map(|ic| ic.value).collect();
    let mean = stats::mean(&values).unwrap_or(0.0);
    let pulled =
        |ic: &Option<Ic>| ic.map_or(0.0, |ic| ic.value + pull * (mean - ic.value)).max(0.0);
    let raw: Vec<f64> = ics.iter().map(pulled).collect();
    match normalised(&raw) {
        Some(weights) => HorizonWeights { weights, shrinkage: Some(pull), remark: None },
        None if known(ics).next().is_none() => equal(ics.len(), None, Some(WeightRemark::NoIc)),
        None => equal(ics.len(), Some(pull), Some(WeightRemark::NoPositiveIc)),
    }
}

/// How far to pull coefficients ρₖ towards their mean: Σ seₖ²·(1 − 1/K) / Σ (ρₖ − ρ̄)², at most 1.
/// That is the intensity of Ledoit & Wolf 2003 ("Improved estimation of the covariance matrix of
/// stock returns", J. Empir. Finance 10) as Schäfer & Strimmer 2005 (SAGMB 4(1), eq. 8) put it for
/// any estimate and target, the estimate's variance over its squared distance from the target, the
/// mean's own noise taken off. Coefficients of neighbouring horizons err together, which would
/// call for less; we do not know by how much, and equal weights are hard to beat.
fn intensity(ics: &[Option<Ic>]) -> f64 {
    let n = known(ics).count() as f64;
    let values: Vec<f64> = known(ics).map(|ic| ic.value).collect();
    let Some(mean) = stats::mean(&values) else { return 1.0 };
    let apart: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let noise: f64 = known(ics).map(|ic| ic.error * ic.error).sum::<f64>() * (1.0 - 1.0 / n);
    // NaN, where nothing differs and nothing errs, is as good as 1: all are equal already.
    if noise < apart { noise / apart } else { 1.0 }
}

fn known(ics: &[Option<Ic>]) -> impl Iterator<Item = Ic> {
    let usable = |ic: &Ic| ic.value.is_finite() && ic.error.is_finite();
    ics.iter().flatten().copied().filter(usable)
}

/// Divided by their sum; `None` where that is not above zero.
fn normalised(raw: &[f64]) -> Option<Vec<f64>> {
    let largest = raw.iter().copied().fold(0.0, f64::max);
    // By the largest first: the sum of huge ones could overflow.
    let scaled: Vec<f64> = raw.iter().map(|w| w / largest).collect();
    let sum: f64 = scaled.iter().sum();
    (largest > 0.0 && sum.is_finite()).then(|| scaled.iter().map(|w| w / sum).collect())
}

fn standardised_ranks(values: &[f64]) -> Option<Vec<f64>> {
    let ranks = stats::ranks(values);
    let mean = stats::mean(&ranks)?;
    let squares: f64 = ranks.iter().map(|r| (r - mean) * (r - mean)).sum();
    let sd = (squares / ranks.len() as f64).sqrt();
    (sd > 0.0).then(|| ranks.iter().map(|r| (r - mean) / sd).collect())
}

#[cfg(test)]
#[path = "horizon_weights_tests.rs"]
mod tests;
