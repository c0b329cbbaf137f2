//! Models and rows for tests, made by chance or by hand.

use serde_json::json;

use crate::gbdt::Model;
use crate::rng::Rng;

/// A node by hand: children come after it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sketch {
    Leaf { value: f64, cover: f64 },
    Split { column: usize, threshold: f64, missing_left: bool, children: [usize; 2], cover: f64 },
}

pub(super) fn model(n_columns: usize, base_score: f64, trees: &[Vec<Sketch>]) -> Model {
    let trees: Vec<_> = trees.iter().map(|tree| write(tree)).collect();
    let file = json!({ "learner": {
        "gradient_booster": { "name": "gbtree", "model": { "trees": trees } },
        "learner_model_param": { "base_score": base_score, "num_feature": n_columns },
        "objective": { "name": "reg:squarederror" },
    }});
    Model::from_xgboost_json(file.to_string().as_bytes()).unwrap()
}

fn write(tree: &[Sketch]) -> serde_json::Value {
    let (mut left, mut right, mut column, mut value) = (vec![], vec![], vec![], vec![]);
    let (mut default_left, mut covers) = (vec![], vec![]);
    for node in tree {
        let (l, r, c, v, d, cover) = match *node {
            Sketch::Leaf { value, cover } => (-1, -1, 0, value, 0, cover),
            Sketch::Split { column, threshold, missing_left, children: [l, r], cover } => {
                (l as i64, r as i64, column, threshold, u8::from(missing_left), cover)
            }
        };
        left.push(l);
        right.push(r);
        column.push(c);
        value.push(v);
        default_left.push(d);
        covers.push(cover);
    }
    json!({
        "left_children": left, "right_children": right, "split_indices": column,
        "split_conditions": value, "default_left": default_left, "sum_hessian": covers,
        "tree_param": {},
    })
}

/// A random tree whose every branch ends at `depth` or, sooner, with probability `stop`. Of the
/// nodes some have no rows; thresholds are from a grid that random rows fall on.
pub(super) fn tree(rng: &mut Rng, n_columns: usize, depth: usize, stop: f64) -> Vec<Sketch> {
    let mut nodes = vec![Sketch::Leaf { value: rng.normal(), cover: 64.0 }];
    let mut open = vec![(0, 64.0, depth)];
    while let Some((at, cover, depth)) = open.pop() {
        if depth == 0 || (at > 0 && rng.chance(stop)) {
            continue;
        }
        let first = nodes.len();
        let part = (rng.uniform() * 5.0).floor() / 4.0;
        let covers = [cover * part.min(1.0), cover * (1.0 - part.min(1.0))];
        for (child, cover) in covers.into_iter().enumerate() {
            nodes.push(Sketch::Leaf { value: rng.normal(), cover });
            open.push((first + child, cover, depth - 1));
        }
        nodes[at] = Sketch::Split {
            column: rng.index(0..n_columns),
            threshold: rng.index(0..7) as f64 - 3.0,
            missing_left: rng.chance(0.5),
            children: [first, first + 1],
            cover,
        };
    }
    nodes
}

/// Values on the grid of thresholds, between them, missing or infinite.
pub(super) fn value(rng: &mut Rng) -> f32 {
    match rng.below(10) {
        0 => f32::NAN,
        1 => [f32::INFINITY, f32::NEG_INFINITY][rng.index(0..2)],
        2..5 => rng.index(0..9) as f32 - 4.0,
        _ => 3.0 * rng.normal() as f32,
    }
}

pub(super) fn columns(rng: &mut Rng, n_columns: usize, n_rows: usize) -> Vec<Vec<f32>> {
    (0..n_columns).map(|_| (0..n_rows).map(|_| value(rng)).collect()).collect()
}

pub(super) fn slices(columns: &[Vec<f32>]) -> Vec<&[f32]> {
    columns.iter().map(Vec::as_slice).collect()
}
