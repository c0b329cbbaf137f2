//! All settings that were tried, each once.

use std::collections::BTreeMap;

use super::choice::Neighbours;
use super::plan::Plan;
use super::setup::{BadSetup, Setup};
use crate::search::{Dimension, Point, Space};

#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub points: Vec<Point>,
    pub plans: Vec<Plan>,
    known: BTreeMap<String, usize>,
}

impl Settings {
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// Where the setting of a point is; a new one comes last.
    pub fn add(&mut self, setup: &Setup, point: Point) -> Result<usize, Vec<BadSetup>> {
        let name = name(&point);
        if let Some(at) = self.known.get(&name) {
            return Ok(*at);
        }
        self.plans.push(setup.plan(&point)?);
        self.points.push(point);
        self.known.insert(name, self.plans.len() - 1);
        Ok(self.plans.len() - 1)
    }

    /// Where the setting of that name is, if it was tried.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.known.get(name).copied()
    }

    /// Which are near each other; a point between the steps has nobody near it.
    pub fn neighbours(&self, space: &Space) -> Neighbours {
        let place = |point: &Point| {
            let at = |(name, dimension): (&str, &Dimension)| dimension.index(point.get(name)?);
            space.axes().map(at).collect::<Option<Vec<u64>>>().unwrap_or_default()
        };
        let is_ordered =
            |(_, dimension): (&str, &Dimension)| !matches!(dimension, Dimension::Choice(_));
        let ordered: Vec<bool> = space.axes().map(is_ordered).collect();
        Neighbours::new(&self.points.iter().map(place).collect::<Vec<_>>(), &ordered)
    }
}

/// `fast=12, slow=26`
pub fn name(point: &Point) -> String {
    let values: Vec<String> = point.iter().map(|(name, value)| format!("{name}={value}")).collect();
    values.join(", ")
}
