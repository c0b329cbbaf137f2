//! A stored run: a model and the predictions it made of bars it had not seen.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::runs::resolve;
use super::train::{Report, WALK, config_of, key_of};
use crate::config::Config;
use crate::failure::Failure;
use crate::learn::conformal::Interval;
use crate::market::{Bars, Symbol};
use crate::store::{self, Manifest, ModelFolder, RunManifest, Stage, Table, Values};
use crate::units::Ts;
use crate::walkforward::{HorizonColumns, Predictions, Trial};

pub struct StoredRun {
    pub id: String,
    /// The config that its models were made by, and between which times the bars that it predicted lie.
    pub config: Config,
    pub symbols: Vec<Symbol>,
    /// Label horizons, in the order of the predictions' columns.
    pub horizons: Vec<u32>,
    /// What each fold's model learnt from, and how it did there; one of them where there was one training.
    pub folds: Vec<Report>,
    pub predictions: Predictions,
    /// What they were made of: hashes of the model and of the bars up to the last that was predicted.
    pub made_of: BTreeMap<String, String>,
    /// Where the run's results are.
    pub folder: PathBuf,
    pub model: Manifest,
}

/// Which run, and what of it.
#[derive(Debug, Clone, Copy)]
pub struct AskedRun<'a> {
    /// An id, its beginning, or `latest`.
    pub run: &'a str,
    /// Symbols; none: all of the run's.
    pub only: &'a [Symbol],
}

impl<'a> AskedRun<'a> {
    pub const fn whole(run: &'a str) -> Self {
        Self { run, only: &[] }
    }
}

pub fn open_run(asked: AskedRun<'_>) -> Result<StoredRun, Failure> {
    let id = resolve(asked.run)?;
    refuse_rules(&id)?;
    let model = ModelFolder::open(&Path::new(store::MODELS).join(id))?;
    let (id, mut config) = (model.manifest.id.clone(), config_of(&model)?);
    let folder = Path::new(store::RESULTS).join(&id);
    let path = folder.join(PREDICTIONS);
    if !path.is_file() {
        let message = format!("run `{id}` has no predictions yet");
        return Err(Failure::user(message).hint(format!("`{}` makes them", maker(&id))));
    }
    let made_of = made_of(&model.manifest, &folder)?;
    let told = config_at(&folder.join(CONFIG))?;
    (config.data.from, config.data.to) = (told.data.from, told.data.to);
    let folds = reports(&model)?;
    let first = folds.first().ok_or_else(|| Failure::world(format!("run `{id}` has no fold")))?;
    let (names, horizons) = (first.symbols.clone(), horizons_of(first));
    let symbols: Vec<Symbol> =
        names.iter().map(|name| name.parse().map_err(Failure::world)).collect::<Result<_, _>>()?;
    let table = store::read_table(&path, None)?;
    let columns = columns(&table, (&names, &horizons)).map_err(|why| {
        Failure::world(format!("`{}` {why}", path.display()))
            .hint(format!("`{}` writes it anew", maker(&id)))
    })?;
    let (columns, symbols) = part(columns, symbols, asked.only)?;
    let trained = folds.iter().map(|report| Ok((report.fold, report.trained()?)));
    let trained: BTreeMap<u32, Range<Ts>> = trained.collect::<Result<_, Failure>>()?;
    let predictions = Predictions::stored(columns, &trained, config.data.timeframe.us())
        .map_err(|refused| Failure::user(format!("`{}`: {refused}", path.display())))?;
    let model = model.manifest;
    Ok(StoredRun { id, config, symbols, horizons, folds, predictions, made_of, folder, model })
}

/// Rules predict nothing.
fn refuse_rules(id: &str) -> Result<(), Failure> {
    let manifest = RunManifest::open(&Path::new(store::RESULTS).join(id))?;
    if !manifest.is_some_and(|manifest| manifest.stages.contains_key(RULES)) {
        return Ok(());
    }
    let message = format!("`{id}` is a walk of rules: it was traded and judged as it was made");
    Err(Failure::user(message)
        .hint(format!("`edgewalk run show {id}`, `edgewalk trades --run {id}`")))
}

fn config_at(path: &Path) -> Result<Config, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    Config::from_bytes(&path.display().to_string(), &bytes, &[]).map_err(Failure::from)
}

/// The settings of a run's last backtest, if there is one; of all its symbols that were traded.
pub fn backtest_settings(run: &str) -> Result<Option<PathBuf>, Failure> {
    let folder = Path::new(store::RESULTS).join(resolve(run)?);
    let manifest = RunManifest::open(&folder)?;
    let stage = manifest.as_ref().map(|manifest| manifest.whole(&folder, BACKTEST)).transpose();
    let stage = stage.map_err(|failure| {
        failure.hint("`edgewalk backtest` writes it anew; `-c config.yml` judges without it")
    })?;
    Ok(stage.flatten().map(|_| folder.join(BACKTEST_CONFIG)))
}

/// A config as it is stored beside what was made of some symbols.
pub fn of_symbols(config: &Config, symbols: &[Symbol]) -> Config {
    let mut config = config.clone();
    config.data.symbols = symbols.to_vec();
    config
}

