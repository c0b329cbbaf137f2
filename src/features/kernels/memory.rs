//! What was: a value some bars ago, the change since then, the running total.

use super::{Memory, Remembers, Step, finite};

/// The value `n` bars ago.
pub struct Lag {
    ring: Box<[f64]>,
    place: usize,
}

/// The change over `n` bars.
pub struct Diff(Lag);

/// The sum of all values so far; missing ones are skipped, and missing on their bar.
///
/// Compensated after Neumaier (1974, "Rundungsfehleranalyse einiger Verfahren zur Summation
/// endlicher Summen"): what each addition rounds off is kept and added at the end.
#[derive(Default)]
pub struct Cumsum {
    sum: f64,
    lost: f64,
}

impl Lag {
    pub fn new(n: usize) -> Self {
        Self { ring: vec![f64::NAN; n].into(), place: 0 }
    }
}

impl Step<1> for Lag {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        let then = std::mem::replace(&mut self.ring[self.place], finite(x));
        self.place = if self.place + 1 == self.ring.len() { 0 } else { self.place + 1 };
        then
    }

    /// What the ring holds, then the block itself, later by so many bars.
    #[inline]
    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        let (n, bars) = (self.ring.len(), out.len());
        if bars < n {
            return out.iter_mut().zip(x).for_each(|(out, x)| *out = self.step([*x]));
        }
        let (before, shifted) = out.split_at_mut(n);
        self.ring.rotate_left(self.place);
        before.copy_from_slice(&self.ring);
        copy_finite(x, shifted);
        copy_finite(&x[bars - n..], &mut self.ring);
        self.place = 0;
    }
}

fn copy_finite(from: &[f64], to: &mut [f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = finite(*from));
}

impl Diff {
    pub fn new(n: usize) -> Self {
        Self(Lag::new(n))
    }
}

impl Step<1> for Diff {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        finite(x - self.0.step([x]))
    }

    #[inline]
    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        self.0.steps([x], out);
        out.iter_mut().zip(x).for_each(|(out, x)| *out = finite(x - *out));
    }
}

impl Cumsum {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Step<1> for Cumsum {
    #[inline(always)]
    fn step(&mut self, [x]: [f64; 1]) -> f64 {
        if !x.is_finite() {
            return f64::NAN;
        }
        let sum = self.sum + x;
        self.lost +=
            if self.sum.abs() >= x.abs() { (self.sum - sum) + x } else { (x - sum) + self.sum };
        self.sum = sum;
        finite(self.sum + self.lost)
    }
}

impl Remembers for Lag {
    fn memory(&self) -> Memory {
        Memory::Bars(self.ring.len() as u64)
    }
}

impl Remembers for Diff {
    fn memory(&self) -> Memory {
        self.0.memory()
    }
}

impl Remembers for Cumsum {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::{any_rows, assert_twin, column, run};
    use super::*;
    use proptest::prelude::*;

    const GAP: f64 = f64::NAN;

    #[test]
    fn a_lag_gives_what_was_and_a_diff_the_change() {
        let rows = column(&[1.0, 2.0, 4.0, 8.0]);
        assert_eq!(run(&mut Lag::new(2), &rows)[2..], [1.0, 2.0]);
        assert_eq!(run(&mut Diff::new(2), &rows)[2..], [3.0, 6.0]);
        assert!(run(&mut Lag::new(2), &rows)[..2].iter().all(|v| v.is_nan()));
    }

    #[test]
    fn a_total_skips_what_is_missing() {
        let out = run(&mut Cumsum::new(), &column(&[1.0, GAP, 2.0, f64::INFINITY, 4.0]));
        assert_eq!([out[0], out[2], out[4]], [1.0, 3.0, 7.0]);
        assert!(out[1].is_nan() && out[3].is_nan());
    }

    #[test]
    fn a_total_keeps_what_a_plain_sum_rounds_off() {
        let out = run(&mut Cumsum::new(), &column(&[1.0, 1e100, 1.0, -1e100]));
        assert_eq!(out[3], 2.0);
        let tenths = run(&mut Cumsum::new(), &column(&[0.1; 1_000_000]));
        assert!((tenths[999_999] - 100_000.0).abs() < 1e-8, "{}", tenths[999_999]);
    }

    proptest! {
        #[test]
        fn a_lag_depends_on_the_one_bar((n, rows) in any_rows::<1>()) {
            let out = run(&mut Lag::new(n), &rows);
            for (i, got) in out.iter().enumerate() {
                let want = i.checked_sub(n).map_or(GAP, |j| rows[j][0]);
                prop_assert!(*got == want || got.is_nan() && want.is_nan());
            }
        }

        #[test]
        fn a_diff_is_the_last_less_the_first((n, rows) in any_rows::<1>()) {
            let full: Vec<_> = rows.into_iter().filter(|row| !row[0].is_nan()).collect();
            assert_twin(Diff::new(n), &full, 0.0, |w| (w[w.len() - 1][0] - w[0][0], 0.0));
        }
    }
}
