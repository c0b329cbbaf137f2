//! The best split of a node with few rows: going through the codes that occur costs less than
//! going through all there are. On noisy data more than half of the nodes are of this kind.

use super::binning::{LANES, MAX_BINS};
use super::split::{Columns, Search};

/// Nodes with fewer rows than this are searched here.
pub(super) const FEW: usize = 40;

/// Sums by code; all zero between uses.
pub(super) struct Table([i64; MAX_BINS]);

impl Table {
    pub(super) fn new() -> Self {
        Self([0; MAX_BINS])
    }
}

/// Looks through four columns of a node with these rows and words.
pub(super) fn look(
    table: &mut Table,
    search: &mut Search<'_>,
    columns: &Columns,
    (strip, (rows, words)): (&[[u8; LANES]], (&[u32], &[i64])),
) {
    for lane in (0..LANES).filter(|lane| columns.lanes & 1 << lane != 0) {
        let mut seen = [0_u64; MAX_BINS / 64];
        for (row, word) in rows.iter().zip(words) {
            let code = strip[*row as usize][lane];
            table.0[usize::from(code)] += word;
            seen[usize::from(code / 64)] |= 1 << (code % 64);
        }
        let missing = std::mem::take(&mut table.0[0]);
        seen[0] &= !1;
        if missing != 0 {
            pass(&table.0, search, columns, (lane, seen), 0, Some(false));
            // Only the missing on the left: the lowest cut, if nothing lies below it.
            seen[0] |= 2;
        }
        pass(&table.0, search, columns, (lane, seen), missing, (missing != 0).then_some(true));
        for row in rows {
            table.0[usize::from(strip[*row as usize][lane])] = 0;
        }
    }
}

/// Tries a split after each code that occurs.
fn pass(
    sums: &[i64; MAX_BINS],
    search: &mut Search<'_>,
    columns: &Columns,
    (lane, seen): (usize, [u64; MAX_BINS / 64]),
    start: i64,
    missing_left: Option<bool>,
) {
    let mut left = start;
    let n_cuts = usize::from(columns.n_cuts[lane]);
    each(seen, |code| {
        left += sums[code];
        if code <= n_cuts {
            search.consider(columns, (lane, code), left, missing_left);
        }
        code < n_cuts
    });
}

/// Calls `with` for each bit that is set, ascending, until it says no.
#[inline]
fn each(seen: [u64; MAX_BINS / 64], mut with: impl FnMut(usize) -> bool) {
    for (at, mut bits) in seen.into_iter().enumerate() {
        while bits != 0 {
            if !with(at * 64 + bits.trailing_zeros() as usize) {
                return;
            }
            bits &= bits - 1;
        }
    }
}
