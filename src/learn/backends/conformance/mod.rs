//! What every backend keeps, tried on each of them. One that cannot be had here (libxgboost is not
//! installed) is left out, and said to be.

mod refusals;

use serde_json::{Value, json};

use super::sample_data::{Case, N_ROWS, N_TRAIN, N_WATCHED};
use super::{BACKENDS, LearnFault, find};
use crate::folds::RowSet;
use crate::learn::learner::{Kind, Learner, Matrix, Monotone, Scratch};

const KINDS: [Kind; 2] = [Kind::Regression, Kind::Classification];

/// Small trainings; `library` where the tests' environment names one.
fn given(name: &str) -> Value {
    match name {
        "linear" => json!({}),
        "forest" => json!({ "trees": 30, "max_depth": 5, "min_leaf_rows": 5 }),
        "xgboost" => {
            #[expect(clippy::disallowed_methods, reason = "a test may be told where things are")]
            let library = std::env::var("EDGEWALK_XGBOOST").ok();
            json!({ "rounds": 12, "max_depth": 3, "library": library })
        }
        _ => json!({ "rounds": 12, "max_depth": 3 }),
    }
}

fn with(name: &str, key: &str, value: Value) -> Value {
    let mut given = given(name);
    given[key] = value;
    given
}

/// Every backend there is.
fn learners() -> Vec<Box<dyn Learner>> {
    let learner = |backend: &super::Backend| match (backend.check)(&given(backend.name)) {
        Ok(learner) => Some(learner),
        Err(fault @ LearnFault::NoLibrary { .. }) => {
            #[expect(clippy::print_stderr, reason = "what is not tested should be seen")]
            {
                eprintln!("`{}` is not tested: {fault}; see EDGEWALK_XGBOOST", backend.name);
            }
            None
        }
        Err(fault) => panic!("{}: {fault}", backend.name),
    };
    BACKENDS.iter().filter_map(learner).collect()
}

fn each(mut test: impl FnMut(&dyn Learner, Kind)) {
    for learner in learners() {
        for kind in KINDS {
            test(learner.as_ref(), kind);
        }
    }
}

/// The share of variance, or of the chance's uncertainty, that predictions explain on new rows.
fn skill(case: &Case, predictions: &[f32]) -> f64 {
    let rows = N_WATCHED as usize..N_ROWS;
    let targets = &case.targets[rows.clone()];
    let mean = targets.iter().sum::<f64>() / targets.len() as f64;
    let error: f64 =
        targets.iter().zip(&predictions[rows]).map(|(y, p)| (y - f64::from(*p)).powi(2)).sum();
    1.0 - error / targets.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
}

#[test]
fn all_learn_what_there_is_to_learn() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let fit = case.fit(learner).unwrap();
        let predictions = case.predict(&fit);
        let found = skill(&case, &predictions);
        assert!(found > 0.4, "{} {kind:?}: {found}", learner.name());
        assert_eq!(fit.model.kind(), kind);
        assert_eq!(fit.model.names(), case.names);
        if kind == Kind::Classification {
            assert!(predictions.iter().all(|p| (0.0..=1.0).contains(p)));
        }
        let weight = fit.model.importance();
        assert!(weight[0] > weight[1] && weight[1] > weight[2], "{}: {weight:?}", learner.name());
        assert_eq!(weight[3], 0.0, "a constant column does nothing");
    });
}

#[test]
fn a_saved_model_predicts_the_same_and_is_saved_the_same() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let fit = case.fit(learner).unwrap();
        let bytes = fit.model.to_bytes().unwrap();
        let model = learner.load(&bytes).unwrap();
        assert_eq!(model.kind(), kind, "{}", learner.name());
        assert_eq!(model.names(), case.names);
        assert_eq!(model.importance(), fit.model.importance());
        assert_eq!(model.to_bytes().unwrap(), bytes);
        let columns = case.columns();
        let matrix = Matrix::new(&case.names, &columns).unwrap();
        assert_eq!(model.predict(&matrix).unwrap(), case.predict(&fit), "{}", learner.name());
    });
}

