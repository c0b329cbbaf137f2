//! hessboost: another pure Rust booster, for objectives beyond ours and as a twin to check against.
//! Its files are XGBoost's JSON with our column names in it.

use std::num::NonZeroUsize;

use ::hessboost::config::TrainingParams;
use ::hessboost::data::DMatrix;
use ::hessboost::error::HessboostError;
use ::hessboost::model::{BoostedModel, ImportanceType, Iterations, ModelFormat};
use ::hessboost::training::Trainer;
use serde_json::{Map, Value, json};

use super::{Backend, LearnFault, boosting, dense, gbdt};
use crate::gbdt::Params;
use crate::learn::learner::{Fit, Fitted, Kind, Learner, Matrix, Sample, Scratch};

const NAME: &str = "hessboost";

pub(super) const BACKEND: Backend = Backend {
    name: NAME,
    about: "hessboost: the parameters of gbdt, and in `extra` those of XGBoost",
    check: |given| {
        let params = boosting::params(given, &["extra"])?;
        Ok(Box::new(Hessboost { params, extra: boosting::extra(given)? }))
    },
};

#[derive(Debug)]
struct Hessboost {
    params: Params,
    /// Under XGBoost's names; they win over `params`.
    extra: Map<String, Value>,
}

impl Learner for Hessboost {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault> {
        Ok(Box::new(Boosted::read(bytes.to_vec())?))
    }

    /// Bins are cut by the job's own rows and weights, as XGBoost cuts them: nothing is prepared.
    fn train(&self, sample: &Sample<'_>, _: &mut Scratch) -> Result<Fit, LearnFault> {
        let mut map = boosting::xgboost_names(&self.params, sample);
        map.insert("nthread".to_owned(), json!(sample.job.threads.max(1)));
        map.extend(self.extra.clone());
        let params = TrainingParams::from_xgboost(map).map_err(failed)?;
        let train = data(sample, &sample.rows).map_err(failed)?;
        let watched = match NonZeroUsize::new(self.params.patience as usize) {
            Some(patience) if !sample.early_stop.is_empty() => {
                Some((patience, data(sample, &sample.early_stop).map_err(failed)?))
            }
            _ => None,
        };
        let mut trainer = Trainer::new(&params, &train, self.params.rounds as usize);
        if let Some((patience, data)) = &watched {
            trainer = trainer.eval(data, "early stop").early_stopping_rounds(*patience);
        }
        let done = trainer.train().map_err(failed)?;
        let losses = done.history.rounds().filter_map(|round| round.values().last().copied());
        let losses = if watched.is_some() { losses.collect() } else { Vec::new() };
        let model = Boosted::read(named(&done.model, sample.job.matrix.names())?)?;
        let rounds = Some(model.model.num_boost_rounds());
        Ok(Fit { model: Box::new(model), losses, rounds })
    }
}

fn data(sample: &Sample<'_>, rows: &[u32]) -> Result<DMatrix, HessboostError> {
    let matrix = &sample.job.matrix;
    let values = dense::rows(matrix, &rows.iter().copied());
    let targets: Vec<f32> = rows.iter().map(|row| sample.target(*row) as f32).collect();
    let data = DMatrix::from_dense_vec(values, rows.len(), matrix.columns().len())?;
    let data = data.with_labels(&targets)?;
    if sample.job.weights.is_none() {
        return Ok(data);
    }
    let weights: Vec<f32> = rows.iter().map(|row| sample.weight(*row) as f32).collect();
    data.with_weights(&weights)
}

/// The model's file, with names where hessboost leaves a gap.
fn named(model: &BoostedModel, names: &[String]) -> Result<Vec<u8>, LearnFault> {
    let bytes = model.encode(ModelFormat::XgboostJson).map_err(failed)?;
    let mut file: Value = serde_json::from_slice(&bytes).map_err(|fault| corrupt(&fault))?;
    file["learner"]["feature_names"] = json!(names);
    file["learner"]["feature_types"] = json!(vec!["float"; names.len()]);
    Ok(file.to_string().into_bytes())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn failed(fault: HessboostError) -> LearnFault {
    LearnFault::Backend { backend: NAME, why: fault.to_string() }
}

fn corrupt(fault: &dyn std::fmt::Display) -> LearnFault {
    LearnFault::Corrupt { backend: NAME, why: fault.to_string() }
}

#[derive(Debug)]
struct Boosted {
    model: BoostedModel,
    names: Vec<String>,
    bytes: Vec<u8>,
}

impl Boosted {
    fn read(bytes: Vec<u8>) -> Result<Self, LearnFault> {
        let model = BoostedModel::decode(&bytes, ModelFormat::XgboostJson)
            .map_err(|fault| corrupt(&fault))?;
        let file: Value = serde_json::from_slice(&bytes).map_err(|fault| corrupt(&fault))?;
        let named = file["learner"]["feature_names"].as_array().cloned().unwrap_or_default();
        let names: Vec<String> =
            named.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        if names.len() != model.n_features() {
            return Err(corrupt(&"it does not name its columns"));
        }
        if model.n_outputs() != 1 {
            return Err(corrupt(&"it has several outputs"));
        }
        Ok(Self { model, names, bytes })
    }
}

impl Fitted for Boosted {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn kind(&self) -> Kind {
        boosting::kind(self.model.objective().name())
    }

    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault> {
        Ok(self.bytes.clone())
    }

    fn importance(&self) -> Vec<f64> {
        let gains = self.model.feature_importance(ImportanceType::TotalGain);
        (0..self.names.len()).map(|column| gains.get(&column).copied().unwrap_or(0.0)).collect()
    }

    /// None for an objective that only hessboost knows.
    fn trees(&self) -> Option<crate::gbdt::Model> {
        gbdt::model(NAME, &self.bytes).ok()
    }

    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        let rows = dense::rows(matrix, &(0..matrix.n_rows() as u32));
        let scores = self.model.predict_rows(&rows, Iterations::Best).map_err(failed)?;
        Ok(scores.into_vec())
    }
}
