//! How far the choice wanders from fold to fold.

use serde::Serialize;

use super::finite;
use super::grid::{Axis, Grid};

/// One parameter over the folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AxisDrift {
    /// The mean distance of two consecutive winners: steps, or for a choice the share of changes.
    pub mean: f64,
    /// Of two points drawn at random: `(n² − 1) / 3n` steps; `1 − 1/n` of choices change.
    pub by_chance: f64,
    /// 0: the parameter stays; 1: it is as good as drawn by lot. `None` where it has one value.
    pub ratio: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    pub n_moves: u64,
    /// In the order of the grid's axes.
    pub axes: Vec<AxisDrift>,
    /// The mean of the axes' ratios, each axis weighing the same however many values it has.
    pub ratio: Option<f64>,
    /// Folds that chose as the fold before.
    pub share_unmoved: f64,
}

impl Drift {
    /// Of the winners of consecutive folds, by their number in the grid. `None` for fewer than two,
    /// or a winner that is not in the grid.
    pub fn of(grid: &Grid, winners: &[usize]) -> Option<Self> {
        let values: Option<Vec<Vec<usize>>> = winners.iter().map(|at| grid.values(*at)).collect();
        let values = values.filter(|values| values.len() > 1)?;
        let moves: Vec<(&Vec<usize>, &Vec<usize>)> = values.iter().zip(&values[1..]).collect();
        let n = moves.len() as f64;
        let of_axis = |(at, axis): (usize, &Axis)| {
            let distance = |(a, b): &(&Vec<usize>, &Vec<usize>)| distance(*axis, a[at], b[at]);
            let mean = moves.iter().map(distance).sum::<f64>() / n;
            let by_chance = by_chance(*axis);
            AxisDrift { mean, by_chance, ratio: finite(mean / by_chance) }
        };
        let axes: Vec<AxisDrift> = grid.axes().iter().enumerate().map(of_axis).collect();
        let ratios: Vec<f64> = axes.iter().filter_map(|axis| axis.ratio).collect();
        let n_unmoved = moves.iter().filter(|(a, b)| a == b).count();
        let ratio = crate::stats::mean(&ratios);
        Some(Self { n_moves: moves.len() as u64, axes, ratio, share_unmoved: n_unmoved as f64 / n })
    }
}

fn distance(axis: Axis, a: usize, b: usize) -> f64 {
    match axis {
        Axis::Steps(_) => a.abs_diff(b) as f64,
        Axis::Choice(_) => f64::from(u8::from(a != b)),
    }
}

fn by_chance(axis: Axis) -> f64 {
    let n = axis.n() as f64;
    match axis {
        Axis::Steps(_) => (n * n - 1.0) / (3.0 * n),
        Axis::Choice(_) => 1.0 - 1.0 / n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn grid() -> Grid {
        Grid::new(vec![Axis::Steps(5), Axis::Choice(3), Axis::Steps(1)]).unwrap()
    }

    #[test]
    fn three_moves_by_hand() {
        // 0 0, 2 0, 2 1, 2 1: steps 2, 0, 0; one change of three.
        let found = Drift::of(&grid(), &[0, 6, 7, 7]).unwrap();
        assert_eq!((found.n_moves, found.share_unmoved), (3, 1.0 / 3.0));
        let [steps, choice, single] = found.axes[..] else { panic!("{found:?}") };
        assert_eq!((steps.mean, steps.by_chance), (2.0 / 3.0, 1.6)); // 24 / 15
        assert_eq!((choice.mean, choice.by_chance), (1.0 / 3.0, 1.0 - 1.0 / 3.0));
        assert_eq!((single.mean, single.ratio), (0.0, None));
        assert!((found.ratio.unwrap() - (2.0 / 4.8 + 0.5) / 2.0).abs() < 1e-15);
    }

    #[test]
    fn winners_drawn_by_lot_drift_as_by_chance() {
        let mut rng = Rng::new(3);
        let winners: Vec<usize> = (0..4000).map(|_| rng.index(0..15)).collect();
        let found = Drift::of(&grid(), &winners).unwrap();
        assert!((found.ratio.unwrap() - 1.0).abs() < 0.05, "{found:?}");
        assert_eq!(Drift::of(&grid(), &[4; 9]).unwrap().ratio, Some(0.0));
    }

    #[test]
    fn one_winner_or_one_from_elsewhere_is_no_drift() {
        assert_eq!(Drift::of(&grid(), &[3]), None);
        assert_eq!(Drift::of(&grid(), &[3, 15]), None);
    }
}
