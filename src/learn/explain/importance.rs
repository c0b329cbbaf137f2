//! How much each column does on the whole, and in which direction.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Contributions, ExplainFault};
use crate::gbdt::Matrix;
use crate::stats;

/// One row of the importance table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnImportance {
    /// From 1, the most important; of equals the first column comes first.
    pub rank: usize,
    pub name: String,
    /// Its place in the matrix.
    pub column: usize,
    /// The mean absolute contribution, in the units of the margin.
    pub mean_abs: f64,
    /// Its part of all columns' `mean_abs`; 0 where no column does anything.
    pub share: f64,
    /// Spearman's correlation of the column's values with what they contribute, missing values
    /// apart: +1 where more always means more. `None` where either is constant.
    pub direction: Option<f64>,
}

impl Contributions {
    /// All columns, the most important first. `matrix` is the one whose rows were explained.
    pub fn importance(&self, matrix: &Matrix<'_>) -> Result<Vec<ColumnImportance>, ExplainFault> {
        self.check(matrix)?;
        let row = |column: usize| ColumnImportance {
            rank: 0,
            name: self.names()[column].clone(),
            column,
            mean_abs: self.mean_abs(column),
            share: 0.0,
            direction: direction(&self.features(matrix, column), self.column(column)),
        };
        let mut table: Vec<ColumnImportance> =
            (0..self.n_columns()).into_par_iter().map(row).collect();
        let total: f64 = table.iter().map(|row| row.mean_abs).sum();
        table.sort_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs).then(a.column.cmp(&b.column)));
        for (at, row) in table.iter_mut().enumerate() {
            row.rank = at + 1;
            row.share = if total > 0.0 { row.mean_abs / total } else { 0.0 };
        }
        Ok(table)
    }
}

fn direction(features: &[f32], contributions: &[f64]) -> Option<f64> {
    // Most columns of a small model do nothing: no need to sort those.
    if contributions.iter().all(|value| *value == contributions[0]) {
        return None;
    }
    let known = features.iter().zip(contributions).filter(|(x, _)| !x.is_nan());
    let (xs, ys): (Vec<f64>, Vec<f64>) = known.map(|(x, y)| (f64::from(*x), *y)).unzip();
    stats::spearman(&xs, &ys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(values: Vec<f64>, columns: &[&[f32]]) -> Vec<ColumnImportance> {
        let names: Vec<String> = owned(&["a", "b", "c"][..columns.len()]);
        let n = columns[0].len() as u32;
        let contributions = Contributions::new(names.clone(), (0..n).collect(), 0.5, values);
        contributions.importance(&Matrix::new(&names, columns).unwrap()).unwrap()
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_are_ranked_by_their_mean_absolute_contribution() {
        let values = vec![1.0, -1.0, 0.0, 0.0, -3.0, 3.0, 0.0, 6.0, 0.0, 0.0, 0.0, 0.0];
        let xs: &[f32] = &[5.0, 4.0, 2.0, 1.0];
        let missing: &[f32] = &[1.0, 3.0, f32::NAN, 4.0];
        let table = table(values, &[xs, missing, xs]);
        let told: Vec<_> = table.iter().map(|row| (row.rank, &*row.name, row.mean_abs)).collect();
        assert_eq!(told, [(1, "b", 3.0), (2, "a", 0.5), (3, "c", 0.0)]);
        assert_eq!((table[0].share, table[2].share), (3.0 / 3.5, 0.0));
        // b without its missing row: 1, 3, 4 against -3, 3, 6.
        assert!((table[0].direction.unwrap() - 1.0).abs() < 1e-15);
        // a: ranks 4 3 2 1 against 4, 1, 2½, 2½: 1 − 6·… with ties is 1.5 / √(5 · 4.5).
        let direction = table[1].direction.unwrap();
        assert!((direction - 1.5 / 22.5_f64.sqrt()).abs() < 1e-15, "{direction}");
        assert_eq!(table[2].direction, None);
    }

    #[test]
    fn where_nothing_does_anything_the_order_is_that_of_the_columns() {
        let table = table(vec![0.0; 4], &[&[1.0, 2.0], &[3.0, 3.0]]);
        let told: Vec<_> = table.iter().map(|row| (row.rank, row.column, row.share)).collect();
        assert_eq!(told, [(1, 0, 0.0), (2, 1, 0.0)]);
    }

    #[test]
    fn another_matrix_is_refused() {
        let contributions = Contributions::new(owned(&["a"]), vec![0, 7], 0.0, vec![1.0, 2.0]);
        let (names, other) = (owned(&["a"]), owned(&["b"]));
        let columns: [&[f32]; 1] = [&[1.0, 2.0]];
        let refusal = |names: &[String]| {
            let matrix = Matrix::new(names, &columns).unwrap();
            contributions.importance(&matrix).unwrap_err().to_string()
        };
        assert_eq!(refusal(&names), "row `7` is not among the 2 rows of the matrix");
        assert!(refusal(&other).contains("column 0 is `b`"));
    }
}
