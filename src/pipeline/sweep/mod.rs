//! Stored predictions → thousands of settings → what each would have earned.

mod figures; // what is told of a setting
mod floor; // where settings are tried
mod pictures; // heat maps, turnover
mod ranks; // by Sharpe ratio, and by neighbours
mod settings; // points, sorted by what they share
mod sheet; // all of it as a table
mod stage; // screen or engine

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::desk::desks;
use super::stored::{AskedRun, StoredRun, open_run};
use super::train::identity;
use crate::backtest::metrics::luck::expected_best;
use crate::config::{Config, Swept};
use crate::failure::Failure;
use crate::search::{
    Dimension, GridParams, Outcome, Point, PrunerParams, SamplerParams, Study, StudyParams,
    TpeParams, Trial, run_batches,
};
use crate::store::{self, Journal, Ledger};
use floor::Floor;

pub use figures::{By, Figures, Tried};
pub use pictures::short;
pub use ranks::{Ranked, Row};
pub use stage::shifted;

use super::single::ONE_SCORE;

/// How settings are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepSampler {
    /// All of them.
    Grid,
    Random,
    /// Where earlier ones were good.
    Tpe,
}

/// What is asked for.
pub struct Asked<'a> {
    pub run: AskedRun<'a>,
    pub swept: &'a Swept,
    pub sampler: SweepSampler,
    /// `None`: the grid whole, or a usual number.
    pub trials: Option<u64>,
    /// How many of how many.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// A sweep that was made.
pub struct Sweeping {
    pub run: StoredRun,
    pub study: String,
    pub ranked: Ranked,
    /// Settings by who found their figures.
    pub by: BTreeMap<By, usize>,
    /// Those without a Sharpe ratio, by the reason.
    pub failed: BTreeMap<String, usize>,
    /// Of a Sharpe ratio that is 0: `1/√years` (Lo 2002, without the second term).
    pub standard_error: Option<f64>,
    /// The best that luck alone leads one to expect.
    pub luck: Option<f64>,
    pub days: usize,
    pub files: Vec<PathBuf>,
    /// Different trials on these data so far.
    pub n_trials: u64,
}

const RESULTS: &str = "results";
/// Settings are held in memory, and a larger sweep finds nothing that a smaller one does not.
const MOST: u64 = 100_000;
/// Settings that are asked for, tried and put on record at once: part of the algorithm.
const BATCH: usize = 1024;
const TPE_BATCH: usize = 16;
const USUAL_RANDOM: u64 = 1000;
const USUAL_TPE: u64 = 200;

pub fn sweep(config: &Config, asked: &Asked<'_>) -> Result<Sweeping, Failure> {
    asked.swept.check(config)?;
    let run = open_run(asked.run)?;
    let study = study(config, asked, &run)?;
    let budget = budget(&study, asked)?;
    let desks = desks(&asked.swept.anchored(config), &run)?;
    let progress = |done: usize| (asked.progress)(done, budget as usize);
    let floor = Floor::new(&run, &desks, &progress);
    let (trials, tried) = search(config, (&study, budget), &floor)?;
    let span = floor.span;
    let ranked = Ranked::new(study.space(), (trials, tried), config.verdict.min_trades);
    let files = write(&run, &study, &ranked)?;
    let (mut by, mut failed) = (BTreeMap::new(), BTreeMap::new());
    for row in &ranked.rows {
        *by.entry(row.tried.by.clone()).or_insert(0) += 1;
        row.tried.reason().into_iter().for_each(|why| *failed.entry(why).or_insert(0) += 1);
    }
    let standard_error = span.years.map(|years| 1.0 / years.sqrt());
    let n_trials = store::count_trials(Path::new(RESULTS), &study.params().data)?;
    let luck = expected_best(n_trials).zip(standard_error).map(|(z, se)| z * se);
    let (study, days) = (study.id()[..8].to_owned(), span.days);
    Ok(Sweeping { run, study, ranked, by, failed, standard_error, luck, days, files, n_trials })
}

/// Everything that a score depends on, but for the settings.
fn study(config: &Config, asked: &Asked<'_>, run: &StoredRun) -> Result<Study, Failure> {
    let (id, made_of) = (&run.id, run.hash());
    let more = [super::BUILD, id.as_str(), made_of.as_str()];
    let (sampler, batch) = match asked.sampler {
        SweepSampler::Grid => (SamplerParams::Grid(GridParams::default()), BATCH),
        SweepSampler::Random => (SamplerParams::Random, BATCH),
        SweepSampler::Tpe => (SamplerParams::Tpe(TpeParams::default()), TPE_BATCH),
    };
    let params = StudyParams {
        kind: "sweep".to_owned(),
        data: run.ledger_key(),
        context: identity(&asked.swept.anchored(config), &more),
        seed: config.seed,
        space: asked.swept.space(),
        sampler,
        pruner: PrunerParams::None,
        objective: ONE_SCORE,
        n_steps: 1,
        batch,
    };
    params.check().map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::user(lines.join("\n"))
    })
}

/// How many settings are tried.
fn budget(study: &Study, asked: &Asked<'_>) -> Result<u64, Failure> {
    let n_points = study.space().n_points();
    let budget = match (asked.sampler, asked.trials) {
        (SweepSampler::Grid, trials) => return grid(study, (n_points, trials), asked.swept),
        (SweepSampler::Random, trials) => trials.unwrap_or(USUAL_RANDOM),
        (SweepSampler::Tpe, trials) => trials.unwrap_or(USUAL_TPE),
    };
    if budget > MOST {
        let message = format!("`--trials {budget}` is more than one sweep tries, {MOST}");
        return Err(Failure::user(message));
    }
    Ok(n_points.map_or(budget, |n_points| n_points.min(budget)))
}

