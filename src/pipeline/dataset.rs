//! Bars → what there is to learn from: features, labels and volatility, row by row.

use std::collections::BTreeMap;

use super::{Cells, bars, labels};
use crate::config::Config;
use crate::failure::Failure;
use crate::features::engine::Feature;
use crate::features::{self, FeatureTable, Wanted};
use crate::labels::{Interval, Labels};
use crate::learn::dataset::{Dataset, Horizon};
use crate::market::{Bars, Symbol};
use crate::store;
use crate::units::Ts;

/// A data set, and where it came from.
pub struct Lessons {
    pub data: Dataset,
    pub symbols: Vec<Symbol>,
    /// Fingerprint of the bars, by symbol.
    pub fingerprints: BTreeMap<String, String>,
    /// Name, text and hash of each column's definition.
    pub features: Vec<Definition>,
    /// Columns that are prices themselves, which are not learnt from.
    pub left_out: Vec<String>,
    /// The first decision on which every feature of every symbol is there.
    pub first_usable: Ts,
    /// Until when the data are complete.
    pub complete_until: Ts,
}

/// What a column means.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Definition {
    pub name: String,
    pub text: String,
    /// Of what is computed, however it is written.
    pub hash: String,
}

/// One symbol's part.
struct Part {
    table: FeatureTable,
    labels: Vec<Labels>,
    scale_bps: Vec<f64>,
    features: Vec<Definition>,
    /// One a feature.
    is_price: Vec<bool>,
    span: (Ts, Ts),
    fingerprint: String,
}

/// Of all symbols that are given, in the order of time.
pub fn lessons(config: &Config, symbols: &[&Symbol]) -> Result<Lessons, Failure> {
    let mut parts = Vec::new();
    for symbol in symbols {
        parts.push(part(config, symbol)?);
    }
    let left_out = if config.learn.price_levels { vec![] } else { leave_out_prices(&mut parts) };
    let Some(first) = parts.first() else {
        return Err(Failure::user("no symbol").hint("`data.symbols` names them"));
    };
    let (features, names) = (first.features.clone(), first.table.names.clone());
    if let Some(other) = parts.iter().find(|part| part.features != features) {
        let message = format!(
            "the features of `{}` are not those of `{}`: their bars have other columns",
            other.table.symbol, first.table.symbol
        );
        return Err(Failure::user(message).hint("train them apart, with `--symbol`"));
    }
    let named = |part: &Part| (part.table.symbol.to_string(), part.fingerprint.clone());
    let fingerprints = parts.iter().map(named).collect();
    let first_usable = parts.iter().map(|part| part.span.0).max().unwrap_or_default();
    let complete_until = parts.iter().map(|part| part.span.1).max().unwrap_or_default();
    let data = if parts.len() == 1 { alone(parts.remove(0)) } else { pooled(&parts, names) };
    let symbols = symbols.iter().map(|symbol| (*symbol).clone()).collect();
    Ok(Lessons { data, symbols, fingerprints, features, left_out, first_usable, complete_until })
}

/// What is a price for one symbol is left out for all.
fn leave_out_prices(parts: &mut [Part]) -> Vec<String> {
    let named = |part: &Part| -> Vec<String> {
        let prices = part.features.iter().zip(&part.is_price).filter(|(_, is_price)| **is_price);
        prices.map(|(feature, _)| feature.name.clone()).collect()
    };
    let mut left_out: Vec<String> = parts.iter().flat_map(named).collect();
    left_out.sort();
    left_out.dedup();
    let stays = |name: &String| left_out.binary_search(name).is_err();
    for part in parts {
        part.features.retain(|feature| stays(&feature.name));
        let table = &mut part.table;
        let columns = std::mem::take(&mut table.columns).into_iter().zip(&table.names);
        table.columns = columns.filter(|(_, name)| stays(name)).map(|(column, _)| column).collect();
        table.names.retain(|name| stays(name));
    }
    left_out
}

