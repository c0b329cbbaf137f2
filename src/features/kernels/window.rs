//! The sliding window behind sums, moments, extremes and regressions.
//!
//! Two blocks of `n` bars, after van Herk (1992, "A fast algorithm for local minimum and maximum
//! filters on rectangular and octagonal kernels") and Gil & Werman (1993), with any summary in
//! place of the maximum. A window of `n` bars is always the end of the last full block and the
//! beginning of the current one:
//!
//! ```text
//!   last block            current block
//!   . . . [o o o o o o o | o o o o] . . .
//!          older half      newer half
//! ```
//!
//! The newer half is a running summary; the older halves are summed up backwards once, when their
//! block is full, while the next one begins. Three updates a bar, whatever the length, and nothing is ever subtracted: no
//! drift over a million bars, and no trace of a huge value once it has left. (A running sum that
//! adds the new value and takes off the old one keeps the rounding errors of both for ever.)
//!
//! Where blocks begin depends on the first bar of the history, and with it how a window's value is
//! rounded: the same history gives the same bits, one that begins elsewhere the same value within
//! a few of the last bits.
//!
//! **Pivots.** Power sums are kept about a bar of the window itself: its block's first bar in the
//! newer half, its block's last bar in the older half; both are inside every window that uses
//! them. Constant windows have deviations of exactly zero. And with a pivot `p` among the `n`
//! values, `n (mean − p)² ≤ (n − 1) · Σ(x − mean)²`, so the shifted sum of squares is at most `n`
//! times the central one and the subtraction that gives the latter costs at most a factor `n` of
//! the rounding error (Chan, Golub & LeVeque 1983, "Algorithms for computing the sample
//! variance", on shifted data).

use super::{Memory, Remembers, Step, finite};

/// What is kept of a run of neighbouring bars.
pub trait Summary<const N: usize>: Copy + Send {
    /// Of no bars at all.
    const EMPTY: Self;

    /// With the next newer bar, which is `place` bars after the pivot, the run's first.
    fn newer(self, x: [f64; N], pivot: [f64; N], place: f64) -> Self;

    /// With the next older bar at `place` in the block; the pivot is the run's last bar.
    fn older(self, x: [f64; N], pivot: [f64; N], place: f64) -> Self;
}

/// The two halves of a full window.
#[derive(Debug, Clone, Copy)]
pub struct Halves<S, const N: usize> {
    pub older: S,
    pub newer: S,
    pub older_pivot: [f64; N],
    pub newer_pivot: [f64; N],
    /// Bars in the older half, 0 to n − 1. A float: turning an integer into one costs more than
    /// counting in floats.
    pub n_older: f64,
    /// The newest bar.
    pub x: [f64; N],
}

impl<S, const N: usize> Halves<S, N> {
    /// From the newer pivot to the older one, in column `k`.
    #[inline(always)]
    pub fn shift(&self, k: usize) -> f64 {
        self.older_pivot[k] - self.newer_pivot[k]
    }

    /// The same window under another summary.
    #[inline(always)]
    pub fn map<T>(&self, f: impl Fn(&S) -> T) -> Halves<T, N> {
        Halves {
            older: f(&self.older),
            newer: f(&self.newer),
            older_pivot: self.older_pivot,
            newer_pivot: self.newer_pivot,
            n_older: self.n_older,
            x: self.x,
        }
    }
}

/// The most bars that are summed up before their windows are read.
const LONGEST_RUN: usize = 256;

/// The last `n` bars, summarised.
pub struct Window<S, const N: usize> {
    /// The current block; the places from `place` on still hold the block before.
    items: Box<[[f64; N]]>,
    /// `[i]`: the last block from place `i` to its end; one more than `items`, the last one empty.
    older: Box<[S]>,
    older_pivot: [f64; N],
    newer: S,
    newer_pivot: [f64; N],
    /// The newer half of each of the bars taken last.
    runs: Box<[S]>,
    place: usize,
    /// Bars in a row without a missing value.
    present: usize,
}

impl<S: Summary<N>, const N: usize> Window<S, N> {
    pub fn new(n: usize) -> Self {
        Self {
            items: vec![[f64::NAN; N]; n].into(),
            older: vec![S::EMPTY; n + 1].into(),
            older_pivot: [0.0; N],
            newer: S::EMPTY,
            newer_pivot: [0.0; N],
            runs: vec![S::EMPTY; n.min(LONGEST_RUN)].into(),
            place: 0,
            present: 0,
        }
    }

