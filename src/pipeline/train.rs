//! Training on one range: models, calibrators and what they were made from, in `models/<run-id>/`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::dataset::{Definition, Lessons, digest, lessons};
use super::recipe;
use super::tune::{Searched, Tuned, tune};
use crate::config::{Config, Drift, Optimize, Retrain, Tournament};
use crate::failure::Failure;
use crate::folds::{Fold, Rows, Slice};
use crate::labels::Interval;
use crate::learn::calibration::Calibration;
use crate::learn::horizon_weights::HorizonWeights;
use crate::learn::scores::HorizonScores;
use crate::learn::training::{self, FoldModel, HorizonModel, Recipe, TrainFault, Trained};
use crate::market::{Symbol, Timeframe};
use crate::store::{self, Manifest, ModelFolder, ModelWriter};
use crate::units::Ts;

/// A training that is asked for.
pub struct Training<'a> {
    pub config: &'a Config,
    pub symbols: Vec<&'a Symbol>,
    /// Train even if the model is there.
    pub fresh: bool,
    /// Told what is done, how much of it, and of how much.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// A stored model and how it came about.
pub struct Model {
    pub folder: ModelFolder,
    /// What it was trained with: where there was a search, with what that has chosen.
    pub config: Config,
    pub features: Vec<Definition>,
    pub report: Report,
    pub fold: FoldModel,
    /// It was there before.
    pub is_old: bool,
}

/// What is told of a training; the bytes of `fold_000.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub fold: u32,
    pub symbols: Vec<String>,
    /// Decisions in `from .. until` were learnt from, in one slice or another.
    pub from: String,
    pub until: String,
    /// Columns that are prices themselves, which were not learnt from.
    pub left_out: Vec<String>,
    /// The hash of their columns and returns.
    pub rows: String,
    /// First row, end and number of rows of each slice, in time order, and what purging took.
    pub slices: Vec<SliceFacts>,
    pub horizons: Vec<HorizonScores>,
    pub weights: HorizonWeights,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuned: Option<Tuned>,
    /// The earlier fold whose model this one uses, where it has none of its own. All above but `fold`
    /// is then of that model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SliceFacts {
    pub name: String,
    pub from: String,
    pub until: String,
    pub n_rows: usize,
    pub n_purged: u32,
}

impl Report {
    /// Decisions the model knows of.
    pub fn trained(&self) -> Result<std::ops::Range<Ts>, Failure> {
        let read = |text: &str| text.parse::<Ts>().map_err(Failure::world);
        Ok(read(&self.from)?..read(&self.until)?)
    }
}

const FOLD: &str = "fold_000";
/// Of a single training; a walk has no time for them unless it is told to.
const BLOCKS: u32 = 5;

pub fn train(training: &Training<'_>) -> Result<Model, Failure> {
    let (config, progress) = (training.config, training.progress);
    progress("features", 0, 1);
    let lessons = lessons(config, &training.symbols)?;
    let id = run_id("train", config, &lessons);
    if let Some(folder) = ModelFolder::finished(&id, super::BUILD).filter(|_| !training.fresh) {
        folder.point()?;
        return Ok(Model { is_old: true, ..open(folder)? });
    }
    let hulls = lessons.data.hulls();
    let fold = cut(config, &lessons, &hulls)?;
    let (config, tuned) = if config.tuning.trials == 0 {
        (config.clone(), None)
    } else {
        let (fingerprint, ledger_key) =
            (fingerprint(&lessons), key_of(&lessons.symbols, config.data.timeframe));
        let searched = Searched { fingerprint: &fingerprint, ledger_key };
        let (config, tuned) = tune(config, (&lessons.data, &searched), (&fold, &hulls), progress)?;
        (config, Some(tuned))
    };
    let on_done = |done, all| progress("training", done, all);
    let cross_fit = config.calibration.cross_fit.unwrap_or(BLOCKS);
    let recipe = Recipe { cross_fit, ..recipe::recipe(&config)? };
    let trained = training::train(&recipe, &lessons.data, &fold, &on_done).map_err(cannot)?;
    let report = report(&lessons, &fold, &trained, tuned);
    let folder = write((&config, &lessons), &id, (&report, &trained.model))?;
    let (features, fold) = (lessons.features, trained.model);
    Ok(Model { folder, config, features, report, fold, is_old: false })
}

/// What `edgewalk train` once wrote.
pub fn load(path: &Path) -> Result<Model, Failure> {
    let folder = ModelFolder::open(path)?;
    let id = &folder.manifest.id;
    if id.starts_with(WALK) {
        let message =
            format!("run `{id}` has a model for each of its folds, and its predictions already");
        return Err(Failure::user(message)
            .hint("`edgewalk train` makes a single model; `--model` names one"));
    }
    open(folder)
}