/// What makes the predictions of such a run.
fn maker(id: &str) -> &'static str {
    if id.starts_with(WALK) { "edgewalk walkforward" } else { "edgewalk predict" }
}

/// What is said of some of the symbols.
fn part(
    trial: Trial,
    symbols: Vec<Symbol>,
    only: &[Symbol],
) -> Result<(Trial, Vec<Symbol>), Failure> {
    if only.is_empty() {
        return Ok((trial, symbols));
    }
    check_known(&symbols, only)?;
    if symbols.iter().all(|one| only.contains(one)) {
        return Ok((trial, symbols));
    }
    let kept: Vec<Symbol> = symbols.iter().filter(|one| only.contains(one)).cloned().collect();
    let number = |old: u32| kept.iter().position(|one| *one == symbols[old as usize]);
    let numbers: Vec<Option<usize>> = (0..symbols.len() as u32).map(number).collect();
    let of = |row: usize| numbers[trial.symbols[row] as usize];
    let rows: Vec<usize> = (0..trial.ts.len()).filter(|row| of(*row).is_some()).collect();
    let floats = |all: &[f64]| rows.iter().map(|row| all[*row]).collect::<Vec<f64>>();
    let horizon = |h: &HorizonColumns| HorizonColumns {
        horizon: h.horizon,
        raw: floats(&h.raw),
        exp_bps: floats(&h.exp_bps),
        p_up: floats(&h.p_up),
        intervals: rows.iter().map(|row| h.intervals[*row]).collect(),
    };
    let part = Trial {
        ts: rows.iter().map(|row| trial.ts[*row]).collect(),
        symbols: rows.iter().filter_map(|row| of(*row)).map(|at| at as u32).collect(),
        fold: rows.iter().map(|row| trial.fold[*row]).collect(),
        horizons: trial.horizons.iter().map(horizon).collect(),
    };
    Ok((part, kept))
}

fn check_known(symbols: &[Symbol], only: &[Symbol]) -> Result<(), Failure> {
    let Some(unknown) = only.iter().find(|one| !symbols.contains(one)) else { return Ok(()) };
    let known = symbols.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Err(Failure::user(format!("the run has no symbol `{unknown}`"))
        .hint(format!("it has {known}; without `data.symbols` all of them are taken")))
}

/// Where all symbols are taken together, `only` may name all of them or none.
pub fn check_all(symbols: &[Symbol], only: &[Symbol]) -> Result<(), Failure> {
    check_known(symbols, only)?;
    match symbols.iter().find(|one| !only.is_empty() && !only.contains(one)) {
        None => Ok(()),
        Some(left) => {
            Err(Failure::user(format!("`data.symbols` leaves out `{left}` of the model"))
                .hint("a model is run on all of its symbols together: leave `data.symbols` away"))
        }
    }
}

