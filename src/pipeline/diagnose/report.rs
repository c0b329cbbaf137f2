//! The whole diagnosis on one page: `report.html`, with everything inside it.

use std::path::{Path, PathBuf};

use super::super::exhibits::Exhibit;
use super::super::sheet::{bars, changes, checks, drawings, stamp, whole_config};
use super::grids::grids;
use super::written::Paper;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::page::{Block, Page, Section, html};
use crate::store;

pub fn report(paper: &Paper<'_>, exhibits: &[Exhibit], folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("report.html");
    let page = page(paper, drawings(exhibits)?);
    store::write_atomic(&path, html(&page).as_bytes())?;
    Ok(path)
}

fn page(paper: &Paper<'_>, drawings: Vec<Block>) -> Page {
    let tables = grids(paper.found).into_iter().map(Block::Grid).collect();
    let section =
        |heading: &str, blocks: Vec<Block>| Section { heading: heading.to_owned(), blocks };
    Page {
        title: paper.run.id.clone(),
        subject: subject(paper),
        stamp: stamp(paper.found.verdict),
        sections: vec![
            section(
                "What was asked, what was found",
                vec![Block::Grid(checks(paper.found.verdict))],
            ),
            section("Pictures", drawings),
            section("Tables", tables),
            section("Settings and data", settings(paper)),
        ],
        foot: format!(
            "edgewalk {}, seed {}. The tables are in results/{}/diagnostics/ as Parquet. The past is no \
             promise.",
            env!("CARGO_PKG_VERSION"),
            paper.run.config.seed,
            paper.run.id
        ),
    }
}

fn subject(paper: &Paper<'_>) -> String {
    let run = paper.run;
    let dates = run
        .span()
        .map_or_else(String::new, |(first, last)| format!(", {} to {}", first.day(), last.day()));
    let folds = match run.folds.len() {
        1 => "one training".to_owned(),
        n => match run.n_trainings() {
            trained if trained < n => format!("{n} folds, {trained} trainings"),
            _ => format!("{n} folds"),
        },
    };
    let horizons: Vec<String> = run.horizons.iter().map(ToString::to_string).collect();
    format!(
        "{}{dates}, out of sample, {folds}, horizons {} bars",
        run.subject(),
        horizons.join(", ")
    )
}

fn settings(paper: &Paper<'_>) -> Vec<Block> {
    let own = &paper.run.config;
    let grids = [
        changes("What differs from the defaults", (&Config::default(), own)),
        changes("What this diagnosis has otherwise than the training", (own, paper.config)),
        bars(&paper.run.model.data),
    ];
    let shown = grids.into_iter().filter(|grid| !grid.rows.is_empty()).map(Block::Grid);
    shown.chain([whole_config(paper.config)]).collect()
}
