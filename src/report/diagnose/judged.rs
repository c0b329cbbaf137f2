//! Predictions and what came of them, checked.

use serde::{Serialize, Serializer};

use crate::units::Ts;

/// One horizon's out-of-sample predictions, by rows sorted by (time, symbol). An outcome that is
/// not known is NaN.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    pub ts: &'a [Ts],
    pub symbol: &'a [u32],
    pub fold: &'a [u32],
    pub predicted: &'a [f64],
    pub outcome_bps: &'a [f64],
    /// Bars a label reaches over: that many neighbours share a part of their future.
    pub horizon: usize,
}

/// Why the columns are no [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JudgedFault {
    #[error("{expected} rows and a column of {found} do not pair up")]
    Lengths { expected: usize, found: usize },
    #[error("row {row} is not after the one before it in time and symbol")]
    Order { row: usize },
    #[error("a horizon of no bars has no outcome")]
    NoHorizon,
    #[error("{n_rows} rows are more than can be numbered")]
    TooMany { n_rows: usize },
}

/// The rows whose prediction and outcome are both known. Those that are not are counted, and left
/// out as if there had been no such bar: what is near in time stays near (Datta & Du 2012,
/// "Nonparametric HAC estimation for time series data with missing observations", Fed. Reserve
/// IFDP 1060, "equal spacing").
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub(super) ts: Vec<Ts>,
    pub(super) fold: Vec<u32>,
    pub(super) predicted: Vec<f64>,
    pub(super) outcome_bps: Vec<f64>,
    /// Which of the different instants a row belongs to, counted from 0.
    pub(super) time: Vec<u32>,
    /// Its place among the rows as they came.
    kept: Vec<u32>,
    n_given: usize,
    horizon: usize,
    times_per_bar: f64,
}

impl Rows {
    pub fn new(judged: &Judged<'_>) -> Result<Self, JudgedFault> {
        check(judged)?;
        let Judged { ts, symbol, fold, predicted, outcome_bps, horizon } = *judged;
        let is_known = |row: &u32| {
            let row = *row as usize;
            predicted[row].is_finite() && outcome_bps[row].is_finite()
        };
        let kept: Vec<u32> = (0..ts.len() as u32).filter(is_known).collect();
        let ts = pick(ts, &kept);
        let mut now = 0;
        let numbered = (0..ts.len()).map(|row| {
            now += u32::from(row > 0 && ts[row] > ts[row - 1]);
            now
        });
        let time: Vec<u32> = numbered.collect();
        Ok(Self {
            fold: pick(fold, &kept),
            predicted: pick(predicted, &kept),
            outcome_bps: pick(outcome_bps, &kept),
            times_per_bar: times_per_bar(&pick(symbol, &kept), &time),
            n_given: judged.ts.len(),
            ts,
            time,
            kept,
            horizon,
        })
    }

    pub const fn n_rows(&self) -> usize {
        self.kept.len()
    }

    /// Rows without a prediction or an outcome.
    pub const fn n_unknown(&self) -> usize {
        self.n_given - self.kept.len()
    }

    /// Different instants.
    pub fn n_times(&self) -> usize {
        self.time.last().map_or(0, |last| *last as usize + 1)
    }

    /// How many neighbouring instants share a part of their future.
    pub fn overlap(&self) -> usize {
        self.overlap_of(self.horizon)
    }

    pub(super) fn overlap_of(&self, bars: usize) -> usize {
        (bars as f64 * self.times_per_bar - 1e-9).ceil() as usize
    }

    /// The kept rows of another column of the rows as they came.
    pub(super) fn of<T: Copy>(&self, column: &[T]) -> Result<Vec<T>, JudgedFault> {
        if column.len() != self.n_given {
            return Err(JudgedFault::Lengths { expected: self.n_given, found: column.len() });
        }
        Ok(pick(column, &self.kept))
    }

    /// The folds there are, in order, each with its rows.
    pub(super) fn by_fold(&self) -> Vec<(u32, Vec<usize>)> {
        let mut rows: Vec<usize> = (0..self.n_rows()).collect();
        rows.sort_by_key(|row| self.fold[*row]);
        let folds = rows.chunk_by(|a, b| self.fold[*a] == self.fold[*b]);
        folds.map(|rows| (self.fold[rows[0]], rows.to_vec())).collect()
    }
}

