//! Splits and dividends that do not fit the prices.

use super::finding::Tally;
use super::{Finding, Kind, Move, Terms};
use crate::market::Columns;

/// A split may be called bogus only where it leaves a move of this size (in logarithms) unexplained:
/// small stock dividends drown in a day's own move.
const UNEXPLAINED: f64 = 0.2;

/// Where the file has `adj_close`, with or without `split_coefficient` and `dividend_amount`.
pub fn find(c: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut tally = Tally::new(Kind::Adjustment, terms.max_places);
    for i in 1..c.len() {
        if let Some(note) = fault_at(c, i, terms.adjustment_tolerance) {
            tally.bar(c.ts[i], || note);
        }
    }
    tally.finding().into_iter().collect()
}

/// The largest change of the close, splits undone.
pub fn largest_move(c: &Columns) -> Option<Move> {
    let splits = c.extra.get("split_coefficient");
    let change = |i: usize| {
        let split = splits.map_or(1.0, |s| s[i]);
        (c.close[i] * split / c.close[i - 1], i)
    };
    let size = |ratio: f64| libm::log(ratio).abs();
    let known = (1..c.len()).map(change).filter(|(ratio, _)| size(*ratio).is_finite());
    let (ratio, i) = known.max_by(|a, b| size(a.0).total_cmp(&size(b.0)))?;
    Some(Move { at: c.ts[i], change: ratio - 1.0 })
}

fn fault_at(c: &Columns, i: usize, tolerance: f64) -> Option<String> {
    let extra = |name: &str, absent: f64| c.extra.get(name).map_or(absent, |values| values[i]);
    let (split, dividend) = (extra("split_coefficient", 1.0), extra("dividend_amount", 0.0));
    let raw = c.close[i] / c.close[i - 1];
    if let Some(adjusted) = c.extra.get("adj_close").map(|adj| adj[i] / adj[i - 1]) {
        // What one share of yesterday has become, against what the vendor says it has.
        let total = (c.close[i] * split + dividend) / c.close[i - 1];
        if (adjusted / total - 1.0).abs() > tolerance {
            let (adjusted, total) = (percent(adjusted), percent(total));
            return Some(format!(
                "adj_close {adjusted}, but close with split and dividend {total}"
            ));
        }
    }
    let unexplained = libm::log(raw * split).abs();
    let bogus = unexplained > UNEXPLAINED && libm::log(raw).abs() < unexplained;
    bogus.then(|| format!("split {split}, but close {}", percent(raw)))
}

fn percent(ratio: f64) -> String {
    format!("{:+.1} %", (ratio - 1.0) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::super::audit;
    use super::super::samples::{calm, found, terms};
    use super::*;

    /// The calm market with a split at bar 100 whose `adj_close` is right.
    fn with_split(c: &mut Columns, split: f64) {
        let adj_close = c.close.clone();
        for i in 100..300 {
            for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                column[i] /= split;
            }
        }
        let mut splits = vec![1.0; 300];
        splits[100] = split;
        c.extra.insert("adj_close".to_owned(), adj_close);
        c.extra.insert("split_coefficient".to_owned(), splits);
    }

    #[test]
    fn a_split_that_prices_and_adjusted_prices_follow_is_no_finding() {
        assert_eq!(found(|c| with_split(c, 2.0)), []);
        assert_eq!(found(|c| with_split(c, 0.1)), []);
    }

    #[test]
    fn an_adjusted_price_that_leaps_alone_is_a_fault_of_adjustment() {
        let doubled = |c: &mut Columns| {
            let mut adj_close = c.close.clone();
            adj_close[200..].iter_mut().for_each(|value| *value *= 2.0);
            c.extra.insert("adj_close".to_owned(), adj_close);
        };
        assert_eq!(found(doubled), [(Kind::Adjustment, 1)]);
    }

    #[test]
    fn a_split_the_price_does_not_follow_is_bogus() {
        // The vendor applies its own bogus split: both agree, and the price gives it away.
        let bogus = |c: &mut Columns| {
            with_split(c, 1.0);
            c.extra.insert("split_coefficient".to_owned(), one_split(0.3));
            let adj_close = c.extra.get_mut("adj_close").unwrap();
            adj_close[200..].iter_mut().for_each(|value| *value *= 0.3);
        };
        assert_eq!(found(bogus), [(Kind::Adjustment, 1)]);
    }

    #[test]
    fn a_dividend_explains_its_part() {
        let dividend = |c: &mut Columns, paid: f64| {
            let adj_close = c.close.clone();
            let mut dividends = vec![0.0; 300];
            dividends[200] = paid;
            for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                column[200..].iter_mut().for_each(|value| *value -= 20.0);
            }
            // One share keeps its worth on the day; later days follow the lower price.
            let later = (200..300).map(|i| adj_close[199] * (c.close[i] + 20.0) / c.close[199]);
            let mut adjusted = adj_close[..200].to_vec();
            adjusted.extend(later);
            c.extra.insert("adj_close".to_owned(), adjusted);
            c.extra.insert("dividend_amount".to_owned(), dividends);
        };
        assert_eq!(found(|c| dividend(c, 20.0)), []);
        assert_eq!(found(|c| dividend(c, 0.0)), [(Kind::Adjustment, 1)]);
    }

    #[test]
    fn the_largest_move_undoes_splits() {
        let mut columns = calm(300);
        with_split(&mut columns, 2.0);
        let largest = audit("X", &columns, &terms()).largest_move.unwrap();
        assert!(largest.change.abs() < 0.01, "{largest:?}");
        columns.extra.remove("split_coefficient");
        let largest = audit("X", &columns, &terms()).largest_move.unwrap();
        assert_eq!(largest.at, columns.ts[100]);
    }

    fn one_split(split: f64) -> Vec<f64> {
        let mut splits = vec![1.0; 300];
        splits[200] = split;
        splits
    }
}
