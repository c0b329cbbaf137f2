//! One trait for all backends: parameters → checked [`Learner`] → [`Fitted`] model.
//!
//! What every training must refuse is refused here, before any backend is asked: `fit` and
//! `prepare` are methods of the trait object, and a backend writes `train` and `ready` alone.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::backends::LearnFault;
use crate::folds::RowSet;
pub use crate::gbdt::Matrix;

/// What a target means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any finite number; predictions are of its unit.
    Regression,
    /// A chance from 0 to 1, as a rule 0 or 1; predictions are chances.
    Classification,
}

/// How predictions may move with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monotone {
    /// They never fall when it rises.
    Rising,
    /// They never rise when it rises.
    Falling,
}

/// One training. Targets and weights are by row of `matrix`.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    pub matrix: Matrix<'a>,
    /// Made by a learner of the same [`Learner::key`] from rows that hold all of `rows`.
    pub prepared: &'a Prepared,
    pub kind: Kind,
    /// Rows to learn from. Those without a target (NaN) or of weight 0 are left out.
    pub rows: &'a RowSet,
    /// Rows that tell when to stop; nothing else is learnt from them. Backends that do not train
    /// in rounds do not look at them.
    pub early_stop: Option<&'a RowSet>,
    pub targets: &'a [f64],
    /// `None`: all rows weigh the same.
    pub weights: Option<&'a [f64]>,
    /// By column name.
    pub monotone: &'a BTreeMap<String, Monotone>,
    pub seed: u64,
    /// Threads this training may use; the model does not depend on it.
    pub threads: usize,
}

/// What a backend makes of a fold's columns once, for all its horizons and trials. It has seen its
/// training rows and no others: bin edges are fitted too.
pub struct Prepared {
    key: String,
    names: Vec<String>,
    n_rows: usize,
    rows: RowSet,
    /// Holds all rows it was made for, early-stop rows included.
    span: std::ops::Range<u32>,
    data: Ready,
}

/// A backend's own part of [`Prepared`].
pub type Ready = Box<dyn Any + Send + Sync>;

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared for `{}` from {} rows", self.key, self.rows.len())
    }
}

/// Memory a backend uses again from one training to the next.
#[derive(Default)]
pub struct Scratch(Option<Box<dyn Any + Send>>);

impl Scratch {
    /// What was left here last, if it is of this type.
    pub(super) fn of<T: Default + Send + 'static>(&mut self) -> &mut T {
        if !self.0.as_ref().is_some_and(|kept| kept.is::<T>()) {
            self.0 = None;
        }
        let kept = self.0.get_or_insert_with(|| Box::new(T::default()));
        // Just made to be of this type.
        kept.downcast_mut().unwrap_or_else(|| unreachable!())
    }
}

/// Checked parameters of one backend.
pub trait Learner: fmt::Debug + Send + Sync {
    /// The backend's, as the config calls it.
    fn name(&self) -> &'static str;

    /// Learners of one key may share what one of them has prepared.
    fn key(&self) -> String {
        self.name().to_owned()
    }

    /// Reads a model that [`Fitted::to_bytes`] wrote; any other bytes are a fault, never a panic.
    fn load(&self, bytes: &[u8]) -> Result<Box<dyn Fitted>, LearnFault>;

    /// A backend's part of `prepare`.
    fn ready(&self, _slice: &Slice<'_>) -> Result<Ready, LearnFault> {
        Ok(Box::new(()))
    }

    /// A backend's part of `fit`: the job is checked.
    fn train(&self, sample: &Sample<'_>, scratch: &mut Scratch) -> Result<Fit, LearnFault>;
}

/// A model.
pub trait Fitted: fmt::Debug + Send + Sync {
    /// The columns it was trained on, in their order.
    fn names(&self) -> &[String];

    fn kind(&self) -> Kind;

    /// The file: XGBoost's JSON where a model is made of trees.
    fn to_bytes(&self) -> Result<Vec<u8>, LearnFault>;

    /// What each column did, not negative, in the order of `names`: the gain of all its splits, or
    /// the size of its standardised coefficient.
    fn importance(&self) -> Vec<f64>;

