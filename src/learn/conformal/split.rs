//! Split conformal prediction.

use serde::{Deserialize, Serialize};

/// From `low` to `high`, both inside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    pub fn holds(&self, outcome: f64) -> bool {
        self.low <= outcome && outcome <= self.high
    }

    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// The calibration slice: what was expected, what came, and the row's volatility, each in bps.
#[derive(Debug, Clone, Copy)]
pub struct ConformalRows<'a> {
    pub expected: &'a [f64],
    pub outcome: &'a [f64],
    pub scale: &'a [f64],
}

/// The scores of the calibration slice, in order of size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitConformal {
    scores: Vec<f64>,
    coverage: f64,
}

impl SplitConformal {
    /// Rows that have no score (a value missing, a scale that is not positive) are left out.
    /// `None` with fewer scores than the coverage asks for, n ≥ c / (1 − c), or where the coverage
    /// is not inside 0 to 1.
    pub fn fit(rows: &ConformalRows<'_>, coverage: f64) -> Option<Self> {
        let pairs = rows.expected.iter().zip(rows.outcome).zip(rows.scale);
        let mut scores: Vec<f64> = pairs.filter_map(|((e, y), s)| score(*e, *y, *s)).collect();
        scores.sort_unstable_by(f64::total_cmp);
        let inside = coverage > 0.0 && coverage < 1.0;
        let enough = rank(scores.len(), coverage) <= scores.len();
        (inside && enough && !scores.is_empty()).then_some(Self { scores, coverage })
    }

    pub fn coverage(&self) -> f64 {
        self.coverage
    }

    pub fn n_scores(&self) -> usize {
        self.scores.len()
    }

    /// The interval of a row at the coverage it was fitted for; `None` where the row has none.
    pub fn interval(&self, expected: f64, scale: f64) -> Option<Interval> {
        self.interval_at(self.coverage, expected, scale)
    }

    /// The ⌈(n + 1)·c⌉-th smallest score, times the scale, to either side (Papadopoulos et al. 2002,
    /// "Inductive confidence machines for regression"; Lei, G'Sell, Rinaldo, Tibshirani & Wasserman
    /// 2018, "Distribution-free predictive inference for regression", JASA 113, §5.2 for the
    /// scale). A coverage beyond what n scores can promise gets the largest score rather than the
    /// whole line, which nobody could trade or plot.
    pub fn interval_at(&self, coverage: f64, expected: f64, scale: f64) -> Option<Interval> {
        let is_usable = expected.is_finite() && scale.is_finite() && scale > 0.0;
        if !is_usable {
            return None;
        }
        let at = rank(self.scores.len(), coverage).clamp(1, self.scores.len());
        let half = self.scores[at - 1] * scale;
        Some(Interval { low: expected - half, high: expected + half })
    }
}

fn score(expected: f64, outcome: f64, scale: f64) -> Option<f64> {
    let score = (outcome - expected).abs() / scale;
    (scale > 0.0 && score.is_finite()).then_some(score)
}

/// ⌈(n + 1)·c⌉, without the rounding of (n + 1)·c that would push an exact product one up.
fn rank(n: usize, coverage: f64) -> usize {
    ((n as f64 + 1.0) * coverage.clamp(0.0, 1.0) - 1e-9).ceil() as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nine() -> ConformalRows<'static> {
        ConformalRows {
            expected: &[0.0; 9],
            outcome: &[1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0, -8.0, 18.0],
            scale: &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0],
        }
    }

    #[test]
    fn the_quantile_is_that_of_a_finite_sample() {
        let fitted = SplitConformal::fit(&nine(), 0.8).unwrap(); // ⌈10·0.8⌉ = 8th of 1..9
        let interval = fitted.interval(10.0, 2.0).unwrap();
        assert_eq!(interval, Interval { low: -6.0, high: 26.0 });
        assert!(interval.holds(26.0) && !interval.holds(26.1));
        let nine_tenths = SplitConformal::fit(&nine(), 0.9).unwrap();
        assert_eq!(nine_tenths.interval(0.0, 1.0).unwrap().high, 9.0);
    }

    #[test]
    fn too_few_scores_for_the_coverage_are_refused() {
        assert_eq!(SplitConformal::fit(&nine(), 0.95), None); // needs 19
        assert_eq!(SplitConformal::fit(&nine(), 1.0), None);
        let unscaled = ConformalRows { scale: &[0.0; 9], ..nine() };
        assert_eq!(SplitConformal::fit(&unscaled, 0.5), None);
    }

    #[test]
    fn a_row_without_expectation_or_scale_has_no_interval() {
        let fitted = SplitConformal::fit(&nine(), 0.8).unwrap();
        assert_eq!(fitted.interval(f64::NAN, 1.0), None);
        assert_eq!(fitted.interval(0.0, 0.0), None);
        assert_eq!(fitted.interval(0.0, f64::INFINITY), None);
    }

    proptest! {
        #[test]
        fn more_coverage_is_never_narrower(
            outcome in prop::collection::vec(-9.0..9.0_f64, 40..80),
            (a, b) in (-0.5..1.5_f64, -0.5..1.5_f64),
        ) {
            let (zeros, ones) = (vec![0.0; outcome.len()], vec![1.0; outcome.len()]);
            let rows = ConformalRows { expected: &zeros, outcome: &outcome, scale: &ones };
            let fitted = SplitConformal::fit(&rows, 0.9).unwrap();
            let width = |c: f64| fitted.interval_at(c, 0.0, 1.0).unwrap().width();
            prop_assert!(width(a.min(b)) <= width(a.max(b)));
        }
    }
}
