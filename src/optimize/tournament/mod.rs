//! A tournament of ensembles on one window: rounds by the screen, and champions by the engine.
//!
//! What happens on a window follows from its bars, the candidates and the seed. The bars after it are
//! looked at once, by the champions, when all is decided.

mod bracket; // how many are left, and how much they see
mod candidate; // an ensemble with its exits, as a space
mod champions; // their parameters by Bayesian optimisation, their run on the test window
mod rounds; // a few points of each candidate, and who goes on

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::arena::{Arena, ArenaFault, Cell};
use super::setup::BadSetup;
use crate::search::{Point, Sampler};

pub use candidate::{Candidate, Leaving};

/// What is the same on all windows.
#[derive(Debug, Clone)]
pub struct Terms {
    pub champions: usize,
    /// Points of each candidate in a round.
    pub samples: usize,
    /// Of the window, in the first round.
    pub first_share: f64,
    /// Settings of each champion.
    pub bayes_trials: usize,
    pub sampler: Sampler,
    /// From anywhere.
    pub random: Sampler,
    pub seed: u64,
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Conditions over all bars.
    Conditions,
    /// Settings by the screen.
    Screen,
    /// Where the optimiser looks next.
    Search,
    /// Settings by the engine.
    Engine,
}

/// One setting on a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The round, from 1; `None`: of a champion's optimisation.
    pub round: Option<u32>,
    pub candidate: u32,
    pub point: Point,
    /// The last share of the window, and its bars.
    pub share: f64,
    pub bars: u32,
    pub cell: Cell,
    pub by_engine: bool,
}

/// What came of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    pub share: f64,
    pub bars: u32,
    pub entered: u32,
    pub left: u32,
    /// Of the best candidate, and of the last that went on.
    pub best: Option<f64>,
    pub last: Option<f64>,
}

/// Who was best on a window, and what it came to on the bars after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Champion {
    pub candidate: u32,
    pub point: Point,
    pub train: Cell,
    pub test: Cell,
}

/// A tournament that was played.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Played {
    pub attempts: Vec<Attempt>,
    pub rounds: Vec<Round>,
    /// Best first.
    pub champions: Vec<Champion>,
    /// The scores of some settings by screen and engine.
    pub twins: Vec<(Option<f64>, Option<f64>)>,
}

#[derive(Debug, thiserror::Error)]
pub enum TournamentFault {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Setup(Vec<BadSetup>),
    #[error(transparent)]
    Arena(#[from] ArenaFault),
}

/// Who plays by which terms; `watch` is told what is under way, and in which round.
pub struct Tournament<'a> {
    pub candidates: &'a [Candidate],
    pub terms: &'a Terms,
    pub watch: &'a (dyn Fn(Doing, Option<usize>) + Sync),
}

impl Tournament<'_> {
    /// One window. `arena` keeps the conditions it learns for the next.
    pub fn play(
        &self,
        arena: &mut Arena<'_>,
        (train, test): (Range<usize>, Range<usize>),
    ) -> Result<Played, TournamentFault> {
        let mut played = Played::default();
        let finalists = self.rounds(arena, &train, &mut played)?;
        played.champions = self.crown(arena, (train, test), (finalists, &mut played.attempts))?;
        Ok(played)
    }
}

#[cfg(test)]
mod tests;
