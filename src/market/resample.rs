//! A whole history in a longer timeframe.

use std::collections::BTreeMap;

use super::{BarFault, Bars, Bucket, BuiltBar, Calendar, Columns, Timeframe, TradingHours};

/// Bars of a longer timeframe, and what their making left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    pub bars: Bars,
    /// How many of the bars lack some of the shorter bars they should be made of.
    pub n_incomplete: usize,
    /// Shorter bars at the beginning that make no whole longer one.
    pub n_dropped_head: usize,
    /// Shorter bars at the end whose longer bar is not over yet.
    pub n_dropped_tail: usize,
    /// Shorter bars outside of the calendar's hours, which are in no longer one.
    pub n_after_hours: usize,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadResample {
    #[error("`{base}` bars do not fill whole `{to}` bars")]
    NotAMultiple { base: Timeframe, to: Timeframe },
    #[error("the `{to}` bars are faulty: {fault}")]
    Fault { to: Timeframe, fault: BarFault },
}

/// Collects bars into bars of the longer timeframe `to`; [`Bucket::new`] says what becomes of each
/// column. Bars with holes are made of what there is, and counted. A bar at either end that `calendar`
/// knows to reach beyond the data is dropped.
///
/// In two steps (1m → 5m → 1h) or one, every price is the same; sums differ by rounding, by less
/// than 1e-12 of their value.
pub fn resample(bars: &Bars, to: Timeframe, calendar: Calendar) -> Result<Resampled, BadResample> {
    let base = bars.timeframe();
    let columns = bars.columns();
    let (names, inputs): (Vec<&str>, Vec<&[f64]>) = all_columns(columns).unzip();
    let mut bucket = Bucket::new(base, to, calendar, &names)?;
    let mut build = Build::new(calendar.hours(), base, to, names.len());
    let mut row = vec![0.0; names.len()];
    for (i, &ts) in columns.ts.iter().enumerate() {
        row.iter_mut().zip(&inputs).for_each(|(value, input)| *value = input[i]);
        bucket.push(ts, &row).into_iter().for_each(|built| build.take(built));
    }
    let n_dropped_tail = bucket.unfinished().map_or(0, |last| build.take_last(last, columns));
    let (n_dropped_head, n_after_hours) = (bucket.n_headless(), bucket.n_after_hours());
    let n_incomplete = build.n_incomplete;
    let fault = |fault| BadResample::Fault { to, fault };
    let bars = Bars::new(bars.symbol().clone(), to, build.columns(&names)).map_err(fault)?;
    Ok(Resampled { bars, n_incomplete, n_dropped_head, n_dropped_tail, n_after_hours })
}

fn all_columns(columns: &Columns) -> impl Iterator<Item = (&str, &[f64])> {
    let extra = columns.extra.iter().map(|(name, values)| (name.as_str(), values.as_slice()));
    columns.prices().into_iter().chain(extra)
}

/// The longer bars so far, column by column.
struct Build {
    hours: TradingHours,
    base: Timeframe,
    to: Timeframe,
    out: Columns,
    values: Vec<Vec<f64>>,
    n_incomplete: usize,
}

impl Build {
    fn new(hours: TradingHours, base: Timeframe, to: Timeframe, n_columns: usize) -> Self {
        let values = vec![Vec::new(); n_columns];
        Self { hours, base, to, out: Columns::default(), values, n_incomplete: 0 }
    }

    fn take(&mut self, built: BuiltBar<'_>) {
        let cell = built.ts..built.ts.plus_us(self.to.us());
        let expected = self.hours.expected(cell, self.base).map_or(0, |e| e.count);
        self.n_incomplete += usize::from((built.n_base as u64) < expected);
        self.out.ts.push(built.ts);
        for (column, &value) in self.values.iter_mut().zip(built.values) {
            column.push(value);
        }
    }

    /// Takes the last bar if the data reach its end, else says how many bars it was made of.
    fn take_last(&mut self, last: BuiltBar<'_>, source: &Columns) -> usize {
        let Some(ts) = source.ts.last() else { return 0 };
        let rest = ts.plus_us(1)..last.ts.plus_us(self.to.us());
        if self.hours.expected(rest, self.base).is_some() {
            return last.n_base;
        }
        self.take(last);
        0
    }

