//! Probabilities of states, and the step from one bar to the next.

use super::MOST_STATES;
use crate::rng::{exp, ln};

pub type States = [f64; MOST_STATES];

/// States beyond `n_states` have no probability, so that all sums are over four and none asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    pub n_states: usize,
    pub start: States,
    /// `[from][to]`.
    pub transition: [States; MOST_STATES],
    pub mean: [[f64; 2]; MOST_STATES],
    pub variance: [[f64; 2]; MOST_STATES],
}

impl Model {
    /// The state whose ranges are short first, so that a state has the same name in every fold.
    pub fn sorted(&self) -> Self {
        let mut order: [usize; MOST_STATES] = std::array::from_fn(|k| k);
        let known = &mut order[..self.n_states];
        known.sort_by(|&a, &b| self.mean[a][1].total_cmp(&self.mean[b][1]));
        Self {
            n_states: self.n_states,
            start: order.map(|k| self.start[k]),
            transition: order.map(|from| order.map(|to| self.transition[from][to])),
            mean: order.map(|k| self.mean[k]),
            variance: order.map(|k| self.variance[k]),
        }
    }
}

/// A model with what every bar needs of it.
#[derive(Debug, Clone, Copy)]
pub struct Ready {
    pub model: Model,
    /// Of each state's log density: what does not hang on the bar.
    constant: States,
    /// 1 / 2σ².
    precision: [[f64; 2]; MOST_STATES],
}

/// A bar later.
pub struct Stepped {
    /// The probability of each state, this bar known.
    pub filtered: States,
    /// That over what it was before the bar was known: the density of the bar in the state over its
    /// density in all.
    pub ratio: States,
    /// Of this bar, given those before it.
    pub log_likelihood: f64,
}

impl Ready {
    pub fn new(model: Model) -> Self {
        const LN_TAU: f64 = 1.837_877_066_409_345_6;
        let log_spread = |v: &[f64; 2]| -LN_TAU - 0.5 * (ln(v[0]) + ln(v[1]));
        let constant = std::array::from_fn(|k| {
            if k < model.n_states { log_spread(&model.variance[k]) } else { f64::NEG_INFINITY }
        });
        Self { model, constant, precision: model.variance.map(|v| v.map(|v| 0.5 / v)) }
    }

    /// The forward recursion, normalised at each bar (Rabiner 1989, §V.A). Densities are taken
    /// against the largest of them: no bar is so far out that all vanish.
    #[inline]
    pub fn step(&self, before: Option<&States>, seen: &[f64; 2]) -> Stepped {
        let model = &self.model;
        let predicted = before.map_or(model.start, |before| ahead(before, &model.transition));
        let mut logs = self.constant;
        for (k, log) in logs.iter_mut().enumerate().take(model.n_states) {
            let off = [seen[0] - model.mean[k][0], seen[1] - model.mean[k][1]];
            *log -= off[0] * off[0] * self.precision[k][0] + off[1] * off[1] * self.precision[k][1];
        }
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut density = [0.0; MOST_STATES];
        for k in 0..model.n_states {
            density[k] = exp(logs[k] - most);
        }
        let joint: States = std::array::from_fn(|k| predicted[k] * density[k]);
        let all = (joint[0] + joint[1]) + (joint[2] + joint[3]);
        let share = 1.0 / all;
        Stepped {
            filtered: joint.map(|p| p * share),
            ratio: density.map(|d| d * share),
            log_likelihood: most + ln(all),
        }
    }
}

#[inline]
fn ahead(before: &States, transition: &[States; MOST_STATES]) -> States {
    let mut next = [0.0; MOST_STATES];
    for (p, row) in before.iter().zip(transition) {
        next.iter_mut().zip(row).for_each(|(next, to)| *next += p * to);
    }
    next
}
