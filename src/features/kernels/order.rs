//! Rank and quantiles of a window.
//!
//! The window is kept sorted; a bar takes two binary searches and one move of the values between
//! the one that leaves and the one that comes. For 1440 bars that is a few kilobytes in the
//! nearest cache: less than the steps of a tree or a pair of heaps.

use super::{Memory, Remembers, Step, finite};

/// Where this bar stands among the last `n`, itself included: the share of them below it, plus
/// half the share equal to it (itself included), plus 1 / 2n. So 1 is the highest alone, 1 / n the
/// lowest alone: pandas' `rolling(n).rank(pct=True)`, ties averaged.
pub struct Rank(Ranked);

/// Comparing with all of a short window, some at a time, beats keeping it in order.
enum Ranked {
    Short(Compared),
    Long(Sorted),
}

/// The longest window that is compared bar by bar (measured: there both ways cost the same).
const SHORT: usize = 96;

/// The `q`-quantile of the last `n` bars, linear between the two nearest (type 7 of Hyndman & Fan
/// 1996, "Sample quantiles in statistical packages"; pandas' default).
pub struct Quantile {
    sorted: Sorted,
    below: usize,
    fraction: f64,
}

/// The middle of the last `n` bars; the mean of the two middle ones if `n` is even.
pub struct Median(Quantile);

impl Rank {
    pub fn new(n: usize) -> Self {
        Self(if n <= SHORT {
            Ranked::Short(Compared::new(n))
        } else {
            Ranked::Long(Sorted::new(n))
        })
    }
}

impl Step<1> for Rank {
    #[inline]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        match &mut self.0 {
            Ranked::Short(window) => window.rank(x),
            Ranked::Long(window) => {
                let Some((below, sorted)) = window.push(x) else { return f64::NAN };
                let equal = sorted[below..].partition_point(|v| *v <= x);
                average_rank(below as f64, equal as f64, sorted.len())
            }
        }
    }
}

fn average_rank(below: f64, equal: f64, n: usize) -> f64 {
    (below + 0.5 * (equal + 1.0)) / n as f64
}

/// The last `n` bars as they came, each of which a new one is compared with.
struct Compared {
    ring: Box<[f64]>,
    place: usize,
    /// Bars in a row without a missing value.
    present: usize,
}

impl Compared {
    fn new(n: usize) -> Self {
        Self { ring: vec![f64::NAN; n].into(), place: 0, present: 0 }
    }

    #[inline]
    fn rank(&mut self, x: f64) -> f64 {
        let n = self.ring.len();
        self.ring[self.place] = x;
        self.place = if self.place + 1 == n { 0 } else { self.place + 1 };
        self.present = if x.is_finite() { self.present + 1 } else { 0 };
        if self.present < n {
            return f64::NAN;
        }
        let (mut below, mut equal) = (0i64, 0i64);
        for v in &self.ring {
            below += i64::from(*v < x);
            equal += i64::from(*v == x);
        }
        average_rank(below as f64, equal as f64, n)
    }
}

impl Quantile {
    /// `q` from 0 to 1.
    pub fn new(n: usize, q: f64) -> Self {
        let place = q.clamp(0.0, 1.0) * (n as f64 - 1.0);
        Self { sorted: Sorted::new(n), below: place as usize, fraction: place.fract() }
    }
}

impl Step<1> for Quantile {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        let Some((_, sorted)) = self.sorted.push(x) else { return f64::NAN };
        let low = sorted[self.below];
        match sorted.get(self.below + 1) {
            Some(high) => finite(low + self.fraction * (high - low)),
            None => low,
        }
    }
}

impl Median {
    pub fn new(n: usize) -> Self {
        Self(Quantile::new(n, 0.5))
    }
}

impl Step<1> for Median {
    #[inline(always)]
    fn step(&mut self, x: [f64; 1]) -> f64 {
        self.0.step(x)
    }
}

/// The present values among the last `n` bars, in order.
struct Sorted {
    /// As they came, missing ones too; `place` is the oldest.
    ring: Box<[f64]>,
    place: usize,
    sorted: Vec<f64>,
}

impl Sorted {
    fn new(n: usize) -> Self {
        Self { ring: vec![f64::NAN; n].into(), place: 0, sorted: Vec::with_capacity(n) }
    }

    /// Takes one bar; if the window is full and nothing is missing, its values in order and the
    /// place of the first that is not below the new one.
    fn push(&mut self, x: f64) -> Option<(usize, &[f64])> {
        // One zero only: −0 would compare equal and yet be another number.
        let new = finite(x) + 0.0;
        let old = std::mem::replace(&mut self.ring[self.place], new);
        self.place = if self.place + 1 == self.ring.len() { 0 } else { self.place + 1 };
        let at = match (old.is_nan(), new.is_nan()) {
            (false, false) => self.replace(old, new),
            (true, false) => self.insert(new),
            (false, true) => self.remove(old),
            (true, true) => 0,
        };
        (self.sorted.len() == self.ring.len()).then_some((at, &*self.sorted))
    }

