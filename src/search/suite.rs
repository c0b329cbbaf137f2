//! Whole studies: the same at any number of threads and after any kill, and better than chance.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::rng::Rng;

#[path = "../../examples/optimiser/functions.rs"]
mod functions;

const SPACE: &str = r#"{"x": {"float": [0, 1]}, "rate": {"log": [0.01, 1]}, "depth": {"int": [2, 9]},
    "growth": {"choice": ["a", "b", "c"]}}"#;
const N_STEPS: usize = 4;

fn samplers() -> [SamplerParams; 5] {
    [
        SamplerParams::Random,
        SamplerParams::QuasiRandom,
        SamplerParams::Grid(GridParams { points: 3 }),
        SamplerParams::Tpe(TpeParams { startup: 6, ..TpeParams::default() }),
        SamplerParams::GaussianProcess(GpParams { startup: 6, candidates: 64 }),
    ]
}

fn pruners() -> [PrunerParams; 4] {
    [
        PrunerParams::None,
        PrunerParams::Median(MedianParams { startup: 4, warmup: 1 }),
        PrunerParams::Halving(HalvingParams { keep_one_in: 2, first: 1, cohort: 6 }),
        PrunerParams::Hyperband(HyperbandParams { keep_one_in: 2 }),
    ]
}

fn params(sampler: SamplerParams, pruner: PrunerParams) -> StudyParams {
    StudyParams {
        kind: "tune".to_owned(),
        data: "0123".to_owned(),
        context: String::new(),
        seed: 7,
        space: serde_json::from_str(SPACE).unwrap(),
        sampler,
        pruner,
        objective: ObjectiveParams { spread_penalty: 0.5, ..ObjectiveParams::default() },
        n_steps: N_STEPS,
        batch: 4,
    }
}

fn studies() -> Vec<Study> {
    let with = |sampler: &SamplerParams| {
        pruners().map(|pruner| params(sampler.clone(), pruner).check().unwrap())
    };
    samplers().iter().flat_map(with).collect()
}

/// A hill with noise; some points fail, at some step.
fn hill(point: &Point, step: usize) -> Result<Outcome, String> {
    let number = |name: &str| point[name].as_f64().unwrap();
    let text = serde_json::to_string(point).unwrap();
    let noise = Rng::stream(1, &text, &[step as u64]).normal();
    if Rng::stream(2, &text, &[]).chance(0.1) && step == 2 {
        return Ok(Outcome::Failed("too few rows".to_owned()));
    }
    let far = number("x") - 0.3;
    Ok(Outcome::Score(-far * far - 0.1 * (number("depth") - 6.0).abs() + 0.1 * noise))
}

/// All trials, and the order in which they were recorded.
fn recorded(study: &Study, known: &[Trial], budget: u64) -> (Vec<Trial>, Vec<Trial>) {
    let mut records = Vec::new();
    let trials = run(study, budget, known, hill, |trial| {
        records.push(trial.clone());
        Ok(())
    });
    (trials.unwrap(), records)
}

fn on_threads<T: Send>(n: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(work)
}

#[test]
fn a_study_is_the_same_at_any_number_of_threads() {
    for study in studies() {
        let one = on_threads(1, || recorded(&study, &[], 26));
        assert!(one.0.len() > 18, "{}", one.0.len());
        for n in [2, 4] {
            assert_eq!(on_threads(n, || recorded(&study, &[], 26)), one, "{:?}", study.params());
        }
    }
}

#[test]
fn a_study_killed_after_any_record_goes_on_as_if_it_had_not_been() {
    for study in studies() {
        let (whole, records) = recorded(&study, &[], 22);
        for kill in 0..=records.len() {
            let (resumed, new) = recorded(&study, &records[..kill], 22);
            assert_eq!(resumed, whole, "{kill} of {:?}", study.params());
            assert_eq!(new, records[kill..], "{kill}");
        }
    }
}

