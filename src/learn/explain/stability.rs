//! Whether the same columns matter in every fold.

use serde::Serialize;

use super::ColumnImportance;
use crate::stats;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnStability {
    pub name: String,
    /// Over the folds; of equals in a fold each has their average rank.
    pub mean_rank: f64,
    /// `None` for a single fold.
    pub sd_rank: Option<f64>,
    /// The share of folds in which it is among the best and does something.
    pub top_share: f64,
    /// The mean of its share of a fold's importance.
    pub mean_share: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stability {
    pub n_folds: usize,
    /// What `top_share` counts as best.
    pub top: usize,
    /// The best mean rank first; of equals the one that came up first.
    pub columns: Vec<ColumnStability>,
    /// Kendall's W: 1 where all folds agree, near 1/folds where they rank by chance. `None` below
    /// two folds or columns, or where no fold tells its columns apart.
    pub concordance: Option<f64>,
    /// The mean of Spearman's correlation over all pairs of folds that have one.
    pub mean_spearman: Option<f64>,
}

impl Stability {
    /// One table of importances a fold. A column that a fold was trained without did nothing there.
    pub fn new(folds: &[Vec<ColumnImportance>], top: usize) -> Self {
        let names = names(folds);
        let shares: Vec<Vec<f64>> = folds.iter().map(|fold| by_name(fold, &names)).collect();
        let ranks: Vec<Vec<f64>> = shares.iter().map(|shares| ranks_from_best(shares)).collect();
        let column = |(at, name): (usize, &&str)| {
            let mine: Vec<f64> = ranks.iter().map(|ranks| ranks[at]).collect();
            let is_best = |row: &ColumnImportance| row.rank <= top && row.share > 0.0;
            let is_top = |fold: &&Vec<ColumnImportance>| {
                fold.iter().any(|row| row.name == **name && is_best(row))
            };
            let n_folds = folds.len() as f64;
            ColumnStability {
                name: (*name).to_owned(),
                mean_rank: mine.iter().sum::<f64>() / n_folds,
                sd_rank: stats::sd(&mine),
                top_share: folds.iter().filter(is_top).count() as f64 / n_folds,
                mean_share: shares.iter().map(|shares| shares[at]).sum::<f64>() / n_folds,
            }
        };
        let mut columns: Vec<ColumnStability> = names.iter().enumerate().map(column).collect();
        columns.sort_by(|a, b| a.mean_rank.total_cmp(&b.mean_rank));
        let (concordance, mean_spearman) = (concordance(&ranks), mean_spearman(&ranks));
        Self { n_folds: folds.len(), top, columns, concordance, mean_spearman }
    }
}

/// Every column of any fold, by its place in the matrix where it first comes up.
fn names(folds: &[Vec<ColumnImportance>]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for fold in folds {
        let mut rows: Vec<&ColumnImportance> = fold.iter().collect();
        rows.sort_by_key(|row| row.column);
        for row in rows {
            if !names.contains(&&*row.name) {
                names.push(&row.name);
            }
        }
    }
    names
}

fn by_name(fold: &[ColumnImportance], names: &[&str]) -> Vec<f64> {
    let share = |name: &&str| fold.iter().find(|row| row.name == *name).map_or(0.0, |r| r.share);
    names.iter().map(share).collect()
}

fn ranks_from_best(values: &[f64]) -> Vec<f64> {
    stats::ranks(&values.iter().map(|value| -value).collect::<Vec<_>>())
}

/// W = 12 S / (m² (n³ − n) − m Σ (t³ − t)): S the squared deviations of the n columns' sums of
/// ranks over m folds, t the sizes of ties (Kendall & Babington Smith 1939, "The problem of m
/// rankings"; ties as in Siegel 1956, "Nonparametric statistics", ch. 9).
fn concordance(ranks: &[Vec<f64>]) -> Option<f64> {
    let (m, n) = (ranks.len() as f64, ranks.first()?.len() as f64);
    if m < 2.0 || n < 2.0 {
        return None;
    }
    let centre = m * (n + 1.0) / 2.0;
    let sum_of = |at: usize| ranks.iter().map(|ranks| ranks[at]).sum::<f64>() - centre;
    let squares: f64 = (0..ranks[0].len()).map(|at| sum_of(at) * sum_of(at)).sum();
    let ties: f64 = ranks.iter().map(|ranks| ties(ranks)).sum();
    let most = m * m * (n * n * n - n) - m * ties;
    (most > 0.0).then(|| 12.0 * squares / most)
}

fn ties(ranks: &[f64]) -> f64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let cubes = |tied: &[f64]| {
        let t = tied.len() as f64;
        t * t * t - t
    };
    sorted.chunk_by(|a, b| a == b).map(cubes).sum()
}

