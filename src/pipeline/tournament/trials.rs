//! What each setting came to on all windows, for the record.

use std::collections::BTreeMap;

use super::super::rules::{Searched, Tried, put_on_record};
use super::listed::Listed;
use super::outcome::Ground;
use crate::failure::Failure;
use crate::optimize::{Candidate, Played};
use crate::search::{DimensionParams, Point, SpaceParams, State, Value};
use crate::stats;

/// Whose parameters a point has.
const CANDIDATE: &str = "candidate";

/// A setting's score is the mean over the windows that it was tried on whole, and else over the parts
/// that it was given up on. Returns how many trials there are on these bars now. `id`: of the walk, which
/// is another on other bars and windows.
pub fn record(
    ground: &Ground<'_>,
    (folds, listed): (&[Played], &Listed<'_>),
    id: &str,
) -> Result<u64, Failure> {
    let Ground { config, plans, symbol, .. } = *ground;
    let searched = Searched {
        kind: "tournament",
        context: format!("{} {id}", plans.context(config)),
        space: space(&plans.candidates),
        conduct: &plans.conduct,
    };
    let settings = listed.settings.iter().zip(&listed.plans);
    let tried = settings.zip(scores(folds, listed)).map(|(((candidate, point), plan), scores)| {
        Tried { point: named(*candidate, point), plan, worth: worth(&scores) }
    });
    put_on_record((config, symbol), searched, tried)
}

fn named(candidate: u32, point: &Point) -> Point {
    let mut point = point.clone();
    point.insert(CANDIDATE.to_owned(), Value::Int(i64::from(candidate)));
    point
}

/// The mean on whole windows, else on parts.
fn worth((whole, parts): &(Vec<f64>, Vec<f64>)) -> (Option<f64>, State) {
    match (stats::mean(whole), stats::mean(parts)) {
        (Some(score), _) => (Some(score), State::Done),
        (None, Some(score)) => (Some(score), State::Pruned),
        (None, None) => (None, State::Failed),
    }
}

/// By setting: on whole windows, and on parts of them.
fn scores(folds: &[Played], listed: &Listed<'_>) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut scores = vec![(Vec::new(), Vec::new()); listed.settings.len()];
    for attempt in folds.iter().flat_map(|fold| &fold.attempts) {
        let mine = &mut scores[listed.number(attempt)];
        let of = if attempt.share >= 1.0 { &mut mine.0 } else { &mut mine.1 };
        of.extend(attempt.cell.score);
    }
    scores
}

/// All parameters of all candidates, and which candidate it is.
fn space(candidates: &[Candidate]) -> SpaceParams {
    let own = candidates.iter().flat_map(|c| c.space().params().0.clone());
    let mut all: BTreeMap<String, DimensionParams> = own.collect();
    let last = candidates.len().saturating_sub(1).max(1) as i64;
    let which = DimensionParams { int: Some([0, last]), ..DimensionParams::default() };
    all.insert(CANDIDATE.to_owned(), which);
    SpaceParams(all)
}
