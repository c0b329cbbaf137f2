//! Ticks of a time axis: UTC, at round hours, days, months and years.

use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::ticks::Tick;
use crate::units::{DAY_US, FIRST_MONDAY_US, HOUR_US, MINUTE_US, SECOND_US, WEEK_US};

/// The distance between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Span(i64),
    Months(i16),
}

use Pace::{Months, Span};

const PACES: [Pace; 33] = [
    Span(SECOND_US),
    Span(5 * SECOND_US),
    Span(15 * SECOND_US),
    Span(30 * SECOND_US),
    Span(MINUTE_US),
    Span(2 * MINUTE_US),
    Span(5 * MINUTE_US),
    Span(10 * MINUTE_US),
    Span(15 * MINUTE_US),
    Span(30 * MINUTE_US),
    Span(HOUR_US),
    Span(2 * HOUR_US),
    Span(3 * HOUR_US),
    Span(6 * HOUR_US),
    Span(12 * HOUR_US),
    Span(DAY_US),
    Span(2 * DAY_US),
    Span(WEEK_US),
    Span(2 * WEEK_US),
    Months(1),
    Months(2),
    Months(3),
    Months(6),
    Months(12),
    Months(24),
    Months(60),
    Months(120),
    Months(240),
    Months(600),
    Months(1_200),
    Months(2_400),
    Months(6_000),
    Months(12_000),
];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Ticks between two instants (microseconds since 1970 UTC), at most `most`, at the finest round
/// pace. What the labels leave out (year, day) stands once in the second line.
pub fn time_ticks(lo_us: i64, hi_us: i64, most: usize) -> Vec<Tick> {
    let most = most.max(2);
    let paces = PACES.iter().filter(|pace| pace.could_fit(lo_us, hi_us, most));
    let mut found = paces.map(|pace| (*pace, pace.instants(lo_us, hi_us)));
    let Some((pace, instants)) = found.find(|(_, at)| at.len() <= most) else { return Vec::new() };
    let mut last_under = None;
    let mut ticks = Vec::with_capacity(instants.len());
    for at in instants {
        let Some(civil) = civil(at) else { continue };
        let (label, under) = pace.words(civil);
        let news = under.clone().filter(|text| last_under.as_ref() != Some(text));
        last_under = under;
        ticks.push(Tick { value: at as f64, label, under: news });
    }
    ticks
}

impl Pace {
    /// Spares counting the seconds of a century.
    const fn could_fit(self, lo_us: i64, hi_us: i64, most: usize) -> bool {
        match self {
            Span(us) => hi_us.saturating_sub(lo_us) / us <= most as i64,
            Months(_) => true,
        }
    }

    fn instants(self, lo_us: i64, hi_us: i64) -> Vec<i64> {
        match self {
            Span(us) => spans(us, lo_us, hi_us),
            Months(n) => months(n, lo_us, hi_us),
        }
    }

    fn words(self, at: DateTime) -> (String, Option<String>) {
        let month = MONTHS[usize::from(at.month().unsigned_abs()).saturating_sub(1) % 12];
        let day = format!("{} {month}", at.day());
        match self {
            Span(us) if us < MINUTE_US => {
                let clock = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
                (clock, Some(format!("{day} {}", at.year())))
            }
            Span(us) if us < DAY_US => (
                format!("{:02}:{:02}", at.hour(), at.minute()),
                Some(format!("{day} {}", at.year())),
            ),
            Span(_) => (day, Some(at.year().to_string())),
            Months(n) if n < 12 => (month.to_owned(), Some(at.year().to_string())),
            Months(_) => (at.year().to_string(), None),
        }
    }
}

/// Weeks begin on Mondays, all else at the epoch.
fn spans(us: i64, lo_us: i64, hi_us: i64) -> Vec<i64> {
    let origin = if us % WEEK_US == 0 { FIRST_MONDAY_US } else { 0 };
    let first = lo_us.saturating_sub(origin).div_euclid(us);
    let instants = (first..).map_while(|i| i.checked_mul(us)?.checked_add(origin));
    instants.skip_while(|at| *at < lo_us).take_while(|at| *at <= hi_us).collect()
}

fn months(n: i16, lo_us: i64, hi_us: i64) -> Vec<i64> {
    let Some(first) = civil(lo_us).map(|at| first_month(at.date(), n)) else { return Vec::new() };
    let later = std::iter::successors(Some(first), |at| at.checked_add(i64::from(n).months()).ok());
    let instants = later.map_while(midnight_us);
    instants.skip_while(|at| *at < lo_us).take_while(|at| *at <= hi_us).collect()
}

/// The first of the month that begins the `n` months around `day`, counted from year 0.
fn first_month(day: Date, n: i16) -> Date {
    let month = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    let first = month.div_euclid(i32::from(n)) * i32::from(n);
    let year = i16::try_from(first.div_euclid(12)).unwrap_or_default();
    let month = i8::try_from(first.rem_euclid(12) + 1).unwrap_or(1);
    Date::new(year, month, 1).unwrap_or(date(0, 1, 1))
}

fn midnight_us(day: Date) -> Option<i64> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

fn civil(us: i64) -> Option<DateTime> {
    Some(Timestamp::from_microsecond(us).ok()?.to_zoned(TimeZone::UTC).datetime())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::units::Ts;

    fn shown(from: &str, to: &str, most: usize) -> Vec<String> {
        let us = |text: &str| text.parse::<Ts>().unwrap().0;
        let ticks = time_ticks(us(from), us(to), most);
        let word = |t: &Tick| match &t.under {
            Some(under) => format!("{}/{under}", t.label),
            None => t.label.clone(),
        };
        ticks.iter().map(word).collect()
    }

    #[test]
    fn months_name_their_year_once() {
        let ticks = shown("2023-10-15", "2024-03-20", 8);
        assert_eq!(ticks, ["Nov/2023", "Dec", "Jan/2024", "Feb", "Mar"]);
    }

    #[test]
    fn hours_name_their_day_once() {
        let ticks = shown("2024-02-28 17:30", "2024-02-29 13:00", 6);
        assert_eq!(ticks, ["18:00/28 Feb 2024", "00:00/29 Feb 2024", "06:00", "12:00"]);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(
            shown("2024-01-03", "2024-01-31", 5),
            ["8 Jan/2024", "15 Jan", "22 Jan", "29 Jan"]
        );
    }

    #[test]
    fn decades_are_years() {
        assert_eq!(shown("1988-06-01", "2025-01-01", 5), ["1990", "2000", "2010", "2020"]);
    }

    proptest! {
        #[test]
        fn ticks_ascend_inside_the_range_and_are_not_too_many(
            lo in -3_000_000_000_000_000_i64..3_000_000_000_000_000,
            width in 3_000_000_i64..3_000_000_000_000_000,
            most in 4..14_usize
        ) {
            let ticks = time_ticks(lo, lo + width, most);
            prop_assert!(!ticks.is_empty() && ticks.len() <= most, "{ticks:?}");
            prop_assert!(ticks.windows(2).all(|w| w[0].value < w[1].value));
            prop_assert!(ticks.iter().all(|t| t.value >= lo as f64 && t.value <= (lo + width) as f64));
        }

        #[test]
        fn any_two_instants_are_survived(lo in any::<i64>(), hi in any::<i64>()) {
            prop_assert!(time_ticks(lo, hi, 8).len() <= 8);
        }
    }
}
