//! A stored model on rows it has not learnt from.

use std::path::{Path, PathBuf};

use super::dataset::{Definition, Lessons, lessons};
use super::recipe;
use super::train::{Model, load};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::RowSet;
use crate::learn::calibrate::{CalibrationLine, Rows, slope_bps};
use crate::learn::conformal::{CoverageReport, coverage};
use crate::learn::dataset::{Dataset, Horizon};
use crate::learn::horizon_weights::{Ic, ic_with_error};
use crate::market::Symbol;
use crate::store::{self, Table, Values};
use crate::units::{DAY_US, Ts};
use crate::walkforward::{self, HorizonColumns, Predictions, Trial};

/// Which rows to predict.
#[derive(Debug, Clone, Copy, Default)]
pub struct PredictRange {
    /// First bar; `None`: `data.test.from`, else the first the model knows nothing of.
    pub from: Option<Ts>,
    /// Bars before this; `None`: `data.test.to`, else to the end.
    pub to: Option<Ts>,
    /// Also rows the model was trained on: to look at, never to trade.
    pub in_sample: bool,
}

/// What came of it.
pub struct Predicted {
    pub model: Model,
    pub path: PathBuf,
    pub table: Table,
    pub range: Option<(Ts, Ts)>,
    pub horizons: Vec<Judged>,
}

/// One horizon's predictions against what came, where that is known already.
pub struct Judged {
    pub horizon: u32,
    pub n_rows: usize,
    pub n_labelled: usize,
    pub ic: Option<Ic>,
    /// Share of outcomes with the sign of what was expected.
    pub hit_rate: Option<f64>,
    pub line: Option<CalibrationLine>,
    /// The part of the squared returns that expectations explain: 1 − Σ(y − ŷ)² / Σy², against the
    /// prediction of no return at all (Campbell & Thompson 2008, "Predicting excess stock returns
    /// out of sample", with zero in place of the historical mean).
    pub r2: Option<f64>,
    pub coverage: Option<CoverageReport>,
}

/// `config` says where the bars are; all else is the model's own.
pub fn predict(config: &Config, path: &Path, range: PredictRange) -> Result<Predicted, Failure> {
    let model = load(path)?;
    let lessons = same_lessons(config, &model)?;
    let rows = rows(config, (&model, &lessons.data), range)?;
    let trained = model.fold.trained().clone();
    let (trial, name) = if range.in_sample {
        let trial = walkforward::predict(&model.fold, &lessons.data, &rows);
        (trial.map_err(|fault| recipe::unfit(&fault))?, "in_sample")
    } else {
        let checked = Predictions::out_of_sample(&model.fold, &lessons.data, &rows);
        let predictions = checked.map_err(|fault| recipe::unfit(&fault))?.map_err(|refused| {
            let first = lessons.data.t0.partition_point(|t0| *t0 < trained.end);
            let first = lessons.data.ts.get(first).copied().unwrap_or(trained.end);
            Failure::user(refused).hint(format!(
                "`--from \"{first}\"` predicts what comes after; `--in-sample` predicts it all the \
                 same, into a file that no backtest takes"
            ))
        })?;
        (predictions.columns().clone(), "predictions")
    };
    let table = table(&trial, &lessons.symbols)?;
    let path = Path::new("results")
        .join(&model.folder.manifest.id)
        .join(format!("{name}{}.parquet", days(&trial, range)));
    store::write_table(&path, &table)?;
    let judge = |columns: &HorizonColumns| judge(columns, &lessons.data, &rows);
    let horizons = trial.horizons.iter().map(judge).collect();
    let range = trial.ts.first().copied().zip(trial.ts.last().copied());
    Ok(Predicted { model, path, table, range, horizons })
}

/// `_2024-01-01_2024-02-01`, where a range was asked for: it does not take the place of all.
fn days(trial: &Trial, range: PredictRange) -> String {
    let ends = trial.ts.first().zip(trial.ts.last());
    let asked = ends.filter(|_| range.from.is_some() || range.to.is_some());
    let day = |ts: &Ts| ts.to_string().split(' ').next().unwrap_or_default().to_owned();
    asked.map_or_else(String::new, |(first, last)| format!("_{}_{}", day(first), day(last)))
}