    /// Takes some bars, which must not reach beyond the current block, and reads each window that
    /// is full and holds nothing missing.
    ///
    /// Sums first, which wait for each other bar by bar; then what is read off them, which does not,
    /// so that a loop of it compiles to vector instructions.
    #[inline(always)]
    fn within_block(
        &mut self,
        inputs: [&[f64]; N],
        out: &mut [f64],
        read: impl Fn(&Halves<S, N>) -> f64,
    ) {
        let (n, from, bars) = (self.items.len(), self.place, out.len());
        // Of one length and in locals: no bounds to check in the loop.
        let inputs = inputs.map(|column| &column[..bars]);
        self.sum_up(inputs);
        let (older, newer) = (&self.older[from + 1..][..bars], &self.runs[..bars]);
        let (older_pivot, newer_pivot) = (self.older_pivot, self.newer_pivot);
        let n_older = (n - from - 1) as f64;
        let window = |i: usize| {
            let x = inputs.map(|column| column[i]);
            // There is an instruction for 32 bits.
            let n_older = n_older - f64::from(i as u32);
            Halves { older: older[i], newer: newer[i], older_pivot, newer_pivot, n_older, x }
        };
        let all_finite = |column: &[f64]| column.iter().fold(true, |all, v| all & v.is_finite());
        if self.present + 1 >= n && inputs.iter().all(|column| all_finite(column)) {
            (0..bars).for_each(|i| out[i] = read(&window(i)));
            self.present += bars;
        } else {
            for i in 0..bars {
                let is_present = inputs.iter().all(|column| column[i].is_finite());
                self.present = if is_present { self.present + 1 } else { 0 };
                out[i] = if self.present >= n { read(&window(i)) } else { f64::NAN };
            }
        }
        self.place = if from + bars == n { 0 } else { from + bars };
    }

    /// The runs of the newer half, each a bar longer.
    #[inline(always)]
    fn sum_up(&mut self, inputs: [&[f64]; N]) {
        if self.place == 0 {
            return self.turn(inputs);
        }
        let bars = inputs[0].len();
        let inputs = inputs.map(|column| &column[..bars]);
        let items = &mut self.items[self.place..][..bars];
        let runs = &mut self.runs[..bars];
        let (mut newer, mut place, pivot) = (self.newer, self.place as f64, self.newer_pivot);
        for i in 0..bars {
            let x = inputs.map(|column| column[i]);
            items[i] = x;
            newer = newer.newer(x, pivot, place);
            runs[i] = newer;
            place += 1.0;
        }
        self.newer = newer;
    }

    /// The current block is full and becomes the last one, while the next one begins: of the two
    /// chains of sums neither waits for the other, so they are walked side by side.
    #[inline(always)]
    fn turn(&mut self, inputs: [&[f64]; N]) {
        let (n, bars) = (self.items.len(), inputs[0].len());
        let inputs = inputs.map(|column| &column[..bars]);
        let older_pivot = self.items[n - 1];
        let newer_pivot = inputs.map(|column| column[0]);
        let (rest, beside) = self.items.split_at(n - bars);
        let (older_rest, older_beside) = self.older[..n].split_at_mut(n - bars);
        let runs = &mut self.runs[..bars];
        let (mut newer, mut older) = (S::EMPTY, S::EMPTY);
        let (mut place, mut older_place) = (0.0, n as f64);
        for (i, (x, cell)) in beside.iter().zip(older_beside).rev().enumerate() {
            older_place -= 1.0;
            older = older.older(*x, older_pivot, older_place);
            *cell = older;
            newer = newer.newer(inputs.map(|column| column[i]), newer_pivot, place);
            runs[i] = newer;
            place += 1.0;
        }
        for (x, cell) in rest.iter().zip(older_rest).rev() {
            older_place -= 1.0;
            older = older.older(*x, older_pivot, older_place);
            *cell = older;
        }
        for (i, item) in self.items[..bars].iter_mut().enumerate() {
            *item = inputs.map(|column| column[i]);
        }
        (self.newer, self.newer_pivot) = (newer, newer_pivot);
        // A missing pivot spoils only windows that hold it, and those give nothing anyway; but it
        // must not reach, times zero, the one window that no longer has an older half.
        self.older_pivot = older_pivot.map(|v| if v.is_finite() { v } else { 0.0 });
    }
}

/// What is read off a full window.
pub trait Statistic<const N: usize>: Send {
    type Summary: Summary<N>;

    /// For windows of `n` bars.
    fn over(n: usize) -> Self;

    fn read(&self, window: &Halves<Self::Summary, N>) -> f64;
}

/// A statistic over the last `n` bars, this one included.
pub struct Rolling<T: Statistic<N>, const N: usize> {
    window: Window<T::Summary, N>,
    statistic: T,
}

impl<T: Statistic<N>, const N: usize> Rolling<T, N> {
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n), statistic: T::over(n) }
    }
}

impl<T: Statistic<N>, const N: usize> Step<N> for Rolling<T, N> {
    #[inline]
    fn step(&mut self, x: [f64; N]) -> f64 {
        let mut out = [f64::NAN];
        self.steps(x.each_ref().map(std::slice::from_ref), &mut out);
        out[0]
    }

    /// A step is this with one bar; with many, the running summary stays in registers.
    #[inline]
    fn steps(&mut self, inputs: [&[f64]; N], out: &mut [f64]) {
        let Self { window, statistic } = self;
        let mut done = 0;
        while done < out.len() {
            let most = window.runs.len().min(window.items.len() - window.place);
            let bars = most.min(out.len() - done);
            let block = inputs.map(|column| &column[done..done + bars]);
            window.within_block(block, &mut out[done..done + bars], |halves| {
                finite(statistic.read(halves))
            });
            done += bars;
        }
    }
}

impl<T: Statistic<N>, const N: usize> Remembers for Rolling<T, N> {
    fn memory(&self) -> Memory {
        Memory::Bars(self.window.items.len() as u64 - 1)
    }
}
