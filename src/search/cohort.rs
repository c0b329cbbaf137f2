//! Trials that run side by side, and wait for each other where decisions are due.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::run::Outcome;
use super::study::Study;
use super::trial::{State, Trial};
use super::value::Point;

/// Who scores and who records.
pub(super) struct Workers<F, R> {
    evaluate: F,
    record: R,
}

impl<F, R> Workers<F, R> {
    pub fn new(evaluate: F, record: R) -> Self {
        Self { evaluate, record }
    }
}

pub(super) struct Cohort<'a> {
    study: &'a Study,
    runners: Vec<Runner>,
}

/// A trial under way.
struct Runner {
    trial: Trial,
    /// Of a trial on record, what it says: it is not computed again.
    outcomes: Vec<Option<Outcome>>,
    has_ended: bool,
    is_on_record: bool,
}

impl<'a> Cohort<'a> {
    pub fn new(
        study: &'a Study,
        points: Vec<Point>,
        (first, known): (u64, &BTreeMap<&str, &Trial>),
    ) -> Self {
        let numbered = (first..).zip(points);
        let runners = numbered.map(|(number, point)| Runner::new(study, number, point, known));
        Self { study, runners: runners.collect() }
    }

    /// All of them, ended, in the order of their numbers.
    pub fn run<E, F, R>(
        mut self,
        rungs: &[usize],
        earlier: &[Trial],
        workers: &mut Workers<F, R>,
    ) -> Result<Vec<Trial>, E>
    where
        E: Send,
        F: Fn(&Point, usize) -> Result<Outcome, E> + Sync,
        R: FnMut(&Trial) -> Result<(), E> + Send,
    {
        let n_steps = self.study.params().n_steps;
        let mut from = 0;
        for &to in rungs {
            self.advance(from, to, workers)?;
            self.prune(to, earlier);
            for runner in &mut self.runners {
                runner.report(&mut workers.record)?;
            }
            from = to;
        }
        self.advance(from, n_steps, workers)?;
        Ok(self.runners.into_iter().map(|runner| runner.trial).collect())
    }

    /// Scores steps `from..to` of all that go on. Tasks are handed out in the order of the trials, so
    /// that the first are complete, and recorded, first.
    fn advance<E, F, R>(
        &mut self,
        from: usize,
        to: usize,
        workers: &mut Workers<F, R>,
    ) -> Result<(), E>
    where
        E: Send,
        F: Fn(&Point, usize) -> Result<Outcome, E> + Sync,
        R: FnMut(&Trial) -> Result<(), E> + Send,
    {
        let study = self.study;
        let tasks = self.tasks(from, to);
        let points: Vec<Point> = self.runners.iter().map(|r| r.trial.point.clone()).collect();
        let evaluate = &workers.evaluate;
        let board = Mutex::new(Board {
            runners: &mut self.runners,
            settle: |runner: &mut Runner| runner.settle(study, to, &mut workers.record),
            n_settled: 0,
            error: None,
        });
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            while !is_over.load(Ordering::Relaxed) {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(k, step)) = tasks.get(at) else { return };
                let outcome = evaluate(&points[k], step);
                if lock(&board).note((k, step, at), outcome).is_err() {
                    is_over.store(true, Ordering::Relaxed);
                }
            }
        };
        let n_workers = rayon::current_num_threads().min(tasks.len());
        rayon::scope(|scope| (0..n_workers).for_each(|_| scope.spawn(|_| work())));
        let mut board = lock(&board);
        board.settle_complete(); // where nothing was left to score
        board.error.take().map_or(Ok(()), |(_, error)| Err(error))
    }

    fn tasks(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let of = |(k, runner): (usize, &Runner)| {
            // Behind a failure on record nothing was scored, and nothing is to be.
            let is_failure =
                |outcome: &Option<Outcome>| matches!(outcome, Some(Outcome::Failed(_)));
            let end = runner.outcomes.iter().position(is_failure).unwrap_or(to);
            let open = (from..to.min(end)).filter(|&step| runner.outcomes[step].is_none());
            open.map(|step| (k, step)).collect::<Vec<_>>()
        };
        let going = self.runners.iter().enumerate().filter(|(_, runner)| !runner.has_ended);
        going.flat_map(of).collect()
    }

    fn prune(&mut self, rung: usize, earlier: &[Trial]) {
        let study = self.study;
        let earlier: Vec<&[f64]> =
            earlier.iter().filter_map(|trial| trial.scores.get(..rung)).collect();
        let mut going: Vec<&mut Runner> =
            self.runners.iter_mut().filter(|runner| !runner.has_ended).collect();
        let scores: Vec<&[f64]> = going.iter().map(|r| r.trial.scores.as_slice()).collect();
        let keep = study.pruner.keep(&study.objective, &scores, &earlier);
        for (runner, keep) in going.iter_mut().zip(keep) {
            if !keep {
                runner.end(study, State::Pruned);
            }
        }
    }
}