/// The bars of today, seen as the model saw its own.
pub fn same_lessons(config: &Config, model: &Model) -> Result<Lessons, Failure> {
    let mut own = model.config.clone();
    own.data.dir.clone_from(&config.data.dir);
    (own.data.from, own.data.to) = (config.data.from, config.data.to);
    let symbols: Vec<Symbol> = model
        .report
        .symbols
        .iter()
        .map(|name| name.parse().map_err(Failure::world))
        .collect::<Result<_, _>>()?;
    let lessons = lessons(&own, &symbols.iter().collect::<Vec<_>>())?;
    check_features(&model.features, &lessons.features)?;
    Ok(lessons)
}

/// The first difference is told.
fn check_features(expected: &[Definition], found: &[Definition]) -> Result<(), Failure> {
    let refused = |message: String| {
        Err(Failure::user(message).hint("train again, or use the bars it was trained on"))
    };
    for (at, one) in expected.iter().enumerate() {
        let Some(other) = found.get(at) else {
            return refused(format!("the model needs the column `{}`, which is missing", one.name));
        };
        if one.name != other.name {
            return refused(format!(
                "column {} is `{}`, but the model was trained on `{}`",
                at + 1,
                other.name,
                one.name
            ));
        }
        if one.hash != other.hash {
            return refused(format!(
                "column `{}` is computed otherwise than when the model was trained",
                one.name
            ));
        }
    }
    match found.get(expected.len()) {
        Some(extra) => refused(format!("the model does not know the column `{}`", extra.name)),
        None => Ok(()),
    }
}

/// The rows of a range; where it names no ends, those the config names, else all behind the training.
pub fn rows(
    config: &Config,
    (model, data): (&Model, &Dataset),
    range: PredictRange,
) -> Result<RowSet, Failure> {
    let trained = model.fold.trained().clone();
    let start = data.t0.partition_point(|t0| *t0 < trained.end);
    let from = range.from.or(config.data.test.from);
    let from_row = match from {
        Some(from) => data.ts.partition_point(|ts| *ts < from),
        None if range.in_sample => data.t0.partition_point(|t0| *t0 < trained.start),
        None => start,
    };
    let to = range.to.or(config.data.test.to);
    let to_row = to.map_or(data.n_rows(), |to| data.ts.partition_point(|ts| *ts < to));
    if from_row >= to_row {
        if range.from.is_some() || range.to.is_some() {
            let ends = data.ts.first().zip(data.ts.last());
            let ends =
                ends.map_or_else(String::new, |(a, b)| format!(": they run from {a} to {b}"));
            return Err(Failure::user(format!("no bars in that range{ends}")));
        }
        return Err(nothing(model, data, &trained));
    }
    Ok(RowSet::from(from_row as u32..to_row as u32))
}

/// That there is nothing to predict, and where a training would have to end to leave a fifth.
fn nothing(model: &Model, data: &Dataset, trained: &std::ops::Range<Ts>) -> Failure {
    let symbols = model.report.symbols.join(", ");
    let message = match data.ts.last() {
        Some(last) => format!(
            "no bars to predict: the model was trained on {} to {}, and the last bar of {symbols} in \
             the range is of `{last}`",
            trained.start, trained.end
        ),
        None => format!("there are no bars of {symbols}"),
    };
    let fifth = data.ts.get(data.n_rows() * 4 / 5).map(|ts| ts.floor_to(DAY_US));
    let hint = fifth.map_or_else(
        || "`edgewalk ingest` brings bars in".to_owned(),
        |ts| {
            let day = ts.to_string();
            let day = day.split(' ').next().unwrap_or_default().to_owned();
            format!(
                "keep bars back: `edgewalk train --set data.train.to={day}` leaves a fifth; or ingest \
                 newer ones"
            )
        },
    );
    Failure::user(message).hint(hint)
}

