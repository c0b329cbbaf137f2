//! IC of each fold: is it the same thing that was learnt every time?

use rayon::prelude::*;
use serde::Serialize;

use super::estimate::Estimate;
use super::ic::{Correlations, Pairs};
use super::judged::{Dates, Rows};
use crate::stats;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldIc {
    pub fold: u32,
    pub dates: Dates,
    pub ic: Correlations,
}

/// Over the folds, one number each.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Across {
    /// That have an IC.
    pub n_folds: u64,
    pub n_positive: u64,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    /// Mean over sd: how large the IC is against how it varies (Grinold & Kahn 2000, "Active
    /// portfolio management", ch. 6).
    pub ratio: Option<f64>,
    /// Mean over sd / √n: test slices do not overlap, so folds are nearly independent.
    pub t: Option<f64>,
    /// Cochran's Q, Σ ((IC − IC̄) / se)² with IC̄ weighted by 1/se² and HAC errors, over its
    /// degrees of freedom: near 1 where the folds differ by chance alone (Cochran 1954, "The
    /// combination of estimates from different experiments", Biometrics 10).
    pub dispersion: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByFold {
    pub folds: Vec<FoldIc>,
    pub pearson: Across,
    pub rank: Across,
}

pub fn by_fold(rows: &Rows) -> ByFold {
    let folds: Vec<FoldIc> =
        rows.by_fold().into_par_iter().map(|(fold, mine)| of_fold(rows, fold, &mine)).collect();
    let across = |pick: fn(&Correlations) -> Estimate| {
        Across::of(&folds.iter().map(|fold| pick(&fold.ic)).collect::<Vec<_>>())
    };
    ByFold { pearson: across(|ic| ic.pearson), rank: across(|ic| ic.rank), folds }
}

fn of_fold(rows: &Rows, fold: u32, mine: &[usize]) -> FoldIc {
    fn pick<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
        rows.iter().map(|row| column[*row]).collect()
    }
    let (predicted, outcome_bps) = (pick(&rows.predicted, mine), pick(&rows.outcome_bps, mine));
    let pairs = Pairs {
        predicted: &predicted,
        outcome_bps: &outcome_bps,
        time: &pick(&rows.time, mine),
        overlap: rows.overlap(),
    };
    let dates = Dates { from: rows.ts[mine[0]], to: rows.ts[mine[mine.len() - 1]] };
    FoldIc { fold, dates, ic: pairs.measure() }
}

impl Across {
    fn of(folds: &[Estimate]) -> Self {
        let values: Vec<f64> = folds.iter().filter_map(|fold| fold.value).collect();
        let (mean, sd) = (stats::mean(&values), stats::sd(&values).filter(|sd| *sd > 0.0));
        let ratio = mean.zip(sd).map(|(mean, sd)| mean / sd);
        Self {
            n_folds: values.len() as u64,
            n_positive: values.iter().filter(|value| **value > 0.0).count() as u64,
            mean,
            sd,
            ratio,
            t: ratio.map(|ratio| ratio * (values.len() as f64).sqrt()),
            dispersion: dispersion(folds),
        }
    }
}

fn dispersion(folds: &[Estimate]) -> Option<f64> {
    let known: Vec<(f64, f64)> =
        folds.iter().filter_map(|fold| Some((fold.value?, fold.se_hac?))).collect();
    let freedom = known.len().checked_sub(1).filter(|freedom| *freedom > 0)?;
    let weights: f64 = known.iter().map(|(_, se)| 1.0 / (se * se)).sum();
    let mean = known.iter().map(|(value, se)| value / (se * se)).sum::<f64>() / weights;
    let square = |(value, se): &(f64, f64)| (value - mean) / se * ((value - mean) / se);
    Some(known.iter().map(square).sum::<f64>() / freedom as f64)
}

#[cfg(test)]
mod tests {
    use super::super::made_up::Market;
    use super::*;

    fn estimate(value: f64, se: f64) -> Estimate {
        Estimate { value: Some(value), se_hac: Some(se), ..Estimate::default() }
    }

    #[test]
    fn three_folds_by_hand() {
        let found = Across::of(&[estimate(0.1, 0.1), estimate(-0.1, 0.1), estimate(0.3, 0.1)]);
        assert_eq!((found.n_folds, found.n_positive), (3, 2));
        let near = |value: Option<f64>, expected: f64| {
            assert!((value.unwrap() - expected).abs() < 1e-12, "{value:?} {expected}");
        };
        near(found.mean, 0.1);
        near(found.sd, 0.2);
        near(found.ratio, 0.5);
        near(found.t, 0.75_f64.sqrt());
        // Apart by 0, −2 and 2 errors, over two degrees of freedom.
        near(found.dispersion, 4.0);
        let one = Across::of(&[estimate(0.1, 0.1), Estimate::default()]);
        assert_eq!((one.n_folds, one.sd, one.t, one.dispersion), (1, None, None, None));
    }

    #[test]
    fn folds_of_one_law_differ_by_chance() {
        let market = Market::new(30_000, 7);
        let rows = market.rows(&market.knowing(4, 0.05), &market.over(4), 4);
        let found = by_fold(&rows);
        assert_eq!(found.folds.len(), Market::FOLDS);
        assert_eq!(found.folds.iter().map(|f| f.ic.n_rows).sum::<u64>(), rows.n_rows() as u64);
        for pair in found.folds.windows(2) {
            assert!(pair[0].dates.to < pair[1].dates.from && pair[0].fold < pair[1].fold);
        }
        for across in [found.pearson, found.rank] {
            let dispersion = across.dispersion.unwrap();
            assert!((0.3..2.2).contains(&dispersion), "{dispersion}");
            assert!(across.t.unwrap() > 4.0 && across.n_positive >= 9);
        }
    }
}
