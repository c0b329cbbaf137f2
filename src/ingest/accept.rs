//! Columns → Bars, or the reason why not.

use super::audit::POSSIBLE;
use super::grid::check_timeframe;
use crate::failure::Failure;
use crate::market::{BarFault, Bars, Columns, Symbol, Timeframe};
use crate::units::{SECOND_US, Ts};

/// Which repairs are wanted; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accept {
    /// Put bars in the order of time.
    pub sort: bool,
    /// Drop bars that repeat the one before them in every column.
    pub dedup: bool,
}

pub fn accept(
    symbol: &Symbol,
    timeframe: Timeframe,
    mut columns: Columns,
    accept: &Accept,
) -> Result<Bars, Failure> {
    check_possible(&columns.ts)?;
    check_timeframe(&columns.ts, timeframe)?;
    if accept.sort && !columns.ts.is_sorted() {
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by_key(|&i| columns.ts[i]);
        columns = columns.take(&order);
    }
    if accept.dedup && columns.ts.windows(2).any(|pair| pair[0] == pair[1]) {
        columns = columns.take(&distinct(&columns));
    }
    check_days(&columns.ts, timeframe)?;
    check_extra(&columns)?;
    unsign_zeros(&mut columns);
    let repeat = first_repeat(&columns);
    Bars::new(symbol.clone(), timeframe, columns).map_err(|fault| refuse(&fault, repeat, accept))
}

/// Spreadsheets count days: 45,292 is the first of 2024, and would be a second of 1970.
fn check_days(ts: &[Ts], timeframe: Timeframe) -> Result<(), Failure> {
    const DAYS: std::ops::Range<i64> = 10_000 * SECOND_US..100_000 * SECOND_US;
    let (Some(first), Some(last)) = (ts.first(), ts.last()) else { return Ok(()) };
    if timeframe.us() > SECOND_US || !DAYS.contains(&first.0) || !DAYS.contains(&last.0) {
        return Ok(());
    }
    let day = first.0 / SECOND_US;
    Err(Failure::user(format!(
        "the times are numbers such as `{day}`, seconds on the first day of 1970"
    ))
    .hint("do they count days, as spreadsheets do? save them as dates"))
}

/// Times in a unit that was taken for another: hours become weeks, and lie on their grid.
fn check_possible(ts: &[Ts]) -> Result<(), Failure> {
    let Some(bad) = ts.iter().find(|t| !POSSIBLE.contains(&t.0)) else { return Ok(()) };
    let message = format!("a bar opens {} microseconds after 1970, when nobody traded", bad.0);
    Err(Failure::user(message).hint("are the times in another unit? `--time-format ms` and so on"))
}

/// The rows that differ from the one before.
fn distinct(columns: &Columns) -> Vec<usize> {
    (0..columns.len()).filter(|&i| i == 0 || !same_bar(columns, i - 1, i)).collect()
}

/// How the first two bars of one time compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Repeat {
    Exact,
    Different,
}

fn first_repeat(columns: &Columns) -> Option<Repeat> {
    let second = columns.ts.windows(2).position(|pair| pair[0] == pair[1])? + 1;
    Some(if same_bar(columns, second - 1, second) { Repeat::Exact } else { Repeat::Different })
}

fn same_bar(columns: &Columns, a: usize, b: usize) -> bool {
    let same = |v: &[f64]| v[a] == v[b] || (v[a].is_nan() && v[b].is_nan());
    columns.ts[a] == columns.ts[b]
        && columns.prices().iter().all(|(_, v)| same(v))
        && columns.extra.values().all(|v| same(v))
}

/// What is missing is NaN; an infinity is a fault of whoever made the file.
fn check_extra(columns: &Columns) -> Result<(), Failure> {
    for (name, values) in &columns.extra {
        let infinite = values.iter().zip(&columns.ts).find(|(v, _)| v.is_infinite());
        if let Some((value, at)) = infinite {
            return Err(Failure::user(format!("`{name}` of the bar at `{at}` is `{value}`")));
        }
    }
    Ok(())
}

/// `-0` and `0` are one volume, and must be the same bytes.
fn unsign_zeros(columns: &mut Columns) {
    for values in columns.extra.values_mut().chain([&mut columns.volume]) {
        values.iter_mut().filter(|v| **v == 0.0).for_each(|v| *v = 0.0);
    }
}

