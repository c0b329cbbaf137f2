//! One number from the scores of a trial's steps; larger is better.

use serde::{Deserialize, Serialize};

use crate::stats;

/// What the steps of a trial are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steps {
    /// Folds: each score counts as much as any other.
    #[default]
    Folds,
    /// The same trial on more and more data: the last score replaces those before it.
    Growing,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectiveParams {
    pub steps: Steps,
    /// How many standard deviations across folds are taken off their mean.
    pub spread_penalty: f64,
}

/// [`ObjectiveParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective(ObjectiveParams);

impl ObjectiveParams {
    pub fn check(self) -> Result<Objective, Vec<String>> {
        let penalty = self.spread_penalty;
        if penalty < 0.0 || !penalty.is_finite() {
            return Err(vec![format!(
                "`spread_penalty` is `{penalty}`, but it must not be below 0"
            )]);
        }
        if penalty > 0.0 && self.steps == Steps::Growing {
            let fault = "`spread_penalty` needs folds: growing steps have one score that counts";
            return Err(vec![fault.to_owned()]);
        }
        Ok(Objective(self))
    }
}

impl Objective {
    pub fn steps(&self) -> Steps {
        self.0.steps
    }

    /// mean − penalty · sd over folds; a single fold has no spread. `None` without a score.
    pub fn of(&self, scores: &[f64]) -> Option<f64> {
        match self.0.steps {
            Steps::Growing => scores.last().copied(),
            Steps::Folds => {
                let spread = stats::sd(scores).unwrap_or(0.0);
                stats::mean(scores).map(|mean| mean - self.0.spread_penalty * spread)
            }
        }
        .filter(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objective(steps: Steps, spread_penalty: f64) -> Objective {
        ObjectiveParams { steps, spread_penalty }.check().unwrap()
    }

    #[test]
    fn spread_across_folds_costs_and_a_single_fold_has_none() {
        let folds = objective(Steps::Folds, 0.5);
        assert_eq!(folds.of(&[1.0, 3.0, 5.0]), Some(3.0 - 0.5 * 2.0));
        assert_eq!(folds.of(&[3.0]), Some(3.0));
        assert_eq!(folds.of(&[]), None);
        assert_eq!(objective(Steps::Growing, 0.0).of(&[1.0, 3.0, 2.0]), Some(2.0));
    }

    #[test]
    fn a_penalty_that_means_nothing_is_refused() {
        for (steps, spread_penalty) in
            [(Steps::Folds, -1.0), (Steps::Folds, f64::NAN), (Steps::Growing, 1.0)]
        {
            assert!(ObjectiveParams { steps, spread_penalty }.check().is_err());
        }
    }
}