#[test]
fn the_same_job_makes_the_same_bytes_on_any_number_of_threads() {
    each(|learner, kind| {
        let mut case = Case::new(kind);
        let bytes = case.bytes(learner);
        for threads in [1, 2, 4] {
            case.threads = threads;
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let again = pool.install(|| case.bytes(learner));
            assert!(again == bytes, "{} {kind:?}, {threads} threads", learner.name());
        }
    });
}

/// Used memory does not show.
#[test]
fn what_is_left_in_scratch_changes_nothing() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let other = Case { seed: 5, rows: RowSet::from(3..300), ..Case::new(kind) };
        let (prepared, wide) = (other.prepare(learner).unwrap(), case.prepare(learner).unwrap());
        let mut scratch = Scratch::default();
        other.fit_prepared(learner, &prepared, &mut scratch).unwrap();
        let fit = case.fit_prepared(learner, &wide, &mut scratch).unwrap();
        assert!(fit.model.to_bytes().unwrap() == case.bytes(learner), "{}", learner.name());
    });
}

#[test]
fn a_batch_is_one_row_at_a_time() {
    each(|learner, kind| {
        let case = Case::new(kind);
        let fit = case.fit(learner).unwrap();
        let batch = case.predict(&fit);
        for row in (0..N_ROWS).step_by(29) {
            let cells: Vec<[f32; 1]> = case.columns.iter().map(|column| [column[row]]).collect();
            let columns: Vec<&[f32]> = cells.iter().map(|cell| &cell[..]).collect();
            let matrix = Matrix::new(&case.names, &columns).unwrap();
            assert_eq!(fit.model.predict(&matrix).unwrap(), [batch[row]], "{}", learner.name());
        }
        let empty: Vec<&[f32]> = case.columns.iter().map(|column| &column[..0]).collect();
        let matrix = Matrix::new(&case.names, &empty).unwrap();
        assert_eq!(fit.model.predict(&matrix).unwrap(), [0.0; 0]);
    });
}

#[test]
fn a_weight_of_zero_and_a_missing_target_are_an_absent_row() {
    each(|learner, kind| {
        let mut light = Case::new(kind);
        let prepared = light.prepare(learner).unwrap();
        let weigh = |row: usize| if row % 3 == 1 { 0.0 } else { 0.5 + (row % 5) as f64 };
        light.weights = Some((0..N_ROWS).map(weigh).collect());
        let fit = |case: &Case| {
            let fit = case.fit_prepared(learner, &prepared, &mut Scratch::default());
            fit.unwrap().model.to_bytes().unwrap()
        };
        let absent = Case { rows: light.rows.filter(|row| row % 3 != 1), ..light.clone() };
        let mut unknown = light.clone();
        unknown.targets.iter_mut().skip(1).step_by(3).for_each(|target| *target = f64::NAN);
        unknown.weights = Some((0..N_ROWS).map(|row| weigh(row).max(0.5)).collect());
        assert!(fit(&light) == fit(&absent), "{} {kind:?}", learner.name());
        assert!(fit(&light) == fit(&unknown), "{} {kind:?}", learner.name());
    });
}

#[test]
fn heavy_rows_count_for_more() {
    each(|learner, kind| {
        // Two worlds: y follows `a` on even rows and −`a` on odd ones.
        let mut case = Case::new(kind);
        let sign = |row: usize| if row.is_multiple_of(2) { 1.0 } else { -1.0 };
        let target = |row: usize| {
            let y = sign(row) * f64::from(case.columns[0][row]);
            if kind == Kind::Regression { y } else { f64::from(u8::from(y > 0.0)) }
        };
        case.targets = (0..N_ROWS).map(target).collect();
        let mut slope = |heavy: f64| {
            let weigh = |row: usize| if sign(row) == heavy { 9.0 } else { 1.0 };
            case.weights = Some((0..N_ROWS).map(weigh).collect());
            let predictions = case.predict(&case.fit(learner).unwrap());
            let pairs = case.columns[0].iter().zip(&predictions);
            pairs.map(|(a, p)| f64::from(*a) * f64::from(*p)).sum::<f64>()
        };
        let (up, down) = (slope(1.0), slope(-1.0));
        assert!(up > 0.0 && down < 0.0, "{} {kind:?}: {up} {down}", learner.name());
    });
}

