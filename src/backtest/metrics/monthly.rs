//! The return of each month.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::days::Days;
use super::ratio;
use crate::units::DAY_US;

/// One year of UTC months. `equity at the month's last bar / at the last bar before the month − 1`,
/// so the months of a year compound to its total; the first counts from the money at the beginning.
/// The first and the last month are as long as the data in them. A bar belongs to the month it
/// opens in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Year {
    pub year: i16,
    /// January first; null: no bars, or no equity to begin with.
    pub months: [Option<f64>; 12],
    pub total: Option<f64>,
}

/// The years that have bars.
pub fn monthly(days: &Days, cash: f64) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    let (mut before, mut before_year, mut start) = (cash, cash, 0);
    while let Some(date) = days.day.get(start).and_then(|day| date_of(*day)) {
        let left = i64::from(date.days_in_month() - date.day());
        let end_day = days.day[start] + left;
        let end = start + days.day[start..].partition_point(|day| *day <= end_day);
        let equity = days.equity[end - 1];
        if years.last().is_none_or(|year| year.year != date.year()) {
            before_year = before;
            years.push(Year { year: date.year(), months: [None; 12], total: None });
        }
        if let Some(year) = years.last_mut() {
            year.months[date.month() as usize - 1] = growth(before, equity);
            year.total = growth(before_year, equity);
        }
        (before, start) = (equity, end);
    }
    years
}

fn growth(before: f64, after: f64) -> Option<f64> {
    if before > 0.0 { ratio(after - before, before) } else { None }
}

fn date_of(day: i64) -> Option<Date> {
    let midnight = Timestamp::from_microsecond(day.checked_mul(DAY_US)?).ok()?;
    Some(midnight.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Ts;

    fn days(points: &[(&str, f64)]) -> Days {
        let day = |text: &str| text.parse::<Ts>().unwrap().0 / DAY_US;
        Days {
            day: points.iter().map(|(text, _)| day(text)).collect(),
            equity: points.iter().map(|(_, equity)| *equity).collect(),
        }
    }

    #[test]
    fn months_without_bars_are_empty_and_the_next_one_takes_their_change() {
        let found = monthly(
            &days(&[
                ("2023-11-15", 90.0),
                ("2023-11-30", 110.0),
                ("2023-12-31", 99.0),
                ("2024-02-28", 100.0),
                ("2024-02-29", 198.0),
                ("2024-03-01", 99.0),
            ]),
            100.0,
        );
        assert_eq!(found.iter().map(|y| y.year).collect::<Vec<_>>(), [2023, 2024]);
        let near = |value: Option<f64>, expected: f64| {
            assert!((value.unwrap() - expected).abs() < 1e-15, "{value:?} is not {expected}");
        };
        near(found[0].months[10], 0.1);
        near(found[0].months[11], -0.1);
        near(found[0].total, -0.01);
        near(found[1].months[1], 1.0);
        near(found[1].months[2], -0.5);
        near(found[1].total, 0.0);
        assert_eq!(found[1].months.iter().flatten().count(), 2);
    }

    #[test]
    fn nothing_grows_from_nothing() {
        let found = monthly(&days(&[("2024-01-31", -5.0), ("2024-02-01", 1.0)]), 100.0);
        assert_eq!(found[0].months[0], Some(-1.05));
        assert_eq!((found[0].months[1], found[0].total), (None, Some(-0.99)));
        assert!(monthly(&Days::default(), 100.0).is_empty());
    }
}
