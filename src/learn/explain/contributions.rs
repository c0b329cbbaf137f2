//! What each column did for each of some rows.

use super::ExplainFault;
use crate::gbdt::{GbdtFault, Matrix};

/// Contributions to the margin: a row's sum, with the bias, is its prediction's margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    names: Vec<String>,
    rows: Vec<u32>,
    bias: f64,
    /// Column by column.
    values: Vec<f64>,
}

impl Contributions {
    pub(super) fn new(names: Vec<String>, rows: Vec<u32>, bias: f64, values: Vec<f64>) -> Self {
        Self { names, rows, bias, values }
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The rows of the matrix that were explained.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    pub fn n_columns(&self) -> usize {
        self.names.len()
    }

    /// The prediction if nothing is known: the same for all rows.
    pub fn bias(&self) -> f64 {
        self.bias
    }

    /// One column's contributions to all rows.
    pub fn column(&self, column: usize) -> &[f64] {
        &self.values[column * self.rows.len()..(column + 1) * self.rows.len()]
    }

    /// All columns' contributions to the row at `at`.
    pub fn row(&self, at: usize) -> Vec<f64> {
        (0..self.n_columns()).map(|column| self.column(column)[at]).collect()
    }

    /// The bias and all contributions together, for every row.
    pub fn margins(&self) -> Vec<f64> {
        let mut margins = vec![self.bias; self.n_rows()];
        for column in 0..self.n_columns() {
            let values = self.column(column);
            margins.iter_mut().zip(values).for_each(|(margin, value)| *margin += value);
        }
        margins
    }

    /// The mean absolute contribution of a column.
    pub fn mean_abs(&self, column: usize) -> f64 {
        self.column(column).iter().map(|value| value.abs()).sum::<f64>() / self.n_rows() as f64
    }

    /// A column's feature values on the explained rows; `matrix` is the one they were taken from.
    pub(super) fn features(&self, matrix: &Matrix<'_>, column: usize) -> Vec<f32> {
        let values = matrix.columns()[column];
        self.rows.iter().map(|row| values[*row as usize]).collect()
    }

    /// That `matrix` may be the one whose rows were explained.
    pub(super) fn check(&self, matrix: &Matrix<'_>) -> Result<(), ExplainFault> {
        same_columns(&self.names, matrix.names())?;
        match self.rows.iter().find(|row| **row as usize >= matrix.n_rows()) {
            Some(&row) => Err(GbdtFault::RowOutside { row, rows: matrix.n_rows() }.into()),
            None => Ok(()),
        }
    }
}

/// The first difference, if there is one.
pub(super) fn same_columns(expected: &[String], found: &[String]) -> Result<(), GbdtFault> {
    if expected.len() != found.len() {
        let (expected, found) = (expected.len(), found.len());
        return Err(GbdtFault::OtherWidth { expected, found });
    }
    match expected.iter().zip(found).enumerate().find(|(_, (a, b))| a != b) {
        Some((index, (expected, found))) => {
            let (expected, found) = (expected.clone(), found.clone());
            Err(GbdtFault::OtherColumn { index, expected, found })
        }
        None => Ok(()),
    }
}
