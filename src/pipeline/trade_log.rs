//! The stored trades and fills of a run.

use std::path::Path;

use super::runs::resolve;
use super::stored::{BACKTEST, LIVE, RULES};
use crate::failure::Failure;
use crate::store::{self, RunManifest, Table, Values};
use crate::units::Ts;

pub struct TradeLog {
    trades: Table,
    fills: Table,
}

/// Which trades to show; what is `None` is not asked.
#[derive(Debug, Clone, Default)]
pub struct TradeFilter {
    pub side: Option<String>,
    pub exit: Option<String>,
    pub symbol: Option<String>,
    pub from: Option<Ts>,
    pub to: Option<Ts>,
}

/// Of a run's last backtest, or of a walk of rules; `run` as `resolve` takes it; `live`: of a live one, `""` of the whole,
/// else by the days of its folder's name.
pub fn trade_log(run: &str, live: Option<&str>) -> Result<TradeLog, Failure> {
    let id = resolve(run)?;
    let whole = Path::new(store::RESULTS).join(&id);
    let manifest = RunManifest::open(&whole)?;
    let has_rules = manifest.as_ref().is_some_and(|manifest| manifest.stages.contains_key(RULES));
    let own = if has_rules { RULES } else { BACKTEST };
    let stage = live.map_or_else(|| own.to_owned(), live_name);
    let listed = manifest.as_ref().map(|manifest| manifest.whole(&whole, &stage)).transpose();
    let anew = match has_rules {
        true => "the same `edgewalk optimize` or `edgewalk tournament` writes them anew",
        false => "`edgewalk backtest` writes them anew",
    };
    let listed = listed.map_err(|failure| failure.hint(anew))?;
    if listed.flatten().is_none() {
        return Err(match live {
            None => Failure::user(format!("run `{id}` has no trades yet"))
                .hint("`edgewalk backtest` makes them"),
            Some(days) => no_live(manifest.as_ref(), &id, days),
        });
    }
    let folder = if live.is_some() { whole.join(&stage) } else { whole };
    let read = |name: &str| store::read_table(&folder.join(name), None);
    Ok(TradeLog { trades: read("trades.parquet")?, fills: read("fills.parquet")? })
}

fn live_name(days: &str) -> String {
    if days.is_empty() { LIVE.to_owned() } else { format!("{LIVE}_{days}") }
}

/// And which ones there are.
fn no_live(manifest: Option<&RunManifest>, id: &str, days: &str) -> Failure {
    let flag = |name: &String| {
        let rest = name.strip_prefix(LIVE)?;
        let days = rest.strip_prefix('_').or(rest.is_empty().then_some(""))?;
        Some(if days.is_empty() { "`--live`".to_owned() } else { format!("`--live={days}`") })
    };
    let stages = manifest.iter().flat_map(|manifest| manifest.stages.keys());
    let known: Vec<String> = stages.filter_map(flag).collect();
    let hint = match known.is_empty() {
        true => "`edgewalk backtest --live` makes them".to_owned(),
        false => format!("there are those of {}", known.join(", ")),
    };
    let which = if days.is_empty() { String::new() } else { format!(" of `{days}`") };
    Failure::user(format!("run `{id}` has no live trades{which}")).hint(hint)
}

impl TradeLog {
    pub fn n_trades(&self) -> usize {
        self.trades.n_rows()
    }

