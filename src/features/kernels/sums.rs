//! Sum and mean over a window.
//!
//! The share of bars on which a condition held is the [`Mean`] of the condition.

use super::short::Short;
use super::window::{Halves, Rolling, Statistic, Summary};
use super::{Memory, Remembers, Step, finite};

/// The sum of the last `n` bars.
pub type Sum = Rolling<Total, 1>;

/// The arithmetic mean of the last `n` bars; of a constant window, exactly that constant.
pub enum Mean {
    Short(Short),
    Long(Rolling<Average, 1>),
}

/// Up to here a window is summed up anew faster than its two halves are kept, as measured.
const SHORT: usize = 24;

impl Mean {
    pub fn new(n: usize) -> Self {
        if n <= SHORT { Self::Short(Short::new(n)) } else { Self::Long(Rolling::new(n)) }
    }
}

impl Step<1> for Mean {
    fn step(&mut self, x: [f64; 1]) -> f64 {
        let mut out = [f64::NAN];
        self.steps(x.each_ref().map(std::slice::from_ref), &mut out);
        out[0]
    }

    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        let window = match self {
            Self::Short(window) => window,
            Self::Long(rolling) => return rolling.steps([x], out),
        };
        // About the newest bar, so that a constant window has distances of zero.
        out.copy_from_slice(&x[..out.len()]);
        window.sum(x, out, |x, now| x - now);
        let n = window.n() as f64;
        out.iter_mut().zip(x).for_each(|(out, x)| *out = finite(x + *out / n));
    }
}

impl Remembers for Mean {
    fn memory(&self) -> Memory {
        match self {
            Self::Short(window) => Memory::Bars(window.n() as u64 - 1),
            Self::Long(rolling) => rolling.memory(),
        }
    }
}

/// Reads the sum.
pub struct Total;

/// Reads the mean.
pub struct Average {
    n: f64,
}

/// Σx, about nothing: a sum of integers stays exact.
#[derive(Debug, Clone, Copy)]
pub struct Plain(f64);

impl Summary<1> for Plain {
    const EMPTY: Self = Self(0.0);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(self.0 + x)
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(self.0 + x)
    }
}

impl Statistic<1> for Total {
    type Summary = Plain;

    fn over(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Plain, 1>) -> f64 {
        window.older.0 + window.newer.0
    }
}

/// Σ(x − pivot).
#[derive(Debug, Clone, Copy)]
pub struct Shifted(f64);

impl Summary<1> for Shifted {
    const EMPTY: Self = Self(0.0);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], [pivot]: [f64; 1], _: f64) -> Self {
        Self(self.0 + (x - pivot))
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], [pivot]: [f64; 1], _: f64) -> Self {
        Self(self.0 + (x - pivot))
    }
}

impl Statistic<1> for Average {
    type Summary = Shifted;

    fn over(n: usize) -> Self {
        Self { n: n as f64 }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Shifted, 1>) -> f64 {
        let moved = window.n_older * window.shift(0);
        window.newer_pivot[0] + (window.older.0 + window.newer.0 + moved) / self.n
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, column, run,
    };
    use super::*;
    use proptest::prelude::*;

    fn sum(window: &[[f64; 1]]) -> Value {
        (window.iter().map(|[x]| x).sum(), window.iter().map(|[x]| x.abs()).sum())
    }

    fn mean(window: &[[f64; 1]]) -> Value {
        let (sum, size) = sum(window);
        (sum / window.len() as f64, size / window.len() as f64)
    }

    #[test]
    fn three_bars_by_hand() {
        let rows = column(&[1.0, 2.0, 6.0, 10.0]);
        assert_eq!(run(&mut Sum::new(3), &rows)[2..], [9.0, 18.0]);
        assert_eq!(run(&mut Mean::new(3), &rows)[2..], [3.0, 6.0]);
    }

    #[test]
    fn sum_and_mean_are_those_of_the_window() {
        assert_twin_everywhere(Sum::new, 1e-13, sum);
        assert_twin_everywhere(Mean::new, 1e-13, mean);
    }

    #[test]
    fn the_mean_of_a_constant_is_that_constant() {
        let out = run(&mut Mean::new(10), &column(&[0.1; 50]));
        assert!(out[9..].iter().all(|v| *v == 0.1));
    }

    #[test]
    fn a_million_bars_do_not_drift() {
        let mut noise = Noise(1);
        let rows: Vec<[f64; 1]> = (0..1_000_000).map(|_| [noise.price()]).collect();
        let tail = &rows[1_000_000 - 300..];
        for (name, out, naive) in [
            ("sum", run(&mut Sum::new(288), &rows), sum as fn(&[[f64; 1]]) -> Value),
            ("mean", run(&mut Mean::new(288), &rows), mean),
        ] {
            for (i, window) in tail.windows(288).enumerate() {
                let (got, want) = (out[1_000_000 - 300 + 287 + i], naive(window).0);
                assert!((got / want - 1.0).abs() < 1e-12, "{name}: {got} against {want}");
            }
        }
    }

    proptest! {
        #[test]
        fn sums_hold_for_any_data((n, rows) in any_rows()) {
            assert_twin(Sum::new(n), &rows, 1e-13, sum);
            assert_twin(Mean::new(n), &rows, 1e-13, mean);
        }
    }
}
