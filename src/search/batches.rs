//! The study's loop for trials that are scored together: whoever scores them may choose the order,
//! and share what they have in common.

use std::collections::BTreeMap;

use super::history::History;
use super::run::Outcome;
use super::study::Study;
use super::trial::{State, Trial};
use super::value::Point;

/// As [`run`](super::run()), of a study with one step and without a pruner, batch by batch.
///
/// `evaluate` is given the points of a batch, those of `known` trials among them, and says what each
/// came to. `record` is given those that are not known, in order, once the batch has ended.
pub fn run_batches<E>(
    study: &Study,
    (budget, known): (u64, &[Trial]),
    mut evaluate: impl FnMut(&[Point]) -> Result<Vec<Outcome>, E>,
    mut record: impl FnMut(&[Trial]) -> Result<(), E>,
) -> Result<Vec<Trial>, E> {
    let known: BTreeMap<&str, &Trial> = known.iter().map(|t| (t.id.as_str(), t)).collect();
    let mut history = History::new(&study.space);
    let mut trials: Vec<Trial> = Vec::new();
    loop {
        let left = budget.saturating_sub(trials.len() as u64);
        let n = (study.params().batch as u64).min(left) as usize;
        let points = study.sampler.ask(&history, study.params().seed, n);
        if points.is_empty() {
            return Ok(trials);
        }
        let outcomes = evaluate(&points)?;
        let first = trials.len();
        for (number, (point, outcome)) in (first as u64..).zip(points.into_iter().zip(outcomes)) {
            let ended = ended(study, (number, point), outcome);
            let trial = known.get(ended.id.as_str()).map_or(ended, |trial| (*trial).clone());
            // A point of our own sampler is one of our own space.
            let told = history.push(&trial);
            debug_assert!(told.is_ok(), "{told:?}");
            trials.push(trial);
        }
        let is_new = |trial: &&Trial| !known.contains_key(trial.id.as_str());
        let new: Vec<Trial> = trials[first..].iter().filter(is_new).cloned().collect();
        record(&new)?;
    }
}

fn ended(study: &Study, (number, point): (u64, Point), outcome: Outcome) -> Trial {
    let params = study.params();
    let (scores, reason) = match outcome {
        Outcome::Score(score) if score.is_finite() => (vec![score], None),
        Outcome::Score(score) => (Vec::new(), Some(format!("its score is {score}"))),
        Outcome::Failed(reason) => (Vec::new(), Some(reason)),
    };
    Trial {
        id: study.trial_id(&point),
        setting: None,
        study: study.id().to_owned(),
        kind: params.kind.clone(),
        data: params.data.clone(),
        seed: params.seed,
        number,
        state: if reason.is_some() { State::Failed } else { State::Done },
        objective: study.value(&scores),
        point,
        scores,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ObjectiveParams, PrunerParams, SamplerParams, StudyParams, TpeParams, run};
    use super::*;

    fn study(sampler: SamplerParams) -> Study {
        let space = r#"{"x": {"float": [0.0, 1.0]}, "n": {"int": [1, 9]}}"#;
        let params = StudyParams {
            kind: "test".to_owned(),
            data: "0123".to_owned(),
            context: String::new(),
            seed: 7,
            space: serde_json::from_str(space).unwrap(),
            sampler,
            pruner: PrunerParams::None,
            objective: ObjectiveParams::default(),
            n_steps: 1,
            batch: 6,
        };
        params.check().unwrap()
    }

    fn hill(point: &Point) -> Outcome {
        let (x, n) = (point["x"].as_f64().unwrap(), point["n"].as_f64().unwrap());
        if n > 8.0 { Outcome::Failed("too many".to_owned()) } else { Outcome::Score(x - n) }
    }

    fn all(study: &Study, budget: u64, known: &[Trial]) -> (Vec<Trial>, Vec<Trial>) {
        let mut recorded = Vec::new();
        let score = |points: &[Point]| Ok::<_, ()>(points.iter().map(hill).collect());
        let trials = run_batches(study, (budget, known), score, |new| {
            recorded.extend_from_slice(new);
            Ok(())
        });
        (trials.unwrap(), recorded)
    }

    #[test]
    fn batches_are_the_trials_of_the_study_one_by_one() {
        for sampler in [SamplerParams::Random, SamplerParams::Tpe(TpeParams::default())] {
            let study = study(sampler);
            let score = |point: &Point, _: usize| Ok::<_, ()>(hill(point));
            let single = run(&study, 40, &[], score, |_| Ok(())).unwrap();
            let (batches, recorded) = all(&study, 40, &[]);
            assert_eq!(batches, single);
            assert_eq!(recorded, single);
            let (resumed, recorded) = all(&study, 40, &single[..15]);
            assert_eq!((resumed, recorded), (single.clone(), single[15..].to_vec()));
        }
    }
}
