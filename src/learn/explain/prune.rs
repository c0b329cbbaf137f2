//! Which columns a fold's model should be trained on again.

use serde::{Deserialize, Serialize};

use super::{ColumnImportance, ExplainFault, Explainer};
use crate::gbdt::{Matrix, Model, Rows};

/// The rows that importance is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Rows the model was not fitted to, though its number of trees was: what it has learnt by
    /// heart weighs less there.
    #[default]
    EarlyStop,
    /// The rows the model was fitted to: more of them.
    Training,
}

/// The slices of a fold that may be fitted to. There is no place for later ones.
#[derive(Debug, Clone)]
pub struct Slices<'a> {
    pub training: Rows<'a>,
    pub early_stop: Rows<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prune {
    /// So many of the best.
    pub keep: usize,
    pub basis: Basis,
}

/// The columns to keep, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub basis: Basis,
    /// Ascending: the order of the table.
    pub columns: Vec<usize>,
    /// Their part of all importance; 1 where no column does anything.
    pub share: f64,
    /// All columns, the most important first.
    pub importance: Vec<ColumnImportance>,
}

impl Prune {
    /// By the mean absolute contribution on the slice that `basis` names; nothing else is read. A
    /// column that does nothing is never kept, unless none does anything: then nothing speaks
    /// against any of them, and all are.
    pub fn choose(
        &self,
        model: &Model,
        matrix: &Matrix<'_>,
        slices: &Slices<'_>,
    ) -> Result<Kept, ExplainFault> {
        if self.keep == 0 {
            let (name, value, must) = ("keep", "0".to_owned(), "at least 1");
            return Err(ExplainFault::BadChoice { name, value, must });
        }
        let rows = match self.basis {
            Basis::EarlyStop => &slices.early_stop,
            Basis::Training => &slices.training,
        };
        let importance = Explainer::new(model)?.explain(matrix, rows)?.importance(matrix)?;
        let best = &importance[..self.count(&importance)];
        let mut columns: Vec<usize> = best.iter().map(|row| row.column).collect();
        columns.sort_unstable();
        let share: f64 = best.iter().map(|row| row.share).sum();
        let share = if columns.len() == importance.len() { 1.0 } else { share };
        Ok(Kept { basis: self.basis, columns, share, importance })
    }

    /// Of a table in the order of importance, how many rows are kept.
    fn count(&self, importance: &[ColumnImportance]) -> usize {
        let alive = importance.iter().take_while(|row| row.mean_abs > 0.0).count();
        if alive == 0 {
            return importance.len();
        }
        self.keep.min(alive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn importances(shares: &[f64]) -> Vec<ColumnImportance> {
        let row = |(at, share): (usize, &f64)| ColumnImportance {
            rank: at + 1,
            name: format!("x{at}"),
            column: at,
            mean_abs: 2.0 * share,
            share: *share,
            direction: None,
        };
        shares.iter().enumerate().map(row).collect()
    }

    #[test]
    fn a_column_that_does_nothing_is_not_kept() {
        let table = importances(&[0.5, 0.3, 0.2, 0.0]);
        let count = |keep| Prune { keep, basis: Basis::Training }.count(&table);
        assert_eq!([1, 2, 3, 9].map(count), [1, 2, 3, 3]);
    }

    #[test]
    fn where_no_column_does_anything_all_are_kept() {
        let prune = Prune { keep: 1, basis: Basis::Training };
        assert_eq!(prune.count(&importances(&[0.0, 0.0])), 2);
    }
}
