//! Which kind of market it is, bar by bar, so that each kind can have parameters of its own.
//!
//! A method is fitted on a training slice alone: thresholds are quantiles of it, a Markov chain's
//! states are learnt from it. Then a [`Detector`] takes one bar after the other and tells the regime
//! at its close from this bar and those before it. There is no second way for a whole history, so
//! batch is live; nothing is ever smoothed with what came later.

pub mod motion; // how far prices went, and on what a path
pub mod rules; // trending, ranging, volatile by thresholds
pub mod markov; // a hidden Markov model, filtered

use std::ops::Range;

use crate::market::Columns;

pub use markov::{Filter, Markov};
pub use rules::{Rules, Thresholds};

/// How regimes are told.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    Rules(Rules),
    Markov(Markov),
}

/// What of a bar is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    pub high: f64,
    pub low: f64,
    pub close: f64,
}

/// Bars in a row, of columns that are those of [`crate::market::Bars`].
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    pub high: &'a [f64],
    pub low: &'a [f64],
    pub close: &'a [f64],
}

/// Why a training slice has no regimes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unfit {
    #[error("`{name}` is `{value}`, and has to be {expected}")]
    Parameter { name: &'static str, value: f64, expected: &'static str },
    #[error("`{found}` bars are too few to tell regimes: {needed} are needed")]
    TooFewBars { found: usize, needed: usize },
    #[error("the {what} of the bars does not vary")]
    NoSpread { what: &'static str },
    #[error("the bars do not fall into `{n_states}` states: fewer would do")]
    Collapsed { n_states: usize },
}

/// A method that has seen its training slice.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Of each training bar, as it was at its close but with what the whole slice taught; `None`
    /// while the first window fills.
    pub training: Vec<Option<u8>>,
    /// Stands at the end of the training slice: the next bar it takes is the one behind.
    pub detector: Detector,
}

/// Tells the regime bar by bar.
#[derive(Debug, Clone)]
pub enum Detector {
    Rules(rules::Watch),
    Markov(Box<Filter>),
}

impl Method {
    pub fn fit(&self, training: &Prices<'_>) -> Result<Fitted, Unfit> {
        let mut detector = match self {
            Self::Rules(rules) => Detector::Rules(rules.fit(training)?),
            Self::Markov(markov) => Detector::Markov(Box::new(markov.fit(training)?)),
        };
        let training = detector.run(training);
        Ok(Fitted { training, detector })
    }
}

impl Detector {
    /// The regime at the close of this bar, an index into [`Self::names`].
    pub fn step(&mut self, candle: Candle) -> Option<u8> {
        match self {
            Self::Rules(watch) => watch.step(candle),
            Self::Markov(filter) => filter.step(candle).map(|states| most_likely(&states)),
        }
    }

    /// The next bars, one by one.
    pub fn run(&mut self, prices: &Prices<'_>) -> Vec<Option<u8>> {
        prices.candles().map(|candle| self.step(candle)).collect()
    }

    /// The calmest first.
    pub fn names(&self) -> &'static [&'static str] {
        match self {
            Self::Rules(_) => &rules::NAMES,
            Self::Markov(filter) => markov::names(filter.n_states()),
        }
    }
}

impl<'a> Prices<'a> {
    pub fn of(columns: &'a Columns, rows: Range<usize>) -> Self {
        Self {
            high: &columns.high[rows.clone()],
            low: &columns.low[rows.clone()],
            close: &columns.close[rows],
        }
    }

    pub fn candles(&self) -> impl Iterator<Item = Candle> + use<'a> {
        let prices = self.high.iter().zip(self.low).zip(self.close);
        prices.map(|((&high, &low), &close)| Candle { high, low, close })
    }
}

/// The first of several.
fn most_likely(states: &[f64]) -> u8 {
    (0..states.len()).reduce(|a, b| if states[b] > states[a] { b } else { a }).unwrap_or(0) as u8
}

#[cfg(test)]
mod tests;