/// One row a bar and symbol; missing numbers are null.
fn table(trial: &Trial, symbols: &[Symbol]) -> Result<Table, Failure> {
    let name = |at: &u32| symbols[*at as usize].to_string();
    let mut columns = vec![
        ("ts".to_owned(), Values::Ts(trial.ts.clone())),
        ("symbol".to_owned(), Values::Text(trial.symbols.iter().map(name).collect())),
        ("fold".to_owned(), Values::I64(trial.fold.iter().map(|f| i64::from(*f)).collect())),
    ];
    for horizon in &trial.horizons {
        let h = horizon.horizon;
        let end = |low: bool| {
            let of = |i: &Option<crate::learn::conformal::Interval>| {
                i.map_or(f64::NAN, |i| if low { i.low } else { i.high })
            };
            Values::F64(horizon.intervals.iter().map(of).collect())
        };
        columns.push((format!("raw_{h}"), Values::F64(horizon.raw.clone())));
        columns.push((format!("exp_bps_{h}"), Values::F64(horizon.exp_bps.clone())));
        columns.push((format!("p_up_{h}"), Values::F64(horizon.p_up.clone())));
        columns.push((format!("low_bps_{h}"), end(true)));
        columns.push((format!("high_bps_{h}"), end(false)));
    }
    Table::new(columns).map_err(Failure::world)
}

fn judge(columns: &HorizonColumns, data: &Dataset, rows: &RowSet) -> Judged {
    let n_rows = columns.raw.len();
    let unknown = Judged {
        horizon: columns.horizon,
        n_rows,
        n_labelled: 0,
        ic: None,
        hit_rate: None,
        line: None,
        r2: None,
        coverage: None,
    };
    let Some(horizon) = data.horizons.iter().find(|h| h.bars == columns.horizon) else {
        return unknown;
    };
    let outcome: Vec<f64> = rows.iter().map(|row| horizon.y_bps[row as usize]).collect();
    let scale: Vec<f64> = rows.iter().map(|row| data.scale_bps[row as usize]).collect();
    let known: Vec<usize> = (0..n_rows).filter(|at| !outcome[*at].is_nan()).collect();
    let of = |column: &[f64]| known.iter().map(|at| column[*at]).collect::<Vec<f64>>();
    let (raw, expected, came) = (of(&columns.raw), of(&columns.exp_bps), of(&outcome));
    Judged {
        n_labelled: known.len(),
        ic: ic_with_error(&raw, &came, data.overlap_rows(horizon)),
        hit_rate: hit_rate(&expected, &came),
        line: line(&expected, &came, (data, horizon)),
        r2: r2(&expected, &came),
        coverage: coverage(&columns.intervals, &outcome, &scale),
        ..unknown
    }
}

/// Of the rows that expect and see a move at all.
fn hit_rate(expected: &[f64], came: &[f64]) -> Option<f64> {
    let moved = expected.iter().zip(came).filter(|(e, y)| **e != 0.0 && **y != 0.0);
    let (mut n, mut hits) = (0_u32, 0_u32);
    for (expected, came) in moved {
        n += 1;
        hits += u32::from((*expected > 0.0) == (*came > 0.0));
    }
    (n > 0).then(|| f64::from(hits) / f64::from(n))
}

fn r2(expected: &[f64], came: &[f64]) -> Option<f64> {
    let whole: f64 = came.iter().map(|y| y * y).sum();
    let rest: f64 = expected.iter().zip(came).map(|(e, y)| (y - e) * (y - e)).sum();
    (whole > 0.0).then(|| 1.0 - rest / whole)
}

fn line(
    expected: &[f64],
    came: &[f64],
    (data, horizon): (&Dataset, &Horizon),
) -> Option<CalibrationLine> {
    let weights = vec![1.0; expected.len()];
    let rows = Rows::new(expected, came, &weights, data.overlap_rows(horizon)).ok()?;
    slope_bps(&rows)
}
