//! The forest as it is kept against the forest as it was grown.

use smartcore::linalg::basic::arrays::Array;

use super::*;
use crate::folds::RowSet;
use crate::learn::backends::sample_data::{Case, N_TRAIN};
use crate::learn::learner::Prepared;
use std::collections::BTreeMap;

fn grower(trees: u32) -> Grower {
    Grower { params: Params { trees, min_leaf_rows: 3, ..Params::default() } }
}

/// Runs `look` on the checked job of a case.
fn with_sample(case: &Case, look: impl FnOnce(&Sample<'_>)) {
    let columns = case.columns();
    let matrix = Matrix::new(&case.names, &columns).unwrap();
    let learner: &dyn Learner = &grower(1);
    let prepared: Prepared = learner.prepare(matrix, &case.rows, None).unwrap();
    let job = crate::learn::learner::Job {
        matrix,
        prepared: &prepared,
        kind: case.kind,
        rows: &case.rows,
        early_stop: None,
        targets: &case.targets,
        weights: case.weights.as_deref(),
        monotone: &BTreeMap::new(),
        seed: case.seed,
        threads: 1,
    };
    let rows: Vec<u32> = case.rows.iter().collect();
    look(&Sample { job: &job, rows, early_stop: Vec::new(), monotone: Vec::new() });
}

#[test]
fn the_kept_forest_predicts_what_the_grown_one_does() {
    let mut case = Case::new(Kind::Regression);
    case.columns[0].iter_mut().step_by(11).for_each(|value| *value = f32::NAN);
    with_sample(&case, |sample| {
        let data = Data::of(sample).unwrap();
        assert_eq!(data.values.shape(), (N_TRAIN as usize, 4));
        let grown = grower(GROUP).grow(&data, GROUP, group_seed(case.seed, 0)).unwrap();
        let expected = grown.predict(&data.values).unwrap();
        let fit = grower(GROUP).train(sample, &mut Scratch::default()).unwrap();
        let found = fit.model.score(&sample.job.matrix).unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            let expected = *expected as f32;
            assert!(
                (found - expected).abs() <= 1e-5 * expected.abs().max(1.0),
                "{found} {expected}"
            );
        }
    });
}

#[test]
fn a_threshold_keeps_its_side_in_single_precision() {
    assert_eq!(above(1.0), 1.0_f32.next_up());
    let between = (f64::from(1.0_f32) + f64::from(1.0_f32.next_up())) / 2.0;
    assert_eq!(above(between), 1.0_f32.next_up());
    assert_eq!(above(0.1), 0.1_f32);
    assert!(f64::from(0.1_f32) > 0.1);
    assert_eq!(above(-2.5), (-2.5_f32).next_up());
}

#[test]
fn the_median_is_a_value_that_is_there() {
    assert_eq!(median(vec![3.0, 1.0, 2.0, 9.0]), 2.0);
    assert_eq!(median(vec![5.0]), 5.0);
    assert_eq!(median(Vec::new()), 0.0);
}

#[test]
fn covers_are_training_rows() {
    let case = Case { rows: RowSet::from(0..100), ..Case::new(Kind::Classification) };
    let learner: &dyn Learner = &grower(3);
    let fit = case.fit(learner).unwrap();
    let file: Value = serde_json::from_slice(&fit.model.to_bytes().unwrap()).unwrap();
    let trees = file.pointer("/learner/gradient_booster/model/trees").unwrap();
    for tree in trees.as_array().unwrap() {
        let cover = |node: usize| tree["sum_hessian"][node].as_f64().unwrap();
        let child = |side: &str| tree[side][0].as_u64().unwrap() as usize;
        assert_eq!(cover(0), 100.0);
        assert_eq!(cover(child("left_children")) + cover(child("right_children")), 100.0);
    }
}
