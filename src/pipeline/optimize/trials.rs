//! Every setting that was tried counts, whatever became of it.

use std::path::Path;

use super::super::rules::{identity_of, told};
use super::super::single::ONE_SCORE;
use super::super::train::key_of;
use super::asked::Plans;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::Symbol;
use crate::optimize::Explored;
use crate::search::{PrunerParams, SamplerParams, State, Study, StudyParams, Trial};
use crate::stats;
use crate::store::{self, Ledger};

/// A setting's score is the mean of its scores over the windows that gave it one. Returns how many
/// trials there are on these bars now.
pub fn record(
    config: &Config,
    plans: &Plans,
    (symbol, found): (&Symbol, &Explored),
) -> Result<u64, Failure> {
    let data = key_of(std::slice::from_ref(symbol), config.data.timeframe);
    let study = study(config, plans, &data)?;
    let results = Path::new(store::RESULTS);
    let (mut ledger, known) = Ledger::wait(results, &study)?;
    let known: std::collections::BTreeSet<String> = known.into_iter().map(|t| t.id).collect();
    let conduct = told(&plans.conduct);
    let mut new: Vec<Trial> = Vec::new();
    for (number, scores) in scores(found).into_iter().enumerate() {
        let (point, plan) = (&found.settings.points[number], &found.settings.plans[number]);
        let id = study.trial_id(point);
        if known.contains(&id) {
            continue;
        }
        let score = stats::mean(&scores);
        new.push(Trial {
            id,
            setting: Some(identity_of(plan, &conduct)),
            study: study.id().to_owned(),
            kind: study.params().kind.clone(),
            data: data.clone(),
            seed: config.seed,
            number: number as u64,
            state: if score.is_some() { State::Done } else { State::Failed },
            objective: score,
            point: point.clone(),
            scores: score.into_iter().collect(),
            reason: score.is_none().then(|| "too few trades on any window".to_owned()),
        });
    }
    if !new.is_empty() {
        ledger.append(&new)?;
    }
    store::count_trials(results, &data)
}

/// By setting.
fn scores(found: &Explored) -> Vec<Vec<f64>> {
    let mut scores = vec![Vec::new(); found.settings.len()];
    for tried in found.tries.iter().filter(|tried| tried.share >= 1.0) {
        scores[tried.setting as usize].extend(tried.cell.score);
    }
    scores
}

fn study(config: &Config, plans: &Plans, data: &str) -> Result<Study, Failure> {
    let params = StudyParams {
        kind: "optimize".to_owned(),
        data: data.to_owned(),
        context: plans.context(config),
        seed: config.seed,
        space: plans.space.params().clone(),
        sampler: SamplerParams::Random,
        pruner: PrunerParams::None,
        objective: ONE_SCORE,
        n_steps: 1,
        batch: 1,
    };
    params.check().map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::user(told.join("\n"))
    })
}
