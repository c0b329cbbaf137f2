//! The ledger that follows from what happened.

use super::history::{History, buys, is_entry};
use crate::backtest::intent::Side;
use crate::backtest::ledger::{Fill, Ledger, Trade};
use crate::units::Ts;

pub fn ledger(history: &History) -> Ledger {
    let points = &history.points;
    Ledger {
        fills: history.fills.clone(),
        trades: (0..history.openings.len()).map(|number| trade(history, number)).collect(),
        refusals: history.refusals.clone(),
        ts: points.iter().map(|point| Ts(point.ts)).collect(),
        equity: points.iter().map(|point| point.equity).collect(),
        exposure: points.iter().map(|point| point.exposure).collect(),
        ambiguous_bars: history.ambiguous.len() as u64,
        capped_fills: history.capped.len() as u64,
        cash: history.cash(),
        ruined: points.iter().find(|point| point.equity <= 0.0).map(|point| Ts(point.ts)),
    }
}

fn trade(history: &History, number: usize) -> Trade {
    let opening = &history.openings[number];
    let (ins, outs): (Vec<Fill>, Vec<Fill>) = history.fills_of(number).partition(|f| is_entry(f));
    let all: Vec<Fill> = history.fills_of(number).copied().collect();
    let sum = |of: &dyn Fn(&Fill) -> f64| -> f64 { all.iter().map(of).sum() };
    let gross = sum(&|fill| {
        let value = fill.qty * fill.reference;
        if buys(fill) { -value } else { value }
    });
    let (commission, impact) = (sum(&|fill| fill.commission), sum(&|fill| fill.impact));
    let carry = history.carry(number);
    let (mfe, mae) = excursions(history, number);
    let exit_bar = all[all.len() - 1].bar;
    let ts = |row: usize| Ts(history.bar(opening.symbol, row).ts);
    Trade {
        symbol: opening.symbol as u32,
        side: opening.intent.side,
        decided_bar: opening.intent.bar,
        entry_bar: opening.row as u32,
        exit_bar,
        entry_ts: ts(opening.row),
        exit_ts: ts(exit_bar as usize),
        qty: ins.iter().map(|fill| fill.qty).sum(),
        entry_reference: average(&ins, |fill| fill.reference),
        exit_reference: average(&outs, |fill| fill.reference),
        entry_price: average(&ins, |fill| fill.price),
        exit_price: average(&outs, |fill| fill.price),
        exit_rule: outs[outs.len() - 1].rule,
        gross,
        commission,
        impact,
        carry,
        net: gross - commission - impact - carry,
        mfe,
        mae,
        stop: opening.intent.stop,
        ambiguous: history.ambiguous.iter().any(|&(trade, _)| trade == number),
    }
}

fn average(fills: &[Fill], of: impl Fn(&Fill) -> f64) -> f64 {
    let qty: f64 = fills.iter().map(|fill| fill.qty).sum();
    fills.iter().map(|fill| fill.qty * of(fill)).sum::<f64>() / qty
}

/// Furthest for and against.
fn excursions(history: &History, number: usize) -> (f64, f64) {
    let opening = &history.openings[number];
    let last = history.world.bars[opening.symbol].len();
    let open = (opening.row..last).filter(|&row| history.open_at_close(number, row) > 0.0);
    let bars = open.map(|row| history.bar(opening.symbol, row));
    let exits = history.fills_of(number).filter(|fill| !is_entry(fill)).map(|fill| fill.reference);
    let prices = bars.flat_map(|bar| [bar.high, bar.low]).chain(exits);
    let gains = prices.map(|price| match opening.intent.side {
        Side::Long => price - opening.reference,
        Side::Short => opening.reference - price,
    });
    gains.fold((0.0, 0.0), |(best, worst), gain| (f64::max(best, gain), f64::min(worst, gain)))
}
