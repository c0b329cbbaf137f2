//! What the config says of learning, as the learners take it.

use serde_json::{Value, json};

use super::refuse;
use crate::config::{self, Backend, Config, Growth, HorizonWeights, Loss, Method, Probability};
use crate::failure::Failure;
use crate::labels::WeightParams;
use crate::learn::backends::{self, LearnFault};
use crate::learn::calibrate::{BpsMethod, BpsParams, ProbabilityMethod, Shrinkage};
use crate::learn::calibration::CalibrationParams;
use crate::learn::horizon_weights::WeightMethod;
use crate::learn::learner::{Learner, Monotone};
use crate::learn::target::Target;
use crate::learn::training::Recipe;

/// What learns, how labels are weighed, and what becomes of scores.
pub fn recipe(config: &Config) -> Result<Recipe, Failure> {
    let weights = WeightParams {
        uniqueness: config.labels.weight_uniqueness,
        half_life_weeks: config.labels.weight_half_life_weeks,
    };
    check_weights(&config.trading_logic.horizon_weights, &config.labels.horizons)?;
    let learn = &config.learn;
    let direction = |(name, sign): (&str, i8)| {
        let way = if sign > 0 { Monotone::Rising } else { Monotone::Falling };
        (name.to_owned(), way)
    };
    Ok(Recipe {
        learner: learner(learn)?,
        stops_early: learn.patience.is_some()
            && !matches!(learn.backend, Backend::Linear | Backend::Forest),
        target: target(learn),
        weights: weights.check().map_err(|bad| refuse(&bad))?,
        monotone: learn.monotone.iter().map(direction).collect(),
        keep: learn.prune.map(|keep| keep as usize),
        calibration: calibration(&config.calibration),
        cross_fit: config.calibration.cross_fit.unwrap_or(0),
        weighting: weighting(&config.trading_logic.horizon_weights),
        max_column_ic: learn.max_column_ic,
        seed: config.seed,
    })
}

/// One weight for each horizon, where they are given.
pub fn check_weights(asked: &HorizonWeights, horizons: &[u32]) -> Result<(), Failure> {
    let n = asked.fixed.len();
    if asked.method != config::WeightMethod::Fixed || n == horizons.len() {
        return Ok(());
    }
    let told = horizons.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let fixed = "`trading_logic.horizon_weights.fixed`";
    let failure = Failure::user(format!("{fixed} is of length {n}, and the horizons are {told}"));
    Err(failure.hint("one weight for each"))
}

pub fn target(learn: &config::Learn) -> Target {
    match learn.target {
        config::Target::ReturnBps => Target::ReturnBps,
        config::Target::Sign => Target::Sign,
    }
}

pub fn learner(learn: &config::Learn) -> Result<Box<dyn Learner>, Failure> {
    let params = match learn.backend {
        Backend::Gbdt => with(booster(learn), "stop_on", json!(learn.stop_on.name())),
        Backend::Hessboost => booster(learn),
        Backend::Xgboost => with_library(learn, booster(learn)),
        Backend::Linear => {
            json!({ "penalty": learn.penalty, "l1_ratio": learn.penalty_l1_share })
        }
        Backend::Forest => json!({
            "trees": learn.rounds,
            "max_depth": learn.max_depth,
            "min_leaf_rows": learn.min_child_weight.max(1.0) as usize,
            "column_share": learn.column_sampling,
        }),
    };
    let backend = backends::find(learn.backend.name()).map_err(|fault| unfit(&fault))?;
    (backend.check)(&params).map_err(|fault| unfit(&fault))
}

/// Our trainer's names of the keys.
fn booster(learn: &config::Learn) -> Value {
    let objective = match (learn.target, learn.loss) {
        (config::Target::ReturnBps, Loss::Huber) => {
            json!({ "huber": { "slope": learn.huber_bps } })
        }
        _ => json!("squared_error"),
    };
    json!({
        "objective": objective,
        "rounds": learn.rounds,
        "patience": learn.patience.unwrap_or(0),
        "learning_rate": learn.learning_rate,
        "growth": match learn.growth { Growth::Depth => "depth_wise", Growth::Leaf => "leaf_wise" },
        "max_depth": learn.max_depth,
        "max_leaves": match learn.growth { Growth::Depth => 0, Growth::Leaf => learn.max_leaves },
        "max_bins": learn.max_bins,
        "lambda": learn.l2,
        "alpha": learn.l1,
        "min_child_weight": learn.min_child_weight,
        "min_gain": learn.min_gain,
        "row_sample": learn.row_sampling,
        "column_sample_by_tree": learn.column_sampling,
        "column_sample_by_node": learn.node_column_sampling,
    })
}

fn with_library(learn: &config::Learn, params: Value) -> Value {
    match &learn.xgboost_library {
        Some(library) => with(params, "library", json!(library.display().to_string())),
        None => params,
    }
}

fn with(mut params: Value, name: &str, value: Value) -> Value {
    if let Some(object) = params.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
    params
}

fn calibration(config: &config::Calibration) -> CalibrationParams {
    let bps = BpsParams {
        method: match config.method {
            Method::Isotonic => BpsMethod::Isotonic,
            Method::Linear => BpsMethod::Linear,
        },
        shrinkage: match (config.method, config.shrinkage) {
            (Method::Linear, Some(share)) => Shrinkage::Fixed(share),
            _ => Shrinkage::Word,
        },
        min_rows: config.min_rows as usize,
    };
    CalibrationParams {
        bps: config.enabled.then_some(bps),
        method: match config.probability {
            Probability::Platt => ProbabilityMethod::Platt,
            Probability::Isotonic => ProbabilityMethod::Isotonic,
            Probability::Beta => ProbabilityMethod::Beta,
        },
        coverage: config.conformal_coverage,
        rate: config.conformal_rate,
    }
}

pub fn weighting(weights: &HorizonWeights) -> WeightMethod {
    match weights.method {
        config::WeightMethod::Equal => WeightMethod::Equal,
        config::WeightMethod::Fixed => WeightMethod::Fixed(weights.fixed.clone()),
        config::WeightMethod::Ic => WeightMethod::ByIc,
        config::WeightMethod::IcShrunk => WeightMethod::ByShrunkenIc,
    }
}

/// What the user asked for cannot be; what a file holds is the world's.
pub fn unfit(fault: &LearnFault) -> Failure {
    let failure = match fault {
        LearnFault::Corrupt { .. } | LearnFault::Backend { .. } => Failure::world(fault),
        _ => Failure::user(fault),
    };
    match fault.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
