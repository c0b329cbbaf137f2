//! One fold's training: every horizon's model, its calibration, and how much each horizon counts.

use std::collections::BTreeMap;
use std::ops::Range;

use super::backends::LearnFault;
use super::calibration::{Calibration, CalibrationParams, Held};
use super::cross_fit;
use super::dataset::{Dataset, Horizon, View};
use super::explain::{Basis, ExplainFault, Prune, Slices};
use super::horizon_weights::{HorizonWeights, WeightMethod};
use super::leak::{self, Leak};
use super::learner::{Fit, Fitted, Job, Learner, Monotone, Prepared};
use super::many::{Errand, fit_many};
use super::scores::{HorizonScores, SliceScore};
use super::target::Target;
use crate::folds::{Fold, RowSet};
use crate::gbdt::{GbdtFault, Rows};
use crate::labels::Weights;
use crate::units::Ts;

/// How to train, whatever the fold.
#[derive(Debug)]
pub struct Recipe {
    pub learner: Box<dyn Learner>,
    /// The early-stop slice tells when to stop; else it is learnt from like any other.
    pub stops_early: bool,
    pub target: Target,
    pub weights: Weights,
    pub monotone: BTreeMap<String, Monotone>,
    /// Train again on so many of the most important columns; `None`: on all, once.
    pub keep: Option<usize>,
    pub calibration: CalibrationParams,
    /// Calibrators also learn from so many blocks of the training slice, each predicted by models
    /// that were trained without it; 0: from the calibration slice alone.
    pub cross_fit: u32,
    pub weighting: WeightMethod,
    /// See [`leak::check`].
    pub max_column_ic: f64,
    pub seed: u64,
}

/// What a fold has learnt.
#[derive(Debug)]
pub struct FoldModel {
    pub fold: u32,
    pub horizons: Vec<HorizonModel>,
    pub weights: HorizonWeights,
    /// Set by whoever trains, so that no caller can forget or bend it.
    trained: Range<Ts>,
}

impl FoldModel {
    /// A model that was stored, with the range that was stored beside it.
    pub fn stored(
        (fold, horizons, weights): (u32, Vec<HorizonModel>, HorizonWeights),
        trained: Range<Ts>,
    ) -> Self {
        Self { fold, horizons, weights, trained }
    }

    /// Decisions in this range were learnt from, in one slice or another.
    pub fn trained(&self) -> &Range<Ts> {
        &self.trained
    }
}

#[derive(Debug)]
pub struct HorizonModel {
    pub horizon: u32,
    pub model: Box<dyn Fitted>,
    pub calibration: Calibration,
}

/// A fold's models, and how they did on the slices they were made from.
#[derive(Debug)]
pub struct Trained {
    pub model: FoldModel,
    pub scores: Vec<HorizonScores>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainFault {
    #[error("horizon {horizon}: {fault}")]
    Horizon { horizon: u32, fault: LearnFault },
    #[error(transparent)]
    Learn(#[from] LearnFault),
    #[error(transparent)]
    Leak(#[from] Leak),
    #[error(
        "only {rows} rows to train on, after purging, in a range of that length; {need} are needed"
    )]
    TooFew { rows: usize, need: usize },
    #[error("the training slice cannot be cut into `calibration.cross_fit` blocks: {0}")]
    Blocks(String),
    #[error("pruning needs a model of trees that can be explained: {0}")]
    Prune(String),
}

impl From<GbdtFault> for TrainFault {
    fn from(fault: GbdtFault) -> Self {
        Self::Learn(LearnFault::Backend { backend: "matrix", why: fault.to_string() })
    }
}

impl From<ExplainFault> for TrainFault {
    fn from(fault: ExplainFault) -> Self {
        Self::Prune(fault.to_string())
    }
}

/// Below this a tree could not tell a pattern of returns from chance.
const LEAST_ROWS: usize = 100;

/// Targets and weights of one horizon, one a row of the data set.
struct Lesson {
    targets: Vec<f64>,
    weights: Vec<f64>,
}

/// What is learnt from, and what tells when to stop.
pub type Taught<'a> = (&'a RowSet, Option<&'a RowSet>);

impl Recipe {
    /// The rows of a fold that are learnt from, and those that tell when to stop.
    pub fn rows<'a>(&self, fold: &'a Fold) -> (RowSet, Option<&'a RowSet>) {
        let (train, stop) = (fold.train().rows(), fold.early_stop().rows());
        if self.stops_early && !stop.is_empty() {
            (train.clone(), Some(stop))
        } else {
            (train.followed_by(stop), None)
        }
    }

