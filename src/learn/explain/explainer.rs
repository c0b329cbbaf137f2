//! A model made ready to explain.

use rayon::prelude::*;

use super::block::{Answers, BLOCK, Features};
use super::contributions::same_columns;
use super::plan::{Plan, Tables};
use super::quadrature::Rules;
use super::{Contributions, ExplainFault};
use crate::gbdt::{GbdtFault, Matrix, Model, Rows};

/// Exact TreeSHAP of one model. A missing value goes where it does in prediction.
#[derive(Debug, Clone)]
pub struct Explainer {
    names: Vec<String>,
    plans: Vec<Plan>,
    rules: Rules,
    bias: f64,
}

/// Trees whose tables (some 100 KiB each at depth 6) lie in the cache together.
const BATCH: usize = 8;

#[derive(Debug, Default)]
struct Space {
    answers: Answers,
    features: Features,
}

impl Explainer {
    pub fn new(model: &Model) -> Result<Self, ExplainFault> {
        let plan = |(index, tree)| Plan::new(tree, index);
        let plans = model.trees().par_iter().enumerate().map(plan);
        let plans: Vec<Plan> = plans.collect::<Vec<_>>().into_iter().collect::<Result<_, _>>()?;
        let longest = plans.iter().map(Plan::longest).max().unwrap_or(0);
        let start = f64::from(model.start_margin());
        let bias = plans.iter().fold(start, |bias, plan| bias + plan.expectation);
        let rules = Rules::up_to(longest);
        Ok(Self { names: model.names().to_vec(), plans, rules, bias })
    }

    /// What is predicted if nothing is known of a row: the mean margin of the training rows.
    pub fn bias(&self) -> f64 {
        self.bias
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What each column does for each of `rows`, in their order. Neither the number of threads nor
    /// the other rows can change a bit of a row's values.
    pub fn explain(
        &self,
        matrix: &Matrix<'_>,
        rows: &Rows<'_>,
    ) -> Result<Contributions, ExplainFault> {
        same_columns(&self.names, matrix.names())?;
        let rows = list(rows, matrix.n_rows())?;
        let mut values = vec![0.0; rows.len() * self.names.len()];
        let mut blocks: Vec<(&[u32], Vec<&mut [f64]>)> =
            rows.chunks(BLOCK).map(|rows| (rows, Vec::with_capacity(self.names.len()))).collect();
        for column in values.chunks_mut(rows.len()) {
            for (block, piece) in blocks.iter_mut().zip(column.chunks_mut(BLOCK)) {
                block.1.push(piece);
            }
        }
        for plans in self.plans.chunks(BATCH) {
            let tabulate = |plan: &Plan| plan.tabulate(&self.rules, rows.len());
            let tables: Vec<Tables> = plans.par_iter().map(tabulate).collect();
            blocks.par_iter_mut().for_each_init(Space::default, |space, (rows, sums)| {
                gather(matrix, rows, &mut space.features);
                for (plan, tables) in plans.iter().zip(&tables) {
                    space.answers.add((plan, tables, &self.rules), &space.features, sums);
                }
            });
        }
        drop(blocks);
        Ok(Contributions::new(self.names.clone(), rows, self.bias, values))
    }

    /// As [`Explainer::explain`], of the rows of a list.
    pub fn explain_list(
        &self,
        matrix: &Matrix<'_>,
        rows: &[u32],
    ) -> Result<Contributions, ExplainFault> {
        self.explain(matrix, &Rows::List(rows))
    }

    /// The contributions to one row's margin, to the bit what [`Explainer::explain`] says of it.
    pub fn explain_row(&self, row: &[f32]) -> Result<Vec<f64>, ExplainFault> {
        if row.len() != self.names.len() {
            let (expected, found) = (self.names.len(), row.len());
            return Err(GbdtFault::OtherWidth { expected, found }.into());
        }
        let columns: Vec<&[f32]> = row.chunks(1).collect();
        let matrix = Matrix::new(&self.names, &columns)?;
        Ok(self.explain(&matrix, &Rows::Range(0..1))?.row(0))
    }
}

fn list(rows: &Rows<'_>, n_rows: usize) -> Result<Vec<u32>, ExplainFault> {
    let rows = match rows {
        Rows::Range(range) => range.clone().collect(),
        Rows::List(list) => list.to_vec(),
    };
    if rows.is_empty() {
        return Err(ExplainFault::NoRows);
    }
    match rows.iter().find(|row| **row as usize >= n_rows) {
        Some(&row) => Err(GbdtFault::RowOutside { row, rows: n_rows }.into()),
        None => Ok(rows),
    }
}

fn gather(matrix: &Matrix<'_>, rows: &[u32], features: &mut Features) {
    features.resize(matrix.columns().len(), [f32::NAN; BLOCK]);
    for (values, column) in features.iter_mut().zip(matrix.columns()) {
        for (value, row) in values.iter_mut().zip(rows) {
            *value = column[*row as usize];
        }
    }
}
