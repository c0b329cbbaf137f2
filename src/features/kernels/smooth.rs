//! Smoothers: exponential (EMA, Wilder's) and linear weights.

use super::regression::{Trend, Weighted};
use super::window::{Halves, Rolling, Statistic};
use super::{Memory, Remembers, Step, finite};
use crate::features::lookback::Lookback;

/// Below this the smoothed value is zero. After a long run of zeros it would otherwise decay into
/// subnormal numbers, where it sticks at the smallest one and arithmetic is many times slower.
const VANISHED: f64 = f64::MIN_POSITIVE;

/// Exponential average with α = 2 / (n + 1): pandas' `ewm(span=n, adjust=False)`.
///
/// It begins at the first value and is missing until it has seen so many that its start no longer
/// counts ([`Lookback::fading`]). A missing input is skipped: missing out, state kept, and no time
/// passes (pandas' `ignore_na=True`, but for the output).
pub struct Ema(Decaying);

/// Wilder's average, α = 1 / n: pandas' `ewm(alpha=1/n, adjust=False)`; otherwise as [`Ema`].
/// (Wilder 1978 begins with the mean of the first `n` values; the weight of the difference
/// shrinks by 1 − 1/n with every bar.)
pub struct Rma(Decaying);

impl Ema {
    pub fn new(n: usize) -> Self {
        Self(Decaying::new(2.0 / (n as f64 + 1.0)))
    }
}

impl Rma {
    pub fn new(n: usize) -> Self {
        Self(Decaying::new(1.0 / n as f64))
    }
}

struct Decaying {
    of_new: f64,
    of_old: f64,
    value: f64,
    /// Values until the first is given out.
    wanting: usize,
    seen: bool,
}

impl Decaying {
    /// What has seen too few values is missing: bars alone do not tell, as inputs may be missing.
    fn new(alpha: f64) -> Self {
        let of_old = 1.0 - alpha;
        let wanting = Lookback::fading(of_old).warm_up().saturating_add(1);
        Self { of_new: alpha, of_old, value: 0.0, wanting, seen: false }
    }

    #[inline(always)]
    fn step(&mut self, x: f64) -> f64 {
        self.next(x, self.of_new * x)
    }

    /// The new values' shares first, then the recursion: it alone has to wait for itself.
    #[inline(always)]
    fn steps(&mut self, x: &[f64], out: &mut [f64]) {
        let x = &x[..out.len()];
        for (share, x) in out.iter_mut().zip(x) {
            *share = self.of_new * x;
        }
        for (value, x) in out.iter_mut().zip(x) {
            *value = self.next(*x, *value);
        }
    }

    /// `b y + a x` rather than `y + a (x − y)`: one operation less between a value and the next.
    #[inline(always)]
    fn next(&mut self, x: f64, share: f64) -> f64 {
        if !x.is_finite() {
            return f64::NAN;
        }
        if self.wanting > 0 {
            self.wanting -= 1;
            if !self.seen {
                self.seen = true;
                self.value = x;
            }
        }
        // The weights need not add up to exactly 1: a value that does not move stays where it is.
        if x != self.value {
            self.value = self.of_old * self.value + share;
            if self.value.abs() < VANISHED {
                self.value = 0.0;
            }
        }
        if self.wanting > 0 { f64::NAN } else { finite(self.value) }
    }
}

impl Step<1> for Ema {
    #[inline]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        self.0.step(x)
    }

    #[inline]
    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        self.0.steps(x, out);
    }
}

impl Step<1> for Rma {
    #[inline]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        self.0.step(x)
    }

    #[inline]
    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        self.0.steps(x, out);
    }
}

impl Remembers for Ema {
    fn memory(&self) -> Memory {
        Memory::Decay { per_bar: self.0.of_old }
    }
}

impl Remembers for Rma {
    fn memory(&self) -> Memory {
        Memory::Decay { per_bar: self.0.of_old }
    }
}

/// Linearly weighted average: the newest of the last `n` bars has weight n, the oldest 1.
pub type Wma = Rolling<LinearAverage, 1>;

/// Reads the weighted average.
pub struct LinearAverage {
    weights: f64,
}

impl Statistic<1> for LinearAverage {
    type Summary = Trend;

    fn over(n: usize) -> Self {
        let n = n as f64;
        Self { weights: 0.5 * n * (n + 1.0) }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Trend, 1>) -> f64 {
        window.newer_pivot[0] + Weighted::of(window).weighted / self.weights
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, column, run,
    };
    use super::*;
    use proptest::prelude::*;

    const GAP: f64 = f64::NAN;

