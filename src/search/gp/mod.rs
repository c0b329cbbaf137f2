//! Bayesian search by a Gaussian process: next is tried where the expected improvement is largest.

mod acquisition;
mod cholesky;
mod process;

use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::history::{Batch, History, Told};
use super::sampler::quasi_random;
use super::trial::State;
use super::value::Point;
use crate::rng::Rng;
use crate::stats;
use acquisition::Acquisition;
use process::{Kernel, Process, fit};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GpParams {
    /// Trials spread evenly before there is a model.
    pub startup: u64,
    /// Places looked at for each trial, before the best of them are refined.
    pub candidates: usize,
}

impl Default for GpParams {
    fn default() -> Self {
        Self { startup: 10, candidates: 512 }
    }
}

/// [`GpParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Gp(GpParams);

impl GpParams {
    pub fn check(self) -> Result<Gp, Vec<String>> {
        let mut faults = Vec::new();
        if self.startup < 2 {
            faults.push(format!("`startup` is `{}`, but it must be at least 2", self.startup));
        }
        if self.candidates < 16 {
            let fault =
                format!("`candidates` is `{}`, but it must be at least 16", self.candidates);
            faults.push(fault);
        }
        if faults.is_empty() { Ok(Gp(self)) } else { Err(faults) }
    }
}

/// Lengths are learnt from no more trials than this: the time grows with their cube.
const MOST_TO_FIT: usize = 150;

impl Gp {
    pub(super) fn ask(&self, history: &History, seed: u64, n: usize) -> Vec<Point> {
        let values = values(history.told());
        let (Some(values), false) = (values, history.next_number() < self.0.startup) else {
            return quasi_random(history, seed, n);
        };
        let mut places: Vec<Vec<f64>> = history.told().iter().map(|t| t.cube.clone()).collect();
        let mut values = values;
        let is_nominal = |d: &Dimension| matches!(d, Dimension::Choice(_));
        let is_nominal = history.space().axes().map(|(_, d)| is_nominal(d)).collect();
        let (some_places, some_values) = thinned(&places, &values);
        let kernel = fit(Kernel::new(is_nominal), &some_places, &some_values);

        let mut batch = Batch::new(history);
        for number in history.next_number()..history.next_number() + n as u64 {
            let Some(process) = Process::new(kernel.clone(), places.clone(), &values) else {
                break;
            };
            let rng = Rng::stream(seed, "search gp", &[number]);
            let found = Acquisition::new(&process, &places).best(&batch, self.0.candidates, rng);
            let expected = process.predict(&found).0;
            if !batch.take(found) {
                return batch.points;
            }
            // Trials under way are believed to end as expected (Ginsbourger, Le Riche & Carraro
            // 2010, "Kriging is well-suited to parallelize optimization": the believer).
            places.extend(batch.cubes.last().cloned());
            values.push(expected);
        }
        batch.points
    }
}

/// What each trial is worth, scaled to mean 0 and standard deviation 1; `None`: too few have ended
/// for that. A failed trial counts as the worst; a pruned one as what it had reached, but no better
/// than the middle of the finished.
fn values(told: &[Told]) -> Option<Vec<f64>> {
    let done = |t: &Told| t.objective.filter(|_| t.state == State::Done);
    let finished: Vec<f64> = told.iter().filter_map(done).collect();
    let middle = stats::median(&finished)?;
    let value = |t: &Told| match (t.state, t.objective) {
        (State::Done, Some(objective)) => Some(objective),
        (State::Pruned, Some(objective)) => Some(objective.min(middle)),
        _ => None,
    };
    let worst = told.iter().filter_map(value).fold(f64::INFINITY, f64::min);
    let mut values: Vec<f64> = told.iter().map(|t| value(t).unwrap_or(worst)).collect();
    fence(&mut values);
    let (mean, sd) = (stats::mean(&values)?, stats::sd(&values).filter(|sd| *sd > 0.0)?);
    Some(values.iter().map(|v| (v - mean) / sd).collect())
}

/// Lifts what is far out on the bad side, whose size says nothing about where the best is but would
/// set the scale, to the outer fence: three times the distance between the quartiles below the lower
/// one (Tukey 1977, "Exploratory data analysis", §2E).
fn fence(values: &mut [f64]) {
    let quartiles = (stats::quantile(values, 0.25), stats::quantile(values, 0.75));
    if let (Some(low), Some(high)) = quartiles
        && high > low
    {
        let fence = low - 3.0 * (high - low);
        values.iter_mut().for_each(|v| *v = v.max(fence));
    }
}

/// Evenly from best to worst.
fn thinned(places: &[Vec<f64>], values: &[f64]) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let step = order.len().div_ceil(MOST_TO_FIT);
    order.into_iter().step_by(step).map(|k| (places[k].clone(), values[k])).unzip()
}