fn grid(
    study: &Study,
    (n_points, trials): (Option<u64>, Option<u64>),
    swept: &Swept,
) -> Result<u64, Failure> {
    let endless = |d: &&(&str, &Dimension)| d.1.n_values().is_none();
    if let Some((key, _)) = study.space().axes().collect::<Vec<_>>().iter().find(endless) {
        let typed = swept.typed(key).unwrap_or(key);
        return Err(Failure::user(format!("`{typed}` has no step, which a grid needs"))
            .hint("a step, as in `0.5..3.0:0.1`, or `--sampler random` or `--sampler tpe`"));
    }
    let sizes = study.space().axes().map(|(_, d)| d.n_values().unwrap_or(0).to_string());
    let product = sizes.collect::<Vec<_>>().join(" × ");
    let n_told = n_points.map_or_else(|| "countless".to_owned(), |n| n.to_string());
    let n_points = n_points.filter(|n| *n <= MOST).ok_or_else(|| {
        Failure::user(format!(
            "the grid has {product} = {n_told} settings, and one sweep tries {MOST} at most"
        ))
        .hint("larger steps, fewer keys, or `--sampler tpe` or `--sampler random --trials 10000`")
    })?;
    match trials.filter(|trials| *trials < n_points) {
        None => Ok(n_points),
        Some(trials) => Err(Failure::user(format!(
            "`--trials {trials}` would leave out some of the grid's {n_points} settings"
        ))
        .hint("a grid is tried whole: larger steps, or `--sampler random` or `--sampler tpe`")),
    }
}

/// What is known of a setting, by its trial, until the study is complete and after it.
type Known = BTreeMap<String, Tried>;

/// Runs the study. A setting that was tried is not tried again, whatever kills the run.
fn search(
    config: &Config,
    (study, budget): (&Study, u64),
    floor: &Floor<'_>,
) -> Result<(Vec<Trial>, Vec<Tried>), Failure> {
    let results = Path::new(RESULTS);
    let (mut ledger, recorded) = Ledger::open(results, study)?;
    let path = store::steps_path(results, study).with_extension("").with_extension("figures");
    let (mut journal, lines) = Journal::open::<Vec<(String, Tried)>>(&path)?;
    let known: RefCell<Known> = RefCell::new(lines.into_iter().flatten().collect());
    tell_of_old(known.borrow().len(), budget);
    let evaluate = |points: &[Point]| {
        let mut known = known.borrow_mut();
        let ids: Vec<String> = points.iter().map(|point| study.trial_id(point)).collect();
        let is_new = |(at, _): &(usize, &Point)| !known.contains_key(&ids[*at]);
        let new: Vec<(usize, &Point)> = points.iter().enumerate().filter(is_new).collect();
        floor.skip(points.len() - new.len());
        let mut tried = floor.try_all(config, &new);
        tried.sort_by_key(|(at, _)| *at);
        let named = tried.into_iter().map(|(at, tried)| (ids[at].clone(), tried));
        let named: Vec<(String, Tried)> = named.collect();
        if !named.is_empty() {
            journal.append(&named)?;
            tracing::debug!("tried {} settings", named.len());
        }
        known.extend(named);
        Ok(ids.iter().map(|id| outcome(known.get(id))).collect())
    };
    let record = |new: &[Trial]| {
        let setting = |trial: &Trial| known.borrow().get(&trial.id)?.setting.clone();
        let named = new.iter().map(|trial| Trial { setting: setting(trial), ..trial.clone() });
        if new.is_empty() { Ok(()) } else { ledger.append(&named.collect::<Vec<_>>()) }
    };
    let trials = run_batches(study, (budget, &recorded), evaluate, record)?;
    let lost = || Tried::nothing("its figures were lost".to_owned());
    let mut known = known.into_inner();
    let tried = trials.iter().map(|trial| known.remove(&trial.id).unwrap_or_else(lost)).collect();
    Ok((trials, tried))
}

/// What a sweep that was made or stopped before has left to do.
fn tell_of_old(n_old: usize, budget: u64) {
    match n_old as u64 {
        0 => {}
        n_old if n_old >= budget => tracing::info!("all {budget} settings were tried before"),
        n_old => tracing::info!("{n_old} of {budget} settings were tried before"),
    }
}

fn outcome(tried: Option<&Tried>) -> Outcome {
    match tried.map(|tried| (tried.sharpe(), tried.reason())) {
        Some((Some(sharpe), _)) => Outcome::Score(sharpe),
        Some((None, reason)) => Outcome::Failed(reason.unwrap_or_default()),
        None => Outcome::Failed(String::new()),
    }
}

fn write(run: &StoredRun, study: &Study, ranked: &Ranked) -> Result<Vec<PathBuf>, Failure> {
    let name = format!("sweep_{}", &study.id()[..8]);
    let sheet = run.folder.join(&name).join("sweep.parquet");
    store::write_table(&sheet, &sheet::table(ranked)?)?;
    let id = &run.id;
    let folder = Path::new("logs").join("diagnostics").join(id);
    let subject = run.subject();
    let pictures = pictures::pictures(ranked, study.space(), (&subject, &folder.join(name)))?;
    Ok([sheet].into_iter().chain(pictures).collect())
}