    /// A column that was pruned has no direction to keep; one that never was there is refused.
    pub fn directions(&self, view: &View<'_>, data: &Dataset) -> BTreeMap<String, Monotone> {
        let is_known = |name: &String| view.has(name) || !data.names.contains(name);
        let kept = self.monotone.iter().filter(|(name, _)| is_known(name));
        kept.map(|(name, way)| (name.clone(), *way)).collect()
    }
}

/// Trains all horizons side by side. `on_done` is told the number of trainings done, and of how many.
pub fn train(
    recipe: &Recipe,
    data: &Dataset,
    fold: &Fold,
    on_done: &(dyn Fn(usize, usize) + Sync),
) -> Result<Trained, TrainFault> {
    let (rows, stop) = recipe.rows(fold);
    if rows.len() < LEAST_ROWS {
        return Err(TrainFault::TooFew { rows: rows.len(), need: LEAST_ROWS });
    }
    leak::check(data, &rows, recipe.max_column_ic)?;
    let splits = cross_fit::splits(recipe.cross_fit, data, &rows)?;
    let n = data.horizons.len() * (1 + usize::from(recipe.keep.is_some()));
    let all = n * (1 + splits.len());
    let fits = fit(recipe, data, (&rows, stop), &|done| on_done(done, all))?;
    let on_done = |done| on_done(n + done, all);
    let unseen = cross_fit::predict(recipe, data, (&splits, stop), &on_done)?;
    finish(recipe, data, fold, (fits, unseen))
}

