//! What a beeswarm plot shows: for each of the best columns, points of contribution and value.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;

use super::{ColumnImportance, Contributions, ExplainFault};
use crate::gbdt::Matrix;
use crate::rng::Rng;
use crate::stats;

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Of the matrix.
    pub row: u32,
    pub shap: f64,
    /// Where the feature's value lies among those of all explained rows: 0 the least, 1 the
    /// greatest, ½ where they are all the same. `None`: it is missing.
    pub rank: Option<f64>,
}

/// One column's points, in the order of the rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Swarm {
    pub importance: ColumnImportance,
    pub points: Vec<Point>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beeswarm {
    /// Rows explained, of which the points are a sample.
    pub n_rows: usize,
    pub bias: f64,
    /// The most important column first.
    pub columns: Vec<Swarm>,
}

impl Beeswarm {
    /// The best `n_columns`, each with `n_points` rows, the same ones for all: one drawn from each
    /// of as many equal stretches, since rows at equal distances could keep step with the hours of
    /// the day. A column's least and greatest contribution are always among its points.
    pub fn new(
        (contributions, matrix): (&Contributions, &Matrix<'_>),
        n_columns: usize,
        n_points: usize,
        seed: u64,
    ) -> Result<Self, ExplainFault> {
        let table = contributions.importance(matrix)?;
        let drawn = draw(contributions.n_rows(), n_points, seed);
        let swarm = |importance: ColumnImportance| {
            let values = contributions.features(matrix, importance.column);
            let points = points(contributions, importance.column, &values, &drawn);
            Swarm { importance, points }
        };
        let best: Vec<ColumnImportance> = table.into_iter().take(n_columns).collect();
        let columns = best.into_par_iter().map(swarm).collect();
        Ok(Self { n_rows: contributions.n_rows(), bias: contributions.bias(), columns })
    }
}

/// Places among the explained rows, ascending.
fn draw(n_rows: usize, n_points: usize, seed: u64) -> Vec<usize> {
    if n_points >= n_rows {
        return (0..n_rows).collect();
    }
    let mut rng = Rng::stream(seed, "beeswarm rows", &[]);
    let start = |at: usize| at * n_rows / n_points;
    (0..n_points).map(|at| rng.index(start(at)..start(at + 1))).collect()
}

fn points(
    contributions: &Contributions,
    column: usize,
    features: &[f32],
    drawn: &[usize],
) -> Vec<Point> {
    let shaps = contributions.column(column);
    let places = 0..shaps.len();
    let least = places.clone().min_by(|a, b| shaps[*a].total_cmp(&shaps[*b]));
    let greatest = places.rev().max_by(|a, b| shaps[*a].total_cmp(&shaps[*b]));
    let chosen: BTreeSet<usize> = drawn.iter().copied().chain(least).chain(greatest).collect();
    let ranks = ranks(features);
    let point =
        |at: usize| Point { row: contributions.rows()[at], shap: shaps[at], rank: ranks[at] };
    chosen.into_iter().map(point).collect()
}

fn ranks(features: &[f32]) -> Vec<Option<f64>> {
    let known: Vec<f64> = features.iter().filter(|x| !x.is_nan()).map(|x| f64::from(*x)).collect();
    let ranks = stats::ranks(&known);
    let (least, greatest) =
        ranks.iter().fold((f64::MAX, f64::MIN), |(low, high), r| (low.min(*r), high.max(*r)));
    let scale = |rank: f64| {
        if greatest > least { (rank - least) / (greatest - least) } else { 0.5 }
    };
    let mut ranks = ranks.into_iter();
    let place = |x: &f32| if x.is_nan() { None } else { ranks.next().map(scale) };
    features.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swarm(n_points: usize, seed: u64) -> Beeswarm {
        let names = vec!["a".to_owned(), "b".to_owned()];
        let rows: Vec<u32> = (0..1000).collect();
        let a: Vec<f32> = (0..1000).map(|i| if i == 5 { f32::NAN } else { i as f32 }).collect();
        let b = vec![3.0_f32; 1000];
        let mut shaps: Vec<f64> = (0..1000).map(|i| f64::from(i % 7) / 10.0).collect();
        shaps[501] = -2.0;
        shaps[777] = 2.0;
        shaps.extend((0..1000).map(f64::from));
        let contributions = Contributions::new(names.clone(), rows, 1.5, shaps);
        let columns: [&[f32]; 2] = [&a, &b];
        let matrix = Matrix::new(&names, &columns).unwrap();
        Beeswarm::new((&contributions, &matrix), 9, n_points, seed).unwrap()
    }

    #[test]
    fn points_are_spread_over_the_rows_and_hold_the_extremes() {
        let found = swarm(100, 1);
        assert_eq!((found.n_rows, found.bias, found.columns.len()), (1000, 1.5, 2));
        let [b, a] = &found.columns[..] else { panic!() };
        assert_eq!((&*b.importance.name, &*a.importance.name), ("b", "a"));
        let rows: Vec<u32> = a.points.iter().map(|point| point.row).collect();
        assert!(rows.contains(&501) && rows.contains(&777) && rows.is_sorted());
        assert!((100..=102).contains(&rows.len()));
        for at in 0..100 {
            assert!(rows.iter().any(|row| row / 10 == at), "none of rows {at}0 to {at}9");
        }
        assert_eq!((b.points[0].row, b.points[0].shap), (0, 0.0));
        assert!(b.points.iter().all(|point| point.rank == Some(0.5)));
        assert_eq!(swarm(100, 1), found);
        assert_ne!(swarm(100, 2), found);
    }

    #[test]
    fn few_rows_are_all_shown() {
        let found = swarm(5000, 1);
        let points = &found.columns[1].points;
        assert_eq!(points.len(), 1000);
        assert_eq!(points[5].rank, None);
        assert_eq!((points[0].rank, points[999].rank), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn ranks_run_from_the_least_to_the_greatest_value_there_is() {
        let found = ranks(&[4.0, f32::NAN, 1.0, 4.0, 2.0]);
        // Ranks 3½, –, 1, 3½, 2.
        assert_eq!(found, [Some(1.0), None, Some(0.0), Some(1.0), Some(0.4)]);
    }
}
