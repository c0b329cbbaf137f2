//! A stored model on rows it has not learnt from.

use std::path::{Path, PathBuf};

use super::dataset::{Definition, Lessons, digest, lessons};
use super::desk::todays_config;
use super::judge::{Judged, judge, reliability};
use super::recipe;
use super::stored::list;
use super::train::{Model, load};
use crate::config::Config;
use crate::failure::Failure;
use crate::folds::RowSet;
use crate::learn::dataset::Dataset;
use crate::market::{Bars, Symbol};
use crate::store::{self, Table, Values};
use crate::units::{DAY_US, Ts};
use crate::walkforward::{self, HorizonColumns, InSample, Predictions, Trial};

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
    /// Expected against realised, bin by bin, and the picture of it.
    pub reliability: Vec<PathBuf>,
    /// The rows the model was trained on are still what they were.
    pub is_same: bool,
}

/// `config` says where the bars are; all else is the model's own.
pub fn predict(config: &Config, path: &Path, range: PredictRange) -> Result<Predicted, Failure> {
    let model = load(path)?;
    let lessons = same_lessons(config, &model)?;
    let rows = rows(config, (&model, &lessons.data), range)?;
    let trained = model.fold.trained().clone();
    let is_same = digest(&lessons.data, &trained) == model.report.rows;
    let (trial, name) = if range.in_sample {
        let trial = walkforward::predict(&model.fold, &lessons.data, &rows);
        (trial.map_err(|fault| recipe::unfit(&fault))?, "in_sample")
    } else {
        let checked = Predictions::out_of_sample(&model.fold, &lessons.data, &rows);
        let checked = checked.map_err(|fault| recipe::unfit(&fault))?;
        let predictions = checked.map_err(|refused| in_sample(refused, &lessons.data))?;
        (predictions.columns().clone(), "predictions")
    };
    let table = table(&trial, &lessons.symbols)?;
    let days = days(trial.ts.first().copied().zip(trial.ts.last().copied()), range);
    let folder = Path::new("results").join(&model.folder.manifest.id);
    let path = folder.join(format!("{name}{days}.parquet"));
    store::write_table(&path, &table)?;
    if days.is_empty() && !range.in_sample {
        let own = todays_config(config, &model.config);
        let bars = predicted(&own, (&trial, &lessons.symbols))?;
        store::write_atomic(&folder.join("config.yml"), own.to_yaml().as_bytes())?;
        list((&model.folder.manifest, &folder), &bars, &["config.yml"])?;
    }
    let judge = |columns: &HorizonColumns| judge(columns, &lessons.data, &rows);
    let horizons: Vec<Judged> = trial.horizons.iter().map(judge).collect();
    let stem = if range.in_sample { format!("_in_sample{days}") } else { days };
    let reliability = reliability(&model, (&trial, &horizons), &stem)?;
    let range = trial.ts.first().copied().zip(trial.ts.last().copied());
    Ok(Predicted { model, path, table, range, horizons, reliability, is_same })
}

/// Each symbol's bars up to the last that was predicted.
pub fn predicted(
    own: &Config,
    (trial, symbols): (&Trial, &[Symbol]),
) -> Result<Vec<Bars>, Failure> {
    let mut last: Vec<Option<Ts>> = vec![None; symbols.len()];
    trial.ts.iter().zip(&trial.symbols).for_each(|(ts, at)| last[*at as usize] = Some(*ts));
    let of = |(symbol, last): (&Symbol, Option<Ts>)| {
        let bars = super::bars(own, symbol)?;
        let n = last.map_or(0, |last| bars.ts().partition_point(|ts| *ts <= last));
        Ok(bars.prefix(n))
    };
    symbols.iter().zip(last).map(of).collect()
}

/// And where the rows begin that are not.
pub fn in_sample(refused: InSample, data: &Dataset) -> Failure {
    let first = data.t0.partition_point(|t0| *t0 < refused.until);
    let first = data.ts.get(first).copied().unwrap_or(refused.until);
    Failure::user(refused).hint(format!(
        "`--from \"{first}\"` begins with what comes after; `predict --in-sample` predicts it all \
         the same, into a file that no backtest takes"
    ))
}

/// `_2024-01-01_2024-02-01`, where a range was asked for: it does not take the place of all.
pub fn days(ends: Option<(Ts, Ts)>, range: PredictRange) -> String {
    let asked = ends.filter(|_| range.from.is_some() || range.to.is_some());
    let day = |ts: Ts| ts.to_string().split(' ').next().unwrap_or_default().to_owned();
    asked.map_or_else(String::new, |(first, last)| format!("_{}_{}", day(first), day(last)))
}

/// The bars of today, seen as the model saw its own.
pub fn same_lessons(config: &Config, model: &Model) -> Result<Lessons, Failure> {
    let own = todays_config(config, &model.config);
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
pub fn check_features(expected: &[Definition], found: &[Definition]) -> Result<(), Failure> {
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
pub fn table(trial: &Trial, symbols: &[Symbol]) -> Result<Table, Failure> {
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
