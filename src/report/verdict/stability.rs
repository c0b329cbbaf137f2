//! Is the result that of most folds, or of one?

use serde::Serialize;

use super::finite;
use super::sign_test::sign_test;
use crate::stats;

/// A figure of every fold, in the order of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stability {
    /// Folds that have the figure.
    pub n_folds: u64,
    pub n_positive: u64,
    pub share_positive: Option<f64>,
    /// The chance of as many positive folds from a fair coin; folds at 0 are left out. See
    /// [`sign_test`].
    pub sign_test_p: Option<f64>,
    pub total: Option<f64>,
    pub best: Option<Fold>,
    pub worst: Option<Fold>,
    /// The best fold's part of the total: above 1, the other folds together lose. `None` where the
    /// total is not positive.
    pub best_share: Option<f64>,
    /// Means of the earlier and the later half; of an odd number the middle fold is in neither.
    pub halves: Option<[f64; 2]>,
    /// How surely the halves differ: Welch's t of the later less the earlier (Welch 1947, "The
    /// generalization of Student's problem", Biometrika 34).
    pub halves_t: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fold {
    /// As it is numbered among all, those without the figure too.
    pub number: u64,
    pub value: f64,
}

impl Stability {
    /// Of net results or ICs. A fold without the figure is left out, as is one that is not finite.
    pub fn of(folds: &[Option<f64>]) -> Self {
        let known: Vec<Fold> = (0..)
            .zip(folds)
            .filter_map(|(number, value)| Some(Fold { number, value: finite((*value)?)? }))
            .collect();
        let values: Vec<f64> = known.iter().map(|fold| fold.value).collect();
        let count = |is: fn(&f64) -> bool| values.iter().filter(|value| is(value)).count() as u64;
        let (n_folds, n_positive) = (values.len() as u64, count(|value| *value > 0.0));
        let first_of = |better: fn(f64, f64) -> bool| {
            let choose = |a: Fold, b: Fold| if better(b.value, a.value) { b } else { a };
            known.iter().copied().reduce(choose)
        };
        let best = first_of(|a, b| a > b);
        let total = (n_folds > 0).then(|| values.iter().sum::<f64>());
        let half = values.len() / 2;
        let (early, late) = (&values[..half], &values[values.len() - half..]);
        Self {
            n_folds,
            n_positive,
            share_positive: finite(n_positive as f64 / n_folds as f64),
            sign_test_p: sign_test(n_positive, n_positive + count(|value| *value < 0.0)),
            total,
            best,
            worst: first_of(|a, b| a < b),
            best_share: total
                .filter(|total| *total > 0.0)
                .zip(best)
                .and_then(|(total, best)| finite(best.value / total)),
            halves: stats::mean(early).zip(stats::mean(late)).map(|(early, late)| [early, late]),
            halves_t: welch(late, early),
        }
    }
}

fn welch(a: &[f64], b: &[f64]) -> Option<f64> {
    let squared_error = |values: &[f64]| Some(stats::variance(values)? / values.len() as f64);
    let error = (squared_error(a)? + squared_error(b)?).sqrt();
    finite((stats::mean(a)? - stats::mean(b)?) / error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(values: &[f64]) -> Stability {
        Stability::of(&values.iter().copied().map(Some).collect::<Vec<_>>())
    }

    #[test]
    fn seven_folds_by_hand() {
        let found = known(&[3.0, -1.0, 2.0, 0.0, 1.0, 4.0, -2.0]);
        assert_eq!((found.n_folds, found.n_positive), (7, 4));
        assert_eq!(found.share_positive, Some(4.0 / 7.0));
        // Four or more of six: (15 + 6 + 1) / 64.
        assert!((found.sign_test_p.unwrap() - 22.0 / 64.0).abs() < 1e-14);
        assert_eq!(found.total, Some(7.0));
        assert_eq!(found.best, Some(Fold { number: 5, value: 4.0 }));
        assert_eq!(found.worst, Some(Fold { number: 6, value: -2.0 }));
        assert_eq!(found.best_share, Some(4.0 / 7.0));
        // Without the fold in the middle: 3, −1, 2 and 1, 4, −2.
        assert_eq!(found.halves, Some([4.0 / 3.0, 1.0]));
        // scipy.stats.ttest_ind([1, 4, -2], [3, -1, 2], equal_var=False).statistic
        assert!(
            (found.halves_t.unwrap() - (-0.15811388300841892)).abs() < 1e-12,
            "{:?}",
            found.halves_t
        );
    }

    #[test]
    fn folds_without_a_figure_keep_their_number() {
        let found = Stability::of(&[None, Some(1.0), Some(f64::NAN), Some(-1.0), Some(-1.0)]);
        assert_eq!((found.n_folds, found.n_positive), (3, 1));
        assert_eq!(found.best, Some(Fold { number: 1, value: 1.0 }));
        assert_eq!(found.worst, Some(Fold { number: 3, value: -1.0 }));
        assert_eq!((found.best_share, found.halves_t), (None, None));
        assert_eq!(found.halves, Some([1.0, -1.0]));
    }

    #[test]
    fn nothing_is_told_of_no_folds() {
        let found = known(&[]);
        assert_eq!((found.n_folds, found.share_positive, found.total), (0, None, None));
        assert_eq!((found.best, found.worst, found.sign_test_p), (None, None, None));
        assert_eq!((known(&[0.0]).sign_test_p, known(&[0.0]).best_share), (None, None));
    }
}
