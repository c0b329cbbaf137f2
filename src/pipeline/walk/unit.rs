//! A unit of work: one fold, learnt and predicted, or predicted by the model of an earlier one. Its
//! files are written once, and found again by whoever runs the same walk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::dataset::Lessons;
use super::super::predict::table;
use super::super::stored::{columns, horizons_of};
use super::super::train::{Report, cannot, fold_model, key_of, model_files, report};
use super::super::tune::{self, Searched, tune};
use super::super::{BUILD, recipe};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::Fold;
use crate::labels::Interval;
use crate::learn::training::FoldModel;
use crate::store::{self, Bundle};
use crate::walkforward::{Predictions, StepFault, step};

/// Where a run's units are, and what they share.
pub struct Shop<'a> {
    pub config: &'a Config,
    pub lessons: &'a Lessons,
    pub hulls: &'a [Interval],
    /// Of all bars.
    pub fingerprint: String,
    pub id: String,
    /// Another run that trains the same models, and may have some already.
    pub twin: Option<&'a Shop<'a>>,
}

/// What a unit has made.
pub struct Output {
    pub report: Report,
    pub predictions: Predictions,
    /// The model's files below `models/<id>/`, with their hashes.
    pub files: BTreeMap<String, String>,
    /// It was there before.
    pub is_old: bool,
}

const UNIT: &str = "unit";

/// Names and bytes.
type Files = Vec<(String, Vec<u8>)>;

impl Shop<'_> {
    pub fn results(&self) -> PathBuf {
        Path::new("results").join(&self.id)
    }

    fn units(&self) -> PathBuf {
        self.results().join("units")
    }

    fn models(&self) -> PathBuf {
        Path::new(store::MODELS).join(&self.id)
    }

    /// What was made before, or else made now. What is there and is not whole is made anew.
    pub fn output(&self, fold: &Fold, is_fresh: bool) -> Result<Output, Failure> {
        let spec = self.spec(fold);
        let stored = if is_fresh { None } else { self.stored(fold, &spec)? };
        if let Some(output) = stored {
            return Ok(output);
        }
        let of_twin = match self.twin {
            Some(twin) => twin.stored(fold, &twin.spec(fold))?.map(|output| (twin, output)),
            None => None,
        };
        match of_twin {
            Some((twin, output)) => self.copied(fold, (twin, output)),
            None => self.make(fold),
        }
    }

    /// As [`Shop::output`], with the model of an earlier fold.
    pub fn kept(
        &self,
        fold: &Fold,
        model: (&Report, &FoldModel),
        is_fresh: bool,
    ) -> Result<Output, Failure> {
        let spec = self.kept_spec(fold, model.0)?;
        let stored = if is_fresh { None } else { self.stored(fold, &spec)? };
        match stored {
            Some(output) => Ok(output),
            None => self.keep(fold, model, &spec),
        }
    }

    /// A fold's model, from its files.
    pub fn model(&self, report: &Report) -> Result<FoldModel, Failure> {
        let folder = self.models();
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))
        };
        match &report.tuned {
            Some(tuned) => {
                fold_model(&tune::with(&self.config.to_yaml(), &tuned.chosen)?, report, read)
            }
            None => fold_model(self.config, report, read),
        }
    }

    fn stored(&self, fold: &Fold, spec: &str) -> Result<Option<Output>, Failure> {
        let stem = stem(fold);
        let bundle = Bundle::open(&self.units(), &format!("{stem}.list.json"));
        let bundle = match bundle {
            Ok(Some(bundle)) if bundle.made_of.get(UNIT).is_some_and(|one| one == spec) => bundle,
            Ok(_) => return Ok(None),
            Err(failure) => {
                tracing::warn!("{}: fold {} is computed again", failure.message, fold.idx());
                return Ok(None);
            }
        };
        let path = self.units().join(format!("{stem}.json"));
        let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let report: Report = serde_json::from_slice(&bytes).map_err(Failure::world)?;
        let path = self.units().join(format!("{stem}.parquet"));
        let stored = store::read_table(&path, None)?;
        let trial = columns(&stored, (&report.symbols, &horizons_of(&report)))
            .map_err(|why| Failure::world(format!("`{}` {why}", path.display())))?;
        let trained = BTreeMap::from([(fold.idx(), report.trained()?)]);
        let bar_us = self.config.data.timeframe.us();
        let predictions = Predictions::stored(trial, &trained, bar_us).map_err(Failure::world)?;
        let up = self.models_from_units();
        let model = |(name, hash): (&String, &String)| {
            Some((name.strip_prefix(&up)?.to_owned(), hash.clone()))
        };
        let files = bundle.files.iter().filter_map(model).collect();
        Ok(Some(Output { report, predictions, files, is_old: true }))
    }

    fn make(&self, fold: &Fold) -> Result<Output, Failure> {
        let data = &self.lessons.data;
        let (recipe, tuned) = if self.config.tuning.trials == 0 {
            (recipe::recipe(self.config)?, None)
        } else {
            let quiet = |_: &str, _: usize, _: usize| ();
            let ledger_key = key_of(&self.lessons.symbols, self.config.data.timeframe);
            let searched = Searched { fingerprint: &self.fingerprint, ledger_key };
            let known = (data, &searched);
            let (config, tuned) = tune(self.config, known, (fold, self.hulls), &quiet)?;
            (recipe::recipe(&config)?, Some(tuned))
        };
        let made = step(&recipe, data, fold).map_err(|fault| match fault {
            StepFault::Train(fault) => of_fold(fold, cannot(fault)),
            StepFault::InSample(fault) => of_fold(fold, Failure::user(fault)),
        })?;
        let report = report(self.lessons, fold, &made.trained, tuned);
        let files = model_files(&made.trained.model, &report)?;
        self.write(fold, &self.spec(fold), (report, files, made.predictions))
    }

    /// What another run has made of the same.
    fn copied(&self, fold: &Fold, (twin, output): (&Shop<'_>, Output)) -> Result<Output, Failure> {
        let read = |name: &String| {
            let path = twin.models().join(name);
            let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
            Ok((name.clone(), bytes))
        };
        let files: Files = output.files.keys().map(read).collect::<Result<_, Failure>>()?;
        self.write(fold, &self.spec(fold), (output.report, files, output.predictions))
    }

    /// The list last: without it there is no unit.
    fn write(
        &self,
        fold: &Fold,
        spec: &str,
        (report, models, predictions): (Report, Files, Predictions),
    ) -> Result<Output, Failure> {
        let (stem, units, folder) = (stem(fold), self.units(), self.models());
        let [report_name, table_name] = ["json", "parquet"].map(|end| format!("{stem}.{end}"));
        let mut files = BTreeMap::new();
        let mut listed = vec![report_name.clone(), table_name.clone()];
        for (name, bytes) in models {
            store::write_atomic(&folder.join(&name), &bytes)?;
            files.insert(name.clone(), blake3::hash(&bytes).to_hex().to_string());
            listed.push(format!("{}{name}", self.models_from_units()));
        }
        store::write_json(&units.join(report_name), &report)?;
        let predicted = table(predictions.columns(), &self.lessons.symbols)?;
        store::write_table(&units.join(table_name), &predicted)?;
        let made_of = BTreeMap::from([(UNIT.to_owned(), spec.to_owned())]);
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        Bundle::write(&units, &format!("{stem}.list.json"), made_of, &listed)?;
        Ok(Output { report, predictions, files, is_old: false })
    }

    /// A hash of everything that a unit depends on. The run's id has config, bars and seed in it.
    fn spec(&self, fold: &Fold) -> String {
        let slices = fold
            .slices()
            .map(|slice| format!("{} {} {:?}", slice.from(), slice.until(), slice.rows().ranges()));
        let parts: Vec<&str> = [BUILD, &self.id, &self.fingerprint]
            .into_iter()
            .chain(slices.iter().map(String::as_str))
            .collect();
        hash(&parts)
    }

    fn models_from_units(&self) -> String {
        format!("../../../{}/{}/", store::MODELS, self.id)
    }
}

