//! Gradients and Hessians as integers: addition in any order gives the same sum.
//!
//! One word of 64 bits holds a row's gradient (upper 32 bits, signed) and its Hessian (lower 32),
//! and sums of words are sums of both. The scales are powers of two chosen anew for each tree, so
//! that Σ|gradient| < 2³¹ and ΣHessian < 2³¹ over **all** rows of the training: no partial sum of
//! any node, bin or thread can leave its half, whatever the targets and weights, and the lower half
//! never carries into the upper. The unit is 2⁻³¹ of Σ|gradient| or, for n rows, 2³¹/n steps to the
//! mean |gradient|: 90,000 at 24k rows, 2,000 at a million, and the errors of rounding (half a unit
//! a row, either way) average out over a leaf. LightGBM trains on 4 to 32 steps (Shi et al. 2022,
//! "Quantized training of gradient boosting decision trees", NeurIPS). What an extreme target or
//! weight costs is resolution: rows whose gradients are below 2⁻³² of the sum count as zero.
//!
//! Equal Hessians (the squared error without weights) are 1 a row, so the lower half is a count.

/// What a unit of each half is worth; powers of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Units {
    pub gradient: f64,
    pub hessian: f64,
}

impl Units {
    /// For `n_rows` rows with these sums of absolute values; `None`: all Hessians are 1.
    pub(super) fn new(n_rows: usize, gradients: f64, hessians: Option<f64>) -> Self {
        let unit = |sum: f64| unit(n_rows, sum);
        Self { gradient: unit(gradients), hessian: hessians.map_or(1.0, unit) }
    }

    /// Word of a row. Rounds to the nearest unit, ties to even.
    #[inline]
    pub(super) fn word(self, gradient: f64, hessian: f64) -> i64 {
        let Self { gradient: g, hessian: h } = self;
        (nearest(gradient * (1.0 / g)) << 32) as i64
            | (nearest(hessian * (1.0 / h)) & u64::from(u32::MAX)) as i64
    }

    /// Word of a row whose Hessian is one unit.
    #[inline]
    pub(super) fn counted(self, gradient: f64) -> i64 {
        (nearest(gradient * (1.0 / self.gradient)) << 32) as i64 | 1
    }
}

/// The upper half of a sum, in units.
#[inline]
pub(super) fn gradient(word: i64) -> i32 {
    (word >> 32) as i32
}

/// The lower half of a sum, in units; below 2³¹.
#[inline]
pub(super) fn hessian(word: i64) -> i32 {
    word as i32
}

/// Σ|x| in a fixed order: eight running sums side by side.
pub(super) fn sum_abs(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().map(|x| x.abs()).sum();
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x.abs();
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The least power of two of which `sum`, with half a unit of rounding a row, holds fewer than 2³¹.
fn unit(n_rows: usize, sum: f64) -> f64 {
    // Below 2²⁸ rows (`Matrix`) this is more than 2³⁰.
    let room = (1_u64 << 31) as f64 - 2.0 - n_rows as f64;
    let least = (sum / room).max(f64::MIN_POSITIVE);
    let floor = f64::from_bits(least.to_bits() & EXPONENT);
    let unit = if floor < least { floor * 2.0 } else { floor };
    // Its reciprocal has to be finite too.
    unit.max(MIN_UNIT)
}

const EXPONENT: u64 = 0x7FF << 52;
const MIN_UNIT: f64 = 1.0 / (1_u128 << 127) as f64 / (1_u128 << 127) as f64;

/// Adding 1.5·2⁵² leaves the nearest integer in the lower bits of a double, negative ones in two's
/// complement (Hacker's Delight, 2nd ed., §17). |x| < 2³¹.
#[inline]
fn nearest(x: f64) -> u64 {
    const MAGIC: f64 = 1.5 * (1_u64 << 52) as f64;
    (x + MAGIC).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_keep_apart() {
        let units = Units { gradient: 0.5, hessian: 0.25 };
        let words = [units.word(-1.5, 1.0), units.word(0.5, 0.5), units.word(-0.2, 0.3)];
        let sum: i64 = words.iter().sum();
        assert_eq!((gradient(sum), hessian(sum)), (-3 + 1, 4 + 2 + 1));
        let counted = units.counted(-0.5) + units.counted(0.0);
        assert_eq!((gradient(counted), hessian(counted)), (-1, 2));
    }

    #[test]
    fn units_are_the_least_that_fit() {
        let units = Units::new(1000, 1000.0, None);
        assert_eq!(units, Units { gradient: 1.0 / f64::from(1 << 21), hessian: 1.0 });
        assert_eq!(Units::new(1, 0.0, Some(0.0)).word(0.0, 0.0), 0);
        assert!(Units::new(1 << 28, f64::from(f32::MAX) * 1e8, None).gradient.is_finite());
    }

    proptest! {
        #[test]
        fn no_sum_leaves_its_half(
            rows in prop::collection::vec((any::<f32>(), 0.0..f32::MAX), 1..200)
        ) {
            let rows: Vec<(f64, f64)> = rows
                .into_iter()
                .filter(|(g, _)| g.is_finite())
                .map(|(g, h)| (f64::from(g), f64::from(h)))
                .collect();
            let g: Vec<f64> = rows.iter().map(|row| row.0).collect();
            let h: Vec<f64> = rows.iter().map(|row| row.1).collect();
            let units = Units::new(rows.len(), sum_abs(&g), Some(sum_abs(&h)));
            let words: Vec<i64> = rows.iter().map(|(g, h)| units.word(*g, *h)).collect();
            let up: i64 = words.iter().map(|w| i64::from(gradient(*w)).abs()).sum();
            let low: i64 = words.iter().map(|w| i64::from(hessian(*w))).sum();
            prop_assert!(up < 1 << 31 && low < 1 << 31);
            prop_assert!(words.iter().all(|w| hessian(*w) >= 0));
            for ((g, h), word) in rows.iter().zip(words) {
                prop_assert!((f64::from(gradient(word)) * units.gradient - g).abs() <= units.gradient);
                prop_assert!((f64::from(hessian(word)) * units.hessian - h).abs() <= units.hessian);
            }
        }
    }
}
