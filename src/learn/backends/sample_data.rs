//! Data the backends are tried on.

use std::collections::BTreeMap;

use crate::folds::RowSet;
use crate::learn::learner::{Fit, Job, Kind, Learner, Matrix, Monotone, Prepared, Scratch};
use crate::rng::Rng;

use super::LearnFault;

/// Columns and a target that follows from some of them; a case in a test changes what it is about.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub names: Vec<String>,
    pub columns: Vec<Vec<f32>>,
    pub targets: Vec<f64>,
    pub weights: Option<Vec<f64>>,
    pub kind: Kind,
    pub rows: RowSet,
    pub early_stop: Option<RowSet>,
    pub monotone: BTreeMap<String, Monotone>,
    pub seed: u64,
    pub threads: usize,
}

pub(super) const N_ROWS: usize = 600;
pub(super) const N_TRAIN: u32 = 400;
pub(super) const N_WATCHED: u32 = 500;

impl Case {
    /// y = 2a − b + noise, or the sign of it; `gaps` lacks every seventh value, `flat` has one.
    pub(super) fn new(kind: Kind) -> Self {
        let mut rng = Rng::stream(7, "backend sample", &[]);
        let mut draw = || (0..N_ROWS).map(|_| rng.normal() as f32).collect::<Vec<f32>>();
        let (a, b, mut gaps, noise) = (draw(), draw(), draw(), draw());
        gaps.iter_mut().step_by(7).for_each(|value| *value = f32::NAN);
        let target = |row: usize| {
            let y = f64::from(2.0 * a[row] - b[row] + 0.5 * noise[row]);
            if kind == Kind::Regression { 10.0 * y } else { f64::from(u8::from(y > 0.0)) }
        };
        let targets = (0..N_ROWS).map(target).collect();
        Self {
            names: ["a", "b", "gaps", "flat"].map(str::to_owned).to_vec(),
            columns: vec![a, b, gaps, vec![3.5; N_ROWS]],
            targets,
            weights: None,
            kind,
            rows: RowSet::from(0..N_TRAIN),
            early_stop: None,
            monotone: BTreeMap::new(),
            seed: 11,
            threads: 1,
        }
    }

    pub(super) fn columns(&self) -> Vec<&[f32]> {
        self.columns.iter().map(Vec::as_slice).collect()
    }

    pub(super) fn prepare(&self, learner: &dyn Learner) -> Result<Prepared, LearnFault> {
        let columns = self.columns();
        let matrix = Matrix::new(&self.names, &columns).unwrap();
        learner.prepare(matrix, &self.rows, self.early_stop.as_ref())
    }

    pub(super) fn fit(&self, learner: &dyn Learner) -> Result<Fit, LearnFault> {
        self.fit_prepared(learner, &self.prepare(learner)?, &mut Scratch::default())
    }

    pub(super) fn fit_prepared(
        &self,
        learner: &dyn Learner,
        prepared: &Prepared,
        scratch: &mut Scratch,
    ) -> Result<Fit, LearnFault> {
        let columns = self.columns();
        let matrix = Matrix::new(&self.names, &columns).unwrap();
        let job = Job {
            matrix,
            prepared,
            kind: self.kind,
            rows: &self.rows,
            early_stop: self.early_stop.as_ref(),
            targets: &self.targets,
            weights: self.weights.as_deref(),
            monotone: &self.monotone,
            seed: self.seed,
            threads: self.threads,
        };
        learner.fit(&job, scratch)
    }

    pub(super) fn bytes(&self, learner: &dyn Learner) -> Vec<u8> {
        self.fit(learner).unwrap().model.to_bytes().unwrap()
    }

    pub(super) fn predict(&self, fit: &Fit) -> Vec<f32> {
        let columns = self.columns();
        fit.model.predict(&Matrix::new(&self.names, &columns).unwrap()).unwrap()
    }
}
