//! How much each column did for a model.

use super::Model;

/// One entry a column, in the model's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    pub name: String,
    /// The sum of what its splits gained (Breiman et al. 1984, "Classification and regression
    /// trees", §5.3); XGBoost's `total_gain`.
    pub total_gain: f64,
    /// How many nodes split on it.
    pub n_splits: u32,
}

impl Model {
    pub fn importance(&self) -> Vec<Importance> {
        let empty = |name: &String| Importance { name: name.clone(), total_gain: 0.0, n_splits: 0 };
        let mut columns: Vec<Importance> = self.names.iter().map(empty).collect();
        for tree in &self.trees {
            for node in (0..tree.n_nodes()).filter(|node| !tree.is_leaf(*node)) {
                let column = &mut columns[tree.column[node] as usize];
                column.total_gain += f64::from(tree.gain[node]);
                column.n_splits += 1;
            }
        }
        columns
    }
}
