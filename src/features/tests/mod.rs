//! Tests of the whole room: language, engine, catalog and proof together.

mod bits;
mod catalog;
mod engine;
mod language;
mod levels;
mod oracle;
mod proof;

use std::collections::BTreeMap;

use crate::features::catalog::SETS;
use crate::features::{Program, Shape, Wanted, compile};
use crate::market::{Bars, Calendar, Columns, Timeframe};
use crate::rng::Rng;
use crate::units::Ts;

/// 2024-01-01 00:00, a Monday.
const MONDAY: i64 = 1_704_067_200_000_000;

/// A random walk of 5-minute bars with volume.
fn walk(n: usize, seed: u64) -> Bars {
    let mut rng = Rng::new(seed);
    let mut columns = Columns::default();
    let mut price = 100.0_f64;
    for i in 0..n {
        let open = price;
        price *= libm::exp(0.002 * rng.normal());
        let (high, low) = (open.max(price), open.min(price));
        columns.ts.push(Ts(MONDAY + i as i64 * Timeframe::M5.us()));
        columns.open.push(open);
        columns.high.push(high * (1.0 + 0.001 * rng.uniform()));
        columns.low.push(low * (1.0 - 0.001 * rng.uniform()));
        columns.close.push(price);
        columns.volume.push(10.0 * rng.uniform());
    }
    let mean = |i: usize| (columns.high[i] + columns.low[i]) / 2.0;
    let column = |value: &mut dyn FnMut(usize) -> f64| (0..n).map(value).collect::<Vec<_>>();
    let bought = column(&mut |i| columns.volume[i] * rng.uniform());
    columns.extra = BTreeMap::from([
        ("count".to_owned(), column(&mut |i| (10.0 * columns.volume[i]).ceil())),
        ("quote_volume".to_owned(), column(&mut |i| columns.volume[i] * mean(i))),
        ("taker_buy_quote_volume".to_owned(), column(&mut |i| bought[i] * mean(i))),
        ("taker_buy_volume".to_owned(), bought.clone()),
    ]);
    bars(columns)
}

/// Bars that never move and never trade.
fn flat(n: usize) -> Bars {
    bars(Columns {
        ts: (0..n).map(|i| Ts(MONDAY + i as i64 * Timeframe::M5.us())).collect(),
        open: vec![5.0; n],
        high: vec![5.0; n],
        low: vec![5.0; n],
        close: vec![5.0; n],
        volume: vec![0.0; n],
        extra: BTreeMap::new(),
    })
}

fn bars(columns: Columns) -> Bars {
    Bars::new("TEST".parse().unwrap(), Timeframe::M5, columns).unwrap()
}

fn shape(timeframe: &str) -> Shape {
    let timeframe = timeframe.parse().unwrap();
    Shape { timeframe, calendar: Calendar::Always, extra: vec![] }
}

/// Bars with the columns that some sources bring.
fn rich(timeframe: &str) -> Shape {
    let needs = SETS.iter().flat_map(|set| set.needs).map(|name| (*name).to_owned());
    Shape { extra: needs.collect(), ..shape(timeframe) }
}

/// The program of one expression.
fn program(text: &str) -> Program {
    let expressions = vec![("it".to_owned(), text.to_owned())];
    let compiled = compile(&Wanted { sets: vec![], expressions }, &shape("5m"));
    compiled.unwrap_or_else(|faults| panic!("{}", faults[0]))
}

/// One expression over bars, shown before it is settled.
fn column(text: &str, bars: &Bars) -> Vec<f64> {
    program(text).evaluate_raw(bars.columns()).remove(0)
}

/// What the compiler has to say about an expression.
fn complaint(text: &str) -> String {
    let expressions = vec![("it".to_owned(), text.to_owned())];
    let compiled = compile(&Wanted { sets: vec![], expressions }, &shape("5m"));
    compiled.err().map(|faults| faults[0].fault.to_string()).unwrap_or_default()
}
