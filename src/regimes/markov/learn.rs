//! Baum and Welch's iteration, from several starts.

use rayon::prelude::*;

use super::model::{Model, Ready, States};
use super::{MOST_STATES, Markov};
use crate::rng::Rng;

/// Standardised numbers vary by 1 in all; a state on a single point would have no variance and an
/// infinite likelihood.
const LEAST_VARIANCE: f64 = 1e-3;

/// No transition is impossible, so that no state is ever lost. It changes a log likelihood by less
/// than this a bar.
const LEAST_PROBABILITY: f64 = 1e-10;

/// Iterations after which starts are compared (Biernacki, Celeux & Govaert 2003, "Choosing starting
/// values for the EM algorithm", Comput. Stat. Data Anal. 41: short runs, then one long one).
const SHORT_RUN: usize = 10;

/// A state of fewer bars' weight is none.
const LEAST_BARS: f64 = 10.0;

pub struct Study<'a> {
    pub observed: &'a [[f64; 2]],
    pub asked: &'a Markov,
}

/// Where an iteration has got to.
#[derive(Debug, Clone)]
pub struct Learnt {
    pub model: Model,
    pub log_likelihoods: Vec<f64>,
    pub converged: bool,
    has_all_states: bool,
}

impl Study<'_> {
    /// The most likely of all starts whose states all have bars; `None` where none has.
    pub fn best(&self) -> Option<Learnt> {
        let short = SHORT_RUN.min(self.asked.max_iterations);
        let starts: Vec<Learnt> = (0..self.asked.n_starts)
            .into_par_iter()
            .map(|start| self.climb(Learnt::at(self.start(start)), short))
            .collect();
        let likelihood = |learnt: &Learnt| *learnt.log_likelihoods.last().unwrap_or(&f64::NAN);
        let sound = starts.into_iter().filter(|l| l.has_all_states && likelihood(l).is_finite());
        let best = sound.reduce(|a, b| if likelihood(&b) > likelihood(&a) { b } else { a })?;
        let rest = self.asked.max_iterations - best.log_likelihoods.len();
        Some(self.climb(best, rest)).filter(|learnt| learnt.has_all_states)
    }

    /// So many iterations more, or until nothing is gained.
    pub fn climb(&self, mut learnt: Learnt, n_iterations: usize) -> Learnt {
        let enough = self.asked.tolerance * self.observed.len() as f64;
        for _ in 0..if learnt.converged { 0 } else { n_iterations } {
            let counts = Counts::of(&Ready::new(learnt.model), self.observed);
            let before = learnt.log_likelihoods.last().copied();
            learnt.log_likelihoods.push(counts.log_likelihood);
            learnt.has_all_states = counts.has_all_states(learnt.model.n_states);
            learnt.converged = before.is_some_and(|b| counts.log_likelihood - b < enough);
            if learnt.converged {
                break;
            }
            counts.improve(&mut learnt.model);
        }
        learnt
    }

    /// Bars in as many parts as there are states, along a mixture of range, return and its size, and
    /// the states' moves. Parts of equal sizes come to bad ends: wild times are rare. The first start
    /// halves what is left by its range, every other one along the range has parts of any size, and
    /// the rest has a mixture of any kind too.
    pub fn start(&self, number: usize) -> Model {
        let n_states = self.asked.n_states;
        let mut rng = Rng::stream(self.asked.seed, "hidden markov start", &[number as u64]);
        let halves = |k: usize| 0.5 / (1_u64 << k) as f64;
        let sizes: Vec<f64> = (0..n_states)
            .map(|k| if number == 0 { halves(k) } else { rng.exponential() + 0.05 })
            .collect();
        let stays = if number == 0 { 0.95 } else { 0.7 + 0.29 * rng.uniform() };
        let by_range = number.is_multiple_of(2);
        let mut weight = || rng.normal();
        let weights = if by_range { [0.0, 0.0, 1.0] } else { [weight(), weight(), weight()] };
        let mut model = moves(n_states, stays);
        self.parts(&sizes, weights).place(&mut model);
        model
    }

    /// The bars along a mixture, cut in parts of these relative sizes.
    fn parts(&self, sizes: &[f64], weights: [f64; 3]) -> Counts {
        let score = |x: &[f64; 2]| weights[0] * x[0] + weights[1] * x[0].abs() + weights[2] * x[1];
        let mut order: Vec<(f64, usize)> = self.observed.iter().map(score).zip(0..).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let bars = order.len() as f64 / sizes.iter().sum::<f64>();
        let mut counts = Counts::NONE;
        let (mut part, mut end) = (0, sizes[0] * bars);
        for (place, (_, at)) in order.iter().enumerate() {
            while place as f64 >= end && part + 1 < sizes.len() {
                part += 1;
                end += sizes[part] * bars;
            }
            let mut state = [0.0; MOST_STATES];
            state[part] = 1.0;
            counts.see(&state, &self.observed[*at]);
        }
        counts
    }
}

