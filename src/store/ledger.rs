//! The ledger of trials: a file of JSON lines for each study, only ever added to.
//!
//! A kill at any instant loses the line under way at most. Each line carries a check sum, so that a
//! damaged one is noticed where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::atomic::{make_folder, sync_folder, write_atomic};
use crate::failure::Failure;
use crate::search::{BadLine, Study, Trial};

/// The open ledger of one study; nobody else can open it meanwhile.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    /// How many bytes hold whole lines; `None` once nobody knows.
    whole: Option<u64>,
}

/// Folder of the ledgers of all studies, below that of the results.
const FOLDER: &str = "trials";

impl Ledger {
    /// Opens the ledger of a study, `<results>/trials/<hash of the data>/<kind>-<study>.jsonl`, and reads what is
    /// in it. The study itself is written beside it. A last line without its end is what a killed run
    /// left, and is taken off.
    pub fn open(results: &Path, study: &Study) -> Result<(Self, Vec<Trial>), Failure> {
        Self::locked(results, study, lock)
    }

    /// As [`Ledger::open`], once whoever writes it has ended.
    pub fn wait(results: &Path, study: &Study) -> Result<(Self, Vec<Trial>), Failure> {
        Self::locked(results, study, |file, path| match file.lock() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => {
                Err(Failure::io("lock", path, &error))
            }
            _ => Ok(()),
        })
    }

    fn locked(
        results: &Path,
        study: &Study,
        lock: impl FnOnce(&File, &Path) -> Result<(), Failure>,
    ) -> Result<(Self, Vec<Trial>), Failure> {
        let params = study.params();
        let folder = folder(results, &params.data);
        let path = folder.join(format!("{}-{}.jsonl", params.kind, &study.id()[..16]));
        make_folder(&path, &folder)?;
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(|error| Failure::io("open", &path, &error))?;
        lock(&file, &path)?;
        // Lines that are on the disk are of no use in a file whose name is not.
        sync_folder(&folder).map_err(|error| Failure::io("open", &path, &error))?;
        let json = serde_json::to_vec_pretty(params).map_err(Failure::world)?;
        let described = path.with_extension("study.json");
        if std::fs::read(&described).ok().as_ref() != Some(&json) {
            write_atomic(&described, &json)?;
        }
        let bytes = read(&mut file, &path)?;
        let (whole, trials) = parse(&bytes, &path)?;
        if let Some(other) = trials.values().find(|trial| trial.study != study.id()) {
            let message = format!("`{}` holds trials of study `{}`", path.display(), other.study);
            return Err(Failure::world(message).hint("move that file away"));
        }
        let ledger = Self { path, file, whole: Some(whole as u64) };
        if whole < bytes.len() {
            ledger.cut(whole as u64)?;
        }
        let mut trials: Vec<Trial> = trials.into_values().collect();
        trials.sort_by_key(|trial| trial.number);
        Ok((ledger, trials))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds trials, and returns when they are on the disk. Many at once cost no more than one.
    pub fn append(&mut self, trials: &[Trial]) -> Result<(), Failure> {
        let mut lines = String::new();
        for trial in trials {
            lines += &trial.to_line().map_err(Failure::world)?;
            lines.push('\n');
        }
        self.append_by(lines.len() as u64, |mut file| file.write_all(lines.as_bytes()))
    }

    /// What cannot be written whole is taken off again: what comes later must not go on in the middle
    /// of a line. Where that fails too, nothing more is written.
    fn append_by(
        &mut self,
        len: u64,
        write: impl FnOnce(&File) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(whole) = self.whole else {
            let message = format!("`{}` ends in half a line", self.path.display());
            return Err(Failure::world(message).hint("resume the study: that mends it"));
        };
        let written = write(&self.file).and_then(|()| self.file.sync_data());
        self.whole = match &written {
            Ok(()) => Some(whole + len),
            Err(_) => self.cut(whole).ok().map(|()| whole),
        };
        written.map_err(|error| Failure::io("append to", &self.path, &error))
    }

    /// To set a file's length is one step of the file system: it is done, or not, and the lock stays.
    fn cut(&self, len: u64) -> Result<(), Failure> {
        let cut = self.file.set_len(len).and_then(|()| self.file.sync_all());
        cut.map_err(|error| Failure::io("mend", &self.path, &error))
    }
}

/// Where the steps of trials under way are noted, beside the ledger of their study.
pub fn steps_path(results: &Path, study: &Study) -> PathBuf {
    let params = study.params();
    let name = format!("{}-{}.steps.journal", params.kind, &study.id()[..16]);
    folder(results, &params.data).join(name)
}

/// How many different trials were made on these data, by any study; the same setting tried by two
/// studies is one: what the statistics that judge a
/// winner must know. Studies under way are counted as far as they are.
pub fn count_trials(results: &Path, data: &str) -> Result<u64, Failure> {
    let folder = folder(results, data);
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(|error| Failure::io("list", &folder, &error))?,
    };
    let mut ids = BTreeSet::new();
    for entry in entries {
        let path = entry.map_err(|error| Failure::io("list", &folder, &error))?.path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let trials = parse(&bytes, &path)?.1;
        ids.extend(
            trials.into_values().filter(|t| t.data == data).map(|t| t.identity().to_owned()),
        );
    }
    Ok(ids.len() as u64)
}

fn folder(results: &Path, data: &str) -> PathBuf {
    // A fingerprint is hex; whatever else someone calls their data must not leave the folder.
    let name = blake3::hash(data.as_bytes()).to_hex();
    results.join(FOLDER).join(&name[..16])
}

fn lock(file: &File, path: &Path) -> Result<(), Failure> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::user(format!("another run is writing `{}`", path.display()))
                .hint("wait for it to end, or end it"))
        }
        // Some network file systems have no locks: better unlocked than not at all.
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
            Ok(())
        }
        Err(TryLockError::Error(error)) => Err(Failure::io("lock", path, &error)),
    }
}

fn read(file: &mut File, path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let done = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
    done.map(|_| bytes).map_err(|error| Failure::io("read", path, &error))
}

/// The trials by id, and how many bytes hold whole lines.
fn parse(bytes: &[u8], path: &Path) -> Result<(usize, BTreeMap<String, Trial>), Failure> {
    let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let mut trials: BTreeMap<String, Trial> = BTreeMap::new();
    let lines = bytes[..whole].split_inclusive(|b| *b == b'\n');
    for (at, line) in lines.map(|line| &line[..line.len() - 1]).enumerate() {
        let corrupt = |why: &dyn std::fmt::Display| {
            Failure::world(format!("line {} of `{}` is corrupt: {why}", at + 1, path.display()))
                .hint(format!(
                    "delete line {}: that trial is run again, all others are kept",
                    at + 1
                ))
        };
        let trial = Trial::from_line(line).map_err(|error: BadLine| corrupt(&error))?;
        let twin = trials.entry(trial.id.clone()).or_insert_with(|| trial.clone());
        if *twin != trial {
            return Err(corrupt(&format!("trial `{}` ended otherwise above", trial.id)));
        }
    }
    Ok((whole, trials))
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