fn mean_spearman(ranks: &[Vec<f64>]) -> Option<f64> {
    let pairs = ranks.iter().enumerate();
    let pairs = pairs.flat_map(|(at, a)| ranks[at + 1..].iter().map(move |b| (a, b)));
    let known: Vec<f64> = pairs.filter_map(|(a, b)| stats::pearson(a, b)).collect();
    stats::mean(&known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(shares: &[(&str, f64)]) -> Vec<ColumnImportance> {
        let mut rows: Vec<(usize, &(&str, f64))> = shares.iter().enumerate().collect();
        rows.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
        let row = |(at, (column, (name, share))): (usize, (usize, &(&str, f64)))| {
            let (rank, name) = (at + 1, (*name).to_owned());
            let (mean_abs, share) = (*share * 3.0, *share);
            ColumnImportance { rank, name, column, mean_abs, share, direction: None }
        };
        rows.into_iter().enumerate().map(row).collect()
    }

    fn near(value: Option<f64>, expected: f64) {
        assert!((value.unwrap() - expected).abs() < 1e-14, "{value:?} is not {expected}");
    }

    #[test]
    fn three_folds_by_hand() {
        let stability = Stability::new(
            &[
                fold(&[("a", 0.5), ("b", 0.3), ("c", 0.2)]),
                fold(&[("a", 0.6), ("b", 0.1), ("c", 0.3)]),
                fold(&[("a", 0.3), ("b", 0.5), ("c", 0.2)]),
            ],
            1,
        );
        let [a, b, c] = &stability.columns[..] else { panic!() };
        assert_eq!([&*a.name, &*b.name, &*c.name], ["a", "b", "c"]);
        assert_eq!([a.mean_rank, b.mean_rank, c.mean_rank], [4.0 / 3.0, 2.0, 8.0 / 3.0]);
        near(a.sd_rank, (1.0_f64 / 3.0).sqrt());
        near(b.sd_rank, 1.0);
        assert_eq!([a.top_share, b.top_share, c.top_share], [2.0 / 3.0, 1.0 / 3.0, 0.0]);
        assert!((a.mean_share - 1.4 / 3.0).abs() < 1e-15);
        // Sums of ranks 4, 6, 8 around 6: S = 8; W = 12·8 / (9·24).
        near(stability.concordance, 4.0 / 9.0);
        // ρ = ½, ½ and −½; and (m W − 1) / (m − 1) = 1/6.
        near(stability.mean_spearman, 1.0 / 6.0);
    }

    #[test]
    fn folds_that_agree_have_a_concordance_of_one_ties_or_not() {
        let strict = fold(&[("a", 0.5), ("b", 0.3), ("c", 0.2)]);
        let tied = fold(&[("a", 0.6), ("b", 0.4), ("c", 0.0), ("d", 0.0)]);
        for fold in [strict, tied] {
            let stability = Stability::new(&[fold.clone(), fold], 2);
            near(stability.concordance, 1.0);
            near(stability.mean_spearman, 1.0);
        }
    }

    #[test]
    fn a_column_a_fold_was_trained_without_did_nothing_there() {
        let folds = [fold(&[("a", 0.5), ("b", 0.5)]), fold(&[("c", 0.7), ("b", 0.3)])];
        let stability = Stability::new(&folds, 3);
        let told: Vec<_> = stability.columns.iter().map(|c| (&*c.name, c.mean_rank)).collect();
        // a: 1½ and 3; b: 1½ and 2; c: 3 and 1.
        assert_eq!(told, [("b", 1.75), ("c", 2.0), ("a", 2.25)]);
        assert_eq!(stability.columns[2].top_share, 0.5);
    }

    #[test]
    fn what_cannot_be_said_is_not_said() {
        let one = Stability::new(&[fold(&[("a", 0.5), ("b", 0.5)])], 1);
        assert_eq!((one.concordance, one.mean_spearman), (None, None));
        assert_eq!(one.columns[0].sd_rank, None);
        let idle = fold(&[("a", 0.0), ("b", 0.0)]);
        let idle = Stability::new(&[idle.clone(), idle], 1);
        assert_eq!((idle.concordance, idle.mean_spearman), (None, None));
        assert_eq!(idle.columns[0].top_share, 0.0);
        let none = Stability::new(&[], 1);
        assert!(none.columns.is_empty() && none.concordance.is_none());
    }
}
