//! Which files of the archive cover a range, and what they are called.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::units::Ts;

/// A month or a day, with a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub range: Range<Ts>,
    /// `monthly` or `daily`, as the folder is called.
    folder: &'static str,
    /// `2024-01` or `2024-01-31`.
    label: String,
}

pub(super) struct File {
    pub name: String,
    pub url: String,
}

impl File {
    pub(super) fn checksum_url(&self) -> String {
        format!("{}.CHECKSUM", self.url)
    }
}

impl Span {
    /// `…/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2024-01.zip`
    pub(super) fn file(&self, base: &str, symbol: &str, interval: &str) -> File {
        let name = format!("{symbol}-{interval}-{}.zip", self.label);
        let url = format!("{base}/{}/klines/{symbol}/{interval}/{name}", self.folder);
        File { name, url }
    }
}

/// The calendar months (UTC) that the range touches.
pub(super) fn months_of(range: &Range<Ts>) -> Vec<Span> {
    spans(
        range,
        Date::first_of_month,
        |date| date.checked_add(1.month()).ok(),
        |date| ("monthly", date.strftime("%Y-%m").to_string()),
    )
}

/// The days of a month that the range touches.
pub(super) fn days_of(month: &Span, range: &Range<Ts>) -> Vec<Span> {
    let part = month.range.start.max(range.start)..month.range.end.min(range.end);
    spans(&part, |date| date, |date| date.tomorrow().ok(), |date| ("daily", date.to_string()))
}

fn spans(
    range: &Range<Ts>,
    first: fn(Date) -> Date,
    next: fn(Date) -> Option<Date>,
    label: fn(Date) -> (&'static str, String),
) -> Vec<Span> {
    let mut found = Vec::new();
    let mut date = date_of(range.start).map(first);
    while let Some(here) = date {
        let after = next(here);
        let (Some(start), Some(end)) = (ts_of(here), after.and_then(ts_of)) else { break };
        if range.is_empty() || start >= range.end {
            break;
        }
        let (folder, label) = label(here);
        found.push(Span { range: start..end, folder, label });
        date = after;
    }
    found
}

fn date_of(ts: Ts) -> Option<Date> {
    Some(Timestamp::from_microsecond(ts.0).ok()?.to_zoned(TimeZone::UTC).date())
}

fn ts_of(date: Date) -> Option<Ts> {
    Some(Ts(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> Range<Ts> {
        start.parse().unwrap()..end.parse().unwrap()
    }

    fn labels(spans: &[Span]) -> Vec<&str> {
        spans.iter().map(|s| s.label.as_str()).collect()
    }

    #[test]
    fn a_range_touches_its_first_and_last_month() {
        let months = months_of(&range("2023-11-30 23:55", "2024-02-01 00:05"));
        assert_eq!(labels(&months), ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert_eq!(months[3].range, range("2024-02-01", "2024-03-01"));
        let ends_at_midnight = months_of(&range("2024-01-01", "2024-02-01"));
        assert_eq!(labels(&ends_at_midnight), ["2024-01"]);
        assert!(months_of(&range("2024-01-01", "2024-01-01")).is_empty());
    }

    #[test]
    fn days_are_those_of_both_the_month_and_the_range() {
        let wanted = range("2024-02-28 12:00", "2024-03-05");
        let months = months_of(&wanted);
        assert_eq!(labels(&days_of(&months[0], &wanted)), ["2024-02-28", "2024-02-29"]);
        assert_eq!(days_of(&months[1], &wanted).len(), 4);
    }

    #[test]
    fn files_are_named_as_the_archive_names_them() {
        let wanted = range("2024-01-31", "2024-02-01");
        let month = &months_of(&wanted)[0];
        let file = month.file("https://host/data/spot", "BTCUSDT", "5m");
        let path = "data/spot/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2024-01.zip";
        assert_eq!(file.url, format!("https://host/{path}"));
        assert_eq!(file.checksum_url(), format!("https://host/{path}.CHECKSUM"));
        let day = days_of(month, &wanted)[0].file("https://host/data/futures/um", "BTCUSDT", "1h");
        let path = "data/futures/um/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01-31.zip";
        assert_eq!(day.url, format!("https://host/{path}"));
    }
}
