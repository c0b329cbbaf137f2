//! Two ledgers of one world: bars, sides, rules and refusals must be the same, numbers to 1e-9.

use std::fmt::Debug;

use super::World;
use super::print::{describe, smallest};
use crate::backtest::ledger::{Fill, Ledger, Trade};

const TOLERANCE: f64 = 1e-9;

/// A number by its name, and the size it is measured by where it is small itself: what is left when
/// large sums of money cancel is as inexact as they are.
type Number = (&'static str, f64, f64);

/// Panics with the smallest world found in which the two still differ.
pub fn assert_same(world: &World, engine: &dyn Fn(&World) -> Ledger) {
    if let Some((small, text)) = disagreement(world, engine) {
        panic!("{}\n{text}", describe(&small));
    }
}

/// The smallest world found in which the two still differ, and how.
pub fn disagreement(world: &World, engine: &dyn Fn(&World) -> Ledger) -> Option<(World, String)> {
    let differs = |world: &World| difference(&engine(world), &super::run(world));
    differs(world)?;
    let small = smallest(world, &|world| differs(world).is_some());
    let text = differs(&small)?;
    Some((small, text))
}

/// The first thing in which the ledgers differ.
pub fn difference(engine: &Ledger, oracle: &Ledger) -> Option<String> {
    let scale = oracle.equity.iter().fold(oracle.cash.abs(), |most, e| most.max(e.abs()));
    let fills = list("fill", (&engine.fills, &oracle.fills), |a, b| {
        let key = |f: &Fill| (f.trade, f.bar, f.side, f.rule);
        key(a) == key(b) && close(&numbers_of_fill(a, scale), &numbers_of_fill(b, scale))
    });
    let trades = || {
        list("trade", (&engine.trades, &oracle.trades), |a, b| {
            let numbers =
                |t: &Trade| [&prices_of_trade(t, scale)[..], &money_of_trade(t, scale)].concat();
            same_words(a, b) && close(&numbers(a), &numbers(b))
        })
    };
    let refusals = || list("refusal", (&engine.refusals, &oracle.refusals), |a, b| a == b);
    fills.or_else(refusals).or_else(trades).or_else(|| rest(engine, oracle, scale))
}

fn rest(engine: &Ledger, oracle: &Ledger, scale: f64) -> Option<String> {
    let near = |a: &f64, b: &f64| is_close(*a, *b, scale);
    let facts = |ledger: &Ledger| (ledger.ambiguous_bars, ledger.capped_fills, ledger.ruined);
    list("time", (&engine.ts, &oracle.ts), |a, b| a == b)
        .or_else(|| list("equity", (&engine.equity, &oracle.equity), near))
        .or_else(|| list("exposure", (&engine.exposure, &oracle.exposure), near))
        .or_else(|| list("cash", (&[engine.cash], &[oracle.cash]), near))
        .or_else(|| {
            let (a, b) = (facts(engine), facts(oracle));
            list("(ambiguous bars, capped fills, ruined)", (&[a], &[b]), |a, b| a == b)
        })
}

/// The first place where two lists differ, with a few of its neighbours.
fn list<T: Debug>(
    name: &str,
    (engine, oracle): (&[T], &[T]),
    same: impl Fn(&T, &T) -> bool,
) -> Option<String> {
    let both = engine.iter().zip(oracle).position(|(a, b)| !same(a, b));
    let at = both.or((engine.len() != oracle.len()).then_some(engine.len().min(oracle.len())))?;
    let shown = |list: &[T]| match list.get(at) {
        Some(item) => format!("{item:?}"),
        None => "none".to_owned(),
    };
    let before = oracle[at.saturating_sub(3)..at.min(oracle.len())].iter();
    let before: String = before.map(|item| format!("   agreed: {item:?}\n")).collect();
    Some(format!(
        "{name} {at} differs\n{before}   engine: {}\n   oracle: {}",
        shown(engine),
        shown(oracle)
    ))
}

fn same_words(a: &Trade, b: &Trade) -> bool {
    let key = |t: &Trade| {
        let bars = (t.decided_bar, t.entry_bar, t.exit_bar);
        (t.symbol, t.side, bars, t.entry_ts, t.exit_ts, t.exit_rule, t.ambiguous)
    };
    key(a) == key(b)
}

fn numbers_of_fill(fill: &Fill, scale: f64) -> [Number; 5] {
    [
        ("qty", fill.qty, scale / fill.reference),
        ("reference", fill.reference, 0.0),
        ("price", fill.price, 0.0),
        ("commission", fill.commission, scale),
        ("impact", fill.impact, scale),
    ]
}

fn prices_of_trade(trade: &Trade, scale: f64) -> [Number; 8] {
    [
        ("qty", trade.qty, scale / trade.entry_reference),
        ("entry_reference", trade.entry_reference, 0.0),
        ("exit_reference", trade.exit_reference, 0.0),
        ("entry_price", trade.entry_price, 0.0),
        ("exit_price", trade.exit_price, 0.0),
        ("mfe", trade.mfe, trade.entry_reference),
        ("mae", trade.mae, trade.entry_reference),
        ("stop", trade.stop, 0.0),
    ]
}

fn money_of_trade(trade: &Trade, scale: f64) -> [Number; 5] {
    [
        ("gross", trade.gross, scale),
        ("commission", trade.commission, scale),
        ("impact", trade.impact, scale),
        ("carry", trade.carry, scale),
        ("net", trade.net, scale),
    ]
}

fn close(a: &[Number], b: &[Number]) -> bool {
    a.iter().zip(b).all(|(a, b)| is_close(a.1, b.1, a.2.max(b.2)))
}

fn is_close(a: f64, b: f64, scale: f64) -> bool {
    a == b || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(scale)
}
