//! What the folds' models read and did: drift of columns and predictions, and exact SHAP values.

use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::super::dataset::{Definition, Lessons, lessons};
use super::super::desk::data_config;
use super::super::predict::check_features;
use super::super::recipe;
use super::super::stored::StoredRun;
use super::super::train::stem;
use super::shap::{Shap, shap};
use super::slices::{Extract, Slices, slices, thinned};
use crate::config::Config;
use crate::failure::Failure;
use crate::learn::dataset::Dataset;
use crate::learn::learner::Fitted;
use crate::report::diagnose::drift::{ColumnShift, Compared, Size, drift};
use crate::store::{self, ModelFolder};

/// Fold by fold.
#[derive(Debug, Clone, Serialize)]
pub struct Models {
    /// What was predicted against what was learnt from, column by column.
    pub features: Vec<FoldDrift>,
    /// Raw predictions of the test rows against those of the calibration slice, by the same model;
    /// a column is a horizon.
    pub predictions: Vec<FoldDrift>,
    pub shap: Option<Shap>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldDrift {
    pub fold: u32,
    /// Rows that were compared: of the reference, then of the test slice.
    pub n_rows: [u64; 2],
    /// The chance that any column is flagged though nothing changed.
    pub level: f64,
    pub n_drifted: u64,
    /// In the order of the data set's columns.
    pub columns: Vec<Shift>,
}

/// See [`ColumnShift`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    pub name: String,
    pub psi: Option<f64>,
    pub psi_critical: Option<f64>,
    pub ks: Option<f64>,
    pub ks_critical: Option<f64>,
    pub mean_shift: Option<f64>,
    /// Shares of missing values.
    pub missing: [Option<f64>; 2],
    pub size: Size,
}

/// Rows of a slice that are compared at most, evenly spread: what many more could tell apart is too
/// little to matter.
const MOST_ROWS: usize = 2000;
const LEVEL: f64 = 0.05;

/// `None`, with a warning, where the bars or the columns are others now than when it was trained.
/// `clearest`: the horizon whose models are explained.
pub fn models(
    config: &Config,
    run: &StoredRun,
    clearest: Option<u32>,
) -> Result<Option<Models>, Failure> {
    let folder = ModelFolder::open(&Path::new(store::MODELS).join(&run.id))?;
    let own = data_config(config, &run.config);
    let lessons = lessons(&own, &run.symbols.iter().collect::<Vec<_>>())?;
    let learnt: Vec<Definition> = folder.read_json("columns.json")?;
    if let Err(failure) = check_features(&learnt, &lessons.features) {
        tracing::warn!("{}: drift and SHAP values are left out", failure.message);
        return Ok(None);
    }
    let shelf = Shelf { run, folder, lessons };
    let slices = slices(run, &shelf.lessons.data)?;
    let features = slices.iter().map(|fold| features(&shelf.lessons.data, fold)).collect();
    let predictions: Vec<Result<FoldDrift, Failure>> =
        slices.par_iter().map(|fold| shelf.predictions(fold)).collect();
    let predictions = predictions.into_iter().collect::<Result<_, _>>()?;
    let shap = clearest.map(|horizon| shap(&shelf, &slices, horizon)).transpose()?;
    Ok(Some(Models { features, predictions, shap }))
}

/// Stored models, and the rows they know.
pub struct Shelf<'a> {
    pub run: &'a StoredRun,
    folder: ModelFolder,
    lessons: Lessons,
}

impl Shelf<'_> {
    pub const fn data(&self) -> &Dataset {
        &self.lessons.data
    }

    pub fn model(&self, fold: u32, horizon: u32) -> Result<Box<dyn Fitted>, Failure> {
        let report = self.run.folds.iter().find(|report| report.fold == fold);
        let learnt = report.and_then(|report| report.model).unwrap_or(fold);
        let name = format!("{}.json", stem(learnt, horizon));
        let bytes = self.folder.read(&name)?;
        let learner = recipe::learner(&self.run.config.learn)?;
        learner.load(&bytes).map_err(|fault| {
            Failure::world(format!("`{}`: {fault}", self.folder.path.join(&name).display()))
        })
    }

    fn predictions(&self, fold: &Slices) -> Result<FoldDrift, Failure> {
        let (data, trial) = (self.data(), self.run.predictions.columns());
        let rows = thinned(&fold.calibrate, &data.symbols, MOST_ROWS);
        let test = thinned(&fold.predicted, &trial.symbols, MOST_ROWS);
        let mut slices = Vec::new();
        for horizon in &trial.horizons {
            let model = self.model(fold.fold, horizon.horizon)?;
            let extract = Extract::new(data, model.names(), &rows);
            let scores = extract.with(|matrix| model.score(matrix).map_err(Failure::world))?;
            let then: Vec<f64> = scores.into_iter().map(f64::from).collect();
            let now: Vec<f64> = test.iter().map(|row| horizon.raw[*row]).collect();
            slices.push((horizon.horizon.to_string(), then, now));
        }
        let compared: Vec<Compared<'_, f64>> = slices
            .iter()
            .map(|(name, reference, test)| Compared { name, reference, test })
            .collect();
        Ok(FoldDrift::new(fold.fold, [rows.len(), test.len()], &compared))
    }
}

fn features(data: &Dataset, fold: &Slices) -> FoldDrift {
    let [then, now] =
        [&fold.learnt, &fold.test].map(|rows| thinned(rows, &data.symbols, MOST_ROWS));
    let of = |rows: &[usize]| Extract::new(data, &data.names, rows);
    let (before, after) = (of(&then), of(&now));
    let pairs = data.names.iter().zip(before.columns()).zip(after.columns());
    let compared: Vec<Compared<'_, f32>> =
        pairs.map(|((name, reference), test)| Compared { name, reference, test }).collect();
    FoldDrift::new(fold.fold, [then.len(), now.len()], &compared)
}

impl FoldDrift {
    fn new<T: Copy + Into<f64> + Sync>(
        fold: u32,
        n_rows: [usize; 2],
        compared: &[Compared<'_, T>],
    ) -> Self {
        let found = drift(compared, LEVEL);
        let place =
            |shift: &ColumnShift| compared.iter().position(|column| column.name == shift.name);
        let mut columns = found.columns;
        columns.sort_by_key(place);
        let n_rows = n_rows.map(|n| n as u64);
        let columns = columns.into_iter().map(Shift::from).collect();
        Self { fold, n_rows, level: found.level, n_drifted: found.n_drifted, columns }
    }
}

impl From<ColumnShift> for Shift {
    fn from(found: ColumnShift) -> Self {
        let ColumnShift { name, psi, psi_critical, ks, ks_critical, .. } = found;
        let ColumnShift { mean_shift, missing, size, .. } = found;
        Self { name, psi, psi_critical, ks, ks_critical, mean_shift, missing, size }
    }
}
