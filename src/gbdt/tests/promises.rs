//! What holds on any data: the same bytes however it is computed, and constraints that are kept.

use super::super::{Growth, Objective, Params, Rows, Start, StopOn, Task, Workspace};
use super::{Table, fit};
use crate::stats;

fn rich() -> Params {
    Params {
        rounds: 12,
        row_sample: 0.8,
        column_sample_by_tree: 0.8,
        column_sample_by_node: 0.7,
        seed: 5,
        ..Params::default()
    }
}

#[test]
fn the_model_is_the_same_bytes_at_any_number_of_threads() {
    let table = Table::noisy(900, 11);
    let binned = table.binned(256);
    for growth in [Growth::DepthWise, Growth::LeafWise] {
        for objective in [Objective::SquaredError, Objective::Huber { slope: 1.0 }] {
            let train = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let params = Params { threads, growth, objective, max_leaves: 25, ..rich() };
                let fitted = pool.install(|| fit(params, &table.task(&binned)).unwrap());
                fitted.model.to_xgboost_json()
            };
            let one = train(1);
            assert!(one == train(2) && one == train(4));
        }
    }
}

#[test]
fn rows_one_by_one_in_blocks_and_in_codes_are_predicted_alike() {
    let table = Table::noisy(333, 7);
    let binned = table.binned(64);
    let fitted = fit(rich(), &table.task(&binned)).unwrap();
    let bits = |margins: &[f32]| margins.iter().map(|m| m.to_bits()).collect::<Vec<_>>();
    let batch = table.with(|matrix| fitted.model.predict_margin(matrix).unwrap());
    let single: Vec<f32> = (0..333)
        .map(|row| table.columns.iter().map(|column| column[row]).collect::<Vec<_>>())
        .map(|row| fitted.model.predict_row(&row).unwrap())
        .collect();
    assert_eq!(bits(&batch), bits(&single));
    assert_eq!(bits(&batch), bits(&fitted.model.predict_binned(&binned).unwrap()));
    let other = Table::noisy(100, 7).binned(5);
    assert!(fitted.model.predict_binned(&other).is_err());
}

#[test]
fn going_on_from_a_model_is_as_if_it_had_not_stopped() {
    let table = Table::noisy(400, 5);
    let binned = table.binned(256);
    let whole = fit(rich(), &table.task(&binned)).unwrap();
    let first = fit(Params { rounds: 5, ..rich() }, &table.task(&binned)).unwrap();
    let file = first.model.to_xgboost_json();
    let read = super::super::Model::from_xgboost_json(file.as_bytes()).unwrap();
    for model in [&first.model, &read] {
        let second = table.with(|matrix| {
            let start = Some(Start { model, matrix: *matrix });
            let task = Task { start, ..table.task(&binned) };
            fit(Params { rounds: 7, ..rich() }, &task).unwrap()
        });
        assert_eq!(second.model.to_xgboost_json(), whole.model.to_xgboost_json());
        assert_eq!(second.best_rounds, 7);
    }
    let other = Params { objective: Objective::Huber { slope: 1.0 }, ..rich() };
    let refused = table.with(|matrix| {
        let start = Some(Start { model: &first.model, matrix: *matrix });
        fit(other, &Task { start, ..table.task(&binned) }).unwrap_err().to_string()
    });
    assert!(refused.contains("`squared_error`, not `huber`"));
}

#[test]
fn training_stops_where_watched_rows_stop_gaining() {
    let table = Table::noisy(600, 6);
    let binned = table.binned(256);
    let task = Task {
        rows: Rows::Range(0..400),
        watched: Some(Rows::Range(400..600)),
        ..table.task(&binned)
    };
    let params = Params { rounds: 300, patience: 5, learning_rate: 0.3, ..rich() };
    let fitted = fit(params.clone(), &task).unwrap();
    assert_eq!(fitted.losses.len(), fitted.best_rounds + 5);
    assert_eq!(fitted.model.trees().len(), fitted.best_rounds);
    let least = fitted.losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(fitted.losses[fitted.best_rounds - 1], least);
    let margins = table.with(|matrix| fitted.model.predict_margin(matrix).unwrap());
    let loss = (400..600).map(|row| {
        let residual = f64::from(margins[row]) - f64::from(table.targets[row] as f32);
        0.5 * residual * residual
    });
    assert!((loss.sum::<f64>() / 200.0 - least).abs() < 1e-12);
    // The watched rows are not learnt from.
    let alone = Params { rounds: fitted.best_rounds as u32, patience: 0, ..params };
    let blind = fit(alone, &Task { watched: None, ..task }).unwrap();
    assert_eq!(blind.model, fitted.model);
}

#[test]
fn training_can_stop_where_order_is_best_and_order_has_no_scale() {
    let table = Table::noisy(600, 6);
    let binned = table.binned(256);
    let task = Task {
        rows: Rows::Range(0..400),
        watched: Some(Rows::Range(400..600)),
        ..table.task(&binned)
    };
    let params = Params { rounds: 80, patience: 80, stop_on: StopOn::Correlation, ..rich() };
    let fitted = fit(params, &task).unwrap();
    let ranks = stats::ranks(&table.targets[400..]);
    let margins = table.with(|matrix| fitted.model.predict_margin(matrix).unwrap());
    let margins: Vec<f64> = margins[400..].iter().map(|m| f64::from(*m)).collect();
    let found = 1.0 - stats::pearson(&margins, &ranks).unwrap();
    let least = fitted.losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!((found - least).abs() < 1e-9, "{found} {least}");
    assert_eq!(fitted.losses[fitted.best_rounds - 1], least);
}

#[test]
fn a_used_workspace_changes_nothing() {
    let mut space = Workspace::default();
    for table in [Table::noisy(500, 9), Table::noisy(60, 3), Table::noisy(300, 12)] {
        let binned = table.binned(256);
        let used = rich().check().unwrap().fit(&table.task(&binned), &mut space).unwrap();
        assert_eq!(used, fit(rich(), &table.task(&binned)).unwrap());
    }
}

#[test]
fn constrained_predictions_never_turn_back() {
    let table = Table::noisy(500, 4);
    for (sign, growth) in [(1, Growth::DepthWise), (-1, Growth::LeafWise)] {
        let monotone = vec![sign, 0, 0, sign];
        let params = Params { monotone, growth, max_leaves: 20, alpha: 0.1, ..rich() };
        let fitted = table.fit(params);
        for row in 0..50 {
            let at = |x: f32| {
                let mut values: Vec<f32> = table.columns.iter().map(|column| column[row]).collect();
                values[0] = x;
                fitted.model.predict_row(&values).unwrap() * f32::from(sign)
            };
            let path: Vec<f32> = (-30..=30).map(|i| at(i as f32 / 10.0)).collect();
            assert!(path.is_sorted(), "{path:?}");
        }
    }
}

#[test]
fn an_effect_is_learnt() {
    let table = Table::noisy(2000, 5);
    for objective in [
        Objective::SquaredError,
        Objective::Huber { slope: 2.0 },
        Objective::Quantile { alpha: 0.5 },
    ] {
        let predicted = table.predict(&table.fit(Params { objective, rounds: 40, ..rich() }));
        let predicted: Vec<f64> = predicted.into_iter().map(f64::from).collect();
        let correlation = stats::pearson(&predicted, &table.targets).unwrap();
        assert!(correlation > 0.75, "{objective:?}: {correlation}");
    }
}