    fn first_not_below(&self, x: f64) -> usize {
        if self.sorted.len() <= SHORT {
            // Counting goes several at a time and waits for nothing.
            return self.sorted.iter().map(|v| usize::from(*v < x)).sum();
        }
        self.sorted.partition_point(|v| *v < x)
    }

    fn insert(&mut self, x: f64) -> usize {
        let at = self.first_not_below(x);
        self.sorted.insert(at, x);
        at
    }

    fn remove(&mut self, x: f64) -> usize {
        let at = self.first_not_below(x);
        self.sorted.remove(at);
        at
    }

    /// Only what lies between the two moves.
    fn replace(&mut self, old: f64, new: f64) -> usize {
        let from = self.first_not_below(old);
        let to = self.first_not_below(new);
        let at = if from < to {
            self.sorted.copy_within(from + 1..to, from);
            to - 1
        } else {
            self.sorted.copy_within(to..from, to + 1);
            to
        };
        self.sorted[at] = new;
        at
    }
}

impl Remembers for Rank {
    fn memory(&self) -> Memory {
        match &self.0 {
            Ranked::Short(window) => Memory::Bars(window.ring.len() as u64 - 1),
            Ranked::Long(window) => window.memory(),
        }
    }
}

impl Remembers for Quantile {
    fn memory(&self) -> Memory {
        self.sorted.memory()
    }
}

impl Remembers for Median {
    fn memory(&self) -> Memory {
        self.0.memory()
    }
}

impl Remembers for Sorted {
    fn memory(&self) -> Memory {
        Memory::Bars(self.ring.len() as u64 - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{
        Noise, Value, any_rows, assert_twin, assert_twin_everywhere, column, run,
    };
    use super::*;
    use proptest::prelude::*;

    fn rank(window: &[[f64; 1]]) -> Value {
        let [x] = window[window.len() - 1];
        let below = window.iter().filter(|v| v[0] < x).count() as f64;
        let equal = window.iter().filter(|v| v[0] == x).count() as f64;
        ((below + 0.5 * (equal + 1.0)) / window.len() as f64, 0.0)
    }

    fn quantile(window: &[[f64; 1]], q: f64) -> Value {
        let mut sorted: Vec<f64> = window.iter().map(|[x]| *x).collect();
        sorted.sort_by(f64::total_cmp);
        let place = q * (sorted.len() as f64 - 1.0);
        let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
        (low + (high - low) * (place - place.floor()), low.abs().max(high.abs()))
    }

    #[test]
    fn four_bars_as_pandas_has_them() {
        let rows = column(&[3.0, 1.0, 2.0, 2.0, 5.0, 2.0]);
        assert_eq!(run(&mut Rank::new(4), &rows)[3..], [0.625, 1.0, 0.5]);
        assert_eq!(run(&mut Median::new(4), &rows)[3..], [2.0, 2.0, 2.0]);
        let low = run(&mut Quantile::new(4, 0.3), &rows);
        assert!((low[3] - 1.9).abs() < 1e-15 && low[5] == 2.0, "{low:?}");
    }

    #[test]
    fn the_lowest_alone_ranks_one_nth_and_all_equal_rank_in_the_middle() {
        assert_eq!(run(&mut Rank::new(4), &column(&[4.0, 3.0, 2.0, 1.0]))[3], 0.25);
        assert_eq!(run(&mut Rank::new(4), &column(&[4.0; 4]))[3], 0.625);
    }

    #[test]
    fn order_is_that_of_the_window() {
        assert_twin_everywhere(Rank::new, 1e-15, rank);
        assert_twin_everywhere(Median::new, 1e-15, |w| quantile(w, 0.5));
        for q in [0.0, 0.05, 0.3, 1.0] {
            assert_twin_everywhere(|n| Quantile::new(n, q), 1e-14, |w| quantile(w, q));
        }
    }

    #[test]
    fn a_long_window_ranks_as_a_short_one() {
        let mut noise = Noise(12);
        let rows: Vec<[f64; 1]> = (0..2_000)
            .map(|_| [if noise.unit() < 0.002 { f64::NAN } else { (noise.unit() * 99.0).floor() }])
            .collect();
        for n in [SHORT, SHORT + 1, 300] {
            assert_twin(Rank::new(n), &rows, 1e-15, rank);
        }
    }

    proptest! {
        #[test]
        fn order_holds_for_any_data((n, rows) in any_rows(), q in 0.0..=1.0f64) {
            assert_twin(Rank::new(n), &rows, 1e-15, rank);
            assert_twin(Quantile::new(n, q), &rows, 1e-14, |w| quantile(w, q));
        }
    }
}
