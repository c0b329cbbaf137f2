//! Which trials are given up before their last step.
//!
//! Trials run in cohorts, side by side. Where a decision is due, all of a cohort wait for each
//! other; it depends on their scores and those of earlier cohorts alone, never on who was faster.
//! The price is some idle time at the end of a rung, against asynchronous halving; the gain is the
//! same answer at any number of threads.

use serde::{Deserialize, Serialize};

use super::objective::{Objective, Steps};
use crate::stats;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PrunerParams {
    None,
    Median(MedianParams),
    Halving(HalvingParams),
    Hyperband(HyperbandParams),
}

/// After each step, a trial below the median of earlier trials after as many steps is given up
/// (Golovin et al. 2017, "Google Vizier", §3.2.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MedianParams {
    /// Earlier trials needed for a median to mean something.
    pub startup: usize,
    /// Steps before the first decision.
    pub warmup: usize,
}

impl Default for MedianParams {
    fn default() -> Self {
        Self { startup: 8, warmup: 2 }
    }
}

/// A cohort starts on few steps, and only its best go on to `keep_one_in` times as many, again and
/// again (Jamieson & Talwalkar 2016, "Non-stochastic best arm identification", AISTATS).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HalvingParams {
    pub keep_one_in: usize,
    /// Steps before the first decision.
    pub first: usize,
    /// Trials that start together.
    pub cohort: usize,
}

impl Default for HalvingParams {
    fn default() -> Self {
        Self { keep_one_in: 2, first: 1, cohort: 16 }
    }
}

/// Successive halving from many trials on few steps to few on all, in turn (Li, Jamieson, DeSalvo,
/// Rostamizadeh & Talwalkar 2018, "Hyperband", JMLR 18(185), algorithm 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HyperbandParams {
    pub keep_one_in: usize,
}

impl Default for HyperbandParams {
    fn default() -> Self {
        Self { keep_one_in: 3 }
    }
}

/// A pruner whose settings are possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Pruner(PrunerParams);

/// Trials that run side by side, and the numbers of steps after which decisions are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub n_trials: usize,
    pub rungs: Vec<usize>,
    /// Its decisions compare the cohort's own trials: with fewer of them they would be others.
    pub is_whole: bool,
}

impl PrunerParams {
    pub fn check(self) -> Result<Pruner, Vec<String>> {
        let keep = match &self {
            Self::None => 2,
            Self::Median(median) => 2.min(median.startup + 1).min(median.warmup + 1),
            Self::Halving(halving) => {
                halving.keep_one_in.min(halving.first + 1).min(halving.cohort)
            }
            Self::Hyperband(hyperband) => hyperband.keep_one_in,
        };
        if keep >= 2 {
            return Ok(Pruner(self));
        }
        let fault = match &self {
            Self::Median(_) => "`startup` and `warmup` must be at least 1",
            _ => "`keep_one_in` and `cohort` must be at least 2, `first` at least 1",
        };
        Err(vec![fault.to_owned()])
    }
}

impl Pruner {
    /// The `k`-th cohort, where each trial has `n_steps` and `batch` run side by side if it is all
    /// the same.
    pub fn plan(&self, k: usize, batch: usize, (n_steps, steps): (usize, Steps)) -> Plan {
        match &self.0 {
            PrunerParams::None => Plan { n_trials: batch, rungs: Vec::new(), is_whole: false },
            PrunerParams::Median(MedianParams { warmup, .. }) => {
                Plan { n_trials: batch, rungs: (*warmup..n_steps).collect(), is_whole: false }
            }
            PrunerParams::Halving(HalvingParams { keep_one_in, first, cohort }) => {
                let rungs = rungs(*first, *keep_one_in, (n_steps, steps));
                Plan { n_trials: *cohort, rungs, is_whole: true }
            }
            PrunerParams::Hyperband(HyperbandParams { keep_one_in }) => {
                bracket(k, *keep_one_in, (n_steps, steps))
            }
        }
    }

