//! What a diagnosis leaves in the run's folder.

use std::path::PathBuf;

use super::super::stored::{DIAGNOSIS, StoredRun, made_of_config, of_symbols, record};
use super::flat::{Findings, flat};
use crate::config::Config;
use crate::failure::Failure;
use crate::store;

/// What there is to write.
pub struct Paper<'a> {
    pub config: &'a Config,
    pub run: &'a StoredRun,
    pub found: Findings<'a>,
    /// Every table as CSV, too.
    pub csv: bool,
}

/// Where flat tables go, below the run's folder.
const FLAT: &str = "diagnostics";

/// The files are on record once all of them are there.
pub fn written(paper: &Paper<'_>) -> Result<Vec<PathBuf>, Failure> {
    let (config, run) = (&of_symbols(paper.config, &paper.run.symbols), paper.run);
    store::write_json(&run.folder.join("diagnostics.json"), paper.found.tables)?;
    store::write_json(&run.folder.join("verdict.json"), paper.found.verdict)?;
    store::write_atomic(&run.folder.join("diagnosis.yml"), config.to_yaml().as_bytes())?;
    let own = ["diagnostics.json", "verdict.json", "diagnosis.yml"].map(str::to_owned);
    let tables = tables(paper)?;
    let names: Vec<&str> = own.iter().chain(&tables).map(String::as_str).collect();
    record((&run.model, &run.folder), DIAGNOSIS, made_of_config(config), &names)?;
    Ok(own.iter().map(|name| run.folder.join(name)).chain([run.folder.join(FLAT)]).collect())
}

/// A file each. CSV that was asked for once is kept up to date.
fn tables(paper: &Paper<'_>) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for (name, table) in flat(paper.found)? {
        let name = format!("{FLAT}/{name}.parquet");
        let path = paper.run.folder.join(&name);
        store::write_table(&path, &table)?;
        let csv = path.with_extension("csv");
        if paper.csv || csv.exists() {
            store::write_csv(&csv, &table)?;
        }
        names.push(name);
    }
    Ok(names)
}
