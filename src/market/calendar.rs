//! When a market trades, and so which bars to expect.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::{Timeframe, ZoneClock, nyse};
use crate::units::{DAY_US, MINUTE_US, Ts};

const TRADING_DAYS_PER_YEAR: f64 = 252.0;

/// The core session of a summer's day in UTC, 13:30 to 20:00; a winter's day has as many bars.
const A_SESSION: Range<i64> = 810 * MINUTE_US..1200 * MINUTE_US;

/// The days and hours a market keeps.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Calendar {
    /// Day and night, every day: crypto.
    #[default]
    Always,
    /// The US stock exchanges' core session, 09:30–16:00 in New York, with the holidays and early
    /// closes since 1990. A daily bar opens at 00:00 UTC of its date.
    Nyse,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a calendar: 24/7 or NYSE")]
pub struct BadCalendar(pub String);

impl Calendar {
    pub const ALL: [Self; 2] = [Self::Always, Self::Nyse];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "24/7",
            Self::Nyse => "NYSE",
        }
    }

    /// Whether the market trades on `date`, counted in days since 1970-01-01.
    pub fn is_trading_day(self, date: i64) -> bool {
        match self {
            Self::Always => true,
            Self::Nyse => nyse::is_trading_day(date),
        }
    }

    /// How many bars make a year, to annualise by. The exchange is taken to have 252 days, as is
    /// customary, each of full length.
    pub fn bars_per_year(self, timeframe: Timeframe) -> f64 {
        let cells = 365.25 * DAY_US as f64 / timeframe.us() as f64;
        match self {
            Self::Always => cells,
            Self::Nyse if timeframe >= Timeframe::D1 => cells.min(TRADING_DAYS_PER_YEAR),
            Self::Nyse => {
                let first = timeframe.open_of(Ts(A_SESSION.start)).0;
                let span = A_SESSION.end - first;
                TRADING_DAYS_PER_YEAR * (span as f64 / timeframe.us() as f64).ceil()
            }
        }
    }

    /// A clock to ask about many instants.
    pub fn hours(self) -> TradingHours {
        let zone = match self {
            Self::Always => ZoneClock::utc(),
            Self::Nyse => ZoneClock::known("America/New_York"),
        };
        TradingHours { calendar: self, zone }
    }
}

/// The bars that should be there between two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    pub first: Ts,
    pub last: Ts,
    pub count: u64,
}

/// A [`Calendar`] and the zone clock it goes by.
#[derive(Debug, Clone)]
pub struct TradingHours {
    calendar: Calendar,
    zone: ZoneClock,
}

impl TradingHours {
    /// Whether the market is open at this instant.
    pub fn is_open(&mut self, ts: Ts) -> bool {
        self.session_at(ts).is_some_and(|hours| hours.contains(&ts))
    }

    /// The hours of the local date of this instant.
    pub fn session_at(&mut self, ts: Ts) -> Option<Range<Ts>> {
        let date = self.zone.date(ts);
        self.on(date)
    }

    /// The hours of one local date.
    pub fn on(&mut self, date: i64) -> Option<Range<Ts>> {
        match self.calendar {
            Calendar::Always => Some(Ts(date * DAY_US)..Ts((date + 1) * DAY_US)),
            Calendar::Nyse => nyse::is_trading_day(date).then(|| {
                let opens = self.zone.instant_at(date, nyse::OPENS);
                opens..self.zone.instant_at(date, nyse::closes(date))
            }),
        }
    }

    /// Whether a bar that opens at `open` holds any trading time.
    pub fn expects(&mut self, open: Ts, timeframe: Timeframe) -> bool {
        self.expected(open..open.plus_us(1), timeframe).is_some()
    }

    /// The bars that should open in `[from, to)`; none is `None`. A bar is due when the market trades
    /// at some time of it.
    pub fn expected(&mut self, within: Range<Ts>, timeframe: Timeframe) -> Option<Expected> {
        if self.calendar == Calendar::Always {
            return every_cell(&within, timeframe);
        }
        let mut all: Option<Expected> = None;
        self.each_open(within, timeframe, |open| match &mut all {
            None => all = Some(Expected { first: open, last: open, count: 1 }),
            Some(seen) => (seen.last, seen.count) = (open, seen.count + 1),
        });
        all
    }

    /// Where the bars should open in `[from, to)`, one by one.
    pub fn opens(&mut self, within: Range<Ts>, timeframe: Timeframe) -> Vec<Ts> {
        let mut opens = Vec::new();
        self.each_open(within, timeframe, |open| opens.push(open));
        opens
    }

    fn each_open(&mut self, within: Range<Ts>, timeframe: Timeframe, mut see: impl FnMut(Ts)) {
        let step = timeframe.us();
        let mut next = first_cell(within.start, timeframe);
        if timeframe >= Timeframe::D1 || self.calendar == Calendar::Always {
            while next < within.end {
                if self.trades_on_a_date_of(next, timeframe) {
                    see(next);
                }
                next = next.plus_us(step);
            }
            return;
        }
        let last_date = self.zone.date(within.end.plus_us(step));
        for date in self.zone.date(within.start)..=last_date {
            let Some(hours) = self.on(date) else { continue };
            next = next.max(timeframe.open_of(hours.start));
            while next < within.end.min(hours.end) {
                see(next);
                next = next.plus_us(step);
            }
        }
    }

