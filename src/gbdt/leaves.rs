//! What a grown tree's leaves say, and what that does to the rows' margins.

use super::Objective;
use super::grow::{Leaf, TreeSpace};
use super::objective;
use super::tree::Tree;

/// Rows of the training, by row of the matrix.
pub(super) struct Data<'a> {
    pub targets: &'a [f32],
    pub weights: Option<&'a [f64]>,
}

/// The quantile loss has no curvature: its leaves take the quantile of their rows' residuals
/// (Friedman 2001, "Greedy function approximation", §4.3, does so for the median).
pub(super) fn refresh(
    tree: &mut Tree,
    objective: Objective,
    (leaves, space): (&[Leaf], &TreeSpace),
    (data, margins): (&Data<'_>, &[f32]),
) {
    let Objective::Quantile { alpha } = objective else { return };
    let mut residuals = Vec::new();
    for leaf in leaves {
        residuals.clear();
        residuals.extend(space.rows[leaf.rows.clone()].iter().map(|row| {
            let at = *row as usize;
            (data.targets[at] - margins[at], data.weights.map_or(1.0, |weights| weights[at]))
        }));
        let value = objective::quantile(&mut residuals, alpha);
        tree.value[leaf.node as usize] = value;
        tree.weight[leaf.node as usize] = value;
    }
}

/// Multiplies the leaves by the learning rate.
pub(super) fn shrink(tree: &mut Tree, learning_rate: f64) {
    for node in 0..tree.n_nodes() {
        if tree.is_leaf(node) {
            tree.value[node] = (f64::from(tree.value[node]) * learning_rate) as f32;
            tree.weight[node] = tree.value[node];
        }
    }
}

/// Adds each leaf's value to the margins of its rows, those that only followed included.
pub(super) fn add_to_margins(
    tree: &Tree,
    (leaves, space): (&[Leaf], &TreeSpace),
    margins: &mut [f32],
) {
    for leaf in leaves {
        let value = tree.value[leaf.node as usize];
        let rows = space.rows[leaf.rows.clone()].iter();
        for row in rows.chain(&space.followers[leaf.followers.clone()]) {
            margins[*row as usize] += value;
        }
    }
}
