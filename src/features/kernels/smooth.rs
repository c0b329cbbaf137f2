//! Smoothers: exponential (EMA, Wilder's) and linear weights.

use super::regression::{Trend, Weighted};
use super::window::{Halves, Rolling, Statistic};
use super::{Memory, Remembers, Step, finite};
use crate::features::lookback::Lookback;

/// Below this the smoothed value is zero. After a long run of zeros it would otherwise decay into
/// subnormal numbers, where it sticks at the smallest one and arithmetic is many times slower.
const VANISHED: f64 = f64::MIN_POSITIVE;

/// An exponential average.
///
/// It begins at the first value and is missing until it has seen so many that its start no longer
/// counts ([`Lookback::fading`]). A missing input is skipped: missing out, state kept, and no time
/// passes (pandas' `ignore_na=True`, but for the output).
#[derive(Debug, Clone)]
pub struct Smoother {
    of_new: f64,
    of_old: f64,
    value: f64,
    /// Values until the first is given out.
    wanting: usize,
    seen: bool,
}

/// More at once than this many averages are no faster a piece, as measured.
pub const BESIDE: usize = 4;

/// Runs up to [`BESIDE`] averages over the next bars, one input and one output each. An average
/// waits a multiplication and an addition long for its last value; in that time others do the same.
pub fn run_beside(averages: &mut [Smoother], inputs: &[&[f64]], outs: &mut [Vec<f64>]) {
    match averages {
        [a, b, c, d] => together([a, b, c, d], inputs, outs),
        [a, b, c] => together([a, b, c], inputs, outs),
        [a, b] => together([a, b], inputs, outs),
        _ => {
            for ((average, x), out) in averages.iter_mut().zip(inputs).zip(outs) {
                average.steps([x], &mut out[..x.len()]);
            }
        }
    }
}

/// All are of one length.
#[inline(always)]
fn together<const L: usize>(
    averages: [&mut Smoother; L],
    inputs: &[&[f64]],
    outs: &mut [Vec<f64>],
) {
    let bars = inputs[0].len();
    let x: [&[f64]; L] = std::array::from_fn(|k| &inputs[k][..bars]);
    let Ok(outs) = <&mut [Vec<f64>; L]>::try_from(&mut outs[..L]) else { return };
    let outs = outs.each_mut().map(|out| &mut out[..bars]);
    for k in 0..L {
        outs[k].iter_mut().zip(x[k]).for_each(|(share, x)| *share = averages[k].of_new * x);
    }
    let of_old = averages.each_ref().map(|average| average.of_old);
    let mut values = averages.each_ref().map(|average| average.value);
    #[expect(clippy::needless_range_loop, reason = "bar by bar through all columns")]
    for i in 0..bars {
        for k in 0..L {
            values[k] = of_old[k] * values[k] + outs[k][i];
            outs[k][i] = values[k];
        }
    }
    for (((average, value), x), out) in averages.into_iter().zip(values).zip(x).zip(outs) {
        if average.is_plain(x, out) {
            average.value = value;
        } else {
            average.steps([x], out);
        }
    }
}

/// An average that takes in `x`, whose share is given: `b y + a x` rather than `y + a (x − y)`, one
/// operation less between a value and the next.
#[inline(always)]
fn moved(value: f64, of_old: f64, (x, share): (f64, f64)) -> f64 {
    // The weights need not add up to exactly 1: a value that does not move stays where it is.
    if x == value {
        return value;
    }
    let moved = of_old * value + share;
    if moved.abs() < VANISHED { 0.0 } else { moved }
}

impl Smoother {
    /// α = 2 / (n + 1): pandas' `ewm(span=n, adjust=False)`.
    pub fn exponential(n: usize) -> Self {
        Self::new(2.0 / (n as f64 + 1.0))
    }

    /// Wilder's, α = 1 / n: pandas' `ewm(alpha=1/n, adjust=False)`. (Wilder 1978 begins with the
    /// mean of the first `n` values; the weight of the difference shrinks by 1 − 1/n with every
    /// bar.)
    pub fn wilder(n: usize) -> Self {
        Self::new(1.0 / n as f64)
    }

    /// What has seen too few values is missing: bars alone do not tell, as inputs may be missing.
    fn new(alpha: f64) -> Self {
        let of_old = 1.0 - alpha;
        let wanting = Lookback::fading(of_old).warm_up().saturating_add(1);
        Self { of_new: alpha, of_old, value: 0.0, wanting, seen: false }
    }

    /// Whether nothing but `b y + a x` was to be done on these bars, which gave `out`.
    fn is_plain(&self, x: &[f64], out: &[f64]) -> bool {
        let (Some((first, x)), Some((_, before))) = (x.split_first(), out.split_last()) else {
            return false;
        };
        let moves = x.iter().zip(before).fold(*first != self.value, |all, (x, y)| all & (x != y));
        let holds = out.iter().fold(true, |all, y| all & (y.abs() >= VANISHED) & y.is_finite());
        self.wanting == 0 && moves && holds
    }

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
        self.value = moved(self.value, self.of_old, (x, share));
        if self.wanting > 0 { f64::NAN } else { finite(self.value) }
    }
}

