//! A stored run: a model and the predictions it made of bars it had not seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::train::{Model, load};
use crate::failure::Failure;
use crate::learn::conformal::Interval;
use crate::market::{Bars, Symbol};
use crate::store::{self, Table, Values};
use crate::units::Ts;
use crate::walkforward::{HorizonColumns, Predictions, Trial};

pub struct StoredRun {
    pub model: Model,
    pub symbols: Vec<Symbol>,
    pub predictions: Predictions,
    /// What they were made of: hashes of the model and of the bars up to the last that was predicted.
    pub made_of: BTreeMap<String, String>,
    /// Where the run's results are.
    pub folder: PathBuf,
}

/// `run`: an id, or `latest`.
pub fn open_run(run: &str) -> Result<StoredRun, Failure> {
    let model = load(&Path::new(store::MODELS).join(run))?;
    let folder = Path::new("results").join(&model.folder.manifest.id);
    let path = folder.join(PREDICTIONS);
    if !path.is_file() {
        let message = format!("run `{}` has no predictions yet", model.folder.manifest.id);
        return Err(Failure::user(message).hint("`edgewalk predict` makes them"));
    }
    let made_of = made_of(&model, &folder)?;
    let table = store::read_table(&path, None)?;
    let names = &model.report.symbols;
    let symbols: Vec<Symbol> =
        names.iter().map(|name| name.parse().map_err(Failure::world)).collect::<Result<_, _>>()?;
    let horizons: Vec<u32> = model.report.horizons.iter().map(|scores| scores.horizon).collect();
    let columns = columns(&table, (names, &horizons)).map_err(|why| {
        Failure::world(format!("`{}` {why}", path.display()))
            .hint("`edgewalk predict` writes it anew")
    })?;
    let bar_us = model.config.data.timeframe.us();
    let predictions = Predictions::stored(columns, model.fold.trained().clone(), bar_us)
        .map_err(|refused| Failure::user(format!("`{}`: {refused}", path.display())))?;
    Ok(StoredRun { model, symbols, predictions, made_of, folder })
}

const PREDICTIONS: &str = "predictions.parquet";
const LISTED: &str = "predictions.json";
const MODEL: &str = "model";

/// Whether a run has stored predictions.
pub fn is_predicted(id: &str) -> bool {
    Path::new("results").join(id).join(PREDICTIONS).is_file()
}

/// What stored predictions were made of, if it is this model.
fn made_of(model: &Model, folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let id = &model.folder.manifest.id;
    let anew = "`edgewalk predict` makes them anew";
    let bundle = store::Bundle::open(folder, LISTED).map_err(|failure| failure.hint(anew))?;
    let made_of = bundle.map(|bundle| bundle.made_of).unwrap_or_default();
    if made_of.get(MODEL) != Some(&model.folder.manifest.hash()?) {
        let message = format!("the stored predictions of run `{id}` were made by another model");
        return Err(Failure::user(message).hint(anew));
    }
    Ok(made_of)
}

/// Notes what a run's predictions were made of: `bars` by symbol, up to the last that was predicted.
pub fn list(model: &Model, folder: &Path, bars: &[Bars]) -> Result<(), Failure> {
    let mut made_of = BTreeMap::from([(MODEL.to_owned(), model.folder.manifest.hash()?)]);
    made_of.extend(bars.iter().map(|bars| (bars_of(bars.symbol()), store::fingerprint(bars))));
    store::Bundle::write(folder, LISTED, made_of, &[PREDICTIONS])?;
    Ok(())
}

fn bars_of(symbol: &Symbol) -> String {
    format!("bars of {symbol}")
}

fn columns(table: &Table, (names, horizons): (&[String], &[u32])) -> Result<Trial, String> {
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
