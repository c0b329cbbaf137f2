//! Whether columns are still what they were when the model was fitted.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::learn::explain::{effective_rows, kolmogorov_smirnov, ks_critical, psi, psi_critical};
use crate::stats;

/// One column in two slices, each in the order of time; NaN is missing. Rows of several symbols:
/// one symbol after the other.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a, T> {
    pub name: &'a str,
    pub reference: &'a [T],
    pub test: &'a [T],
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// The chance that any column is flagged though nothing changed.
    pub level: f64,
    pub n_drifted: u64,
    /// The worst first: by size, then by how many times its critical value the index is.
    pub columns: Vec<ColumnShift>,
}

/// How far apart the slices are. The reference is always the first of two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnShift {
    pub name: String,
    /// Known values.
    pub n_rows: [u64; 2],
    /// Share of values that are missing; `None` of an empty slice.
    pub missing: [Option<f64>; 2],
    /// The index of that alone, where it changed by more than chance explains.
    pub missing_psi: Option<f64>,
    /// How many independent rows the known ones are worth.
    pub n_effective: [f64; 2],
    pub n_bins: u64,
    /// Population stability index.
    pub psi: Option<f64>,
    /// What it is on average if nothing changed, (B − 1) (1/n + 1/m), and what it stays below but
    /// for `level` (Yurdakul 2018, "Statistical properties of population stability index", Western
    /// Michigan University): the customary 0.1 and 0.25 know nothing of how few rows there are.
    pub psi_expected: Option<f64>,
    pub psi_critical: Option<f64>,
    /// Kolmogorov–Smirnov distance, and what it stays below if nothing changed.
    pub ks: Option<f64>,
    pub ks_critical: Option<f64>,
    /// Mean of the test slice less that of the reference, in the reference's standard deviations.
    pub mean_shift: Option<f64>,
    pub size: Size,
}

/// Beyond chance, the index by custom: below 0.1, below 0.25 and above (Siddiqi 2006, "Credit risk
/// scorecards", ch. 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Nothing can be told.
    Unknown,
    /// No farther apart than chance explains.
    Steady,
    Slight,
    Moderate,
    Large,
}

/// Bins of the index, as is customary.
const MOST_BINS: usize = 10;
/// Independent rows a bin should have at least, twice the five that χ² is said to need.
const ROWS_A_BIN: f64 = 10.0;

