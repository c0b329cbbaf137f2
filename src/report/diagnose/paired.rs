//! Two ways to predict the same rows: which was worth more, and is that more than chance?

use serde::Serialize;

use super::estimate::Estimate;
use super::influence::spearman;
use super::instants::by_time;
use super::judged::{Judged, JudgedFault, Rows};
use crate::stats;

/// One horizon's predictions less another policy's, on the same rows against the same outcomes: what
/// both have in common, the market's luck above all, is no part of the error.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    pub n_rows: u64,
    /// Rank IC of all rows: the first, and the other.
    pub ic: [Option<f64>; 2],
    /// The first less the other, with the HAC error of the difference of their influence functions.
    pub difference: Estimate,
    pub by_fold: Differences,
}

/// Over the folds, one rank IC each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differences {
    /// That both have an IC in.
    pub n_folds: u64,
    /// In which the predictions are not the same.
    pub n_apart: u64,
    /// In which the first is better.
    pub n_better: u64,
    pub ic: [Option<f64>; 2],
    pub mean: Option<f64>,
    /// sd / √n: test windows do not overlap, and are taken to be independent.
    pub se: Option<f64>,
    pub t: Option<f64>,
}

/// `judged.predicted` against `other`.
pub fn paired(judged: &Judged<'_>, other: &[f64]) -> Result<Paired, JudgedFault> {
    let both = |(a, b): (&f64, &f64)| if b.is_finite() { *a } else { f64::NAN };
    if other.len() != judged.predicted.len() {
        let (expected, found) = (judged.predicted.len(), other.len());
        return Err(JudgedFault::Lengths { expected, found });
    }
    let predicted: Vec<f64> = judged.predicted.iter().zip(other).map(both).collect();
    let rows = Rows::new(&Judged { predicted: &predicted, ..*judged })?;
    let other = rows.of(other)?;
    let of = |column: &[f64]| spearman(column, &rows.outcome_bps);
    let (first, second) = (of(&rows.predicted), of(&other));
    let n = rows.n_rows() as f64;
    let difference = match (&first, &second) {
        (Some(a), Some(b)) => {
            let apart = a.influence.iter().zip(&b.influence).map(|(a, b)| (a - b) / n);
            let shocks = by_time(&rows.time, apart);
            Estimate::new(Some(a.value - b.value), None, &shocks, rows.overlap())
        }
        _ => Estimate::default(),
    };
    Ok(Paired {
        n_rows: rows.n_rows() as u64,
        ic: [first.map(|c| c.value), second.map(|c| c.value)],
        difference,
        by_fold: Differences::new(&rows, &other),
    })
}

impl Differences {
    fn new(rows: &Rows, other: &[f64]) -> Self {
        let of_fold = |(_, mine): (u32, Vec<usize>)| {
            let pick =
                |column: &[f64]| -> Vec<f64> { mine.iter().map(|row| column[*row]).collect() };
            let (a, b, y) = (pick(&rows.predicted), pick(other), pick(&rows.outcome_bps));
            Some((stats::spearman(&a, &y)?, stats::spearman(&b, &y)?, a != b))
        };
        let folds: Vec<(f64, f64, bool)> = rows.by_fold().into_iter().filter_map(of_fold).collect();
        let column = |of: fn(&(f64, f64, bool)) -> f64| folds.iter().map(of).collect::<Vec<f64>>();
        let apart = column(|fold| fold.0 - fold.1);
        let mean = stats::mean(&apart);
        let se =
            stats::sd(&apart).filter(|sd| *sd > 0.0).map(|sd| sd / (apart.len() as f64).sqrt());
        Self {
            n_folds: folds.len() as u64,
            n_apart: folds.iter().filter(|fold| fold.2).count() as u64,
            n_better: apart.iter().filter(|apart| **apart > 0.0).count() as u64,
            ic: [stats::mean(&column(|fold| fold.0)), stats::mean(&column(|fold| fold.1))],
            mean,
            se,
            t: mean.zip(se).map(|(mean, se)| mean / se),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::units::Ts;

    const N: usize = 6_000;

    /// Ten folds of outcomes, predictions worth `ic`, and others that are worse by some noise.
    fn columns(seed: u64, ic: f64, noise: f64) -> [Vec<f64>; 3] {
        let mut rng = Rng::stream(seed, "paired", &[]);
        let y: Vec<f64> = (0..N).map(|_| rng.normal()).collect();
        let rest = (1.0 - ic * ic).sqrt();
        let a: Vec<f64> = y.iter().map(|y| ic * y + rest * rng.normal()).collect();
        let b = a.iter().map(|a| a + noise * rng.normal()).collect();
        [y, a, b]
    }

    fn compare([y, a, b]: &[Vec<f64>; 3]) -> Paired {
        let ts: Vec<Ts> = (0..N as i64).map(Ts).collect();
        let fold: Vec<u32> = (0..N).map(|row| (row / 600) as u32).collect();
        let symbol = vec![0; N];
        let judged = Judged {
            ts: &ts,
            symbol: &symbol,
            fold: &fold,
            predicted: a,
            outcome_bps: y,
            horizon: 1,
        };
        paired(&judged, b).unwrap()
    }

    #[test]
    fn what_is_lost_is_told_with_an_error_that_knows_what_both_share() {
        let found = compare(&columns(1, 0.3, 1.0));
        let lost = 0.3 - 0.3 / 2.0_f64.sqrt();
        let rank = 6.0 / std::f64::consts::PI * libm::asin(0.15) / 0.3 * lost;
        for (value, se) in [
            (found.difference.value, found.difference.se_hac),
            (found.by_fold.mean, found.by_fold.se),
        ] {
            let (value, se) = (value.unwrap(), se.unwrap());
            assert!((value - rank).abs() < 3.0 * se, "{value} {rank} {se}");
            assert!(se < 0.02, "{se}");
        }
        // Of an IC alone 0.013.
        assert!(found.difference.se_hac.unwrap() < 0.0115, "{found:?}");
        assert_eq!((found.by_fold.n_folds, found.by_fold.n_apart), (10, 10));
        assert!(found.by_fold.n_better >= 8, "{found:?}");
    }

    #[test]
    fn errors_are_what_the_differences_vary_by() {
        let (mut beyond, mut beyond_by_fold) = (0, 0);
        for seed in 0..100 {
            // Both add the same noise to the same thing: neither is better.
            let [y, a, b] = columns(seed, 0.2, 0.7);
            let mut rng = Rng::stream(seed, "other", &[]);
            let c = a.iter().map(|a| a + 0.7 * rng.normal()).collect();
            let found = compare(&[y, b, c]);
            beyond += u32::from(found.difference.t_hac.unwrap().abs() > 2.0);
            beyond_by_fold += u32::from(found.by_fold.t.unwrap().abs() > 2.26);
        }
        // 5 are expected of each.
        assert!(beyond <= 11 && beyond_by_fold <= 11, "{beyond} {beyond_by_fold}");
    }

    #[test]
    fn the_same_predictions_differ_by_nothing() {
        let [y, a, _] = columns(3, 0.1, 1.0);
        let found = compare(&[y, a.clone(), a]);
        assert_eq!((found.difference.value, found.difference.se_hac), (Some(0.0), None));
        assert_eq!(
            (found.by_fold.n_apart, found.by_fold.mean, found.by_fold.t),
            (0, Some(0.0), None)
        );
    }
}
