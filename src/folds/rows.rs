//! Rows in time order, and sets of them.

use std::ops::Range;

use serde::{Serialize, Serializer};

use super::FoldFault;
use crate::labels::Interval;
use crate::units::Ts;

/// The rows of a data set as cutting sees them: label intervals in the order of their decisions.
/// Several rows may share an instant, one for each symbol.
#[derive(Debug, Clone)]
pub struct Rows<'a> {
    intervals: &'a [Interval],
    /// The decision instants, once each: what embargoes count bars by, so that a night is no bar.
    instants: Vec<Ts>,
}

impl<'a> Rows<'a> {
    /// `intervals` are those of the longest horizon of each row, or the hull of all.
    pub fn new(intervals: &'a [Interval]) -> Result<Self, FoldFault> {
        if let Some(row) = intervals.iter().position(|i| i.t1 < i.t0) {
            return Err(FoldFault::Backwards { row });
        }
        if let Some(row) = intervals.windows(2).position(|pair| pair[1].t0 < pair[0].t0) {
            return Err(FoldFault::Unsorted { row: row + 1 });
        }
        if u32::try_from(intervals.len()).is_err() {
            return Err(FoldFault::TooMany { rows: intervals.len() });
        }
        let mut instants: Vec<Ts> = intervals.iter().map(|i| i.t0).collect();
        instants.dedup();
        Ok(Self { intervals, instants })
    }

    pub fn len(&self) -> usize {
        self.intervals.len()
    }

    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    pub fn interval(&self, row: u32) -> Interval {
        self.intervals[row as usize]
    }

    /// The decision instants, once each.
    pub fn instants(&self) -> &[Ts] {
        &self.instants
    }

    /// The rows decided in `[from, until)`.
    pub(super) fn between(&self, from: Ts, until: Ts) -> Range<u32> {
        let below = |ts| self.intervals.partition_point(|i| i.t0 < ts) as u32;
        below(from)..below(until).max(below(from))
    }

    /// The instant labels must end before to stay `bars` clear of what begins at `wall`.
    pub(super) fn bars_before(&self, wall: Ts, bars: u32) -> Ts {
        let first_behind = self.instants.partition_point(|&t| t < wall);
        match bars as usize {
            0 => wall,
            bars => first_behind.checked_sub(bars).map_or(Ts(i64::MIN), |k| self.instants[k]),
        }
    }

    /// The first decision instant that is more than `bars` bars behind `end`.
    pub(super) fn bars_after(&self, end: Ts, bars: u32) -> Ts {
        let first_behind = self.instants.partition_point(|&t| t <= end);
        self.instants.get(first_behind + bars as usize).copied().unwrap_or(Ts(i64::MAX))
    }
}

/// Row numbers in ascending order, kept as ranges: slices of time are few and long. Written as
/// `[[start, end], …]`, ends exclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowSet {
    ranges: Vec<Range<u32>>,
}

impl RowSet {
    pub fn len(&self) -> usize {
        self.ranges.iter().map(ExactSizeIterator::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.ranges.iter().flat_map(Clone::clone)
    }

    /// Ascending, disjoint, none empty.
    pub fn ranges(&self) -> &[Range<u32>] {
        &self.ranges
    }

    pub fn contains(&self, row: u32) -> bool {
        let k = self.ranges.partition_point(|range| range.end <= row);
        self.ranges.get(k).is_some_and(|range| range.contains(&row))
    }

    /// These rows and, behind them, those of `later`.
    #[must_use]
    pub fn followed_by(&self, later: &Self) -> Self {
        let mut all = self.clone();
        later.iter().for_each(|row| all.push(row));
        all
    }

    /// The rows of this set that satisfy `keep`.
    pub fn filter(&self, mut keep: impl FnMut(u32) -> bool) -> Self {
        let mut kept = Self::default();
        self.iter().filter(|&row| keep(row)).for_each(|row| kept.push(row));
        kept
    }

    /// Adds a row behind all that are there.
    pub(super) fn push(&mut self, row: u32) {
        debug_assert!(self.ranges.last().is_none_or(|last| last.end <= row), "rows must ascend");
        match self.ranges.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => self.ranges.push(row..row + 1),
        }
    }
}

impl From<Range<u32>> for RowSet {
    fn from(range: Range<u32>) -> Self {
        Self { ranges: if range.is_empty() { Vec::new() } else { vec![range] } }
    }
}

impl Serialize for RowSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.ranges.iter().map(|range| [range.start, range.end]))
    }
}

/// An instant as people read it.
pub(super) fn as_text<S: Serializer>(ts: &Ts, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(ts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(t0: i64, t1: i64) -> Interval {
        Interval { t0: Ts(t0), t1: Ts(t1) }
    }

    #[test]
    fn a_set_of_rows_is_kept_as_ranges() {
        let set = RowSet::from(10..20).filter(|row| row != 13 && row != 19);
        assert_eq!(set.ranges(), [10..13, 14..19]);
        assert_eq!(set.len(), 8);
        assert_eq!(set.iter().last(), Some(18));
        let inside = [9, 10, 12, 13, 14, 18, 19].map(|row| set.contains(row));
        assert_eq!(inside, [false, true, true, false, true, true, false]);
        assert_eq!(serde_json::to_string(&set).unwrap(), "[[10,13],[14,19]]");
        assert!(RowSet::from(5..5).is_empty());
        assert_eq!(RowSet::from(3..9).followed_by(&set).ranges(), [3..9, 10..13, 14..19]);
    }

    #[test]
    fn a_cut_keeps_the_symbols_of_an_instant_together() {
        let intervals = [interval(1, 2), interval(2, 3), interval(2, 9), interval(4, 5)];
        let rows = Rows::new(&intervals).unwrap();
        assert_eq!(rows.between(Ts(1), Ts(2)), 0..1);
        assert_eq!(rows.between(Ts(2), Ts(4)), 1..3);
        assert_eq!(rows.between(Ts(3), Ts(4)), 3..3);
        assert_eq!(rows.instants(), [Ts(1), Ts(2), Ts(4)]);
    }

    #[test]
    fn an_embargo_counts_bars_not_hours() {
        let intervals = [1, 2, 50, 51].map(|t| interval(t, t));
        let rows = Rows::new(&intervals).unwrap();
        assert_eq!(
            [0, 1, 2, 9].map(|bars| rows.bars_before(Ts(51), bars)),
            [Ts(51), Ts(50), Ts(2), Ts(i64::MIN)]
        );
        assert_eq!(
            [0, 1, 2, 9].map(|bars| rows.bars_after(Ts(1), bars)),
            [Ts(2), Ts(50), Ts(51), Ts(i64::MAX)]
        );
    }

    #[test]
    fn rows_out_of_order_are_refused_by_number() {
        let told = |intervals: &[Interval]| Rows::new(intervals).unwrap_err();
        assert_eq!(told(&[interval(1, 2), interval(0, 2)]), FoldFault::Unsorted { row: 1 });
        assert_eq!(told(&[interval(1, 2), interval(2, 1)]), FoldFault::Backwards { row: 1 });
    }
}