    fn trades_on_a_date_of(&self, open: Ts, timeframe: Timeframe) -> bool {
        let first = open.0.div_euclid(DAY_US);
        let last = (open.0 + timeframe.us() - 1).div_euclid(DAY_US);
        (first..=last).any(|date| self.calendar.is_trading_day(date))
    }
}

fn first_cell(from: Ts, timeframe: Timeframe) -> Ts {
    timeframe.open_of(from.plus_us(timeframe.us() - 1))
}

fn every_cell(within: &Range<Ts>, timeframe: Timeframe) -> Option<Expected> {
    let first = first_cell(within.start, timeframe);
    let last = timeframe.open_of(within.end.plus_us(-1));
    let count = (last.0 - first.0) / timeframe.us() + 1;
    (first <= last).then_some(Expected { first, last, count: count as u64 })
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Calendar {
    type Err = BadCalendar;

    fn from_str(text: &str) -> Result<Self, BadCalendar> {
        let found = Self::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| BadCalendar(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Ts {
        text.parse().unwrap()
    }

    fn nyse(from: &str, to: &str, timeframe: &str) -> Vec<String> {
        let opens = Calendar::Nyse.hours().opens(at(from)..at(to), timeframe.parse().unwrap());
        opens.iter().map(Ts::to_string).collect()
    }

    #[test]
    fn the_exchange_is_open_by_new_yorks_clock() {
        let mut hours = Calendar::Nyse.hours();
        // Winter, summer, and the weeks when only America has changed.
        for (open, last) in [
            ("2024-01-03 14:30", "2024-01-03 20:59"),
            ("2024-07-05 13:30", "2024-07-05 19:59"),
            ("2024-03-11 13:30", "2024-03-11 19:59"),
        ] {
            assert!(hours.is_open(at(open)) && hours.is_open(at(last)));
            assert!(!hours.is_open(at(open).plus_us(-1)));
            assert!(!hours.is_open(at(last).plus_us(MINUTE_US)));
        }
        assert!(!hours.is_open(at("2024-07-04 15:00")));
        assert!(hours.is_open(at("2024-11-29 17:59")) && !hours.is_open(at("2024-11-29 18:00")));
    }

    #[test]
    fn a_session_has_seventy_eight_five_minute_bars() {
        let day = nyse("2024-01-03", "2024-01-04", "5m");
        assert_eq!((day.len(), day[0].as_str()), (78, "2024-01-03 14:30"));
        assert_eq!(day[77], "2024-01-03 20:55");
        assert_eq!(nyse("2024-11-29", "2024-11-30", "5m").len(), 42);
    }

    #[test]
    fn a_bar_is_due_when_any_of_it_trades() {
        let hours = nyse("2024-01-03", "2024-01-04", "1h");
        assert_eq!((hours.len(), hours[0].as_str()), (7, "2024-01-03 14:00"));
        let weeks = nyse("2024-01-01", "2024-01-15", "1w");
        assert_eq!(weeks, ["2024-01-01 00:00", "2024-01-08 00:00"]);
    }

    #[test]
    fn daily_bars_skip_weekends_and_holidays() {
        assert_eq!(
            nyse("2024-01-12", "2024-01-18", "1d"),
            ["2024-01-12 00:00", "2024-01-16 00:00", "2024-01-17 00:00"]
        );
    }

    #[test]
    fn a_market_without_hours_expects_every_cell_of_the_grid() {
        let mut always = Calendar::Always.hours();
        let gap = always.expected(at("2023-03-24 12:36")..at("2023-03-24 14:00"), Timeframe::M5);
        let (first, last) = (at("2023-03-24 12:40"), at("2023-03-24 13:55"));
        assert_eq!(gap, Some(Expected { first, last, count: 16 }));
        assert_eq!(always.expected(at("2024-01-01")..at("2024-01-01"), Timeframe::M5), None);
        assert_eq!(always.opens(at("2024-01-01")..at("2024-01-01 01:00"), Timeframe::M15).len(), 4);
    }

    #[test]
    fn what_is_counted_is_what_is_listed() {
        let mut hours = Calendar::Nyse.hours();
        for timeframe in ["1m", "7m", "4h", "36h", "1d", "1w"].map(|t| t.parse().unwrap()) {
            let within = at("2024-02-28 15:07")..at("2024-04-02 15:07");
            let opens = hours.opens(within.clone(), timeframe);
            let count = hours.expected(within, timeframe).map(|e| e.count);
            assert_eq!(count, Some(opens.len() as u64));
            assert!(opens.is_sorted_by(|a, b| a < b));
            assert!(opens.iter().all(|&open| hours.expects(open, timeframe)));
        }
    }

    #[test]
    fn a_year_has_its_bars() {
        let per_year = |calendar: Calendar, timeframe: &str| {
            calendar.bars_per_year(timeframe.parse().unwrap())
        };
        assert_eq!(per_year(Calendar::Always, "5m"), 365.25 * 288.0);
        assert_eq!(per_year(Calendar::Nyse, "1d"), 252.0);
        assert_eq!(per_year(Calendar::Nyse, "5m"), 252.0 * 78.0);
        assert_eq!(per_year(Calendar::Nyse, "1h"), 252.0 * 7.0);
        assert_eq!(per_year(Calendar::Nyse, "1w"), 365.25 / 7.0);
    }

    #[test]
    fn names_are_read_back() {
        for calendar in Calendar::ALL {
            assert_eq!(calendar.name().parse(), Ok(calendar));
        }
        assert!("lse".parse::<Calendar>().is_err());
    }
}
