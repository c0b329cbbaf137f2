//! A study: everything that its trials depend on, apart from how many there are.

use serde::{Deserialize, Serialize};

use super::objective::{Objective, ObjectiveParams};
use super::pruner::{Pruner, PrunerParams};
use super::sampler::{Sampler, SamplerParams};
use super::space::{BadSpace, Space, SpaceParams};
use super::value::Point;

/// A study as it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyParams {
    /// What kind of study: `tune`, `sweep`, …; it names the ledger.
    pub kind: String,
    /// Fingerprint of the data.
    pub data: String,
    /// Whatever else the scores depend on: the hash of a config, a fold, a build.
    pub context: String,
    pub seed: u64,
    pub space: SpaceParams,
    pub sampler: SamplerParams,
    pub pruner: PrunerParams,
    pub objective: ObjectiveParams,
    /// Scores of one trial: folds, or stages of growing data.
    pub n_steps: usize,
    /// Trials asked for at once, and so run side by side. Part of the algorithm, not of the
    /// machine: with another number, other points are tried.
    pub batch: usize,
}

/// A study that can be run.
#[derive(Debug, Clone)]
pub struct Study {
    params: StudyParams,
    id: String,
    pub(super) space: Space,
    pub(super) sampler: Sampler,
    pub(super) pruner: Pruner,
    pub(super) objective: Objective,
}

/// Trials of a cohort are held in memory, and all of the first are always run.
const MOST_AT_ONCE: usize = 100_000;

/// Why a study cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadStudy {
    #[error("space: {0}")]
    Space(BadSpace),
    #[error("{part}: {fault}")]
    Part { part: &'static str, fault: String },
}

impl StudyParams {
    /// All faults at once.
    pub fn check(self) -> Result<Study, Vec<BadStudy>> {
        let mut faults = Vec::new();
        let params = self.clone();
        let space = taken(self.space.check(), &mut faults, BadStudy::Space);
        let part = |part| move |fault| BadStudy::Part { part, fault };
        let sampler = taken(self.sampler.check(), &mut faults, part("sampler"));
        let pruner = taken(self.pruner.check(), &mut faults, part("pruner"));
        let objective = taken(self.objective.check(), &mut faults, part("objective"));
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.kind.is_empty() || !self.kind.chars().all(is_word) {
            let fault = format!("`{}` must be of a-z, 0-9 and _", self.kind);
            faults.push(BadStudy::Part { part: "kind", fault });
        }
        for (part, count) in [("n_steps", self.n_steps), ("batch", self.batch)] {
            if count == 0 {
                faults.push(BadStudy::Part { part, fault: "must be at least 1".to_owned() });
            }
        }
        if let (Some(pruner), Some(objective)) = (&pruner, &objective) {
            let steps = (self.n_steps, objective.steps());
            let first = pruner.plan(0, self.batch.max(1), steps).n_trials;
            if first > MOST_AT_ONCE {
                let fault = format!(
                    "starts {first} trials at once for {} steps; at most {MOST_AT_ONCE} can be: \
                     fewer steps, or a larger `keep_one_in`",
                    self.n_steps
                );
                faults.push(BadStudy::Part { part: "pruner", fault });
            }
        }
        match (space, sampler, pruner, objective) {
            (Some(space), Some(sampler), Some(pruner), Some(objective)) if faults.is_empty() => {
                let id = hash("edgewalk study 1", &params);
                Ok(Study { params, id, space, sampler, pruner, objective })
            }
            _ => Err(faults),
        }
    }
}

impl Study {
    pub fn params(&self) -> &StudyParams {
        &self.params
    }

    /// The hash of all of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn space(&self) -> &Space {
        &self.space
    }

    /// What the scores of all steps are worth.
    pub fn value(&self, scores: &[f64]) -> Option<f64> {
        self.objective.of(scores)
    }

    /// The hash of study and point.
    pub fn trial_id(&self, point: &Point) -> String {
        hash("edgewalk trial 1", &(&self.id, point))
    }
}

fn taken<T, F>(
    checked: Result<T, Vec<F>>,
    faults: &mut Vec<BadStudy>,
    named: impl Fn(F) -> BadStudy,
) -> Option<T> {
    checked.map_err(|found| faults.extend(found.into_iter().map(named))).ok()
}

/// 128 bits of blake3, in hex. JSON of these types cannot fail: all keys are text.
fn hash(name: &str, content: &impl Serialize) -> String {
    let json = serde_json::to_vec(content).unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(name.as_bytes()).update(&[0]).update(&json);
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{HyperbandParams, Steps};
    use super::*;

    #[test]
    fn a_pruner_that_could_not_end_is_refused() {
        let x = r#"{"x": {"float": [0.0, 1.0]}}"#;
        let params = |n_steps: usize| StudyParams {
            kind: "test".to_owned(),
            data: String::new(),
            context: String::new(),
            seed: 1,
            space: serde_json::from_str(x).unwrap(),
            sampler: SamplerParams::Random,
            pruner: PrunerParams::Hyperband(HyperbandParams { keep_one_in: 3 }),
            objective: ObjectiveParams { steps: Steps::Growing, spread_penalty: 0.0 },
            n_steps,
            batch: 4,
        };
        assert!(params(5).check().is_ok());
        let told = params(40).check().unwrap_err()[0].to_string();
        assert!(told.starts_with("pruner: starts "), "{told}");
    }
}
