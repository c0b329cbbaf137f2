//! The objective of tuning: how well a learner does on stretches it has not learnt from, inside one
//! training slice.

use std::sync::{Mutex, PoisonError};

use super::run::Outcome;
use super::value::Point;
use crate::folds::{Fold, RowSet, Split};
use crate::learn::dataset::{Dataset, View};
use crate::learn::learner::{Fit, Job, Prepared, Scratch};
use crate::learn::training::{Recipe, TrainFault, held, prune};
use crate::stats;

/// Recipes by point, or why a point has none.
pub type RecipeOf<'a> = dyn Fn(&Point) -> Result<Recipe, String> + Sync + 'a;

/// What all trials share: splits of the training slice, prepared once.
pub struct Tuner<'a> {
    recipe: &'a Recipe,
    data: &'a Dataset,
    fold: &'a Fold,
    recipe_of: &'a RecipeOf<'a>,
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
        recipe_of: &'a RecipeOf<'a>,
    ) -> Result<Self, TrainFault> {
        let step = |split: &'a Split| -> Result<Step<'a>, TrainFault> {
            let view = data.view(0..data.n_rows());
            let stop = recipe.rows(fold).1;
            let prepared = recipe.learner.prepare(view.matrix()?, split.train(), stop)?;
            let slices: Vec<&RowSet> = [Some(split.train()), stop].into_iter().flatten().collect();
            let of = |horizon| data.weigh(&recipe.weights, horizon, &slices);
            Ok(Step { split, prepared, weights: data.horizons.iter().map(of).collect() })
        };
        let steps = splits.iter().map(step).collect::<Result<_, _>>()?;
        let scratches = Mutex::new(Vec::new());
        Ok(Self { recipe, data, fold, recipe_of, steps, scratches })
    }

    /// The mean rank correlation over horizons on the stretch of a step.
    pub fn evaluate(&self, point: &Point, step: usize) -> Result<Outcome, TrainFault> {
        match (self.recipe_of)(point) {
            // Its rows would be others than those that were split, and its score not comparable.
            Ok(recipe) if recipe.stops_early != self.recipe.stops_early => {
                Ok(Outcome::Failed("it stops early, and others do not".to_owned()))
            }
            Ok(recipe) => self.score(&recipe, step),
            Err(reason) => Ok(Outcome::Failed(reason)),
        }
    }

    /// The scores of the recipe itself on every step, or why it has none.
    pub fn baseline(&self) -> Result<Result<Vec<f64>, String>, TrainFault> {
        let mut scores = Vec::new();
        for step in 0..self.steps.len() {
            match self.score(self.recipe, step)? {
                Outcome::Score(score) => scores.push(score),
                Outcome::Failed(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(scores))
    }

    fn score(&self, recipe: &Recipe, step: usize) -> Result<Outcome, TrainFault> {
        let mut scratch = self.lend();
        let n = self.data.horizons.len();
        let scores = (0..n).map(|at| self.ic(recipe, (step, at), &mut scratch));
        let scores = scores.collect::<Result<Vec<f64>, TrainFault>>();
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        match scores {
            Ok(scores) => Ok(Outcome::Score(stats::mean(&scores).unwrap_or(0.0))),
            // A point that cannot be trained is a bad point; the study goes on.
            Err(fault @ (TrainFault::Learn(_) | TrainFault::Prune(_))) => {
                Ok(Outcome::Failed(fault.to_string()))
            }
            Err(fault) => Err(fault),
        }
    }

    fn ic(
        &self,
        recipe: &Recipe,
        (step, at): (usize, usize),
        scratch: &mut Scratch,
    ) -> Result<f64, TrainFault> {
        let fit = self.fit(recipe, (step, at), scratch)?;
        let (test, horizon) = (self.steps[step].split.test(), &self.data.horizons[at]);
        let held = held(recipe.target, &*fit.model, (self.data, horizon), test)?;
        // Predictions that are all alike have no rank correlation, and no skill.
        Ok(stats::spearman(&held.score, &held.outcome_bps).unwrap_or(0.0))
    }

    /// As a training would: where it prunes, so does this, by the rows of this step alone.
    fn fit(
        &self,
        recipe: &Recipe,
        (step, at): (usize, usize),
        scratch: &mut Scratch,
    ) -> Result<Fit, TrainFault> {
        let whole = self.data.view(0..self.data.n_rows());
        let rows = self.rows(step);
        let own: Prepared;
        let prepared = if recipe.learner.key() == self.recipe.learner.key() {
            &self.steps[step].prepared
        } else {
            own = recipe.learner.prepare(whole.matrix()?, rows.0, rows.1)?;
            &own
        };
        let fit = self.fit_on(recipe, (&whole, prepared), (step, at), scratch)?;
        let Some(keep) = recipe.keep.filter(|keep| *keep < self.data.names.len()) else {
            return Ok(fit);
        };
        let kept = prune(keep, &fit, &whole, rows)?;
        let prepared = recipe.learner.prepare(kept.matrix()?, rows.0, rows.1)?;
        self.fit_on(recipe, (&kept, &prepared), (step, at), scratch)
    }

    fn fit_on(
        &self,
        recipe: &Recipe,
        (view, prepared): (&View<'_>, &Prepared),
        (step, at): (usize, usize),
        scratch: &mut Scratch,
    ) -> Result<Fit, TrainFault> {
        let (rows, early_stop) = self.rows(step);
        let job = Job {
            matrix: view.matrix()?,
            prepared,
            kind: recipe.target.kind(),
            rows,
            early_stop,
            targets: &recipe.target.of_labels(&self.data.horizons[at].y_bps),
            weights: Some(&self.steps[step].weights[at]),
            monotone: &recipe.directions(view, self.data),
            seed: recipe.seed,
            threads: 1,
        };
        Ok(recipe.learner.fit(&job, scratch)?)
    }

    /// Those a trial learns from, and those that tell it when to stop.
    fn rows(&self, step: usize) -> (&RowSet, Option<&RowSet>) {
        (self.steps[step].split.train(), self.recipe.rows(self.fold).1)
    }

    fn lend(&self) -> Scratch {
        let mut free = self.scratches.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }
}
