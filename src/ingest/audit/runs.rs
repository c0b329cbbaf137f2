//! Bars in which nothing, or nothing new, happened.

use super::finding::Tally;
use super::{Finding, Kind, Terms};
use crate::market::Columns;

/// Runs of zero volume, of a single price, of prices that stand still, and copied bars.
pub fn find(c: &Columns, terms: &Terms) -> Vec<Finding> {
    let unchanged = |i: usize| {
        let j = i - 1;
        (c.open[i], c.high[i], c.low[i], c.close[i]) == (c.open[j], c.high[j], c.low[j], c.close[j])
    };
    let note = |i: usize| format!("at {}", c.close[i]);
    let zero_volume = Runs { kind: Kind::ZeroVolume, joins: |i: usize| c.volume[i] == 0.0 };
    let flat = Runs { kind: Kind::Flat, joins: |i: usize| c.high[i] == c.low[i] };
    // A copy with its volume is no chance, if there was a range and a volume to copy.
    let copied = |i: usize| {
        i > 0
            && unchanged(i)
            && c.volume[i] == c.volume[i - 1]
            && c.volume[i] > 0.0
            && c.high[i] > c.low[i]
    };
    let repeated = Runs { kind: Kind::Repeated, joins: copied };
    let found = [
        zero_volume.tally(c, terms, note),
        flat.tally(c, terms, note),
        stale(c, terms, unchanged),
        repeated.tally(c, terms, |i| format!("volume {}", c.volume[i])),
    ];
    found.into_iter().filter_map(Tally::finding).collect()
}

/// A stale run begins with the bar whose prices then stay.
fn stale(c: &Columns, terms: &Terms, unchanged: impl Fn(usize) -> bool) -> Tally {
    let mut tally = Tally::new(Kind::Stale, terms.max_places);
    let mut start = 0;
    for i in 1..=c.len() {
        if i < c.len() && unchanged(i) {
            continue;
        }
        let n_bars = i - start;
        if n_bars >= terms.stale_bars.max(2) {
            let note = || format!("at {}", c.close[start]);
            tally.place((c.ts[start], c.ts[i - 1]), n_bars as u64, note);
        }
        start = i;
    }
    tally
}

struct Runs<F> {
    kind: Kind,
    joins: F,
}

impl<F: Fn(usize) -> bool> Runs<F> {
    fn tally(&self, c: &Columns, terms: &Terms, note: impl Fn(usize) -> String) -> Tally {
        let mut tally = Tally::new(self.kind, terms.max_places);
        let mut i = 0;
        while i < c.len() {
            let start = i;
            while i < c.len() && (self.joins)(i) {
                i += 1;
            }
            if i > start {
                let ends = (c.ts[start], c.ts[i - 1]);
                tally.place(ends, (i - start) as u64, || note(start));
            }
            i += 1;
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{calm, found, terms};
    use super::super::{Place, audit};
    use super::*;

    fn flatten(c: &mut Columns, rows: std::ops::Range<usize>, volume: f64) {
        for i in rows {
            (c.open[i], c.high[i], c.low[i], c.close[i]) = (100.0, 100.0, 100.0, 100.0);
            c.volume[i] = volume;
        }
    }

    #[test]
    fn an_outage_is_one_stale_run() {
        let all = [(Kind::ZeroVolume, 14), (Kind::Flat, 14), (Kind::Stale, 14)];
        assert_eq!(found(|c| flatten(c, 40..54, 0.0)), all);
        let mut columns = calm(300);
        flatten(&mut columns, 40..54, 0.0);
        let audit = audit("X", &columns, &terms());
        let expected = Place {
            from: columns.ts[40],
            to: columns.ts[53],
            n_bars: 14,
            note: "at 100".to_owned(),
        };
        assert_eq!(audit.find(Kind::Stale).unwrap().places, [expected]);
    }

    #[test]
    fn a_few_unchanged_bars_are_a_thin_market_not_a_stale_one() {
        assert_eq!(found(|c| flatten(c, 40..49, 2.0)), [(Kind::Flat, 9)]);
        assert_eq!(found(|c| flatten(c, 290..300, 2.0)), [(Kind::Flat, 10), (Kind::Stale, 10)]);
    }

    #[test]
    fn a_copied_bar_is_found_by_its_volume() {
        let copy = |c: &mut Columns, volume: f64| {
            for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                column[60] = column[59];
            }
            c.volume[60] = volume;
        };
        assert_eq!(found(|c| copy(c, c.volume[59])), [(Kind::Repeated, 1)]);
        assert_eq!(found(|c| copy(c, c.volume[59] + 1.0)), []);
    }
}
