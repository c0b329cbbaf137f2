//! All settings of a sweep as a table.

use super::figures::{By, Figures};
use super::ranks::{Ranked, Row};
use crate::failure::Failure;
use crate::search::Value;
use crate::store::{Table, Values};

/// A row a setting, in the order they were asked for. What is not defined is null; a count of it is -1.
pub fn table(ranked: &Ranked) -> Result<Table, Failure> {
    let rows = &ranked.rows;
    let whole = |of: &dyn Fn(&Row) -> i64| Values::I64(rows.iter().map(of).collect());
    let text = |of: &dyn Fn(&Row) -> String| Values::Text(rows.iter().map(of).collect());
    let number = |of: &dyn Fn(&Row) -> Option<f64>| {
        Values::F64(rows.iter().map(|row| of(row).unwrap_or(f64::NAN)).collect())
    };
    let money = |of: &dyn Fn(&Figures) -> f64| number(&|row| row.tried.figures().map(of));
    let count = |of: &dyn Fn(&Figures) -> u64| {
        whole(&|row| row.tried.figures().map_or(-1, |figures| of(figures) as i64))
    };
    let rank = |rank: Option<usize>| rank.map_or(-1, |rank| rank as i64);
    let mut columns = vec![("trial".to_owned(), whole(&|row| row.trial.number as i64))];
    columns.extend(ranked.keys.iter().map(|key| (key.clone(), key_column(rows, key))));
    let more: [(&str, Values); 17] = [
        ("sharpe", number(&|row| row.tried.sharpe())),
        ("rank", whole(&|row| rank(row.rank))),
        ("sharpe_around", number(&|row| row.around)),
        ("n_around", whole(&|row| row.n_around as i64)),
        ("rank_around", whole(&|row| rank(row.rank_around))),
        ("net_return", money(&|f| f.net_return)),
        ("equity", money(&|f| f.equity)),
        ("trades", count(&|f| f.trades)),
        ("wins", count(&|f| f.wins)),
        ("gross", money(&|f| f.gross)),
        ("costs", money(&|f| f.costs)),
        ("net", money(&|f| f.net)),
        ("turnover_per_year", number(&|row| row.tried.figures()?.turnover_per_year)),
        ("max_drawdown", money(&|f| f.max_drawdown)),
        ("ambiguous_bars", count(&|f| f.ambiguous_bars)),
        ("by", text(&|row| by(&row.tried.by))),
        ("reason", text(&|row| row.tried.reason().unwrap_or_default())),
    ];
    columns.extend(more.map(|(name, values)| (name.to_owned(), values)));
    Table::new(columns).map_err(Failure::world)
}

fn by(by: &By) -> String {
    match by {
        By::Screen => "screen".to_owned(),
        By::Engine(why) => format!("engine: {why}"),
        By::Nobody => String::new(),
    }
}

/// Numbers where all values are numbers.
fn key_column(rows: &[Row], key: &str) -> Values {
    let values = || rows.iter().map(|row| row.trial.point.get(key));
    let whole = values().map(|value| value.and_then(Value::as_i64)).collect::<Option<Vec<i64>>>();
    let number = || values().map(|value| value.and_then(Value::as_f64)).collect();
    let text = || values().map(|v| v.map_or_else(String::new, ToString::to_string)).collect();
    let number: Option<Vec<f64>> = number();
    whole.map(Values::I64).or(number.map(Values::F64)).unwrap_or_else(|| Values::Text(text()))
}
