//! `features.expressions` before there are bars: their names, and whether they compile.

use super::Config;
use super::fault::Fault;
use super::free_keys::Expressions;
use super::setting::Reading;
use crate::features::expr::all_functions;
use crate::features::{self, BadFeature, Shape, Wanted};

/// Columns that some sources bring beside the prices, so that their absence is no fault yet.
const OPTIONAL: [&str; 5] =
    ["count", "vwap", "quote_volume", "taker_buy_volume", "taker_buy_quote_volume"];

/// Columns and functions come before own names where an expression is read: one that is called the
/// same could not be referred to, or would be mistaken for it.
pub fn check_names(expressions: &Expressions, reading: &mut Reading) {
    for name in expressions.iter().map(|e| e.name.as_str()) {
        let taken_by = if ["ts", "open", "high", "low", "close", "volume"].contains(&name) {
            "a column of the bars"
        } else if name == "tf" || all_functions().any(|function| function.name == name) {
            "a function"
        } else {
            continue;
        };
        reading.require(false, &[&format!("features.expressions.{name}")], || {
            format!("`{name}` is {taken_by} already: call it `my_{name}`")
        });
    }
}

/// Compiles the features for bars of `data.timeframe`. Gives the columns that it took for granted:
/// a name that is near no known one may be a column of the user's data.
pub fn compile(config: &Config, reading: &mut Reading) -> Vec<String> {
    // What `tf()` may ask for depends on it.
    if reading.is_broken("data.timeframe") {
        return Vec::new();
    }
    let expressions = config.features.expressions.iter();
    let wanted = Wanted {
        sets: config.features.set.iter().map(|set| set.name().to_owned()).collect(),
        expressions: expressions.map(|e| (e.name.clone(), e.text.clone())).collect(),
    };
    let mapped = config.data.csv.columns.iter().map(|(name, _)| name);
    let mut columns: Vec<String> = OPTIONAL.into_iter().chain(mapped).map(str::to_owned).collect();
    let mut assumed = Vec::new();
    // Each turn but the last knows one more column, and there are no more than there are words.
    loop {
        let faults = features::compile(&wanted, &shape(config, &columns)).err();
        let faults = faults.unwrap_or_default();
        let column = faults.iter().find_map(|bad| own_column(bad).map(str::to_owned));
        let Some(column) = column.filter(|column| !columns.contains(column)) else {
            complain(config, &faults, reading);
            return assumed;
        };
        columns.push(column.clone());
        assumed.push(column);
    }
}

fn shape(config: &Config, extra: &[String]) -> Shape {
    let (timeframe, calendar) = (config.data.timeframe, config.data.calendar);
    Shape { timeframe, calendar, extra: extra.to_vec() }
}

/// The name that is unknown, and unlike any that is known.
fn own_column(bad: &BadFeature) -> Option<&str> {
    let name = bad.fault.message.strip_prefix("unknown name `")?.strip_suffix('`')?;
    let is_slip = bad.fault.hint.as_ref().is_some_and(|hint| hint.starts_with("did you mean"));
    (!is_slip).then_some(name)
}

/// Of the built-in features one stands for all: they fail together, for their timeframe.
fn complain(config: &Config, faults: &[BadFeature], reading: &mut Reading) {
    let own = |name: &str| config.features.expressions.iter().find(|e| e.name == name);
    let built_in = faults.iter().find(|bad| own(&bad.name).is_none());
    reading.require(built_in.is_none(), &["data.timeframe", "features.set"], || {
        let told = |bad: &BadFeature| format!("feature `{}`: {}", bad.name, bad.fault.message);
        built_in.map_or_else(String::new, told)
    });
    for BadFeature { name, fault } in faults {
        let Some(expression) = own(name) else { continue };
        // A fault within what the expression refers to shows where it is in that text.
        let column = if fault.text == expression.text { fault.column() - 1 } else { 0 };
        reading.push(Fault {
            place: expression.place_of(column),
            key: format!("features.expressions.{name}"),
            message: format!("{}\n{}", fault.message, fault.excerpt()),
            hint: fault.hint.clone(),
        });
    }
}
