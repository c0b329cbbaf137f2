//! Where a value stands among those before it.

mod block;

use rayon::prelude::*;

use crate::features::kernels::Step;
use crate::features::kernels::order::Rank;

/// In place of a standing: the window was not full.
pub const UNKNOWN: u32 = u32::MAX;

/// Twice the number of the `n` values strictly before this one that are below it, plus the number
/// equal to it: 0 to 2 n. An integer, so that any way of counting gives the same.
///
/// Ties count half, as in a mid-rank (Kendall 1948, "Rank correlation methods", ch. 3): calibrated
/// predictions come in steps, and a value that is the window's commonest is no extreme.
pub struct Standing {
    /// Of a window that the value itself is in.
    rank: Rank,
    n: f64,
}

impl Standing {
    pub fn new(n: usize) -> Self {
        Self { rank: Rank::new(n + 1), n: n as f64 }
    }

    /// Of a finite value; [`UNKNOWN`] until `n` came before it.
    pub fn step(&mut self, x: f64) -> u32 {
        let rank = self.rank.step([x]);
        if rank.is_nan() {
            return UNKNOWN;
        }
        // (below + (equal + 1 + 1) / 2) / (n + 1), itself among the equal.
        (2.0 * (rank * (self.n + 1.0) - 1.0)).round() as u32
    }
}

/// Values that are put in order together, at least.
const STRETCH: usize = 1 << 15;

/// Of a whole column of finite values: what [`Standing::step`] gives one by one.
///
/// A stretch of values and the window before it are put in order once; which of them are in the
/// window is then a set of bits. Stretches are worked on side by side.
pub fn standings(values: &[f64], n: usize) -> Vec<u32> {
    let mut out = vec![UNKNOWN; values.len()];
    if n >= values.len() {
        return out;
    }
    let stretch = STRETCH.saturating_sub(n).max(3 * n);
    out[n..].par_chunks_mut(stretch).enumerate().for_each(|(k, out)| {
        let from = k * stretch;
        block::count(&values[from..from + n + out.len()], out);
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use proptest::prelude::*;

    fn naive(values: &[f64], n: usize) -> Vec<u32> {
        let one = |i: usize| {
            let Some(from) = i.checked_sub(n) else { return UNKNOWN };
            let count = |v: &f64| 2 * u32::from(*v < values[i]) + u32::from(*v == values[i]);
            values[from..i].iter().map(count).sum()
        };
        (0..values.len()).map(one).collect()
    }

    fn streamed(values: &[f64], n: usize) -> Vec<u32> {
        let mut standing = Standing::new(n);
        values.iter().map(|x| standing.step(*x)).collect()
    }

    #[test]
    fn a_known_window() {
        // Before 3: 1 2 3 → two below, one equal.
        assert_eq!(streamed(&[1.0, 2.0, 3.0, 3.0, 0.5], 3)[3..], [5, 0]);
    }

    #[test]
    fn long_windows_of_steps_and_noise() {
        let mut rng = Rng::new(3);
        for kind in 0..4 {
            let values: Vec<f64> = (0..3_000)
                .map(|_| match kind {
                    0 => rng.normal(),
                    1 => (rng.normal() * 2.0).round(),
                    // Alike but for the last bits.
                    2 => f64::from_bits(1.0_f64.to_bits() + rng.below(1_000)),
                    _ => 0.25,
                })
                .collect();
            for n in [95, 96, 700, 1_499] {
                let want = naive(&values, n);
                assert_eq!(standings(&values, n), want);
                assert_eq!(streamed(&values, n), want);
            }
        }
    }

    #[test]
    fn stretches_meet() {
        let mut rng = Rng::new(8);
        let values: Vec<f64> = (0..80_000).map(|_| (rng.normal() * 1e3).round()).collect();
        for n in [1, 40, 25_000] {
            assert_eq!(standings(&values, n), streamed(&values, n), "{n}");
        }
    }

    proptest! {
        #[test]
        fn every_way_counts_alike(
            n in 1_usize..40,
            values in proptest::collection::vec(prop_oneof![
                (-3_i32..4).prop_map(f64::from), Just(-0.0), -1e3..1e3_f64
            ], 0..200),
        ) {
            let want = naive(&values, n);
            prop_assert_eq!(&standings(&values, n), &want);
            prop_assert_eq!(&streamed(&values, n), &want);
        }
    }
}
