//! A number, and how well it is known.

use serde::Serialize;

use crate::stats::hac;

/// An estimate with two standard errors. `plain` takes every row for a draw of its own, which
/// labels that reach over more than one bar are not: it is shown to be compared with. `hac` knows
/// that neighbours share their future, and is the one to believe.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Estimate {
    pub value: Option<f64>,
    pub se_plain: Option<f64>,
    pub t_plain: Option<f64>,
    /// Newey & West 1987, over `lags` instants.
    pub se_hac: Option<f64>,
    /// In errors as a normal has them: beyond ±1.96 where the band leaves 0 out.
    pub t_hac: Option<f64>,
    pub lags: Option<u64>,
    /// Nineteen times in twenty, by `se_hac`, with the critical value of Kiefer & Vogelsang 2005:
    /// a little more than 1.96.
    pub band_hac: Option<[f64; 2]>,
}

/// Within so many errors lie 95 % of a normal.
pub const NORMAL: f64 = 1.96;
/// Instants below which nothing is said of how they depend on each other.
const LEAST_TIMES: usize = 10;

impl Estimate {
    /// `shocks` is what each instant moved the value by, to first order (its influence function
    /// over the number of rows): they sum to zero.
    pub(super) fn new(
        value: Option<f64>,
        se_plain: Option<f64>,
        shocks: &[f64],
        overlap: usize,
    ) -> Self {
        let Some(value) = value else { return Self::default() };
        let se_plain = se_plain.filter(is_positive);
        let plain = Self {
            value: Some(value),
            se_plain,
            t_plain: se_plain.map(|se| value / se),
            ..Self::default()
        };
        if shocks.len() < LEAST_TIMES.max(2 * overlap) {
            return plain;
        }
        let lags = hac::lags(shocks, overlap);
        let se = hac::long_run(shocks, lags).sqrt();
        let Some(se) = Some(se).filter(is_positive) else { return plain };
        let critical = hac::critical(lags, shocks.len());
        let half = critical * se;
        Self {
            se_hac: Some(se),
            t_hac: Some(value / se * (NORMAL / critical)),
            lags: Some(lags as u64),
            band_hac: Some([value - half, value + half]),
            ..plain
        }
    }
}

fn is_positive(error: &f64) -> bool {
    error.is_finite() && *error > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_short_a_history_has_the_plain_error_alone() {
        let few = Estimate::new(Some(1.0), Some(0.5), &[0.1, -0.1], 1);
        assert_eq!((few.t_plain, few.se_hac, few.lags), (Some(2.0), None, None));
        let shocks = [0.1, -0.1].repeat(10);
        assert_eq!(Estimate::new(Some(1.0), None, &shocks, 11).se_hac, None);
        assert!(Estimate::new(Some(1.0), None, &shocks, 1).se_hac.is_some());
        assert_eq!(Estimate::new(None, Some(0.5), &shocks, 1), Estimate::default());
    }
}
