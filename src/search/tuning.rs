//! The objective of tuning: how well a learner does on stretches it has not learnt from, inside one
//! training slice.

use std::sync::{Mutex, PoisonError};

use super::run::Outcome;
use super::value::Point;
use crate::folds::{Fold, Split};
use crate::learn::dataset::Dataset;
use crate::learn::learner::{Job, Learner, Prepared, Scratch};
use crate::learn::training::{Recipe, TrainFault, held};
use crate::stats;

/// Learners by point, or why a point has none.
pub type LearnerOf<'a> = dyn Fn(&Point) -> Result<Box<dyn Learner>, String> + Sync + 'a;

/// What all trials share: splits of the training slice, prepared once.
pub struct Tuner<'a> {
    recipe: &'a Recipe,
    data: &'a Dataset,
    fold: &'a Fold,
    learner_of: &'a LearnerOf<'a>,
    targets: Vec<Vec<f64>>,
    steps: Vec<Step<'a>>,
    scratches: Mutex<Vec<Scratch>>,
}

struct Step<'a> {
    split: &'a Split,
    prepared: Prepared,
    /// By horizon, by row.
    weights: Vec<Vec<f64>>,
}

impl<'a> Tuner<'a> {
    /// `splits` are of the rows the recipe learns from; its early-stop rows tell trials when to stop.
    pub fn new(
        recipe: &'a Recipe,
        data: &'a Dataset,
        (fold, splits): (&'a Fold, &'a [Split]),
        learner_of: &'a LearnerOf<'a>,
    ) -> Result<Self, TrainFault> {
        let step = |split: &'a Split| -> Result<Step<'a>, TrainFault> {
            let view = data.view(0..data.n_rows());
            let prepared =
                recipe.learner.prepare(view.matrix()?, split.train(), recipe.rows(fold).1)?;
            let of = |horizon| data.weigh(&recipe.weights, horizon, &[split.train()]);
            Ok(Step { split, prepared, weights: data.horizons.iter().map(of).collect() })
        };
        let steps = splits.iter().map(step).collect::<Result<_, _>>()?;
        let targets = data.horizons.iter().map(|h| recipe.target.of_labels(&h.y_bps)).collect();
        let scratches = Mutex::new(Vec::new());
        Ok(Self { recipe, data, fold, learner_of, targets, steps, scratches })
    }

    /// The mean rank correlation over horizons on the stretch of a step.
    pub fn evaluate(&self, point: &Point, step: usize) -> Result<Outcome, TrainFault> {
        match (self.learner_of)(point) {
            Ok(learner) => self.score(learner.as_ref(), step),
            Err(reason) => Ok(Outcome::Failed(reason)),
        }
    }

    /// The learner of the recipe itself, on every step.
    pub fn baseline(&self) -> Result<Vec<f64>, TrainFault> {
        let score = |step| match self.score(self.recipe.learner.as_ref(), step)? {
            Outcome::Score(score) => Ok(score),
            Outcome::Failed(_) => Ok(0.0),
        };
        (0..self.steps.len()).map(score).collect()
    }

    fn score(&self, learner: &dyn Learner, step: usize) -> Result<Outcome, TrainFault> {
        let mut scratch = self.lend();
        let scores = (0..self.targets.len()).map(|at| self.ic(learner, (step, at), &mut scratch));
        let scores = scores.collect::<Result<Vec<f64>, TrainFault>>();
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        match scores {
            Ok(scores) => Ok(Outcome::Score(stats::mean(&scores).unwrap_or(0.0))),
            // A point that cannot be trained is a bad point; the study goes on.
            Err(TrainFault::Learn(fault)) => Ok(Outcome::Failed(fault.to_string())),
            Err(fault) => Err(fault),
        }
    }

    fn ic(
        &self,
        learner: &dyn Learner,
        (step, at): (usize, usize),
        scratch: &mut Scratch,
    ) -> Result<f64, TrainFault> {
        let (step, horizon) = (&self.steps[step], &self.data.horizons[at]);
        let view = self.data.view(0..self.data.n_rows());
        let (rows, stop) = (step.split.train(), self.recipe.rows(self.fold).1);
        let own: Prepared;
        let prepared = if learner.key() == self.recipe.learner.key() {
            &step.prepared
        } else {
            own = learner.prepare(view.matrix()?, rows, stop)?;
            &own
        };
        let job = Job {
            matrix: view.matrix()?,
            prepared,
            kind: self.recipe.target.kind(),
            rows,
            early_stop: stop,
            targets: &self.targets[at],
            weights: Some(&step.weights[at]),
            monotone: &self.recipe.monotone,
            seed: self.recipe.seed,
            threads: 1,
        };
        let fit = learner.fit(&job, scratch)?;
        let held = held(self.recipe.target, &*fit.model, (self.data, horizon), step.split.test())?;
        // Predictions that are all alike have no rank correlation, and no skill.
        Ok(stats::spearman(&held.score, &held.outcome_bps).unwrap_or(0.0))
    }

    fn lend(&self) -> Scratch {
        let mut free = self.scratches.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }
}
