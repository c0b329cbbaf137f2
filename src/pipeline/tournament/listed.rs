//! Every setting that was tried, each once, with a number.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::asked::Plans;
use crate::failure::Failure;
use crate::optimize::{Attempt, Candidate, Plan, Played};
use crate::search::Point;

/// Settings in the order in which they were first tried.
pub struct Listed<'a> {
    pub settings: Vec<(u32, &'a Point)>,
    pub plans: Vec<Plan>,
    numbers: BTreeMap<(u32, String), usize>,
}

impl<'a> Listed<'a> {
    pub fn new(plans: &Plans, folds: &'a [Played]) -> Result<Self, Failure> {
        let (mut settings, mut numbers) = (Vec::new(), BTreeMap::new());
        for attempt in folds.iter().flat_map(|fold| &fold.attempts) {
            numbers.entry(key(attempt.candidate, &attempt.point)).or_insert_with(|| {
                settings.push((attempt.candidate, &attempt.point));
                settings.len() - 1
            });
        }
        let plan = |(at, point): &(u32, &Point)| plan(&plans.candidates, (*at, point));
        let plans = settings.par_iter().map(plan).collect::<Result<_, _>>()?;
        Ok(Self { settings, plans, numbers })
    }

    pub fn number(&self, attempt: &Attempt) -> usize {
        let known = self.numbers.get(&key(attempt.candidate, &attempt.point));
        known.copied().unwrap_or(usize::MAX)
    }
}

/// The setting of a candidate.
pub fn plan(candidates: &[Candidate], (at, point): (u32, &Point)) -> Result<Plan, Failure> {
    let candidate = candidates.get(at as usize);
    let candidate =
        candidate.ok_or_else(|| Failure::world(format!("there is no candidate {at}")))?;
    candidate.plan(point).map_err(|faults| {
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::world(told.join("; "))
    })
}

fn key(candidate: u32, point: &Point) -> (u32, String) {
    let values: Vec<String> = point.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (candidate, values.join(" "))
}