/// The ids of walk-forward runs begin so.
pub const WALK: &str = "walkforward";

fn open(folder: ModelFolder) -> Result<Model, Failure> {
    let config = config_of(&folder)?;
    let features: Vec<Definition> = folder.read_json("columns.json")?;
    let report: Report = folder.read_json(&format!("{FOLD}.json"))?;
    let fold = fold_model(&config, &report, |name| folder.read(name))?;
    Ok(Model { folder, config, features, report, fold, is_old: false })
}

/// A fold's model, from its files.
pub fn fold_model(
    config: &Config,
    report: &Report,
    read: impl Fn(&str) -> Result<Vec<u8>, Failure>,
) -> Result<FoldModel, Failure> {
    let learner = recipe::learner(&config.learn)?;
    let corrupt = |name: &str, why: &dyn std::fmt::Display| {
        Failure::world(format!("the model's file `{name}` is corrupt: {why}"))
    };
    let mut horizons = Vec::new();
    for scores in &report.horizons {
        let stem = stem(report.model.unwrap_or(report.fold), scores.horizon);
        let [model, calibration] = ["json", "calibration.json"].map(|end| format!("{stem}.{end}"));
        let fitted = learner.load(&read(&model)?).map_err(|fault| corrupt(&model, &fault))?;
        let fitted_to = serde_json::from_slice(&read(&calibration)?);
        let calibration: Calibration = fitted_to.map_err(|fault| corrupt(&calibration, &fault))?;
        horizons.push(HorizonModel { horizon: scores.horizon, model: fitted, calibration });
    }
    let parts = (report.fold, horizons, report.weights.clone());
    Ok(FoldModel::stored(parts, report.trained()?))
}

/// The config that a model was made by.
pub fn config_of(folder: &ModelFolder) -> Result<Config, Failure> {
    let yaml = String::from_utf8_lossy(&folder.read("config.yml")?).into_owned();
    Config::from_text("config.yml", &yaml, &[]).map_err(Failure::from)
}

fn write(
    (config, lessons): (&Config, &Lessons),
    id: &str,
    (report, model): (&Report, &FoldModel),
) -> Result<ModelFolder, Failure> {
    let mut writer = ModelWriter::begin(Manifest {
        id: id.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: super::BUILD.to_owned(),
        seed: config.seed,
        data: lessons.fingerprints.clone(),
        files: BTreeMap::new(),
    });
    for (name, bytes) in model_files(model, report)? {
        writer.add(&name, &bytes)?;
    }
    writer.add_json("columns.json", &lessons.features)?;
    writer.add("config.yml", config.to_yaml().as_bytes())?;
    writer.finish()
}

/// The files of one fold's model, by name.
pub fn model_files(model: &FoldModel, report: &Report) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    for horizon in &model.horizons {
        let stem = stem(model.fold, horizon.horizon);
        let bytes = horizon.model.to_bytes().map_err(|fault| recipe::unfit(&fault))?;
        files.push((format!("{stem}.json"), bytes));
        // A line a file: it holds thousands of scores.
        let calibration = serde_json::to_vec(&horizon.calibration).map_err(Failure::world)?;
        files.push((format!("{stem}.calibration.json"), calibration));
    }
    files.push((format!("fold_{:03}.json", model.fold), store::json(report)?));
    Ok(files)
}

pub fn stem(fold: u32, horizon: u32) -> String {
    format!("fold_{fold:03}_h{horizon:02}")
}

/// What is told of a fold's training.
pub fn report(lessons: &Lessons, fold: &Fold, trained: &Trained, tuned: Option<Tuned>) -> Report {
    let names = ["train", "early_stop", "calibrate"];
    let slices = [fold.train(), fold.early_stop(), fold.calibrate()];
    let facts = |(name, slice): (&str, &Slice)| SliceFacts {
        name: name.to_owned(),
        from: slice.from().to_string(),
        until: slice.until().to_string(),
        n_rows: slice.rows().len(),
        n_purged: slice.purged_rows() + slice.embargoed_rows(),
    };
    Report {
        fold: fold.idx(),
        symbols: lessons.symbols.iter().map(ToString::to_string).collect(),
        from: fold.train().from().to_string(),
        until: fold.calibrate().until().to_string(),
        left_out: lessons.left_out.clone(),
        rows: digest(&lessons.data, trained.model.trained()),
        slices: names.into_iter().zip(slices).map(facts).collect(),
        horizons: trained.scores.clone(),
        weights: trained.model.weights.clone(),
        tuned,
        model: None,
    }
}

