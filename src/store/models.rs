//! Folders of models: `models/<run-id>/`, whole or not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::atomic::{rename, write_atomic};
use super::json::{json, write_json};
use crate::failure::Failure;

/// What a model folder says of itself. Written last: without it, or where it does not fit, the
/// folder is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub id: String,
    /// The version of the program, and the hash of its sources.
    pub version: String,
    pub build: String,
    pub seed: u64,
    /// Fingerprint of the bars, by symbol.
    pub data: BTreeMap<String, String>,
    /// The blake3 hash of every file, by name.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Of all that it says: models of one name are not always the same.
    pub fn hash(&self) -> Result<String, Failure> {
        Ok(blake3::hash(&json(self)?).to_hex().to_string())
    }
}

/// A folder that is being filled.
#[derive(Debug)]
pub struct ModelWriter {
    folder: PathBuf,
    manifest: Manifest,
}

/// A folder that is finished.
#[derive(Debug)]
pub struct ModelFolder {
    pub path: PathBuf,
    pub manifest: Manifest,
}

pub const MODELS: &str = "models";
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const LATEST: &str = "latest";

impl ModelWriter {
    /// Begins `models/<id>`. The manifest is replaced last: until then an earlier run's stands, and
    /// its hashes tell which files are still its own.
    pub fn begin(manifest: Manifest) -> Self {
        Self { folder: Path::new(MODELS).join(&manifest.id), manifest }
    }

    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        write_atomic(&self.folder.join(name), bytes)?;
        self.manifest.files.insert(name.to_owned(), blake3::hash(bytes).to_hex().to_string());
        Ok(())
    }

    pub fn add_json(&mut self, name: &str, content: &impl Serialize) -> Result<(), Failure> {
        self.add(name, &json(content)?)
    }

    /// Ends it, and lets `models/latest` point to it.
    pub fn finish(self) -> Result<ModelFolder, Failure> {
        write_json(&self.folder.join(MANIFEST), &self.manifest)?;
        let folder = ModelFolder { path: self.folder, manifest: self.manifest };
        folder.point()?;
        Ok(folder)
    }
}

impl ModelFolder {
    /// The folder of that id, if it is finished and was made by this build.
    pub fn finished(id: &str, build: &str) -> Option<Self> {
        let folder = Self::open(&Path::new(MODELS).join(id)).ok()?;
        (folder.manifest.build == build && folder.check().is_ok()).then_some(folder)
    }

    /// Lets `models/latest` point to it.
    pub fn point(&self) -> Result<(), Failure> {
        point_to(&Path::new(MODELS).join(LATEST), &self.manifest.id)
    }

    pub fn open(path: &Path) -> Result<Self, Failure> {
        let path = follow(path);
        if !path.is_dir() {
            let message = format!("there is no model at `{}`", path.display());
            return Err(Failure::user(message).hint("`edgewalk train` makes one"));
        }
        let file = path.join(MANIFEST);
        let bytes = match std::fs::read(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let message = format!("the model in `{}` is not finished", path.display());
                return Err(Failure::user(message).hint("run the same `edgewalk train` again"));
            }
            read => read.map_err(|error| Failure::io("read", &file, &error))?,
        };
        let manifest = serde_json::from_slice(&bytes).map_err(|e| corrupt(&file, e))?;
        Ok(Self { path, manifest })
    }

    /// Whether all files are those that were written; the first that is not is named.
    pub fn check(&self) -> Result<(), Failure> {
        self.manifest.files.keys().try_for_each(|name| self.read(name).map(|_| ()))
    }

    /// A file's bytes, if they are those that were written.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let path = self.path.join(name);
        let known = self.manifest.files.get(name);
        let known = known.ok_or_else(|| corrupt(&path, "the manifest does not name it"))?;
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => corrupt(&path, "it is missing"),
            _ => Failure::io("read", &path, &error),
        })?;
        if blake3::hash(&bytes).to_hex().as_str() != known {
            return Err(corrupt(&path, "it is not the file that was written"));
        }
        Ok(bytes)
    }

    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let bytes = self.read(name)?;
        serde_json::from_slice(&bytes).map_err(|error| corrupt(&self.path.join(name), error))
    }
}

fn corrupt(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::world(format!("`{}` is corrupt: {why}", path.display()))
        .hint("run the same `edgewalk train` again: it writes the same bytes")
}

/// A link, replaced in one step; where there are no links, a file with the name in it.
fn point_to(path: &Path, id: &str) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        let linked = (0..TRIES).map(|_| link(path, id)).find(|linked| !is_crossed(linked));
        linked.unwrap_or_else(|| link(path, id)).map_err(|error| Failure::io("write", path, &error))
    }
    #[cfg(not(unix))]
    write_atomic(path, id.as_bytes())
}

/// Runs that end at the same instant use one temporary name, so that none is left by one that was
/// killed. Whoever finds it taken, or taken away, tries again.
#[cfg(unix)]
fn link(path: &Path, id: &str) -> std::io::Result<()> {
    let temporary = path.with_file_name(format!(".{LATEST}"));
    let _ = std::fs::remove_file(&temporary);
    std::os::unix::fs::symlink(id, &temporary).and_then(|()| rename(&temporary, path))
}

#[cfg(unix)]
fn is_crossed(linked: &std::io::Result<()>) -> bool {
    use std::io::ErrorKind::{AlreadyExists, NotFound};
    linked.as_ref().is_err_and(|error| matches!(error.kind(), AlreadyExists | NotFound))
}

#[cfg(unix)]
const TRIES: usize = 100;

/// Where a pointer points to; any other path as it is.
pub(super) fn follow(path: &Path) -> PathBuf {
    let named = || std::fs::read_to_string(path).ok().filter(|_| path.is_file());
    let target = std::fs::read_link(path).ok();
    let target = target.or_else(|| Some(PathBuf::from(named()?.trim())));
    target.map_or_else(|| path.to_path_buf(), |target| path.with_file_name(target))
}
