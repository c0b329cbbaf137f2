//! Trials that no sampler asked for: settings that were tried as they are. They count like any other.

use std::path::Path;

use crate::config::Config;
use crate::failure::Failure;
use crate::market::Symbol;
use crate::search::{
    ObjectiveParams, Point, PrunerParams, SamplerParams, State, Steps, Study, StudyParams, Trial,
    Value,
};
use crate::store::Ledger;

const RESULTS: &str = "results";

/// A ledger of settings tried one by one.
pub struct Singles<'a> {
    /// What kind of trial: it names the ledger.
    pub kind: &'a str,
    /// Fingerprint of the data.
    pub data: &'a str,
    /// Whatever else the scores depend on, but for the settings.
    pub context: &'a str,
    pub seed: u64,
    pub objective: ObjectiveParams,
    /// Scores of one trial.
    pub n_steps: usize,
    /// What they count as, if other studies may try the same.
    pub setting: Option<String>,
}

/// What gates and engine do with stored predictions: a trial, whoever asks for it. `of`: hashes of the
/// predictions. What other symbols than these cost makes no difference.
pub fn setting(config: &Config, of: (&str, &str), symbols: &[Symbol]) -> String {
    let mut backtest = config.backtest.clone();
    backtest.symbols = backtest.symbols.only(symbols);
    // Debug shows every bit of a number.
    let read = format!("{of:?} {:?} {backtest:?}", config.trading_logic);
    blake3::hash(read.as_bytes()).to_hex()[..32].to_owned()
}

impl Singles<'_> {
    /// The scores of these settings: those on record, or what `evaluate` finds, which is then on record.
    /// Settings that have none, for the reason it gives, are on record as failed.
    pub fn scores(
        &self,
        settings: &str,
        evaluate: impl FnOnce() -> Result<Result<Vec<f64>, String>, Failure>,
    ) -> Result<Vec<f64>, Failure> {
        let study = self.study()?;
        let (mut ledger, known) = Ledger::wait(Path::new(RESULTS), &study)?;
        let point = Point::from([("settings".to_owned(), Value::Text(settings.to_owned()))]);
        let id = study.trial_id(&point);
        let n_known = known.len() as u64;
        if let Some(trial) = known.into_iter().find(|trial| trial.id == id) {
            return Ok(trial.scores);
        }
        let (scores, reason) = match evaluate()? {
            Ok(scores) => (scores, None),
            Err(reason) => (Vec::new(), Some(reason)),
        };
        ledger.append(&[Trial {
            id,
            setting: self.setting.clone(),
            study: study.id().to_owned(),
            kind: self.kind.to_owned(),
            data: self.data.to_owned(),
            seed: self.seed,
            number: n_known,
            state: if reason.is_some() { State::Failed } else { State::Done },
            objective: study.value(&scores),
            point,
            reason,
            scores: scores.clone(),
        }])?;
        Ok(scores)
    }

    /// Its space is for show: nothing is drawn from it.
    fn study(&self) -> Result<Study, Failure> {
        let space = r#"{"settings": {"choice": ["as given", "none"]}}"#;
        let params = StudyParams {
            kind: self.kind.to_owned(),
            data: self.data.to_owned(),
            context: self.context.to_owned(),
            seed: self.seed,
            space: serde_json::from_str(space).map_err(Failure::world)?,
            sampler: SamplerParams::Random,
            pruner: PrunerParams::None,
            objective: self.objective.clone(),
            n_steps: self.n_steps,
            batch: 1,
        };
        params.check().map_err(|_| Failure::user("settings alone are no study"))
    }
}

/// One score, as it is.
pub const ONE_SCORE: ObjectiveParams = ObjectiveParams { steps: Steps::Folds, spread_penalty: 0.0 };
