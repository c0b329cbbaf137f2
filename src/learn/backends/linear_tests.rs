//! Hand-computed planes, and the conditions every optimum satisfies.

use serde_json::json;

use super::*;
use crate::folds::RowSet;
use crate::learn::backends::sample_data::Case;

fn learner(penalty: f64, l1_ratio: f64) -> Box<dyn Learner> {
    let given = json!({ "penalty": penalty, "l1_ratio": l1_ratio, "tolerance": 1e-12 });
    (BACKEND.check)(&given).unwrap()
}

fn plane(case: &Case, learner: &dyn Learner) -> Plane {
    let bytes = case.bytes(learner);
    Plane::read(&bytes).unwrap().plane
}

/// Four rows of one column.
fn line(kind: Kind, column: [f32; 4], targets: [f64; 4]) -> Case {
    Case {
        names: vec!["x".to_owned()],
        columns: vec![column.to_vec()],
        targets: targets.to_vec(),
        rows: RowSet::from(0..4),
        ..Case::new(kind)
    }
}

#[test]
fn a_plane_without_penalty_is_least_squares() {
    // x: mean 3, spread √5; y = 2x + 1.
    let case = line(Kind::Regression, [0.0, 2.0, 4.0, 6.0], [1.0, 5.0, 9.0, 13.0]);
    let found = plane(&case, learner(0.0, 0.0).as_ref());
    let column = &found.columns[0];
    assert_eq!((column.mean, column.scale), (3.0, 5.0_f32.sqrt()));
    assert!((column.coefficient - 2.0 * 5.0_f32.sqrt()).abs() < 1e-5, "{column:?}");
    assert!((found.intercept - 7.0).abs() < 1e-5);
}

#[test]
fn a_penalty_shrinks_by_its_soft_threshold() {
    // One standardised column and target with correlation 1: (1 − ½·0.2) / (1 + ½·0.2) of it.
    let case = line(Kind::Regression, [0.0, 2.0, 4.0, 6.0], [1.0, 5.0, 9.0, 13.0]);
    let found = plane(&case, learner(0.2, 0.5).as_ref()).columns[0].coefficient;
    let expected = 2.0 * 5.0_f32.sqrt() * 0.9 / 1.1;
    assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    assert_eq!(plane(&case, learner(2.0, 1.0).as_ref()).columns[0].coefficient, 0.0);
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let mut heavy = line(Kind::Regression, [0.0, 2.0, 4.0, 6.0], [1.0, 2.0, 9.0, 8.0]);
    heavy.weights = Some(vec![2.0, 1.0, 1.0, 1.0]);
    let twice = Case {
        columns: vec![vec![0.0, 0.0, 2.0, 4.0, 6.0]],
        targets: vec![1.0, 1.0, 2.0, 9.0, 8.0],
        rows: RowSet::from(0..5),
        weights: None,
        ..heavy.clone()
    };
    let (heavy, twice) = (heavy, twice);
    for (penalty, l1_ratio) in [(0.0, 0.5), (0.0, 1.0)] {
        let learner = learner(penalty, l1_ratio);
        let (a, b) = (plane(&heavy, learner.as_ref()), plane(&twice, learner.as_ref()));
        assert!((a.intercept - b.intercept).abs() < 1e-5);
        assert!((a.columns[0].coefficient - b.columns[0].coefficient).abs() < 1e-5);
    }
}

/// At an optimum the likelihood's slope along a coefficient is the penalty's.
#[test]
fn the_logistic_plane_is_an_optimum() {
    let (penalty, l1_ratio) = (0.03, 0.4);
    let mut case = Case::new(Kind::Classification);
    case.weights = Some((0..case.targets.len()).map(|row| 0.5 + (row % 4) as f64).collect());
    let learner = learner(penalty, l1_ratio);
    let fit = case.fit(learner.as_ref()).unwrap();
    let plane = Plane::read(&fit.model.to_bytes().unwrap()).unwrap().plane;
    let predictions = case.predict(&fit);
    let weights = case.weights.as_ref().unwrap();
    let total: f64 = case.rows.iter().map(|row| weights[row as usize]).sum();
    let slope = |value: &dyn Fn(usize) -> f64| {
        let rows = case.rows.iter().map(|row| row as usize);
        let terms = rows.map(|row| {
            weights[row] * value(row) * (case.targets[row] - f64::from(predictions[row]))
        });
        terms.sum::<f64>() / total
    };
    assert!(slope(&|_| 1.0).abs() < 1e-5, "the chances have the mean of the targets");
    for (column, values) in plane.columns.iter().zip(&case.columns) {
        let scale = Scale { mean: column.mean, scale: column.scale };
        let (found, c) = (slope(&|row| scale.of(values[row])), f64::from(column.coefficient));
        let (l1, l2) = (penalty * l1_ratio, penalty * (1.0 - l1_ratio));
        if c == 0.0 {
            assert!(found.abs() <= l1 + 1e-5, "{}: {found}", column.name);
        } else {
            assert!((found - l1 * c.signum() - l2 * c).abs() < 1e-5, "{}: {found}", column.name);
        }
    }
    assert!(plane.columns[0].coefficient > 1.0);
}

/// Classes that a plane tells apart have no finite optimum without a penalty; with one they do.
#[test]
fn separable_classes_have_finite_coefficients() {
    let case = line(Kind::Classification, [-2.0, -1.0, 1.0, 2.0], [0.0, 0.0, 1.0, 1.0]);
    let found = plane(&case, learner(0.01, 0.5).as_ref()).columns[0].coefficient;
    assert!(found > 1.0 && found < 20.0, "{found}");
    let bare = case.fit(learner(0.0, 0.5).as_ref());
    assert!(bare.is_err() || case.predict(&bare.unwrap()).iter().all(|p| p.is_finite()));
}

#[test]
fn a_file_of_another_version_is_refused() {
    let case = Case::new(Kind::Regression);
    let bytes = case.bytes(learner(0.01, 0.5).as_ref());
    let text = String::from_utf8(bytes).unwrap();
    let fault = Plane::read(text.replace("\"version\":1", "\"version\":2").as_bytes()).unwrap_err();
    assert_eq!(fault.to_string(), "the file is no model of `linear`: it is `edgewalk linear` 2");
    let broken = text.replacen("\"scale\":", "\"scale\":-", 1);
    assert!(Plane::read(broken.as_bytes()).is_err());
}
