//! Rolling retraining: every fold is learnt and its test weeks predicted, and all of them are one
//! out-of-sample history.

mod unit; // one fold: what is done once

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::dataset::{Lessons, lessons};
use super::predict::{predicted, table};
use super::stored::{StoredRun, list, open_run};
use super::train::{Report, WALK, fingerprint, hulls, run_id};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::{Folds, Rows, Span};
use crate::labels::Interval;
use crate::market::Symbol;
use crate::store::{self, Manifest, ModelWriter};
use crate::walkforward::Predictions;
use unit::{Output, Shop};

/// A walk that is asked for.
pub struct Walk<'a> {
    pub config: &'a Config,
    pub symbols: Vec<&'a Symbol>,
    /// Compute every fold, even those that are there.
    pub fresh: bool,
    /// Told what was done last, how many folds are done, and of how many.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// A walk that was made.
pub struct Walked {
    pub run: StoredRun,
    pub folds: Folds,
    /// Folds that were there before.
    pub n_old: usize,
}

pub fn walk(walk: &Walk<'_>) -> Result<Walked, Failure> {
    let config = walk.config;
    (walk.progress)("features", 0, 1);
    let lessons = lessons(config, &walk.symbols)?;
    let hulls = hulls(&lessons.data);
    let folds = cut(config, &lessons, &hulls)?;
    let (fingerprint, id) = (fingerprint(&lessons), run_id(WALK, config, &lessons));
    let shop = Shop { config, lessons: &lessons, hulls: &hulls, fingerprint, id };
    let outputs = outputs(walk, &shop, &folds)?;
    let n_old = outputs.iter().filter(|output| output.is_old).count();
    store(&shop, &folds, outputs)?;
    Ok(Walked { run: open_run(&shop.id)?, folds, n_old })
}

/// Side by side, in the order of the folds.
fn outputs(walk: &Walk<'_>, shop: &Shop<'_>, folds: &Folds) -> Result<Vec<Output>, Failure> {
    let (n_done, all) = (AtomicUsize::new(0), folds.folds().len());
    (walk.progress)("", 0, all);
    let output = |fold| {
        let output = shop.output(fold, walk.fresh);
        let done = 1 + n_done.fetch_add(1, Ordering::Relaxed);
        let said = output.as_ref().map_or_else(|_| String::new(), |output| said(&output.report));
        (walk.progress)(&said, done, all);
        output
    };
    let outputs: Vec<Result<Output, Failure>> = folds.folds().par_iter().map(output).collect();
    outputs.into_iter().collect()
}

/// How a fold did on the last part of its training window, which the trees have not seen.
fn said(report: &Report) -> String {
    let ics = report.horizons.iter().filter_map(|scores| scores.calibrate.ic.map(|ic| ic.value));
    let (n, sum) = ics.fold((0, 0.0), |(n, sum), ic| (n + 1, sum + ic));
    match n {
        0 => String::new(),
        n => format!("fold {}: IC {:.3} on its calibration slice", report.fold, sum / f64::from(n)),
    }
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
    let mut json = serde_json::to_vec_pretty(folds).map_err(Failure::world)?;
    json.push(b'\n');
    store::write_atomic(&folder.join("folds.json"), &json)?;
    let bars = predicted(shop.config, (columns, &lessons.symbols))?;
    list((&model.manifest, &folder), &bars, &["config.yml", "folds.json"])
}
