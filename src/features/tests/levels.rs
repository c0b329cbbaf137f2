//! Which columns are prices.

use super::{Shape, Wanted, compile, rich, walk};
use crate::features::price_levels;
use crate::market::Columns;

fn is_price(texts: &[&str], (shape, bars): (&Shape, &Columns)) -> Vec<bool> {
    let named = |(at, text): (usize, &&str)| (format!("c{at}"), (*text).to_owned());
    let expressions = texts.iter().enumerate().map(named).collect();
    let wanted = Wanted { sets: vec![], expressions };
    let program = compile(&wanted, shape).unwrap_or_else(|faults| panic!("{}", faults[0]));
    price_levels(&program, bars)
}

#[test]
fn what_doubles_with_prices_is_a_price_and_ratios_are_not() {
    let bars = walk(900, 3);
    let texts = [
        "close",
        "ema(close, 12)",
        "atr(14)",
        "close - ema(close, 12)",
        "close / ema(close, 12) - 1",
        "rsi(close, 14)",
        "zscore(close, 50)",
        "log(close / lag(close, 1))",
        "volume",
        "quote_volume / volume / close",
        "quote_volume",
    ];
    let found = is_price(&texts, (&rich("5m"), bars.columns()));
    let expected = [true, true, true, true, false, false, false, false, false, false, true];
    assert_eq!(found, expected, "{texts:?}");
}

#[test]
fn of_a_column_nobody_knows_ratios_to_a_price_and_the_column_itself_are_kept() {
    let mut columns = walk(900, 3).into_columns();
    let mine: Vec<f64> = columns.close.iter().map(|c| c * 1.5).collect();
    columns.extra.insert("mine".to_owned(), mine);
    let shape = Shape { extra: vec!["mine".to_owned()], ..rich("5m") };
    let found = is_price(&["mine", "close / mine", "close - mine"], (&shape, &columns));
    assert_eq!(found, [false, false, true]);
}