#[test]
fn infinite_and_missing_values_are_learnt_from_and_predicted() {
    each(|learner, kind| {
        let mut case = Case::new(kind);
        case.columns[1][5] = f32::INFINITY;
        case.columns[1][410] = f32::NEG_INFINITY;
        let predictions = case.predict(&case.fit(learner).unwrap());
        assert!(predictions.iter().all(|p| p.is_finite()), "{}", learner.name());
        // All missing at once.
        let missing = Case { columns: vec![vec![f32::NAN; 2]; 4], ..case.clone() };
        let found = missing.predict(&case.fit(learner).unwrap());
        assert!(found[0].is_finite() && found[0] == found[1], "{}", learner.name());
    });
}

/// One that has values only in other rows of the fold is no reason to fail.
#[test]
fn a_column_missing_from_one_job_alone_does_nothing_there() {
    each(|learner, kind| {
        let mut case = Case::new(kind);
        case.columns[2][..300].fill(f32::NAN);
        let prepared = case.prepare(learner).unwrap();
        let early = Case { rows: RowSet::from(0..300), ..case };
        let fit = early.fit_prepared(learner, &prepared, &mut Scratch::default()).unwrap();
        assert_eq!(fit.model.importance()[2], 0.0, "{}", learner.name());
        assert!(early.predict(&fit).iter().all(|p| p.is_finite()), "{}", learner.name());
    });
}

#[test]
fn boosters_stop_early_and_keep_the_best_rounds() {
    for name in ["gbdt", "hessboost", "xgboost"] {
        let mut given = with(name, "patience", json!(5));
        given["rounds"] = json!(400);
        given["learning_rate"] = json!(0.5);
        let Ok(learner) = (find(name).unwrap().check)(&given) else { continue };
        for kind in KINDS {
            let early_stop = Some(RowSet::from(N_TRAIN..N_WATCHED));
            let case = Case { early_stop, ..Case::new(kind) };
            let fit = case.fit(learner.as_ref()).unwrap();
            let rounds = fit.rounds.unwrap();
            assert!(rounds < 400 && fit.losses.len() == rounds + 5, "{name}: {rounds}");
            let least = fit.losses.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!(fit.losses[rounds - 1], least, "{name}");
            assert_eq!(fit.model.trees().unwrap().trees().len(), rounds, "{name}");
        }
    }
}

#[test]
fn monotone_columns_are_kept_or_refused() {
    each(|learner, kind| {
        let mut case = Case::new(kind);
        case.monotone.insert("a".to_owned(), Monotone::Rising);
        case.monotone.insert("b".to_owned(), Monotone::Rising);
        let fit = match case.fit(learner) {
            Err(LearnFault::Unsupported { what: "monotone constraints", .. }) => return,
            other => other.unwrap(),
        };
        let weight = fit.model.importance();
        // `b` pulls the other way, so it may hardly be used where it has to rise.
        assert!(weight[1] < 0.1 * weight[0], "{}: {weight:?}", learner.name());
        let steps: Vec<f32> = (-20..20).map(|step| step as f32 / 5.0).collect();
        let sweep =
            Case { columns: vec![steps, vec![0.3; 40], vec![0.1; 40], vec![3.5; 40]], ..case };
        let rising = sweep.predict(&fit);
        assert!(rising.is_sorted() && rising[0] < rising[39], "{} {kind:?}", learner.name());
    });
}
