//! How much time the data cover.

use serde::Serialize;

use super::{finite, ratio};
use crate::market::Timeframe;
use crate::units::{DAY_US, Ts};

/// The mean Gregorian year: 400 of them have 146,097 days.
pub const YEAR_US: f64 = 365.2425 * DAY_US as f64;

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
    /// `days / years`: what makes a year of daily returns here, 365 for a market that never closes.
    pub returns_per_year: Option<f64>,
}

impl Period {
    pub fn new(ts: &[Ts], timeframe: Timeframe, days: usize) -> Self {
        let (start, end) = (ts.first().copied(), ts.last().map(|ts| ts.plus_us(timeframe.us())));
        let span = start.zip(end).map(|(start, end)| (end.0 - start.0) as f64);
        let years = span.and_then(|us| finite(us / YEAR_US));
        let returns_per_year = years.and_then(|years| ratio(days as f64, years));
        Self { start, end, bars: ts.len() as u64, days: days as u64, years, returns_per_year }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_that_never_closes_has_the_days_of_the_year() {
        let ts: Vec<Ts> = (0..2 * 365).map(|half| Ts(half * DAY_US / 2)).collect();
        let half_day = "12h".parse().unwrap();
        let period = Period::new(&ts, half_day, 365);
        assert_eq!(period.end, Some(Ts(365 * DAY_US)));
        assert!((period.years.unwrap() - 365.0 / 365.2425).abs() < 1e-15);
        assert!((period.returns_per_year.unwrap() - 365.2425).abs() < 1e-10);
    }

    #[test]
    fn weekends_make_the_year_shorter() {
        // Five days of each of 52 weeks: 260 in 362 days (to the last Friday's close) of a year.
        let day = |d: i64| Ts(crate::units::FIRST_MONDAY_US + d * DAY_US);
        let ts: Vec<Ts> = (0..364).filter(|d| d % 7 < 5).map(day).collect();
        let period = Period::new(&ts, Timeframe::D1, ts.len());
        assert!((period.returns_per_year.unwrap() - 260.0 * 365.2425 / 362.0).abs() < 1e-10);
    }

    #[test]
    fn no_bars_cover_no_time() {
        let period = Period::new(&[], Timeframe::D1, 0);
        assert_eq!((period.years, period.returns_per_year), (None, None));
    }
}
