//! The shelf of runs: which there are, what each has, and how two differ.

mod differences; // of two runs
mod facts; // of one run
mod figures; // the numbers that runs are compared by
mod names; // ids, and what stands for them

pub use differences::{KeyDifference, RunDifference, changed, differences};
pub use facts::{FileFacts, FoldFacts, RunFacts, State};
pub use figures::{FIGURES, Figure, Unit};
pub use names::resolve;

use std::path::Path;
use std::time::SystemTime;

use crate::failure::Failure;
use crate::store;

/// Every run, whole or not, in the order of ids; or the last to be written first, by its files' times.
pub fn runs(newest: bool) -> Result<Vec<RunFacts>, Failure> {
    let mut names = store::run_names()?;
    if newest {
        names.sort_by_cached_key(|id| std::cmp::Reverse(written(id)));
    }
    Ok(names.iter().map(|id| RunFacts::read(id)).collect())
}

/// `run`: an id, its beginning, or `latest`.
pub fn run_facts(run: &str) -> Result<RunFacts, Failure> {
    Ok(RunFacts::read(&resolve(run)?))
}

/// When its manifests, or else its folders, were last written.
fn written(id: &str) -> Option<SystemTime> {
    let at = |root: &str, name: &str| {
        std::fs::metadata(Path::new(root).join(id).join(name)).and_then(|file| file.modified()).ok()
    };
    let manifests = [store::RESULTS, store::MODELS].map(|root| at(root, "manifest.json"));
    let last = manifests.into_iter().flatten().max();
    last.or_else(|| {
        [store::RESULTS, store::MODELS].map(|root| at(root, "")).into_iter().flatten().max()
    })
}