    /// The trees, if that is what the model is made of; for explanation.
    fn trees(&self) -> Option<crate::gbdt::Model> {
        None
    }

    /// A backend's part of `predict`: columns are checked.
    fn score(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault>;
}

#[derive(Debug)]
pub struct Fit {
    pub model: Box<dyn Fitted>,
    /// Loss of the early-stop rows after each round, in the backend's own measure.
    pub losses: Vec<f64>,
    /// Trees a model keeps; `None` where there are no rounds.
    pub rounds: Option<usize>,
}

/// Rows a backend prepares for: `rows` are learnt from, `span` holds them and the early-stop rows.
#[derive(Debug)]
pub struct Slice<'a> {
    pub matrix: Matrix<'a>,
    pub rows: Vec<u32>,
    pub span: std::ops::Range<usize>,
}

/// A job that can be done.
#[derive(Debug)]
pub struct Sample<'a> {
    pub job: &'a Job<'a>,
    /// Rows with a target and a weight; two at least, with targets that differ.
    pub rows: Vec<u32>,
    /// Of these too.
    pub early_stop: Vec<u32>,
    /// −1, 0, 1 by column; empty if all are 0.
    pub monotone: Vec<i8>,
}

impl dyn Learner + '_ {
    /// Once per fold: `rows` are the union of all jobs' training rows, and what is fitted here
    /// (bin edges) is fitted on them alone. A column without a value in them is refused.
    pub fn prepare(
        &self,
        matrix: Matrix<'_>,
        rows: &RowSet,
        early_stop: Option<&RowSet>,
    ) -> Result<Prepared, LearnFault> {
        let ends = rows.ranges().iter().chain(early_stop.map_or(&[][..], RowSet::ranges));
        let first = ends.clone().map(|range| range.start).min().ok_or(LearnFault::NoRows)?;
        let last = ends.map(|range| range.end).max().unwrap_or(first);
        if rows.is_empty() {
            return Err(LearnFault::NoRows);
        }
        if last as usize > matrix.n_rows() {
            return Err(LearnFault::RowOutside { row: last - 1, rows: matrix.n_rows() });
        }
        for (name, column) in matrix.names().iter().zip(matrix.columns()) {
            let is_missing = |range: &std::ops::Range<u32>| {
                let part = &column[range.start as usize..range.end as usize];
                part.iter().all(|value| value.is_nan())
            };
            if rows.ranges().iter().all(is_missing) {
                return Err(LearnFault::EmptyColumn { name: name.clone(), rows: rows.len() });
            }
        }
        let span = first as usize..last as usize;
        let slice = Slice { matrix, rows: rows.iter().collect(), span };
        Ok(Prepared {
            key: self.key(),
            names: matrix.names().to_vec(),
            n_rows: matrix.n_rows(),
            rows: rows.clone(),
            span: first..last,
            data: self.ready(&slice)?,
        })
    }

    pub fn fit(&self, job: &Job<'_>, scratch: &mut Scratch) -> Result<Fit, LearnFault> {
        job.prepared.check(self, job)?;
        self.train(&Sample::check(job)?, scratch)
    }
}

impl dyn Fitted + '_ {
    /// One a row: in the target's unit, or a chance. Rows do not depend on each other.
    pub fn predict(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, LearnFault> {
        check_names(self.names(), matrix.names())?;
        self.score(matrix)
    }
}

impl Prepared {
    fn check(&self, learner: &dyn Learner, job: &Job<'_>) -> Result<(), LearnFault> {
        if self.key != learner.key() {
            let (made, asked) = (self.key.clone(), learner.key());
            return Err(LearnFault::OtherPrepared { made, asked });
        }
        check_names(&self.names, job.matrix.names())?;
        if self.n_rows != job.matrix.n_rows() {
            let (expected, got) = (self.n_rows, job.matrix.n_rows());
            return Err(LearnFault::Length { what: "prepared rows", expected, got });
        }
        if let Some(row) = job.rows.iter().find(|row| !self.rows.contains(*row)) {
            return Err(LearnFault::NotPrepared { row });
        }
        let early_stop = || job.early_stop.into_iter().flat_map(RowSet::iter);
        if let Some(row) = early_stop().find(|row| !self.span.contains(row)) {
            return Err(LearnFault::NotPrepared { row });
        }
        match early_stop().find(|row| self.rows.contains(*row)) {
            Some(row) => Err(LearnFault::Leak { row }),
            None => Ok(()),
        }
    }

