//! Numbers computed by hand, and tables with nothing in them to learn.

use super::super::{GbdtFault, Growth, Objective, Params, Rows, Task};
use super::{Table, fit, one_tree};

fn four() -> Table {
    Table::new(&[&[1.0, 2.0, 3.0, 4.0]], &[0.0, 0.0, 10.0, 10.0])
}

#[test]
fn a_split_of_four_rows() {
    // From the mean 5 the gradients are 5, 5, −5, −5: S = 10²/(2 + 1) on each side, 0 above.
    let fit = four().fit(one_tree());
    let tree = &fit.model.trees()[0];
    assert_eq!((tree.left.as_slice(), tree.value[0]), (&[1, 0, 0][..], 2.5));
    assert_eq!(tree.gain[0], (200.0 / 3.0) as f32);
    assert_eq!(tree.cover, [4.0, 2.0, 2.0]);
    let third = (10.0_f64 / 3.0) as f32;
    assert_eq!(tree.value[1..], [-third, third]);
    assert_eq!(four().predict(&fit), [5.0 - third, 5.0 - third, 5.0 + third, 5.0 + third]);
    let importance = &fit.model.importance()[0];
    assert_eq!((importance.total_gain, importance.n_splits), (f64::from(tree.gain[0]), 1));
}

#[test]
fn penalties_pull_leaves_towards_zero() {
    // α = 2 leaves 8 of a gradient sum of 10, λ = 2 makes the Hessian of 2 a 4.
    let fit = four().fit(Params { alpha: 2.0, lambda: 2.0, ..one_tree() });
    let tree = &fit.model.trees()[0];
    assert_eq!((tree.value[1], tree.value[2], tree.gain[0]), (-2.0, 2.0, 32.0));
    let half = four().fit(Params { learning_rate: 0.5, lambda: 0.0, ..one_tree() });
    assert_eq!(half.model.trees()[0].value[1..], [-2.5, 2.5]);
}

#[test]
fn a_split_has_to_gain_and_its_children_to_weigh_enough() {
    let splits = |params: Params| four().fit(params).model.trees()[0].n_leaves() > 1;
    let gain = 200.0 / 3.0;
    assert!(splits(Params { min_gain: gain - 1e-9, ..one_tree() }));
    assert!(!splits(Params { min_gain: gain + 1e-9, ..one_tree() }));
    assert!(splits(Params { min_child_weight: 2.0, ..one_tree() }));
    assert!(!splits(Params { min_child_weight: 2.001, ..one_tree() }));
}

#[test]
fn weights_count_rows_several_times() {
    let table = four();
    let binned = table.binned(256);
    let weights = [1.0, 1.0, 2.0, 0.0];
    let task = Task { weights: Some(&weights), ..table.task(&binned) };
    let fit = fit(Params { lambda: 0.0, ..one_tree() }, &task).unwrap();
    // As 0, 0, 10, 10: the mean is 5, the leaves are exact.
    assert_eq!(fit.model.base_score(), 5.0);
    assert_eq!(fit.model.trees()[0].value[1..], [-5.0, 5.0]);
    assert_eq!(fit.model.trees()[0].cover, [4.0, 2.0, 2.0]);
}

#[test]
fn missing_values_go_where_they_gain() {
    for (missing, left) in [(0.0, true), (10.0, false)] {
        let column = [1.0, 2.0, 3.0, 4.0, f32::NAN];
        let table = Table::new(&[&column], &[0.0, 0.0, 10.0, 10.0, missing]);
        let fit = table.fit(Params { lambda: 0.0, ..one_tree() });
        assert_eq!(fit.model.trees()[0].default_left[0], left);
        assert_eq!(table.predict(&fit)[4], missing as f32);
    }
    // Being missing can be what counts.
    let table = Table::new(&[&[f32::NAN, 1.0, 2.0, f32::NAN]], &[7.0, 1.0, 1.0, 7.0]);
    let fit = table.fit(Params { lambda: 0.0, ..one_tree() });
    assert_eq!(table.predict(&fit), [7.0, 1.0, 1.0, 7.0]);
}

#[test]
fn infinite_values_are_the_largest_and_the_least() {
    let column = [f32::NEG_INFINITY, 0.0, 1.0, f32::INFINITY];
    let table = Table::new(&[&column], &[0.0, 0.0, 0.0, 8.0]);
    let fit = table.fit(Params { lambda: 0.0, ..one_tree() });
    assert_eq!(table.predict(&fit), [0.0, 0.0, 0.0, 8.0]);
}