    fn wma(window: &[[f64; 1]]) -> Value {
        let weighted = |of: fn(f64) -> f64| -> f64 {
            window.iter().enumerate().map(|(i, [x])| (i as f64 + 1.0) * of(*x)).sum()
        };
        let weights = (window.len() * (window.len() + 1) / 2) as f64;
        (weighted(|x| x) / weights, weighted(f64::abs) / weights)
    }

    fn near(got: &[f64], want: &[f64]) {
        let all =
            got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-14 || g.is_nan() && w.is_nan());
        assert!(all && got.len() == want.len(), "{got:?} against {want:?}");
    }

    #[test]
    fn exponential_averages_are_those_of_pandas() {
        // So many threes in front that each has forgotten its start, and gives its first value.
        let rows = |n: usize| column(&[vec![3.0; n], vec![1.0, 2.0, 2.0, 5.0, 2.0]].concat());
        let out = run(&mut Ema::new(3), &rows(15));
        near(&out[13..], &[GAP, 3.0, 2.0, 2.0, 2.0, 3.5, 2.75]);
        let out = run(&mut Rma::new(3), &rows(24));
        let wilder = [7.0 / 3.0, 20.0 / 9.0, 58.0 / 27.0, 251.0 / 81.0, 664.0 / 243.0];
        near(&out[22..], &[&[GAP, 3.0][..], &wilder].concat());
    }

    #[test]
    fn a_missing_input_is_missing_and_otherwise_as_if_it_had_not_been() {
        // 14 of its 15 first values have a gap each behind them: no bar of a gap is counted.
        let sparse = [[3.0, GAP].repeat(14), vec![1.0, 2.0, GAP, GAP, 2.0]].concat();
        let out = run(&mut Ema::new(3), &column(&sparse));
        near(&out[26..], &[GAP, GAP, 2.0, 2.0, GAP, GAP, 2.0]);
    }

    #[test]
    fn a_length_of_one_follows_its_input() {
        near(&run(&mut Ema::new(1), &column(&[3.0, 1.0, 2.0])), &[3.0, 1.0, 2.0]);
        near(&run(&mut Rma::new(1), &column(&[3.0, 1.0, 2.0])), &[3.0, 1.0, 2.0]);
    }

    #[test]
    fn a_constant_stays_itself() {
        for n in [3, 14, 26] {
            let out = run(&mut Ema::new(n), &column(&[0.1; 200]));
            let given = out.iter().filter(|v| !v.is_nan());
            assert!(given.clone().count() > 60 && given.clone().all(|v| *v == 0.1));
        }
    }

    #[test]
    fn a_long_silence_ends_in_zero_not_in_a_subnormal_number() {
        let mut rma = Rma::new(14);
        run(&mut rma, &column(&[1.0; 140]));
        let out = run(&mut rma, &column(&[0.0; 20_000]));
        assert!(out.iter().all(|v| *v == 0.0 || v.is_normal()));
        assert_eq!(out[19_999], 0.0);
    }

    #[test]
    fn the_weight_of_the_start_shrinks_as_its_memory_says() {
        let mut noise = Noise(9);
        let tail: Vec<f64> = (0..60).map(|_| noise.unit()).collect();
        let from = |start: f64, mut kernel: Ema| {
            kernel.step([start]);
            run(&mut kernel, &column(&[0.5; 40]));
            *run(&mut kernel, &column(&tail)).last().unwrap()
        };
        let Memory::Decay { per_bar } = Ema::new(20).memory() else { panic!("an average decays") };
        let apart = from(1.0, Ema::new(20)) - from(0.0, Ema::new(20));
        assert!((apart - per_bar.powi(100)).abs() < 1e-14, "{apart}");
    }

    #[test]
    fn linear_weights_by_hand() {
        let out = run(&mut Wma::new(3), &column(&[1.0, 2.0, 4.0, 8.0]));
        near(&out, &[GAP, GAP, 17.0 / 6.0, 34.0 / 6.0]);
        assert!(run(&mut Wma::new(7), &column(&[0.1; 30]))[6..].iter().all(|v| *v == 0.1));
    }

    #[test]
    fn the_linear_average_is_that_of_the_window() {
        assert_twin_everywhere(Wma::new, 1e-13, wma);
    }

    #[test]
    fn a_million_bars_do_not_drift() {
        let mut noise = Noise(4);
        let rows: Vec<[f64; 1]> = (0..1_000_000).map(|_| [noise.price()]).collect();
        let out = run(&mut Wma::new(288), &rows);
        for i in (999_000..1_000_000).step_by(7) {
            let want = wma(&rows[i - 287..=i]).0;
            assert!((out[i] / want - 1.0).abs() < 1e-12, "bar {i}");
        }
    }

    proptest! {
        #[test]
        fn the_linear_average_holds_for_any_data((n, rows) in any_rows()) {
            assert_twin(Wma::new(n), &rows, 1e-13, wma);
        }
    }
}