fn refuse(fault: &BarFault, repeat: Option<Repeat>, accept: &Accept) -> Failure {
    let failure = Failure::user(fault);
    match fault {
        BarFault::Unsorted { .. } => failure.hint("`--sort` puts bars in order"),
        BarFault::Duplicate { .. } if repeat == Some(Repeat::Exact) => {
            failure.hint("`--dedup` drops exact repeats")
        }
        BarFault::Duplicate { at } => {
            let why = if accept.dedup { ", which `--dedup` does not decide" } else { "" };
            Failure::user(format!("the bar at `{at}` is there twice, with different values{why}"))
                .hint("which one is right? delete the other")
        }
        BarFault::OffGrid { .. } => failure.hint(
            "bars are named by their open in UTC: are the times closes, or local (`--time-zone`)?",
        ),
        BarFault::BadValue { value, .. } if value.is_nan() => {
            failure.hint("a bar without a price is no bar: leave it out of the file")
        }
        BarFault::BadValue { .. } => failure.hint("correct the file, or leave the bar out"),
        BarFault::Range { .. } => failure.hint("are the columns what they are called?"),
        BarFault::Length { .. } => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::MINUTE_US;

    fn columns(at: &[i64], close: &[f64]) -> Columns {
        let n = at.len();
        Columns {
            ts: at.iter().map(|m| Ts(m * MINUTE_US)).collect(),
            open: vec![10.0; n],
            high: vec![20.0; n],
            low: vec![5.0; n],
            close: close.to_vec(),
            volume: vec![-0.0; n],
            extra: [("vwap".to_owned(), vec![f64::NAN; n])].into(),
        }
    }

    fn close(columns: Columns, sort: bool, dedup: bool) -> Result<Vec<f64>, Failure> {
        let bars = accept(&"X".parse().unwrap(), Timeframe::M5, columns, &Accept { sort, dedup })?;
        Ok(bars.columns().close.clone())
    }

    #[test]
    fn nothing_is_repaired_unasked() {
        let unsorted = || columns(&[5, 0, 10], &[11.0, 10.0, 12.0]);
        let failure = close(unsorted(), false, true).unwrap_err();
        assert_eq!(
            failure.message,
            "the bar at `1970-01-01 00:00` comes after the bar at `1970-01-01 00:05`"
        );
        assert_eq!(failure.hint.as_deref(), Some("`--sort` puts bars in order"));
        assert_eq!(close(unsorted(), true, false).unwrap(), [10.0, 11.0, 12.0]);
    }

    #[test]
    fn only_exact_repeats_are_dropped() {
        let repeated = || columns(&[0, 5, 5, 10], &[10.0, 11.0, 11.0, 12.0]);
        let failure = close(repeated(), false, false).unwrap_err();
        assert_eq!(failure.message, "the bar at `1970-01-01 00:05` is there twice");
        assert_eq!(failure.hint.as_deref(), Some("`--dedup` drops exact repeats"));
        assert_eq!(close(repeated(), false, true).unwrap(), [10.0, 11.0, 12.0]);
        let differing = columns(&[0, 5, 5, 10], &[10.0, 11.0, 11.5, 12.0]);
        let failure = close(differing, false, true).unwrap_err();
        assert_eq!(
            failure.message,
            "the bar at `1970-01-01 00:05` is there twice, with different values, \
             which `--dedup` does not decide"
        );
    }

    #[test]
    fn repeats_far_apart_are_dropped_once_sorted() {
        let twice = columns(&[0, 5, 10, 0, 5, 10], &[10.0, 11.0, 12.0, 10.0, 11.0, 12.0]);
        assert_eq!(close(twice, true, true).unwrap(), [10.0, 11.0, 12.0]);
    }

    #[test]
    fn days_of_a_spreadsheet_are_not_taken_for_seconds() {
        let mut days = columns(&[0, 0, 0], &[10.0; 3]);
        days.ts = [45_292, 45_293, 45_294].map(|day| Ts(day * 1_000_000)).to_vec();
        let second = "1s".parse().unwrap();
        let symbol = "X".parse().unwrap();
        let failure = accept(&symbol, second, days, &Accept::default()).unwrap_err();
        assert!(failure.message.contains("`45292`"), "{failure}");
    }

    #[test]
    fn a_year_without_prices_is_refused() {
        let far = columns(&[28_401_123_600], &[10.0]);
        let failure = close(far, false, false).unwrap_err();
        assert!(failure.message.ends_with("after 1970, when nobody traded"), "{failure}");
        assert!(failure.hint.unwrap().contains("`--time-format ms`"));
    }

    #[test]
    fn an_infinite_extra_is_refused_and_zeros_have_no_sign() {
        let mut bad = columns(&[0], &[10.0]);
        bad.extra.insert("vwap".into(), vec![f64::INFINITY]);
        let failure = close(bad, false, false).unwrap_err();
        assert_eq!(failure.message, "`vwap` of the bar at `1970-01-01 00:00` is `inf`");
        let symbol = "X".parse().unwrap();
        let bars = accept(&symbol, Timeframe::M5, columns(&[0], &[10.0]), &Accept::default());
        assert!(bars.unwrap().columns().volume[0].is_sign_positive());
    }
}
