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
    const BUILD: [Change; 16] = [
        add::<0>, add::<1>, add::<2>, add::<3>, add::<4>, add::<5>, add::<6>, add::<7>, //
        add::<8>, add::<9>, add::<10>, add::<11>, add::<12>, add::<13>, add::<14>, add::<15>,
    ];
    histogram.fill([0; LANES]);
    BUILD[usize::from(lanes) % 16](histogram, strip, rows, words);
}

/// Takes rows out of a histogram.
pub(super) fn remove(
    histogram: &mut Histogram,
    strip: &[[u8; LANES]],
    lanes: u8,
    (rows, words): (&[u32], &[i64]),
) {
    for (row, word) in rows.iter().zip(words) {
        for (lane, code) in strip[*row as usize].iter().enumerate() {
            // A mask instead of a branch: all ones where the column belongs to the tree.
            let mask = -i64::from(lanes >> lane & 1);
            let sum = &mut histogram[usize::from(*code)][lane];
            *sum = sum.wrapping_sub(*word & mask);
        }
    }
}

type Change = fn(&mut Histogram, &[[u8; LANES]], &[u32], &[i64]);

/// Rows that are far apart take turns: neighbours in time often share a code, and a sum has to be
/// stored before it can be read again.
const TURNS: usize = 4;

/// A copy for each set of lanes, so that no test is left in the loop.
fn add<const MASK: u8>(
    histogram: &mut Histogram,
    strip: &[[u8; LANES]],
    rows: &[u32],
    words: &[i64],
) {
    let n = rows.len().min(words.len()) / TURNS;
    let part = |at: usize| (&rows[at * n..(at + 1) * n], &words[at * n..(at + 1) * n]);
    let parts: [_; TURNS] = std::array::from_fn(part);
    for at in 0..n {
        for (rows, words) in parts {
            add_row::<MASK>(histogram, strip[rows[at] as usize], words[at]);
        }
    }
    for (row, word) in rows.iter().zip(words).skip(n * TURNS) {
        add_row::<MASK>(histogram, strip[*row as usize], *word);
    }
}

#[inline]
fn add_row<const MASK: u8>(histogram: &mut Histogram, codes: [u8; LANES], word: i64) {
    for lane in 0..LANES {
        if MASK & 1 << lane != 0 {
            let sum = &mut histogram[usize::from(codes[lane])][lane];
            *sum = sum.wrapping_add(word);
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
        let mut less = all;
        subtract(&mut all, &left);
        assert_eq!(all, right);
        remove(&mut less, &strip, 0b1011, (&[1], &words[1..2]));
        assert_eq!(less, right);
    }
}
