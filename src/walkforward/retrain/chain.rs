//! The decisions of a walk, one after the other.

use super::super::predictions::Predictions;
use super::Policy;
use super::decision::{Action, Decision, Look, Reason};
use super::watch::{Watch, WatchFault};
use crate::folds::Fold;
use crate::learn::dataset::Dataset;
use crate::learn::training::FoldModel;

/// Asked before each window, and told what came of the answer: a function of the windows before it.
#[derive(Debug)]
pub struct Chain<'a> {
    policy: &'a Policy,
    data: &'a Dataset,
    watch: Option<Watch>,
}

impl<'a> Chain<'a> {
    pub fn new(policy: &'a Policy, data: &'a Dataset) -> Self {
        Self { policy, data, watch: None }
    }

    /// Looks at nothing that is not over when the fold's test window begins.
    pub fn decide(&self, fold: &Fold) -> Result<Decision, WatchFault> {
        let at = fold.test().from();
        let Some(watch) = &self.watch else {
            return Ok(Decision {
                fold: fold.idx(),
                at,
                action: Action::Train,
                reason: Reason::First,
                model: fold.idx(),
                age: 0,
                looks: Vec::new(),
            });
        };
        let looks = watch.look(self.policy, self.data, at)?;
        let is_old = self.policy.max_age.is_some_and(|most| watch.age >= most);
        let reason = match looks.iter().any(|look: &Look| look.is_alarm) {
            true => Reason::Drift,
            false if is_old => Reason::Age,
            false => Reason::Steady,
        };
        let (action, model) = match reason {
            Reason::Steady => (Action::Keep, watch.fold),
            _ => (Action::Train, fold.idx()),
        };
        Ok(Decision { fold: fold.idx(), at, action, reason, model, age: watch.age, looks })
    }

    /// The fold's model takes the place of the one before.
    pub fn trained(&mut self, fold: &Fold, model: &FoldModel) -> Result<(), WatchFault> {
        self.watch = Some(Watch::new(self.policy, self.data, (fold, model))?);
        Ok(())
    }

    /// What the model has made of the fold's test window.
    pub fn predicted(&mut self, fold: &Fold, predictions: &Predictions) {
        if let Some(watch) = &mut self.watch {
            watch.serve(fold, predictions);
        }
    }
}
