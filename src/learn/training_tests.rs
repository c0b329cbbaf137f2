use std::collections::BTreeMap;

use serde_json::json;

use super::super::backends::find;
use super::super::calibration::CalibrationParams;
use super::super::dataset::{Dataset, Horizon};
use super::*;
use crate::folds::{Fold, WalkForwardParams};
use crate::labels::{Interval, WeightParams};
use crate::rng::Rng;
use crate::stats;

const N: usize = 12_000;
const TRAIN: i64 = 9_000;

/// Ten columns of noise, of which the first is worth a correlation of `ic` with the return of the
/// next three rows; every hundredth label is missing. Row i is decided at instant i.
fn market(ic: f64, seed: u64) -> Dataset {
    let mut rng = Rng::stream(seed, "training", &[]);
    let mut column = || -> Vec<f64> { (0..N + 8).map(|_| rng.normal()).collect() };
    let columns: Vec<Vec<f64>> = (0..10).map(|_| column()).collect();
    let noise = column();
    let steps: Vec<f64> = (0..N + 8)
        .map(|i| 10.0 * (ic * columns[0][i.saturating_sub(1)] + (1.0 - ic * ic).sqrt() * noise[i]))
        .collect();
    let horizon = |bars: u32| {
        let h = bars as usize;
        let y = |i: usize| {
            if i % 100 == 99 { f64::NAN } else { steps[i + 1..=i + h].iter().sum() }
        };
        let interval = |i: usize| Interval { t0: Ts(i as i64), t1: Ts((i + h) as i64) };
        Horizon { bars, y_bps: (0..N).map(y).collect(), intervals: (0..N).map(interval).collect() }
    };
    let narrow = |column: &Vec<f64>| column[..N].iter().map(|x| *x as f32).collect();
    Dataset {
        names: (0..10).map(|k| format!("x{k}")).collect(),
        columns: columns.iter().map(narrow).collect(),
        ts: (0..N as i64).map(Ts).collect(),
        t0: (0..N as i64).map(Ts).collect(),
        symbols: vec![0; N],
        n_symbols: 1,
        scale_bps: vec![10.0; N],
        horizons: vec![horizon(1), horizon(3)],
    }
}

fn recipe(keep: Option<usize>, target: Target) -> Recipe {
    let params = json!({
        "rounds": 60, "learning_rate": 0.1, "max_depth": 3, "patience": 15, "row_sample": 0.8,
    });
    Recipe {
        learner: (find("gbdt").unwrap().check)(&params).unwrap(),
        stops_early: true,
        target,
        weights: WeightParams { uniqueness: true, half_life_weeks: None }.check().unwrap(),
        monotone: BTreeMap::new(),
        keep,
        calibration: CalibrationParams::default(),
        cross_fit: 0,
        weighting: WeightMethod::ByShrunkenIc,
        max_column_ic: 0.3,
        seed: 5,
    }
}

fn fold(data: &Dataset, until: i64) -> Fold {
    let hulls: Vec<Interval> = data.horizons[1].intervals.clone();
    let rows = crate::folds::Rows::new(&hulls).unwrap();
    // Cuts fall on whole minutes, which instants of microseconds know nothing of.
    let params = WalkForwardParams {
        early_stop_fraction: 0.0,
        calibrate_fraction: 0.0,
        ..WalkForwardParams::default()
    };
    params.check().unwrap().single(&rows, (Ts(0), Ts(until))).unwrap()
}

/// Scores and outcomes of the rows behind the training.
fn later(data: &Dataset, model: &FoldModel, at: usize) -> Held {
    let rows = RowSet::from(TRAIN as u32..N as u32);
    held(Target::ReturnBps, &*model.horizons[at].model, (data, &data.horizons[at]), &rows).unwrap()
}

fn trained(data: &Dataset, recipe: &Recipe) -> Trained {
    train(recipe, data, &fold(data, TRAIN), &|_, _| ()).unwrap()
}

