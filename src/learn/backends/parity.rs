//! Trees of one booster read by the others: each predicts what the writer does, to the rounding of
//! single precision.

use serde_json::json;

use super::find;
use super::sample_data::Case;
use crate::learn::learner::{Kind, Learner, Matrix};

fn learner(name: &str) -> Option<Box<dyn Learner>> {
    #[expect(clippy::disallowed_methods, reason = "a test may be told where things are")]
    let library = std::env::var("EDGEWALK_XGBOOST").ok();
    let mut given = json!({ "rounds": 40, "max_depth": 5, "row_sample": 0.8 });
    if name == "xgboost" {
        given["library"] = json!(library);
    }
    match (find(name).unwrap().check)(&given) {
        Err(super::LearnFault::NoLibrary { .. }) => None,
        other => Some(other.unwrap()),
    }
}

#[test]
fn a_model_of_one_booster_is_read_by_the_others() {
    let boosters = ["gbdt", "hessboost", "xgboost"].map(learner);
    for kind in [Kind::Regression, Kind::Classification] {
        let mut case = Case::new(kind);
        case.columns[0][3] = f32::NAN;
        let columns = case.columns();
        let matrix = Matrix::new(&case.names, &columns).unwrap();
        for writer in boosters.iter().flatten() {
            let fit = case.fit(writer.as_ref()).unwrap();
            let (bytes, expected) = (fit.model.to_bytes().unwrap(), case.predict(&fit));
            for reader in boosters.iter().flatten() {
                let model = reader.load(&bytes).unwrap();
                assert_eq!(model.kind(), kind);
                let found = model.predict(&matrix).unwrap();
                let pairs = expected.iter().zip(&found);
                let worst =
                    pairs.map(|(a, b)| (a - b).abs() / a.abs().max(1.0)).fold(0.0, f32::max);
                let pair = format!("{} read by {}", writer.name(), reader.name());
                assert!(worst <= 4.0 * f32::EPSILON, "{pair}: {worst}");
            }
        }
    }
}

/// The twins learn alike: on clean data of few values the same trees but for rounding.
#[test]
fn boosters_of_the_same_parameters_learn_alike() {
    let boosters = ["gbdt", "hessboost", "xgboost"].map(learner);
    let case = Case::new(Kind::Regression);
    let fits: Vec<Vec<f32>> = boosters
        .iter()
        .flatten()
        .map(|learner| case.predict(&case.fit(learner.as_ref()).unwrap()))
        .collect();
    for other in &fits[1..] {
        let to_f64 = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        let found = crate::stats::spearman(&to_f64(&fits[0]), &to_f64(other)).unwrap();
        assert!(found > 0.97, "{found}");
    }
}
