//! What a sampler knows: every trial so far, in the order they were started.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::space::{BadPoint, Space};
use super::trial::{State, Trial};
use super::value::Point;

/// The trials of one study, as places in the unit cube.
#[derive(Debug, Clone)]
pub struct History<'a> {
    space: &'a Space,
    told: Vec<Told>,
    /// Places as bits: what was tried is not tried again.
    visited: BTreeSet<Vec<u64>>,
}

/// What one trial taught.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub cube: Vec<f64>,
    pub state: State,
    pub n_steps: usize,
    pub objective: Option<f64>,
}

impl Told {
    /// Best first. A pruned trial is behind every finished one, the sooner it was pruned the
    /// farther; a failed one is last.
    pub fn by_worth(&self, other: &Self) -> Ordering {
        let class = |told: &Self| match (told.state, told.objective) {
            (State::Done, Some(_)) => 0,
            (State::Pruned, Some(_)) => 1,
            _ => 2,
        };
        let value = |told: &Self| told.objective.unwrap_or(f64::NEG_INFINITY);
        class(self)
            .cmp(&class(other))
            .then(other.n_steps.cmp(&self.n_steps))
            .then(value(other).total_cmp(&value(self)))
    }
}

impl<'a> History<'a> {
    pub fn new(space: &'a Space) -> Self {
        Self { space, told: Vec::new(), visited: BTreeSet::new() }
    }

    /// Trials must come in the order of their numbers, whatever order they ended in.
    pub fn push(&mut self, trial: &Trial) -> Result<(), BadPoint> {
        let cube = self.space.encode(&trial.point)?;
        self.visited.insert(bits(&cube));
        let n_steps = trial.scores.len();
        self.told.push(Told { cube, state: trial.state, n_steps, objective: trial.objective });
        Ok(())
    }

    /// A trial of one score, whoever keeps its record; `None`: it failed.
    pub fn tell(&mut self, point: &Point, score: Option<f64>) -> Result<(), BadPoint> {
        let cube = self.space.encode(point)?;
        self.visited.insert(bits(&cube));
        let state = if score.is_some() { State::Done } else { State::Failed };
        let n_steps = usize::from(score.is_some());
        self.told.push(Told { cube, state, n_steps, objective: score });
        Ok(())
    }

    pub fn space(&self) -> &'a Space {
        self.space
    }

    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// The number of the next trial.
    pub fn next_number(&self) -> u64 {
        self.told.len() as u64
    }
}

/// The points of one batch, all new.
#[derive(Debug)]
pub struct Batch<'a> {
    history: &'a History<'a>,
    taken: BTreeSet<Vec<u64>>,
    pub cubes: Vec<Vec<f64>>,
    pub points: Vec<Point>,
}

impl<'a> Batch<'a> {
    pub fn new(history: &'a History<'a>) -> Self {
        Self { history, taken: BTreeSet::new(), cubes: Vec::new(), points: Vec::new() }
    }

    pub fn n_axes(&self) -> usize {
        self.history.space.n_axes()
    }

    pub fn snap(&self, cube: &mut [f64]) {
        self.history.space.snap(cube);
    }

    /// Whether the point at this place was neither tried nor taken.
    pub fn is_new(&self, snapped: &[f64]) -> bool {
        let bits = bits(snapped);
        !self.history.visited.contains(&bits) && !self.taken.contains(&bits)
    }

    /// Takes the point at a place; where it was tried before, the next one that was not. `false`:
    /// all points were tried.
    pub fn take(&mut self, mut cube: Vec<f64>) -> bool {
        let space = self.history.space;
        space.snap(&mut cube);
        if let Some(n_points) = space.n_points() {
            let Some(free) = self.next_free(cube, n_points) else { return false };
            cube = free;
        }
        let point = space.decode(&cube);
        self.taken.insert(bits(&cube));
        self.cubes.push(cube);
        self.points.push(point);
        true
    }

    /// Linear probing: as many steps as points were tried, at most.
    fn next_free(&self, mut cube: Vec<f64>, n_points: u64) -> Option<Vec<f64>> {
        if (self.history.visited.len() + self.taken.len()) as u64 >= n_points {
            return None;
        }
        while !self.is_new(&cube) {
            self.history.space.advance(&mut cube);
        }
        Some(cube)
    }
}

fn bits(cube: &[f64]) -> Vec<u64> {
    cube.iter().map(|x| x.to_bits()).collect()
}
