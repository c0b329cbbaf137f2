//! Shapley values by their definition: every set of columns, every order's weight.

use crate::gbdt::{Model, Node, Tree};

/// Contributions of all columns to one row, and the bias.
pub(super) fn shapley(model: &Model, row: &[f32]) -> (Vec<f64>, f64) {
    let n = model.names().len();
    let worth: Vec<f64> = (0..1_usize << n).map(|known| margin(model, row, known)).collect();
    let mut factorials = vec![1.0];
    (1..=n).for_each(|k| factorials.push(factorials[k - 1] * k as f64));
    let value = |column: usize| -> f64 {
        let without = (0..worth.len()).filter(|known| known >> column & 1 == 0);
        let gain = |known: usize| {
            let size = known.count_ones() as usize;
            let weight = factorials[size] * factorials[n - size - 1] / factorials[n];
            weight * (worth[known | 1 << column] - worth[known])
        };
        without.map(gain).sum()
    };
    ((0..n).map(value).collect(), worth[0])
}

/// What the model predicts on average if only the columns of `known` are.
fn margin(model: &Model, row: &[f32], known: usize) -> f64 {
    let trees = model.trees().iter();
    f64::from(model.start_margin()) + trees.map(|tree| expect(tree, 0, row, known)).sum::<f64>()
}

fn expect(tree: &Tree, at: usize, row: &[f32], known: usize) -> f64 {
    let (column, threshold, missing_left, left, right) = match tree.node(at) {
        Node::Leaf { value, .. } => return f64::from(value),
        Node::Split { column, threshold, missing_left, left, right, .. } => {
            (column, threshold, missing_left, left, right)
        }
    };
    let [l, r] = [left, right].map(|child| expect(tree, child, row, known));
    let x = row[column];
    if known >> column & 1 == 1 {
        let goes_left = if x.is_nan() { missing_left } else { x < threshold };
        return if goes_left { l } else { r };
    }
    let [a, b] = [left, right].map(|child| f64::from(tree.node(child).cover()));
    if a + b > 0.0 { (a * l + b * r) / (a + b) } else { (l + r) / 2.0 }
}
