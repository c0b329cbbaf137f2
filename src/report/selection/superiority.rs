//! Is the best of all trials better than doing nothing, as many as they are?

use rayon::prelude::*;
use serde::Serialize;

use super::block_length::block_length;
use super::finite;
use super::stationary::{Bootstrap, LANES, Samples, variance_of_mean};
use crate::stats;

/// The chance that the best of trials without any worth looks as good.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Superiority {
    pub n_trials: u64,
    /// Trials whose returns do not vary, as of one that did not trade: they take no part.
    pub n_idle: u64,
    pub n_periods: u64,
    pub n_samples: u64,
    pub block_length: f64,
    /// The trial of the largest t, the first of several.
    pub best: u64,
    /// Its mean over the standard error of its mean.
    pub best_t: f64,
    pub reality_check_p: f64,
    pub spa: Spa,
}

/// Of Hansen's test, ascending: what losing trials are taken for makes the difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spa {
    /// As if losing trials truly lost what they did, so that hardly any could have been the best:
    /// liberal.
    pub lower_p: f64,
    /// As if those far below 0 did, and the others were worth 0: the one to go by.
    pub consistent_p: f64,
    /// As if every trial were worth exactly 0: conservative, the more so the worse the worst are.
    pub upper_p: f64,
}

/// What was tried: its returns, a period a value.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    pub returns: &'a [f64],
    /// The variance of a period that its positions ran through, however they ended; 0: not known. One
    /// that takes small profits and has no stop shows little variance until its first loss, which thousands
    /// of trials are bound to hide from some: of 61 times 10,000 settings on random walks, 18 were called
    /// at 5 % without it.
    pub swing: f64,
}

/// Fewer periods than this tell nothing of a mean's error.
const FEWEST_PERIODS: usize = 16;

/// White's reality check (2000, "A reality check for data snooping", Econometrica 68) and Hansen's
/// test for superior predictive ability (2005, "A test for superior predictive ability", J. Business
/// & Economic Statistics 23), both against earning nothing, with the stationary bootstrap. `trials`
/// are the returns of all that was tried, a period a value; that they are alike is taken account of.
///
/// With d the mean of a trial, n periods and ω² the variance of √n d: the reality check holds max √n d
/// against max √n (d* − d) of the samples; Hansen's divides each trial by its ω, holds max(0, max √n d /
/// ω) against max(0, max √n (d* − g(d)) / ω), and takes d off samples (g(d) = d) always (`upper_p`),
/// where it is positive (`lower_p`), or where √n d / ω is at least −√(2 ln ln n) (`consistent_p`).
/// Chances are `(1 + #(sample ≥ observed)) / (1 + n_samples)`, never 0 (Phipson & Smyth 2010,
/// "Permutation p-values should never be zero").
///
/// ω² is the variance of the trial's returns times what memory makes of it, or its swing where that is
/// more; and the factor of memory is the mean of all trials' own ([`variance_of_mean`] over the variance
/// of returns). With each trial's own
/// factor, as Hansen has it, the best of thousands is the one whose ω came out too small: of 60 times
/// 3,000 worthless trials without memory 9 were significant at 5 % with blocks of 10 days, and 20 with
/// blocks of 25. Any ω that is the same in the data and in the samples keeps the test right.
///
/// `None` for fewer than 16 periods, trials of different lengths, returns that are not finite, a
/// block length below 1 or above half of the periods, no samples, or no trial whose returns vary.
pub fn superiority(trials: &[Tried<'_>], asked: &Bootstrap) -> Option<Superiority> {
    let n_periods = trials.first().map(|trial| trial.returns.len())?;
    let is_sound = |t: &Tried<'_>| {
        t.returns.len() == n_periods && t.returns.iter().chain([&t.swing]).all(|r| r.is_finite())
    };
    let fits =
        n_periods >= FEWEST_PERIODS && asked.n_samples > 0 && trials.par_iter().all(is_sound);
    let length = fits.then(|| length(trials, asked))??;
    let judged = judged(trials, length)?;
    let rows: Vec<&Trial<'_>> = judged.iter().flatten().collect();
    let samples = Samples::draw(n_periods, asked.n_samples, length, asked.seed);
    let found = Largest::of(&rows, &samples)?;
    let t_of = |at: &usize| judged[*at].as_ref().map_or(f64::NEG_INFINITY, |trial| trial.t);
    let best = (0..trials.len()).reduce(|a, b| if t_of(&b) > t_of(&a) { b } else { a })?;
    let best_t = t_of(&best);
    let most = rows.iter().map(|trial| trial.sum).fold(f64::NEG_INFINITY, f64::max);
    let chance = |of| found.chance(asked.n_samples, best_t.max(0.0), of);
    Some(Superiority {
        n_trials: trials.len() as u64,
        n_idle: (trials.len() - rows.len()) as u64,
        n_periods: n_periods as u64,
        n_samples: asked.n_samples as u64,
        block_length: length,
        best: best as u64,
        best_t,
        reality_check_p: found.chance(asked.n_samples, most, |one| one.excess),
        spa: Spa {
            lower_p: chance(|one| one.lower.map(|t| t.max(0.0))),
            consistent_p: chance(|one| one.consistent.map(|t| t.max(0.0))),
            upper_p: chance(|one| one.upper.map(|t| t.max(0.0))),
        },
    })
}

