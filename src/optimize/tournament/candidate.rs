//! An ensemble with its exits, as a space of points.

use crate::optimize::plan::Plan;
use crate::optimize::setup::{BadSetup, Setup, thinned, to_search};
use crate::rng::Rng;
use crate::search::{Dimension, History, Point, Sampler, Space, SpaceParams};
use crate::strategy::{Ensemble, Param, Unit};

/// How a candidate may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    pub unit: Unit,
    /// Whether a target may close a part: the engine alone can tell what becomes of the rest.
    pub in_parts: bool,
}

/// Who takes part.
#[derive(Debug, Clone)]
pub struct Candidate {
    setup: Setup,
    space: Space,
}

/// The exit that leaves in parts.
const PART: &str = "exits.target_fraction";

impl Candidate {
    pub fn new(ensemble: Ensemble, leaving: Leaving) -> Result<Self, BadSetup> {
        let setup = Setup { ensemble, unit: leaving.unit };
        let params =
            setup.params().into_iter().filter(|(name, _)| leaving.in_parts || name != PART);
        let dimension = |(name, param): (String, Param)| (name, thinned(&param, param.n_values()));
        let space = SpaceParams(params.map(dimension).collect());
        let space = space.check().map_err(|faults| BadSetup::Dimension {
            name: setup.ensemble.to_string(),
            fault: faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        })?;
        Ok(Self { setup, space })
    }

    /// As it was drawn.
    pub fn ensemble(&self) -> &Ensemble {
        &self.setup.ensemble
    }

    /// All that can be searched of it.
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The setting at a point.
    pub fn plan(&self, point: &Point) -> Result<Plan, Vec<BadSetup>> {
        self.setup.plan(point)
    }

    /// Points from anywhere, each once.
    pub fn anywhere(&self, random: &Sampler, seed: u64, n: usize) -> Vec<Point> {
        random.ask(&History::new(&self.space), seed, n)
    }

    /// The same, the first of them as it was drawn, with exits from anywhere.
    pub fn first(&self, random: &Sampler, seed: u64, n: usize) -> Vec<Point> {
        let mut points = self.anywhere(random, seed, n);
        if let Some(first) = points.first_mut() {
            let drawn = self.setup.ensemble.point();
            first.extend(drawn.iter().map(|(name, value)| (name.clone(), to_search(value))));
        }
        points
    }

    /// One step away at most along each parameter, each way as likely as none.
    pub fn near(&self, point: &Point, rng: &mut Rng) -> Point {
        let mut near = point.clone();
        for (name, dimension) in self.space.axes() {
            let Some(value) = point.get(name) else { continue };
            let (Some(at), Some(n)) = (dimension.index(value), dimension.n_values()) else {
                continue;
            };
            let to = match (dimension, rng.below(3)) {
                (_, 0) => continue,
                (Dimension::Choice(_), _) => rng.below(n),
                (_, 1) => at.saturating_sub(1),
                _ => (at + 1).min(n - 1),
            };
            near.insert(name.to_owned(), dimension.nth(to));
        }
        near
    }
}
