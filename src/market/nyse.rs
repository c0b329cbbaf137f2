//! When the New York Stock Exchange trades, by rule.
//!
//! Source: NYSE Rules 7.2 ("Holidays") and 7.34 ("Trading Sessions"), and the yearly "Holidays and
//! Trading Hours" on nyse.com. Closed days hold from 1990 on. So do early closes: by rule from 1993
//! on, when they became a custom, and by list before. Days are counted from 1970-01-01.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;

use super::zone::weekday_of;

/// The core session opens at 09:30 New York time, in minutes of the day.
pub const OPENS: u32 = 9 * 60 + 30;
const CLOSES: u32 = 16 * 60;
const CLOSES_EARLY: u32 = 13 * 60;
const CLOSED_AT_TWO: u32 = 14 * 60;

/// The early closes of 1990 to 1992, all at 14:00: there was no custom yet.
const AT_TWO: [(i16, i8, i8); 4] = [(1990, 12, 24), (1991, 12, 24), (1992, 11, 27), (1992, 12, 24)];

/// Early closes at 13:00 that no rule foresees: Fridays after Christmas, and the eve of 2000.
const SPECIAL_EARLY: [(i16, i8, i8); 3] = [(1997, 12, 26), (1999, 12, 31), (2003, 12, 26)];

/// Closures no rule foresees: mourning for Presidents Nixon, Reagan, Ford, Bush and Carter, the
/// attacks of September 2001 and Hurricane Sandy.
const SPECIAL_CLOSURES: [(i16, i8, i8); 11] = [
    (1994, 4, 27),
    (2001, 9, 11),
    (2001, 9, 12),
    (2001, 9, 13),
    (2001, 9, 14),
    (2004, 6, 11),
    (2007, 1, 2),
    (2012, 10, 29),
    (2012, 10, 30),
    (2018, 12, 5),
    (2025, 1, 9),
];

pub fn is_trading_day(day: i64) -> bool {
    weekday_of(day) < 5 && civil(day).is_some_and(|date| !is_holiday(date))
}

/// The minute of the New York day at which a trading day ends.
pub fn closes(day: i64) -> u32 {
    match civil(day) {
        Some(date) if AT_TWO.contains(&(date.year(), date.month(), date.day())) => CLOSED_AT_TWO,
        Some(date) if closes_early(date) => CLOSES_EARLY,
        _ => CLOSES,
    }
}

fn civil(day: i64) -> Option<Date> {
    let midnight = Timestamp::from_second(day.checked_mul(86_400)?).ok()?;
    Some(Offset::UTC.to_datetime(midnight).date())
}

/// `date` is a weekday.
fn is_holiday(date: Date) -> bool {
    use Weekday::{Monday, Thursday};
    let (year, month, day) = (date.year(), date.month(), date.day());
    let floating = |weekday, days: std::ops::RangeInclusive<i8>| {
        date.weekday() == weekday && days.contains(&day)
    };
    let by_month = match month {
        // Martin Luther King Jr. Day, third Monday, since 1998.
        1 => year >= 1998 && floating(Monday, 15..=21),
        // Washington's Birthday, third Monday.
        2 => floating(Monday, 15..=21),
        3 | 4 => is_good_friday(date),
        // Memorial Day, last Monday.
        5 => floating(Monday, 25..=31),
        // Juneteenth, since 2022.
        6 => year >= 2022 && is_observed(date, 6, 19),
        7 => is_observed(date, 7, 4),
        // Labor Day, first Monday.
        9 => floating(Monday, 1..=7),
        // Thanksgiving, fourth Thursday.
        11 => floating(Thursday, 22..=28),
        12 => is_observed(date, 12, 25),
        _ => false,
    };
    by_month || is_new_year(date) || SPECIAL_CLOSURES.contains(&(year, month, day))
}

/// A Saturday's holiday is kept on the Friday before, a Sunday's on the Monday after.
fn is_observed(date: Date, month: i8, day: i8) -> bool {
    let falls_on = |d: Option<Date>| d.is_some_and(|d| (d.month(), d.day()) == (month, day));
    falls_on(Some(date))
        || date.weekday() == Weekday::Monday && falls_on(date.yesterday().ok())
        || date.weekday() == Weekday::Friday && falls_on(date.tomorrow().ok())
}

/// A New Year's Day on a Saturday is not made up for: the Friday before ends the accounting year.
fn is_new_year(date: Date) -> bool {
    let monday_after = date.day() == 2 && date.weekday() == Weekday::Monday;
    date.month() == 1 && (date.day() == 1 || monday_after)
}

fn is_good_friday(date: Date) -> bool {
    date.weekday() == Weekday::Friday && {
        let (month, day) = easter(i32::from(date.year()));
        let march_day = |month: i32, day: i32| day + if month == 4 { 31 } else { 0 };
        let today = march_day(i32::from(date.month()), i32::from(date.day()));
        today + 2 == march_day(month, day)
    }
}

