//! Whether columns still do what they did.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::contributions::same_columns;
use super::distance::{Psi, kolmogorov_smirnov, ks_critical, psi, psi_critical};
use super::sample_size::effective_rows;
use super::{Contributions, ExplainFault};
use crate::stats;

/// What the distance of two windows means. Sizes are the customary ones of the index: below 0.1,
/// below 0.25 and above (Siddiqi 2006, "Credit risk scorecards", ch. 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No farther apart than chance explains.
    Steady,
    Slight,
    Moderate,
    Large,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnDrift {
    pub name: String,
    pub column: usize,
    /// Mean absolute contribution: then, and now.
    pub mean_abs: [f64; 2],
    /// From 1: then, and now; ties share their average.
    pub rank: [f64; 2],
    /// How many independent rows each window is worth.
    pub effective_rows: [f64; 2],
    /// Population stability index of the contributions; 0 where they are one constant.
    pub psi: f64,
    /// What chance alone stays below.
    pub psi_critical: f64,
    /// Kolmogorov–Smirnov distance of the contributions.
    pub ks: f64,
    pub ks_critical: f64,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// Spearman's correlation of the importances in the two windows.
    pub importance_spearman: Option<f64>,
    /// The chance that anything is flagged though nothing changed.
    pub level: f64,
    /// In the order of the matrix.
    pub columns: Vec<ColumnDrift>,
}

/// Bins of the index, as is customary.
const MOST_BINS: usize = 10;
/// Independent rows a bin should have at least, twice the five that χ² is said to need.
const ROWS_A_BIN: f64 = 10.0;

impl Drift {
    /// Contributions of one model to two windows, or of two models with the same columns. Rows are
    /// in the order of time: neighbours are alike, so each window is counted as the fewer
    /// independent rows it is worth. `level` is shared out among the columns that do something and
    /// their two distances (Bonferroni 1936).
    pub fn between(
        then: &Contributions,
        now: &Contributions,
        level: f64,
    ) -> Result<Self, ExplainFault> {
        same_columns(then.names(), now.names())?;
        if !(level > 0.0 && level < 1.0) {
            let (value, must) = (level.to_string(), "between 0 and 1");
            return Err(ExplainFault::BadChoice { name: "level", value, must });
        }
        let mean_abs = |window: &Contributions| -> Vec<f64> {
            (0..window.n_columns()).map(|column| window.mean_abs(column)).collect()
        };
        let means = [mean_abs(then), mean_abs(now)];
        let alive = (0..then.n_columns()).filter(|c| means[0][*c] > 0.0 || means[1][*c] > 0.0);
        let share = level / (2 * alive.count()).max(1) as f64;
        let compare = |at| ColumnDrift::new([then.column(at), now.column(at)], share);
        let mut columns: Vec<ColumnDrift> =
            (0..then.n_columns()).into_par_iter().map(compare).collect();
        let ranks = means
            .each_ref()
            .map(|means| stats::ranks(&means.iter().map(|mean| -mean).collect::<Vec<_>>()));
        for (at, column) in columns.iter_mut().enumerate() {
            column.name.clone_from(&then.names()[at]);
            column.column = at;
            column.mean_abs = [means[0][at], means[1][at]];
            column.rank = [ranks[0][at], ranks[1][at]];
        }
        let importance_spearman = stats::spearman(&means[0], &means[1]);
        Ok(Self { importance_spearman, level, columns })
    }

    /// The columns beyond chance, the farthest first.
    pub fn drifted(&self) -> Vec<&ColumnDrift> {
        let beyond = self.columns.iter().filter(|column| column.verdict > Verdict::Steady);
        let mut beyond: Vec<&ColumnDrift> = beyond.collect();
        beyond.sort_by(|a, b| b.psi.total_cmp(&a.psi).then(a.column.cmp(&b.column)));
        beyond
    }
}

