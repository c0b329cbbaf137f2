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

/// The scores of the calibration slice, of calm, middling and wild rows apart where there are
/// enough: a scale that is itself an estimate is too small where it is small and too large where it
/// is large, and each third would miss its coverage by a few points otherwise (Vovk, Lindsay,
/// Nouretdinov & Gammerman 2003, "Mondrian confidence machine").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitConformal {
    groups: Vec<Group>,
    coverage: f64,
}

/// Rows of a scale up to this, or any where it is the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Group {
    up_to: Option<f64>,
    /// In order of size.
    scores: Vec<f64>,
}

const N_GROUPS: usize = 3;
/// With labels of a dozen bars that is some 25 independent outcomes; fewer are not told apart.
const LEAST_ROWS: usize = 300;

impl SplitConformal {
    /// Rows that have no score (a value missing, a scale that is not positive) are left out.
    /// `None` with fewer scores than the coverage asks for, n ≥ c / (1 − c), or where the coverage
    /// is not inside 0 to 1.
    pub fn fit(rows: &ConformalRows<'_>, coverage: f64) -> Option<Self> {
        let pairs = rows.expected.iter().zip(rows.outcome).zip(rows.scale);
        let mut known: Vec<(f64, f64)> =
            pairs.filter_map(|((e, y), s)| Some((*s, score(*e, *y, *s)?))).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = known.len();
        let mut ends: Vec<usize> = if n >= N_GROUPS * LEAST_ROWS {
            (1..N_GROUPS).map(|k| end_of_ties(&known, k * n / N_GROUPS)).collect()
        } else {
            Vec::new()
        };
        ends.push(n);
        ends.dedup();
        let mut start = 0;
        let mut groups = Vec::new();
        for end in ends {
            let mut scores: Vec<f64> = known[start..end].iter().map(|row| row.1).collect();
            scores.sort_unstable_by(f64::total_cmp);
            groups.push(Group { up_to: (end < n).then(|| known[end - 1].0), scores });
            start = end;
        }
        let inside = coverage > 0.0 && coverage < 1.0;
        let enough = groups.iter().all(|g| rank(g.scores.len(), coverage) <= g.scores.len());
        (inside && enough && n > 0).then_some(Self { groups, coverage })
    }

    pub fn coverage(&self) -> f64 {
        self.coverage
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
        let is_within = |group: &&Group| group.up_to.is_none_or(|up_to| scale <= up_to);
        let scores = &self.groups.iter().find(is_within)?.scores;
        let at = rank(scores.len(), coverage).clamp(1, scores.len());
        let half = scores[at - 1] * scale;
        Some(Interval { low: expected - half, high: expected + half })
    }
}

/// Behind all rows of the scale of the one before `at`: rows of one scale are never told apart.
fn end_of_ties(known: &[(f64, f64)], at: usize) -> usize {
    let scale = known[at - 1].0;
    at + known[at..].iter().take_while(|row| row.0 == scale).count()
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

    #[test]
    fn calm_and_wild_rows_have_scores_of_their_own() {
        let n = 3 * LEAST_ROWS;
        let scale: Vec<f64> = (0..n).map(|i| 1.0 + (i * 3 / n) as f64).collect();
        // A scale that says 1, 2, 3 where the outcomes are as large as 2, 2, 2.
        let outcome: Vec<f64> = (0..n).map(|i| 2.0 * (i % 10) as f64 / 9.0).collect();
        let rows = ConformalRows { expected: &vec![0.0; n], outcome: &outcome, scale: &scale };
        let fitted = SplitConformal::fit(&rows, 0.95).unwrap();
        for scale in [1.0, 2.0, 3.0] {
            assert!((fitted.interval(0.0, scale).unwrap().high - 2.0).abs() < 1e-12, "{scale}");
        }
        assert_eq!(fitted.interval(0.0, 30.0).unwrap().high, 20.0);
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