/// `2024-01-01 00:05`, as everywhere.
pub(super) fn as_text<S: Serializer>(ts: &Ts, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(ts)
}

/// The first and the last row of some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dates {
    #[serde(serialize_with = "as_text")]
    pub from: Ts,
    #[serde(serialize_with = "as_text")]
    pub to: Ts,
}

fn check(judged: &Judged<'_>) -> Result<(), JudgedFault> {
    let Judged { ts, symbol, fold, predicted, outcome_bps, horizon } = *judged;
    let expected = ts.len();
    for found in [symbol.len(), fold.len(), predicted.len(), outcome_bps.len()] {
        if found != expected {
            return Err(JudgedFault::Lengths { expected, found });
        }
    }
    if u32::try_from(expected).is_err() {
        return Err(JudgedFault::TooMany { n_rows: expected });
    }
    let is_after = |row: &usize| (ts[*row - 1], symbol[*row - 1]) < (ts[*row], symbol[*row]);
    if let Some(row) = (1..expected).find(|row| !is_after(row)) {
        return Err(JudgedFault::Order { row });
    }
    if horizon == 0 { Err(JudgedFault::NoHorizon) } else { Ok(()) }
}

fn pick<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| column[*row as usize]).collect()
}

/// Instants from one row of a symbol to its next, on average: 1 where all symbols have all bars,
/// more where symbols keep different hours, so that a label of h bars reaches over more instants.
fn times_per_bar(symbol: &[u32], time: &[u32]) -> f64 {
    let mut ends: std::collections::BTreeMap<u32, (u32, u32, u64)> =
        std::collections::BTreeMap::new();
    for (symbol, time) in symbol.iter().zip(time) {
        let seen = ends.entry(*symbol).or_insert((*time, *time, 0));
        seen.1 = *time;
        seen.2 += 1;
    }
    let way: u64 = ends.values().map(|(first, last, _)| u64::from(last - first)).sum();
    let steps: u64 = ends.values().map(|(_, _, n)| n - 1).sum();
    if steps == 0 { 1.0 } else { (way as f64 / steps as f64).max(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged<'a>(ts: &'a [Ts], symbol: &'a [u32], outcome_bps: &'a [f64]) -> Judged<'a> {
        let n = ts.len();
        Judged { ts, symbol, fold: &symbol[..n], predicted: outcome_bps, outcome_bps, horizon: 3 }
    }

    #[test]
    fn rows_without_an_outcome_are_left_out_and_counted() {
        let ts = [1, 1, 2, 3, 3].map(Ts);
        let rows =
            Rows::new(&judged(&ts, &[0, 1, 0, 0, 1], &[1.0, 2.0, f64::NAN, 4.0, 5.0])).unwrap();
        assert_eq!((rows.n_rows(), rows.n_unknown(), rows.n_times()), (4, 1, 2));
        assert_eq!(rows.time, [0, 0, 1, 1]);
        assert_eq!(rows.of(&[10, 11, 12, 13, 14]), Ok(vec![10, 11, 13, 14]));
        assert_eq!(rows.of(&[1]), Err(JudgedFault::Lengths { expected: 5, found: 1 }));
        assert_eq!(rows.overlap(), 3);
        assert_eq!(rows.by_fold(), [(0, vec![0, 2]), (1, vec![1, 3])]);
    }

    #[test]
    fn symbols_that_take_turns_reach_over_twice_the_instants() {
        let ts: Vec<Ts> = (0..100).map(Ts).collect();
        let symbol: Vec<u32> = (0..100).map(|i| i % 2).collect();
        assert_eq!(Rows::new(&judged(&ts, &symbol, &[1.0; 100])).unwrap().overlap(), 6);
    }

    #[test]
    fn what_does_not_pair_up_is_refused() {
        let ts = [1, 2, 2].map(Ts);
        let fault = |judged: &Judged<'_>| Rows::new(judged).unwrap_err();
        let lengths = JudgedFault::Lengths { expected: 3, found: 2 };
        assert_eq!(fault(&judged(&ts, &[0, 0, 1], &[1.0; 2])), lengths);
        assert_eq!(fault(&judged(&ts, &[0, 1, 1], &[1.0; 3])), JudgedFault::Order { row: 2 });
        let none = Judged { horizon: 0, ..judged(&ts, &[0, 0, 1], &[1.0; 3]) };
        assert_eq!(fault(&none), JudgedFault::NoHorizon);
    }
}
