//! The whole diagnosis on one page: `report.html`, with everything inside it.

use std::path::{Path, PathBuf};

use super::super::runs::changed;
use super::exhibits::Exhibit;
use super::grids::{checks, grids};
use super::written::Paper;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::page::{Block, Drawing, Grid, Mood, Page, Section, Stamp, html};
use crate::report::verdict::Outcome;
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
        stamp: stamp(paper),
        sections: vec![
            section("What was asked, what was found", vec![Block::Grid(checks(paper.found))]),
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
    let day = |ts: crate::units::Ts| ts.to_string().chars().take(10).collect::<String>();
    let dates = run
        .span()
        .map_or_else(String::new, |(first, last)| format!(", {} to {}", day(first), day(last)));
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

fn stamp(paper: &Paper<'_>) -> Stamp {
    let verdict = paper.found.verdict;
    let paragraphs = verdict.paragraphs().map(|(name, words)| (name, words.to_owned()));
    Stamp {
        mood: match verdict.outcome {
            Outcome::Pass => Mood::Good,
            Outcome::Fail => Mood::Bad,
            Outcome::NotEnoughEvidence => Mood::Open,
        },
        headline: verdict.headline.clone(),
        paragraphs: paragraphs.into(),
    }
}

fn drawings(exhibits: &[Exhibit]) -> Result<Vec<Block>, Failure> {
    let drawing = |exhibit: &Exhibit| {
        let svg = std::fs::read_to_string(&exhibit.svg)
            .map_err(|error| Failure::io("read", &exhibit.svg, &error))?;
        let (heading, how_to_read) = (exhibit.heading.to_owned(), exhibit.how_to_read.to_owned());
        Ok(Block::Drawing(Drawing { heading, how_to_read, svg }))
    };
    exhibits.iter().map(drawing).collect()
}

fn settings(paper: &Paper<'_>) -> Vec<Block> {
    let of = |title: &str, from: &Config, to: &Config| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        let rows = changed(from, to);
        let rows = rows
            .iter()
            .map(|one| vec![one.key.clone(), value(&one.values[1]), value(&one.values[0])]);
        Grid {
            title: title.to_owned(),
            header: ["key", "here", "else"].map(str::to_owned).into(),
            sides: "lll",
            rows: rows.collect(),
            note: String::new(),
        }
    };
    let bars = paper.run.model.data.iter().map(|(symbol, hash)| vec![symbol.clone(), hash.clone()]);
    let own = &paper.run.config;
    let grids = [
        of("What differs from the defaults", &Config::default(), own),
        of("What this diagnosis has otherwise than the training", own, paper.config),
        Grid {
            title: "Bars".to_owned(),
            header: ["symbol", "fingerprint"].map(str::to_owned).into(),
            sides: "ll",
            rows: bars.collect(),
            note: String::new(),
        },
    ];
    let shown = grids.into_iter().filter(|grid| !grid.rows.is_empty()).map(Block::Grid);
    let whole = Block::Folded {
        summary: "The whole configuration in effect".to_owned(),
        text: paper.config.to_yaml(),
    };
    shown.chain([whole]).collect()
}