    /// Which of a cohort go on: `cohort` and `earlier` are the scores of as many steps, in the order
    /// of the trials.
    pub fn keep(&self, objective: &Objective, cohort: &[&[f64]], earlier: &[&[f64]]) -> Vec<bool> {
        let worth = |scores: &&[f64]| objective.of(scores).unwrap_or(f64::NEG_INFINITY);
        let values: Vec<f64> = cohort.iter().map(worth).collect();
        match &self.0 {
            PrunerParams::None => vec![true; cohort.len()],
            PrunerParams::Median(MedianParams { startup, .. }) => {
                let earlier: Vec<f64> = earlier.iter().map(worth).collect();
                let middle = stats::median(&earlier).filter(|_| earlier.len() >= *startup);
                values.iter().map(|v| middle.is_none_or(|middle| *v >= middle)).collect()
            }
            PrunerParams::Halving(HalvingParams { keep_one_in, .. })
            | PrunerParams::Hyperband(HyperbandParams { keep_one_in }) => {
                best(&values, cohort.len().div_ceil(*keep_one_in))
            }
        }
    }
}

/// Growing steps multiply the data themselves: there, every step is a rung.
fn rungs(first: usize, keep_one_in: usize, (n_steps, steps): (usize, Steps)) -> Vec<usize> {
    let next = |rung: &usize| match steps {
        Steps::Folds => rung.checked_mul(keep_one_in),
        Steps::Growing => Some(rung + 1),
    };
    std::iter::successors(Some(first), next).take_while(|rung| *rung < n_steps).collect()
}

/// The brackets s = s_max, …, 0 in turn: ⌈(s_max + 1) / (s + 1) · ηˢ⌉ trials and s decisions, the
/// last ones those of the longest bracket.
fn bracket(k: usize, keep_one_in: usize, steps: (usize, Steps)) -> Plan {
    let all = rungs(1, keep_one_in, steps);
    let most = all.len();
    let s = most - k % (most + 1);
    let power = (0..s).fold(1_usize, |power, _| power.saturating_mul(keep_one_in));
    let n_trials = (most + 1).saturating_mul(power).div_ceil(s + 1);
    Plan { n_trials, rungs: all[most - s..].to_vec(), is_whole: true }
}

/// The `n` largest; of equals the earlier.
fn best(values: &[f64], n: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let mut keep = vec![false; values.len()];
    order.iter().take(n).for_each(|&k| keep[k] = true);
    keep
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::ObjectiveParams;

    const FOLDS: Steps = Steps::Folds;

    #[test]
    fn the_brackets_of_hyperband_are_those_of_its_paper() {
        let pruner = PrunerParams::Hyperband(HyperbandParams::default()).check().unwrap();
        let plans = (0..4).map(|k| pruner.plan(k, 4, (9, FOLDS)));
        let plans: Vec<_> = plans.map(|p| (p.n_trials, p.rungs)).collect();
        let expected = [(9, vec![1, 3]), (5, vec![3]), (3, vec![]), (9, vec![1, 3])];
        assert_eq!(plans, expected);
    }

    #[test]
    fn growing_steps_decide_after_each() {
        let pruner = PrunerParams::Halving(HalvingParams::default()).check().unwrap();
        assert_eq!(pruner.plan(0, 4, (4, Steps::Growing)).rungs, [1, 2, 3]);
        assert_eq!(pruner.plan(0, 4, (10, FOLDS)).rungs, [1, 2, 4, 8]);
        assert!(pruner.plan(0, 4, (1, FOLDS)).rungs.is_empty());
    }

    #[test]
    fn half_a_cohort_goes_on_and_of_equals_the_earlier() {
        let pruner = PrunerParams::Halving(HalvingParams::default()).check().unwrap();
        let objective = ObjectiveParams::default().check().unwrap();
        let cohort: [&[f64]; 5] = [&[1.0], &[3.0], &[2.0], &[2.0], &[2.0]];
        let keep = pruner.keep(&objective, &cohort, &[]);
        assert_eq!(keep, [false, true, true, true, false]);
    }

    #[test]
    fn below_the_median_of_earlier_trials_is_hopeless_once_there_are_enough() {
        let median = MedianParams { startup: 3, warmup: 1 };
        let pruner = PrunerParams::Median(median).check().unwrap();
        let objective = ObjectiveParams::default().check().unwrap();
        let earlier: [&[f64]; 3] = [&[1.0, 1.0], &[4.0, 0.0], &[3.0, 5.0]]; // 1, 2 and 4
        let cohort: [&[f64]; 2] = [&[3.0, 1.0], &[0.0, 3.0]];
        assert_eq!(pruner.keep(&objective, &cohort, &earlier), [true, false]);
        assert_eq!(pruner.keep(&objective, &cohort, &earlier[..2]), [true, true]);
    }
}
