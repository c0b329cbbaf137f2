//! The best split of a node with few rows: going through the codes that occur costs less than
//! going through all there are. On noisy data more than half of the nodes are of this kind.

use super::binning::{LANES, MAX_BINS};
use super::split::{Columns, Search};

/// Nodes with fewer rows than this are searched here.
pub(super) const FEW: usize = 72;

/// Sums by code; all zero between uses.
pub(super) struct Table([i64; MAX_BINS]);

impl Table {
    pub(super) fn new() -> Self {
        Self([0; MAX_BINS])
    }
}

/// A node: its strip of codes, its rows, and their words.
pub(super) struct Few<'a> {
    pub strip: &'a [[u8; LANES]],
    pub rows: &'a [u32],
    pub words: &'a [i64],
}

/// Looks through four columns.
pub(super) fn look(table: &mut Table, search: &mut Search<'_>, columns: &Columns, few: &Few<'_>) {
    let Few { strip, rows, words } = *few;
    for lane in (0..LANES).filter(|lane| columns.lanes & 1 << lane != 0) {
        let mut seen: Seen = [0; MAX_BINS / 64];
        for (row, word) in rows.iter().zip(words) {
            let code = strip[*row as usize][lane];
            table.0[usize::from(code)] += word;
            seen[usize::from(code / 64)] |= 1 << (code % 64);
        }
        let missing = std::mem::take(&mut table.0[0]);
        seen[0] &= !1;
        if missing != 0 {
            let start = Start { sum: 0, missing_left: Some(false) };
            pass(&table.0, search, (columns, lane, seen), start);
            // Only the missing on the left: the lowest cut, if nothing lies below it.
            seen[0] |= 2;
        }
        let start = Start { sum: missing, missing_left: (missing != 0).then_some(true) };
        pass(&table.0, search, (columns, lane, seen), start);
        for row in rows {
            table.0[usize::from(strip[*row as usize][lane])] = 0;
        }
    }
}

/// Codes that occur, a bit each.
type Seen = [u64; MAX_BINS / 64];

/// The missing rows' sum, if they go left.
#[derive(Clone, Copy)]
struct Start {
    sum: i64,
    /// `None`: nothing is missing.
    missing_left: Option<bool>,
}

/// Tries a split after each code that occurs.
fn pass(
    sums: &[i64; MAX_BINS],
    search: &mut Search<'_>,
    (columns, lane, seen): (&Columns, usize, Seen),
    start: Start,
) {
    let Start { sum: mut left, missing_left } = start;
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
fn each(seen: Seen, mut with: impl FnMut(usize) -> bool) {
    for (at, mut bits) in seen.into_iter().enumerate() {
        while bits != 0 {
            if !with(at * 64 + bits.trailing_zeros() as usize) {
                return;
            }
            bits &= bits - 1;
        }
    }
}
