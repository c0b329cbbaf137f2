//! What is searched: named dimensions, and the unit cube they are searched in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::dimension::{Dimension, DimensionParams};
use super::value::{Point, Value};

/// A search space as it is written, dimension by dimension.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SpaceParams(pub BTreeMap<String, DimensionParams>);

/// A space that can be searched. Dimensions go by name: the order they were written in makes no
/// difference to any draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    params: SpaceParams,
    dimensions: Vec<(String, Dimension)>,
    /// Those with a choice, which are the axes of the unit cube.
    axes: Vec<usize>,
}

/// Why a space cannot be searched.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadSpace {
    #[error("`{name}` {fault}")]
    Dimension { name: String, fault: String },
    #[error("there is nothing to search: every dimension is fixed")]
    Empty,
}

/// A point of another space.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadPoint {
    #[error("`{0}` is missing")]
    Missing(String),
    #[error("`{0}` is not searched")]
    Unknown(String),
    #[error("`{name}` cannot be `{value}`")]
    Outside { name: String, value: Value },
}

impl SpaceParams {
    /// All faults at once.
    pub fn check(self) -> Result<Space, Vec<BadSpace>> {
        let mut faults = Vec::new();
        let mut dimensions = Vec::new();
        for (name, params) in &self.0 {
            match params.check() {
                Ok(dimension) => dimensions.push((name.clone(), dimension)),
                Err(fault) => faults.push(BadSpace::Dimension { name: name.clone(), fault }),
            }
        }
        let is_axis = |k: &usize| !matches!(dimensions[*k].1, Dimension::Fixed(_));
        let axes: Vec<usize> = (0..dimensions.len()).filter(is_axis).collect();
        if axes.is_empty() && faults.is_empty() {
            faults.push(BadSpace::Empty);
        }
        if faults.is_empty() { Ok(Space { params: self, dimensions, axes }) } else { Err(faults) }
    }
}

impl Space {
    pub fn params(&self) -> &SpaceParams {
        &self.params
    }

    /// The number of axes of the unit cube: fixed dimensions have none.
    pub fn n_axes(&self) -> usize {
        self.axes.len()
    }

    pub fn axes(&self) -> impl DoubleEndedIterator<Item = (&str, &Dimension)> + ExactSizeIterator {
        self.axes.iter().map(|&k| (self.dimensions[k].0.as_str(), &self.dimensions[k].1))
    }

    /// How many points there are; `None`: more than can be counted.
    pub fn n_points(&self) -> Option<u64> {
        self.axes().try_fold(1_u64, |n, (_, d)| n.checked_mul(d.n_values()?))
    }

    /// The point at a place in the unit cube; axes left out are at their middle.
    pub fn decode(&self, cube: &[f64]) -> Point {
        let mut places = cube.iter().copied();
        self.point(|dimension| dimension.decode(places.next().unwrap_or(0.5)))
    }

    /// Where in the unit cube the point is.
    pub fn encode(&self, point: &Point) -> Result<Vec<f64>, BadPoint> {
        let known = |name: &String| self.params.0.contains_key(name);
        if let Some(name) = point.keys().find(|name| !known(name)) {
            return Err(BadPoint::Unknown(name.clone()));
        }
        let mut cube = Vec::with_capacity(self.axes.len());
        for (name, dimension) in &self.dimensions {
            let value = point.get(name).ok_or_else(|| BadPoint::Missing(name.clone()))?;
            let at = dimension
                .encode(value)
                .ok_or_else(|| BadPoint::Outside { name: name.clone(), value: value.clone() })?;
            if !matches!(dimension, Dimension::Fixed(_)) {
                cube.push(at);
            }
        }
        Ok(cube)
    }

    /// The nearest place in the cube that is exactly a point's.
    pub fn snap(&self, cube: &mut [f64]) {
        for (at, (_, dimension)) in cube.iter_mut().zip(self.axes()) {
            *at = dimension.snap(*at);
        }
    }

    /// The next point of a space with an end, the last axis changing fastest, round and round.
    pub(super) fn advance(&self, cube: &mut [f64]) {
        for (at, (_, dimension)) in cube.iter_mut().zip(self.axes()).rev() {
            let n = dimension.n_values().unwrap_or(1);
            let next = dimension.index(&dimension.decode(*at)).map_or(0, |k| k + 1) % n;
            *at = dimension.encode(&dimension.nth(next)).unwrap_or(*at);
            if next != 0 {
                return;
            }
        }
    }

    /// A value for each dimension with a choice, in order of their names.
    pub(super) fn point(&self, mut value: impl FnMut(&Dimension) -> Value) -> Point {
        let of = |(name, dimension): &(String, Dimension)| {
            let value = match dimension {
                Dimension::Fixed(fixed) => fixed.clone(),
                searched => value(searched),
            };
            (name.clone(), value)
        };
        self.dimensions.iter().map(of).collect()
    }
}

#[cfg(test)]
#[path = "space_tests.rs"]
mod tests;
