//! A fitted model: where it begins, and its trees.

use super::binning::{Binned, check_names};
use super::forest::Forest;
use super::{GbdtFault, Matrix, Objective, Tree};

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) objective: Objective,
    /// The constant prediction before the first tree, as the user reads it: a probability for the
    /// logistic loss.
    pub(super) base_score: f32,
    pub(super) names: Vec<String>,
    pub(super) trees: Vec<Tree>,
}

impl Model {
    pub(super) fn new(objective: Objective, base_score: f32, names: Vec<String>) -> Self {
        Self { objective, base_score, names, trees: Vec::new() }
    }

    pub fn objective(&self) -> Objective {
        self.objective
    }

    pub fn base_score(&self) -> f32 {
        self.base_score
    }

    /// The columns it was trained on, in their order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Without the trees after the first `n`.
    pub fn truncated(&self, n: usize) -> Self {
        let trees = self.trees[..n.min(self.trees.len())].to_vec();
        Self { trees, names: self.names.clone(), ..*self }
    }

    /// A row's sum of leaves, in single precision and in the order of the trees, as XGBoost sums.
    pub fn predict_margin(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, GbdtFault> {
        check_names(&self.names, matrix.names())?;
        Ok(Forest::new(self).margins(matrix.columns()))
    }

    /// Margins as the user reads them: probabilities for the logistic loss.
    pub fn predict(&self, matrix: &Matrix<'_>) -> Result<Vec<f32>, GbdtFault> {
        let margins = self.predict_margin(matrix)?;
        Ok(margins.into_iter().map(|margin| self.objective.transform(margin)).collect())
    }

    /// The margin of one row, to the bit what [`Model::predict_margin`] says of it. For many rows
    /// one by one make a [`Forest`] once.
    pub fn predict_row(&self, row: &[f32]) -> Result<f32, GbdtFault> {
        if row.len() != self.names.len() {
            let (expected, found) = (self.names.len(), row.len());
            return Err(GbdtFault::OtherWidth { expected, found });
        }
        Ok(Forest::new(self).margin(row))
    }

    /// Margins of binned rows. All thresholds must be cuts of these bins, as they are of the bins
    /// the model was trained on.
    pub fn predict_binned(&self, binned: &Binned) -> Result<Vec<f32>, GbdtFault> {
        check_names(&self.names, binned.edges().names())?;
        Ok(Forest::of_codes(self, binned.edges())?.margins_of_codes(binned))
    }

    /// The margin before the first tree.
    pub fn start_margin(&self) -> f32 {
        self.objective.margin(self.base_score)
    }
}
