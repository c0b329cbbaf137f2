//! Which setting a window takes: the best, or the best that does not stand alone.

use serde::{Deserialize, Serialize};

use super::arena::Cell;

/// How a window chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    Best,
    /// By the mean of its own score and those one step away along one parameter or two: a peak that
    /// stands alone is more often luck.
    Plateau,
}

/// Which settings are one step apart along one parameter or two. (Of all at once there are too many
/// where there are many parameters; of one at a time too few to smooth noise.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours(Vec<Vec<usize>>);

impl Neighbours {
    /// `places`: of each setting, the index of its value along each parameter; `ordered`: those
    /// parameters along which there are steps.
    pub fn new(places: &[Vec<u64>], ordered: &[bool]) -> Self {
        let known: std::collections::BTreeMap<&[u64], usize> =
            places.iter().enumerate().map(|(at, place)| (place.as_slice(), at)).collect();
        let steps = |axes: usize| {
            let ordered = (0..axes).filter(|axis| ordered[*axis]);
            ordered.flat_map(|axis| [(axis, false), (axis, true)])
        };
        let step = |place: &[u64], (axis, up): (usize, bool)| {
            let mut other = place.to_vec();
            other[axis] = if up { place[axis] + 1 } else { place[axis].checked_sub(1)? };
            Some(other)
        };
        let near = |place: &Vec<u64>| {
            let two = |one: (usize, bool)| {
                let first = step(place, one);
                let aside = steps(one.0).filter_map(|more| step(first.as_ref()?, more));
                aside.chain(first.clone()).collect::<Vec<_>>()
            };
            let places = steps(place.len()).flat_map(two);
            places.filter_map(|place| known.get(place.as_slice()).copied()).collect()
        };
        Self(places.iter().map(near).collect())
    }

    /// Those near a setting.
    pub fn of(&self, at: usize) -> &[usize] {
        self.0.get(at).map_or(&[], Vec::as_slice)
    }

    /// The mean of a setting's score and of those around it that were tried; one that was, and has no
    /// score, counts as 0, the worth of not trading. `None` where it has none itself.
    pub fn around(&self, cells: &[Option<Cell>], at: usize) -> Option<f64> {
        let own = cells[at].and_then(|cell| cell.score)?;
        let near = self.of(at).iter().filter_map(|other| cells[*other]);
        let scores: Vec<f64> = near.map(|cell| cell.score.unwrap_or(0.0)).collect();
        Some((own + scores.iter().sum::<f64>()) / (scores.len() + 1) as f64)
    }
}

impl Pick {
    /// The setting of a window, of those that were tried on it: of equals, the first. `None`: none has
    /// a score above `least`.
    pub fn choose(
        self,
        cells: &[Option<Cell>],
        (neighbours, least): (&Neighbours, Option<f64>),
    ) -> Option<usize> {
        let score = |at: usize| cells[at].and_then(|cell| cell.score);
        let worth = |at: usize| match self {
            Self::Best => score(at),
            Self::Plateau => neighbours.around(cells, at),
        };
        let enough = |at: &usize| score(*at).is_some_and(|s| least.is_none_or(|least| s > least));
        let rated = (0..cells.len()).filter(enough).filter_map(|at| Some((at, worth(at)?)));
        rated.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(at, _)| at)
    }
}