/// Month and day of Easter Sunday: the anonymous Gregorian computus (J. Meeus, "Astronomical
/// Algorithms", 2nd ed., 1998, chapter 8).
fn easter(year: i32) -> (i32, i32) {
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let moon_fix = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_fix + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * sunday) / 451;
    let sum = epact + sunday - 7 * late + 114;
    (sum / 31, sum % 31 + 1)
}

/// `date` is a trading day. Early closes at 13:00 since 1993: the day after Thanksgiving, Christmas
/// Eve, and beside Independence Day.
fn closes_early(date: Date) -> bool {
    use Weekday::{Friday, Wednesday};
    let (year, day, weekday) = (date.year(), date.day(), date.weekday());
    // Until 2012 a holiday on a Thursday shortened the Friday after it, since then the day before.
    let before_july_4 = |friday_instead: bool| match (day, weekday) {
        (3, Wednesday) => !friday_instead,
        (3, _) => weekday != Friday,
        (5, Friday) => friday_instead,
        _ => false,
    };
    let by_rule = match date.month() {
        7 => before_july_4(year < 2013),
        11 => weekday == Friday && (23..=29).contains(&day),
        12 => day == 24,
        _ => false,
    };
    by_rule && year >= 1993 || SPECIAL_EARLY.contains(&(year, date.month(), day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{DAY_US, Ts};

    fn day(text: &str) -> i64 {
        text.parse::<Ts>().unwrap().0 / DAY_US
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        let known = [
            (1961, 4, 2),
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2038, 4, 25),
        ];
        for (year, month, day) in known {
            assert_eq!(easter(year), (month, day), "{year}");
        }
    }

    #[test]
    fn the_closed_days_of_two_years_are_those_the_exchange_published() {
        let closed = |year: i32| -> Vec<String> {
            let from = day(&format!("{year}-01-01"));
            let to = day(&format!("{}-01-01", year + 1));
            let weekdays = (from..to).filter(|&d| weekday_of(d) < 5 && !is_trading_day(d));
            weekdays.map(|d| Ts(d * DAY_US).to_string()[5..10].to_owned()).collect()
        };
        assert_eq!(
            closed(2024),
            [
                "01-01", "01-15", "02-19", "03-29", "05-27", "06-19", "07-04", "09-02", "11-28",
                "12-25"
            ]
        );
        // New Year's Day on a Saturday: no day off for it; Juneteenth and Christmas on Sundays.
        assert_eq!(
            closed(2022),
            ["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"]
        );
        // Independence Day on a Saturday; no Juneteenth yet.
        assert_eq!(
            closed(2020),
            ["01-01", "01-20", "02-17", "04-10", "05-25", "07-03", "09-07", "11-26", "12-25"]
        );
    }

    #[test]
    fn early_closes_follow_the_published_years() {
        let early = |year: i32| -> Vec<String> {
            let from = day(&format!("{year}-01-01"));
            let days =
                (from..from + 365).filter(|&d| is_trading_day(d) && closes(d) == CLOSES_EARLY);
            days.map(|d| Ts(d * DAY_US).to_string()[5..10].to_owned()).collect()
        };
        assert_eq!(early(2024), ["07-03", "11-29", "12-24"]);
        assert_eq!(early(2023), ["07-03", "11-24"]);
        assert_eq!(early(2021), ["11-26"]);
        assert_eq!(early(2013), ["07-03", "11-29", "12-24"]);
        assert_eq!(early(2002), ["07-05", "11-29", "12-24"]);
        assert_eq!(early(2003), ["07-03", "11-28", "12-24", "12-26"]);
        assert_eq!(early(1999), ["11-26", "12-31"]);
        assert_eq!(early(1997), ["07-03", "11-28", "12-24", "12-26"]);
        assert_eq!(early(1993), ["11-26"]);
    }

    #[test]
    fn before_1993_days_closed_early_by_decision_and_at_two() {
        let from = day("1990-01-01");
        let short = (from..day("1993-01-01")).filter(|&d| is_trading_day(d) && closes(d) < CLOSES);
        let short: Vec<_> = short.map(|d| (Ts(d * DAY_US).to_string(), closes(d) / 60)).collect();
        let days = ["1990-12-24", "1991-12-24", "1992-11-27", "1992-12-24"];
        assert_eq!(short, days.map(|d| (format!("{d} 00:00"), 14)));
    }

    #[test]
    fn special_closures_are_known_and_days_out_of_range_are_closed() {
        assert!(!is_trading_day(day("2001-09-11")) && is_trading_day(day("2001-09-17")));
        assert!(!is_trading_day(day("2012-10-29")) && is_trading_day(day("2012-10-31")));
        assert!(!is_trading_day(day("2025-01-09")));
        assert!(!is_trading_day(i64::MAX) && !is_trading_day(i64::MIN));
    }

    #[test]
    fn the_years_of_the_spy_file_have_their_number_of_days() {
        // Counted in the ETF's own history, 2005-01-03 to 2017-03-31.
        let days = (day("2005-01-03")..=day("2017-03-31")).filter(|&d| is_trading_day(d));
        assert_eq!(days.count(), 3083);
    }
}
