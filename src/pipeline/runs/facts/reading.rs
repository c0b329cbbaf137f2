//! A run's files, read one by one; what cannot be read is a fault among others.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::super::stored::{
    BACKTEST, DIAGNOSIS, PREDICTED, PREDICTIONS, RULES, horizons_of, reports,
};
use super::super::super::train::{Report, config_of};
use super::{FileFacts, FoldFacts, RunFacts, State};
use crate::config::Config;
use crate::failure::Failure;
use crate::store::{self, Manifest, ModelFolder, RunManifest, Values};
use crate::units::Ts;

pub struct Reader {
    id: String,
    results: PathBuf,
    manifest: Option<RunManifest>,
    faults: Vec<String>,
}

impl Reader {
    pub fn new(id: &str) -> Self {
        let results = Path::new(store::RESULTS).join(id);
        Self { id: id.to_owned(), results, manifest: None, faults: Vec::new() }
    }

    pub fn read(mut self) -> RunFacts {
        let manifest = RunManifest::open(&self.results);
        self.manifest = self.kept(manifest).flatten();
        if self.manifest.as_ref().is_some_and(|manifest| manifest.stages.contains_key(RULES)) {
            return self.rules();
        }
        let model = self.model();
        let config = model.as_ref().and_then(|model| self.kept(config_of(model)));
        let reports =
            model.as_ref().and_then(|model| self.kept(reports(model))).unwrap_or_default();
        let predicted = self.times(PREDICTED, PREDICTIONS);
        let [metrics, diagnostics, verdict] = [
            (BACKTEST, "metrics.json"),
            (DIAGNOSIS, "diagnostics.json"),
            (DIAGNOSIS, "verdict.json"),
        ]
        .map(|(stage, name)| self.json(stage, name));
        let backtest_config = self.config(BACKTEST, "backtest.yml");
        let diagnosis_config = self.config(DIAGNOSIS, "diagnosis.yml");
        let folds = self.folds(&reports, diagnostics.as_ref());
        let first = reports.first();
        RunFacts {
            is_latest: store::latest_run().as_ref() == Some(&self.id),
            symbols: first.map(|report| report.symbols.clone()).unwrap_or_default(),
            horizons: first.map(horizons_of).unwrap_or_default(),
            folds,
            predicted,
            config,
            backtest_config,
            diagnosis_config,
            metrics,
            diagnostics,
            verdict,
            files: self.files(),
            state: self.state(model.is_some()),
            model: model.map(|model| model.manifest),
            manifest: self.manifest,
            id: self.id,
        }
    }

    /// A walk of rules: it has no model, and its stage is everything.
    fn rules(mut self) -> RunFacts {
        let [metrics, diagnostics, verdict] =
            ["metrics.json", "diagnostics.json", "verdict.json"].map(|name| self.json(RULES, name));
        let config = self.config(RULES, "config.yml");
        let predicted = self.times(RULES, "equity.parquet");
        let model = self.manifest.as_ref().and_then(|manifest| {
            let stage = manifest.stages.get(RULES)?;
            Some(Manifest {
                id: manifest.id.clone(),
                version: stage.version.clone(),
                build: stage.build.clone(),
                seed: manifest.seed,
                data: manifest.data.clone(),
                files: stage.files.clone(),
            })
        });
        RunFacts {
            is_latest: false,
            symbols: model.iter().flat_map(|m| m.data.keys().cloned()).collect(),
            horizons: Vec::new(),
            folds: Vec::new(),
            predicted,
            config,
            backtest_config: None,
            diagnosis_config: None,
            metrics,
            diagnostics,
            verdict,
            files: self.files(),
            state: self.state(true),
            model,
            manifest: self.manifest,
            id: self.id,
        }
    }

    fn kept<T>(&mut self, read: Result<T, Failure>) -> Option<T> {
        read.map_err(|failure| self.fault(failure.message)).ok()
    }

    /// What breaks several files in one way is told once.
    fn fault(&mut self, fault: String) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// The models, if they are finished.
    fn model(&mut self) -> Option<ModelFolder> {
        let path = Path::new(store::MODELS).join(&self.id);
        if !path.join("manifest.json").is_file() {
            if self.manifest.is_some() {
                self.fault(format!("its models are missing in `{}`", path.display()));
            }
            return None;
        }
        let model = self.kept(ModelFolder::open(&path))?;
        let whole = model.check();
        self.kept(whole);
        Some(model)
    }

    /// Whether a stage is there and whole.
    fn has(&mut self, stage: &str) -> bool {
        let whole = self
            .manifest
            .as_ref()
            .map(|manifest| manifest.whole(&self.results, stage).map(|s| s.is_some()));
        whole.is_some_and(|whole| self.kept(whole) == Some(true))
    }

