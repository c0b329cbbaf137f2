//! Every setting that was tried counts, whatever became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::rules::{identity_of, told};
use super::super::single::ONE_SCORE;
use super::super::train::key_of;
use super::asked::Plans;
use super::listed::Listed;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::Symbol;
use crate::optimize::{Candidate, Played};
use crate::search::{
    DimensionParams, Point, PrunerParams, SamplerParams, SpaceParams, State, Study, StudyParams,
    Trial, Value,
};
use crate::stats;
use crate::store::{self, Ledger};

/// Whose parameters a point has.
const CANDIDATE: &str = "candidate";

/// A setting's score is the mean over the windows that it was tried on whole, and else over the parts
/// that it was given up on. Returns how many trials there are on these bars now.
pub fn record(
    config: &Config,
    plans: &Plans,
    (symbol, folds, listed): (&Symbol, &[Played], &Listed<'_>),
) -> Result<u64, Failure> {
    let data = key_of(std::slice::from_ref(symbol), config.data.timeframe);
    let study = study(config, plans, &data)?;
    let results = Path::new(store::RESULTS);
    let (mut ledger, known) = Ledger::wait(results, &study)?;
    let known: BTreeSet<String> = known.into_iter().map(|trial| trial.id).collect();
    let conduct = told(&plans.conduct);
    let mut new: Vec<Trial> = Vec::new();
    for (number, scores) in scores(folds, listed).into_iter().enumerate() {
        let (candidate, point) = listed.settings[number];
        let point = named(candidate, point);
        let id = study.trial_id(&point);
        if known.contains(&id) {
            continue;
        }
        let (score, state) = worth(&scores);
        new.push(Trial {
            id,
            setting: Some(identity_of(&listed.plans[number], &conduct)),
            study: study.id().to_owned(),
            kind: study.params().kind.clone(),
            data: data.clone(),
            seed: config.seed,
            number: number as u64,
            state,
            objective: score,
            point,
            scores: score.into_iter().collect(),
            reason: score.is_none().then(|| "too few trades on any window".to_owned()),
        });
    }
    if !new.is_empty() {
        ledger.append(&new)?;
    }
    store::count_trials(results, &data)
}

fn named(candidate: u32, point: &Point) -> Point {
    let mut point = point.clone();
    point.insert(CANDIDATE.to_owned(), Value::Int(i64::from(candidate)));
    point
}

/// The mean on whole windows, else on parts.
fn worth((whole, parts): &(Vec<f64>, Vec<f64>)) -> (Option<f64>, State) {
    match (stats::mean(whole), stats::mean(parts)) {
        (Some(score), _) => (Some(score), State::Done),
        (None, Some(score)) => (Some(score), State::Pruned),
        (None, None) => (None, State::Failed),
    }
}

/// By setting: on whole windows, and on parts of them.
fn scores(folds: &[Played], listed: &Listed<'_>) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut scores = vec![(Vec::new(), Vec::new()); listed.settings.len()];
    for attempt in folds.iter().flat_map(|fold| &fold.attempts) {
        let mine = &mut scores[listed.number(attempt)];
        let of = if attempt.share >= 1.0 { &mut mine.0 } else { &mut mine.1 };
        of.extend(attempt.cell.score);
    }
    scores
}

fn study(config: &Config, plans: &Plans, data: &str) -> Result<Study, Failure> {
    let params = StudyParams {
        kind: "tournament".to_owned(),
        data: data.to_owned(),
        context: plans.context(config),
        seed: config.seed,
        space: space(&plans.candidates),
        sampler: SamplerParams::Random,
        pruner: PrunerParams::None,
        objective: ONE_SCORE,
        n_steps: 1,
        batch: 1,
    };
    params.check().map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::user(told.join("\n"))
    })
}

/// All parameters of all candidates, and which candidate it is.
fn space(candidates: &[Candidate]) -> SpaceParams {
    let own = candidates.iter().flat_map(|c| c.space().params().0.clone());
    let mut all: BTreeMap<String, DimensionParams> = own.collect();
    let last = candidates.len().saturating_sub(1).max(1) as i64;
    let which = DimensionParams { int: Some([0, last]), ..DimensionParams::default() };
    all.insert(CANDIDATE.to_owned(), which);
    SpaceParams(all)
}
