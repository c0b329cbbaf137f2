//! What a ledger says, as the tables write it.

use crate::backtest::ledger::{Fill, Ledger};

/// Fills, refusals, and those numbers that `asked` has the names of.
pub fn tell(ledger: &Ledger, asked: &str) -> String {
    let mut said: Vec<String> = ledger.fills.iter().map(|fill| tell_fill(ledger, fill)).collect();
    said.extend(ledger.refusals.iter().map(|(_, bar, why)| format!("!{bar} {}", name(why))));
    let trade = ledger.trades.first();
    let numbers = [
        ("cash", ledger.cash),
        ("ambiguous", ledger.ambiguous_bars as f64),
        ("capped", ledger.capped_fills as f64),
        ("equity0", ledger.equity.first().copied().unwrap_or(f64::NAN)),
        ("equity1", ledger.equity.get(1).copied().unwrap_or(f64::NAN)),
        ("exposure1", ledger.exposure.get(1).copied().unwrap_or(f64::NAN)),
        ("mfe", trade.map_or(f64::NAN, |t| t.mfe)),
        ("mae", trade.map_or(f64::NAN, |t| t.mae)),
        ("carry", trade.map_or(f64::NAN, |t| t.carry)),
        ("commission", trade.map_or(f64::NAN, |t| t.commission)),
        ("impact", trade.map_or(f64::NAN, |t| t.impact)),
        ("gross", trade.map_or(f64::NAN, |t| t.gross)),
        ("net", trade.map_or(f64::NAN, |t| t.net)),
        ("ruined", ledger.ruined.map_or(f64::NAN, |t| (t.0 / crate::units::HOUR_US) as f64)),
    ];
    for (key, value) in numbers {
        if asked.split([',', ' ']).any(|word| word == key) {
            said.push(format!("{key} {}", number(value)));
        }
    }
    said.join(", ")
}

fn tell_fill(ledger: &Ledger, fill: &Fill) -> String {
    let several = ledger.trades.iter().any(|trade| trade.symbol > 0);
    let symbol = ledger.trades[fill.trade as usize].symbol;
    let of = if several { format!("S{symbol} ") } else { String::new() };
    let paid = if fill.price == fill.reference {
        String::new()
    } else {
        format!("={}", number(fill.price))
    };
    let (rule, qty, reference) = (name(&fill.rule), number(fill.qty), number(fill.reference));
    format!("{of}{} {rule} {qty}@{reference}{paid}", fill.bar)
}

fn name<T: serde::Serialize>(word: &T) -> String {
    serde_json::to_value(word).unwrap().as_str().unwrap().to_owned()
}

/// Six decimals, none of them idle.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}
