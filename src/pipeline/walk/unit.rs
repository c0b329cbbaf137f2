//! A unit of work: one fold, learnt and predicted. Its files are written once, and found again by
//! whoever runs the same walk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::dataset::Lessons;
use super::super::predict::table;
use super::super::stored::{columns, horizons_of};
use super::super::train::{Report, cannot, key_of, model_files, report};
use super::super::tune::{Searched, tune};
use super::super::{BUILD, recipe};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::Fold;
use crate::labels::Interval;
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

impl Shop<'_> {
    pub fn results(&self) -> PathBuf {
        Path::new("results").join(&self.id)
    }

    fn units(&self) -> PathBuf {
        self.results().join("units")
    }

    /// What was made before, or else made now. What is there and is not whole is made anew.
    pub fn output(&self, fold: &Fold, is_fresh: bool) -> Result<Output, Failure> {
        let stored = if is_fresh { None } else { self.stored(fold)? };
        match stored {
            Some(output) => Ok(output),
            None => self.make(fold),
        }
    }

    fn stored(&self, fold: &Fold) -> Result<Option<Output>, Failure> {
        let stem = stem(fold);
        let bundle = Bundle::open(&self.units(), &format!("{stem}.list.json"));
        let bundle = match bundle {
            Ok(Some(bundle)) if bundle.made_of.get(UNIT) == Some(&self.spec(fold)) => bundle,
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
        let files = self.write(fold, &report, (&made.trained.model, &made.predictions))?;
        Ok(Output { report, predictions: made.predictions, files, is_old: false })
    }

    /// The list last: without it there is no unit.
    fn write(
        &self,
        fold: &Fold,
        report: &Report,
        (model, predictions): (&crate::learn::training::FoldModel, &Predictions),
    ) -> Result<BTreeMap<String, String>, Failure> {
        let (stem, units) = (stem(fold), self.units());
        let models = Path::new(store::MODELS).join(&self.id);
        let [report_name, table_name] = ["json", "parquet"].map(|end| format!("{stem}.{end}"));
        let mut files = BTreeMap::new();
        let mut listed = vec![report_name.clone(), table_name.clone()];
        for (name, bytes) in model_files(model, report)? {
            store::write_atomic(&models.join(&name), &bytes)?;
            files.insert(name.clone(), blake3::hash(&bytes).to_hex().to_string());
            listed.push(format!("{}{name}", self.models_from_units()));
        }
        let mut json = serde_json::to_vec_pretty(report).map_err(Failure::world)?;
        json.push(b'\n');
        store::write_atomic(&units.join(report_name), &json)?;
        let predicted = table(predictions.columns(), &self.lessons.symbols)?;
        store::write_table(&units.join(table_name), &predicted)?;
        let made_of = BTreeMap::from([(UNIT.to_owned(), self.spec(fold))]);
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        Bundle::write(&units, &format!("{stem}.list.json"), made_of, &listed)?;
        Ok(files)
    }

    /// A hash of everything that a unit depends on. The run's id has config, bars and seed in it.
    fn spec(&self, fold: &Fold) -> String {
        let mut hasher = blake3::Hasher::new();
        let slices = fold
            .slices()
            .map(|slice| format!("{} {} {:?}", slice.from(), slice.until(), slice.rows().ranges()));
        for part in [BUILD, &self.id, &self.fingerprint]
            .into_iter()
            .chain(slices.iter().map(String::as_str))
        {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        hasher.finalize().to_hex().to_string()
    }

    fn models_from_units(&self) -> String {
        format!("../../../{}/{}/", store::MODELS, self.id)
    }
}

fn stem(fold: &Fold) -> String {
    format!("fold_{:03}", fold.idx())
}

fn of_fold(fold: &Fold, failure: Failure) -> Failure {
    Failure { message: format!("fold {}: {}", fold.idx(), failure.message), ..failure }
}
