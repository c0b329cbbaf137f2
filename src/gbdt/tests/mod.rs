//! The trainer on data small enough to compute by hand, and what it promises on any.

mod files;
mod promises;
mod small;

use super::{Binned, Edges, Fit, GbdtFault, Matrix, Params, Rows, Task, Workspace};
use crate::rng::Rng;

/// Columns with targets.
pub struct Table {
    pub names: Vec<String>,
    pub columns: Vec<Vec<f32>>,
    pub targets: Vec<f64>,
}

impl Table {
    pub fn new(columns: &[&[f32]], targets: &[f64]) -> Self {
        Self {
            names: (0..columns.len()).map(|i| format!("c{i}")).collect(),
            columns: columns.iter().map(|column| column.to_vec()).collect(),
            targets: targets.to_vec(),
        }
    }

    /// Noise with some missing and some ties, of which the target is a function, and more noise.
    pub fn noisy(n_rows: usize, n_columns: usize) -> Self {
        let mut rng = Rng::new(n_rows as u64);
        let mut draw = |column: usize| match column % 4 {
            _ if rng.chance(0.02 * column as f64 / n_columns as f64) => f32::NAN,
            1 => rng.below(6) as f32,
            _ => rng.normal() as f32,
        };
        let columns: Vec<Vec<f32>> =
            (0..n_columns).map(|column| (0..n_rows).map(|_| draw(column)).collect()).collect();
        let targets = (0..n_rows).map(|row| {
            let x = f64::from(columns[0][row].clamp(-2.0, 2.0));
            x + 0.3 * x * x + rng.normal()
        });
        let targets = targets.collect();
        Self { names: (0..n_columns).map(|i| format!("c{i}")).collect(), columns, targets }
    }

    pub fn with<T>(&self, read: impl FnOnce(&Matrix<'_>) -> T) -> T {
        let columns: Vec<&[f32]> = self.columns.iter().map(Vec::as_slice).collect();
        read(&Matrix::new(&self.names, &columns).unwrap())
    }

    pub fn binned(&self, max_bins: usize) -> Binned {
        self.with(|matrix| {
            let rows = Rows::Range(0..matrix.n_rows() as u32);
            let edges = Edges::fit(matrix, &rows, max_bins).unwrap();
            edges.bin(matrix, 0..matrix.n_rows()).unwrap()
        })
    }

    pub fn task<'a>(&'a self, binned: &'a Binned) -> Task<'a> {
        Task {
            binned,
            targets: &self.targets,
            weights: None,
            rows: Rows::Range(0..self.targets.len() as u32),
            watched: None,
            start: None,
        }
    }

    pub fn fit(&self, params: Params) -> Fit {
        let binned = self.binned(params.max_bins);
        fit(params, &self.task(&binned)).unwrap()
    }

    pub fn predict(&self, fit: &Fit) -> Vec<f32> {
        self.with(|matrix| fit.model.predict(matrix).unwrap())
    }
}

pub fn fit(params: Params, task: &Task<'_>) -> Result<Fit, GbdtFault> {
    params.check().unwrap().fit(task, &mut Workspace::default())
}

/// One tree at full learning rate.
pub fn one_tree() -> Params {
    Params { rounds: 1, learning_rate: 1.0, max_depth: 1, ..Params::default() }
}