fn part(config: &Config, symbol: &Symbol) -> Result<Part, Failure> {
    let bars = bars(config, symbol)?;
    let program = super::compile(config, &bars)?;
    let definition = |feature: &Feature| Definition {
        name: feature.name.clone(),
        text: feature.text.clone(),
        hash: program.definition(feature),
    };
    let definitions = program.features().iter().map(definition).collect();
    let labels = labels(config, &bars)?;
    let is_price = features::price_levels(&program, bars.columns());
    let (scale_bps, fingerprint) = (volatility_bps(config, &bars)?, store::fingerprint(&bars));
    let table = super::features_of(config, (&program, bars), (Cells::F32, false))?.table;
    let settled = super::settled_row(&table);
    let span = super::span(config, (&table.ts, table.timeframe), settled)?;
    let span = (span.first_usable, span.complete_until);
    Ok(Part { table, labels, scale_bps, features: definitions, is_price, span, fingerprint })
}

/// Of one bar, over `calibration.conformal_window`.
fn volatility_bps(config: &Config, bars: &Bars) -> Result<Vec<f64>, Failure> {
    let text = format!("1e4 * volatility({})", config.calibration.conformal_window);
    let wanted = Wanted { sets: vec![], expressions: vec![("scale".to_owned(), text)] };
    let program = features::compile(&wanted, &super::shape(config, bars))
        .map_err(|bad| super::complain(config, &bad))?;
    Ok(program.evaluate(bars.columns(), |value| value).remove(0))
}

fn intervals(labels: &Labels) -> Vec<Interval> {
    labels.t0.iter().zip(&labels.t1).map(|(t0, t1)| Interval { t0: *t0, t1: *t1 }).collect()
}

/// One symbol's rows as they are.
fn alone(part: Part) -> Dataset {
    let n = part.table.ts.len();
    let t0 = part.labels.first().map_or_else(Vec::new, |labels| labels.t0.clone());
    let horizon = |labels: Labels| {
        let intervals = intervals(&labels);
        Horizon { bars: labels.horizon, y_bps: labels.y_bps, intervals }
    };
    Dataset {
        names: part.table.names,
        columns: part.table.columns,
        ts: part.table.ts,
        t0,
        symbols: vec![0; n],
        n_symbols: 1,
        scale_bps: part.scale_bps,
        horizons: part.labels.into_iter().map(horizon).collect(),
    }
}

/// Several symbols' rows by time, and by symbol within an instant.
fn pooled(parts: &[Part], names: Vec<String>) -> Dataset {
    let mut places: Vec<(Ts, usize, usize)> = Vec::new();
    for (symbol, part) in parts.iter().enumerate() {
        places.extend(part.table.ts.iter().enumerate().map(|(row, ts)| (*ts, symbol, row)));
    }
    places.sort_unstable();
    let column = |at: usize| {
        let cell = |(_, symbol, row): &(Ts, usize, usize)| parts[*symbol].table.columns[at][*row];
        places.iter().map(cell).collect()
    };
    let horizon = |at: usize| {
        let all: Vec<Vec<Interval>> = parts.iter().map(|p| intervals(&p.labels[at])).collect();
        let label = |(_, symbol, row): &(Ts, usize, usize)| parts[*symbol].labels[at].y_bps[*row];
        Horizon {
            bars: parts[0].labels[at].horizon,
            y_bps: places.iter().map(label).collect(),
            intervals: places.iter().map(|(_, symbol, row)| all[*symbol][*row]).collect(),
        }
    };
    let n_horizons = parts.first().map_or(0, |part| part.labels.len());
    Dataset {
        columns: (0..names.len()).map(column).collect(),
        names,
        ts: places.iter().map(|place| place.0).collect(),
        t0: places.iter().map(|(_, symbol, row)| parts[*symbol].labels[0].t0[*row]).collect(),
        symbols: places.iter().map(|place| place.1 as u32).collect(),
        n_symbols: parts.len() as u32,
        scale_bps: places.iter().map(|(_, symbol, row)| parts[*symbol].scale_bps[*row]).collect(),
        horizons: (0..n_horizons).map(horizon).collect(),
    }
}

/// The hash of all that is learnt from in a range: columns and returns of its rows.
pub fn digest(data: &Dataset, range: &std::ops::Range<Ts>) -> String {
    let row = |ts: &Ts| data.t0.partition_point(|t0| t0 < ts);
    let rows = row(&range.start)..row(&range.end);
    let mut hasher = blake3::Hasher::new();
    for column in &data.columns {
        column[rows.clone()].iter().for_each(|x| _ = hasher.update(&x.to_bits().to_le_bytes()));
    }
    for horizon in &data.horizons {
        let returns = &horizon.y_bps[rows.clone()];
        returns.iter().for_each(|y| _ = hasher.update(&y.to_bits().to_le_bytes()));
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
