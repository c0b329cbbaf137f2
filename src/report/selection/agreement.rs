//! Do ranks in sample tell those out of sample? If not, the selection is a draw of lots.

use serde::Serialize;

use super::finite;
use crate::stats;

/// The scores of all parameter sets in one window, in sample and out of sample, in one order; NaN
/// where a set has none.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    pub inside: &'a [f64],
    pub outside: &'a [f64],
}

/// One window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    /// Sets with both scores.
    pub n_sets: u64,
    /// Spearman's rank correlation; `None` where one of the two does not vary.
    pub rank_correlation: Option<f64>,
    /// Where the set that is best in sample stands out of sample: 1 is the best, 0 the worst, ½ the
    /// middle, where luck puts it on average.
    pub standing: f64,
}

/// All windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Informed {
    pub n_windows: u64,
    pub mean_correlation: Option<f64>,
    /// Standard error of the mean over windows: sets of one window are alike and no evidence of
    /// their own. Windows whose training slices overlap lean on different test slices.
    pub error: Option<f64>,
    pub share_positive: Option<f64>,
    pub mean_standing: Option<f64>,
}

impl Agreement {
    /// `None` for lists of different lengths, or fewer than two sets with both scores.
    pub fn of(scores: &Scores<'_>) -> Option<Self> {
        let pairs = scores.inside.iter().zip(scores.outside);
        let known = pairs.filter(|(a, b)| a.is_finite() && b.is_finite());
        let (inside, outside): (Vec<f64>, Vec<f64>) = known.unzip();
        let fits = scores.inside.len() == scores.outside.len() && inside.len() > 1;
        let best = best(&inside).filter(|_| fits)?;
        let rank = stats::ranks(&outside)[best];
        Some(Self {
            n_sets: inside.len() as u64,
            rank_correlation: stats::spearman(&inside, &outside),
            standing: (rank - 1.0) / (inside.len() as f64 - 1.0),
        })
    }
}

/// The highest score, the first of several.
fn best(scores: &[f64]) -> Option<usize> {
    (0..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a })
}

impl Informed {
    /// Windows that have no correlation are left out of what is made of correlations.
    pub fn of(windows: &[Agreement]) -> Self {
        let known: Vec<f64> = windows.iter().filter_map(|w| w.rank_correlation).collect();
        let n = known.len() as f64;
        let n_positive = known.iter().filter(|r| **r > 0.0).count();
        let standings: Vec<f64> = windows.iter().map(|w| w.standing).collect();
        Self {
            n_windows: windows.len() as u64,
            mean_correlation: stats::mean(&known),
            error: stats::sd(&known).and_then(|sd| finite(sd / n.sqrt())),
            share_positive: finite(n_positive as f64 / n),
            mean_standing: stats::mean(&standings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn four_sets_by_hand() {
        let scores =
            Scores { inside: &[1.0, 4.0, 2.0, 3.0, f64::NAN], outside: &[2.0, 3.0, 1.0, 5.0, 9.0] };
        let found = Agreement::of(&scores).unwrap();
        // Ranks 1 4 2 3 against 2 3 1 4: 1 − 6·4 / (4·15).
        assert!((found.rank_correlation.unwrap() - 0.6).abs() < 1e-15);
        assert_eq!((found.n_sets, found.standing), (4, 2.0 / 3.0));
        let flat = Agreement::of(&Scores { inside: &[1.0, 1.0], outside: &[1.0, 2.0] }).unwrap();
        assert_eq!((flat.rank_correlation, flat.standing), (None, 0.0));
        assert_eq!(Agreement::of(&Scores { inside: &[1.0], outside: &[1.0] }), None);
        assert_eq!(Agreement::of(&Scores { inside: &[1.0, 2.0, 3.0], outside: &[1.0, 2.0] }), None);
    }

    #[test]
    fn windows_together() {
        let window = |r: f64, standing: f64| Agreement {
            n_sets: 9,
            rank_correlation: (r != 0.0).then_some(r),
            standing,
        };
        let found = Informed::of(&[window(0.5, 1.0), window(-0.1, 0.2), window(0.0, 0.6)]);
        assert_eq!((found.n_windows, found.share_positive), (3, Some(0.5)));
        assert!((found.mean_correlation.unwrap() - 0.2).abs() < 1e-15);
        assert!((found.error.unwrap() - 0.3).abs() < 1e-15); // 0.6 / √2 / √2
        assert!((found.mean_standing.unwrap() - 0.6).abs() < 1e-15);
        let none = Informed::of(&[]);
        assert_eq!((none.mean_correlation, none.share_positive), (None, None));
    }

    /// Scores of `n` sets in and out of sample that share `worth` times a part.
    fn windows(worth: f64) -> Informed {
        let window = |seed: u64| {
            let mut rng = Rng::stream(seed, "agreement", &[]);
            let mut set = || {
                let shared = worth * rng.normal();
                (shared + rng.normal(), shared + rng.normal())
            };
            let (inside, outside): (Vec<f64>, Vec<f64>) = (0..50).map(|_| set()).unzip();
            Agreement::of(&Scores { inside: &inside, outside: &outside }).unwrap()
        };
        Informed::of(&(0..60).map(window).collect::<Vec<_>>())
    }

    #[test]
    fn a_selection_that_knows_nothing_is_told_from_one_that_does() {
        let (blind, seeing) = (windows(0.0), windows(1.0));
        assert!(blind.mean_correlation.unwrap().abs() < 3.0 * blind.error.unwrap());
        assert!((blind.mean_standing.unwrap() - 0.5).abs() < 0.12, "{blind:?}");
        // Half of each variance is shared: Spearman's of ½ is 6/π asin(¼) = 0.483.
        let off = seeing.mean_correlation.unwrap() - 0.483;
        assert!(off.abs() < 3.0 * seeing.error.unwrap(), "{seeing:?}");
        assert!(seeing.mean_standing.unwrap() > 0.75, "{seeing:?}");
    }
}
