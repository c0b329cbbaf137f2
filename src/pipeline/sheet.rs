//! What every report page has: the answer, the checks, the pictures, the settings.

use std::collections::BTreeMap;

use super::exhibits::Exhibit;
use super::runs::changed;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::page::{Block, Drawing, Grid, Mood, Stamp};
use crate::report::verdict::{Outcome, Verdict};

pub fn stamp(verdict: &Verdict) -> Stamp {
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

/// What was asked, and what was found.
pub fn checks(verdict: &Verdict) -> Grid {
    let rows = verdict.checks.iter().map(|check| {
        let must = if check.must { "must" } else { "note" };
        let outcome = check.outcome.word();
        let (asked, found) = (&check.asked, &check.found);
        let words = [check.name.title(), outcome, must, asked, found, &check.words];
        words.map(str::to_owned).into()
    });
    Grid {
        title: String::new(),
        header: ["check", "outcome", "", "asked", "found", "in words"].map(str::to_owned).into(),
        sides: "llllll",
        rows: rows.collect(),
        note: "There is no pass without every must; a note is worth knowing.".to_owned(),
    }
}

/// As they stand on a page.
pub fn drawings(exhibits: &[Exhibit]) -> Result<Vec<Block>, Failure> {
    let drawing = |exhibit: &Exhibit| {
        let svg = std::fs::read_to_string(&exhibit.svg)
            .map_err(|error| Failure::io("read", &exhibit.svg, &error))?;
        let (heading, how_to_read) = (exhibit.heading.to_owned(), exhibit.how_to_read.to_owned());
        Ok(Block::Drawing(Drawing { heading, how_to_read, svg }))
    };
    exhibits.iter().map(drawing).collect()
}

/// Where two configs differ.
pub fn changes(title: &str, (from, to): (&Config, &Config)) -> Grid {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let rows = changed(from, to);
    let rows =
        rows.iter().map(|one| vec![one.key.clone(), value(&one.values[1]), value(&one.values[0])]);
    Grid {
        title: title.to_owned(),
        header: ["key", "here", "else"].map(str::to_owned).into(),
        sides: "lll",
        rows: rows.collect(),
        note: String::new(),
    }
}

/// Fingerprints by symbol.
pub fn bars(data: &BTreeMap<String, String>) -> Grid {
    Grid {
        title: "Bars".to_owned(),
        header: ["symbol", "fingerprint"].map(str::to_owned).into(),
        sides: "ll",
        rows: data.iter().map(|(symbol, hash)| vec![symbol.clone(), hash.clone()]).collect(),
        note: String::new(),
    }
}

pub fn whole_config(config: &Config) -> Block {
    Block::Folded {
        summary: "The whole configuration in effect".to_owned(),
        text: config.to_yaml(),
    }
}