/// As asked, or the mean of the trials' own.
fn length(trials: &[Tried<'_>], asked: &Bootstrap) -> Option<f64> {
    let own = || {
        let all: Vec<Option<f64>> =
            trials.par_iter().map(|trial| block_length(trial.returns)).collect();
        stats::mean(&all.into_iter().flatten().collect::<Vec<f64>>())
    };
    let half = trials.first().map_or(0.0, |trial| trial.returns.len() as f64 / 2.0);
    asked.block_length.or_else(own).filter(|length| (1.0..=half).contains(length))
}

struct Trial<'a> {
    returns: &'a [f64],
    sum: f64,
    /// 1 / (√n ω): makes a sum of deviations a t.
    scale: f64,
    t: f64,
    /// What a sample is to be moved by where the mean is not taken off.
    shift: f64,
}

/// The trials whose returns vary, each in its place; `None` where there is none.
fn judged<'a>(trials: &[Tried<'a>], block_length: f64) -> Option<Vec<Option<Trial<'a>>>> {
    let variances: Vec<Option<Variances>> =
        trials.par_iter().map(|tried| Variances::of(tried.returns, block_length)).collect();
    let factors: Vec<f64> = variances.iter().flatten().map(|v| v.of_mean / v.of_returns).collect();
    let memory = stats::mean(&factors)?;
    let each = trials.iter().zip(variances);
    let of = |(tried, v): (&Tried<'a>, Option<Variances>)| {
        Trial::of(tried.returns, (memory * v?.of_returns).max(tried.swing))
    };
    Some(each.map(of).collect())
}

#[derive(Clone, Copy)]
struct Variances {
    of_returns: f64,
    /// Of the root of n times the mean.
    of_mean: f64,
}

impl Variances {
    fn of(returns: &[f64], block_length: f64) -> Option<Self> {
        const ROUNDING: f64 = 1e-12;
        let n = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / n;
        let deviations: Vec<f64> = returns.iter().map(|r| r - mean).collect();
        let square = |values: &[f64]| values.iter().map(|r| r * r).sum::<f64>() / n;
        let (of_returns, of_mean) =
            (square(&deviations), variance_of_mean(&deviations, block_length)?);
        (of_returns > ROUNDING * square(returns)).then_some(Self { of_returns, of_mean })
    }
}

impl<'a> Trial<'a> {
    fn of(returns: &'a [f64], variance: f64) -> Option<Self> {
        let n = returns.len() as f64;
        let sum: f64 = returns.iter().sum();
        let scale = finite(1.0 / (n * variance).sqrt())?;
        let t = sum * scale;
        let is_out = t < -(2.0 * libm::log(libm::log(n))).sqrt();
        Some(Self { returns, sum, scale, t, shift: if is_out { t } else { 0.0 } })
    }
}