    pub fn names(&self) -> Vec<&str> {
        self.trades.columns().iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The rows that pass.
    pub fn rows(&self, filter: &TradeFilter) -> Result<Vec<usize>, Failure> {
        let is = |name: &str, asked: &Option<String>, row: usize| {
            asked.as_ref().is_none_or(|asked| self.cell(name, row) == *asked)
        };
        self.check_known("exit_rule", filter.exit.as_deref(), "ended by")?;
        self.check_known("symbol", filter.symbol.as_deref(), "is of")?;
        let Some(Values::Ts(entry)) = self.trades.column("entry_ts") else {
            return Err(Failure::world("the trades have no `entry_ts`"));
        };
        let passes = |row: &usize| {
            is("side", &filter.side, *row)
                && is("exit_rule", &filter.exit, *row)
                && is("symbol", &filter.symbol, *row)
                && filter.from.is_none_or(|from| entry[*row] >= from)
                && filter.to.is_none_or(|to| entry[*row] < to)
        };
        Ok((0..self.n_trades()).filter(passes).collect())
    }

    /// What no trade has may be a slip of the pen. Where there are no trades nothing is known.
    fn check_known(&self, column: &str, asked: Option<&str>, what: &str) -> Result<(), Failure> {
        let Some(asked) = asked.filter(|_| self.n_trades() > 0) else { return Ok(()) };
        let mut known: Vec<String> =
            (0..self.n_trades()).map(|row| self.cell(column, row)).collect();
        known.sort();
        known.dedup();
        if known.iter().any(|one| one == asked) {
            return Ok(());
        }
        Err(Failure::user(format!("no trade {what} `{asked}`"))
            .hint(format!("there are {}", known.join(", "))))
    }

    pub fn row_of(&self, id: i64) -> Result<usize, Failure> {
        let last = self.n_trades();
        let row = usize::try_from(id - 1).ok().filter(|row| *row < last);
        row.ok_or_else(|| Failure::user(format!("there is no trade `{id}`: they are 1 to {last}")))
    }

    pub fn numbers(&self, name: &str) -> Result<&[f64], Failure> {
        match self.trades.column(name) {
            Some(Values::F64(values)) => Ok(values),
            _ => Err(Failure::world(format!("the trades have no `{name}`"))),
        }
    }

    pub fn sum(&self, name: &str, rows: &[usize]) -> Result<f64, Failure> {
        let values = self.numbers(name)?;
        Ok(rows.iter().map(|row| values[*row]).sum())
    }

    /// As it is shown.
    pub fn cell(&self, name: &str, row: usize) -> String {
        shown(&self.trades, name, row)
    }

    pub fn fill_cell(&self, name: &str, row: usize) -> String {
        shown(&self.fills, name, row)
    }

    /// Rows of the fills of a trade.
    pub fn fills_of(&self, id: i64) -> Vec<usize> {
        match self.fills.column("trade") {
            Some(Values::I64(trades)) => {
                (0..trades.len()).filter(|row| trades[*row] == id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// These rows with every column.
    pub fn csv(&self, rows: &[usize]) -> Result<String, Failure> {
        let picked = self.trades.columns().iter().map(|(name, values)| {
            let values = match values {
                Values::Ts(v) => Values::Ts(rows.iter().map(|row| v[*row]).collect()),
                Values::F64(v) => Values::F64(rows.iter().map(|row| v[*row]).collect()),
                Values::F32(v) => Values::F32(rows.iter().map(|row| v[*row]).collect()),
                Values::I64(v) => Values::I64(rows.iter().map(|row| v[*row]).collect()),
                Values::Text(v) => Values::Text(rows.iter().map(|row| v[*row].clone()).collect()),
            };
            (name.clone(), values)
        });
        let table = Table::new(picked.collect()).map_err(Failure::world)?;
        let mut out = Vec::new();
        store::csv_text(&table, &mut out).map_err(Failure::world)?;
        String::from_utf8(out).map_err(Failure::world)
    }
}

fn shown(table: &Table, name: &str, row: usize) -> String {
    match table.column(name) {
        Some(Values::Ts(v)) => v[row].to_string(),
        Some(Values::F64(v)) if v[row].is_nan() => "–".to_owned(),
        Some(Values::F64(v)) => rounded(v[row]),
        Some(Values::F32(v)) => rounded(f64::from(v[row])),
        Some(Values::I64(v)) => v[row].to_string(),
        Some(Values::Text(v)) => v[row].clone(),
        None => "–".to_owned(),
    }
}

/// Seven digits are enough to look at.
fn rounded(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size >= 1000.0 => format!("{value:.2}"),
        _ if size >= 1.0 => format!("{value:.4}"),
        _ => format!("{value:.6}"),
    }
}
