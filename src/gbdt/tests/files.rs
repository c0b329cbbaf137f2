//! Model files: what is written is read, and nothing read can do harm.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Model, Objective, Params};
use super::Table;

fn model(objective: Objective) -> Model {
    let mut table = Table::noisy(80, 3);
    if objective == Objective::Logistic {
        table.targets.iter_mut().for_each(|y| *y = f64::from(*y > 0.0));
    }
    table.fit(Params { objective, rounds: 3, max_depth: 3, ..Params::default() }).model
}

fn read(file: &Value) -> Result<Model, String> {
    Model::from_xgboost_json(file.to_string().as_bytes()).map_err(|fault| fault.to_string())
}

#[test]
fn what_is_written_is_read() {
    for objective in [
        Objective::SquaredError,
        Objective::Huber { slope: 1.5 },
        Objective::Logistic,
        Objective::Quantile { alpha: 0.3 },
    ] {
        let model = model(objective);
        let read = Model::from_xgboost_json(model.to_xgboost_json().as_bytes()).unwrap();
        assert_eq!(read, model);
    }
}

/// As XGBoost 3.2 writes it: a split at 0.5, then one of the right child; node numbers jump.
fn foreign() -> Value {
    json!({
        "learner": {
            "feature_names": [],
            "gradient_booster": { "name": "gbtree", "model": { "trees": [{
                "base_weights": [0.0, -1.0, 0.5, 0.25, 2.0],
                "default_left": [1, 0, 0, 0, 0],
                "left_children": [2, 4, -1, -1, -1],
                "right_children": [1, 3, -1, -1, -1],
                "loss_changes": [9.0, 4.0, 0.0, 0.0, 0.0],
                "split_conditions": [0.5, -1.5, -1.0, 0.25, 2.0],
                "split_indices": [0, 1, 0, 0, 0],
                "split_type": [0, 0, 0, 0, 0],
                "sum_hessian": [5.0, 3.0, 2.0, 1.0, 2.0],
                "tree_param": { "num_nodes": "5", "size_leaf_vector": "1" }
            }] } },
            "learner_model_param": {
                "base_score": "[5E-1]", "num_class": "0", "num_feature": "2", "num_target": "1"
            },
            "objective": { "name": "reg:squarederror" }
        },
        "version": [3, 2, 0]
    })
}

#[test]
fn a_foreign_file_predicts_by_hand() {
    let mut file = foreign();
    for base in ["[5E-1]", "5E-1", "0.5"] {
        file["learner"]["learner_model_param"]["base_score"] = json!(base);
        let model = read(&file).unwrap();
        assert_eq!(model.names(), ["f0", "f1"]);
        let predict = |row: [f32; 2]| model.predict_row(&row).unwrap();
        assert_eq!(predict([0.4, 0.0]), -0.5); // left: the value is below 0.5
        assert_eq!(predict([f32::NAN, 0.0]), -0.5);
        assert_eq!(predict([0.5, -1.5]), 0.75); // right: a value at the threshold is not below
        assert_eq!(predict([0.5, -2.0]), 2.5);
        assert_eq!(predict([0.5, f32::NAN]), 0.75);
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    let told = |pointer: &str, value: Value| {
        let mut file = foreign();
        *file.pointer_mut(pointer).unwrap() = value;
        read(&file).unwrap_err()
    };
    let tree = "/learner/gradient_booster/model/trees/0";
    let at = |key: &str| format!("{tree}/{key}");
    let place = "learner.gradient_booster.model.trees[0]";
    assert_eq!(
        told(&at("left_children/1"), json!(0)),
        format!("the model's `{place}` has a wrong child below node 1")
    );
    assert!(told(&at("left_children/1"), json!(9)).contains("wrong child"));
    assert!(told(&at("left_children/1"), json!(-1)).contains("wrong child"));
    assert!(told(&at("split_indices/1"), json!(2)).contains("splits node 1 on no column"));
    assert!(told(&at("split_type/0"), json!(1)).contains("categorical"));
    assert!(told(&at("split_conditions/0"), json!(1e300)).contains("is not finite"));
    assert!(told(&at("default_left"), json!([1])).contains("has 1 values instead of 5"));
    assert!(told("/learner/gradient_booster/name", json!("dart")).contains("only `gbtree`"));
    assert!(told("/learner/objective/name", json!("rank:ndcg")).contains("not known here"));
    let shared = "/learner/learner_model_param";
    assert!(told(&format!("{shared}/num_class"), json!("3")).contains("above 1"));
    assert!(told(&format!("{shared}/base_score"), json!("[1,2]")).contains("several values"));
    assert!(told(&format!("{shared}/num_feature"), json!("2000000000")).contains("not from 1 to"));
    assert_eq!(told("/learner", json!({})), "the model's `learner.objective` is missing");
    assert!(Model::from_xgboost_json(b"{").unwrap_err().to_string().starts_with("the file is no"));
}

proptest! {
    #[test]
    fn no_bytes_can_do_worse_than_be_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Model::from_xgboost_json(&bytes).is_err());
    }

    #[test]
    fn a_damaged_file_is_refused_or_predicts(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = foreign().to_string().into_bytes();
        for (place, byte) in damage {
            let at = place.index(bytes.len());
            bytes[at] = b"0123456789-,[]{}\"eEn "[usize::from(byte) % 21];
        }
        if let Ok(model) = Model::from_xgboost_json(&bytes) {
            let row = vec![0.5; model.names().len()];
            prop_assert!(model.predict_row(&row).is_ok());
        }
    }
}