/// Columns of one matrix, or predictions. `level`, in 0 to 1, is shared out among the columns and
/// their two distances (Bonferroni 1936). Features are f32, predictions f64.
pub fn drift<T: Copy + Into<f64> + Sync>(columns: &[Compared<'_, T>], level: f64) -> Drift {
    let share = level / (2 * columns.len()).max(1) as f64;
    let mut columns: Vec<ColumnShift> =
        columns.par_iter().map(|column| ColumnShift::new(column, share)).collect();
    let severity = |column: &ColumnShift| {
        column.psi.zip(column.psi_critical).map_or(0.0, |(psi, critical)| psi / critical)
    };
    // Stable: equals stay in the order they came in.
    columns.sort_by(|a, b| b.size.cmp(&a.size).then(severity(b).total_cmp(&severity(a))));
    let n_drifted = columns.iter().filter(|column| column.size > Size::Steady).count() as u64;
    Drift { level, n_drifted, columns }
}

impl ColumnShift {
    fn new<T: Copy + Into<f64>>(column: &Compared<'_, T>, level: f64) -> Self {
        let given = [column.reference, column.test];
        let known = given.map(|slice| -> Vec<f64> {
            slice.iter().map(|value| (*value).into()).filter(|v: &f64| v.is_finite()).collect()
        });
        let n_effective = effective(&known);
        let least = n_effective[0].min(n_effective[1]);
        let n_bins = ((least / ROWS_A_BIN) as usize).clamp(2, MOST_BINS);
        let is_known = known.iter().all(|values| !values.is_empty());
        let index = if is_known { psi(&known[0], &known[1], n_bins) } else { None };
        let n_bins = index.map_or(1, |index| index.n_bins);
        let noise = 1.0 / n_effective[0] + 1.0 / n_effective[1];
        let ks = kolmogorov_smirnov(&known[0], &known[1]);
        let found = Self {
            name: column.name.to_owned(),
            n_rows: known.each_ref().map(|values| values.len() as u64),
            missing: [0, 1].map(|at| missing(given[at].len(), known[at].len())),
            missing_psi: absence(&given, level),
            n_effective,
            n_bins: n_bins as u64,
            psi: index.map(|index| index.value),
            psi_expected: index.map(|index| (index.n_bins - 1) as f64 * noise),
            psi_critical: index.and_then(|i| psi_critical(i.n_bins, n_effective, level)),
            ks,
            ks_critical: ks.map(|_| ks_critical(n_effective, level)),
            mean_shift: mean_shift(&known),
            size: Size::Unknown,
        };
        Self { size: found.measure(), ..found }
    }

    fn measure(&self) -> Size {
        if self.ks.is_none() && self.missing_psi.is_none() {
            return Size::Unknown;
        }
        let exceeds = |value: Option<f64>, critical: Option<f64>| {
            value.zip(critical).is_some_and(|(value, critical)| value > critical)
        };
        let beyond = exceeds(self.psi, self.psi_critical)
            || exceeds(self.ks, self.ks_critical)
            || self.missing_psi.is_some();
        match self.psi.unwrap_or(0.0).max(self.missing_psi.unwrap_or(0.0)) {
            _ if !beyond => Size::Steady,
            index if index < 0.1 => Size::Slight,
            index if index < 0.25 => Size::Moderate,
            _ => Size::Large,
        }
    }
}

/// A slice whose values are all the same tells nothing of how rows depend on each other: it is
/// worth what the other one is, by the row.
fn effective(known: &[Vec<f64>; 2]) -> [f64; 2] {
    let rates = known.each_ref().map(|slice| effective_rows(slice).map(|n| n / slice.len() as f64));
    let rate = |at: usize| rates[at].or(rates[1 - at]).unwrap_or(1.0);
    [0, 1].map(|at| (known[at].len() as f64 * rate(at)).max(1.0))
}

fn missing(n_given: usize, n_known: usize) -> Option<f64> {
    (n_given > 0).then(|| (n_given - n_known) as f64 / n_given as f64)
}

/// PSI of two bins, missing and known, half a row standing for none; `None` where two shares of so
/// many independent rows may well differ so (the normal test of two proportions).
fn absence<T: Copy + Into<f64>>(given: &[&[T]; 2], level: f64) -> Option<f64> {
    let gaps = given.map(|slice| -> Vec<f64> {
        slice.iter().map(|value| f64::from(u8::from(!(*value).into().is_finite()))).collect()
    });
    let n = effective(&gaps);
    let [then, now] = [stats::mean(&gaps[0])?, stats::mean(&gaps[1])?];
    let pooled = (then * n[0] + now * n[1]) / (n[0] + n[1]);
    let error = (pooled * (1.0 - pooled) * (1.0 / n[0] + 1.0 / n[1])).sqrt();
    let least = stats::normal_quantile(1.0 - level / 2.0)? * error;
    if (now - then).abs() <= least {
        return None;
    }
    let at_least = |share: f64, at: usize| share.max(0.5 / n[at]);
    let part = |p: f64, q: f64| {
        let (p, q) = (at_least(p, 0), at_least(q, 1));
        (q - p) * libm::log(q / p)
    };
    Some(part(then, now) + part(1.0 - then, 1.0 - now))
}

fn mean_shift(known: &[Vec<f64>; 2]) -> Option<f64> {
    let sd = stats::sd(&known[0]).filter(|sd| *sd > 0.0)?;
    Some((stats::mean(&known[1])? - stats::mean(&known[0])?) / sd)
}

/// What each column was worth to a fold's model, by SHAP or otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Importance<'a> {
    pub fold: u32,
    pub names: &'a [String],
    pub values: &'a [f64],
}

/// A fold's importances against those of the fold before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    pub fold: u32,
    pub before: u32,
    pub n_columns: u64,
    /// Of the two orders. A column that one of the folds was trained without did nothing there.
    pub spearman: Option<f64>,
    /// The share of the ten best of before that are still among them (of fewer, half of the
    /// columns).
    pub top_kept: Option<f64>,
}

