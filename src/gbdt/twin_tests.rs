//! The fast trainer makes the trees of the slow one, whatever is asked.

use std::ops::Range;

use proptest::prelude::*;

use super::twin::Twin;
use super::{Edges, Growth, Matrix, Objective, Params, Rows, StopOn, Task, Workspace};

#[derive(Debug, Clone)]
struct Case {
    columns: Vec<Vec<f32>>,
    targets: Vec<f64>,
    weights: Option<Vec<f64>>,
    rows: Vec<u32>,
    params: Params,
}

fn value() -> impl Strategy<Value = f32> {
    prop_oneof![
        2 => Just(f32::NAN),
        6 => (-4i32..5).prop_map(|i| i as f32),
        8 => -10.0..10.0f32,
        1 => prop_oneof![Just(f32::INFINITY), Just(f32::NEG_INFINITY)],
    ]
}

fn objective() -> impl Strategy<Value = Objective> {
    prop_oneof![
        4 => Just(Objective::SquaredError),
        1 => Just(Objective::Huber { slope: 1.5 }),
        2 => Just(Objective::Logistic),
        1 => Just(Objective::Quantile { alpha: 0.3 }),
    ]
}

prop_compose! {
    fn params(n_columns: usize)(
        objective in objective(),
        tree in (any::<bool>(), 1..5u32, prop_oneof![Just(0u32), 2..9u32], 3..20usize),
        penalties in (
            prop_oneof![Just(0.0), 0.0..5.0f64],
            prop_oneof![Just(0.0), 0.0..2.0f64],
            prop_oneof![Just(0.0), Just(1.0), 0.0..6.0f64],
            prop_oneof![Just(0.0), 0.0..2.0f64],
        ),
        samples in (
            prop_oneof![Just(1.0), 0.3..1.0f64],
            prop_oneof![Just(1.0), 0.3..1.0f64],
            prop_oneof![Just(1.0), 0.3..1.0f64],
        ),
        monotone in prop_oneof![
            Just(Vec::new()),
            prop::collection::vec(-1i8..2, n_columns),
        ],
        seed in any::<u64>(),
        threads in 1..4usize,
    ) -> Params {
        let monotone = match objective {
            Objective::Quantile { .. } => Vec::new(),
            _ => monotone,
        };
        Params {
            objective,
            rounds: 3,
            learning_rate: 0.5,
            growth: if tree.0 { Growth::LeafWise } else { Growth::DepthWise },
            max_depth: tree.1,
            max_leaves: tree.2,
            max_bins: tree.3,
            lambda: penalties.0,
            alpha: penalties.1,
            min_child_weight: penalties.2,
            min_gain: penalties.3,
            row_sample: samples.0,
            column_sample_by_tree: samples.1,
            column_sample_by_node: samples.2,
            monotone,
            patience: 0,
            stop_on: StopOn::Loss,
            seed,
            threads,
        }
    }
}

/// Most nodes of a small table have few rows; a large one's have histograms.
fn case(n_columns: Range<usize>, n_rows: Range<usize>) -> impl Strategy<Value = Case> {
    (n_columns, n_rows).prop_flat_map(|(n_columns, n_rows)| {
        let columns = prop::collection::vec(prop::collection::vec(value(), n_rows), n_columns);
        let target = prop_oneof![3 => -5.0..5.0f64, 2 => (-2i32..3).prop_map(f64::from)];
        let targets = prop::collection::vec(target, n_rows);
        let weight = prop_oneof![1 => Just(0.0), 8 => 0.0..3.0f64];
        let weights = prop::option::of(prop::collection::vec(weight, n_rows));
        let rows = prop::sample::subsequence((0..n_rows as u32).collect::<Vec<_>>(), 1..=n_rows);
        (columns, targets, weights, rows, params(n_columns)).prop_map(
            |(columns, mut targets, weights, rows, params)| {
                if params.objective == Objective::Logistic {
                    targets.iter_mut().for_each(|y| *y = f64::from(*y > 0.0));
                }
                Case { columns, targets, weights, rows, params }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_fast_trainer_grows_the_trees_of_the_slow_one(case in case(1..7, 2..60)) {
        compare(&case)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]

    #[test]
    fn the_fast_trainer_grows_the_trees_of_the_slow_one_on_more_rows(case in case(1..10, 150..500)) {
        compare(&case)?;
    }
}

fn compare(case: &Case) -> Result<(), TestCaseError> {
    let names: Vec<String> = (0..case.columns.len()).map(|i| format!("c{i}")).collect();
    let columns: Vec<&[f32]> = case.columns.iter().map(Vec::as_slice).collect();
    let matrix = Matrix::new(&names, &columns).unwrap();
    let rows = Rows::List(&case.rows);
    let edges = Edges::fit(&matrix, &rows, case.params.max_bins).unwrap();
    let binned = edges.bin(&matrix, 0..matrix.n_rows()).unwrap();
    let total: f64 =
        case.rows.iter().map(|row| case.weights.as_ref().map_or(1.0, |w| w[*row as usize])).sum();
    prop_assume!(total > 0.0);
    let task = Task {
        binned: &binned,
        targets: &case.targets,
        weights: case.weights.as_deref(),
        rows,
        watched: None,
        start: None,
    };
    let booster = case.params.clone().check().unwrap();
    let fit = booster.fit(&task, &mut Workspace::default()).unwrap();
    let twin = Twin {
        matrix,
        edges: &edges,
        params: &case.params,
        targets: &case.targets,
        weights: case.weights.as_deref(),
        rows: case.rows.clone(),
    };
    let expected = twin.trees(fit.model.start_margin());
    for (got, want) in fit.model.trees().iter().zip(&expected) {
        prop_assert_eq!(got, want);
    }
    prop_assert_eq!(fit.model.trees().len(), expected.len());
    Ok(())
}