/// `data.train` as one training window; it ends where the test range begins, if nothing else is said.
fn cut(config: &Config, lessons: &Lessons, hulls: &[Interval]) -> Result<Fold, Failure> {
    let (train, bar_us) = (&config.data.train, config.data.timeframe.us());
    // A bar is known at its close.
    let from = train.from.map_or(lessons.first_usable, |from| from.plus_us(bar_us));
    let from = from.max(lessons.first_usable);
    let until = train.to.or(config.data.test.from).unwrap_or(lessons.complete_until);
    if until > lessons.complete_until {
        tracing::warn!(
            "the bars end before `{until}`: training ends at `{}`",
            lessons.complete_until
        );
    }
    let until = until.min(lessons.complete_until);
    if from >= until {
        let message = format!("no bars to train on between `{from}` and `{until}`");
        return Err(Failure::user(message)
            .hint("more bars before `data.train.to`, or features that look less far back"));
    }
    cut_at(config, hulls, (from, until))
}

/// A training window from one instant to another, cut into its slices.
pub fn cut_at(
    config: &Config,
    hulls: &[Interval],
    (from, until): (Ts, Ts),
) -> Result<Fold, Failure> {
    let rows = Rows::new(hulls).map_err(Failure::user)?;
    let params = config.walkforward.params().check().map_err(|bad| super::refuse(&bad))?;
    params.single(&rows, (from, until)).map_err(|fault| {
        Failure::user(fault).hint("a longer range, or smaller `walkforward.*_fraction`")
    })
}

pub fn cannot(fault: TrainFault) -> Failure {
    match fault {
        TrainFault::Learn(fault) => recipe::unfit(&fault),
        TrainFault::Horizon { horizon, fault } => {
            let failure = recipe::unfit(&fault);
            Failure { message: format!("horizon {horizon}: {}", failure.message), ..failure }
        }
        TrainFault::Leak(leak) => Failure::user(&leak).hint(
            "take it out, or look at how it came about; `edgewalk features check` proves \
             expressions, not columns a file brought. If it is honest: `--set learn.max_column_ic=1`",
        ),
        TrainFault::TooFew { .. } => Failure::user(&fault).hint("a longer `data.train` range"),
        TrainFault::Blocks(_) => {
            Failure::user(&fault).hint("fewer, or `--set calibration.cross_fit=0`")
        }
        TrainFault::Prune(_) => Failure::user(&fault).hint("`--set learn.prune=null`"),
    }
}

/// The fingerprint of all bars.
pub fn fingerprint(lessons: &Lessons) -> String {
    fingerprint_of(&lessons.fingerprints)
}

/// Of the fingerprints of all symbols.
pub fn fingerprint_of(symbols: &BTreeMap<String, String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (symbol, fingerprint) in symbols {
        hasher.update(symbol.as_bytes()).update(&[0]).update(fingerprint.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Whose trials count together: those on the same symbols, in any order, and timeframe. A bar more is
/// no new market.
pub fn key_of(symbols: &[Symbol], timeframe: Timeframe) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(timeframe.to_string().as_bytes());
    let mut symbols: Vec<&Symbol> = symbols.iter().collect();
    symbols.sort();
    for symbol in symbols {
        hasher.update(&[0]).update(symbol.as_str().as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// `train-btcusdt-5m-` and the hash of config, data and seed.
pub fn run_id(kind: &str, config: &Config, lessons: &Lessons) -> String {
    let symbol = match lessons.symbols.as_slice() {
        [one] => one.as_str().to_lowercase(),
        many => format!("{}_symbols", many.len()),
    };
    let hash = identity(config, &[&fingerprint(lessons)]);
    format!("{kind}-{symbol}-{}-{}", config.data.timeframe, &hash[..10])
}

/// The hash of everything in a config that a result may depend on: not of where files lie.
pub fn identity(config: &Config, more: &[&str]) -> String {
    let mut config = config.clone();
    let plain = Config::default().data;
    config.data.dir = plain.dir;
    config.data.files = plain.files;
    config.data.source = plain.source;
    config.data.base_url = plain.base_url;
    config.learn.xgboost_library = None;
    config.optimize = Optimize::default();
    config.tournament = Tournament::default();
    if config.walkforward.retrain == Retrain::Schedule {
        config.walkforward.drift = Drift::default();
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(config.to_yaml().as_bytes());
    for part in more {
        hasher.update(&[0]).update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
