//! What each setting came to on all windows, for the record.

use super::super::rules::{Searched, Tried, put_on_record};
use super::asked::Plans;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::Symbol;
use crate::optimize::Explored;
use crate::search::State;
use crate::stats;

/// A setting's score is the mean of its scores over the windows that gave it one. Returns how many
/// trials there are on these bars now. `id`: of the walk, which is another on other bars and windows.
pub fn record(
    config: &Config,
    plans: &Plans,
    (symbol, found, id): (&Symbol, &Explored, &str),
) -> Result<u64, Failure> {
    let searched = Searched {
        kind: "optimize",
        context: format!("{} {id}", plans.context(config)),
        space: plans.space.params().clone(),
        conduct: &plans.conduct,
    };
    let settings = found.settings.points.iter().zip(&found.settings.plans);
    let tried = settings.zip(scores(found)).map(|((point, plan), scores)| {
        let score = stats::mean(&scores);
        let state = if score.is_some() { State::Done } else { State::Failed };
        Tried { point: point.clone(), plan, worth: (score, state) }
    });
    put_on_record((config, symbol), searched, tried)
}

/// By setting.
fn scores(found: &Explored) -> Vec<Vec<f64>> {
    let mut scores = vec![Vec::new(); found.settings.len()];
    for tried in found.tries.iter().filter(|tried| tried.share >= 1.0) {
        scores[tried.setting as usize].extend(tried.cell.score);
    }
    scores
}
