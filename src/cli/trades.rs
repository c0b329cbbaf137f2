//! `edgewalk trades`: the trade log of a run.

use anyhow::Result;

use super::backtest::told;
use super::{Global, print, table_of};
use crate::pipeline::{self, TradeFilter, TradeLog};
use crate::units::Ts;

/// Show the trades of a run's last backtest
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the beginning of it (`edgewalk run list`)
    #[arg(long, default_value = "latest")]
    run: String,
    /// Those of `backtest --live`; of one with --from or --to by its days, as it told
    #[arg(
        long,
        value_name = "DAYS",
        num_args = 0..=1,
        default_missing_value = "",
        require_equals = true
    )]
    live: Option<String>,
    /// One trade in full: every fill and why it got its price
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// Only this side
    #[arg(long, value_parser = ["long", "short"])]
    side: Option<String>,
    /// Only trades that ended by this rule, such as stop or timed_exit
    #[arg(long, value_name = "RULE")]
    exit: Option<String>,
    /// Only this symbol
    #[arg(long)]
    symbol: Option<String>,
    /// Only trades entered from this time on
    #[arg(long, value_name = "TIME")]
    from: Option<Ts>,
    /// Only trades entered before this time
    #[arg(long, value_name = "TIME")]
    to: Option<Ts>,
    /// The best by net profit first
    #[arg(long, conflicts_with = "worst")]
    best: bool,
    /// The worst by net profit first
    #[arg(long)]
    worst: bool,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Prints all columns of all trades that are left, as CSV
    #[arg(long, conflicts_with = "id")]
    csv: bool,
}

pub fn execute(args: &Args, _: &Global) -> Result<()> {
    let log = pipeline::trade_log(&args.run, args.live.as_deref())?;
    if let Some(id) = args.id {
        return print(&one(&log, id)?);
    }
    let filter = TradeFilter {
        side: args.side.clone(),
        exit: args.exit.clone(),
        symbol: args.symbol.clone(),
        from: args.from,
        to: args.to,
    };
    let mut rows = log.rows(&filter)?;
    if args.best || args.worst {
        let net = log.numbers("net")?;
        rows.sort_by(|a, b| net[*b].total_cmp(&net[*a]));
        if args.worst {
            rows.reverse();
        }
    }
    if args.csv {
        return print(&log.csv(&rows)?);
    }
    print(&list(&log, &rows, args.top)?)
}

const SHOWN: [&str; 12] = [
    "id",
    "symbol",
    "side",
    "entry_ts",
    "exit_ts",
    "exit_rule",
    "hold_bars",
    "entry_price",
    "exit_price",
    "net",
    "net_bps",
    "r_multiple",
];

fn list(log: &TradeLog, rows: &[usize], top: usize) -> Result<String> {
    let shown = &rows[..rows.len().min(top)];
    let cells = |row: &usize| SHOWN.iter().map(|name| log.cell(name, *row)).collect();
    let net = told(Some(log.sum("net", rows)?), 2);
    let more = match shown.len() < rows.len() {
        true => format!("; the first {} are shown, `--top` shows more", shown.len()),
        false => String::new(),
    };
    let (n, of) = (rows.len(), log.n_trades());
    Ok(table_of(&SHOWN, "rlllll", shown.iter().map(cells))
        + &format!("{n} of {of} trades, net {net}{more}\n"))
}

/// Every column, then every fill.
fn one(log: &TradeLog, id: i64) -> Result<String> {
    let row = log.row_of(id)?;
    let facts = log.names().into_iter().map(|name| vec![name.to_owned(), log.cell(name, row)]);
    let mut text = table_of(&["trade", ""], "ll", facts);
    let names =
        ["ts", "side", "rule", "qty", "reference", "price", "commission", "spread_and_slippage"];
    let fills = log.fills_of(id);
    let cells = |row: &usize| names.iter().map(|name| log.fill_cell(name, *row)).collect();
    text += &format!("\n{}", table_of(&names, "lll", fills.iter().map(cells)));
    for row in fills {
        text += &format!("{}: {}\n", log.fill_cell("rule", row), why(&log.fill_cell("rule", row)));
    }
    Ok(text)
}

/// What the rule says, in words.
fn why(rule: &str) -> &'static str {
    match rule {
        "entry" => "at the open after the decision, as a market order",
        "entry_rest" => "at the open: the volume cap had left this part of the entry",
        "stop" => "at the stop's level, inside the bar, as a market order",
        "stop_gap" => "the bar opened beyond the stop: at the open",
        "trailing_stop" => "at the trailing stop's level, inside the bar, as a market order",
        "trailing_stop_gap" => "the bar opened beyond the trailing stop: at the open",
        "target" => "at the target's level, inside the bar, as a limit order",
        "target_gap" => "the bar opened beyond the target: at the better open, as a limit order",
        "timed_exit" => "its time had passed: at the open",
        "opposite" => "a signal of the other side: at the open",
        "stop_rest" => {
            "at the open, as a market order: the volume cap had left this part of the stop"
        }
        "target_rest" => {
            "at the open, as a market order: the volume cap had left this part of the target"
        }
        "exit_rest" => "at the open: the volume cap had left this part of the exit",
        "ruin" => "equity was gone: all is closed at the open",
        _ => "the data ended: at the last close",
    }
}
