//! Sums of gradient and Hessian by code, four columns at a time.

use super::binning::{LANES, MAX_BINS};

/// By code, then column: what a row adds to lies in one cache line if its codes are alike, and four
/// columns are scanned side by side.
pub(super) type Histogram = [[i64; LANES]; MAX_BINS];

/// The histogram of a node's rows. `words` are those of `rows`, in their order; columns whose bit
/// is not in `lanes` stay zero.
pub(super) fn build(
    histogram: &mut Histogram,
    strip: &[[u8; LANES]],
    lanes: u8,
    (rows, words): (&[u32], &[i64]),
) {
    const BUILD: [Build; 16] = [
        add::<0>, add::<1>, add::<2>, add::<3>, add::<4>, add::<5>, add::<6>, add::<7>, //
        add::<8>, add::<9>, add::<10>, add::<11>, add::<12>, add::<13>, add::<14>, add::<15>,
    ];
    histogram.fill([0; LANES]);
    BUILD[usize::from(lanes) % 16](histogram, strip, rows, words);
}

type Build = fn(&mut Histogram, &[[u8; LANES]], &[u32], &[i64]);

/// A copy for each set of lanes, so that no test is left in the loop.
fn add<const MASK: u8>(
    histogram: &mut Histogram,
    strip: &[[u8; LANES]],
    rows: &[u32],
    words: &[i64],
) {
    for (row, word) in rows.iter().zip(words) {
        let codes = strip[*row as usize];
        for lane in 0..LANES {
            if MASK & 1 << lane != 0 {
                let sum = &mut histogram[usize::from(codes[lane])][lane];
                *sum = sum.wrapping_add(*word);
            }
        }
    }
}

/// What is left of a parent without one child is the other child.
pub(super) fn subtract(parent: &mut Histogram, child: &Histogram) {
    for (sums, less) in parent.as_flattened_mut().iter_mut().zip(child.as_flattened()) {
        *sums = sums.wrapping_sub(*less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_sums_words_by_code_and_a_parent_is_its_children() {
        let strip = vec![[1, 0, 9, 255], [1, 2, 9, 255], [3, 2, 9, 0]];
        let words = [10, 20, 40];
        let mut all = [[7; LANES]; MAX_BINS];
        build(&mut all, &strip, 0b1011, (&[0, 1, 2], &words));
        assert_eq!((all[1], all[3]), ([30, 0, 0, 0], [40, 0, 0, 0]));
        assert_eq!((all[0], all[2], all[255]), ([0, 10, 0, 40], [0, 60, 0, 0], [0, 0, 0, 30]));
        assert_eq!(all[9], [0; LANES]);
        let (mut left, mut right) = ([[0; LANES]; MAX_BINS], [[0; LANES]; MAX_BINS]);
        build(&mut left, &strip, 0b1011, (&[1], &words[1..2]));
        build(&mut right, &strip, 0b1011, (&[0, 2], &[10, 40]));
        subtract(&mut all, &left);
        assert_eq!(all, right);
    }
}