impl ColumnDrift {
    /// Without its name and importance.
    fn new(windows: [&[f64]; 2], level: f64) -> Self {
        // A window in which a column does the same everywhere tells nothing of how rows depend on
        // each other: it is worth what the other window is, by the row.
        let known = windows.map(|window| effective_rows(window).map(|n| n / window.len() as f64));
        let rate = |at: usize| known[at].or(known[1 - at]).unwrap_or(1.0);
        let rows = [0, 1].map(|at| (windows[at].len() as f64 * rate(at)).max(1.0));
        let n_bins = ((rows[0].min(rows[1]) / ROWS_A_BIN) as usize).clamp(2, MOST_BINS);
        let index = psi(windows[0], windows[1], n_bins);
        let Psi { value, n_bins } = index.unwrap_or(Psi { value: 0.0, n_bins });
        let ks = kolmogorov_smirnov(windows[0], windows[1]).unwrap_or(0.0);
        let psi_critical = psi_critical(n_bins, rows, level).unwrap_or(f64::MAX);
        let ks_critical = ks_critical(rows, level);
        let is_beyond = value > psi_critical || ks > ks_critical;
        Self {
            name: String::new(),
            column: 0,
            mean_abs: [0.0; 2],
            rank: [0.0; 2],
            effective_rows: rows,
            psi: value,
            psi_critical,
            ks,
            ks_critical,
            verdict: if is_beyond { Verdict::of(value) } else { Verdict::Steady },
        }
    }
}

impl Verdict {
    /// Of an index beyond chance.
    fn of(psi: f64) -> Self {
        match psi {
            psi if psi < 0.1 => Self::Slight,
            psi if psi < 0.25 => Self::Moderate,
            _ => Self::Large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn window(columns: &[Vec<f64>]) -> Contributions {
        let names = (0..columns.len()).map(|at| format!("x{at}")).collect();
        Contributions::new(names, (0..columns[0].len() as u32).collect(), 0.0, columns.concat())
    }

    fn remembering(rng: &mut Rng, phi: f64, n: usize) -> Vec<f64> {
        let mut x = 0.0;
        let mut step = || {
            x = phi * x + rng.normal();
            x
        };
        for _ in 0..200 {
            step();
        }
        (0..n).map(|_| step()).collect()
    }

    #[test]
    fn a_column_that_moved_is_found_and_one_that_did_not_is_not() {
        let mut rng = Rng::new(3);
        let mut normal =
            |n: usize, shift: f64| -> Vec<f64> { (0..n).map(|_| rng.normal() + shift).collect() };
        let then = window(&[normal(3000, 0.0), normal(3000, 0.0), vec![0.0; 3000]]);
        let now = window(&[normal(1000, 0.0), normal(1000, 0.8), vec![0.0; 1000]]);
        let drift = Drift::between(&then, &now, 0.05).unwrap();
        let verdicts: Vec<Verdict> = drift.columns.iter().map(|c| c.verdict).collect();
        assert_eq!(verdicts, [Verdict::Steady, Verdict::Large, Verdict::Steady]);
        assert_eq!(drift.drifted()[0].name, "x1");
        // The index of two normals d apart is near d²; the distance is 2Φ(d/2) − 1.
        assert!((drift.columns[1].psi - 0.6).abs() < 0.15, "{}", drift.columns[1].psi);
        assert!((drift.columns[1].ks - 0.311).abs() < 0.04, "{}", drift.columns[1].ks);
        assert_eq!((drift.columns[2].psi, drift.columns[2].ks), (0.0, 0.0));
        assert_eq!(drift.columns[2].rank, [3.0, 3.0]);
    }

    #[test]
    fn a_column_that_fell_silent_has_drifted() {
        let mut rng = Rng::new(4);
        let loud: Vec<f64> = (0..900).map(|_| rng.normal()).collect();
        let drift = Drift::between(&window(&[loud]), &window(&[vec![0.0; 900]]), 0.01).unwrap();
        assert_eq!(drift.columns[0].verdict, Verdict::Large);
    }

    #[test]
    fn memory_raises_no_alarm_though_it_would_by_the_count_of_rows() {
        let mut rng = Rng::new(9);
        let (mut alarms, mut naive) = (0, 0);
        for _ in 0..100 {
            let [a, b] = [2000, 1000].map(|n| remembering(&mut rng, 0.95, n));
            let ks = kolmogorov_smirnov(&a, &b).unwrap();
            naive += u32::from(ks > ks_critical([2000.0, 1000.0], 0.05));
            let drift = Drift::between(&window(&[a]), &window(&[b]), 0.05).unwrap();
            alarms += u32::from(drift.columns[0].verdict > Verdict::Steady);
        }
        assert!(naive > 50, "{naive}");
        assert!(alarms <= 12, "{alarms}");
    }

    #[test]
    fn windows_with_other_columns_are_refused() {
        let (one, two) = (window(&[vec![1.0]]), window(&[vec![1.0], vec![2.0]]));
        assert!(Drift::between(&one, &two, 0.05).is_err());
        assert!(Drift::between(&one, &one, 1.0).is_err());
        assert!(Drift::between(&one, &one, 0.05).is_ok());
    }
}
