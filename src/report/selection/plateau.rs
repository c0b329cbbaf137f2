//! Is a good point among good points, or alone on a needle?

use serde::Serialize;

use super::finite;
use super::grid::{Grid, Reach};

/// A point of a grid and those around it. What was not tried, or has no score, is NaN, and counts
/// neither for nor against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plateau {
    pub point: u64,
    pub score: f64,
    pub n_neighbours: u64,
    /// Neighbours without a score.
    pub n_unknown: u64,
    /// Of the neighbours, without the point.
    pub mean: Option<f64>,
    pub min: Option<f64>,
    /// The neighbours' mean over the point's own: 1 on a plateau, near 0 or below on a needle. `None`
    /// where the point's score is not above 0.
    pub mean_ratio: Option<f64>,
    pub min_ratio: Option<f64>,
}

impl Plateau {
    /// `None` where the point has no score, or `scores` are not one for each point of the grid.
    pub fn of(grid: &Grid, scores: &[f64], (point, reach): (usize, Reach)) -> Option<Self> {
        let score = finite(*scores.get(point)?).filter(|_| scores.len() == grid.n_points())?;
        let around = grid.neighbours(point, reach);
        let known: Vec<f64> = around.iter().filter_map(|at| finite(scores[*at])).collect();
        let mean = crate::stats::mean(&known);
        let min = known.iter().copied().reduce(f64::min);
        let ratio =
            |value: Option<f64>| value.filter(|_| score > 0.0).and_then(|v| finite(v / score));
        Some(Self {
            point: point as u64,
            score,
            n_neighbours: around.len() as u64,
            n_unknown: (around.len() - known.len()) as u64,
            mean,
            min,
            mean_ratio: ratio(mean),
            min_ratio: ratio(min),
        })
    }
}

/// Each point's score averaged with those of its neighbours: a moving mean over the grid, so that a
/// needle is flattened and a plateau stays. NaN for a point without a score of its own.
pub fn smoothed(grid: &Grid, scores: &[f64], reach: Reach) -> Option<Vec<f64>> {
    let mean = |point: usize| -> f64 {
        let Some(own) = finite(scores[point]) else { return f64::NAN };
        let around = grid.neighbours(point, reach);
        let known = around.iter().filter_map(|at| finite(scores[*at]));
        let (sum, n) = known.fold((own, 1.0), |(sum, n), score| (sum + score, n + 1.0));
        sum / n
    };
    (scores.len() == grid.n_points()).then(|| (0..scores.len()).map(mean).collect())
}

/// The point with the highest [`smoothed`] score, the first of several: a choice that a lucky single
/// point does not win. A point at the grid's edge has fewer neighbours, so that its mean is less
/// sure. `None` where no point has a score.
pub fn best_plateau(grid: &Grid, scores: &[f64], reach: Reach) -> Option<usize> {
    best(&smoothed(grid, scores, reach)?)
}

/// The highest score itself, the first of several.
pub fn best(scores: &[f64]) -> Option<usize> {
    let known = (0..scores.len()).filter(|at| scores[*at].is_finite());
    known.reduce(|a, b| if scores[b] > scores[a] { b } else { a })
}

#[cfg(test)]
mod tests {
    use super::super::grid::Axis;
    use super::*;
    use crate::rng::Rng;

    fn square() -> Grid {
        Grid::new(vec![Axis::Steps(4), Axis::Steps(4)]).unwrap()
    }

    /// A needle in one corner, a hill in another.
    const SCORES: [f64; 16] =
        [9.0, 0.0, 0.0, 0.0, 1.0, 0.0, 4.0, 5.0, 0.0, 4.0, 6.0, 5.0, 0.0, 0.0, 5.0, 5.0];

    #[test]
    fn the_needle_wins_alone_and_the_hill_with_its_neighbours() {
        assert_eq!(best(&SCORES), Some(0));
        for reach in [Reach::Axes, Reach::Diagonals] {
            let found = best_plateau(&square(), &SCORES, reach).unwrap();
            assert_eq!(found, if reach == Reach::Axes { 11 } else { 15 });
        }
        // Point 11: (5 + 5 + 6 + 5) / 4; point 10: (6 + 4 + 4 + 5 + 5) / 5.
        let smoothed = smoothed(&square(), &SCORES, Reach::Axes).unwrap();
        assert_eq!((smoothed[11], smoothed[10], smoothed[0]), (5.25, 4.8, 10.0 / 3.0));
    }

    #[test]
    fn a_point_against_those_around_it() {
        let needle = Plateau::of(&square(), &SCORES, (0, Reach::Axes)).unwrap();
        assert_eq!((needle.mean, needle.min), (Some(0.5), Some(0.0)));
        assert_eq!((needle.mean_ratio, needle.min_ratio), (Some(0.5 / 9.0), Some(0.0)));
        let hill = Plateau::of(&square(), &SCORES, (10, Reach::Diagonals)).unwrap();
        // 0, 4, 5, 4, 5, 0, 5, 5
        assert_eq!((hill.n_neighbours, hill.mean, hill.min), (8, Some(3.5), Some(0.0)));
        assert_eq!(hill.mean_ratio, Some(3.5 / 6.0));
    }

    #[test]
    fn what_has_no_score_counts_neither_way() {
        let mut scores = SCORES;
        (scores[1], scores[10]) = (f64::NAN, f64::NAN);
        let found = Plateau::of(&square(), &scores, (0, Reach::Axes)).unwrap();
        assert_eq!((found.n_neighbours, found.n_unknown, found.mean), (2, 1, Some(1.0)));
        assert_eq!(Plateau::of(&square(), &scores, (10, Reach::Axes)), None);
        assert!(smoothed(&square(), &scores, Reach::Axes).unwrap()[10].is_nan());
        let mut one = [f64::NAN; 16];
        assert_eq!(best_plateau(&square(), &one, Reach::Axes), None);
        one[3] = -2.0;
        assert_eq!(best_plateau(&square(), &one, Reach::Axes), Some(3));
        let alone = Plateau::of(&square(), &one, (3, Reach::Axes)).unwrap();
        assert_eq!((alone.n_unknown, alone.mean, alone.mean_ratio), (2, None, None));
        assert_eq!(best_plateau(&square(), &one[1..], Reach::Axes), None);
    }

    /// A broad hill under noise as high as itself: the smoothed choice is worth more in truth.
    #[test]
    fn under_noise_the_plateau_is_the_better_choice() {
        let grid = Grid::new(vec![Axis::Steps(12), Axis::Steps(12)]).unwrap();
        let truth = |point: usize| {
            let off = |at: usize| (at as f64 - 4.0) * (at as f64 - 4.0);
            libm::exp(-(off(point / 12) + off(point % 12)) / 18.0)
        };
        let (mut single, mut smooth) = (0.0, 0.0);
        for seed in 0..60 {
            let mut rng = Rng::stream(seed, "plateau", &[]);
            let scores: Vec<f64> = (0..144).map(|at| truth(at) + rng.normal()).collect();
            single += truth(best(&scores).unwrap()) / 60.0;
            smooth += truth(best_plateau(&grid, &scores, Reach::Diagonals).unwrap()) / 60.0;
        }
        assert!(smooth > single + 0.15, "{smooth} {single}");
    }
}
