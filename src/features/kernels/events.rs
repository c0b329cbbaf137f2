//! Since a condition held: how long ago, for how long, and what another column was then.
//!
//! A condition is true where it is neither 0 nor missing. On a bar where it is missing the answer
//! is missing too.

use std::hint::select_unpredictable;

use super::{Memory, Remembers, Step, finite};

/// Bars since the condition was last true, 0 on a bar where it is; missing before the first.
/// Bars with a missing condition count.
pub struct BarsSince {
    bars: f64,
}

/// Bars in a row on which the condition is true, 0 where it is not. A missing condition ends it:
/// nobody knows.
#[derive(Default)]
pub struct Streak {
    bars: f64,
}

/// Inputs (condition, x): x as it was when the condition was last true; missing before the first,
/// and for as long as x was missing then.
pub struct ValueWhen {
    /// As bits: integers are chosen without a branch, where the processor would often guess wrong.
    value: u64,
}

impl BarsSince {
    pub fn new() -> Self {
        Self { bars: f64::NAN }
    }
}

impl Default for BarsSince {
    fn default() -> Self {
        Self::new()
    }
}

impl Step<1> for BarsSince {
    #[inline(always)]
    fn step(&mut self, [condition]: [f64; 1]) -> f64 {
        let missing = condition.is_nan();
        let holds = !missing && condition != 0.0;
        self.bars = if holds { 0.0 } else { self.bars + 1.0 };
        if missing { f64::NAN } else { finite(self.bars) }
    }
}

impl Streak {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Step<1> for Streak {
    #[inline(always)]
    fn step(&mut self, [condition]: [f64; 1]) -> f64 {
        let missing = condition.is_nan();
        let holds = !missing && condition != 0.0;
        self.bars = if holds { self.bars + 1.0 } else { 0.0 };
        if missing { f64::NAN } else { self.bars }
    }
}

impl ValueWhen {
    pub fn new() -> Self {
        Self { value: f64::NAN.to_bits() }
    }
}

impl Default for ValueWhen {
    fn default() -> Self {
        Self::new()
    }
}

impl Step<2> for ValueWhen {
    #[inline(always)]
    fn step(&mut self, [condition, x]: [f64; 2]) -> f64 {
        let missing = condition.is_nan();
        let holds = !missing && condition != 0.0;
        self.value = select_unpredictable(holds, finite(x).to_bits(), self.value);
        if missing { f64::NAN } else { f64::from_bits(self.value) }
    }
}

impl Remembers for BarsSince {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

impl Remembers for Streak {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

impl Remembers for ValueWhen {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{column, run};
    use super::*;

    const GAP: f64 = f64::NAN;

    fn same(got: &[f64], want: &[f64]) {
        let all = got.iter().zip(want).all(|(g, w)| g == w || g.is_nan() && w.is_nan());
        assert!(all && got.len() == want.len(), "{got:?} against {want:?}");
    }

    #[test]
    fn bars_since_counts_from_the_last_time() {
        let out = run(&mut BarsSince::new(), &column(&[0.0, 1.0, 0.0, GAP, 0.0, 1.0, 1.0]));
        same(&out, &[GAP, 0.0, 1.0, GAP, 3.0, 0.0, 0.0]);
    }

    #[test]
    fn a_streak_ends_where_it_is_broken_or_unknown() {
        let out = run(&mut Streak::new(), &column(&[1.0, 1.0, 0.0, 1.0, GAP, 1.0, 1.0]));
        same(&out, &[1.0, 2.0, 0.0, 1.0, GAP, 1.0, 2.0]);
    }

    #[test]
    fn the_value_when_is_held_until_the_next_time() {
        let rows =
            [[0.0, 1.0], [1.0, 2.0], [0.0, 3.0], [GAP, 4.0], [0.0, 5.0], [1.0, GAP], [0.0, 7.0]];
        same(&run(&mut ValueWhen::new(), &rows), &[GAP, 2.0, 2.0, GAP, 2.0, GAP, GAP]);
    }
}
