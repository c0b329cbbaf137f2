//! Faults of order and grid, gaps, and bars of a closed market.

use std::borrow::Cow;
use std::ops::Range;

use super::finding::Tally;
use super::{Finding, Kind, Ordered, Terms};
use crate::market::{Columns, Expected, Timeframe, TradingHours};
use crate::units::{DAY_US, Ts, show_span};

/// The years 1700 to 2300: prices have been written down for so long, and a time in nanoseconds that is
/// taken for microseconds lies far beyond.
pub const POSSIBLE: Range<i64> = -98_615 * DAY_US..120_530 * DAY_US;

/// Faults that keep columns from being bars, seen in the rows as they come.
pub fn faults(columns: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut impossible = Tally::new(Kind::ImpossibleTime, terms.max_places);
    let mut off_grid = Tally::new(Kind::OffGrid, terms.max_places);
    let mut unsorted = Tally::new(Kind::Unsorted, terms.max_places);
    let mut before = None;
    for &ts in &columns.ts {
        if !POSSIBLE.contains(&ts.0) {
            impossible.bar(ts, || format!("{} us", ts.0));
            continue;
        }
        if !terms.timeframe.is_open(ts) {
            let late = ts.0 - terms.timeframe.open_of(ts).0;
            off_grid
                .bar(ts, || format!("{} after {}", show_span(late), terms.timeframe.open_of(ts)));
        }
        match before.replace(ts) {
            Some(before) if before > ts => unsorted.bar(ts, || format!("comes after {before}")),
            _ => {}
        }
    }
    let mut findings: Vec<Finding> =
        [impossible, off_grid, unsorted].into_iter().filter_map(Tally::finding).collect();
    findings.extend(duplicates(columns, terms));
    findings
}

/// The rows in the order of time, the first of each time only, without impossible times.
pub fn ordered(columns: &Columns) -> Ordered<'_> {
    let ts = &columns.ts;
    let possible = ts.iter().all(|t| POSSIBLE.contains(&t.0));
    if possible && ts.is_sorted_by(|a, b| a < b) {
        return Cow::Borrowed(columns);
    }
    let mut rows = by_time(columns);
    rows.dedup_by_key(|row| ts[*row]);
    Cow::Owned(columns.take(&rows))
}

/// Gaps, and bars where the calendar has none.
pub fn calendar_findings(columns: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut hours = terms.calendar.hours();
    let mut gaps = Tally::new(Kind::Gap, terms.max_places);
    let mut closed = Tally::new(Kind::ClosedMarket, terms.max_places);
    for pair in columns.ts.windows(2) {
        if let Some(Expected { first, last, count }) = missing(&mut hours, pair, terms.timeframe) {
            gaps.place((first, last), count, String::new);
        }
    }
    let span = terms.timeframe.us();
    for &ts in &columns.ts {
        if !hours.expects(terms.timeframe.open_of(ts), terms.timeframe) {
            closed.bar(ts, || format!("no trading within {}", show_span(span)));
        }
    }
    [gaps, closed].into_iter().filter_map(Tally::finding).collect()
}

/// A bar off the grid counts for the cell it lies in.
fn missing(hours: &mut TradingHours, pair: &[Ts], timeframe: Timeframe) -> Option<Expected> {
    let after = timeframe.open_of(pair[0]).plus_us(timeframe.us());
    let until = timeframe.open_of(pair[1]);
    if until <= after { None } else { hours.expected(after..until, timeframe) }
}

fn duplicates(columns: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut identical = Tally::new(Kind::IdenticalDuplicate, terms.max_places);
    let mut disagreeing = Tally::new(Kind::DisagreeingDuplicate, terms.max_places);
    if columns.ts.is_sorted_by(|a, b| a < b) {
        return Vec::new();
    }
    let rows = by_time(columns);
    for same in rows.chunk_by(|a, b| columns.ts[*a] == columns.ts[*b]) {
        let (first, copies) = (same[0], &same[1..]);
        for &copy in copies {
            let at = columns.ts[copy];
            match difference(columns, first, copy) {
                None => identical.bar(at, String::new),
                Some(note) => disagreeing.bar(at, || note),
            }
        }
    }
    [identical, disagreeing].into_iter().filter_map(Tally::finding).collect()
}

