//! A market of our own making, and walks over it, for tests.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::step;
use super::{Chain, Decision, Policy, Residuals};
use crate::folds::{Fold, Rows, Span, WalkForwardParams};
use crate::labels::{Interval, WeightParams};
use crate::learn::backends::find;
use crate::learn::calibration::CalibrationParams;
use crate::learn::dataset::{Dataset, Horizon};
use crate::learn::horizon_weights::WeightMethod;
use crate::learn::target::Target;
use crate::learn::training::{FoldModel, Recipe};
use crate::rng::Rng;
use crate::units::{FIRST_MONDAY_US, MINUTE_US, Ts, WEEK_US};
use crate::walkforward::Predictions;

/// Bars of half an hour.
pub(super) const A_WEEK: usize = 336;
const BAR_US: i64 = 30 * MINUTE_US;
const HORIZONS: [u32; 2] = [1, 4];

/// What happens at the beginning of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    None,
    /// What went up goes down: columns are as they were.
    Turn(usize),
    /// The first column is higher by a deviation and a half.
    Shift(usize),
}

/// Six columns, the first of which is worth a correlation of `ic` with the next bar's return.
pub(super) fn market(n_weeks: usize, (ic, seed): (f64, u64), at: Break) -> Dataset {
    let n = n_weeks * A_WEEK;
    let mut rng = Rng::stream(seed, "retrain", &[]);
    let mut column = |phi: f64| -> Vec<f64> {
        let mut x = 0.0;
        let mut step = || {
            x = phi * x + (1.0 - phi * phi).sqrt() * rng.normal();
            x
        };
        (0..n + 8).map(|_| step()).collect()
    };
    let mut columns = [0.7, 0.0, 0.5, 0.8, 0.9, 0.95].map(&mut column);
    let noise = column(0.0);
    let sign = |i: usize| match at {
        Break::Turn(week) if i >= week * A_WEEK => -1.0,
        _ => 1.0,
    };
    let step = |i: usize| ic * sign(i) * columns[0][i.saturating_sub(1)] + noise[i];
    let steps: Vec<f64> = (0..n + 8).map(|i| 10.0 * step(i)).collect();
    if let Break::Shift(week) = at {
        columns[0][week * A_WEEK..].iter_mut().for_each(|x| *x += 1.5);
    }
    let ts = |i: usize| Ts(FIRST_MONDAY_US + i as i64 * BAR_US);
    let horizon = |bars: u32| {
        let h = bars as usize;
        let y = |i: usize| steps[i + 1..=i + h].iter().sum();
        let interval = |i: usize| Interval { t0: ts(i + 1), t1: ts(i + 1 + h) };
        Horizon { bars, y_bps: (0..n).map(y).collect(), intervals: (0..n).map(interval).collect() }
    };
    Dataset {
        names: (0..columns.len()).map(|k| format!("x{k}")).collect(),
        columns: columns.iter().map(|c| c[..n].iter().map(|x| *x as f32).collect()).collect(),
        ts: (0..n).map(ts).collect(),
        t0: (0..n).map(|i| ts(i + 1)).collect(),
        symbols: vec![0; n],
        n_symbols: 1,
        scale_bps: vec![10.0; n],
        horizons: HORIZONS.map(horizon).into(),
    }
}

/// Six weeks of training and two of test, from the first Monday on.
pub(super) fn folds(data: &Dataset) -> Vec<Fold> {
    let params = WalkForwardParams { train_weeks: 6, test_weeks: 2, ..Default::default() };
    let hulls = &data.horizons[1].intervals;
    let span = Span {
        first_usable: Ts(FIRST_MONDAY_US),
        complete_until: Ts(FIRST_MONDAY_US + (data.n_rows() / A_WEEK) as i64 * WEEK_US),
    };
    let rows = Rows::new(hulls).unwrap();
    params.check().unwrap().cut(&rows, span).unwrap().folds().to_vec()
}

pub(super) fn recipe() -> Recipe {
    let params = json!({ "rounds": 25, "learning_rate": 0.2, "max_depth": 2 });
    Recipe {
        learner: (find("gbdt").unwrap().check)(&params).unwrap(),
        stops_early: false,
        target: Target::ReturnBps,
        weights: WeightParams { uniqueness: true, half_life_weeks: None }.check().unwrap(),
        monotone: BTreeMap::new(),
        keep: None,
        calibration: CalibrationParams::default(),
        cross_fit: 0,
        weighting: WeightMethod::Equal,
        max_column_ic: 1.0,
        seed: 5,
    }
}

pub(super) fn policy() -> Policy {
    Policy {
        false_alarms: 0.05,
        max_age: None,
        inputs_psi: Some(0.25),
        shap_psi: Some(0.25),
        residuals: Residuals::Adwin,
        ic_fall: 0.02,
    }
}

/// Every decision of a walk by drift.
pub(super) fn walk(policy: &Policy, data: &Dataset) -> Vec<Decision> {
    let recipe = recipe();
    let mut chain = Chain::new(policy, data);
    let mut model: Option<FoldModel> = None;
    let mut decisions = Vec::new();
    for fold in folds(data) {
        let decision = chain.decide(&fold).unwrap();
        if decision.trains() {
            let trained = step(&recipe, data, &fold).unwrap().trained.model;
            chain.trained(&fold, &trained).unwrap();
            model = Some(trained);
        }
        let serving = model.as_ref().unwrap();
        let predicted = Predictions::out_of_sample(serving, data, fold.test().rows());
        chain.predicted(&fold, &predicted.unwrap().unwrap());
        decisions.push(decision);
    }
    decisions
}
