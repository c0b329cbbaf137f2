//! Rolling retraining: every fold is learnt, or keeps the model before it, and its test weeks are
//! predicted, and all of them are one out-of-sample history.

mod compare; // what fewer trainings cost
mod retrain; // whether to train, fold by fold
mod unit; // one fold: what is done once

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::dataset::{Lessons, lessons};
use super::predict::{predicted, table};
use super::stored::{AskedRun, StoredRun, list, open_run};
use super::train::{Report, WALK, fingerprint, run_id};
use crate::config::{Config, Drift, Retrain};
use crate::failure::Failure;
use crate::folds::{Folds, Rows, Span};
use crate::labels::Interval;
use crate::learn::scores::HorizonScores;
use crate::market::Symbol;
use crate::store::{self, Manifest, ModelWriter};
use crate::walkforward::Predictions;
use retrain::by_drift;
use unit::{Output, Shop};

pub use compare::{COMPARISON, Compared, Comparison, DRIFT, Difference, SCHEDULE};
pub use retrain::Retraining;

/// A walk that is asked for.
pub struct Walk<'a> {
    pub config: &'a Config,
    pub symbols: Vec<&'a Symbol>,
    /// Compute every fold, even those that are there.
    pub fresh: bool,
    /// Also train by schedule, and tell what drift has saved and lost.
    pub compare: bool,
    /// Told what was done last, how many folds are done, and of how many.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// A walk that was made.
pub struct Walked {
    pub run: StoredRun,
    pub folds: Folds,
    /// Folds that were there before.
    pub n_old: usize,
    /// For `walkforward.retrain: drift`.
    pub retraining: Option<Retraining>,
}

pub fn walk(walk: &Walk<'_>) -> Result<Walked, Failure> {
    let config = &in_effect(walk.config);
    let by = config.walkforward.retrain;
    if walk.compare && by == Retrain::Schedule {
        let failure = Failure::user("`--compare` tells what training by drift saves and loses");
        return Err(failure.hint("`--retrain drift --compare`"));
    }
    (walk.progress)("features", 0, 1);
    let lessons = lessons(config, &walk.symbols)?;
    let hulls = lessons.data.hulls();
    let folds = cut(config, &lessons, &hulls)?;
    let known = Known { lessons: &lessons, hulls: &hulls };
    if by == Retrain::Drift {
        return by_drift(walk, (config, &known), folds);
    }
    let shop = known.shop(config, None);
    let outputs = outputs(walk, &shop, &folds)?;
    let n_old = outputs.iter().filter(|output| output.is_old).count();
    store(&shop, &folds, outputs)?;
    Ok(Walked { run: open_run(AskedRun::whole(&shop.id))?, folds, n_old, retraining: None })
}

/// What is not looked at is as by default: it makes no other run.
fn in_effect(config: &Config) -> Config {
    let mut config = config.clone();
    if config.walkforward.retrain == Retrain::Schedule {
        config.walkforward.drift = Drift::default();
    }
    config
}

/// What a walk is made from, however it is trained.
struct Known<'a> {
    lessons: &'a Lessons,
    hulls: &'a [Interval],
}