#[test]
fn what_is_on_record_is_not_scored_again() {
    for study in studies() {
        let (whole, records) = recorded(&study, &[], 22);
        let refuse = |_: &Point, _: usize| Err("scored again".to_owned());
        assert_eq!(run(&study, 22, &records, refuse, |_| Ok(())).unwrap(), whole);
    }
}

#[test]
fn a_larger_budget_continues_a_study_that_ended() {
    for study in studies() {
        for budget in [1, 9, 14] {
            let (short, records) = recorded(&study, &[], budget);
            let (long, _) = recorded(&study, &records, 26);
            assert_eq!(long[..short.len()], short);
            assert_eq!(long, recorded(&study, &[], 26).0);
        }
    }
}

#[test]
fn no_point_is_tried_twice_and_an_exhausted_space_ends_the_study() {
    for sampler in samplers() {
        let mut params = params(sampler, PrunerParams::None);
        params.space =
            serde_json::from_str(r#"{"a": {"int": [1, 4]}, "b": {"bool": "any"}}"#).unwrap();
        let study = params.check().unwrap();
        let constant = |_: &Point, _: usize| Ok::<_, String>(Outcome::Score(1.0));
        let trials = run(&study, 100, &[], constant, |_| Ok(())).unwrap();
        let mut ids: Vec<&str> = trials.iter().map(|trial| trial.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((trials.len(), ids.len()), (8, 8), "{:?}", study.params().sampler);
    }
}

#[test]
fn pruned_and_failed_trials_are_on_record_as_such() {
    let pruner = PrunerParams::Halving(HalvingParams { keep_one_in: 2, first: 1, cohort: 6 });
    let study = params(SamplerParams::Random, pruner).check().unwrap();
    let (trials, _) = recorded(&study, &[], 60);
    let of = |state: State| trials.iter().filter(move |trial| trial.state == state);
    assert!(of(State::Done).all(|t| t.scores.len() == N_STEPS && t.objective.is_some()));
    assert!(of(State::Pruned).all(|t| [1, 2].contains(&t.scores.len()) && t.objective.is_some()));
    assert!(of(State::Failed).all(|t| t.scores.len() == 2 && t.objective.is_none()));
    assert!(of(State::Failed).all(|t| t.reason.as_deref() == Some("too few rows")));
    assert!(of(State::Failed).count() > 0);
    assert_eq!(of(State::Pruned).filter(|t| t.scores.len() == 1).count(), 30);
    assert_eq!(best(&trials).unwrap().state, State::Done);
}

#[test]
fn a_score_that_is_no_number_fails_its_trial_alone() {
    let study = params(SamplerParams::Random, PrunerParams::None).check().unwrap();
    let score = |point: &Point, _: usize| {
        let x = point["x"].as_f64().unwrap();
        Ok::<_, String>(Outcome::Score(if x < 0.5 { f64::NAN } else { x }))
    };
    let trials = run(&study, 20, &[], score, |_| Ok(())).unwrap();
    let failed = trials.iter().find(|trial| trial.state == State::Failed).unwrap();
    assert_eq!(failed.reason.as_deref(), Some("its score is NaN"));
    assert!(best(&trials).unwrap().objective.unwrap() > 0.5);
}

#[test]
fn an_error_ends_the_study_and_what_was_done_is_on_record() {
    let study = params(SamplerParams::Random, PrunerParams::None).check().unwrap();
    let (count, records) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let fail = |point: &Point, step: usize| match count.fetch_add(1, Ordering::Relaxed) {
        30 => Err("the disk is full".to_owned()),
        _ => hill(point, step),
    };
    let ended = on_threads(1, || {
        run(&study, 20, &[], fail, |trial| {
            records.lock().unwrap().push(trial.clone());
            Ok(())
        })
    });
    assert_eq!(ended.unwrap_err(), "the disk is full");
    let records = records.into_inner().unwrap();
    assert_eq!(records, recorded(&study, &[], 20).0[..records.len()]);
    assert_eq!(records.len(), 7); // 30 scores, four each
    let refused = run(&study, 20, &[], hill, |_| Err("read-only".to_owned()));
    assert_eq!(refused.unwrap_err(), "read-only");
}

#[test]
fn other_settings_are_another_study_and_other_trials() {
    let id = |edit: &dyn Fn(&mut StudyParams)| {
        let mut params = params(SamplerParams::Random, PrunerParams::None);
        edit(&mut params);
        let study = params.check().unwrap();
        study.trial_id(&study.space().decode(&[0.5; 4]))
    };
    let mut ids = vec![
        id(&|_| ()),
        id(&|p| p.seed = 8),
        id(&|p| p.data = "4567".to_owned()),
        id(&|p| p.context = "other".to_owned()),
        id(&|p| p.batch = 5),
    ];
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn faults_of_all_parts_come_together() {
    let mut params = params(
        SamplerParams::Tpe(TpeParams { good_part: 1.0, ..TpeParams::default() }),
        PrunerParams::Hyperband(HyperbandParams { keep_one_in: 1 }),
    );
    params.kind = "../tune".to_owned();
    params.n_steps = 0;
    params.space = SpaceParams::default();
    let found: Vec<String> = params.check().unwrap_err().iter().map(ToString::to_string).collect();
    let parts: Vec<&str> = found.iter().map(|f| f.split(':').next().unwrap()).collect();
    assert_eq!(parts, ["space", "sampler", "pruner", "kind", "n_steps"], "{found:?}");
}

/// The middle over seeds of how far a sampler is from the least value after 50 trials.
fn regret(name: &str, sampler: &SamplerParams, n_seeds: u64) -> f64 {
    let function = functions::FUNCTIONS.iter().find(|f| f.name == name).unwrap();
    let regrets = (0..n_seeds).map(|seed| {
        let mut params = params(sampler.clone(), PrunerParams::None);
        params.objective = ObjectiveParams::default();
        params.space = serde_json::from_str(function.space).unwrap();
        (params.seed, params.n_steps) = (seed, 1);
        let study = params.check().unwrap();
        let noisy = |point: &Point, _: usize| {
            let noise = Rng::stream(seed, &study.trial_id(point), &[]).normal() * function.noise;
            Ok::<_, String>(Outcome::Score(-((function.value)(point) + noise)))
        };
        let trials = run(&study, 50, &[], noisy, |_| Ok(())).unwrap();
        (function.value)(&best(&trials).unwrap().point) - function.least
    });
    let values: Vec<f64> = regrets.collect();
    crate::stats::median(&values).unwrap()
}

#[test]
fn parzen_finds_better_points_than_chance() {
    for name in ["branin", "hartmann6", "mixed", "levy5"] {
        let chance = regret(name, &SamplerParams::Random, 31);
        let tpe = regret(name, &SamplerParams::Tpe(TpeParams::default()), 31);
        assert!(tpe < 0.7 * chance, "{name}: {tpe} against {chance}");
    }
}

#[test]
fn a_gaussian_process_finds_much_better_points_than_chance() {
    for name in ["branin", "mixed", "levy5"] {
        let chance = regret(name, &SamplerParams::Random, 31);
        let gp = SamplerParams::GaussianProcess(GpParams { candidates: 128, startup: 10 });
        let gp = regret(name, &gp, 7);
        assert!(gp < 0.5 * chance, "{name}: {gp} against {chance}");
    }
}

#[test]
fn a_grid_holds_every_point_once_its_ends_too() {
    let space: SpaceParams =
        serde_json::from_str(r#"{"a": {"float": [1, 2]}, "b": {"int": [1, 2]}}"#).unwrap();
    let space = space.check().unwrap();
    let grid = GridParams { points: 3 }.check().unwrap();
    let points = (0..).map_while(|k| grid.point(&space, k));
    let points: Vec<String> = points.map(|p| format!("{} {}", p["a"], p["b"])).collect();
    assert_eq!(points, ["1 1", "1 2", "1.5 1", "1.5 2", "2 1", "2 2"]);
    assert_eq!(grid.n_points(&space), Some(6));
}