    fn columns(mut self, names: &[&str]) -> Columns {
        let mut rest = self.values.drain(..);
        let mut next = || rest.next().unwrap_or_default();
        let (open, high, low, close, volume) = (next(), next(), next(), next(), next());
        let extra: BTreeMap<_, _> = names[5..].iter().map(|&n| n.to_owned()).zip(rest).collect();
        Columns { ts: self.out.ts, open, high, low, close, volume, extra }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{DAY_US, MINUTE_US, Ts};
    use proptest::prelude::*;

    /// Bars whose prices and volumes are made of their number, at the given multiples of `step`.
    fn bars_at(timeframe: &str, cells: &[i64]) -> Bars {
        let timeframe: Timeframe = timeframe.parse().unwrap();
        let start = "2024-01-01".parse::<Ts>().unwrap();
        let price = |k: i64| 100.0 + ((k * 37) % 101) as f64 / 7.0;
        let column = |f: &dyn Fn(i64) -> f64| cells.iter().map(|&k| f(k)).collect::<Vec<_>>();
        let columns = Columns {
            ts: cells.iter().map(|k| start.plus_us(k * timeframe.us())).collect(),
            open: column(&price),
            high: column(&|k| price(k).max(price(k + 1)) + 0.1),
            low: column(&|k| price(k).min(price(k + 1)) - 0.1),
            close: column(&|k| price(k + 1)),
            volume: column(&|k| ((k * 53) % 17) as f64 / 3.0),
            extra: BTreeMap::from([("vwap".to_owned(), column(&price))]),
        };
        Bars::new("X".parse().unwrap(), timeframe, columns).unwrap()
    }

    fn always(bars: &Bars, to: &str) -> Resampled {
        resample(bars, to.parse().unwrap(), Calendar::Always).unwrap()
    }

    #[test]
    fn an_hour_is_made_of_its_twelve_bars() {
        let base = bars_at("5m", &(0..24).collect::<Vec<_>>());
        let hours = always(&base, "1h");
        let (from, to) = (base.columns(), hours.bars.columns());
        assert_eq!(hours.bars.len(), 2);
        assert_eq!((to.open[1], to.close[1]), (from.open[12], from.close[23]));
        assert_eq!(to.high[1], from.high[12..].iter().copied().fold(0.0, f64::max));
        assert_eq!(to.low[1], from.low[12..].iter().copied().fold(1e9, f64::min));
        assert_eq!(to.volume[1], from.volume[12..].iter().sum::<f64>());
        let none_left = (hours.n_incomplete, hours.n_dropped_head, hours.n_dropped_tail);
        assert_eq!(none_left, (0, 0, 0));
    }

    #[test]
    fn ends_that_are_not_whole_are_dropped_and_holes_counted() {
        let cells: Vec<i64> = (5..65).filter(|k| *k != 30).collect();
        let hours = always(&bars_at("5m", &cells), "1h");
        let opens: Vec<String> = hours.bars.ts().iter().map(ToString::to_string).collect();
        assert_eq!(opens[0], "2024-01-01 01:00");
        assert_eq!(opens.len(), 4);
        assert_eq!((hours.n_incomplete, hours.n_dropped_head, hours.n_dropped_tail), (1, 7, 5));
    }

    #[test]
    fn a_last_bar_whose_own_last_part_is_missing_is_not_over() {
        let hours = always(&bars_at("5m", &(0..11).collect::<Vec<_>>()), "1h");
        assert_eq!((hours.bars.len(), hours.n_dropped_tail), (0, 11));
    }

    #[test]
    fn a_trading_week_is_whole_without_its_weekend_and_holidays() {
        // 2024-01-01 is a holiday: Tuesday to Friday; then Monday to Friday; then one Tuesday.
        let week = resample(
            &bars_at("1d", &[1, 2, 3, 4, 7, 8, 9, 10, 11, 15]),
            "1w".parse().unwrap(),
            Calendar::Nyse,
        )
        .unwrap();
        let opens: Vec<i64> = week.bars.ts().iter().map(|t| t.0 / DAY_US % 7).collect();
        assert_eq!(opens, [4, 4]);
        assert_eq!((week.n_incomplete, week.n_dropped_head, week.n_dropped_tail), (0, 0, 1));
    }

    #[test]
    fn bars_after_hours_are_left_out_and_counted() {
        // Three days from 09:00 to 01:00 of the next; New York trades from 14:30 to 21:00 UTC.
        let extended = (1..4).flat_map(|day| day * 288 + 108..day * 288 + 300);
        let all = bars_at("5m", &extended.collect::<Vec<_>>());
        let mut hours = Calendar::Nyse.hours();
        let due = (0..all.len()).filter(|&i| hours.is_open(all.ts()[i])).collect::<Vec<_>>();
        let due = all.columns().take(&due);
        let due = Bars::new("X".parse().unwrap(), Timeframe::M5, due).unwrap();
        for to in ["1h", "4h", "1d", "1w"].map(|t| t.parse().unwrap()) {
            let (wide, narrow) =
                (resample(&all, to, Calendar::Nyse), resample(&due, to, Calendar::Nyse));
            let (wide, narrow) = (wide.unwrap(), narrow.unwrap());
            assert_eq!(wide.n_after_hours, all.len() - 3 * 78);
            assert_eq!(wide, Resampled { n_after_hours: wide.n_after_hours, ..narrow });
        }
        let days = resample(&all, Timeframe::D1, Calendar::Nyse).unwrap();
        assert_eq!((days.bars.len(), days.n_incomplete, days.n_dropped_head), (3, 0, 0));
        assert_eq!(days.bars.columns().open[0], due.columns().open[0]);
    }

    #[test]
    fn an_empty_history_stays_empty() {
        assert!(always(&bars_at("5m", &[]), "1h").bars.is_empty());
    }

    #[test]
    fn a_shorter_timeframe_cannot_be_made() {
        let error = resample(&bars_at("1h", &[0]), Timeframe::M5, Calendar::Always).unwrap_err();
        assert_eq!(error.to_string(), "`1h` bars do not fill whole `5m` bars");
    }

    proptest! {
        #[test]
        fn two_steps_give_what_one_gives(gaps in prop::collection::vec(1_i64..4, 1..400)) {
            let cells: Vec<i64> = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
            let minutes = bars_at("1m", &cells);
            let (one, two) = (always(&minutes, "1h"), always(&always(&minutes, "5m").bars, "1h"));
            // A five-minute bar cut off at the start or the end can take an hour's edge with it.
            let (one, two) = (one.bars.columns(), two.bars.columns());
            let lost = |ts: &Ts| !two.ts.contains(ts);
            prop_assert!(one.ts.iter().filter(|ts| lost(ts)).count() <= 1);
            for (j, ts) in two.ts.iter().enumerate() {
                let i = one.ts.iter().position(|t| t == ts).unwrap();
                prop_assert_eq!(
                    (one.open[i], one.high[i], one.low[i], one.close[i]),
                    (two.open[j], two.high[j], two.low[j], two.close[j])
                );
                let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs();
                prop_assert!(near(one.volume[i], two.volume[j]));
                let (a, b) = (one.extra["vwap"][i], two.extra["vwap"][j]);
                prop_assert!(near(a, b) || a.is_nan() && b.is_nan());
            }
        }

        #[test]
        fn a_longer_history_never_changes_a_bar_already_built(n in 1_usize..300) {
            let minutes = bars_at("1m", &(0..300).collect::<Vec<_>>());
            let (all, part) = (always(&minutes, "15m").bars, always(&minutes.prefix(n), "15m").bars);
            let same = all.prefix(part.len());
            prop_assert_eq!(part.columns(), same.columns());
            prop_assert_eq!(part.len(), n / 15);
            prop_assert!(all.ts()[0].0 % (15 * MINUTE_US) == 0);
        }
    }
}
