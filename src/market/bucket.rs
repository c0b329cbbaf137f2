//! Bars of a longer timeframe, built one bar at a time.

use super::cells::{Cell, Cells, Ends, Fold};
use super::resample::BadResample;
use super::{Calendar, Timeframe};
use crate::units::Ts;

/// Collects bars into bars of a longer timeframe. Live trading and resampling a whole history both
/// run this, so they cannot differ. Nothing is allocated per bar.
///
/// A longer bar is handed out by the first bar at whose close it is over: by the bar that ends with
/// it, or, where that one is missing, by the next that comes. A first bar whose beginning came before
/// the data is not handed out: its open and its extremes are not known. Bars outside of the
/// calendar's hours are left out, as if they were not there.
#[derive(Debug, Clone)]
pub struct Bucket {
    cells: Cells,
    /// Bars outside of the calendar's hours.
    n_after_hours: usize,
    folds: Vec<Fold>,
    /// Two buffers: a bar that comes after a gap can close the bucket before it and its own.
    late: Built,
    now: Built,
}

#[derive(Debug, Clone)]
struct Built {
    ts: Ts,
    n_base: usize,
    values: Vec<f64>,
}

/// A finished bar of the longer timeframe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BuiltBar<'a> {
    pub ts: Ts,
    /// In the order of the columns given to [`Bucket::new`].
    pub values: &'a [f64],
    /// How many bars it is made of.
    pub n_base: usize,
}

/// The longer bars that one bar has finished, at most two, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed<'a> {
    late: Option<BuiltBar<'a>>,
    now: Option<BuiltBar<'a>>,
}

impl<'a> IntoIterator for Closed<'a> {
    type Item = BuiltBar<'a>;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<BuiltBar<'a>>, 2>>;

    fn into_iter(self) -> Self::IntoIter {
        [self.late, self.now].into_iter().flatten()
    }
}

impl Bucket {
    /// `columns` are the names of the values each bar brings; what becomes of a value in the longer
    /// bar depends on its name:
    ///
    /// | column | becomes |
    /// | --- | --- |
    /// | `open` | the first |
    /// | `high`, `low` | the greatest, the least |
    /// | `volume`, `quote_volume`, `count`, `taker_*`, `dividend_amount` | the sum |
    /// | `split_coefficient` | the product |
    /// | `vwap` | the mean weighted by `volume`; missing where nothing traded |
    /// | any other, `close` among them | the last |
    pub fn new(
        base: Timeframe,
        to: Timeframe,
        calendar: Calendar,
        columns: &[&str],
    ) -> Result<Self, BadResample> {
        let volume = columns.iter().position(|&name| name == "volume");
        let folds = columns.iter().map(|name| Fold::of(name, volume)).collect();
        let empty = Built { ts: Ts(0), n_base: 0, values: vec![f64::NAN; columns.len()] };
        let cells = Cells::new(base, to, calendar)?;
        Ok(Self { cells, n_after_hours: 0, folds, late: empty.clone(), now: empty })
    }

    /// Takes the next bar, with one value for each column, and gives the longer bars it finishes.
    pub fn push(&mut self, ts: Ts, row: &[f64]) -> Closed<'_> {
        if !self.cells.is_due(ts) {
            self.n_after_hours += 1;
            return Closed { late: None, now: None };
        }
        let Ends { late, now } = self.cells.push(ts);
        if let Some(cell) = late {
            self.late.close(cell, &mut self.folds);
        }
        for (j, fold) in self.folds.iter_mut().enumerate() {
            let weight = fold.weighted_by().map(|by| &row[by..=by]);
            fold.add(&row[j..=j], weight);
        }
        if let Some(cell) = now {
            self.now.close(cell, &mut self.folds);
        }
        Closed {
            late: late.filter(|cell| !cell.headless).map(|_| self.late.view()),
            now: now.filter(|cell| !cell.headless).map(|_| self.now.view()),
        }
    }

    /// The bar that is still open; it is the last where the history ends.
    pub(super) fn unfinished(&mut self) -> Option<BuiltBar<'_>> {
        let cell = self.cells.filling.filter(|cell| !cell.headless)?;
        self.now.close(cell, &mut self.folds);
        Some(self.now.view())
    }

    /// How many bars were of hours in which the market does not trade.
    pub(super) fn n_after_hours(&self) -> usize {
        self.n_after_hours
    }

    /// How many bars went into a first longer bar that was not handed out.
    pub(super) fn n_headless(&self) -> usize {
        self.cells.n_headless
    }
}

impl Built {
    fn close(&mut self, cell: Cell, folds: &mut [Fold]) {
        (self.ts, self.n_base) = (cell.ts, cell.n_base);
        for (value, fold) in self.values.iter_mut().zip(folds) {
            *value = fold.close();
        }
    }

