//! Causal operators, one family a file.
//!
//! A kernel is one streaming [`Step`]: this bar's inputs and its own past give this bar's value.
//! Batch and live run the same `step`, so they cannot differ; nothing here can see the next bar.
//!
//! Missing values are NaN on the way in and out, never an infinity, and every NaN that leaves is
//! the one `f64::NAN`, so that bytes agree too. A window that holds a missing value, or is not yet
//! full, gives a missing value. Recursive smoothers skip missing inputs: they keep their state and
//! are missing on that bar.

pub mod arithmetic; // bar by bar, no memory
pub mod logarithm; // of many bars at once
pub mod memory; // lag, diff, cumulative sum
pub mod window; // the sliding window behind everything below
pub mod short; // windows summed up anew
pub mod sums; // sum, mean
pub mod extremes; // min, max and where they were
pub mod moments; // variance, z-score, skewness, kurtosis
pub mod deviation; // distance from the mean
pub mod order; // rank, quantile, median
pub mod smooth; // exponential and linear weights
pub mod regression; // against time
pub mod covariance; // of two columns
pub mod session; // since the session began, and the session before
pub mod events; // since a condition held
pub mod calendar; // the bar's clock and session
#[cfg(test)]
mod peers; // against ta-lib, where definitions agree
#[cfg(test)]
mod twins; // plain recomputations, and what every kernel promises

/// One bar in, one value out.
pub trait Step<const N: usize>: Send {
    fn step(&mut self, x: [f64; N]) -> f64;

    /// The next bars, one after the other; every input has the length of `out`.
    #[inline]
    fn steps(&mut self, inputs: [&[f64]; N], out: &mut [f64]) {
        let bars = out.len();
        let inputs = inputs.map(|column| &column[..bars]);
        for i in 0..bars {
            out[i] = self.step(inputs.map(|column| column[i]));
        }
    }
}

/// How far back a kernel's value reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Memory {
    /// Depends on exactly this many past bars besides this one.
    Bars(u64),
    /// Recursive: the weight of the start shrinks by this factor with every bar that is present.
    Decay { per_bar: f64 },
    /// No bound: the value depends on where the history begins.
    Unbounded,
}

/// Every kernel knows its memory, so that the lookback of an expression can be derived.
pub trait Remembers {
    fn memory(&self) -> Memory;
}

/// A kernel as the engine sees it: some bars at a time, however many.
pub trait Kernel: Send {
    /// Continues from the bars seen so far; every input has the length of `out`.
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]);
}

/// Runs a [`Step`] over a block: the loop is compiled for each kernel, the dispatch is per block.
pub struct PerBar<S, const N: usize>(pub S);

impl<S: Step<N>, const N: usize> Kernel for PerBar<S, N> {
    fn run(&mut self, inputs: &[&[f64]], out: &mut [f64]) {
        self.0.steps(std::array::from_fn(|k| inputs[k]), out);
    }
}

/// The value, or the canonical missing value in place of an infinity or any other NaN.
#[inline(always)]
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}
