//! Tree-structured Parzen estimator, over all dimensions at once (Bergstra, Bardenet, Bengio & Kégl
//! 2011, "Algorithms for hyper-parameter optimization", NIPS 24; multivariate: Falkner, Klein &
//! Hutter 2018, "BOHB", ICML).
//!
//! The best trials make one density l(x), the others another, g(x); of some draws from l, the one
//! with the largest l/g has the largest expected improvement.

use serde::{Deserialize, Serialize};

use super::history::{Batch, History, Told};
use super::parzen::{Parzen, axes_of};
use super::sampler::quasi_random;
use super::value::Point;
use crate::rng::Rng;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TpeParams {
    /// Trials spread evenly before there is a model.
    pub startup: u64,
    /// Part of the trials that counts as good …
    pub good_part: f64,
    /// … and the most there are of them.
    pub good_most: usize,
    /// Draws from the good density for each trial.
    pub candidates: usize,
}

impl Default for TpeParams {
    fn default() -> Self {
        Self { startup: 10, good_part: 0.1, good_most: 25, candidates: 64 }
    }
}

/// [`TpeParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Tpe(TpeParams);

impl TpeParams {
    pub fn check(self) -> Result<Tpe, Vec<String>> {
        let mut faults = Vec::new();
        if self.startup < 2 {
            faults.push(format!("`startup` is `{}`, but it must be at least 2", self.startup));
        }
        if !(self.good_part > 0.0 && self.good_part < 1.0) {
            faults.push(format!("`good_part` is `{}`, but it must be in 0 … 1", self.good_part));
        }
        if self.good_most == 0 || self.candidates == 0 {
            faults.push("`good_most` and `candidates` must be at least 1".to_owned());
        }
        if faults.is_empty() { Ok(Tpe(self)) } else { Err(faults) }
    }
}

impl Tpe {
    pub(super) fn ask(&self, history: &History, seed: u64, n: usize) -> Vec<Point> {
        if history.next_number() < self.0.startup {
            return quasi_random(history, seed, n);
        }
        let mut told: Vec<&Told> = history.told().iter().collect();
        told.sort_by(|a, b| a.by_worth(b)); // stable: of equals, the earlier is the better
        let n_good = (self.0.good_part * told.len() as f64).ceil() as usize;
        let (good, bad) = told.split_at(n_good.clamp(1, self.0.good_most.min(told.len())));
        let axes = axes_of(history.space());
        let good = Parzen::new(&axes, good.iter().map(|t| t.cube.clone()).collect());
        let bad: Vec<Vec<f64>> = bad.iter().map(|t| t.cube.clone()).collect();

        let mut batch = Batch::new(history);
        for number in history.next_number()..history.next_number() + n as u64 {
            // Trials under way count as bad, so that a batch does not crowd.
            let others = bad.iter().chain(&batch.cubes).cloned().collect();
            let others = Parzen::new(&axes, others);
            let mut rng = Rng::stream(seed, "search tpe", &[number]);
            if !batch.take(self.best_draw(&good, &others, &mut rng, &batch)) {
                break;
            }
        }
        batch.points
    }

    fn best_draw(&self, good: &Parzen, others: &Parzen, rng: &mut Rng, batch: &Batch) -> Vec<f64> {
        let mut best = (f64::NEG_INFINITY, Vec::new());
        for _ in 0..self.0.candidates {
            let mut cube = good.draw(rng);
            batch.snap(&mut cube);
            let gain = good.log_density(&cube) - others.log_density(&cube);
            let is_better = gain > best.0 && batch.is_new(&cube);
            if is_better || best.1.is_empty() {
                best = (if is_better { gain } else { f64::NEG_INFINITY }, cube);
            }
        }
        best.1
    }
}
