//! What a walk of rules leaves, beside its tables: verdict, pictures and page, and its manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::BUILD;
use super::super::exhibits::{Draft, Exhibit};
use super::super::stored::{RULES, made_of_config};
use super::page::report;
use crate::backtest::metrics::Metrics;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::Bars;
use crate::report::page::Grid;
use crate::report::selection::Selection;
use crate::report::verdict::{Evidence, Verdict};
use crate::store::{self, FolderLock, Manifest, RunManifest, Stage};
use crate::units::Ts;

/// What is told of a walk.
pub struct Paper<'a> {
    pub id: &'a str,
    /// As titles name it.
    pub subject: String,
    /// In a line.
    pub about: String,
    pub config: &'a Config,
    /// Of its results.
    pub held: &'a FolderLock,
    /// Fingerprint of all bars that the walk was given, by symbol.
    pub data: BTreeMap<String, String>,
    pub metrics: &'a Metrics,
    pub verdict: &'a Verdict,
    pub evidence: &'a Evidence,
    pub selection: &'a Selection,
}

/// What was written.
#[derive(Default)]
pub struct Published {
    /// Tables and the like, the one to begin with first.
    pub files: Vec<PathBuf>,
    /// Everything on one page.
    pub page: PathBuf,
    pub exhibits: Vec<Exhibit>,
}

/// `files`: those that lie in the results already. The manifest comes last: without it the walk is
/// not finished.
pub fn publish(
    paper: &Paper<'_>,
    (drafts, chosen): (&[Draft<'_>], Grid),
    mut files: Vec<PathBuf>,
) -> Result<Published, Failure> {
    let folder = Path::new(store::RESULTS).join(paper.id);
    let at = |name: &str| folder.join(name);
    store::write_json(&at("verdict.json"), paper.verdict)?;
    let told = Told { evidence: paper.evidence, selection: paper.selection };
    store::write_json(&at("diagnostics.json"), &told)?;
    files.extend(["verdict.json", "diagnostics.json"].map(at));
    let (exhibits, page) = report(paper, drafts, chosen)?;
    let names: Vec<String> = files
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let stage = Stage::of(&folder, BUILD, made_of_config(paper.config), &names)?;
    RunManifest::record_held(paper.held, (&paper.manifest(), &folder), (RULES, stage), &[])?;
    Ok(Published { files, page, exhibits })
}

/// The days of the first and the last of them.
pub fn days(ts: &[Ts]) -> String {
    let ends = ts.first().zip(ts.last());
    ends.map_or_else(String::new, |(first, last)| format!("{} to {}", first.day(), last.day()))
}

/// `diagnostics.json`.
#[derive(Serialize)]
struct Told<'a> {
    evidence: &'a Evidence,
    selection: &'a Selection,
}

pub fn fingerprint(bars: &Bars) -> BTreeMap<String, String> {
    BTreeMap::from([(bars.symbol().to_string(), store::fingerprint(bars))])
}

impl Paper<'_> {
    /// A walk of rules has no model beside it.
    fn manifest(&self) -> Manifest {
        Manifest {
            id: self.id.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: BUILD.to_owned(),
            seed: self.config.seed,
            data: self.data.clone(),
            files: BTreeMap::new(),
        }
    }
}