impl<'a> Known<'a> {
    fn shop(&self, config: &'a Config, twin: Option<&'a Shop<'a>>) -> Shop<'a> {
        let (lessons, hulls) = (self.lessons, self.hulls);
        let (fingerprint, id) = (fingerprint(lessons), run_id(WALK, config, lessons));
        Shop { config, lessons, hulls, fingerprint, id, twin }
    }
}

/// Side by side, in the order of the folds.
fn outputs(walk: &Walk<'_>, shop: &Shop<'_>, folds: &Folds) -> Result<Vec<Output>, Failure> {
    let (n_done, all) = (AtomicUsize::new(0), folds.folds().len());
    let best = Mutex::new(None);
    (walk.progress)("", 0, all);
    let output = |fold| {
        let output = shop.output(fold, walk.fresh);
        let done = 1 + n_done.fetch_add(1, Ordering::Relaxed);
        let said =
            output.as_ref().map_or_else(|_| String::new(), |output| said(&output.report, &best));
        (walk.progress)(&said, done, all);
        output
    };
    let outputs: Vec<Result<Output, Failure>> = folds.folds().par_iter().map(output).collect();
    outputs.into_iter().collect()
}

/// Fold, horizon, and the IC on the last part of its training window, which the trees have not seen.
type Mark = (u32, u32, f64);

/// How the fold did, and the best of all so far.
fn said(report: &Report, best: &Mutex<Option<Mark>>) -> String {
    let ic =
        |scores: &HorizonScores| Some((report.fold, scores.horizon, scores.calibrate.ic?.value));
    let ics: Vec<Mark> = report.horizons.iter().filter_map(ic).collect();
    let mut best = best.lock().unwrap_or_else(PoisonError::into_inner);
    let all = best.iter().chain(&ics).copied();
    *best = all.reduce(|best, one| if one.2 > best.2 { one } else { best });
    let Some((fold, horizon, value)) = *best else { return String::new() };
    let own: Vec<String> = ics.iter().map(|(_, h, ic)| format!("{ic:.3} at {h}")).collect();
    format!(
        "fold {}: IC {} (calibration slice); best so far {value:.3} at {horizon}, fold {fold}",
        report.fold,
        own.join(", ")
    )
}

fn cut(config: &Config, lessons: &Lessons, hulls: &[Interval]) -> Result<Folds, Failure> {
    let rows = Rows::new(hulls).map_err(Failure::user)?;
    let span = Span { first_usable: lessons.first_usable, complete_until: lessons.complete_until };
    let params = config.walkforward.params().check().map_err(|bad| super::refuse(&bad))?;
    params.cut(&rows, span).map_err(|fault| super::unfit(&fault, config.walkforward.test_weeks))
}

/// All folds as one run, in `results/<id>/` and `models/<id>/`.
fn store(shop: &Shop<'_>, folds: &Folds, outputs: Vec<Output>) -> Result<(), Failure> {
    let (lessons, folder) = (shop.lessons, shop.results());
    let mut files = BTreeMap::new();
    let mut parts = Vec::new();
    for output in outputs {
        files.extend(output.files);
        parts.push(output.predictions);
    }
    let mut writer = ModelWriter::begin(Manifest {
        id: shop.id.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        build: super::BUILD.to_owned(),
        seed: shop.config.seed,
        data: lessons.fingerprints.clone(),
        files,
    });
    let yaml = shop.config.to_yaml();
    writer.add_json("columns.json", &lessons.features)?;
    writer.add("config.yml", yaml.as_bytes())?;
    let model = writer.finish()?;
    let all = Predictions::stitched(parts);
    let columns = all.columns();
    store::write_table(&folder.join("predictions.parquet"), &table(columns, &lessons.symbols)?)?;
    store::write_atomic(&folder.join("config.yml"), yaml.as_bytes())?;
    store::write_json(&folder.join("folds.json"), folds)?;
    let bars = predicted(shop.config, (columns, &lessons.symbols))?;
    list((&model.manifest, &folder), &bars, &["config.yml", "folds.json"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(fold: u32, ics: &[f64]) -> Report {
        let scores = |(at, ic): (usize, &f64)| {
            serde_json::json!({"horizon": at + 1, "rounds": 1, "n_columns": 1,
                "train": {"n_rows": 9}, "early_stop": {"n_rows": 9},
                "calibrate": {"n_rows": 9, "ic": {"value": ic, "error": 0.1}}})
        };
        let horizons: Vec<_> = ics.iter().enumerate().map(scores).collect();
        serde_json::from_value(serde_json::json!({"fold": fold, "symbols": [], "from": "",
            "until": "", "left_out": [], "rows": "", "slices": [], "horizons": horizons,
            "weights": {"weights": []}}))
        .unwrap()
    }

    #[test]
    fn progress_tells_of_the_fold_and_of_the_best_so_far() {
        let best = Mutex::new(None);
        let told = said(&report(0, &[0.01, 0.05]), &best);
        assert_eq!(
            told,
            "fold 0: IC 0.010 at 1, 0.050 at 2 (calibration slice); best so far 0.050 at 2, fold 0"
        );
        let told = said(&report(1, &[0.02, -0.03]), &best);
        assert!(told.ends_with("best so far 0.050 at 2, fold 0"), "{told}");
        let told = said(&report(2, &[0.06]), &best);
        assert!(told.ends_with("best so far 0.060 at 1, fold 2"), "{told}");
        assert_eq!(said(&report(3, &[]), &Mutex::new(None)), "");
    }
}