/// Of a model that is kept, the unit depends on what it was made of, too.
impl Shop<'_> {
    /// The report of the model tells of which fold, settings and rows it is.
    fn kept_spec(&self, fold: &Fold, model: &Report) -> Result<String, Failure> {
        let report = String::from_utf8_lossy(&store::json(model)?).into_owned();
        Ok(hash(&[&self.spec(fold), "kept", &report]))
    }

    fn keep(
        &self,
        fold: &Fold,
        (report, model): (&Report, &FoldModel),
        spec: &str,
    ) -> Result<Output, Failure> {
        let predictions = predicted(self.lessons, fold, model)?;
        let model = Some(report.model.unwrap_or(report.fold));
        let report = Report { fold: fold.idx(), model, ..report.clone() };
        let files = vec![(format!("{}.json", stem(fold)), store::json(&report)?)];
        self.write(fold, spec, (report, files, predictions))
    }
}

/// What a model, its own or an earlier one, says of a fold's test slice.
pub fn predicted(
    lessons: &Lessons,
    fold: &Fold,
    model: &FoldModel,
) -> Result<Predictions, Failure> {
    let made = Predictions::out_of_sample(model, &lessons.data, fold.test().rows());
    let made = made.map_err(|fault| of_fold(fold, recipe::unfit(&fault)))?;
    made.map_err(|fault| of_fold(fold, Failure::user(fault)))
}

fn hash(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    parts.iter().for_each(|part| _ = hasher.update(part.as_bytes()).update(&[0]));
    hasher.finalize().to_hex().to_string()
}

fn stem(fold: &Fold) -> String {
    format!("fold_{:03}", fold.idx())
}

fn of_fold(fold: &Fold, failure: Failure) -> Failure {
    Failure { message: format!("fold {}: {}", fold.idx(), failure.message), ..failure }
}
