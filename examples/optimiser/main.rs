//! Our side of bench/optimisers.py: studies on functions whose best is known.
//!
//! Usage: optimiser TRIALS SEEDS BATCH [FUNCTION [SAMPLER]]
//!        optimiser values
//!
//! One JSON line for each study: the function without noise at the point whose noisy value was best.
//! Or the values of each function at some points, so that the script can check it means the same.

#![expect(clippy::print_stdout, reason = "standard output is what the script reads")]

mod functions;

use std::convert::Infallible;

use edgewalk::rng::Rng;
use edgewalk::search::{
    GpParams, ObjectiveParams, Outcome, Point, PrunerParams, SamplerParams, Study, StudyParams,
    TpeParams, Value, best, run,
};
use functions::{FUNCTIONS, Function};

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "values") {
        return print_values();
    }
    let whole = |k: usize, or: usize| args.get(k).map_or(Ok(or), |text| text.parse());
    let (trials, seeds, batch) = (whole(0, 50)?, whole(1, 20)?, whole(2, 1)?);
    let wanted = |k: usize, name: &str| args.get(k).is_none_or(|wanted| wanted == name);
    for function in FUNCTIONS.iter().filter(|f| wanted(3, f.name)) {
        for (name, sampler) in samplers().into_iter().filter(|(name, _)| wanted(4, name)) {
            for seed in 0..seeds as u64 {
                let study = study(function, sampler.clone(), (seed, batch))?;
                let value = value_of_best(function, &study, trials as u64);
                let line = serde_json::json!({
                    "function": function.name, "sampler": name, "seed": seed, "value": value,
                });
                println!("{line}");
            }
        }
    }
    Ok(())
}

fn print_values() -> anyhow::Result<()> {
    for function in &FUNCTIONS {
        let study = study(function, SamplerParams::Random, (0, 1))?;
        let value = |point: &Point, _step: usize| {
            Ok::<_, Infallible>(Outcome::Score((function.value)(point)))
        };
        let Ok(trials) = run(&study, 20, &[], value, |_| Ok(()));
        for trial in trials {
            println!(
                "{}",
                serde_json::json!({
                    "function": function.name, "least": function.least,
                    "point": trial.point, "value": trial.objective,
                })
            );
        }
    }
    Ok(())
}

fn samplers() -> Vec<(&'static str, SamplerParams)> {
    vec![
        ("random", SamplerParams::Random),
        ("quasi_random", SamplerParams::QuasiRandom),
        ("tpe", SamplerParams::Tpe(TpeParams::default())),
        ("gp", SamplerParams::GaussianProcess(GpParams::default())),
    ]
}

fn study(
    function: &Function,
    sampler: SamplerParams,
    (seed, batch): (u64, usize),
) -> anyhow::Result<Study> {
    let params = StudyParams {
        kind: "bench".to_owned(),
        data: function.name.to_owned(),
        context: String::new(),
        seed,
        space: serde_json::from_str(function.space)?,
        sampler,
        pruner: PrunerParams::None,
        objective: ObjectiveParams::default(),
        n_steps: 1,
        batch,
    };
    params.check().map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

fn value_of_best(function: &Function, study: &Study, trials: u64) -> Option<f64> {
    let noisy = |point: &Point, _step: usize| {
        let noise = noise(study, point) * function.noise;
        Ok::<_, Infallible>(Outcome::Score(-((function.value)(point) + noise)))
    };
    let Ok(trials) = run(study, trials, &[], noisy, |_| Ok(()));
    best(&trials).map(|trial| (function.value)(&trial.point))
}

/// The same for the same point, as everything an evaluation returns must be.
fn noise(study: &Study, point: &Point) -> f64 {
    Rng::stream(study.params().seed, &study.trial_id(point), &[]).normal()
}