/// States that are alike, each of which stays as likely.
fn moves(n_states: usize, stays: f64) -> Model {
    let is_state = |k: usize| f64::from(u8::from(k < n_states));
    let leaves = (1.0 - stays) / (n_states - 1) as f64;
    let to = |from: usize, to: usize| {
        is_state(from) * is_state(to) * if from == to { stays } else { leaves }
    };
    Model {
        n_states,
        start: std::array::from_fn(|k| is_state(k) / n_states as f64),
        transition: std::array::from_fn(|from| std::array::from_fn(|k| to(from, k))),
        mean: [[0.0; 2]; MOST_STATES],
        variance: [[1.0; 2]; MOST_STATES],
    }
}

impl Learnt {
    pub fn at(model: Model) -> Self {
        Self { model, log_likelihoods: Vec::new(), converged: false, has_all_states: true }
    }
}

/// What the bars say of the states, each bar shared out by its probabilities given all bars.
struct Counts {
    log_likelihood: f64,
    first: States,
    weight: States,
    sums: [[f64; 2]; MOST_STATES],
    squares: [[f64; 2]; MOST_STATES],
    moves: [States; MOST_STATES],
}

impl Counts {
    const NONE: Self = Self {
        log_likelihood: 0.0,
        first: [0.0; MOST_STATES],
        weight: [0.0; MOST_STATES],
        sums: [[0.0; 2]; MOST_STATES],
        squares: [[0.0; 2]; MOST_STATES],
        moves: [[0.0; MOST_STATES]; MOST_STATES],
    };

    /// Forward, then backward (Rabiner 1989, eqs. 19 to 40, both scaled by the bar's own density).
    fn of(ready: &Ready, observed: &[[f64; 2]]) -> Self {
        let mut counts = Self::NONE;
        let mut forward: Vec<(States, States)> = Vec::with_capacity(observed.len());
        for seen in observed {
            let step = ready.step(forward.last().map(|(filtered, _)| filtered), seen);
            counts.log_likelihood += step.log_likelihood;
            forward.push((step.filtered, step.ratio));
        }
        let transition = &ready.model.transition;
        let mut later = [1.0; MOST_STATES];
        for (at, (seen, (filtered, ratio))) in observed.iter().zip(&forward).enumerate().rev() {
            let state = std::array::from_fn(|k| filtered[k] * later[k]);
            counts.see(&state, seen);
            let from_here: States = std::array::from_fn(|k| ratio[k] * later[k]);
            let Some((before, _)) = at.checked_sub(1).map(|at| &forward[at]) else {
                counts.first = state;
                break;
            };
            for (from, moves) in counts.moves.iter_mut().enumerate() {
                moves.iter_mut().zip(&from_here).for_each(|(m, to)| *m += before[from] * to);
                let row = &transition[from];
                later[from] = (row[0] * from_here[0] + row[1] * from_here[1])
                    + (row[2] * from_here[2] + row[3] * from_here[3]);
            }
        }
        for (moves, row) in counts.moves.iter_mut().zip(transition) {
            moves.iter_mut().zip(row).for_each(|(m, p)| *m *= p);
        }
        counts
    }

    #[inline]
    fn see(&mut self, state: &States, seen: &[f64; 2]) {
        for (k, p) in state.iter().enumerate() {
            self.weight[k] += p;
            for (d, x) in seen.iter().enumerate() {
                let part = p * x;
                self.sums[k][d] += part;
                self.squares[k][d] += part * x;
            }
        }
    }

    fn has_all_states(&self, n_states: usize) -> bool {
        self.weight[..n_states].iter().all(|weight| *weight >= LEAST_BARS)
    }

    /// Baum and Welch's new model, whose likelihood is no lower.
    fn improve(&self, model: &mut Model) {
        let n = model.n_states;
        normalise(&self.first[..n], &mut model.start[..n]);
        for (moves, row) in self.moves.iter().zip(&mut model.transition).take(n) {
            normalise(&moves[..n], &mut row[..n]);
        }
        self.place(model);
    }

    /// Means and variances; a state without bars stays where it is.
    fn place(&self, model: &mut Model) {
        for k in (0..model.n_states).filter(|k| self.weight[*k] > 1e-6) {
            for d in 0..2 {
                let mean = self.sums[k][d] / self.weight[k];
                let variance = self.squares[k][d] / self.weight[k] - mean * mean;
                model.mean[k][d] = mean;
                // Of all variances allowed the nearest is the most likely.
                model.variance[k][d] = variance.max(LEAST_VARIANCE);
            }
        }
    }
}

/// Shares of the counts, none below the least; without counts they stay.
fn normalise(counts: &[f64], shares: &mut [f64]) {
    let all: f64 = counts.iter().sum();
    if all > 0.0 {
        shares.iter_mut().zip(counts).for_each(|(p, n)| *p = (n / all).max(LEAST_PROBABILITY));
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|p| *p /= sum);
    }
}
