//! Tuning: a study inside the training slice, every trial in the ledger.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::recipe;
use super::single::Singles;
use super::train::{cannot, identity};
use crate::config::{Backend, Config, Data, PrunerName, SamplerName, SearchSpace, WalkForward};
use crate::failure::Failure;
use crate::folds::{CrossValidationParams, Fold, Rows};
use crate::labels::Interval;
use crate::learn::dataset::Dataset;
use crate::search::Value;
use crate::search::{
    GpParams, HalvingParams, HyperbandParams, MedianParams, ObjectiveParams, Outcome, Point,
    PrunerParams, SamplerParams, State, Steps, Study, StudyParams, TpeParams, Trial, Tuner, best,
    run,
};
use crate::store::{Journal, Ledger, steps_path};

/// What a study found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    pub study: String,
    pub n_trials: usize,
    pub n_pruned: usize,
    pub n_failed: usize,
    /// Of the settings as they were; `None`: they cannot be trained.
    pub baseline: Option<f64>,
    /// Of the best trial; `None`: none was finished.
    pub objective: Option<f64>,
    /// What the model was trained with; empty: the settings as they were, nothing was better.
    pub chosen: Point,
}

/// Trials asked for at once: part of the algorithm, so that any number of threads finds the same.
const BATCH: usize = 4;
const RESULTS: &str = "results";

/// The bars that settings are tried on.
pub struct Searched<'a> {
    /// Of all of them.
    pub fingerprint: &'a str,
    /// Whose trials count together.
    pub ledger_key: String,
}

/// The settings to train with. They ask for no search: to train with them gives the same model.
pub fn tune(
    config: &Config,
    (data, bars): (&Dataset, &Searched<'_>),
    (fold, hulls): (&Fold, &[Interval]),
    progress: &(dyn Fn(&str, usize, usize) + Sync),
) -> Result<(Config, Tuned), Failure> {
    let study = study(config, bars, fold)?;
    let base = recipe::recipe(config)?;
    let longest = config.labels.horizons.iter().max().copied().unwrap_or(0);
    let embargo = config.walkforward.embargo_bars.max(longest);
    let cut = CrossValidationParams::k_fold(config.tuning.folds, embargo).check();
    let cut = cut.map_err(|bad| super::refuse(&bad))?;
    let rows = Rows::new(hulls).map_err(Failure::user)?;
    let splits = cut.split(&rows, &base.rows(fold).0).map_err(Failure::user)?;
    let yaml = untuned(config).to_yaml();
    let recipe_of = |point: &Point| {
        let recipe = with(&yaml, point).and_then(|config| recipe::recipe(&config));
        recipe.map_err(|failure| failure.message)
    };
    let tuner = Tuner::new(&base, data, (fold, splits.splits()), &recipe_of).map_err(cannot)?;
    let trials = search(&study, &tuner, config.tuning.trials as usize, progress)?;
    let baseline = baseline(&study, &tuner)?;
    let tuned = judge(&study, &trials, &baseline);
    Ok((with(&yaml, &tuned.chosen)?, tuned))
}

/// One step of one trial, as the journal keeps it until the trial is on record.
#[derive(Serialize, Deserialize)]
struct Step {
    trial: String,
    step: usize,
    outcome: Result<f64, String>,
}

/// Runs the study. A step that was scored is never scored again, whatever kills the run.
fn search(
    study: &Study,
    tuner: &Tuner<'_>,
    budget: usize,
    progress: &(dyn Fn(&str, usize, usize) + Sync),
) -> Result<Vec<Trial>, Failure> {
    let (mut ledger, known) = Ledger::open(Path::new(RESULTS), study)?;
    let (journal, steps) = Journal::open(&steps_path(Path::new(RESULTS), study))?;
    let scored: BTreeMap<(String, usize), Outcome> = steps.into_iter().map(entry).collect();
    let journal = Mutex::new(journal);
    tell_of_old((known.len().min(budget), budget), scored.len());
    progress("tuning", 0, budget);
    let mut n_done = 0;
    let evaluate = |point: &Point, step: usize| {
        let trial = study.trial_id(point);
        if let Some(outcome) = scored.get(&(trial.clone(), step)) {
            return Ok(outcome.clone());
        }
        let outcome = tuner.evaluate(point, step).map_err(cannot)?;
        let kept = match &outcome {
            Outcome::Score(score) => Ok(*score),
            Outcome::Failed(why) => Err(why.clone()),
        };
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        let step = Step { trial, step, outcome: kept };
        journal.append(&step)?;
        tracing::debug!("scored step {} of trial {}", step.step, step.trial);
        Ok(outcome)
    };
    let record = |trial: &Trial| {
        n_done += 1;
        progress("tuning", n_done, budget);
        ledger.append(std::slice::from_ref(trial))
    };
    let trials = run(study, budget as u64, &known, evaluate, record)?;
    journal.into_inner().unwrap_or_else(PoisonError::into_inner).close();
    Ok(trials)
}

/// What a search that was made or stopped before has left to do.
fn tell_of_old((n_old, budget): (usize, usize), n_steps: usize) {
    match (n_old, n_steps) {
        (0, 0) => {}
        (n_old, _) if n_old == budget => tracing::info!("all {budget} trials were made before"),
        (n_old, n_steps) => tracing::info!(
            "the search goes on: {n_old} of {budget} trials were made before, and {n_steps} steps of others"
        ),
    }
}

/// The settings as they are count as a trial, on record in a ledger of their own, so that no sampler
/// learns from what it did not ask.
fn baseline(study: &Study, tuner: &Tuner<'_>) -> Result<Vec<f64>, Failure> {
    let params = study.params();
    let singles = Singles {
        kind: "baseline",
        data: &params.data,
        context: &params.context,
        seed: params.seed,
        objective: params.objective.clone(),
        n_steps: params.n_steps,
        setting: None,
    };
    singles.scores("as configured", || tuner.baseline().map_err(cannot))
}

fn entry(step: Step) -> ((String, usize), Outcome) {
    let outcome = step.outcome.map_or_else(Outcome::Failed, Outcome::Score);
    ((step.trial, step.step), outcome)
}

fn judge(study: &Study, trials: &[Trial], baseline: &[f64]) -> Tuned {
    let n = |state| trials.iter().filter(|trial| trial.state == state).count();
    let baseline = study.value(baseline);
    let best = best(trials);
    let objective = best.and_then(|trial| trial.objective);
    let is_better = objective.is_some_and(|objective| baseline.is_none_or(|b| objective > b));
    let chosen = best.filter(|_| is_better).map_or_else(Point::new, |trial| trial.point.clone());
    Tuned {
        study: study.id().to_owned(),
        n_trials: trials.len(),
        n_pruned: n(State::Pruned),
        n_failed: n(State::Failed),
        baseline,
        objective,
        chosen,
    }
}

fn untuned(config: &Config) -> Config {
    let mut config = config.clone();
    config.tuning.trials = 0;
    config
}

/// The config with a point's values for the keys of `learn`.
pub fn with(yaml: &str, point: &Point) -> Result<Config, Failure> {
    let set = |(name, value)| format!("learn.{name}={value}");
    let sets: Vec<String> = point.iter().map(set).collect();
    Ok(Config::from_text("config.yml", yaml, &sets)?)
}

fn study(config: &Config, bars: &Searched<'_>, fold: &Fold) -> Result<Study, Failure> {
    let tuning = &config.tuning;
    let given = &tuning.space;
    let space = if given.is_empty() { usual(config.learn.backend) } else { given.clone() };
    let sampler = match tuning.sampler {
        SamplerName::Tpe => SamplerParams::Tpe(TpeParams::default()),
        SamplerName::GaussianProcess => SamplerParams::GaussianProcess(GpParams::default()),
        SamplerName::Random => SamplerParams::Random,
        SamplerName::QuasiRandom => SamplerParams::QuasiRandom,
    };
    let pruner = match tuning.pruner {
        PrunerName::None => PrunerParams::None,
        PrunerName::Median => PrunerParams::Median(MedianParams::default()),
        PrunerName::Halving => PrunerParams::Halving(HalvingParams::default()),
        PrunerName::Hyperband => PrunerParams::Hyperband(HyperbandParams::default()),
    };
    let range = format!("{} {}", fold.train().from(), fold.calibrate().until());
    let params = StudyParams {
        kind: "tune".to_owned(),
        data: bars.ledger_key.clone(),
        context: identity(&read(config), &[super::BUILD, &range, bars.fingerprint]),
        seed: config.seed,
        space: space.params(),
        sampler,
        pruner,
        objective: ObjectiveParams { steps: Steps::Folds, spread_penalty: tuning.spread_penalty },
        n_steps: tuning.folds as usize,
        batch: BATCH,
    };
    params.check().map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("tuning {fault}")).collect();
        Failure::user(lines.join("\n"))
    })
}

