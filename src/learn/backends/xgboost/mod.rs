//! The real XGBoost, loaded at run time: nothing to build, and a way to check ours against it.
//!
//! One thread a training, whatever the job allows: its histograms are sums of floats, and their
//! last bits would follow the number of threads.

mod library;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use self::library::{Api, BoosterHandle, Table};
use super::{Backend, LearnFault, boosting, dense, gbdt};
use crate::gbdt::{Model, Objective, Params};
use crate::learn::learner::{Fit, Fitted, Kind, Learner, Matrix, Sample, Scratch};

const NAME: &str = "xgboost";

pub(super) const BACKEND: Backend = Backend {
    name: NAME,
    about: "the real libxgboost, found at run time; `library` says where, if not in its usual place",
    check: |given| {
        let params = boosting::params(given, &["extra", "library"])?;
        let extra = boosting::extra(given)?;
        let library = match boosting::object(given)?.get("library") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.as_str()),
            Some(other) => {
                let fault = boosting::bad("library", other, "it must be a path");
                return Err(LearnFault::Params(vec![fault]));
            }
        };
        Ok(Box::new(Xgboost { params, extra, api: Arc::new(Api::load(library)?) }))
    },
};

#[derive(Debug)]
struct Xgboost {
    params: Params,
    /// Under XGBoost's names; they win over `params`.
    extra: Map<String, Value>,
    api: Arc<Api>,
}

impl Learner for Xgboost {
    fn name(&self) -> &'static str {
        NAME
    }

    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault> {
        Ok(Box::new(Boosted::read(&self.api, bytes.to_vec())?))
    }

    /// Bins are cut by the job's own rows and weights: nothing is prepared.
    fn train(&self, sample: &Sample<'_>, _: &mut Scratch) -> Result<Fit, LearnFault> {
        let train = table(&self.api, sample, &sample.rows)?;
        let stops = self.params.patience > 0 && !sample.early_stop.is_empty();
        let watched = stops.then(|| table(&self.api, sample, &sample.early_stop)).transpose()?;
        let mut booster = BoosterHandle::new(&self.api, &train)?;
        booster.name_columns(sample.job.matrix.names())?;
        let mut map = boosting::xgboost_names(&self.params, sample);
        map.extend(self.extra.clone());
        map.insert("nthread".to_owned(), Value::from(1));
        map.insert("verbosity".to_owned(), Value::from(0));
        for (key, value) in &map {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            booster.set(key, &text)?;
        }
        let (mut losses, mut best) = (Vec::new(), (0, f64::INFINITY));
        for round in 0..self.params.rounds {
            booster.update(round, &train)?;
            let Some(watched) = &watched else { continue };
            let loss = booster.evaluate(round, watched)?;
            losses.push(loss);
            if loss < best.1 {
                best = (round, loss);
            }
            if round - best.0 >= self.params.patience {
                break;
            }
        }
        let kept = if stops { best.0 + 1 } else { self.params.rounds };
        if stops {
            booster = booster.first_rounds(kept)?;
        }
        let model = Boosted::read(&self.api, booster.save()?)?;
        Ok(Fit { model: Box::new(model), losses, rounds: Some(kept as usize) })
    }
}

fn table(api: &Arc<Api>, sample: &Sample<'_>, rows: &[u32]) -> Result<Table, LearnFault> {
    let matrix = &sample.job.matrix;
    let values = dense::rows(matrix, &rows.iter().copied());
    let mut table = Table::new(api, &values, rows.len(), matrix.columns().len())?;
    let targets: Vec<f32> = rows.iter().map(|row| sample.target(*row) as f32).collect();
    table.set("label", &targets)?;
    if sample.job.weights.is_some() {
        let weights: Vec<f32> = rows.iter().map(|row| sample.weight(*row) as f32).collect();
        table.set("weight", &weights)?;
    }
    Ok(table)
}

/// Predictions are libxgboost's own.
#[derive(Debug)]
struct Boosted {
    api: Arc<Api>,
    /// The same trees as we read them.
    trees: Model,
    /// Its prediction buffer is its own, so one thread at a time.
    booster: Mutex<BoosterHandle>,
    bytes: Vec<u8>,
}

impl Boosted {
    /// libxgboost trusts what it reads. It gets what our reader has checked, written anew.
    fn read(api: &Arc<Api>, bytes: Vec<u8>) -> Result<Self, LearnFault> {
        let trees = gbdt::model(NAME, &bytes)?;
        let booster = BoosterHandle::read(api, trees.to_xgboost_json().as_bytes())?;
        Ok(Self { api: Arc::clone(api), trees, booster: Mutex::new(booster), bytes })
    }
}

impl Fitted for Boosted {
    fn names(&self) -> &[String] {
        self.trees.names()
    }

    fn kind(&self) -> Kind {
        match self.trees.objective() {
            Objective::Logistic => Kind::Classification,
            _ => Kind::Regression,
        }
    }

    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault> {
        Ok(self.bytes.clone())
    }

    fn importance(&self) -> Vec<f64> {
        self.trees.importance().into_iter().map(|column| column.total_gain).collect()
    }

    fn trees(&self) -> Option<Model> {
        Some(self.trees.clone())
    }

    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        let n_rows = matrix.n_rows();
        if n_rows == 0 {
            return Ok(Vec::new());
        }
        let values = dense::rows(matrix, &(0..n_rows as u32));
        let table = Table::new(&self.api, &values, n_rows, matrix.columns().len())?;
        let booster = self.booster.lock().unwrap_or_else(PoisonError::into_inner);
        booster.predict(&table)
    }
}
