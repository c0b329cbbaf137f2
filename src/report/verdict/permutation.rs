//! Predictions against outcomes of another time: how good would they look by chance?

use rayon::prelude::*;
use serde::Serialize;

use crate::rng::Rng;
use crate::stats;
use crate::units::Ts;

/// Out-of-sample rows of one horizon, in any order; a row with a number that is not finite is left
/// out.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub ts: &'a [Ts],
    pub symbols: &'a [u32],
    pub predictions: &'a [f64],
    pub outcomes: &'a [f64],
}

/// What is large where predictions are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// The mean of sign(prediction) · outcome: what one unit earns a row, before costs.
    SignedOutcome,
    /// Spearman's rank correlation of all rows.
    RankIc,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shifts {
    /// How many are drawn; all there are, where there are fewer.
    pub n: usize,
    /// Bars from the true alignment, either way: more than predictions and outcomes remember, the
    /// longest horizon at least.
    pub min_bars: usize,
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permutation {
    pub statistic: Statistic,
    pub n_rows: u64,
    pub n_shifts: u64,
    pub observed: f64,
    /// Of the shifted.
    pub null_mean: Option<f64>,
    pub null_sd: Option<f64>,
    pub null_p95: Option<f64>,
    /// One-sided, `(1 + #(shifted ≥ observed)) / (1 + n)`: never 0 (Phipson & Smyth 2010,
    /// "Permutation p-values should never be zero", Stat. Appl. Genet. Mol. Biol. 9(1)).
    pub p_value: f64,
}

/// Predictions against outcomes that many bars later, the end going on at the beginning: both
/// series keep their autocorrelation, overlapping labels and fat tails, and only what ties the one
/// to the other is cut. Shuffling rows would destroy all of it and find everything significant. The
/// circle is that of Politis & Romano 1992 ("A circular block-resampling procedure for stationary
/// data"), the test that of time-shifted surrogates (Lancaster et al. 2018, "Surrogate data for
/// hypothesis testing of physical systems", Physics Reports 748; Harris 2020, "A shift test for
/// independence in generic time series", arXiv:2012.06862). All symbols shift together, so that
/// what ties them to each other stays. `None` where there are no rows, no shifts, or no spread.
pub fn permutation(rows: &Rows<'_>, statistic: Statistic, shifts: &Shifts) -> Option<Permutation> {
    let panel = Panel::new(rows, statistic)?;
    let all = panel.n_times.checked_sub(2 * shifts.min_bars.max(1) - 1).filter(|all| *all > 0)?;
    let mut rng = Rng::stream(shifts.seed, "permutation", &[]);
    let offsets = rng.sample(all, shifts.n);
    let value = |offset: &usize| panel.shifted(offset + shifts.min_bars.max(1));
    let null: Vec<f64> = offsets.par_iter().map(value).collect();
    let observed = panel.shifted(0);
    // Two sums of the same numbers in another order may differ by this much.
    let rounding = 1e-12 * observed.abs();
    let reached = null.iter().filter(|value| **value >= observed - rounding).count();
    (!null.is_empty()).then(|| Permutation {
        statistic,
        n_rows: panel.n_rows as u64,
        n_shifts: null.len() as u64,
        observed,
        null_mean: stats::mean(&null),
        null_sd: stats::sd(&null),
        null_p95: stats::quantile(&null, 0.95),
        p_value: (1 + reached) as f64 / (1 + null.len()) as f64,
    })
}

/// Rows by symbol and time, ready to be multiplied.
struct Panel {
    n_times: usize,
    n_rows: usize,
    series: Vec<Series>,
    /// Of the statistic, whatever the shift.
    offset: f64,
    /// The statistic is the offset and this times the mean product.
    scale: f64,
    is_full: bool,
}

/// One symbol: a number a time, 0 where there is no row.
#[derive(Clone)]
struct Series {
    predictions: Vec<f64>,
    outcomes: Vec<f64>,
    present: Vec<f64>,
}

impl Panel {
    fn new(rows: &Rows<'_>, statistic: Statistic) -> Option<Self> {
        let known =
            |at: &usize| rows.predictions[*at].is_finite() && rows.outcomes[*at].is_finite();
        let kept: Vec<usize> = (0..rows.ts.len()).filter(known).collect();
        let of = |column: &[f64]| kept.iter().map(|at| column[*at]).collect::<Vec<f64>>();
        let (a, b) = (of(rows.predictions), of(rows.outcomes));
        let (a, b) = match statistic {
            Statistic::SignedOutcome => (a.iter().map(|x| sign(*x)).collect(), b),
            Statistic::RankIc => (stats::ranks(&a), stats::ranks(&b)),
        };
        let (mean_a, mean_b) = (stats::mean(&a)?, stats::mean(&b)?);
        let spread = |values: &[f64], mean: f64| {
            values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64
        };
        let (var_a, var_b) = (spread(&a, mean_a), spread(&b, mean_b));
        let (offset, scale) = match statistic {
            Statistic::SignedOutcome => (mean_a * mean_b, 1.0),
            Statistic::RankIc => (0.0, 1.0 / (var_a * var_b).sqrt()),
        };
        let times = distinct(kept.iter().map(|at| rows.ts[*at]).collect());
        let symbols = distinct(kept.iter().map(|at| rows.symbols[*at]).collect());
        let mut series = vec![Series::new(times.len()); symbols.len()];
        for (row, at) in kept.iter().enumerate() {
            let symbol = symbols.partition_point(|symbol| *symbol < rows.symbols[*at]);
            let time = times.partition_point(|time| *time < rows.ts[*at]);
            series[symbol].set(time, a[row] - mean_a, b[row] - mean_b);
        }
        let (n_times, n_rows) = (times.len(), kept.len());
        let is_full = n_times * symbols.len() == n_rows;
        let varies = var_b > 0.0 && (var_a > 0.0 || statistic == Statistic::SignedOutcome);
        varies.then_some(Self { n_times, n_rows, series, offset, scale, is_full })
    }

    /// The statistic, outcomes taken `bars` later. Where rows are missing, m of n pairs are left;
    /// their sum is divided by √(m n), which gives it the spread of the full sum.
    fn shifted(&self, bars: usize) -> f64 {
        let sum: f64 =
            self.series.iter().map(|s| circular(&s.predictions, &s.outcomes, bars)).sum();
        let n = self.n_rows as f64;
        let pairs = match self.is_full {
            true => n,
            false => self.series.iter().map(|s| circular(&s.present, &s.present, bars)).sum(),
        };
        if pairs > 0.0 { self.offset + self.scale * sum / (pairs * n).sqrt() } else { self.offset }
    }
}

impl Series {
    fn new(n_times: usize) -> Self {
        let zeros = || vec![0.0; n_times];
        Self { predictions: zeros(), outcomes: zeros(), present: zeros() }
    }

    fn set(&mut self, time: usize, prediction: f64, outcome: f64) {
        self.predictions[time] = prediction;
        self.outcomes[time] = outcome;
        self.present[time] = 1.0;
    }
}

/// −1, 0 or 1; `signum` has no 0.
fn sign(x: f64) -> f64 {
    f64::from(i8::from(x > 0.0) - i8::from(x < 0.0))
}

fn distinct<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

/// Σ a(t) b(t + bars), round the end.
fn circular(a: &[f64], b: &[f64], bars: usize) -> f64 {
    let (head, tail) = a.split_at(a.len() - bars);
    stats::dot(head, &b[bars..]) + stats::dot(tail, &b[..bars])
}

#[cfg(test)]
mod tests;
