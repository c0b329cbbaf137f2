//! The study's loop: ask, run side by side, give up the hopeless, record, tell.

use std::collections::BTreeMap;

use super::cohort::{Cohort, Workers};
use super::history::History;
use super::study::Study;
use super::trial::{State, Trial};
use super::value::Point;

/// What one step of one trial came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Larger is better. A score that is not finite is a failure.
    Score(f64),
    /// This point cannot be scored; the study goes on.
    Failed(String),
}

/// Runs a study until it has `budget` trials, or no new point is left, and gives back all of them in
/// the order of their numbers.
///
/// `evaluate` scores one step of one point; it must be a pure function of the two, and may be called
/// from any thread of rayon's current pool. An error ends the study at once. `record` is called once
/// for each trial that is not among the `known`, as soon as it and those before it have ended, in an
/// order that does not depend on the number of threads. Cohorts of halving and Hyperband are run
/// whole: where the next would exceed the budget the study ends, but the first is always run. A larger
/// budget later continues the study.
pub fn run<E: Send>(
    study: &Study,
    budget: u64,
    known: &[Trial],
    evaluate: impl Fn(&Point, usize) -> Result<Outcome, E> + Sync,
    record: impl FnMut(&Trial) -> Result<(), E> + Send,
) -> Result<Vec<Trial>, E> {
    let known: BTreeMap<&str, &Trial> = known.iter().map(|t| (t.id.as_str(), t)).collect();
    let mut workers = Workers::new(evaluate, record);
    let mut history = History::new(&study.space);
    let mut trials: Vec<Trial> = Vec::new();
    let params = study.params();
    for k in 0.. {
        let left = budget.saturating_sub(trials.len() as u64);
        let steps = (params.n_steps, study.objective.steps());
        let plan = study.pruner.plan(k, params.batch, steps);
        let is_cut = plan.n_trials as u64 > left;
        if left == 0 || is_cut && plan.is_whole && !trials.is_empty() {
            break;
        }
        // Never a part of a whole: with more trials beside them, others would have been given up.
        let n = if plan.is_whole { plan.n_trials } else { plan.n_trials.min(left as usize) };
        let points = study.sampler.ask(&history, params.seed, n);
        if points.is_empty() {
            break;
        }
        let cohort = Cohort::new(study, points, (trials.len() as u64, &known));
        for trial in cohort.run(&plan.rungs, &trials, &mut workers)? {
            // A point of our own sampler is one of our own space.
            let told = history.push(&trial);
            debug_assert!(told.is_ok(), "{told:?}");
            trials.push(trial);
        }
    }
    Ok(trials)
}

/// The finished trial with the largest objective; of equals, the first.
pub fn best(trials: &[Trial]) -> Option<&Trial> {
    let done = trials.iter().filter(|t| t.state == State::Done && t.objective.is_some());
    done.reduce(|a, b| if b.objective > a.objective { b } else { a })
}
