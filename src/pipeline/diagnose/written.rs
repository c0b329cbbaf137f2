//! What a diagnosis leaves in the run's folder.

use std::path::PathBuf;

use super::super::stored::{DIAGNOSIS, StoredRun, made_of_config, record};
use super::Tables;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::verdict::Verdict;
use crate::store;

/// What there is to write.
pub struct Paper<'a> {
    pub config: &'a Config,
    pub run: &'a StoredRun,
    pub tables: &'a Tables,
    pub verdict: &'a Verdict,
}

/// The files are on record once all of them are there.
pub fn written(paper: &Paper<'_>) -> Result<Vec<PathBuf>, Failure> {
    let Paper { config, run, .. } = *paper;
    let json = |name: &str, json: serde_json::Result<Vec<u8>>| {
        let mut json = json.map_err(Failure::world)?;
        json.push(b'\n');
        store::write_atomic(&run.folder.join(name), &json)
    };
    json("diagnostics.json", serde_json::to_vec_pretty(paper.tables))?;
    json("verdict.json", serde_json::to_vec_pretty(paper.verdict))?;
    store::write_atomic(&run.folder.join("diagnosis.yml"), config.to_yaml().as_bytes())?;
    let names = ["diagnostics.json", "verdict.json", "diagnosis.yml"];
    record((&run.model, &run.folder), DIAGNOSIS, made_of_config(config), &names)?;
    Ok(names.iter().map(|name| run.folder.join(name)).collect())
}