/// The report of every fold, in their order.
pub fn reports(model: &ModelFolder) -> Result<Vec<Report>, Failure> {
    let is_report = |name: &&String| {
        let number = name.strip_prefix("fold_").and_then(|rest| rest.strip_suffix(".json"));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let names = model.manifest.files.keys().filter(is_report);
    let mut reports: Vec<Report> =
        names.map(|name| model.read_json(name)).collect::<Result<_, _>>()?;
    reports.sort_by_key(|report| report.fold);
    Ok(reports)
}

pub fn horizons_of(report: &Report) -> Vec<u32> {
    report.horizons.iter().map(|scores| scores.horizon).collect()
}

pub const PREDICTIONS: &str = "predictions.parquet";
pub const BACKTEST_CONFIG: &str = "backtest.yml";
const CONFIG: &str = "config.yml";
const MODEL: &str = "model";

/// Whether a run has stored predictions.
pub fn is_predicted(id: &str) -> bool {
    Path::new(store::RESULTS).join(id).join(PREDICTIONS).is_file()
}

/// The stages that a run's manifest lists.
pub const PREDICTED: &str = "predictions";
pub const BACKTEST: &str = "backtest";
pub const DIAGNOSIS: &str = "diagnosis";
/// A walk of rules, all at once.
pub const RULES: &str = "rules";
/// And what follows in the name of a part of the bars.
pub const LIVE: &str = "live";

/// Puts a finished stage on record in the run's manifest; `made_of`: hashes, by name.
pub fn record(
    (model, folder): (&Manifest, &Path),
    stage: &str,
    made_of: BTreeMap<String, String>,
    files: &[&str],
) -> Result<(), Failure> {
    let after: &[&str] = if stage == PREDICTED { &[BACKTEST, DIAGNOSIS] } else { &[] };
    let listed = Stage::of(folder, super::BUILD, made_of, files)?;
    RunManifest::record((model, folder), (stage, listed), after)
}

/// The hash of a config, as what a stage was made of.
pub fn made_of_config(config: &Config) -> BTreeMap<String, String> {
    let hash = blake3::hash(config.to_yaml().as_bytes()).to_hex().to_string();
    BTreeMap::from([("config".to_owned(), hash)])
}

/// What stored predictions were made of, if it is this model.
fn made_of(model: &Manifest, folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let id = &model.id;
    let anew = format!("`{}` makes them anew", maker(id));
    let manifest = RunManifest::open(folder).map_err(|failure| failure.hint(&anew))?;
    let stage = manifest.as_ref().map(|manifest| manifest.whole(folder, PREDICTED)).transpose();
    let stage = stage.map_err(|failure| failure.hint(&anew))?.flatten();
    let made_of = stage.map(|stage| stage.made_of.clone()).unwrap_or_default();
    if made_of.get(MODEL) != Some(&model.hash()?) {
        let message = format!("the stored predictions of run `{id}` were made by another model");
        return Err(Failure::user(message).hint(anew));
    }
    Ok(made_of)
}

/// Notes what a run's predictions were made of: `bars` by symbol, up to the last that was predicted.
/// `beside`: files that belong to them.
pub fn list(
    (model, folder): (&Manifest, &Path),
    bars: &[Bars],
    beside: &[&str],
) -> Result<(), Failure> {
    let mut made_of = BTreeMap::from([(MODEL.to_owned(), model.hash()?)]);
    made_of.extend(bars.iter().map(|bars| (bars_of(bars.symbol()), store::fingerprint(bars))));
    record((model, folder), PREDICTED, made_of, &[&[PREDICTIONS], beside].concat())
}

fn bars_of(symbol: &Symbol) -> String {
    format!("bars of {symbol}")
}

pub fn columns(table: &Table, (names, horizons): (&[String], &[u32])) -> Result<Trial, String> {
    let (Some(Values::Ts(ts)), Some(Values::Text(symbol)), Some(Values::I64(fold))) =
        (table.column("ts"), table.column("symbol"), table.column("fold"))
    else {
        return Err("lacks one of its columns ts, symbol, fold".to_owned());
    };
    let number = |name: &String| {
        let at = names.iter().position(|one| one == name);
        at.map(|at| at as u32).ok_or_else(|| format!("has the unknown symbol `{name}`"))
    };
    Ok(Trial {
        ts: ts.clone(),
        symbols: symbol.iter().map(number).collect::<Result<_, _>>()?,
        fold: fold.iter().map(|fold| *fold as u32).collect(),
        horizons: horizons.iter().map(|h| horizon(table, *h)).collect::<Result<_, _>>()?,
    })
}

fn horizon(table: &Table, horizon: u32) -> Result<HorizonColumns, String> {
    let column = |stem: &str| match table.column(&format!("{stem}_{horizon}")) {
        Some(Values::F64(values)) => Ok(values.clone()),
        _ => Err(format!("lacks the column `{stem}_{horizon}`")),
    };
    let (low, high) = (column("low_bps")?, column("high_bps")?);
    let interval = |(low, high): (&f64, &f64)| {
        (!low.is_nan() && !high.is_nan()).then_some(Interval { low: *low, high: *high })
    };
    Ok(HorizonColumns {
        horizon,
        raw: column("raw")?,
        exp_bps: column("exp_bps")?,
        p_up: column("p_up")?,
        intervals: low.iter().zip(&high).map(interval).collect(),
    })
}

impl StoredRun {
    /// Where the first model's training ended: nothing before was predicted.
    pub fn trained_until(&self) -> Result<Ts, Failure> {
        let ends = self.folds.iter().map(|report| Ok(report.trained()?.end));
        let ends: Vec<Ts> = ends.collect::<Result<_, Failure>>()?;
        Ok(ends.into_iter().min().unwrap_or_default())
    }

    /// Folds with models of their own.
    pub fn n_trainings(&self) -> usize {
        self.folds.iter().filter(|report| report.model.is_none()).count()
    }

    /// As tables name it.
    pub fn subject(&self) -> String {
        let names: Vec<String> = self.symbols.iter().map(ToString::to_string).collect();
        format!("{} {}", names.join(", "), self.config.data.timeframe)
    }

    /// Whose trials it counts with.
    pub fn ledger_key(&self) -> String {
        key_of(&self.symbols, self.config.data.timeframe)
    }

    /// Whether these bars, up to the last one predicted, are those that were predicted.
    pub fn check_bars(&self, bars: &Bars) -> Result<(), Failure> {
        let symbol = bars.symbol();
        if self.made_of.get(&bars_of(symbol)) == Some(&store::fingerprint(bars)) {
            return Ok(());
        }
        let message =
            format!("the predictions do not match the bars: those of `{symbol}` are others now");
        Err(Failure::user(message).hint("`edgewalk predict` predicts the bars of today"))
    }

    /// One hash of all they were made of.
    pub fn hash(&self) -> String {
        let lines = self.made_of.iter().map(|(name, hash)| format!("{name} {hash}\n"));
        blake3::hash(lines.collect::<String>().as_bytes()).to_hex().to_string()
    }

    /// First and last bar that was predicted.
    pub fn span(&self) -> Option<(Ts, Ts)> {
        let ts = &self.predictions.columns().ts;
        ts.first().copied().zip(ts.last().copied())
    }
}