/// The first column in which two rows differ; a missing value equals a missing value.
fn difference(columns: &Columns, a: usize, b: usize) -> Option<String> {
    let extra = columns.extra.iter().map(|(name, values)| (name.as_str(), values.as_slice()));
    columns.prices().into_iter().chain(extra).find_map(|(name, values)| {
        let (x, y) = (values[a], values[b]);
        (x != y && !(x.is_nan() && y.is_nan())).then(|| format!("{name} {x} and {y}"))
    })
}

/// Rows with possible times, ascending; equal times keep the order of the file.
fn by_time(columns: &Columns) -> Vec<usize> {
    let possible = |row: &usize| POSSIBLE.contains(&columns.ts[*row].0);
    let mut rows: Vec<usize> = (0..columns.len()).filter(possible).collect();
    rows.sort_by_key(|row| columns.ts[*row]);
    rows
}

#[cfg(test)]
mod tests {
    use super::super::samples::{calm, found};
    use super::super::{audit, samples};
    use super::*;
    use crate::market::Calendar;

    fn at(text: &str) -> Ts {
        text.parse().unwrap()
    }

    #[test]
    fn a_gap_is_told_by_its_first_and_last_missing_bar() {
        let rows: Vec<usize> = (0..300).filter(|i| !(10..26).contains(i)).collect();
        let audit = audit("X", &calm(300).take(&rows), &samples::terms());
        let gap = &audit.find(Kind::Gap).unwrap().places[0];
        assert_eq!(
            (gap.from, gap.to, gap.n_bars),
            (at("2024-01-01 00:50"), at("2024-01-01 02:05"), 16)
        );
        assert_eq!(audit.findings.len(), 1);
    }

    #[test]
    fn copies_are_told_from_contradictions() {
        let twice = |edit: fn(&mut Columns)| {
            let mut rows: Vec<usize> = (0..300).collect();
            rows.insert(8, 7);
            let mut columns = calm(300).take(&rows);
            edit(&mut columns);
            found(|c| *c = columns)
        };
        assert_eq!(twice(|_| {}), [(Kind::IdenticalDuplicate, 1)]);
        assert_eq!(twice(|c| c.volume[8] += 1.0), [(Kind::DisagreeingDuplicate, 1)]);
    }

    #[test]
    fn a_bar_out_of_order_is_no_gap() {
        assert_eq!(found(|c| *c = c.take(&swapped(300, 50, 51))), [(Kind::Unsorted, 1)]);
    }

    #[test]
    fn a_bar_off_the_grid_is_no_gap_either() {
        assert_eq!(found(|c| c.ts[50] = c.ts[50].plus_us(1_000_000)), [(Kind::OffGrid, 1)]);
    }

    #[test]
    fn a_time_in_another_unit_does_not_make_a_gap_of_ages() {
        assert_eq!(found(|c| c.ts[299] = Ts(c.ts[299].0 * 1000)), [(Kind::ImpossibleTime, 1)]);
    }

    #[test]
    fn an_exchanges_nights_are_no_gaps_but_its_missing_bars_are() {
        let opens = Calendar::Nyse.hours().opens(at("2024-01-12")..at("2024-01-18"), Timeframe::M5);
        let mut columns = calm(opens.len());
        columns.ts.clone_from(&opens);
        let terms = Terms::new(Timeframe::M5, Calendar::Nyse);
        assert_eq!(audit("X", &columns, &terms).findings, []);
        // Without the last bar of Friday and the first after the long weekend: one gap of two.
        let rows: Vec<usize> = (0..opens.len()).filter(|i| ![77, 78].contains(i)).collect();
        let gap = audit("X", &columns.take(&rows), &terms).findings[0].places[0].clone();
        assert_eq!(
            (gap.from, gap.to, gap.n_bars),
            (at("2024-01-12 20:55"), at("2024-01-16 14:30"), 2)
        );
        // A bar on Saturday.
        columns.ts[78] = at("2024-01-13 15:00");
        let audit = audit("X", &columns, &terms);
        assert_eq!((audit.count(Kind::ClosedMarket), audit.count(Kind::Gap)), (1, 1));
    }

    fn swapped(n: usize, a: usize, b: usize) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..n).collect();
        rows.swap(a, b);
        rows
    }
}
