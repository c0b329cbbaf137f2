//! Rounds: a few points of each candidate by the screen, and the better half goes on.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::bracket::{Step, steps, survivors};
use super::{Arena, Attempt, Cell, Doing, Played, Point, Round, Tournament, TournamentFault};
use crate::optimize::alone::Judge;
use crate::optimize::plan::Plan;
use crate::optimize::settings::name;
use crate::optimize::stretch::Stretch;
use crate::rng::Rng;

/// A candidate that is still in.
pub struct Standing {
    pub candidate: usize,
    /// What it came to on as much as this round sees.
    pub known: Vec<(Point, Cell)>,
}

/// Of a candidate's points so many go on with it, of those that are tried in a round.
const AGAIN: usize = 4;
/// Settings of a round that the engine is asked about, too.
const TWINS: usize = 6;

impl Standing {
    /// Its points, best first: of equals the first.
    fn ranked(&self) -> Vec<&Point> {
        let scores: Vec<Option<f64>> = self.known.iter().map(|(_, cell)| cell.score).collect();
        survivors(&scores, scores.len()).into_iter().map(|at| &self.known[at].0).collect()
    }

    pub fn best(&self) -> Option<&Point> {
        self.ranked().first().copied()
    }

    fn score(&self) -> Option<f64> {
        let scores = self.known.iter().filter_map(|(_, cell)| cell.score);
        scores.reduce(f64::max)
    }
}

impl Tournament<'_> {
    /// Who is left in the end, best first, with all that was tried of them on the whole window.
    pub(super) fn rounds(
        &self,
        arena: &mut Arena<'_>,
        train: &Range<usize>,
        played: &mut Played,
    ) -> Result<Vec<Standing>, TournamentFault> {
        let n = self.candidates.len();
        let mut standing: Vec<Standing> =
            (0..n).map(|candidate| Standing { candidate, known: Vec::new() }).collect();
        let mut seen = 0.0;
        for (at, step) in steps(n, self.terms.champions, self.terms.first_share).iter().enumerate()
        {
            let wanted = self.wanted(&mut standing, at, step.share > seen)?;
            let rows = Stretch::whole(train.clone()).last(step.share).rows;
            self.attempt(arena, (&mut standing, wanted), (at, step, &rows), played)?;
            standing = self.halve(standing, (step, rows.len()), played);
            seen = step.share;
        }
        Ok(standing)
    }

    /// The points of each candidate: its best again, some around it, and others from anywhere. Where
    /// no more is seen than in the round before, what is known is not tried again.
    fn wanted(
        &self,
        standing: &mut [Standing],
        round: usize,
        sees_more: bool,
    ) -> Result<Vec<(usize, Point)>, TournamentFault> {
        let (terms, samples) = (self.terms, self.terms.samples);
        let mut wanted = Vec::new();
        for (at, mine) in standing.iter_mut().enumerate() {
            let candidate = &self.candidates[mine.candidate];
            let parts = [mine.candidate as u64, round as u64];
            let mut rng = Rng::stream(terms.seed, "tournament points", &parts);
            let seed = rng.next_u64();
            let points = match mine.best().cloned() {
                None => candidate.first(&terms.random, seed, samples),
                Some(best) => {
                    let n_again = if sees_more { samples.div_ceil(AGAIN) } else { 0 };
                    let again: Vec<Point> =
                        mine.ranked().into_iter().take(n_again).cloned().collect();
                    let n_near = (samples - again.len()).div_ceil(2);
                    let near = (0..n_near).map(|_| candidate.near(&best, &mut rng));
                    let near: Vec<Point> = near.collect();
                    let n_new = samples - again.len() - n_near;
                    let new = candidate.anywhere(&terms.random, seed, n_new);
                    again.into_iter().chain(near).chain(new).collect()
                }
            };
            if sees_more {
                mine.known.clear();
            }
            let mut seen: BTreeSet<String> = mine.known.iter().map(|(p, _)| name(p)).collect();
            let new = points.into_iter().filter(|point| seen.insert(name(point)));
            wanted.extend(new.map(|point| (at, point)));
        }
        Ok(wanted)
    }

    fn attempt(
        &self,
        arena: &mut Arena<'_>,
        (standing, wanted): (&mut [Standing], Vec<(usize, Point)>),
        (round, step, rows): (usize, &Step, &Range<usize>),
        played: &mut Played,
    ) -> Result<(), TournamentFault> {
        let plan = |(at, point): &(usize, Point)| {
            self.candidates[standing[*at].candidate].plan(point).map_err(TournamentFault::Setup)
        };
        let plans: Vec<Plan> = wanted.par_iter().map(plan).collect::<Result<_, _>>()?;
        let number = Some(round + 1);
        (self.watch)(Doing::Conditions, number);
        arena.learn(&plans.iter().collect::<Vec<_>>())?;
        (self.watch)(Doing::Screen, number);
        let found = judged(arena, &plans, (rows, Judge::Screen))?;
        (self.watch)(Doing::Engine, number);
        let every = plans.len().div_ceil(TWINS).max(1);
        let some: Vec<Plan> = plans.iter().step_by(every).cloned().collect();
        let exact = judged(arena, &some, (rows, Judge::Engine))?;
        let screened = found.iter().step_by(every);
        let twins = screened.zip(&exact).map(|(a, b)| (a.0.score, b.0.score));
        played.twins.extend(twins);
        for ((at, point), (cell, by_engine)) in wanted.into_iter().zip(found) {
            let mine = &mut standing[at];
            mine.known.push((point.clone(), cell));
            played.attempts.push(Attempt {
                round: number.map(|n| n as u32),
                candidate: mine.candidate as u32,
                point,
                share: step.share,
                bars: rows.len() as u32,
                cell,
                by_engine,
            });
        }
        Ok(())
    }

    fn halve(
        &self,
        standing: Vec<Standing>,
        (step, bars): (&Step, usize),
        played: &mut Played,
    ) -> Vec<Standing> {
        let scores: Vec<Option<f64>> = standing.iter().map(Standing::score).collect();
        let left = survivors(&scores, step.left);
        played.rounds.push(Round {
            share: step.share,
            bars: bars as u32,
            entered: step.entered as u32,
            left: left.len() as u32,
            best: left.first().and_then(|at| scores[*at]),
            last: left.last().and_then(|at| scores[*at]),
        });
        let mut standing: Vec<Option<Standing>> = standing.into_iter().map(Some).collect();
        left.into_iter().filter_map(|at| standing[at].take()).collect()
    }
}

/// Settings side by side.
pub(super) fn judged(
    arena: &Arena<'_>,
    plans: &[Plan],
    (rows, judge): (&Range<usize>, Judge),
) -> Result<Vec<(Cell, bool)>, TournamentFault> {
    let one = |plan: &Plan| arena.alone(plan, rows.clone(), judge);
    let found: Vec<_> = plans.par_iter().map(one).collect();
    Ok(found.into_iter().collect::<Result<_, _>>()?)
}