impl Step<1> for Smoother {
    #[inline]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        self.next(x, self.of_new * x)
    }

    /// The new values' shares first, then the recursion: it alone has to wait for itself.
    #[inline]
    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        let x = &x[..out.len()];
        for (share, x) in out.iter_mut().zip(x) {
            *share = self.of_new * x;
        }
        for (value, x) in out.iter_mut().zip(x) {
            *value = self.next(*x, *value);
        }
    }
}

impl Remembers for Smoother {
    fn memory(&self) -> Memory {
        Memory::Decay { per_bar: self.of_old }
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
        let out = run(&mut Smoother::exponential(3), &rows(15));
        near(&out[13..], &[GAP, 3.0, 2.0, 2.0, 2.0, 3.5, 2.75]);
        let out = run(&mut Smoother::wilder(3), &rows(24));
        let wilder = [7.0 / 3.0, 20.0 / 9.0, 58.0 / 27.0, 251.0 / 81.0, 664.0 / 243.0];
        near(&out[22..], &[&[GAP, 3.0][..], &wilder].concat());
    }

    #[test]
    fn a_missing_input_is_missing_and_otherwise_as_if_it_had_not_been() {
        // 14 of its 15 first values have a gap each behind them: no bar of a gap is counted.
        let sparse = [[3.0, GAP].repeat(14), vec![1.0, 2.0, GAP, GAP, 2.0]].concat();
        let out = run(&mut Smoother::exponential(3), &column(&sparse));
        near(&out[26..], &[GAP, GAP, 2.0, 2.0, GAP, GAP, 2.0]);
    }

    #[test]
    fn a_length_of_one_follows_its_input() {
        near(&run(&mut Smoother::exponential(1), &column(&[3.0, 1.0, 2.0])), &[3.0, 1.0, 2.0]);
        near(&run(&mut Smoother::wilder(1), &column(&[3.0, 1.0, 2.0])), &[3.0, 1.0, 2.0]);
    }

    #[test]
    fn a_constant_stays_itself() {
        for n in [3, 14, 26] {
            let out = run(&mut Smoother::exponential(n), &column(&[0.1; 200]));
            let given = out.iter().filter(|v| !v.is_nan());
            assert!(given.clone().count() > 60 && given.clone().all(|v| *v == 0.1));
        }
    }

    #[test]
    fn a_long_silence_ends_in_zero_not_in_a_subnormal_number() {
        let mut rma = Smoother::wilder(14);
        run(&mut rma, &column(&[1.0; 140]));
        let out = run(&mut rma, &column(&[0.0; 20_000]));
        assert!(out.iter().all(|v| *v == 0.0 || v.is_normal()));
        assert_eq!(out[19_999], 0.0);
    }

    /// Where an average stays where it is, vanishes, or has nothing to take in, as where it moves.
    #[test]
    fn averages_side_by_side_are_those_alone() {
        let mut noise = Noise(3);
        let mut moving = || -> Vec<f64> { (0..3_000).map(|_| noise.unit() - 0.5).collect() };
        let mut columns = [moving(), moving(), vec![0.1; 3_000], moving()];
        columns[1][700..710].fill(GAP);
        columns[3][100..2_000].fill(0.0);
        for count in 1..=BESIDE {
            let fresh = || -> Vec<Smoother> { (1..=count).map(Smoother::exponential).collect() };
            let (mut alone, mut beside, mut from) = (fresh(), fresh(), 0);
            for bars in [1, 2, 500, 197, 300, 1_024, 976] {
                let inputs = columns.each_ref().map(|column| &column[from..from + bars]);
                let mut outs = vec![vec![GAP; bars]; count];
                run_beside(&mut beside, &inputs[..count], &mut outs);
                for ((average, x), out) in alone.iter_mut().zip(inputs).zip(outs) {
                    let want: Vec<u64> = x.iter().map(|x| average.step([*x]).to_bits()).collect();
                    assert_eq!(out.into_iter().map(f64::to_bits).collect::<Vec<_>>(), want);
                }
                from += bars;
            }
        }
    }

    #[test]
    fn the_weight_of_the_start_shrinks_as_its_memory_says() {
        let mut noise = Noise(9);
        let tail: Vec<f64> = (0..60).map(|_| noise.unit()).collect();
        let from = |start: f64, mut kernel: Smoother| {
            kernel.step([start]);
            run(&mut kernel, &column(&[0.5; 40]));
            *run(&mut kernel, &column(&tail)).last().unwrap()
        };
        let Memory::Decay { per_bar } = Smoother::exponential(20).memory() else {
            panic!("an average decays")
        };
        let apart = from(1.0, Smoother::exponential(20)) - from(0.0, Smoother::exponential(20));
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
