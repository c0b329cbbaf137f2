//! What every backend refuses, and says in the same words.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::super::sample_data::{Case, N_ROWS, N_TRAIN};
use super::super::{BACKENDS, LearnFault, find};
use super::{each, given, learners, with};
use crate::folds::RowSet;
use crate::learn::learner::{Kind, Matrix, Monotone, Scratch};

#[test]
fn a_constant_target_is_refused() {
    each(|learner, kind| {
        let case = Case { targets: vec![1.0; N_ROWS], ..Case::new(kind) };
        let fault = case.fit(learner).unwrap_err();
        assert_eq!(fault, LearnFault::ConstantTarget { value: 1.0, rows: N_TRAIN as usize });
        assert_eq!(fault.to_string(), "all 400 targets are `1`: there is nothing to learn");
        let one = Case { rows: RowSet::from(8..9), ..Case::new(kind) };
        let prepared = Case::new(kind).prepare(learner).unwrap();
        let fault = one.fit_prepared(learner, &prepared, &mut Scratch::default()).unwrap_err();
        assert!(matches!(fault, LearnFault::ConstantTarget { rows: 1, .. }), "{fault}");
    });
}

#[test]
fn a_column_without_a_value_is_refused_where_data_are_prepared() {
    each(|learner, kind| {
        let mut case = Case::new(kind);
        case.columns[2][..N_TRAIN as usize].fill(f32::NAN);
        let fault = case.prepare(learner).unwrap_err();
        let told = "column `gaps` has no value in any of the 400 training rows";
        assert_eq!(fault.to_string(), told);
    });
}

#[test]
fn what_cannot_be_trained_is_refused_by_its_name() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let refused = |change: &dyn Fn(&mut Case)| {
            let mut case = case.clone();
            change(&mut case);
            case.fit(learner).unwrap_err().to_string()
        };
        let told = refused(&|case| case.rows = RowSet::default());
        assert_eq!(told, "there are no rows to train on");
        let told = refused(&|case| case.targets.fill(f64::NAN));
        assert_eq!(told, "none of the 400 training rows has a target and a weight");
        assert!(refused(&|case| case.targets[3] = f64::INFINITY).contains("row `3` is `inf`"));
        let told = refused(&|case| case.rows = RowSet::from(590..601));
        assert_eq!(told, "row `600` is not among the 600 rows of the matrix");
        assert!(refused(&|case| case.targets.truncate(599)).contains("599 targets, but 600"));
        assert!(refused(&|case| case.weights = Some(vec![-1.0; N_ROWS])).contains("is `-1`"));
        let told = refused(&|case| {
            case.monotone.insert("z".to_owned(), Monotone::Rising);
        });
        assert_eq!(told, "the monotone column `z` is not among the features");
        let told = refused(&|case| case.early_stop = Some(RowSet::from(399..401)));
        assert!(told.contains("row `399` tells when to stop"), "{told}");
        if kind == Kind::Classification {
            assert!(refused(&|case| case.targets[0] = 1.5).contains("a classification cannot"));
        }
    });
}

#[test]
fn other_data_than_were_prepared_are_refused() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let prepared = case.prepare(learner).unwrap();
        let fault = |case: &Case| {
            case.fit_prepared(learner, &prepared, &mut Scratch::default()).unwrap_err().to_string()
        };
        let later = Case { rows: RowSet::from(0..N_TRAIN + 1), ..case.clone() };
        assert!(fault(&later).starts_with("row `400` is to be used"));
        let mut renamed = case.clone();
        renamed.names[1] = "c".to_owned();
        assert!(fault(&renamed).starts_with("column 1 is `c`"));
        let other = learners().into_iter().find(|other| other.key() != learner.key()).unwrap();
        let foreign = case.prepare(other.as_ref()).unwrap();
        let fault = case.fit_prepared(learner, &foreign, &mut Scratch::default()).unwrap_err();
        assert!(matches!(fault, LearnFault::OtherPrepared { .. }), "{fault}");
    });
}

#[test]
fn other_columns_than_were_learnt_are_refused_naming_the_first() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let fit = case.fit(learner).unwrap();
        let columns = case.columns();
        let names = ["a", "gaps", "b", "flat"].map(str::to_owned);
        let fault = fit.model.predict(&Matrix::new(&names, &columns).unwrap()).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "column 1 is `gaps`, but the model was trained on `b`",
            "{}",
            learner.name()
        );
        let few = Matrix::new(&case.names[..3], &columns[..3]).unwrap();
        let fault = fit.model.predict(&few).unwrap_err();
        assert_eq!(fault, LearnFault::OtherWidth { expected: 4, found: 3 });
    });
}

#[test]
fn parameters_that_cannot_be_are_told_all_at_once() {
    for backend in BACKENDS {
        if matches!((backend.check)(&given(backend.name)), Err(LearnFault::NoLibrary { .. })) {
            continue;
        }
        let mut wrong = with(backend.name, "nonsense", json!(1));
        wrong["max_depth"] = json!(99);
        wrong["penalty"] = json!(-1);
        let Err(LearnFault::Params(faults)) = (backend.check)(&wrong) else {
            panic!("`{}` takes nonsense", backend.name);
        };
        let named: BTreeSet<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
        let all = BTreeSet::from(["nonsense", "max_depth", "penalty"]);
        assert_eq!(named, all, "{}: {faults:?}", backend.name);
        assert!((backend.check)(&json!([1])).is_err());
    }
    for name in ["gbdt", "hessboost"] {
        let fault = (find(name).unwrap().check)(&json!({ "seed": 1 })).unwrap_err();
        assert_eq!(fault.to_string(), "`seed` is `1`, but it is no parameter of a backend");
    }
    let fault = find("xgbost").unwrap_err().to_string();
    let known = "gbdt, hessboost, xgboost, linear, forest";
    assert_eq!(fault, format!("there is no backend `xgbost`; known are {known}"));
}

#[test]
fn bytes_that_are_no_model_are_refused() {
    for learner in learners() {
        let bytes = Case::new(Kind::Regression).bytes(learner.as_ref());
        for wrong in [&b""[..], b"{}", b"[1, 2]", b"\xff\xfe", &bytes[..bytes.len() / 2]] {
            let fault = learner.load(wrong).unwrap_err();
            assert!(matches!(fault, LearnFault::Corrupt { .. }), "{}: {fault}", learner.name());
        }
    }
}

/// Changes at one place of the file: it may still be a model, but nothing panics, and what can be
/// loaded predicts.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn damaged_models_never_panic(damage in damage()) {
        for learner in learners() {
            let case = Case { rows: RowSet::from(0..60), ..Case::new(Kind::Regression) };
            let mut bytes = case.bytes(learner.as_ref());
            for (at, byte) in &damage {
                let at = at.index(bytes.len());
                // Digits for digits keep the file readable more often.
                bytes[at] = if bytes[at].is_ascii_digit() { b'0' + byte % 10 } else { *byte };
            }
            if let Ok(model) = learner.load(&bytes) {
                let columns = case.columns();
                let _ = model.predict(&Matrix::new(&case.names, &columns).unwrap());
            }
        }
    }
}
