//! A slice of time without the rows that see beyond it.

use serde::Serialize;

use super::rows::{RowSet, Rows, as_text};
use crate::units::Ts;

/// The rows decided in `[from, until)` whose labels are over before `until`, or before the embargo
/// ahead of it.
///
/// A later slice's labels begin at or after `until`, so that looking forward is all the purging
/// that slices in time order need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slice {
    #[serde(serialize_with = "as_text")]
    pub(super) from: Ts,
    #[serde(serialize_with = "as_text")]
    pub(super) until: Ts,
    pub(super) n_rows: usize,
    /// Rows dropped because their label reaches into the next slice, or to its first instant.
    pub(super) purged: u32,
    /// Rows dropped besides, because their label ends within the embargo.
    pub(super) embargoed: u32,
    pub(super) rows: RowSet,
}

impl Slice {
    /// What may be learned from before `until`.
    pub(super) fn purged(rows: &Rows<'_>, (from, until): (Ts, Ts), embargo_bars: u32) -> Self {
        let limit = rows.bars_before(until, embargo_bars);
        let (mut purged, mut embargoed) = (0, 0);
        let kept = RowSet::from(rows.between(from, until)).filter(|row| {
            let end = rows.interval(row).t1;
            if end >= until {
                purged += 1;
            } else if end >= limit {
                embargoed += 1;
            }
            end < limit
        });
        Self { from, until, n_rows: kept.len(), purged, embargoed, rows: kept }
    }

    /// The last slice: nothing comes after it that it could spoil.
    pub(super) fn whole(rows: &Rows<'_>, (from, until): (Ts, Ts)) -> Self {
        let kept = RowSet::from(rows.between(from, until));
        Self { from, until, n_rows: kept.len(), purged: 0, embargoed: 0, rows: kept }
    }

    pub fn from(&self) -> Ts {
        self.from
    }

    pub fn until(&self) -> Ts {
        self.until
    }

    pub fn rows(&self) -> &RowSet {
        &self.rows
    }

    pub fn purged_rows(&self) -> u32 {
        self.purged
    }

    pub fn embargoed_rows(&self) -> u32 {
        self.embargoed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::Interval;

    /// Labels over two bars, one decision an instant, at 0..10.
    fn intervals() -> Vec<Interval> {
        (0..10).map(|t| Interval { t0: Ts(t), t1: Ts(t + 2) }).collect()
    }

    #[test]
    fn a_label_that_ends_on_the_next_slices_first_instant_is_purged() {
        let intervals = intervals();
        let rows = Rows::new(&intervals).unwrap();
        let slice = Slice::purged(&rows, (Ts(1), Ts(6)), 0);
        assert_eq!(*slice.rows(), RowSet::from(1..4), "row 4 ends at 6, row 5 at 7");
        assert_eq!((slice.purged_rows(), slice.embargoed_rows()), (2, 0));
    }

    #[test]
    fn an_embargo_of_one_bar_takes_one_bar_more() {
        let intervals = intervals();
        let rows = Rows::new(&intervals).unwrap();
        let slice = Slice::purged(&rows, (Ts(1), Ts(6)), 1);
        assert_eq!(*slice.rows(), RowSet::from(1..3));
        assert_eq!((slice.purged_rows(), slice.embargoed_rows()), (2, 1));
        assert!(Slice::purged(&rows, (Ts(1), Ts(6)), 99).rows().is_empty());
    }
}
