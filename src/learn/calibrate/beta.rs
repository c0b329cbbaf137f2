//! Beta calibration: a slope for either side.

use serde::{Deserialize, Serialize};

use super::logistic::{Problem, fit};
use super::score::softplus;

/// ln odds = low·ln s − high·ln(1 − s) + intercept, of a score s within 0 to 1 (Kull, Silva Filho
/// & Flach 2017, "Beta calibration", AISTATS). With s = 1/(1 + e⁻ᶻ), the two logarithms are
/// −softplus(−z) and softplus(z): `low` is the slope far below the neutral score, `high` the one
/// far above. That lets it take any score: bps are first divided by their spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beta {
    /// What scores are divided by; 1 for probabilities and log odds, which makes it Kull's.
    pub spread: f64,
    pub low: f64,
    pub high: f64,
    pub intercept: f64,
}

impl Beta {
    /// Of scores on the whole line. A slope that falls is left out and the rest fitted anew, as
    /// its authors do, so that the map rises; `None` where no fit is found or neither side rises.
    pub(super) fn of(
        scores: &[f64],
        targets: &[f64],
        weights: &[f64],
        spread: f64,
    ) -> Option<Self> {
        let terms: Vec<[f64; 3]> = scores
            .iter()
            .map(|score| [-softplus(-score / spread), softplus(score / spread), 1.0])
            .collect();
        let [low, high, intercept] = fit(&Problem { terms: &terms, targets, weights })?;
        if low >= 0.0 && high >= 0.0 {
            return Some(Self { spread, low, high, intercept });
        }
        let kept = usize::from(low < 0.0);
        let terms: Vec<[f64; 2]> = terms.iter().map(|t| [t[kept], 1.0]).collect();
        let [side, intercept] = fit(&Problem { terms: &terms, targets, weights })?;
        let (low, high) = if kept == 0 { (side, 0.0) } else { (0.0, side) };
        (side > 0.0).then_some(Self { spread, low, high, intercept })
    }

    /// The log odds of a score on the whole line.
    pub(super) fn log_odds(&self, score: f64) -> f64 {
        let z = score / self.spread;
        self.intercept - self.low * softplus(-z) + self.high * softplus(z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::calibrate::score::{log_odds, sigmoid};
    use crate::rng::Rng;

    #[test]
    fn a_planted_beta_map_is_found() {
        let truth = Beta { spread: 1.0, low: 0.5, high: 2.0, intercept: 0.3 };
        let mut rng = Rng::new(8);
        let scores: Vec<f64> = (0..40_000).map(|_| log_odds(rng.uniform())).collect();
        let up = |z: &f64| f64::from(u8::from(rng.chance(sigmoid(truth.log_odds(*z)))));
        let targets: Vec<f64> = scores.iter().map(up).collect();
        let found = Beta::of(&scores, &targets, &vec![1.0; scores.len()], 1.0).unwrap();
        for (a, b) in [(found.low, 0.5), (found.high, 2.0), (found.intercept, 0.3)] {
            assert!((a - b).abs() < 0.1, "{found:?}");
        }
    }

    #[test]
    fn equal_slopes_are_a_line() {
        let beta = Beta { spread: 2.0, low: 1.5, high: 1.5, intercept: 0.25 };
        assert!((beta.log_odds(3.0) - (0.25 + 1.5 * 1.5)).abs() < 1e-14);
    }

    #[test]
    fn a_side_that_falls_is_left_out() {
        // Ups are common at the low end, rare in the middle, sure at the top.
        let scores = [-3.0, -3.0, -3.0, -3.0, 0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 3.0];
        let targets = [1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let found = Beta::of(&scores, &targets.map(|t| 0.9 * t + 0.05), &[1.0; 12], 1.0).unwrap();
        assert_eq!(found.low, 0.0);
        assert!(found.high > 0.0);
    }
}