    fn view(&self) -> BuiltBar<'_> {
        BuiltBar { ts: self.ts, values: &self.values, n_base: self.n_base }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::align;
    use crate::units::MINUTE_US;
    use proptest::prelude::*;

    fn quarter_hours(columns: &[&str]) -> Bucket {
        Bucket::new(Timeframe::M5, Timeframe::M15, Calendar::Always, columns).unwrap()
    }

    fn feed(bucket: &mut Bucket, minute: i64, row: &[f64]) -> Vec<(i64, Vec<f64>, usize)> {
        let closed = bucket.push(Ts(minute * MINUTE_US), row);
        closed.into_iter().map(|b| (b.ts.0 / MINUTE_US, b.values.to_vec(), b.n_base)).collect()
    }

    #[test]
    fn a_bar_is_handed_out_by_the_bar_that_ends_with_it() {
        let mut bucket = quarter_hours(&["open", "high", "low", "close", "volume"]);
        assert!(feed(&mut bucket, 0, &[10.0, 12.0, 9.0, 11.0, 1.0]).is_empty());
        assert!(feed(&mut bucket, 5, &[11.0, 15.0, 10.0, 14.0, 2.0]).is_empty());
        let built = feed(&mut bucket, 10, &[14.0, 14.5, 8.0, 13.0, 4.0]);
        assert_eq!(built, [(0, vec![10.0, 15.0, 8.0, 13.0, 7.0], 3)]);
    }

    #[test]
    fn after_a_gap_one_bar_can_close_two() {
        let mut bucket = quarter_hours(&["close"]);
        feed(&mut bucket, 0, &[1.0]);
        let built = feed(&mut bucket, 25, &[2.0]);
        assert_eq!(built, [(0, vec![1.0], 1), (15, vec![2.0], 1)]);
    }

    #[test]
    fn a_first_bar_without_its_beginning_is_kept_back() {
        let mut bucket = quarter_hours(&["close"]);
        assert!(feed(&mut bucket, 5, &[1.0]).is_empty());
        assert!(feed(&mut bucket, 10, &[2.0]).is_empty());
        assert_eq!(bucket.n_headless(), 2);
        assert!(feed(&mut bucket, 20, &[3.0]).is_empty());
        assert_eq!(feed(&mut bucket, 25, &[4.0]), [(15, vec![4.0], 2)]);
    }

    #[test]
    fn the_other_columns_grow_by_their_names() {
        let columns = ["volume", "vwap", "count", "taker_buy_volume", "split_coefficient", "mood"];
        let mut bucket = quarter_hours(&columns);
        feed(&mut bucket, 0, &[1.0, 10.0, 3.0, 0.5, 2.0, 7.0]);
        feed(&mut bucket, 5, &[0.0, 0.0, 0.0, 0.0, 1.0, 8.0]);
        let built = feed(&mut bucket, 10, &[3.0, 20.0, 5.0, 1.0, 1.5, 9.0]);
        // vwap: (10·1 + 20·3) / 4.
        assert_eq!(built, [(0, vec![4.0, 17.5, 8.0, 1.5, 3.0, 9.0], 3)]);
    }

    #[test]
    fn a_vwap_without_trades_is_missing() {
        let mut bucket = quarter_hours(&["volume", "vwap"]);
        feed(&mut bucket, 0, &[0.0, 10.0]);
        assert!(feed(&mut bucket, 10, &[0.0, 10.0])[0].1[1].is_nan());
    }

    #[test]
    fn only_whole_multiples_can_be_built() {
        for to in ["5m", "1m", "7m"] {
            let to = to.parse().unwrap();
            assert!(Bucket::new(Timeframe::M5, to, Calendar::Always, &[]).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_bar_is_handed_out_exactly_when_alignment_first_shows_it(
            gaps in prop::collection::vec(1_i64..9, 1..80),
        ) {
            let ends = gaps.iter().scan(-1, |sum, gap| { *sum += gap; Some(*sum * 5 * MINUTE_US) });
            let base: Vec<Ts> = ends.map(Ts).collect();
            let mut bucket = quarter_hours(&["close"]);
            let (mut built, mut known) = (Vec::new(), Vec::new());
            for &ts in &base {
                built.extend(bucket.push(ts, &[1.0]).into_iter().map(|b| b.ts));
                known.push(built.len().checked_sub(1));
            }
            prop_assert!(built.is_sorted_by(|a, b| a < b));
            prop_assert_eq!(align(&base, Timeframe::M5, &built, Timeframe::M15), known);
        }
    }
}
