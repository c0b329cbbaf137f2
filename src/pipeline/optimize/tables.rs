//! Windows, settings and tries as tables.

use super::{Choice, Optimized, Step};
use crate::failure::Failure;
use crate::optimize::{Cell, Explored, Try};
use crate::report::selection::plateau::Plateau;
use crate::search::{Point, Value};
use crate::store::{Table, Values};

type Column = (String, Values);

/// A row a window: what it chose, and what came of it.
pub fn windows(done: &Optimized) -> Result<Table, Failure> {
    let rows = &done.windows;
    let number = |value: &dyn Fn(&Choice) -> Option<f64>| {
        let value = |step: &Step| step.chosen.as_ref().and_then(value).unwrap_or(f64::NAN);
        Values::F64(rows.iter().map(value).collect())
    };
    let of = |pick: fn(&Choice) -> &Cell, value: fn(&Cell) -> f64| {
        number(&|choice| Some(value(pick(choice))))
    };
    let around = |value: fn(&Plateau) -> f64| number(&|choice| choice.plateau.as_ref().map(value));
    let score = |cell: &Cell| cell.score.unwrap_or(f64::NAN);
    let mut columns: Vec<Column> = vec![
        ("window".to_owned(), Values::I64(rows.iter().map(|step| step.window as i64).collect())),
        (
            "regime".to_owned(),
            Values::Text(rows.iter().map(|step| step.regime.unwrap_or("all").to_owned()).collect()),
        ),
        ("train_from".to_owned(), Values::Ts(rows.iter().map(|step| step.train.start).collect())),
        ("test_from".to_owned(), Values::Ts(rows.iter().map(|step| step.test.start).collect())),
        ("test_until".to_owned(), Values::Ts(rows.iter().map(|step| step.test.end).collect())),
        ("in_sample_score".to_owned(), of(|c| &c.train, score)),
        ("in_sample_trades".to_owned(), of(|c| &c.train, |cell| f64::from(cell.trades))),
        ("in_sample_net_return".to_owned(), of(|c| &c.train, |cell| cell.net_return)),
        ("plateau_score".to_owned(), around(|plateau| plateau.score)),
        ("plateau_worst".to_owned(), around(|plateau| plateau.worst)),
        ("plateau_neighbours".to_owned(), around(|plateau| plateau.n_neighbours as f64)),
        ("out_of_sample_score".to_owned(), of(|c| &c.test, score)),
        ("out_of_sample_trades".to_owned(), of(|c| &c.test, |cell| f64::from(cell.trades))),
        ("out_of_sample_net_return".to_owned(), of(|c| &c.test, |cell| cell.net_return)),
    ];
    let points: Vec<Option<&Point>> =
        rows.iter().map(|step| step.chosen.as_ref().map(|chosen| &chosen.point)).collect();
    columns.extend(done.space.axes().map(|(name, _)| parameter(name, &points)));
    Table::new(columns).map_err(Failure::world)
}

/// A row a setting, by the number that tries name it by.
pub fn settings(found: &Explored) -> Result<Table, Failure> {
    let points: Vec<Option<&Point>> = found.settings.points.iter().map(Some).collect();
    let n = points.len() as i64;
    let plans = found.settings.plans.iter().map(ToString::to_string).collect();
    let mut columns: Vec<Column> = vec![
        ("setting".to_owned(), Values::I64((0..n).collect())),
        ("plan".to_owned(), Values::Text(plans)),
    ];
    let names = found.settings.points.first().into_iter().flat_map(|point| point.keys());
    columns.extend(names.map(|name| parameter(name, &points)));
    Table::new(columns).map_err(Failure::world)
}

/// A row a setting and window, or regime of it.
pub fn tries(found: &Explored, windows: &[Step]) -> Result<Table, Failure> {
    let rows = &found.tries;
    let step = |tried: &Try| &windows[tried.window as usize];
    let regime = |tried: &Try| step(tried).regime.unwrap_or("all").to_owned();
    let has_regimes = windows.iter().any(|step| step.regime.is_some());
    let regimes =
        has_regimes.then(|| ("regime".to_owned(), Values::Text(rows.iter().map(regime).collect())));
    let whole = |of: fn(&Try) -> u32| Values::I64(rows.iter().map(|t| i64::from(of(t))).collect());
    let number = |of: fn(&Try) -> f64| Values::F64(rows.iter().map(of).collect());
    let numbers = Values::I64(rows.iter().map(|tried| step(tried).window as i64).collect());
    let columns: Vec<Column> = vec![
        ("window".to_owned(), numbers),
        ("setting".to_owned(), whole(|tried| tried.setting)),
        ("share".to_owned(), number(|tried| tried.share)),
        ("score".to_owned(), number(|tried| tried.cell.score.unwrap_or(f64::NAN))),
        ("trades".to_owned(), whole(|tried| tried.cell.trades)),
        ("net_return".to_owned(), number(|tried| tried.cell.net_return)),
    ];
    let columns = columns.into_iter().chain(regimes).collect();
    Table::new(columns).map_err(Failure::world)
}

/// A parameter that is a number is one in the table, too.
fn parameter(name: &str, points: &[Option<&Point>]) -> Column {
    let values: Vec<Option<&Value>> =
        points.iter().map(|point| point.and_then(|point| point.get(name))).collect();
    let is_number = values.iter().flatten().all(|value| value.as_f64().is_some());
    let column = if is_number {
        let number = |value: &Option<&Value>| value.and_then(Value::as_f64).unwrap_or(f64::NAN);
        Values::F64(values.iter().map(number).collect())
    } else {
        let text = |value: &Option<&Value>| value.map(ToString::to_string).unwrap_or_default();
        Values::Text(values.iter().map(text).collect())
    };
    (name.to_owned(), column)
}
