//! What fewer trainings save and cost: against one for every window, and against as many at fixed steps.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::super::stored::{AskedRun, StoredRun, open_run};
use super::super::train::Report;
use super::unit::{Shop, predicted};
use crate::failure::Failure;
use crate::folds::Fold;
use crate::learn::dataset::Horizon;
use crate::report::diagnose::Judged;
use crate::report::diagnose::paired::{Paired, paired};
use crate::store;
use crate::walkforward::{HorizonColumns, Predictions, Trial};

/// The bytes of `retraining_comparison.json`.
#[derive(Debug, Serialize)]
pub struct Comparison {
    pub n_windows: usize,
    /// The run that trained for every window, and made all models that are compared here.
    pub schedule: String,
    pub policies: Vec<Compared>,
    pub differences: Vec<Difference>,
}

/// A way to decide when to train.
#[derive(Debug, Serialize)]
pub struct Compared {
    pub policy: &'static str,
    pub n_trainings: usize,
    /// The folds that a model was trained for.
    pub trained: Vec<u32>,
}

/// One policy less another, horizon by horizon.
#[derive(Debug, Serialize)]
pub struct Difference {
    pub policy: &'static str,
    pub less: &'static str,
    pub horizons: Vec<OfHorizon>,
}

#[derive(Debug, Serialize)]
pub struct OfHorizon {
    pub horizon: u32,
    #[serde(flatten)]
    pub paired: Paired,
}

pub const COMPARISON: &str = "retraining_comparison.json";
pub const SCHEDULE: &str = "schedule";
pub const DRIFT: &str = "drift";
pub const STEPS: &str = "fixed steps";
pub const ONCE: &str = "once";

/// `twin` has trained for every fold.
pub fn compare(
    twin: &Shop<'_>,
    folds: &[Fold],
    (run, trained): (&StoredRun, &[u32]),
) -> Result<Comparison, Failure> {
    let every = open_run(AskedRun::whole(&twin.id))?;
    let steps = evenly(folds.len(), trained.len());
    let fixed = made(twin, (folds, &every.folds), &steps)?;
    let once = made(twin, (folds, &every.folds), &[0])?;
    let policies = vec![
        compared(SCHEDULE, (0..folds.len() as u32).collect()),
        compared(DRIFT, trained.to_vec()),
        compared(STEPS, steps),
        compared(ONCE, vec![0]),
    ];
    let (schedule, drift) = (every.predictions.columns(), run.predictions.columns());
    let difference = |(policy, less): (Named<'_>, Named<'_>)| {
        let each = policy.1.horizons.iter().zip(&less.1.horizons);
        let horizons = each.map(|pair| of_horizon(twin, folds, (drift, pair)));
        Ok(Difference {
            policy: policy.0,
            less: less.0,
            horizons: horizons.collect::<Result<_, Failure>>()?,
        })
    };
    let pairs = [
        ((DRIFT, drift), (SCHEDULE, schedule)),
        ((STEPS, fixed.columns()), (SCHEDULE, schedule)),
        ((ONCE, once.columns()), (SCHEDULE, schedule)),
        ((DRIFT, drift), (STEPS, fixed.columns())),
    ];
    Ok(Comparison {
        n_windows: folds.len(),
        schedule: twin.id.clone(),
        policies,
        differences: pairs.into_iter().map(difference).collect::<Result<_, Failure>>()?,
    })
}

/// A policy's predictions.
type Named<'a> = (&'static str, &'a Trial);

fn compared(policy: &'static str, trained: Vec<u32>) -> Compared {
    Compared { policy, n_trainings: trained.len(), trained }
}

/// So many of the folds, the first among them, as evenly as can be: every k-th, where k divides them.
fn evenly(n_folds: usize, n: usize) -> Vec<u32> {
    let n = n.max(1);
    (0..n).map(|at| (at * n_folds).div_ceil(n) as u32).collect()
}

/// Every fold predicted by the last of the models before it.
fn made(
    twin: &Shop<'_>,
    (folds, reports): (&[Fold], &[Report]),
    trained: &[u32],
) -> Result<Predictions, Failure> {
    let part = |fold: &Fold| {
        let at = trained.partition_point(|one| *one <= fold.idx()).saturating_sub(1);
        let report = trained.get(at).and_then(|one| reports.iter().find(|r| r.fold == *one));
        let Some(report) = report else {
            return Err(Failure::world(format!("fold {} has no model", fold.idx())));
        };
        let mut model = twin.model(report)?;
        model.fold = fold.idx();
        predicted(twin.lessons, fold, &model)
    };
    let parts: Vec<Result<Predictions, Failure>> = folds.par_iter().map(part).collect();
    Ok(Predictions::stitched(parts.into_iter().collect::<Result<_, _>>()?))
}

fn of_horizon(
    twin: &Shop<'_>,
    folds: &[Fold],
    (trial, (one, other)): (&Trial, (&HorizonColumns, &HorizonColumns)),
) -> Result<OfHorizon, Failure> {
    let data = &twin.lessons.data;
    let known = |horizon: &&Horizon| horizon.bars == one.horizon;
    let rows = folds.iter().flat_map(|fold| fold.test().rows().iter());
    let outcome_bps: Vec<f64> = match data.horizons.iter().find(known) {
        Some(horizon) => rows.map(|row| horizon.y_bps[row as usize]).collect(),
        None => vec![f64::NAN; trial.ts.len()],
    };
    let judged = Judged {
        ts: &trial.ts,
        symbol: &trial.symbols,
        fold: &trial.fold,
        predicted: &one.raw,
        outcome_bps: &outcome_bps,
        horizon: one.horizon as usize,
    };
    let paired = paired(&judged, &other.raw).map_err(Failure::user)?;
    Ok(OfHorizon { horizon: one.horizon, paired })
}

impl Comparison {
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Failure> {
        let path = folder.join(COMPARISON);
        store::write_json(&path, self)?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::evenly;

    #[test]
    fn fixed_steps_are_as_many_and_as_even_as_can_be() {
        assert_eq!(evenly(12, 4), [0, 3, 6, 9]);
        assert_eq!(evenly(10, 4), [0, 3, 5, 8]);
        assert_eq!(evenly(5, 5), [0, 1, 2, 3, 4]);
        assert_eq!(evenly(5, 1), [0]);
    }
}