/// What all workers write to.
struct Board<'r, S, E> {
    runners: &'r mut [Runner],
    settle: S,
    /// How many, from the first, have nothing left to do here.
    n_settled: usize,
    /// Of several, that of the earliest task.
    error: Option<(usize, E)>,
}

impl<S: FnMut(&mut Runner) -> Result<bool, E>, E> Board<'_, S, E> {
    fn note(
        &mut self,
        (k, step, at): (usize, usize, usize),
        outcome: Result<Outcome, E>,
    ) -> Result<(), ()> {
        match outcome {
            Ok(outcome) => self.runners[k].outcomes[step] = Some(outcome),
            Err(error) if self.error.as_ref().is_none_or(|(first, _)| at < *first) => {
                self.error = Some((at, error));
            }
            Err(_) => {}
        }
        self.settle_complete();
        if self.error.is_none() { Ok(()) } else { Err(()) }
    }

    /// Settles those whose turn it is, in their order.
    fn settle_complete(&mut self) {
        if self.error.is_some() {
            return;
        }
        while let Some(runner) = self.runners.get_mut(self.n_settled) {
            match (self.settle)(runner) {
                Ok(true) => self.n_settled += 1,
                Ok(false) => return,
                Err(error) => {
                    self.error = Some((usize::MAX, error));
                    return;
                }
            }
        }
    }
}

/// A panic elsewhere comes up by itself, at the end of the scope.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runner {
    fn new(study: &Study, number: u64, point: Point, known: &BTreeMap<&str, &Trial>) -> Self {
        let params = study.params();
        let id = study.trial_id(&point);
        let known = known.get(id.as_str()).copied();
        let mut outcomes = vec![None; params.n_steps];
        if let Some(trial) = known {
            let scored = trial.scores.iter().map(|score| Outcome::Score(*score));
            let failed = trial.reason.iter().map(|reason| Outcome::Failed(reason.clone()));
            outcomes.iter_mut().zip(scored.chain(failed)).for_each(|(o, known)| *o = Some(known));
        }
        let trial = Trial {
            setting: None,
            id,
            study: study.id().to_owned(),
            kind: params.kind.clone(),
            data: params.data.clone(),
            seed: params.seed,
            number,
            state: State::Done,
            objective: None,
            point,
            scores: Vec::new(),
            reason: None,
        };
        Self { trial, outcomes, has_ended: false, is_on_record: known.is_some() }
    }

    /// Takes over the outcomes up to step `to`, as soon as they are there; `false`: not yet. A trial
    /// that ends by it is reported.
    fn settle<E>(
        &mut self,
        study: &Study,
        to: usize,
        record: impl FnMut(&Trial) -> Result<(), E>,
    ) -> Result<bool, E> {
        while !self.has_ended && self.trial.scores.len() < to {
            match &self.outcomes[self.trial.scores.len()] {
                None => return Ok(false),
                Some(Outcome::Score(score)) if score.is_finite() => self.trial.scores.push(*score),
                Some(Outcome::Score(score)) => {
                    self.trial.reason = Some(format!("its score is {score}"));
                }
                Some(Outcome::Failed(reason)) => self.trial.reason = Some(reason.clone()),
            }
            if self.trial.reason.is_some() {
                self.end(study, State::Failed);
            }
        }
        if !self.has_ended && to == study.params().n_steps {
            self.end(study, State::Done);
        }
        self.report(record)?;
        Ok(true)
    }

    fn end(&mut self, study: &Study, state: State) {
        self.has_ended = true;
        self.trial.state = state;
        if state != State::Failed {
            self.trial.objective = study.objective.of(&self.trial.scores);
        }
    }

    /// Records a trial that has ended, once.
    fn report<E>(&mut self, mut record: impl FnMut(&Trial) -> Result<(), E>) -> Result<(), E> {
        if !self.has_ended || self.is_on_record {
            return Ok(());
        }
        self.is_on_record = true;
        record(&self.trial)
    }
}
