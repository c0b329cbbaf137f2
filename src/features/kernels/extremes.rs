//! The lowest and highest value of a window, and how many bars ago they were.

use std::hint::select_unpredictable;

use super::window::{Halves, Rolling, Statistic, Summary};

/// The lowest of the last `n` bars.
pub type RollMin = Rolling<Lowest, 1>;

/// The highest of the last `n` bars.
pub type RollMax = Rolling<Highest, 1>;

/// Bars since the lowest of the last `n` bars: 0 is this bar, and of equals the most recent.
pub type ArgMin = Rolling<SinceLowest, 1>;

/// Bars since the highest of the last `n` bars: 0 is this bar, and of equals the most recent.
pub type ArgMax = Rolling<SinceHighest, 1>;

/// Reads the minimum.
pub struct Lowest;

/// Reads the maximum.
pub struct Highest;

/// Reads the age of the minimum.
pub struct SinceLowest {
    n: f64,
}

/// Reads the age of the maximum.
pub struct SinceHighest(SinceLowest);

/// The lower of the two; on the bars where the answer counts, neither is missing.
#[inline(always)]
fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline(always)]
fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The lowest so far.
#[derive(Debug, Clone, Copy)]
pub struct Low(f64);

impl Summary<1> for Low {
    const EMPTY: Self = Self(f64::INFINITY);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(lower(self.0, x))
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(lower(self.0, x))
    }
}

impl Statistic<1> for Lowest {
    type Summary = Low;

    fn over(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn read(&self, window: &Halves<Low, 1>) -> f64 {
        lower(window.older.0, window.newer.0)
    }
}

/// The highest so far.
#[derive(Debug, Clone, Copy)]
pub struct High(f64);

impl Summary<1> for High {
    const EMPTY: Self = Self(f64::NEG_INFINITY);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(higher(self.0, x))
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], _: [f64; 1], _: f64) -> Self {
        Self(higher(self.0, x))
    }
}

impl Statistic<1> for Highest {
    type Summary = High;

    fn over(_: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn read(&self, window: &Halves<High, 1>) -> f64 {
        higher(window.older.0, window.newer.0)
    }
}

/// The lowest so far and its place in its block.
#[derive(Debug, Clone, Copy)]
pub struct PlacedLow {
    value: f64,
    /// The place's bits: integers are chosen without a branch on every x86-64, floats are not, and
    /// on a random walk the processor would guess wrong every few bars.
    place: u64,
}

impl PlacedLow {
    #[inline(always)]
    fn or(self, other: bool, value: f64, place: f64) -> Self {
        Self {
            value: if other { value } else { self.value },
            place: select_unpredictable(other, place.to_bits(), self.place),
        }
    }
}

impl Summary<1> for PlacedLow {
    const EMPTY: Self = Self { value: f64::INFINITY, place: 0 };

    /// The newcomer wins a tie.
    #[inline(always)]
    fn newer(self, [x]: [f64; 1], _: [f64; 1], place: f64) -> Self {
        self.or(x <= self.value, x, place)
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], _: [f64; 1], place: f64) -> Self {
        self.or(x < self.value, x, place)
    }
}

impl Statistic<1> for SinceLowest {
    type Summary = PlacedLow;

    fn over(n: usize) -> Self {
        Self { n: n as f64 }
    }

    #[inline(always)]
    fn read(&self, window: &Halves<PlacedLow, 1>) -> f64 {
        let here = self.n - 1.0 - window.n_older;
        let in_newer = window.newer.value <= window.older.value;
        let before = select_unpredictable(in_newer, 0, self.n.to_bits());
        let place = select_unpredictable(in_newer, window.newer.place, window.older.place);
        here + f64::from_bits(before) - f64::from_bits(place)
    }
}

/// The lowest of the negated values.
#[derive(Debug, Clone, Copy)]
pub struct PlacedHigh(PlacedLow);

impl Summary<1> for PlacedHigh {
    const EMPTY: Self = Self(PlacedLow::EMPTY);

    #[inline(always)]
    fn newer(self, [x]: [f64; 1], pivot: [f64; 1], place: f64) -> Self {
        Self(self.0.newer([-x], pivot, place))
    }

    #[inline(always)]
    fn older(self, [x]: [f64; 1], pivot: [f64; 1], place: f64) -> Self {
        Self(self.0.older([-x], pivot, place))
    }
}

impl Statistic<1> for SinceHighest {
    type Summary = PlacedHigh;

    fn over(n: usize) -> Self {
        Self(SinceLowest::over(n))
    }

    #[inline(always)]
    fn read(&self, window: &Halves<PlacedHigh, 1>) -> f64 {
        self.0.read(&window.map(|high| high.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{Value, any_rows, assert_twin, assert_twin_everywhere, column, run};
    use super::*;
    use proptest::prelude::*;

    fn min(window: &[[f64; 1]]) -> Value {
        (window.iter().map(|[x]| *x).fold(f64::INFINITY, f64::min), 0.0)
    }

    fn max(window: &[[f64; 1]]) -> Value {
        (window.iter().map(|[x]| *x).fold(f64::NEG_INFINITY, f64::max), 0.0)
    }

    fn since(window: &[[f64; 1]], extreme: Value) -> Value {
        let bars = window.iter().rev().take_while(|[x]| *x != extreme.0).count();
        (bars as f64, 0.0)
    }

    #[test]
    fn of_equals_the_most_recent_counts() {
        let rows = column(&[3.0, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(run(&mut ArgMin::new(3), &rows)[2..], [0.0, 1.0, 2.0]);
        assert_eq!(run(&mut ArgMax::new(5), &rows)[4..], [0.0]);
        assert_eq!(run(&mut RollMin::new(2), &rows)[1..], [1.0, 1.0, 1.0, 2.0]);
        assert_eq!(run(&mut RollMax::new(2), &rows)[1..], [3.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn extremes_are_those_of_the_window() {
        assert_twin_everywhere(RollMin::new, 0.0, min);
        assert_twin_everywhere(RollMax::new, 0.0, max);
        assert_twin_everywhere(ArgMin::new, 0.0, |w| since(w, min(w)));
        assert_twin_everywhere(ArgMax::new, 0.0, |w| since(w, max(w)));
    }

    proptest! {
        #[test]
        fn extremes_hold_for_any_data((n, rows) in any_rows()) {
            assert_twin(RollMin::new(n), &rows, 0.0, min);
            assert_twin(RollMax::new(n), &rows, 0.0, max);
            assert_twin(ArgMin::new(n), &rows, 0.0, |w| since(w, min(w)));
            assert_twin(ArgMax::new(n), &rows, 0.0, |w| since(w, max(w)));
        }
    }
}
