//! Writing: what XGBoost's loader asks for, in its order. By types, not by `json!`: that would
//! widen every number to double precision, and double the file.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::{Model, Objective, Tree};

/// XGBoost's mark of a root's parent, the largest `int32`.
const NO_PARENT: i32 = i32::MAX;

pub(super) fn write(model: &Model) -> String {
    let n_columns = model.names.len();
    let n_trees = model.trees.len();
    let trees = model.trees.iter().enumerate();
    let learner = Learner {
        attributes: json!({}),
        feature_names: &model.names,
        feature_types: vec!["float"; n_columns],
        gradient_booster: Booster {
            model: Trees {
                cats: json!({ "enc": [], "feature_segments": [], "sorted_idx": [] }),
                gbtree_model_param: json!({
                    "num_parallel_tree": "1",
                    "num_trees": n_trees.to_string(),
                }),
                iteration_indptr: (0..=n_trees).collect(),
                tree_info: vec![0; n_trees],
                trees: trees.map(|(id, tree)| filed(id, tree, n_columns)).collect(),
            },
            name: "gbtree",
        },
        learner_model_param: json!({
            "base_score": format!("[{:E}]", model.base_score),
            "boost_from_average": "1",
            "num_class": "0",
            "num_feature": n_columns.to_string(),
            "num_target": "1",
        }),
        objective: objective(model.objective),
    };
    // Only maps with keys that are no texts can fail, and there are none.
    serde_json::to_string(&File { learner, version: [3, 2, 0] }).unwrap_or_default()
}

#[derive(Serialize)]
struct File<'a> {
    learner: Learner<'a>,
    version: [u32; 3],
}

#[derive(Serialize)]
struct Learner<'a> {
    attributes: Value,
    feature_names: &'a [String],
    feature_types: Vec<&'static str>,
    gradient_booster: Booster<'a>,
    learner_model_param: Value,
    objective: Value,
}

#[derive(Serialize)]
struct Booster<'a> {
    model: Trees<'a>,
    name: &'static str,
}

#[derive(Serialize)]
struct Trees<'a> {
    cats: Value,
    gbtree_model_param: Value,
    iteration_indptr: Vec<usize>,
    tree_info: Vec<u32>,
    trees: Vec<Filed<'a>>,
}

#[derive(Serialize)]
struct Filed<'a> {
    base_weights: &'a [f32],
    categories: [u32; 0],
    categories_nodes: [u32; 0],
    categories_segments: [u32; 0],
    categories_sizes: [u32; 0],
    default_left: Vec<u8>,
    id: usize,
    left_children: Vec<i32>,
    loss_changes: &'a [f32],
    parents: Vec<i32>,
    right_children: Vec<i32>,
    split_conditions: &'a [f32],
    split_indices: &'a [u32],
    split_type: Vec<u8>,
    sum_hessian: &'a [f32],
    tree_param: Value,
}

fn filed(id: usize, tree: &Tree, n_columns: usize) -> Filed<'_> {
    let n = tree.n_nodes();
    let mut parents = vec![NO_PARENT; n];
    let (mut left, mut right) = (vec![-1; n], vec![-1; n]);
    for node in (0..n).filter(|node| !tree.is_leaf(*node)) {
        let child = tree.left[node] as usize;
        (left[node], right[node]) = (child as i32, child as i32 + 1);
        (parents[child], parents[child + 1]) = (node as i32, node as i32);
    }
    Filed {
        base_weights: &tree.weight,
        categories: [],
        categories_nodes: [],
        categories_segments: [],
        categories_sizes: [],
        default_left: tree.default_left.iter().map(|left| u8::from(*left)).collect(),
        id,
        left_children: left,
        loss_changes: &tree.gain,
        parents,
        right_children: right,
        split_conditions: &tree.value,
        split_indices: &tree.column,
        split_type: vec![0; n],
        sum_hessian: &tree.cover,
        tree_param: json!({
            "num_deleted": "0",
            "num_feature": n_columns.to_string(),
            "num_nodes": n.to_string(),
            "size_leaf_vector": "1",
        }),
    }
}

fn objective(objective: Objective) -> Value {
    let scale = json!({ "scale_pos_weight": "1" });
    match objective {
        Objective::SquaredError => json!({ "name": "reg:squarederror", "reg_loss_param": scale }),
        Objective::Logistic => json!({ "name": "binary:logistic", "reg_loss_param": scale }),
        Objective::Huber { slope } => json!({
            "name": "reg:pseudohubererror",
            "pseudo_huber_param": { "huber_slope": slope.to_string() },
        }),
        Objective::Quantile { alpha } => json!({
            "name": "reg:quantileerror",
            "quantile_loss_param": { "quantile_alpha": format!("[{alpha:E}]") },
        }),
    }
}
