//! How unusual a prediction is among those that came before it.

use crate::features::kernels::Step;
use crate::features::kernels::window::{Halves, Rolling, Statistic, Summary};

/// The z-score of a value against the `n` values strictly before it, (x − mean) / sd with n − 1 in
/// the sd. The value itself is left out: inside its own window it would pull the mean towards
/// itself and widen the sd, and no score could exceed (n − 1) / √n however far out it was
/// (Shiffler 1988, "Maximum Z scores and outliers", Am. Stat. 42(1)).
///
/// The window counts predictions: bars without one are skipped. Before a window that does not vary
/// at all the score is 0: there is no yardstick. Missing until the window is full.
pub struct ZScore {
    before: Option<f64>,
    window: Rolling<PastScore, 2>,
}

impl ZScore {
    pub fn new(n: usize) -> Self {
        Self { before: None, window: Rolling::new(n) }
    }

    pub fn step(&mut self, x: f64) -> f64 {
        let before = self.before.replace(x);
        before.map_or(f64::NAN, |before| self.window.step([before, x]))
    }

    /// The next values, one after the other; as many as `out` has room for.
    pub fn steps(&mut self, x: &[f64], out: &mut [f64]) {
        let (Some((first, rest)), Some((out_first, out))) =
            (x.split_first(), out.split_first_mut())
        else {
            return;
        };
        *out_first = self.step(*first);
        self.window.steps([&x[..rest.len()], rest], out);
        self.before = x.last().copied();
    }
}

/// Reads how far the second column is from the mean of the first, in its standard deviations.
struct PastScore {
    per_bar: f64,
    per_freedom: f64,
}

/// Σd and Σd² of the first column's distances from the pivot.
#[derive(Debug, Clone, Copy)]
struct Squares {
    sum: f64,
    squares: f64,
}

impl Squares {
    #[inline(always)]
    fn with(self, d: f64) -> Self {
        Self { sum: self.sum + d, squares: self.squares + d * d }
    }
}

impl Summary<2> for Squares {
    const EMPTY: Self = Self { sum: 0.0, squares: 0.0 };

    #[inline(always)]
    fn newer(self, [x, _]: [f64; 2], [pivot, _]: [f64; 2], _: f64) -> Self {
        self.with(x - pivot)
    }

    #[inline(always)]
    fn older(self, [x, _]: [f64; 2], [pivot, _]: [f64; 2], _: f64) -> Self {
        self.with(x - pivot)
    }
}

impl Statistic<2> for PastScore {
    type Summary = Squares;

    fn over(n: usize) -> Self {
        Self { per_bar: 1.0 / n as f64, per_freedom: 1.0 / (n as f64 - 1.0) }
    }

    /// The halves' sums are moved to the newer pivot: Σ(d + e)² = Σd² + e (2 Σd + c e).
    #[inline(always)]
    fn read(&self, window: &Halves<Squares, 2>) -> f64 {
        let (older, newer) = (window.older, window.newer);
        let shift = window.shift(0);
        let moved = window.n_older * shift;
        let sum = newer.sum + older.sum + moved;
        let squares = newer.squares + older.squares + shift * (2.0 * older.sum + moved);
        let mean = sum * self.per_bar;
        let variance = (squares - sum * mean).max(0.0) * self.per_freedom;
        let distance = (window.x[1] - window.newer_pivot[0]) - mean;
        if variance == 0.0 { 0.0 } else { distance / variance.sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::stats;

    #[test]
    fn a_known_score() {
        let mut score = ZScore::new(3);
        let out = [1.0, 2.0, 3.0, 6.0, 4.0].map(|x| score.step(x));
        assert!(out[..3].iter().all(|z| z.is_nan()));
        // 1 2 3: mean 2, sd 1.
        assert_eq!(out[3], 4.0);
        // 2 3 6: mean 11/3, variance 13/3.
        let want = (4.0 - 11.0 / 3.0) / (13.0_f64 / 3.0).sqrt();
        assert!((out[4] - want).abs() < 1e-14);
    }

    #[test]
    fn a_value_does_not_damp_its_own_score() {
        let mut score = ZScore::new(4);
        let out = [0.0, 1.0, 0.0, 1.0, 1e6].map(|x| score.step(x));
        assert!(out[4] > 1e6, "{}", out[4]);
    }

    #[test]
    fn what_never_varied_gives_no_score() {
        let mut score = ZScore::new(5);
        let out = [0.1, 0.1, 0.1, 0.1, 0.1, 0.7].map(|x| score.step(x));
        assert_eq!(out[5], 0.0);
    }

    #[test]
    fn scores_are_those_of_the_values_before() {
        let mut rng = Rng::new(1);
        let values: Vec<f64> = (0..500).map(|_| 5.0 + rng.normal()).collect();
        for n in [2, 3, 17, 100] {
            let mut score = ZScore::new(n);
            for (i, x) in values.iter().enumerate() {
                let got = score.step(*x);
                let Some(from) = i.checked_sub(n) else {
                    assert!(got.is_nan());
                    continue;
                };
                let past = &values[from..i];
                let want = (x - stats::mean(past).unwrap()) / stats::sd(past).unwrap();
                assert!((got - want).abs() < 1e-9 * want.abs().max(1.0), "{got} {want}");
            }
        }
    }

    #[test]
    fn blocks_of_any_length_give_what_single_values_give() {
        let mut rng = Rng::new(2);
        let values: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
        let (mut alone, mut blocks) = (ZScore::new(30), ZScore::new(30));
        let mut from = 0;
        for bars in [1, 0, 1, 29, 120, 2, 247] {
            let x = &values[from..from + bars];
            let mut out = vec![0.0; bars];
            blocks.steps(x, &mut out);
            let want: Vec<u64> = x.iter().map(|x| alone.step(*x).to_bits()).collect();
            assert_eq!(out.into_iter().map(f64::to_bits).collect::<Vec<_>>(), want);
            from += bars;
        }
    }
}
