//! Every point of a grid.

use serde::{Deserialize, Serialize};

use super::dimension::Dimension;
use super::history::History;
use super::space::Space;
use super::value::{Point, Value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GridParams {
    /// Values of a dimension that has no end of them, both ends among them.
    pub points: u64,
}

impl Default for GridParams {
    fn default() -> Self {
        Self { points: 5 }
    }
}

/// [`GridParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid(GridParams);

impl GridParams {
    pub fn check(self) -> Result<Grid, Vec<String>> {
        if self.points >= 2 {
            return Ok(Grid(self));
        }
        Err(vec![format!("`points` is `{}`, but a range has two ends", self.points)])
    }
}

impl Grid {
    /// How many points the grid has; `None`: more than can be counted.
    pub fn n_points(&self, space: &Space) -> Option<u64> {
        space.axes().try_fold(1_u64, |n, (_, d)| n.checked_mul(self.n_of(d)))
    }

    /// The point of a number, the last axis changing fastest; `None` behind the last.
    pub fn point(&self, space: &Space, number: u64) -> Option<Point> {
        let mut left = number;
        let mut levels = Vec::with_capacity(space.n_axes());
        let axes: Vec<&Dimension> = space.axes().map(|(_, dimension)| dimension).collect();
        for dimension in axes.into_iter().rev() {
            let n = self.n_of(dimension);
            levels.push(left % n);
            left /= n;
        }
        let value = |dimension: &Dimension| self.level(dimension, levels.pop().unwrap_or(0));
        (left == 0).then(|| space.point(value))
    }

    pub(super) fn ask(&self, history: &History, n: usize) -> Vec<Point> {
        let first = history.next_number();
        (first..first + n as u64).map_while(|k| self.point(history.space(), k)).collect()
    }

    fn n_of(&self, dimension: &Dimension) -> u64 {
        dimension.n_values().unwrap_or(self.0.points)
    }

    fn level(&self, dimension: &Dimension, k: u64) -> Value {
        match dimension {
            Dimension::Float { .. } => dimension.decode(k as f64 / (self.0.points - 1) as f64),
            counted => counted.nth(k),
        }
    }
}
