//! Settings by their Sharpe ratio, and by that of their neighbours.

use std::collections::BTreeMap;

use super::figures::Tried;
use crate::search::{Dimension, Point, Space, Trial, Value};
use crate::stats;

/// All settings of a sweep, in the order they were asked for.
pub struct Ranked {
    /// The keys that were swept.
    pub keys: Vec<String>,
    pub rows: Vec<Row>,
    /// Places of the rows, the best Sharpe ratio first, of those with few trades last; those without
    /// a ratio are not there.
    pub best: Vec<usize>,
    /// The same by the mean of their neighbours.
    pub best_around: Vec<usize>,
    /// Fewer trades than this tell nothing.
    pub min_trades: u64,
}

pub struct Row {
    pub trial: Trial,
    pub tried: Tried,
    /// Mean Sharpe ratio of the settings one step away along each key, and how many those are. One
    /// that does not trade is none of them.
    pub around: Option<f64>,
    pub n_around: usize,
    pub rank: Option<usize>,
    pub rank_around: Option<usize>,
}

/// Steps along each axis; `None` where an axis has none, since its values are no numbers.
type Place = Vec<u64>;

impl Ranked {
    pub fn new(space: &Space, (trials, tried): (Vec<Trial>, Vec<Tried>), min_trades: u64) -> Self {
        let axes: Vec<Ladder> = space.axes().map(|(name, d)| Ladder::new(name, d)).collect();
        let places: Vec<Option<Place>> =
            trials.iter().map(|trial| place(&axes, &trial.point)).collect();
        let sharpes: Vec<Option<f64>> = tried.iter().map(Tried::sharpe).collect();
        let at = places.iter().enumerate();
        let map: BTreeMap<&Place, usize> =
            at.filter_map(|(row, place)| Some((place.as_ref()?, row))).collect();
        let around = |place: &Option<Place>| {
            let near = place.as_ref().map(|place| neighbours(&axes, place)).unwrap_or_default();
            let near = near.iter().filter_map(|place| sharpes[*map.get(place)?]);
            near.collect::<Vec<f64>>()
        };
        let around: Vec<Vec<f64>> = places.iter().map(around).collect();
        let rows = trials.into_iter().zip(tried).zip(around);
        let rows = rows.map(|((trial, tried), around)| Row {
            trial,
            tried,
            around: stats::mean(&around),
            n_around: around.len(),
            rank: None,
            rank_around: None,
        });
        let keys = space.axes().map(|(name, _)| name.to_owned()).collect();
        let (best, best_around) = (Vec::new(), Vec::new());
        Self { keys, rows: rows.collect(), best, best_around, min_trades }.ranked()
    }

    fn ranked(mut self) -> Self {
        let of_many = |row: &Row| row.tried.trades() >= self.min_trades;
        self.best = sorted(&self.rows, |row| Some((of_many(row), row.tried.sharpe()?)));
        self.best_around =
            sorted(&self.rows, |row| Some((of_many(row), row.tried.sharpe().and(row.around)?)));
        for (rank, at) in self.best.iter().enumerate() {
            self.rows[*at].rank = Some(rank + 1);
        }
        for (rank, at) in self.best_around.iter().enumerate() {
            self.rows[*at].rank_around = Some(rank + 1);
        }
        self
    }

    /// Rows that are ranked below all others for their few trades.
    pub fn n_few(&self) -> usize {
        let few = |at: &&usize| self.rows[**at].tried.trades() < self.min_trades;
        self.best.iter().filter(few).count()
    }

    /// The rows of the largest Sharpe ratios.
    pub fn top(&self, n: usize) -> impl Iterator<Item = &Row> {
        self.best.iter().take(n).map(|at| &self.rows[*at])
    }
}

/// Those of many trades first, then from the largest, of equals the first.
fn sorted(rows: &[Row], value: impl Fn(&Row) -> Option<(bool, f64)>) -> Vec<usize> {
    let of = |(at, row): (usize, &Row)| Some((value(row)?, at));
    let mut found: Vec<((bool, f64), usize)> = rows.iter().enumerate().filter_map(of).collect();
    let order = |a: &(bool, f64), b: &(bool, f64)| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1));
    found.sort_by(|a, b| order(&a.0, &b.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, at)| at).collect()
}

/// The values of one key in the order of their size.
struct Ladder<'s> {
    name: &'s str,
    dimension: &'s Dimension,
    /// The step of each value that a choice offers; none where the choice is not of numbers.
    steps: Option<Vec<u64>>,
    n: u64,
}

impl<'s> Ladder<'s> {
    fn new(name: &'s str, dimension: &'s Dimension) -> Self {
        let n = dimension.n_values().unwrap_or(0);
        let steps = match dimension {
            Dimension::Choice(values) => {
                let numbers: Option<Vec<f64>> = values.iter().map(Value::as_f64).collect();
                let below = |x: &f64, all: &[f64]| all.iter().filter(|y| *y < x).count() as u64;
                numbers.map(|all| all.iter().map(|x| below(x, &all)).collect())
            }
            _ => Some((0..n).collect()),
        };
        Self { name, dimension, steps, n }
    }

    fn place(&self, point: &Point) -> Option<u64> {
        let k = self.dimension.index(point.get(self.name)?)?;
        Some(self.steps.as_ref().map_or(k, |steps| steps[k as usize]))
    }
}

fn place(axes: &[Ladder<'_>], point: &Point) -> Option<Place> {
    axes.iter().map(|axis| axis.place(point)).collect()
}

fn neighbours(axes: &[Ladder<'_>], place: &[u64]) -> Vec<Place> {
    let mut near = Vec::new();
    for (k, axis) in axes.iter().enumerate().filter(|(_, axis)| axis.steps.is_some()) {
        let here = place[k];
        let above = (here + 1 < axis.n).then_some(here + 1);
        for step in here.checked_sub(1).into_iter().chain(above) {
            let mut other = place.to_vec();
            other[k] = step;
            near.push(other);
        }
    }
    near
}