#[test]
fn a_planted_effect_is_found_and_its_size_recovered() {
    let (mut found, mut planted) = (0.0, 0.0);
    for seed in 0..3 {
        let data = market(0.2, seed);
        let model = trained(&data, &recipe(None, Target::ReturnBps)).model;
        let held = later(&data, &model, 0);
        let ic = stats::pearson(&held.score, &held.outcome_bps).unwrap();
        found += ic * ic / 3.0;
        planted += 0.2 * 0.2 / 3.0;
    }
    assert!(found / planted > 0.6, "R² {found:.4} of {planted:.4}");
    // More than is there would be a leak.
    assert!(found / planted < 1.4, "R² {found:.4} of {planted:.4}");
}

#[test]
fn where_nothing_is_planted_and_where_labels_are_shuffled_nothing_is_found() {
    let shuffled = |seed: u64| {
        let mut data = market(0.2, seed);
        for horizon in &mut data.horizons {
            Rng::stream(seed, "shuffle", &[]).shuffle(&mut horizon.y_bps);
        }
        data
    };
    for make in [&|seed| market(0.0, seed), &shuffled as &dyn Fn(u64) -> Dataset] {
        let ics: Vec<f64> = (0..6)
            .map(|seed| {
                let data = make(seed);
                let held = later(&data, &trained(&data, &recipe(None, Target::ReturnBps)).model, 0);
                stats::spearman(&held.score, &held.outcome_bps).unwrap_or(0.0)
            })
            .collect();
        let mean = stats::mean(&ics).unwrap();
        // Six independent correlations over 3,000 rows: 1/√18,000 = 0.0075 each way.
        assert!(mean.abs() < 3.0 * 0.0075, "{ics:?}");
    }
}

#[test]
fn pruning_keeps_the_column_that_does_something() {
    let data = market(0.2, 1);
    let done = std::sync::Mutex::new(Vec::new());
    let recipe = recipe(Some(2), Target::ReturnBps);
    let on_done = |k: usize, n: usize| done.lock().unwrap().push((k, n));
    let trained = train(&recipe, &data, &fold(&data, TRAIN), &on_done).unwrap();
    for (horizon, scores) in trained.model.horizons.iter().zip(&trained.scores) {
        assert!(horizon.model.names().contains(&"x0".to_owned()), "{:?}", horizon.model.names());
        assert_eq!((horizon.model.names().len(), scores.n_columns), (2, 2));
    }
    let mut done = done.into_inner().unwrap();
    done.sort_unstable();
    assert_eq!(done, [(1, 4), (2, 4), (3, 4), (4, 4)]);
}

#[test]
fn a_sign_is_learnt_as_log_odds() {
    let data = market(0.3, 2);
    let model = trained(&data, &recipe(None, Target::Sign)).model;
    let rows = RowSet::from(TRAIN as u32..N as u32);
    let held =
        held(Target::Sign, &*model.horizons[0].model, (&data, &data.horizons[0]), &rows).unwrap();
    let hits = held.score.iter().zip(&held.outcome_bps).filter(|(s, y)| (**s > 0.0) == (**y > 0.0));
    // A correlation of 0.3 gives ½ + asin(0.3)/π = 60 % of signs.
    let rate = hits.count() as f64 / held.score.len() as f64;
    assert!((0.56..0.64).contains(&rate), "{rate}");
}

#[test]
fn nothing_behind_the_range_has_a_say() {
    let (data, mut other) = (market(0.2, 3), market(0.2, 3));
    for column in &mut other.columns {
        column[TRAIN as usize..].fill(1e9);
    }
    for horizon in &mut other.horizons {
        horizon.y_bps[TRAIN as usize..].fill(777.0);
    }
    let bytes = |data: &Dataset| -> Vec<Vec<u8>> {
        let recipe = Recipe { cross_fit: 3, ..recipe(Some(3), Target::ReturnBps) };
        let model = trained(data, &recipe).model;
        let calibrations =
            model.horizons.iter().map(|h| serde_json::to_vec(&h.calibration).unwrap());
        model.horizons.iter().map(|h| h.model.to_bytes().unwrap()).chain(calibrations).collect()
    };
    assert!(bytes(&data) == bytes(&other));
}

