//! How much time the data cover.

use serde::Serialize;

use super::{finite, ratio};
use crate::market::Timeframe;
use crate::units::{DAY_US, Ts};

/// The mean Gregorian year: 400 of them have 146,097 days.
const DAYS_PER_YEAR: f64 = 365.2425;
pub const YEAR_US: f64 = DAYS_PER_YEAR * DAY_US as f64;
/// In days.
const WEEK: i64 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Period {
    /// The first bar's opening.
    #[serde(serialize_with = "super::as_text")]
    pub start: Option<Ts>,
    /// The last bar's close.
    #[serde(serialize_with = "super::as_text")]
    pub end: Option<Ts>,
    pub bars: u64,
    /// UTC days with bars.
    pub days: u64,
    /// From start to end, over 365.2425 days.
    pub years: Option<f64>,
    /// What makes a year of daily returns here: 365.2425 for a market that never closes, about 252
    /// for shares. See `per_year`.
    pub returns_per_year: Option<f64>,
}

impl Period {
    /// `days`: since 1970, ascending, those with bars.
    pub fn new(ts: &[Ts], timeframe: Timeframe, days: &[i64]) -> Self {
        let (start, end) = (ts.first().copied(), ts.last().map(|ts| ts.plus_us(timeframe.us())));
        let span = start.zip(end).map(|(start, end)| (end.0 - start.0) as f64);
        let years = span.and_then(|us| finite(us / YEAR_US));
        let returns_per_year = match timeframe.us() > DAY_US {
            true => years.and_then(|years| ratio(days.len() as f64, years)),
            false => per_year(days),
        };
        let n_days = days.len() as u64;
        Self { start, end, bars: ts.len() as u64, days: n_days, years, returns_per_year }
    }
}

/// Days with bars in as many whole weeks from the first day on as there are, over the days of the
/// calendar in them, times 365.2425; below a week, over the days from the first to the last. Whole
/// days, since a record that begins five minutes before midnight has two days in as good as one;
/// whole weeks, so that it makes no difference on which side of a weekend it ends. (Bars longer than
/// a day cut no day in two: there, bars ÷ years.)
fn per_year(days: &[i64]) -> Option<f64> {
    let (first, last) = (days.first()?, days.last()?);
    let n_calendar = last - first + 1;
    let n_counted = if n_calendar < WEEK { n_calendar } else { n_calendar / WEEK * WEEK };
    let n_days = days.partition_point(|day| *day < first + n_counted);
    ratio(n_days as f64, n_counted as f64).map(|share| share * DAYS_PER_YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ts: &[Ts], timeframe: Timeframe) -> Period {
        let mut days: Vec<i64> = ts.iter().map(|ts| ts.0.div_euclid(DAY_US)).collect();
        days.dedup();
        Period::new(ts, timeframe, &days)
    }

    #[test]
    fn a_market_that_never_closes_has_the_days_of_the_year() {
        let ts: Vec<Ts> = (0..2 * 365).map(|half| Ts(half * DAY_US / 2)).collect();
        let period = of(&ts, "12h".parse().unwrap());
        assert_eq!((period.end, period.days), (Some(Ts(365 * DAY_US)), 365));
        assert!((period.years.unwrap() - 365.0 / 365.2425).abs() < 1e-15);
        assert_eq!(period.returns_per_year, Some(365.2425));
    }

    #[test]
    fn a_record_that_begins_just_before_midnight_makes_the_year_no_longer() {
        let five_minutes = DAY_US / 288;
        for n_days in [1, 3, 7, 33] {
            let ts: Vec<Ts> = (-1..288 * n_days).map(|bar| Ts(bar * five_minutes)).collect();
            let period = of(&ts, Timeframe::M5);
            assert_eq!(period.days, n_days as u64 + 1);
            assert_eq!(period.returns_per_year, Some(365.2425), "{n_days} days");
        }
    }

    #[test]
    fn weekends_make_the_year_shorter_wherever_the_record_ends() {
        let day = |d: i64| Ts(crate::units::FIRST_MONDAY_US + d * DAY_US);
        for n_days in [8, 12, 13, 19, 364] {
            let ts: Vec<Ts> = (0..n_days).filter(|d| d % 7 < 5).map(day).collect();
            let found = of(&ts, Timeframe::D1).returns_per_year.unwrap();
            assert!((found - 365.2425 * 5.0 / 7.0).abs() < 1e-10, "{n_days} days: {found}");
        }
    }

    #[test]
    fn weeks_and_odd_bars_are_counted_one_by_one() {
        let week = |w: i64| Ts(crate::units::FIRST_MONDAY_US + w * 7 * DAY_US);
        let ts: Vec<Ts> = (0..9).map(week).collect();
        let found = of(&ts, "1w".parse().unwrap()).returns_per_year.unwrap();
        assert!((found - 365.2425 / 7.0).abs() < 1e-10, "{found}");
    }

    #[test]
    fn no_bars_cover_no_time() {
        let period = Period::new(&[], Timeframe::D1, &[]);
        assert_eq!((period.years, period.returns_per_year), (None, None));
    }
}