#[test]
fn what_cannot_teach_anything_leaves_the_constant() {
    let constant = Table::new(&[&[1.0, 2.0, 3.0]], &[4.5, 4.5, 4.5]);
    assert_eq!(constant.predict(&constant.fit(Params::default())), [4.5; 3]);
    let blank = Table::new(&[&[1.0; 3], &[f32::NAN; 3]], &[1.0, 2.0, 6.0]);
    let fit = blank.fit(Params::default());
    assert_eq!(blank.predict(&fit), [3.0; 3]);
    assert!(fit.model.trees().iter().all(|tree| tree.n_nodes() == 1));
    let one = Table::new(&[&[1.0]], &[-2.5]);
    assert_eq!(one.predict(&one.fit(Params::default())), [-2.5]);
    for objective in [Objective::Huber { slope: 1.0 }, Objective::Quantile { alpha: 0.9 }] {
        assert_eq!(one.predict(&one.fit(Params { objective, ..Params::default() })), [-2.5]);
    }
    let sure = Table::new(&[&[1.0, 2.0]], &[1.0, 1.0]);
    let chance =
        sure.predict(&sure.fit(Params { objective: Objective::Logistic, ..one_tree() }))[0];
    assert!(chance > 0.99 && chance <= 1.0);
}

#[test]
fn quantile_leaves_are_quantiles() {
    let column: Vec<f32> = (0..20).map(|i| (i / 10) as f32).collect();
    let targets: Vec<f64> = (0..20).map(|i| f64::from(i % 10 + i / 10 * 100)).collect();
    let table = Table::new(&[&column], &targets);
    let objective = Objective::Quantile { alpha: 0.75 };
    let predicted = table.predict(&table.fit(Params { objective, ..one_tree() }));
    assert_eq!((predicted[0], predicted[19]), (7.0, 107.0));
}

#[test]
fn the_leaf_that_gains_most_comes_first() {
    // Two levels; the right half holds the larger difference.
    let table = Table::new(&[&[1.0, 2.0, 3.0, 4.0]], &[0.0, 1.0, 20.0, 30.0]);
    let leaf_wise =
        Params { growth: Growth::LeafWise, max_depth: 3, max_leaves: 3, lambda: 0.0, ..one_tree() };
    let fitted = table.fit(leaf_wise.clone());
    let tree = &fitted.model.trees()[0];
    assert_eq!((tree.n_leaves(), tree.value[2]), (3, 3.5));
    let depth_wise = Params { growth: Growth::DepthWise, ..leaf_wise };
    let fitted = table.fit(depth_wise);
    let tree = &fitted.model.trees()[0];
    assert_eq!((tree.n_leaves(), tree.value[1]), (3, 1.5));
}

#[test]
fn what_cannot_be_trained_on_is_refused() {
    let table = four();
    let binned = table.binned(256);
    let refused = |change: &dyn Fn(&mut Task<'_>), objective| {
        let mut task = table.task(&binned);
        change(&mut task);
        fit(Params { objective, ..one_tree() }, &task).unwrap_err().to_string()
    };
    let squared = Objective::SquaredError;
    let empty = refused(&|task| task.rows = Rows::List(&[]), squared);
    assert_eq!(empty, "there are no rows to train on");
    let outside = refused(&|task| task.rows = Rows::List(&[0, 4]), squared);
    assert_eq!(outside, "row `4` is not among the 4 rows of the matrix");
    let twice = refused(&|task| task.watched = Some(Rows::Range(3..4)), squared);
    assert!(twice.starts_with("row `3` is listed twice"));
    let missing = refused(&|task| task.targets = &[0.0, f64::NAN, 0.0, 0.0], squared);
    assert_eq!(missing, "the target of row `1` is `NaN`, but must be a finite number below 1e37");
    let classes = refused(&|_| {}, Objective::Logistic);
    assert_eq!(classes, "the target of row `2` is `10`, but must be from 0 to 1");
    let negative = refused(&|task| task.weights = Some(&[1.0, 1.0, -1.0, 1.0]), squared);
    assert!(negative.starts_with("the weight of row `2` is `-1`"));
    assert_eq!(refused(&|task| task.weights = Some(&[0.0; 4]), squared), "all weights are zero");
    assert_eq!(
        refused(&|task| task.targets = &[0.0], squared),
        "there are 1 targets, but 4 are needed"
    );
    let monotone = fit(Params { monotone: vec![1, 1], ..one_tree() }, &table.task(&binned));
    assert_eq!(monotone, Err(GbdtFault::Monotone { monotone: 2, columns: 1 }));
}

#[test]
fn a_missing_target_matters_only_where_it_is_read() {
    let mut table = four();
    table.targets.push(f64::NAN);
    table.columns[0].push(9.0);
    let binned = table.binned(256);
    let task = Task { rows: Rows::Range(0..4), ..table.task(&binned) };
    let fitted = fit(one_tree(), &task).unwrap();
    assert_eq!(fitted.model.base_score(), 5.0);
}