#[test]
fn what_cannot_be_trained_is_told_with_its_horizon_or_column() {
    let mut data = market(0.1, 4);
    let refused = |data: &Dataset, until: i64| {
        let fold = fold(data, until);
        train(&recipe(None, Target::ReturnBps), data, &fold, &|_, _| ()).unwrap_err().to_string()
    };
    assert!(refused(&data, 60).starts_with("only 57 rows to train on"), "{}", refused(&data, 60));
    let labels = data.horizons[1].y_bps.clone();
    data.horizons[1].y_bps.fill(0.0);
    assert!(refused(&data, TRAIN).starts_with("horizon 3: all "), "{}", refused(&data, TRAIN));
    data.horizons[1].y_bps.clone_from(&labels);
    data.columns[4] = labels.iter().map(|y| *y as f32).collect();
    let told = refused(&data, TRAIN);
    assert!(told.starts_with("column `x4` alone has a rank correlation of 1.00"), "{told}");
    data.columns[4].fill(f32::NAN);
    assert!(refused(&data, TRAIN).starts_with("column `x4` has no value"));
}

#[test]
fn blocks_are_predicted_by_models_that_have_not_seen_them() {
    // Noise: what was learnt by heart is known by no model trained elsewhere.
    let data = market(0.0, 3);
    let params = json!({"rounds": 60, "learning_rate": 0.3, "max_depth": 6, "patience": 0});
    let learner = (find("gbdt").unwrap().check)(&params).unwrap();
    let plain = recipe(None, Target::ReturnBps);
    let recipe = Recipe { learner, stops_early: false, cross_fit: 4, ..plain };
    for scores in trained(&data, &recipe).scores {
        let [by_heart, blocks] = [Some(scores.train), scores.blocks].map(|slice| slice.unwrap());
        assert!(by_heart.ic.unwrap().value > 0.2, "{by_heart:?}");
        let ic = blocks.ic.unwrap();
        assert!(ic.value.abs() < 3.0 * ic.error, "{blocks:?}");
        // Every labelled row of the training slice, once.
        assert_eq!(blocks.n_rows, by_heart.n_rows);
    }
}

#[test]
fn blocks_say_what_the_word_of_a_bold_model_is_worth() {
    let data = market(0.2, 4);
    let params = json!({"rounds": 150, "learning_rate": 0.2, "max_depth": 5, "patience": 0});
    let learner = (find("gbdt").unwrap().check)(&params).unwrap();
    let plain = recipe(None, Target::ReturnBps);
    let recipe = Recipe { learner, stops_early: false, cross_fit: 5, ..plain };
    let model = trained(&data, &recipe).model;
    for at in 0..2 {
        let held = later(&data, &model, at);
        let expected: Vec<f64> =
            held.score.iter().map(|s| model.horizons[at].calibration.expected_bps(*s)).collect();
        let slope = |xs: &[f64]| {
            let sd = |values: &[f64]| stats::sd(values).unwrap();
            stats::pearson(xs, &held.outcome_bps).unwrap() * sd(&held.outcome_bps) / sd(xs)
        };
        assert!(slope(&held.score) < 0.6, "{}", slope(&held.score));
        // Of a word that is worth a tenth so little can be told that it may be taken for nothing.
        let says_nothing = at == 1 && stats::sd(&expected) == Some(0.0);
        assert!(says_nothing || (0.7..1.4).contains(&slope(&expected)), "{at}");
    }
}

#[test]
fn blocks_change_no_tree_and_are_left_out_where_they_would_be_tiny() {
    let data = market(0.2, 1);
    let model = |cross_fit: u32| {
        let recipe = Recipe { cross_fit, ..recipe(Some(4), Target::ReturnBps) };
        let calls = std::sync::Mutex::new(Vec::new());
        let on_done = |done, all| calls.lock().unwrap().push((done, all));
        let trained = train(&recipe, &data, &fold(&data, TRAIN), &on_done).unwrap();
        let bytes = trained.model.horizons.iter().map(|of| of.model.to_bytes().unwrap());
        (bytes.collect::<Vec<_>>(), trained.scores[0].blocks.is_some(), calls.into_inner().unwrap())
    };
    let (plain, none, _) = model(0);
    let (with_blocks, some, calls) = model(3);
    assert!(!none && some && plain == with_blocks);
    // Two horizons, trained and pruned: once for good, and once for each block.
    assert_eq!((calls.iter().max().copied(), calls.len()), (Some((16, 16)), 16));
    assert!(!model(20).1);
}
