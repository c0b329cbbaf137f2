//! Columns that are prices: they double when all prices do. What a tree learns of a price does not
//! hold at another.

use super::engine::Program;
use crate::market::Columns;

/// Rows that are compared, behind the longest warm-up.
const ROWS: usize = 500;
/// Of a column's largest value: above what `log(x + 1)` leaves of a scale, far below doubling.
const TOLERANCE: f64 = 0.02;

/// For each feature, whether it is a price. Doubling is exact in binary, so that a ratio of prices
/// keeps its bits. Whether a column that a file brought is a price nobody knows, so both readings
/// are tried, and a feature counts as a price only if it is one in either.
pub fn price_levels(program: &Program, bars: &Columns) -> Vec<bool> {
    let n = (program.warm_up() + ROWS).min(bars.len());
    let rows: Vec<usize> = (0..n).collect();
    let bars = bars.take(&rows);
    let of = |bars: &Columns| program.evaluate(bars, |value| value);
    let (plain, narrow, wide) = (of(&bars), of(&doubled(&bars, false)), of(&doubled(&bars, true)));
    let both = |at: usize| moved(&plain[at], &narrow[at]) && moved(&plain[at], &wide[at]);
    (0..plain.len()).map(both).collect()
}

fn doubled(bars: &Columns, with_unknown: bool) -> Columns {
    let twice = |column: &mut Vec<f64>| column.iter_mut().for_each(|x| *x *= 2.0);
    let mut bars = bars.clone();
    [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close].into_iter().for_each(twice);
    for (name, column) in &mut bars.extra {
        let is_money = name == "vwap" || name.contains("quote");
        let is_number = name == "count" || name == "taker_buy_volume";
        if is_money || (with_unknown && !is_number) {
            twice(column);
        }
    }
    bars
}

fn moved(before: &[f64], after: &[f64]) -> bool {
    let largest =
        before.iter().filter(|x| x.is_finite()).fold(0.0, |most: f64, x| most.max(x.abs()));
    let apart = before.iter().zip(after).map(|(a, b)| (a - b).abs());
    apart.filter(|d| d.is_finite()).any(|d| d > TOLERANCE * largest)
}
