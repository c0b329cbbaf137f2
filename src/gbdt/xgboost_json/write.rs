//! Writing: what XGBoost's loader asks for, in its order.

use serde_json::{Value, json};

use super::super::{Model, Objective, Tree};

/// XGBoost's mark of a root's parent, the largest `int32`.
const NO_PARENT: i64 = i32::MAX as i64;

pub(super) fn write(model: &Model) -> String {
    let n_columns = model.names.len();
    let n_trees = model.trees.len();
    let trees: Vec<Value> =
        model.trees.iter().enumerate().map(|(id, tree)| write_tree(id, tree, n_columns)).collect();
    let file = json!({
        "learner": {
            "attributes": {},
            "feature_names": model.names,
            "feature_types": vec!["float"; n_columns],
            "gradient_booster": {
                "model": {
                    "cats": { "enc": [], "feature_segments": [], "sorted_idx": [] },
                    "gbtree_model_param": {
                        "num_parallel_tree": "1",
                        "num_trees": n_trees.to_string(),
                    },
                    "iteration_indptr": (0..=n_trees).collect::<Vec<_>>(),
                    "tree_info": vec![0; n_trees],
                    "trees": trees,
                },
                "name": "gbtree",
            },
            "learner_model_param": {
                "base_score": format!("[{:E}]", model.base_score),
                "boost_from_average": "1",
                "num_class": "0",
                "num_feature": n_columns.to_string(),
                "num_target": "1",
            },
            "objective": write_objective(model.objective),
        },
        "version": [3, 2, 0],
    });
    file.to_string()
}

fn write_objective(objective: Objective) -> Value {
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

fn write_tree(id: usize, tree: &Tree, n_columns: usize) -> Value {
    let n = tree.n_nodes();
    let mut parents = vec![NO_PARENT; n];
    let (mut left, mut right) = (vec![-1_i64; n], vec![-1_i64; n]);
    for node in (0..n).filter(|node| !tree.is_leaf(*node)) {
        let child = tree.left[node] as usize;
        (left[node], right[node]) = (child as i64, child as i64 + 1);
        (parents[child], parents[child + 1]) = (node as i64, node as i64);
    }
    let default_left: Vec<u8> = tree.default_left.iter().map(|left| u8::from(*left)).collect();
    json!({
        "base_weights": tree.weight,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": default_left,
        "id": id,
        "left_children": left,
        "loss_changes": tree.gain,
        "parents": parents,
        "right_children": right,
        "split_conditions": tree.value,
        "split_indices": tree.column,
        "split_type": vec![0; n],
        "sum_hessian": tree.cover,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": n_columns.to_string(),
            "num_nodes": n.to_string(),
            "size_leaf_vector": "1",
        },
    })
}
