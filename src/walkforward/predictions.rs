//! Out-of-sample predictions: by type, not by promise.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::folds::RowSet;
use crate::learn::backends::LearnFault;
use crate::learn::conformal::{Interval, Stream};
use crate::learn::dataset::{Dataset, Horizon};
use crate::learn::training::{FoldModel, HorizonModel};
use crate::units::Ts;

/// Predictions of rows that no part of their model was fitted to. The fields are private: only
/// [`Predictions::out_of_sample`] and [`Predictions::stored`] make one, and both refuse rows of the
/// model's own training range and before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions(Trial);

/// Predictions as they are, for looking at: nothing that trades takes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trial {
    /// Opening times of the rows' bars.
    pub ts: Vec<Ts>,
    /// By number, as in the data set.
    pub symbols: Vec<u32>,
    pub fold: Vec<u32>,
    pub horizons: Vec<HorizonColumns>,
}

/// One horizon's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct HorizonColumns {
    pub horizon: u32,
    /// The model's score: bps, or log odds.
    pub raw: Vec<f64>,
    pub exp_bps: Vec<f64>,
    pub p_up: Vec<f64>,
    /// `None` where the volatility is not known, or nothing was fitted.
    pub intervals: Vec<Option<Interval>>,
}

/// Rows that the model has learnt from, or that came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model was trained on {from} to {until}, and `{row}` is not after that")]
pub struct InSample {
    pub from: Ts,
    pub until: Ts,
    /// The first such row's opening time.
    pub row: Ts,
}

impl Predictions {
    /// A row decided before the end of the training range is refused, be it before its beginning:
    /// the model then comes from its future.
    pub fn out_of_sample(
        model: &FoldModel,
        data: &Dataset,
        rows: &RowSet,
    ) -> Result<Result<Self, InSample>, LearnFault> {
        let trained = model.trained();
        let is_old = |row: &u32| data.t0[*row as usize] < trained.end;
        if let Some(row) = rows.iter().find(is_old) {
            let row = data.ts[row as usize];
            return Ok(Err(InSample { from: trained.start, until: trained.end, row }));
        }
        Ok(Ok(Self(predict(model, data, rows)?)))
    }

    /// Read back from where they were stored: the same rule, by the bars' closing times.
    /// `trained`: what each fold's model has learnt from.
    pub fn stored(
        columns: Trial,
        trained: &BTreeMap<u32, Range<Ts>>,
        bar_us: i64,
    ) -> Result<Self, InSample> {
        let everything = Ts(i64::MIN)..Ts(i64::MAX);
        for (ts, fold) in columns.ts.iter().zip(&columns.fold) {
            let trained = trained.get(fold).unwrap_or(&everything);
            if ts.plus_us(bar_us) < trained.end {
                return Err(InSample { from: trained.start, until: trained.end, row: *ts });
            }
        }
        Ok(Self(columns))
    }

    /// One after the other, as one history.
    pub fn stitched(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter().map(|part| part.0);
        let Some(mut all) = parts.next() else { return Self(Trial::default()) };
        for part in parts {
            all.ts.extend(part.ts);
            all.symbols.extend(part.symbols);
            all.fold.extend(part.fold);
            all.horizons.iter_mut().zip(part.horizons).for_each(|(all, part)| all.extend(part));
        }
        Self(all)
    }

    pub fn columns(&self) -> &Trial {
        &self.0
    }
}

/// Any rows, learnt from or not. Intervals learn from outcomes: they begin where the training ends,
/// whichever rows are asked for, so that a row has the same interval in any range.
pub fn predict(model: &FoldModel, data: &Dataset, rows: &RowSet) -> Result<Trial, LearnFault> {
    let asked: Vec<usize> = rows.iter().map(|row| row as usize).collect();
    let (first, last) = (asked.first().copied().unwrap_or(0), asked.last().copied());
    let start = data.t0.partition_point(|t0| *t0 < model.trained().end).min(first);
    let listed: Vec<usize> = last.map_or_else(Vec::new, |last| (start..last + 1).collect());
    let places: Vec<usize> = asked.iter().map(|row| row - start).collect();
    let columns = model.horizons.iter().map(|horizon| {
        let columns = columns(horizon, data, &listed)?;
        Ok(columns.only(&places))
    });
    Ok(Trial {
        ts: asked.iter().map(|row| data.ts[*row]).collect(),
        symbols: asked.iter().map(|row| data.symbols[*row]).collect(),
        fold: vec![model.fold; asked.len()],
        horizons: columns.collect::<Result<_, _>>()?,
    })
}

