//! A ledger as tables: fills, trades, equity.

use serde::Serialize;

use crate::backtest::ledger::{Fill, Ledger, Trade};
use crate::backtest::metrics::tally::{bps_of, r_of};
use crate::failure::Failure;
use crate::market::{Bars, Symbol};
use crate::store::{Table, Values};
use crate::units::Ts;

/// One row a trade, in the order in which they began; the id is the row's number from 1.
pub fn trades(ledger: &Ledger, symbols: &[Symbol]) -> Result<Table, Failure> {
    let rows = &ledger.trades;
    let number = |of: &dyn Fn(&Trade) -> f64| Values::F64(rows.iter().map(of).collect());
    let whole = |of: &dyn Fn(&Trade) -> u32| {
        Values::I64(rows.iter().map(|trade| i64::from(of(trade))).collect())
    };
    let text = |of: &dyn Fn(&Trade) -> String| Values::Text(rows.iter().map(of).collect());
    let time = |of: &dyn Fn(&Trade) -> Ts| Values::Ts(rows.iter().map(of).collect());
    let risk = |trade: &Trade| if trade.stop.is_finite() { r_of(trade) } else { f64::NAN };
    let columns: Vec<(&str, Values)> = vec![
        ("id", Values::I64((1..=rows.len() as i64).collect())),
        ("symbol", text(&|t| symbols[t.symbol as usize].to_string())),
        ("side", text(&|t| word(&t.side))),
        ("entry_ts", time(&|t| t.entry_ts)),
        ("exit_ts", time(&|t| t.exit_ts)),
        ("hold_bars", whole(&|t| t.exit_bar - t.entry_bar)),
        ("exit_rule", text(&|t| word(&t.exit_rule))),
        ("qty", number(&|t| t.qty)),
        ("entry_reference", number(&|t| t.entry_reference)),
        ("entry_price", number(&|t| t.entry_price)),
        ("exit_reference", number(&|t| t.exit_reference)),
        ("exit_price", number(&|t| t.exit_price)),
        ("gross", number(&|t| t.gross)),
        ("commission", number(&|t| t.commission)),
        ("spread_and_slippage", number(&|t| t.impact)),
        ("carry", number(&|t| t.carry)),
        ("net", number(&|t| t.net)),
        ("net_bps", number(&bps_of)),
        ("r_multiple", number(&risk)),
        ("mfe_bps", number(&|t| 1e4 * t.mfe / t.entry_reference)),
        ("mae_bps", number(&|t| 1e4 * t.mae / t.entry_reference)),
        ("ambiguous", whole(&|t| u32::from(t.ambiguous))),
    ];
    table(columns)
}

/// One row a fill, with the rule that gave it its price; `trade` is the id of its trade.
pub fn fills(ledger: &Ledger, (symbols, bars): (&[Symbol], &[Bars])) -> Result<Table, Failure> {
    let rows = &ledger.fills;
    let of = |fill: &Fill| ledger.trades[fill.trade as usize].symbol as usize;
    let number = |of: &dyn Fn(&Fill) -> f64| Values::F64(rows.iter().map(of).collect());
    let text = |of: &dyn Fn(&Fill) -> String| Values::Text(rows.iter().map(of).collect());
    let trade = rows.iter().map(|fill| i64::from(fill.trade) + 1).collect();
    let ts = rows.iter().map(|fill| bars[of(fill)].ts()[fill.bar as usize]).collect();
    let columns: Vec<(&str, Values)> = vec![
        ("trade", Values::I64(trade)),
        ("symbol", text(&|fill| symbols[of(fill)].to_string())),
        ("ts", Values::Ts(ts)),
        ("side", text(&|fill| word(&fill.side))),
        ("rule", text(&|fill| word(&fill.rule))),
        ("qty", number(&|fill| fill.qty)),
        ("reference", number(&|fill| fill.reference)),
        ("price", number(&|fill| fill.price)),
        ("commission", number(&|fill| fill.commission)),
        ("spread_and_slippage", number(&|fill| fill.impact)),
    ];
    table(columns)
}

/// One row a time: what the account was worth at the bars' close. Drawdown is from the highest so
/// far, `cash` at the beginning being the first.
pub fn equity(ledger: &Ledger, cash: f64) -> Result<Table, Failure> {
    let mut peak = cash;
    let under = |equity: &f64| {
        peak = peak.max(*equity);
        (peak - equity) / peak
    };
    let drawdown = ledger.equity.iter().map(under).collect();
    table(vec![
        ("ts", Values::Ts(ledger.ts.clone())),
        ("equity", Values::F64(ledger.equity.clone())),
        ("exposure", Values::F64(ledger.exposure.clone())),
        ("drawdown", Values::F64(drawdown)),
    ])
}

fn table(columns: Vec<(&str, Values)>) -> Result<Table, Failure> {
    let named = columns.into_iter().map(|(name, values)| (name.to_owned(), values));
    Table::new(named.collect()).map_err(Failure::world)
}

/// As it is written in files.
pub fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_loses_is_measured_against_the_money_at_the_beginning() {
        let (ts, equity) = (vec![Ts(0), Ts(1)], vec![90.0, 80.0]);
        let ledger = Ledger { ts, equity, exposure: vec![0.0; 2], ..Ledger::default() };
        let table = super::equity(&ledger, 100.0).unwrap();
        let Some(Values::F64(drawdown)) = table.column("drawdown") else { panic!("no drawdown") };
        assert_eq!(drawdown, &[0.1, 0.2]);
    }
}
