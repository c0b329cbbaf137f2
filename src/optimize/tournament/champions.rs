//! Champions: their parameters by Bayesian optimisation on the whole window, by the engine; then one
//! run on the bars after it.

use std::ops::Range;

use rayon::prelude::*;

use super::bracket::survivors;
use super::rounds::{Standing, judged};
use super::{Arena, Attempt, Cell, Champion, Doing, Point, Tournament, TournamentFault};
use crate::optimize::alone::Judge;
use crate::optimize::plan::Plan;
use crate::rng::Rng;
use crate::search::History;

/// Points of a champion that are asked for at once: part of the algorithm.
const BATCH: usize = 5;

impl Tournament<'_> {
    /// The finalists as champions, best first.
    pub(super) fn crown(
        &self,
        arena: &mut Arena<'_>,
        (train, test): (Range<usize>, Range<usize>),
        (mut finalists, attempts): (Vec<Standing>, &mut Vec<Attempt>),
    ) -> Result<Vec<Champion>, TournamentFault> {
        self.improve(arena, &train, (&mut finalists, attempts))?;
        let best = |mine: &Standing| Some((mine.candidate, mine.best()?.clone()));
        let chosen: Vec<(usize, Point)> = finalists.iter().filter_map(best).collect();
        let plans = self.plans(&chosen)?;
        (self.watch)(Doing::Conditions, None);
        arena.learn(&plans.iter().collect::<Vec<_>>())?;
        (self.watch)(Doing::Engine, None);
        let trains = judged(arena, &plans, (&train, Judge::Engine))?;
        let scores: Vec<Option<f64>> = trains.iter().map(|(cell, _)| cell.score).collect();
        // All is decided.
        let tests = judged(arena, &plans, (&test, Judge::Engine))?;
        let champion = |at: usize| Champion {
            candidate: chosen[at].0 as u32,
            point: chosen[at].1.clone(),
            train: trains[at].0,
            test: tests[at].0,
        };
        Ok(survivors(&scores, chosen.len()).into_iter().map(champion).collect())
    }

    /// A search each, all in step: what they ask for is computed together.
    fn improve(
        &self,
        arena: &mut Arena<'_>,
        train: &Range<usize>,
        (finalists, attempts): (&mut [Standing], &mut Vec<Attempt>),
    ) -> Result<(), TournamentFault> {
        let mut histories: Vec<History<'_>> = finalists.iter().map(|f| self.history(f)).collect();
        let mut asked = 0;
        while asked < self.terms.bayes_trials {
            let n = BATCH.min(self.terms.bayes_trials - asked);
            (self.watch)(Doing::Search, None);
            let pairs = histories.par_iter().zip(finalists.par_iter());
            let wanted: Vec<Vec<(usize, Point)>> =
                pairs.map(|(history, mine)| self.ask(history, mine, n)).collect();
            let plans = self.plans(&wanted.concat())?;
            (self.watch)(Doing::Conditions, None);
            arena.learn(&plans.iter().collect::<Vec<_>>())?;
            (self.watch)(Doing::Engine, None);
            let found = judged(arena, &plans, (train, Judge::Engine))?;
            let mut cells = found.into_iter().map(|(cell, _)| cell);
            for (at, points) in wanted.into_iter().enumerate() {
                for ((candidate, point), cell) in points.into_iter().zip(&mut cells) {
                    tell(&mut histories[at], (&point, &cell));
                    finalists[at].known.push((point.clone(), cell));
                    attempts.push(Attempt {
                        round: None,
                        candidate: candidate as u32,
                        point,
                        share: 1.0,
                        bars: train.len() as u32,
                        cell,
                        by_engine: true,
                    });
                }
            }
            asked += n;
        }
        Ok(())
    }

    fn ask(&self, history: &History<'_>, mine: &Standing, n: usize) -> Vec<(usize, Point)> {
        let parts = [mine.candidate as u64];
        let seed = Rng::stream(self.terms.seed, "tournament champions", &parts).next_u64();
        let points = self.terms.sampler.ask(history, seed, n);
        points.into_iter().map(|point| (mine.candidate, point)).collect()
    }

    /// What its rounds on the whole window have taught.
    fn history(&self, finalist: &Standing) -> History<'_> {
        let mut history = History::new(self.candidates[finalist.candidate].space());
        finalist.known.iter().for_each(|(point, cell)| tell(&mut history, (point, cell)));
        history
    }

    fn plans(&self, points: &[(usize, Point)]) -> Result<Vec<Plan>, TournamentFault> {
        let plan = |(candidate, point): &(usize, Point)| self.candidates[*candidate].plan(point);
        points.iter().map(plan).collect::<Result<_, _>>().map_err(TournamentFault::Setup)
    }
}

/// A point of our own is one of its own space.
fn tell(history: &mut History<'_>, (point, cell): (&Point, &Cell)) {
    let told = history.tell(point, cell.score);
    debug_assert!(told.is_ok(), "{told:?}");
}