/// What a trial reads of a config, the rest as it is by default: what comes after the models makes no
/// trial another. `tuning` is in the study itself, but for the number of trials: more of them later
/// continue the same study. The range has a place of its own.
fn read(config: &Config) -> Config {
    let plain = Config::default();
    Config {
        data: Data { train: plain.data.train, test: plain.data.test, ..config.data.clone() },
        features: config.features.clone(),
        labels: config.labels.clone(),
        walkforward: WalkForward {
            retrain: plain.walkforward.retrain,
            drift: plain.walkforward.drift,
            ..config.walkforward.clone()
        },
        learn: config.learn.clone(),
        ..Config::default()
    }
}

/// What usually matters.
fn usual(backend: Backend) -> SearchSpace {
    match backend {
        Backend::Gbdt | Backend::Hessboost | Backend::Xgboost => SearchSpace::from([
            ("learning_rate", "0.01..0.2 log"),
            ("max_depth", "2..8"),
            ("min_child_weight", "1..300 log"),
            ("l2", "0.1..100.0 log"),
            ("row_sampling", "0.4..1.0"),
            ("column_sampling", "0.3..1.0"),
        ]),
        Backend::Linear => {
            SearchSpace::from([("penalty", "0.0001..1.0 log"), ("penalty_l1_share", "0.0..1.0")])
        }
        Backend::Forest => SearchSpace::from([
            ("max_depth", "3..12"),
            ("min_child_weight", "5..500 log"),
            ("column_sampling", "0.1..1.0"),
        ]),
    }
}

/// For whoever reads the recipe of a study that is over.
pub fn describe(tuned: &Tuned) -> String {
    let value = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.4}"));
    let shown = |value: &Value| match value {
        Value::Float(x) => format!("{x:.4}"),
        other => other.to_string(),
    };
    let chosen: Vec<String> =
        tuned.chosen.iter().map(|(name, value)| format!("{name} {}", shown(value))).collect();
    let chosen = if chosen.is_empty() {
        "nothing was better than the settings as they are".to_owned()
    } else {
        chosen.join(", ")
    };
    format!(
        "tuning: {} trials ({} given up, {} failed), objective {} (as configured {})\n  {chosen}",
        tuned.n_trials,
        tuned.n_pruned,
        tuned.n_failed,
        value(tuned.objective),
        value(tuned.baseline),
    )
}
