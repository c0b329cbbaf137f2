//! Every setting that was tried counts, whatever became of it.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::single::ONE_SCORE;
use super::super::train::key_of;
use super::identity::{identity_of, told};
use crate::config::Config;
use crate::failure::Failure;
use crate::market::Symbol;
use crate::optimize::{Conduct, Plan};
use crate::search::{
    Point, PrunerParams, SamplerParams, SpaceParams, State, Study, StudyParams, Trial,
};
use crate::store::{self, Ledger};

/// What settings were tried in.
pub struct Searched<'a> {
    pub kind: &'a str,
    /// What a score depends on beside setting and bars.
    pub context: String,
    pub space: SpaceParams,
    pub conduct: &'a Conduct,
}

/// A setting, and what it came to on all windows together.
pub struct Tried<'a> {
    pub point: Point,
    pub plan: &'a Plan,
    pub worth: (Option<f64>, State),
}

/// Those that are not yet on record. Returns how many trials there are on these bars now.
pub fn put_on_record<'a>(
    (config, symbol): (&Config, &Symbol),
    searched: Searched<'_>,
    tried: impl Iterator<Item = Tried<'a>>,
) -> Result<u64, Failure> {
    let data = key_of(std::slice::from_ref(symbol), config.data.timeframe);
    let conduct = told(searched.conduct);
    let study = study(searched, (&data, config.seed))?;
    let results = Path::new(store::RESULTS);
    let (mut ledger, known) = Ledger::wait(results, &study)?;
    let known: BTreeSet<String> = known.into_iter().map(|trial| trial.id).collect();
    let trial = |(number, Tried { point, plan, worth: (score, state) }): (usize, Tried<'_>)| {
        let id = study.trial_id(&point);
        let is_new = !known.contains(&id);
        is_new.then(|| Trial {
            id,
            setting: Some(identity_of(plan, &conduct)),
            study: study.id().to_owned(),
            kind: study.params().kind.clone(),
            data: data.clone(),
            seed: config.seed,
            number: number as u64,
            state,
            objective: score,
            point,
            scores: score.into_iter().collect(),
            reason: score.is_none().then(|| "too few trades on any window".to_owned()),
        })
    };
    let new: Vec<Trial> = tried.enumerate().filter_map(trial).collect();
    if !new.is_empty() {
        ledger.append(&new)?;
    }
    store::count_trials(results, &data)
}

fn study(searched: Searched<'_>, (data, seed): (&str, u64)) -> Result<Study, Failure> {
    let params = StudyParams {
        kind: searched.kind.to_owned(),
        data: data.to_owned(),
        context: searched.context,
        seed,
        space: searched.space,
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