    /// A backend's own part.
    pub(super) fn data<T: 'static>(&self) -> Result<&T, LearnFault> {
        let other = || LearnFault::OtherPrepared { made: self.key.clone(), asked: "it".to_owned() };
        self.data.downcast_ref().ok_or_else(other)
    }
}

impl<'a> Sample<'a> {
    fn check(job: &'a Job<'a>) -> Result<Self, LearnFault> {
        let expected = job.matrix.n_rows();
        let length = |what, got| {
            if got == expected { Ok(()) } else { Err(LearnFault::Length { what, expected, got }) }
        };
        length("targets", job.targets.len())?;
        job.weights.map_or(Ok(()), |weights| length("weights", weights.len()))?;
        let rows = labelled(job, job.rows)?;
        let early_stop = match job.early_stop {
            Some(rows) => labelled(job, rows)?,
            None => Vec::new(),
        };
        let first = *rows.first().ok_or(LearnFault::NoLabels { rows: job.rows.len() })?;
        let target = |row: u32| job.targets[row as usize];
        if rows.iter().all(|row| target(*row) == target(first)) {
            return Err(LearnFault::ConstantTarget { value: target(first), rows: rows.len() });
        }
        Ok(Self { job, rows, early_stop, monotone: signs(job)? })
    }

    pub fn weight(&self, row: u32) -> f64 {
        self.job.weights.map_or(1.0, |weights| weights[row as usize])
    }

    pub fn target(&self, row: u32) -> f64 {
        self.job.targets[row as usize]
    }
}

/// The rows with a target and a weight.
fn labelled(job: &Job<'_>, rows: &RowSet) -> Result<Vec<u32>, LearnFault> {
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let at = row as usize;
        let outside = LearnFault::RowOutside { row, rows: job.targets.len() };
        let target = *job.targets.get(at).ok_or(outside)?;
        let weight = job.weights.map_or(1.0, |weights| weights[at]);
        if !(weight >= 0.0 && weight <= f64::from(f32::MAX)) {
            return Err(LearnFault::Weight { row, value: weight });
        }
        if target.is_nan() || weight == 0.0 {
            continue;
        }
        let fine = match job.kind {
            Kind::Regression => target.abs() <= MAX_TARGET,
            Kind::Classification => (0.0..=1.0).contains(&target),
        };
        if !fine {
            return Err(LearnFault::Target { row, value: target, kind: job.kind });
        }
        kept.push(row);
    }
    Ok(kept)
}

/// So that no sum of squares overflows, in single precision neither its value.
const MAX_TARGET: f64 = 1e15;

fn signs(job: &Job<'_>) -> Result<Vec<i8>, LearnFault> {
    if job.monotone.is_empty() {
        return Ok(Vec::new());
    }
    let names = job.matrix.names();
    if let Some(name) = job.monotone.keys().find(|name| !names.contains(name)) {
        return Err(LearnFault::UnknownColumn { name: name.clone() });
    }
    let sign = |name: &String| match job.monotone.get(name) {
        Some(Monotone::Rising) => 1,
        Some(Monotone::Falling) => -1,
        None => 0,
    };
    Ok(names.iter().map(sign).collect())
}

/// The first difference between the columns that are known and those at hand.
fn check_names(expected: &[String], found: &[String]) -> Result<(), LearnFault> {
    let differs = expected.iter().zip(found).position(|(a, b)| a != b);
    if let Some(index) = differs {
        let (expected, found) = (expected[index].clone(), found[index].clone());
        return Err(LearnFault::OtherColumn { index, expected, found });
    }
    if expected.len() != found.len() {
        return Err(LearnFault::OtherWidth { expected: expected.len(), found: found.len() });
    }
    Ok(())
}