pub fn agreement(folds: &[Importance<'_>]) -> Vec<Agreement> {
    folds.windows(2).map(|pair| Agreement::new(pair[0], pair[1])).collect()
}

const TOP: usize = 10;

impl Agreement {
    fn new(then: Importance<'_>, now: Importance<'_>) -> Self {
        let mut both: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
        for (at, fold) in [then, now].into_iter().enumerate() {
            for (name, value) in fold.names.iter().zip(fold.values) {
                both.entry(name).or_default()[at] = *value;
            }
        }
        let column = |at: usize| -> Vec<f64> { both.values().map(|pair| pair[at]).collect() };
        let (before, after) = (column(0), column(1));
        let n_top = TOP.min(both.len() / 2);
        let best = [best(&before, n_top), best(&after, n_top)];
        let kept = best[0].iter().filter(|column| best[1].contains(column)).count();
        Self {
            fold: now.fold,
            before: then.fold,
            n_columns: both.len() as u64,
            spearman: stats::spearman(&before, &after),
            top_kept: (n_top > 0).then(|| kept as f64 / n_top as f64),
        }
    }
}

fn best(values: &[f64], n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    order.truncate(n);
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn remembering(rng: &mut Rng, phi: f64, n: usize) -> Vec<f32> {
        let mut x = 0.0;
        let mut step = || {
            x = phi * x + rng.normal();
            x as f32
        };
        (0..200).for_each(|_| _ = step());
        (0..n).map(|_| step()).collect()
    }

    fn compared<'a>(name: &'a str, slices: &'a [Vec<f32>; 2]) -> Compared<'a, f32> {
        Compared { name, reference: &slices[0], test: &slices[1] }
    }

    #[test]
    fn the_column_that_moved_comes_first() {
        let mut rng = Rng::new(3);
        let mut normal =
            |n, shift: f64| -> Vec<f32> { (0..n).map(|_| (rng.normal() + shift) as f32).collect() };
        let still = [normal(3000, 0.0), normal(1000, 0.0)];
        let moved = [normal(3000, 0.0), normal(1000, 0.8)];
        let silent = [vec![0.0; 3000], vec![0.0; 1000]];
        let mut gone = [normal(100, 0.0), vec![f32::NAN; 50]];
        gone[0][..10].fill(f32::NAN);
        let columns = [("still", &still), ("moved", &moved), ("silent", &silent), ("gone", &gone)];
        let found = drift(&columns.map(|(name, slices)| compared(name, slices)), 0.05);
        let names: Vec<_> = found.columns.iter().map(|c| (c.name.as_str(), c.size)).collect();
        let expected = [
            ("moved", Size::Large),
            ("gone", Size::Large),
            ("still", Size::Steady),
            ("silent", Size::Steady),
        ];
        assert_eq!(names, expected);
        // A column that is hardly ever there any more has drifted, too.
        assert_eq!(found.n_drifted, 2);
        let moved = &found.columns[0];
        // The index of two normals d apart is near d²; the distance is 2Φ(d/2) − 1.
        assert!(
            (moved.psi.unwrap() - 0.6).abs() < 0.15 && (moved.ks.unwrap() - 0.311).abs() < 0.04
        );
        assert!((moved.mean_shift.unwrap() - 0.8).abs() < 0.15);
        assert_eq!((found.columns[3].psi, found.columns[3].mean_shift), (None, None));
        assert_eq!(found.columns[1].missing, [Some(0.1), Some(1.0)]);
    }

    #[test]
    fn without_drift_the_index_is_what_it_is_expected_to_be() {
        let mut rng = Rng::new(5);
        let (mut index, mut expected, mut flagged) = (0.0, 0.0, 0);
        for _ in 0..300 {
            let slices = [remembering(&mut rng, 0.0, 600), remembering(&mut rng, 0.0, 300)];
            let found = drift(&[compared("x", &slices)], 0.05);
            let column = &found.columns[0];
            index += column.psi.unwrap();
            expected += column.psi_expected.unwrap();
            flagged += found.n_drifted;
        }
        // 9 (1/600 + 1/300) is 0.045; dependence that is not there is overrated a little.
        assert!((0.75..1.1).contains(&(index / expected)), "{index} {expected}");
        assert!(flagged <= 25, "{flagged}");
    }

    #[test]
    fn memory_raises_no_alarm() {
        let mut rng = Rng::new(9);
        let mut flagged = 0;
        for _ in 0..60 {
            let slices = [remembering(&mut rng, 0.95, 2000), remembering(&mut rng, 0.95, 1000)];
            flagged += drift(&[compared("x", &slices)], 0.05).n_drifted;
        }
        assert!(flagged <= 8, "{flagged}");
    }

    #[test]
    fn importances_are_compared_by_name_with_the_fold_before() {
        let names = ["a", "b", "c", "d"].map(str::to_owned);
        let fold = |fold, values| Importance { fold, names: &names, values };
        let fewer = Importance { fold: 9, names: &names[1..], values: &[3.0, 2.0, 1.0] };
        let found =
            agreement(&[fold(1, &[4.0, 3.0, 2.0, 1.0]), fold(2, &[3.0, 4.0, 2.0, 1.0]), fewer]);
        assert_eq!((found[0].before, found[0].fold, found[0].n_columns), (1, 2, 4));
        // 1 − 6 · 2 / (4 · 15); then ranks 3 4 2 1 against 1 4 3 2: 1 − 6 · 6 / 60.
        assert!((found[0].spearman.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(found[0].top_kept, Some(1.0));
        assert!((found[1].spearman.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(found[1].top_kept, Some(0.5));
        assert_eq!(agreement(&[fewer]), []);
    }
}
