//! What the three boosters share: the same parameters under the same names, so that one can stand
//! in for another.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{BadParam, LearnFault};
use crate::gbdt::{Growth, Objective, Params};
use crate::learn::learner::{Kind, Sample};

/// These come with the job.
const OF_THE_JOB: [&str; 3] = ["seed", "threads", "monotone"];

/// Our trainer's parameters of `given`, checked. Keys in `own` are the backend's and left alone.
pub(super) fn params(given: &Value, own: &[&str]) -> Result<Params, LearnFault> {
    let mut faults = Vec::new();
    let mut object = object(given)?.clone();
    object.retain(|key, _| !own.contains(&key.as_str()));
    for key in OF_THE_JOB {
        if let Some(value) = object.remove(key) {
            faults.push(bad(key, &value, "it is no parameter of a backend"));
        }
    }
    let params: Params = read(&object, &mut faults);
    if let Err(more) = params.clone().check() {
        faults.extend(more.into_iter().map(|fault| BadParam {
            name: fault.name.to_owned(),
            value: fault.value,
            problem: format!("it must be {}", fault.must),
        }));
    }
    if params.objective == Objective::Logistic {
        let problem = "it is of regressions; classifications use the logistic loss as it is";
        faults.push(BadParam {
            name: "objective".to_owned(),
            value: "logistic".to_owned(),
            problem: problem.to_owned(),
        });
    }
    if faults.is_empty() { Ok(params) } else { Err(LearnFault::Params(faults)) }
}

pub(super) fn object(given: &Value) -> Result<&Map<String, Value>, LearnFault> {
    given.as_object().ok_or_else(|| {
        LearnFault::Params(vec![bad(
            "parameters",
            given,
            "an object with a key a parameter is needed",
        )])
    })
}

pub(super) fn bad(name: &str, value: &Value, problem: &str) -> BadParam {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    BadParam { name: name.to_owned(), value, problem: problem.to_owned() }
}

/// Reads the object key by key, so that each fault names its own.
pub(super) fn read<T>(object: &Map<String, Value>, faults: &mut Vec<BadParam>) -> T
where
    T: DeserializeOwned + Default,
{
    let mut fine = Map::new();
    for (key, value) in object {
        let one = json!({ key.as_str(): value });
        match serde_json::from_value::<T>(one) {
            Ok(_) => drop(fine.insert(key.clone(), value.clone())),
            Err(fault) => faults.push(bad(key, value, &format!("{fault}"))),
        }
    }
    serde_json::from_value(Value::Object(fine)).unwrap_or_default()
}

/// What a training minimises.
pub(super) fn objective(params: &Params, kind: Kind) -> Objective {
    match kind {
        Kind::Regression => params.objective,
        Kind::Classification => Objective::Logistic,
    }
}

/// The parameters of a training under XGBoost's names (XGBoost documentation, "XGBoost
/// Parameters").
pub(super) fn xgboost_names(params: &Params, sample: &Sample<'_>) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| drop(map.insert(key.to_owned(), value));
    match objective(params, sample.job.kind) {
        Objective::SquaredError => put("objective", json!("reg:squarederror")),
        Objective::Logistic => put("objective", json!("binary:logistic")),
        Objective::Huber { slope } => {
            put("objective", json!("reg:pseudohubererror"));
            put("huber_slope", json!(slope));
        }
        Objective::Quantile { alpha } => {
            put("objective", json!("reg:quantileerror"));
            put("quantile_alpha", json!(alpha));
        }
    }
    let growth = match params.growth {
        Growth::DepthWise => "depthwise",
        Growth::LeafWise => "lossguide",
    };
    put("grow_policy", json!(growth));
    put("tree_method", json!("hist"));
    put("eta", json!(params.learning_rate));
    put("max_depth", json!(params.max_depth));
    put("max_leaves", json!(params.max_leaves));
    put("lambda", json!(params.lambda));
    put("alpha", json!(params.alpha));
    put("min_child_weight", json!(params.min_child_weight));
    put("gamma", json!(params.min_gain));
    put("max_bin", json!(params.max_bins));
    put("subsample", json!(params.row_sample));
    put("colsample_bytree", json!(params.column_sample_by_tree));
    put("colsample_bynode", json!(params.column_sample_by_node));
    // Theirs is a signed word of 31 bits.
    put("seed", json!(sample.job.seed & 0x7fff_ffff));
    if !sample.monotone.is_empty() {
        let signs: Vec<String> = sample.monotone.iter().map(ToString::to_string).collect();
        put("monotone_constraints", json!(format!("({})", signs.join(","))));
    }
    map
}

/// `extra`: parameters under XGBoost's names that go beyond ours.
pub(super) fn extra(given: &Value) -> Result<Map<String, Value>, LearnFault> {
    let Some(extra) = given.get("extra") else { return Ok(Map::new()) };
    let refused = |name: &str, value: &Value, problem: &str| {
        Err(LearnFault::Params(vec![bad(name, value, problem)]))
    };
    let Some(map) = extra.as_object() else {
        return refused("extra", extra, "an object with a key a parameter is needed");
    };
    for (key, value) in map {
        let is_of_job = ["seed", "nthread", "n_jobs", "monotone_constraints", "num_class"];
        if is_of_job.contains(&key.as_str()) || value.is_object() || value.is_array() {
            return refused(&format!("extra.{key}"), value, "that is not for `extra` to say");
        }
    }
    Ok(map.clone())
}

/// What a model of this objective predicts.
pub(super) fn kind(objective: &str) -> Kind {
    match objective {
        "binary:logistic" | "reg:logistic" => Kind::Classification,
        _ => Kind::Regression,
    }
}
