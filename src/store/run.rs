//! What a run has left in `results/<id>/`: `manifest.json`, stage by stage, and which runs there are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bundle::{check, hash};
use super::models::{LATEST, MANIFEST, MODELS, Manifest, follow};
use super::{FolderLock, write_json};
use crate::failure::Failure;

pub const RESULTS: &str = "results";
/// The ledgers of trials lie beside the runs.
const TRIALS: &str = "trials";

/// The manifest of a run's results. A stage that is under way has replaced files that are still
/// listed as they were: their hashes tell that the stage is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunManifest {
    pub id: String,
    pub seed: u64,
    /// Fingerprint of the bars, by symbol.
    pub data: BTreeMap<String, String>,
    /// The hash of the model's manifest.
    pub model: String,
    pub stages: BTreeMap<String, Stage>,
}

/// What one stage has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The version of the program, and the hash of its sources.
    pub version: String,
    pub build: String,
    /// What the files were made of: hashes, by name.
    pub made_of: BTreeMap<String, String>,
    /// The blake3 hash of every file, by name.
    pub files: BTreeMap<String, String>,
}

impl Stage {
    /// Lists files that lie in `folder`.
    pub fn of(
        folder: &Path,
        build: &str,
        made_of: BTreeMap<String, String>,
        files: &[&str],
    ) -> Result<Self, Failure> {
        let listed = files.iter().map(|file| Ok(((*file).to_owned(), hash(&folder.join(file))?)));
        let files = listed.collect::<Result<_, Failure>>()?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Self { version, build: build.to_owned(), made_of, files })
    }
}

impl RunManifest {
    /// `None` where no stage has come to its end yet.
    pub fn open(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(MANIFEST);
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(|error| Failure::io("read", &path, &error))?,
        };
        let corrupt = |error| Failure::world(format!("`{}` is corrupt: {error}", path.display()));
        serde_json::from_slice(&bytes).map(Some).map_err(corrupt)
    }

    /// A stage whose files are those that it wrote; the first that is not is named.
    pub fn whole(&self, folder: &Path, stage: &str) -> Result<Option<&Stage>, Failure> {
        let Some(found) = self.stages.get(stage) else { return Ok(None) };
        check(&found.files, &folder.join(MANIFEST))?;
        Ok(Some(found))
    }

    /// Puts a finished stage on record. Whatever `after` names was made of what this stage wrote
    /// before: where that is not the same, it is struck off.
    pub fn record(
        of: (&Manifest, &Path),
        stage: (&str, Stage),
        after: &[&str],
    ) -> Result<(), Failure> {
        let held = FolderLock::take(of.1)?;
        Self::record_held(&held, of, stage, after)
    }

    /// As [`Self::record`], of a folder that is held already.
    pub fn record_held(
        _: &FolderLock,
        (model, folder): (&Manifest, &Path),
        (name, stage): (&str, Stage),
        after: &[&str],
    ) -> Result<(), Failure> {
        // One that cannot be read lists nothing that can be believed.
        let before = Self::open(folder).ok().flatten();
        let hash = model.hash()?;
        let mut manifest = before.filter(|before| before.model == hash).unwrap_or(Self {
            id: model.id.clone(),
            seed: model.seed,
            data: model.data.clone(),
            model: hash,
            stages: BTreeMap::new(),
        });
        let is_same = |old: &Stage| old.made_of == stage.made_of && old.files == stage.files;
        if !manifest.stages.get(name).is_some_and(is_same) {
            manifest.stages.retain(|known, _| !after.contains(&known.as_str()));
        }
        manifest.stages.insert(name.to_owned(), stage);
        write_json(&folder.join(MANIFEST), &manifest)
    }
}

/// The ids of all runs that have left anything, in the order of the alphabet.
pub fn run_names() -> Result<Vec<String>, Failure> {
    let mut names = BTreeSet::new();
    for (root, other) in [(MODELS, LATEST), (RESULTS, TRIALS)] {
        let root = Path::new(root);
        let failed = |error: std::io::Error| Failure::io("list", root, &error);
        let entries = match std::fs::read_dir(root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let path: PathBuf = entry.map_err(failed)?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let is_run = |name: &String| path.is_dir() && name != other && !name.starts_with('.');
            names.extend(name.filter(is_run));
        }
    }
    Ok(names.into_iter().collect())
}

/// What `models/latest` points to.
pub fn latest_run() -> Option<String> {
    let pointer = Path::new(MODELS).join(LATEST);
    let target = follow(&pointer);
    let name = target.file_name()?.to_string_lossy().into_owned();
    (target != pointer && target.is_dir()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::write_atomic;

    fn model(seed: u64) -> Manifest {
        Manifest {
            id: "train-x".to_owned(),
            version: "1".to_owned(),
            build: "b".to_owned(),
            seed,
            data: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    fn put(folder: &Path, name: &str, text: &str) -> Stage {
        write_atomic(&folder.join(name), text.as_bytes()).unwrap();
        Stage::of(folder, "b", BTreeMap::new(), &[name]).unwrap()
    }

    #[test]
    fn a_stage_is_listed_beside_the_others_and_its_damage_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        assert_eq!(RunManifest::open(folder).unwrap(), None);
        let of = (&model(1), folder);
        RunManifest::record(of, ("predictions", put(folder, "p", "1")), &["backtest"]).unwrap();
        RunManifest::record(of, ("backtest", put(folder, "t", "2")), &[]).unwrap();
        let manifest = RunManifest::open(folder).unwrap().unwrap();
        assert_eq!(manifest.stages.len(), 2);
        assert!(manifest.whole(folder, "backtest").unwrap().is_some());
        assert!(manifest.whole(folder, "diagnosis").unwrap().is_none());
        write_atomic(&folder.join("t"), b"3").unwrap();
        let told = manifest.whole(folder, "backtest").unwrap_err().to_string();
        assert!(
            told.contains("/t` is not the file that") && told.contains("manifest.json"),
            "{told}"
        );
        assert!(manifest.whole(folder, "predictions").unwrap().is_some());
    }

    #[test]
    fn what_was_made_of_other_predictions_or_another_model_is_struck_off() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let stages = || {
            let manifest = RunManifest::open(folder).unwrap().unwrap();
            manifest.stages.into_keys().collect::<Vec<_>>()
        };
        let predict = |seed, text| {
            let stage = ("predictions", put(folder, "p", text));
            RunManifest::record((&model(seed), folder), stage, &["backtest"]).unwrap();
        };
        predict(1, "1");
        RunManifest::record((&model(1), folder), ("backtest", put(folder, "t", "2")), &[]).unwrap();
        predict(1, "1");
        assert_eq!(stages(), ["backtest", "predictions"]);
        predict(1, "other");
        assert_eq!(stages(), ["predictions"]);
        RunManifest::record((&model(2), folder), ("backtest", put(folder, "t", "2")), &[]).unwrap();
        assert_eq!(stages(), ["backtest"]);
    }
}
