//! What training by drift saved and cost, as the walk has stored it.

use serde::{Deserialize, Serialize};

use super::super::stored::StoredRun;
use super::super::walk::{COMPARISON, DRIFT, SCHEDULE};
use crate::failure::Failure;

/// Of a run whose models serve more than one fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retraining {
    pub n_windows: u64,
    pub n_trainings: u64,
    /// Where it was compared: each way to decide when to train, that by schedule first.
    pub policies: Vec<Policy>,
    /// Drift less as many trainings at fixed steps: what looking at the data is worth.
    pub drift_less_steps: Vec<PolicyIc>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policy {
    pub policy: String,
    pub n_trainings: u64,
    /// By horizon.
    pub ics: Vec<PolicyIc>,
}

/// Rank IC, the mean over the windows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PolicyIc {
    pub horizon: u32,
    pub ic: Option<f64>,
    /// Less that of the other, and its standard error.
    pub less: Option<f64>,
    pub se: Option<f64>,
}

/// As much of the walk's comparison as is shown.
#[derive(Deserialize)]
struct Stored {
    policies: Vec<StoredPolicy>,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct StoredPolicy {
    policy: String,
    n_trainings: u64,
}

#[derive(Deserialize)]
struct Difference {
    policy: String,
    less: String,
    horizons: Vec<OfHorizon>,
}

#[derive(Deserialize)]
struct OfHorizon {
    horizon: u32,
    by_fold: ByFold,
}

#[derive(Deserialize)]
struct ByFold {
    ic: [Option<f64>; 2],
    mean: Option<f64>,
    se: Option<f64>,
}

/// `None` where every fold has a model of its own.
pub fn retraining(run: &StoredRun) -> Result<Option<Retraining>, Failure> {
    let path = run.folder.join(COMPARISON);
    let [n_windows, n_trainings] = [run.folds.len(), run.n_trainings()].map(|n| n as u64);
    if !path.is_file() {
        let alone = Retraining {
            n_windows,
            n_trainings,
            policies: Vec::new(),
            drift_less_steps: Vec::new(),
        };
        return Ok((n_trainings < n_windows).then_some(alone));
    }
    let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::world(format!("`{}` is corrupt: {error}", path.display()))
            .hint("`edgewalk walkforward --retrain drift --compare` writes it anew")
    })?;
    Ok(Some(Retraining { n_windows, n_trainings, ..compared(&stored) }))
}

fn compared(stored: &Stored) -> Retraining {
    let of = |one: &StoredPolicy| Policy {
        policy: one.policy.clone(),
        n_trainings: one.n_trainings,
        ics: ics(&stored.differences, &one.policy),
    };
    let worth = stored.differences.iter().find(|one| one.policy == DRIFT && one.less != SCHEDULE);
    Retraining {
        n_windows: 0,
        n_trainings: 0,
        policies: stored.policies.iter().map(of).collect(),
        drift_less_steps: worth.map(|one| apart(one, 0)).unwrap_or_default(),
    }
}

/// The schedule's own stand beside those that are told against it.
fn ics(differences: &[Difference], policy: &str) -> Vec<PolicyIc> {
    let against = |one: &&Difference| one.policy == policy && one.less == SCHEDULE;
    if let Some(found) = differences.iter().find(against) {
        return apart(found, 0);
    }
    let own = differences.iter().find(|one| one.less == policy).map(|one| apart(one, 1));
    let alone = |one: PolicyIc| PolicyIc { less: None, se: None, ..one };
    own.unwrap_or_default().into_iter().map(alone).collect()
}

fn apart(difference: &Difference, side: usize) -> Vec<PolicyIc> {
    let of = |one: &OfHorizon| PolicyIc {
        horizon: one.horizon,
        ic: one.by_fold.ic[side],
        less: one.by_fold.mean,
        se: one.by_fold.se,
    };
    difference.horizons.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_is_told_against_the_schedule() {
        let stored = serde_json::json!({
            "n_windows": 9,
            "policies": [{"policy": "schedule", "n_trainings": 9}, {"policy": "drift", "n_trainings": 2}],
            "differences": [
                {"policy": "drift", "less": "schedule", "horizons": [{"horizon": 3,
                    "by_fold": {"ic": [0.02, 0.03], "mean": -0.01, "se": 0.004}}]},
                {"policy": "drift", "less": "fixed steps", "horizons": [{"horizon": 3,
                    "by_fold": {"ic": [0.02, 0.01], "mean": 0.01, "se": null}}]},
            ],
        });
        let found = compared(&serde_json::from_value(stored).unwrap());
        let ic = |ic, less, se| PolicyIc { horizon: 3, ic: Some(ic), less, se };
        assert_eq!(found.policies[0].ics, [ic(0.03, None, None)]);
        assert_eq!(found.policies[1].ics, [ic(0.02, Some(-0.01), Some(0.004))]);
        assert_eq!((found.policies[1].n_trainings, found.policies.len()), (2, 2));
        assert_eq!(found.drift_less_steps, [ic(0.02, Some(0.01), None)]);
    }
}