impl HorizonColumns {
    fn extend(&mut self, later: Self) {
        self.raw.extend(later.raw);
        self.exp_bps.extend(later.exp_bps);
        self.p_up.extend(later.p_up);
        self.intervals.extend(later.intervals);
    }

    fn only(&self, places: &[usize]) -> Self {
        let of = |column: &[f64]| places.iter().map(|at| column[*at]).collect();
        Self {
            horizon: self.horizon,
            raw: of(&self.raw),
            exp_bps: of(&self.exp_bps),
            p_up: of(&self.p_up),
            intervals: places.iter().map(|at| self.intervals[*at]).collect(),
        }
    }
}

fn columns(
    model: &HorizonModel,
    data: &Dataset,
    rows: &[usize],
) -> Result<HorizonColumns, LearnFault> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        let (raw, exp_bps, p_up) = (Vec::new(), Vec::new(), Vec::new());
        let (horizon, intervals) = (model.horizon, Vec::new());
        return Ok(HorizonColumns { horizon, raw, exp_bps, p_up, intervals });
    };
    let view = data.view(*first..last + 1).named(model.model.names());
    let matrix = view
        .matrix()
        .map_err(|fault| LearnFault::Backend { backend: "matrix", why: fault.to_string() })?;
    let scores = model.model.predict(&matrix)?;
    let calibration = &model.calibration;
    let raw: Vec<f64> =
        rows.iter().map(|row| calibration.target.score(scores[row - first])).collect();
    let exp_bps: Vec<f64> = raw.iter().map(|score| calibration.expected_bps(*score)).collect();
    let p_up = raw.iter().map(|score| calibration.p_up(*score)).collect();
    let intervals = intervals(model, data, (rows, &exp_bps));
    Ok(HorizonColumns { horizon: model.horizon, raw, exp_bps, p_up, intervals })
}

/// Each symbol's rows in time order; a row's outcome is learnt from once its label is over.
fn intervals(
    model: &HorizonModel,
    data: &Dataset,
    (rows, expected): (&[usize], &[f64]),
) -> Vec<Option<Interval>> {
    let horizon = data.horizons.iter().find(|horizon| horizon.bars == model.horizon);
    let Some(fresh) = model.calibration.intervals() else { return vec![None; rows.len()] };
    let mut streams: Vec<Waiting> =
        (0..data.n_symbols).map(|_| Waiting::new(fresh.clone())).collect();
    let step = |(row, expected): (&usize, &f64)| {
        let waiting = &mut streams[data.symbols[*row] as usize];
        waiting.settle(horizon, data.t0[*row]);
        waiting.rows.push_back(*row);
        waiting.stream.issue(*expected, data.scale_bps[*row])
    };
    rows.iter().zip(expected).map(step).collect()
}

/// A symbol's rows whose outcome is not known yet.
pub(super) struct Waiting {
    pub stream: Stream,
    pub rows: std::collections::VecDeque<usize>,
}

impl Waiting {
    pub fn new(stream: Stream) -> Self {
        Self { stream, rows: std::collections::VecDeque::new() }
    }

    /// Learns from the labels that were over before `now`: the open that ends a label comes with the
    /// bar behind it, and a decision at the close before knows nothing of it. A row without a label counts as known at once:
    /// there is nothing to be learnt from it.
    pub fn settle(&mut self, horizon: Option<&Horizon>, now: Ts) {
        while let Some(row) = self.rows.front() {
            let outcome = match horizon {
                Some(horizon) if horizon.y_bps[*row].is_nan() => f64::NAN,
                Some(horizon) if horizon.intervals[*row].t1 < now => horizon.y_bps[*row],
                _ => return,
            };
            self.stream.settle(outcome);
            self.rows.pop_front();
        }
    }
}