/// One fit a horizon; where columns are pruned, on those that are left.
pub(super) fn fit(
    recipe: &Recipe,
    data: &Dataset,
    taught: Taught<'_>,
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Fit>, TrainFault> {
    // Labels are weighed slice by slice: those of one slice know nothing of the other's.
    let slices: Vec<&RowSet> = [Some(taught.0), taught.1].into_iter().flatten().collect();
    let lesson = |horizon: &Horizon| Lesson {
        targets: recipe.target.of_labels(&horizon.y_bps),
        weights: data.weigh(&recipe.weights, horizon, &slices),
    };
    let lessons: Vec<Lesson> = data.horizons.iter().map(lesson).collect();
    let whole = [data.view(0..data.n_rows())];
    let fits = fit_all(recipe, &whole, (&lessons, data, taught), on_done)?;
    let Some(keep) = recipe.keep.filter(|keep| *keep < data.names.len()) else { return Ok(fits) };
    let kept = |fit: &Fit| prune(keep, fit, &whole[0], taught);
    let views: Vec<View<'_>> = fits.iter().map(kept).collect::<Result<_, _>>()?;
    let on_done = |done| on_done(lessons.len() + done);
    fit_all(recipe, &views, (&lessons, data, taught), &on_done)
}

/// One fit a lesson: all on the one view there is, or each on its own.
fn fit_all(
    recipe: &Recipe,
    views: &[View<'_>],
    (lessons, data, (rows, stop)): (&[Lesson], &Dataset, Taught<'_>),
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Fit>, TrainFault> {
    let learner = recipe.learner.as_ref();
    let prepare = |view: &View<'_>| Ok(learner.prepare(view.matrix()?, rows, stop)?);
    let monotone: Vec<_> = views.iter().map(|view| recipe.directions(view, data)).collect();
    let prepared: Vec<Prepared> = views.iter().map(prepare).collect::<Result<_, TrainFault>>()?;
    let mut errands = Vec::with_capacity(lessons.len());
    for (at, lesson) in lessons.iter().enumerate() {
        let view = at.min(views.len() - 1);
        let job = Job {
            matrix: views[view].matrix()?,
            prepared: &prepared[view],
            kind: recipe.target.kind(),
            rows,
            early_stop: stop,
            targets: &lesson.targets,
            weights: Some(&lesson.weights),
            monotone: &monotone[view],
            seed: recipe.seed,
            threads: 1,
        };
        errands.push(Errand { learner, job });
    }
    let named = |(fit, horizon): (Result<Fit, LearnFault>, &Horizon)| {
        fit.map_err(|fault| TrainFault::Horizon { horizon: horizon.bars, fault })
    };
    fit_many(&errands, on_done).into_iter().zip(&data.horizons).map(named).collect()
}

/// The columns worth training on again: by what they do on the early-stop slice, or where there is
/// none on the training slice; no later row is looked at.
pub fn prune<'a>(
    keep: usize,
    fit: &Fit,
    view: &View<'a>,
    (rows, stop): Taught<'_>,
) -> Result<View<'a>, TrainFault> {
    let Some(trees) = fit.model.trees() else {
        return Err(TrainFault::Prune("this backend's models have none".to_owned()));
    };
    let training: Vec<u32> = rows.iter().collect();
    let watched: Vec<u32> = stop.into_iter().flat_map(RowSet::iter).collect();
    let basis = if watched.is_empty() { Basis::Training } else { Basis::EarlyStop };
    let prune = Prune { keep, basis };
    let slices = Slices { training: Rows::List(&training), early_stop: Rows::List(&watched) };
    let kept = prune.choose(&trees, &view.matrix()?, &slices)?;
    Ok(view.pick(&kept.columns))
}

fn finish(
    recipe: &Recipe,
    data: &Dataset,
    fold: &Fold,
    (fits, unseen): (Vec<Fit>, Vec<Held>),
) -> Result<Trained, TrainFault> {
    let (mut horizons, mut scores) = (Vec::new(), Vec::new());
    for ((fit, mut unseen), horizon) in fits.into_iter().zip(unseen).zip(&data.horizons) {
        let held = |rows: &RowSet| held(recipe.target, &*fit.model, (data, horizon), rows);
        let slices = [fold.train(), fold.early_stop(), fold.calibrate()];
        let [train, stop, calibrate] = slices.map(|slice| held(slice.rows()));
        let (train, stop, calibrate) = (train?, stop?, calibrate?);
        let blocks = SliceScore::of(&unseen);
        scores.push(HorizonScores {
            horizon: horizon.bars,
            rounds: fit.rounds,
            n_columns: fit.model.names().len(),
            train: SliceScore::of(&train),
            early_stop: SliceScore::of(&stop),
            calibrate: SliceScore::of(&calibrate),
            blocks: (blocks.n_rows > 0).then_some(blocks),
        });
        unseen.append(&calibrate);
        let calibration = Calibration::fit(recipe.target, &unseen, &recipe.calibration);
        horizons.push(HorizonModel { horizon: horizon.bars, model: fit.model, calibration });
    }
    // Of the train window, but of rows no tree was fitted to.
    let ics: Vec<_> = scores.iter().map(|scores| scores.calibrate.ic).collect();
    let weights = HorizonWeights::of(&recipe.weighting, &ics);
    let trained = fold.train().from()..fold.calibrate().until();
    Ok(Trained { model: FoldModel { fold: fold.idx(), horizons, weights, trained }, scores })
}

/// Scores, outcomes and volatilities of the labelled rows of a slice.
pub fn held(
    target: Target,
    model: &dyn Fitted,
    (data, horizon): (&Dataset, &Horizon),
    rows: &RowSet,
) -> Result<Held, TrainFault> {
    let overlap_rows = data.overlap_rows(horizon);
    let (Some(first), Some(last)) = (rows.ranges().first(), rows.ranges().last()) else {
        return Ok(Held { overlap_rows, ..Held::default() });
    };
    let span = first.start as usize..last.end as usize;
    let view = data.view(span.clone()).named(model.names());
    let scores = model.predict(&view.matrix()?)?;
    let mut held = Held { overlap_rows, ..Held::default() };
    for row in rows.iter().map(|row| row as usize) {
        if horizon.y_bps[row].is_nan() {
            continue;
        }
        held.score.push(target.score(scores[row - span.start]));
        held.outcome_bps.push(horizon.y_bps[row]);
        held.scale_bps.push(data.scale_bps[row]);
    }
    Ok(held)
}

#[cfg(test)]
#[path = "training_tests.rs"]
mod tests;