/// Of eight samples, the largest of all trials.
#[derive(Clone, Copy)]
struct Eight {
    /// Sums above the trial's own.
    excess: [f64; LANES],
    lower: [f64; LANES],
    consistent: [f64; LANES],
    upper: [f64; LANES],
}

impl Eight {
    const NONE: Self = {
        let lowest = [f64::NEG_INFINITY; LANES];
        Self { excess: lowest, lower: lowest, consistent: lowest, upper: lowest }
    };

    #[inline(always)]
    fn take(&mut self, trial: &Trial<'_>, sums: &[f64; LANES]) {
        let below = trial.t.min(0.0);
        for (lane, sum) in sums.iter().enumerate() {
            let excess = sum - trial.sum;
            let t = excess * trial.scale;
            self.excess[lane] = self.excess[lane].max(excess);
            self.lower[lane] = self.lower[lane].max(t + below);
            self.consistent[lane] = self.consistent[lane].max(t + trial.shift);
            self.upper[lane] = self.upper[lane].max(t);
        }
    }

    fn join(&mut self, other: &Self) {
        let larger = |into: &mut [f64; LANES], from: &[f64; LANES]| {
            into.iter_mut().zip(from).for_each(|(a, b)| *a = a.max(*b));
        };
        larger(&mut self.excess, &other.excess);
        larger(&mut self.lower, &other.lower);
        larger(&mut self.consistent, &other.consistent);
        larger(&mut self.upper, &other.upper);
    }
}

/// The largest of all trials, sample by sample. A largest is the same in any order.
struct Largest(Vec<Eight>);

/// Trials that are summed up side by side: with [`LANES`] samples, all of the vector registers.
const ROWS: usize = 4;

/// Trials that pass by a panel while it is in the nearest cache.
const GROUP: usize = 16 * ROWS;

impl Largest {
    fn of(rows: &[&Trial<'_>], samples: &Samples) -> Option<Self> {
        let join = |mut a: Self, b: Self| {
            a.0.iter_mut().zip(&b.0).for_each(|(a, b)| a.join(b));
            a
        };
        rows.par_chunks(GROUP).map(|group| Self::of_group(group, samples)).reduce_with(join)
    }

    fn of_group(group: &[&Trial<'_>], samples: &Samples) -> Self {
        let tiles: Vec<Vec<[f64; ROWS]>> = group.chunks(ROWS).map(tile).collect();
        let of_panel = |panel: &[[f64; LANES]]| {
            let mut eight = Eight::NONE;
            for (tile, trials) in tiles.iter().zip(group.chunks(ROWS)) {
                let sums = sums(tile, panel);
                trials.iter().zip(&sums).for_each(|(trial, sums)| eight.take(trial, sums));
            }
            eight
        };
        Self(samples.panels().map(of_panel).collect())
    }

    fn chance(&self, n: usize, observed: f64, of: fn(&Eight) -> [f64; LANES]) -> f64 {
        // Two sums of the same numbers in another order may differ by this much.
        let floor = observed - 1e-12 * observed.abs();
        let reached = self.0.iter().flat_map(of).take(n).filter(|value| *value >= floor).count();
        (1 + reached) as f64 / (1 + n) as f64
    }
}

/// Some trials' returns, period by period; what is not there is 0.
fn tile(trials: &[&Trial<'_>]) -> Vec<[f64; ROWS]> {
    let at = |row: usize, period: usize| trials.get(row).map_or(0.0, |t| t.returns[period]);
    let n_periods = trials.first().map_or(0, |trial| trial.returns.len());
    (0..n_periods).map(|period| std::array::from_fn(|row| at(row, period))).collect()
}

#[inline(always)]
fn sums(tile: &[[f64; ROWS]], panel: &[[f64; LANES]]) -> [[f64; LANES]; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    for (returns, counts) in tile.iter().zip(panel) {
        for (sums, r) in sums.iter_mut().zip(returns) {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += r * count);
        }
    }
    sums
}

#[cfg(test)]
mod tests;
