//! States that cannot be seen, learnt from returns and ranges: a Gaussian hidden Markov model.

mod model; // probabilities, and the step from one bar to the next
mod learn; // Baum and Welch's iteration
mod observe; // bars as standardised numbers

use serde::Serialize;

use super::motion::Motions;
use super::{Candle, Prices, Unfit};
use learn::Study;
use model::{Model, Ready};
use observe::Scale;

/// How many states there can be.
pub const MOST_STATES: usize = 4;

/// Observed bars for each state, below which means and transitions are guesses.
const FEWEST_BARS_A_STATE: usize = 100;

/// A hidden Markov model (Rabiner 1989, "A tutorial on hidden Markov models", Proc. IEEE 77; of
/// market regimes Hamilton 1989, "A new approach to the economic analysis of nonstationary time
/// series and the business cycle", Econometrica 57). A state gives the log return and the log of
/// the range a normal distribution each; ranges are nearly normal in logs (Alizadeh, Brandt & Diebold
/// 2002, "Range-based estimation of stochastic volatility models", J. Finance 57).
#[derive(Debug, Clone, PartialEq)]
pub struct Markov {
    /// 2 to [`MOST_STATES`].
    pub n_states: usize,
    /// Bars a return and a range are taken over. With 1, states of five-minute bars change every few
    /// bars, which is too often for parameters of their own; windows that overlap make neighbours
    /// alike, and stays long.
    pub window: usize,
    /// Starting points; the best after a few iterations goes on.
    pub n_starts: usize,
    pub max_iterations: usize,
    /// The iteration ends where the log likelihood grows by less than this a bar.
    pub tolerance: f64,
    pub seed: u64,
}

impl Default for Markov {
    fn default() -> Self {
        let (n_starts, max_iterations, tolerance) = (8, 200, 1e-6);
        Self { n_states: 3, window: 48, n_starts, max_iterations, tolerance, seed: 0 }
    }
}

/// The probabilities of the states, from bars up to the last one taken.
#[derive(Debug, Clone)]
pub struct Filter {
    motions: Motions,
    scale: Scale,
    ready: Ready,
    filtered: Option<[f64; MOST_STATES]>,
    quality: Quality,
}

/// How the learning went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// Bars with a full window.
    pub n_bars: u64,
    /// After each iteration of the start that was chosen: never falls.
    pub log_likelihoods: Vec<f64>,
    /// Whether it ended by itself.
    pub converged: bool,
}

/// One state, in the units of the bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct State {
    pub name: &'static str,
    /// Mean and standard deviation of the log return over the window.
    pub log_return: [f64; 2],
    /// Mean and standard deviation of ln(range), the range being the mean of ln(high / low).
    pub log_range: [f64; 2],
    /// How likely the next bar is in the same state, and how many bars that makes a stay.
    pub stays: f64,
    pub mean_bars: f64,
}

/// The states by volatility.
pub fn names(n_states: usize) -> &'static [&'static str] {
    match n_states {
        2 => &["calm", "wild"],
        3 => &["calm", "normal", "wild"],
        _ => &["calm", "normal", "lively", "wild"],
    }
}

impl Markov {
    /// Learns from the training slice; has seen no bar yet.
    pub fn fit(&self, training: &Prices<'_>) -> Result<Filter, Unfit> {
        self.check()?;
        let mut motions = Motions::new(self.window);
        let seen: Vec<_> = training.candles().filter_map(|bar| motions.step(bar)).collect();
        let needed = FEWEST_BARS_A_STATE * self.n_states;
        if seen.len() < needed {
            let (found, needed) = (training.close.len(), needed + self.window);
            return Err(Unfit::TooFewBars { found, needed });
        }
        let scale = Scale::of(&seen)?;
        let observed: Vec<[f64; 2]> = seen.iter().map(|motion| scale.apply(motion)).collect();
        let study = Study { observed: &observed, asked: self };
        let learnt = study.best().ok_or(Unfit::Collapsed { n_states: self.n_states })?;
        let ready = Ready::new(learnt.model.sorted());
        let quality = Quality {
            n_bars: observed.len() as u64,
            log_likelihoods: learnt.log_likelihoods,
            converged: learnt.converged,
        };
        Ok(Filter { motions: Motions::new(self.window), scale, ready, filtered: None, quality })
    }

    fn check(&self) -> Result<(), Unfit> {
        let at_least_one = "1 or more";
        let faults = [
            ((2..=MOST_STATES).contains(&self.n_states), "n_states", self.n_states, "2, 3 or 4"),
            (self.window > 0, "window", self.window, at_least_one),
            (self.n_starts > 0, "n_starts", self.n_starts, at_least_one),
            (self.max_iterations > 0, "max_iterations", self.max_iterations, at_least_one),
        ];
        match faults.into_iter().find(|(is_fine, ..)| !is_fine) {
            Some((_, name, value, expected)) => {
                Err(Unfit::Parameter { name, value: value as f64, expected })
            }
            None => Ok(()),
        }
    }
}

impl Filter {
    /// The states' probabilities given this bar and all before it (Rabiner's forward recursion,
    /// normalised at each bar); `None` while the window fills. Nothing later ever changes them.
    pub fn step(&mut self, candle: Candle) -> Option<[f64; MOST_STATES]> {
        let motion = self.motions.step(candle)?;
        let seen = self.scale.apply(&motion);
        let next = self.ready.step(self.filtered.as_ref(), &seen).filtered;
        self.filtered = Some(next);
        Some(next)
    }

    pub fn n_states(&self) -> usize {
        self.model().n_states
    }

    pub fn quality(&self) -> &Quality {
        &self.quality
    }

    /// The calmest first.
    pub fn states(&self) -> Vec<State> {
        let (model, scale) = (self.model(), &self.scale);
        let state = |(k, name): (usize, &&'static str)| {
            let natural = |d: usize| {
                let sd = model.variance[k][d].sqrt() * scale.spread[d];
                [scale.centre[d] + scale.spread[d] * model.mean[k][d], sd]
            };
            let stays = model.transition[k][k];
            let (log_return, log_range) = (natural(0), natural(1));
            State { name, log_return, log_range, stays, mean_bars: 1.0 / (1.0 - stays) }
        };
        names(model.n_states).iter().enumerate().map(state).collect()
    }

    fn model(&self) -> &Model {
        &self.ready.model
    }
}

#[cfg(test)]
mod tests;