    fn json(&mut self, stage: &str, name: &str) -> Option<Value> {
        let bytes = self.bytes(stage, name)?;
        let read = serde_json::from_slice(&bytes);
        self.kept(read.map_err(|error| Failure::world(format!("`{name}` is corrupt: {error}"))))
    }

    fn config(&mut self, stage: &str, name: &str) -> Option<Config> {
        let bytes = self.bytes(stage, name)?;
        let yaml = String::from_utf8_lossy(&bytes).into_owned();
        self.kept(Config::from_text(name, &yaml, &[]).map_err(Failure::from))
    }

    fn bytes(&mut self, stage: &str, name: &str) -> Option<Vec<u8>> {
        if !self.has(stage) {
            return None;
        }
        let path = self.results.join(name);
        self.kept(std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error)))
    }

    /// How many rows a table of a stage has, the first and the last.
    fn times(&mut self, stage: &str, name: &str) -> Option<(usize, Ts, Ts)> {
        if !self.has(stage) {
            return None;
        }
        let table = self.kept(store::read_table(&self.results.join(name), Some(&["ts"])))?;
        let Some(Values::Ts(ts)) = table.column("ts") else { return None };
        Some((ts.len(), *ts.first()?, *ts.last()?))
    }

    fn folds(&mut self, reports: &[Report], diagnostics: Option<&Value>) -> Vec<FoldFacts> {
        let cut = if self.results.join("folds.json").is_file() {
            self.json(PREDICTED, "folds.json")
        } else {
            None
        };
        let tested = |fold: u32| {
            let test = cut.as_ref()?.pointer(&format!("/folds/{fold}/test"))?;
            let text = |name: &str| Some(test.get(name)?.as_str()?.to_owned());
            Some((text("from")?, text("until")?))
        };
        let ics = diagnostics.map(test_ics).unwrap_or_default();
        let ic =
            |fold: u32| ics.iter().find(|(known, _)| *known == u64::from(fold)).map(|(_, ic)| *ic);
        reports.iter().map(|one| FoldFacts::of(one, tested(one.fold), ic(one.fold))).collect()
    }

    fn state(&self, has_model: bool) -> State {
        if !self.faults.is_empty() {
            return State::Damaged(self.faults.clone());
        }
        if has_model {
            return State::Whole;
        }
        let entries = std::fs::read_dir(self.results.join("units")).into_iter().flatten().flatten();
        let is_list = |name: &str| name.ends_with(".list.json");
        let folds = entries.filter(|entry| is_list(&entry.file_name().to_string_lossy())).count();
        State::Unfinished { folds }
    }

    /// What lies in its three folders; folders within them in one line each.
    fn files(&self) -> Vec<FileFacts> {
        let pictures = Path::new("logs").join("diagnostics").join(&self.id);
        let models = Path::new(store::MODELS).join(&self.id);
        let mut found = below(&self.results);
        for folder in [models, pictures] {
            let whole = total(&folder);
            found.extend((whole.n_files > 0).then_some(whole));
        }
        found
    }
}

/// Of the horizon with the clearest IC: fold and rank IC.
fn test_ics(tables: &Value) -> Vec<(u64, f64)> {
    let t = |horizon: &&Value| {
        let t = horizon.pointer("/ic/all/rank/t_hac").and_then(Value::as_f64);
        t.unwrap_or(f64::NEG_INFINITY)
    };
    let horizons = tables.get("horizons").and_then(Value::as_array);
    let best = horizons.into_iter().flatten().max_by(|a, b| t(a).total_cmp(&t(b)));
    let folds = best.and_then(|best| best.pointer("/by_fold/folds")?.as_array());
    let of = |fold: &Value| {
        Some((fold.get("fold")?.as_u64()?, fold.pointer("/ic/rank/value")?.as_f64()?))
    };
    folds.into_iter().flatten().filter_map(of).collect()
}

fn below(folder: &Path) -> Vec<FileFacts> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_ours = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'))
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_ours).collect();
    paths.sort();
    paths.iter().map(|path| total(path)).filter(|found| found.n_files > 0).collect()
}

/// A file, or all that is in a folder.
fn total(path: &Path) -> FileFacts {
    let own = std::fs::metadata(path);
    let (mut n_files, mut bytes) = (0, 0);
    if path.is_dir() {
        for found in below(path) {
            (n_files, bytes) = (n_files + found.n_files, bytes + found.bytes);
        }
    } else if let Ok(own) = own {
        (n_files, bytes) = (1, own.len());
    }
    FileFacts { path: path.to_path_buf(), n_files, bytes }
}
