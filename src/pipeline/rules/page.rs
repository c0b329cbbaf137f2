//! A walk of rules on one page: `report.html`, with everything inside it.

use std::path::{Path, PathBuf};

use super::super::exhibits::{Draft, Exhibit, hang};
use super::super::runs::FIGURES;
use super::super::sheet::{bars, changes, checks, drawings, stamp, whole_config};
use super::publish::Paper;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::page::{Block, Grid, Page, Section, html, percent, told};
use crate::report::selection::Selection;
use crate::store;

/// Pictures, and the page that has them all.
pub fn report(
    paper: &Paper<'_>,
    drafts: &[Draft<'_>],
    chosen: Grid,
) -> Result<(Vec<Exhibit>, PathBuf), Failure> {
    let folder = Path::new("logs").join("diagnostics").join(paper.id);
    let exhibits = hang(drafts.iter(), (&paper.subject, &folder))?;
    let path = folder.join("report.html");
    let page = page(paper, chosen, drawings(&exhibits)?)?;
    store::write_atomic(&path, html(&page).as_bytes())?;
    Ok((exhibits, path))
}

fn page(paper: &Paper<'_>, chosen: Grid, drawings: Vec<Block>) -> Result<Page, Failure> {
    let section =
        |heading: &str, blocks: Vec<Block>| Section { heading: heading.to_owned(), blocks };
    let tables = [record(paper)?, costs(paper), choosing(paper.selection), chosen];
    let settings = changes("What differs from the defaults", (&Config::default(), paper.config));
    let settings = [settings, bars(&paper.data)].map(Block::Grid).into_iter();
    Ok(Page {
        title: paper.id.to_owned(),
        subject: paper.about.clone(),
        stamp: stamp(paper.verdict),
        sections: vec![
            section("What was asked, what was found", vec![Block::Grid(checks(paper.verdict))]),
            section("Pictures", drawings),
            section("Tables", tables.map(Block::Grid).into()),
            section("Settings and data", settings.chain([whole_config(paper.config)]).collect()),
        ],
        foot: format!(
            "edgewalk {}, seed {}. The tables are in results/{}/. The past is no promise.",
            env!("CARGO_PKG_VERSION"),
            paper.config.seed,
            paper.id
        ),
    })
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn record(paper: &Paper<'_>) -> Result<Grid, Failure> {
    let metrics = serde_json::to_value(paper.metrics).map_err(Failure::world)?;
    let cell = |one: &super::super::runs::Figure| {
        let value = metrics.pointer(one.place).and_then(serde_json::Value::as_f64);
        [one.name.to_owned(), one.unit.told(value)]
    };
    Ok(Grid {
        title: "The out-of-sample record".to_owned(),
        header: header(&["", "", "", "", "", ""]),
        sides: "lrlrlr",
        rows: FIGURES.chunks(3).map(|three| three.iter().flat_map(cell).collect()).collect(),
        note: "Test windows one after the other, in one account; after costs.".to_owned(),
    })
}

fn costs(paper: &Paper<'_>) -> Grid {
    let runs = paper.evidence.costs.iter().flat_map(|costs| &costs.runs);
    let row = |run: &crate::report::verdict::costs::CostRun| {
        vec![format!("{}×", run.multiple), told(Some(run.net_cash), 0), told(run.sharpe, 2)]
    };
    Grid {
        title: "Profit at multiples of the costs".to_owned(),
        header: header(&["costs", "net", "Sharpe ratio"]),
        sides: "lrr",
        rows: runs.map(row).collect(),
        note: "The same decisions, paid for otherwise.".to_owned(),
    }
}

/// What the choosing was worth.
fn choosing(known: &Selection) -> Grid {
    let rows = compared(known).into_iter().chain(kept(known));
    Grid {
        title: "What the choosing was worth".to_owned(),
        header: header(&["", "found", "how to read it"]),
        sides: "lrl",
        rows: rows
            .map(|(name, found, words)| vec![name.to_owned(), found, words.to_owned()])
            .collect(),
        note: String::new(),
    }
}

/// A figure, and how to read it.
type Told = (&'static str, String, &'static str);

/// Is the best of all better than nothing?
fn compared(known: &Selection) -> Vec<Told> {
    let p = |p: f64| told(Some(p), 3);
    let mut rows = Vec::new();
    if let Some(found) = &known.superiority {
        let spa = &found.spa;
        let ends = format!("p {} ({} to {})", p(spa.consistent_p), p(spa.lower_p), p(spa.upper_p));
        rows.push(("compared", told(Some(found.n_trials as f64), 0), SETTINGS));
        rows.push(("SPA", ends, SPA));
        rows.push(("reality check", format!("p {}", p(found.reality_check_p)), REALITY));
    }
    if let Some(found) = &known.overfitting {
        rows.push(("PBO", percent(Some(found.pbo)), PBO));
    }
    if let Some(found) = &known.procedure {
        rows.push(("whole search on shuffled bars", format!("p {}", p(found.p_value)), PROCEDURE));
    }
    rows
}

/// What was kept of it?
fn kept(known: &Selection) -> Vec<Told> {
    let mut rows = Vec::new();
    if let Some(found) = &known.transfer {
        rows.push(("walk-forward efficiency", told(found.efficiency, 2), EFFICIENCY));
        rows.push(("windows that earn", percent(found.share_profitable), WINDOWS));
        rows.push(("largest window", percent(found.largest_share), LARGEST));
    }
    if let Some(found) = &known.informed {
        rows.push(("ranks in and out of sample", told(found.mean_correlation, 3), RANKS));
        rows.push(("the best afterwards", percent(found.mean_standing), STANDING));
    }
    if let Some(found) = &known.drift {
        rows.push(("drift", told(found.ratio, 2), DRIFT));
    }
    rows
}

const SETTINGS: &str =
    "settings, or the ensembles of a tournament as drawn, each held fixed over all test windows";
const SPA: &str = "the chance that the best of as many worthless settings does as well (Hansen 2005); in \
                   brackets its liberal and its conservative form";
const REALITY: &str =
    "the same after White (2000), which bad settings among the tried make stricter";
const PBO: &str = "how often the best setting of one half of the days is in the worse half in the other; \
                   50 % is luck";
const EFFICIENCY: &str = "profit a day out of sample over that in sample; 1: all of it was kept";
const WINDOWS: &str = "out of sample";
const LARGEST: &str = "of all that winning windows made: one window's part";
const RANKS: &str = "mean rank correlation of all settings; 0: choosing is no better than a draw";
const STANDING: &str = "the share of settings that the best of the training window beats on the test window; 50 % is luck";
const DRIFT: &str = "how far the choice moves from window to window; 1: as far as drawn by lot";
const PROCEDURE: &str =
    "how often the whole search, choice and record do as well on bars without order";
