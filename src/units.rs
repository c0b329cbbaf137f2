//! Words every room uses: instants and the lengths between them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

pub const SECOND_US: i64 = 1_000_000;
pub const MINUTE_US: i64 = 60 * SECOND_US;
pub const HOUR_US: i64 = 60 * MINUTE_US;
pub const DAY_US: i64 = 24 * HOUR_US;
pub const WEEK_US: i64 = 7 * DAY_US;
/// 1970-01-05 was the first Monday of the epoch: where weeks are counted from.
pub const FIRST_MONDAY_US: i64 = 4 * DAY_US;

/// An instant: microseconds since 1970-01-01 00:00 UTC. Integers, so that equality is exact and
/// the same on every machine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Ts(pub i64);

/// The text is not an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date or time")]
pub struct BadTime(pub String);

impl Ts {
    pub const fn plus_us(self, us: i64) -> Self {
        Self(self.0 + us)
    }

    /// The start of the UTC grid cell of `cell_us` that holds this instant.
    pub const fn floor_to(self, cell_us: i64) -> Self {
        Self(self.0.div_euclid(cell_us) * cell_us)
    }

    /// `2024-03-01`.
    pub fn day(self) -> String {
        self.to_string().chars().take(10).collect()
    }

    fn civil(self) -> Option<DateTime> {
        let stamp = Timestamp::from_microsecond(self.0).ok()?;
        Some(stamp.to_zoned(TimeZone::UTC).datetime())
    }
}

/// `2024-01-01 00:05`; seconds and fractions only where they are not zero.
impl fmt::Display for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(t) = self.civil() else { return write!(f, "{}us", self.0) };
        write!(f, "{} {:02}:{:02}", t.date(), t.hour(), t.minute())?;
        if self.0 % MINUTE_US != 0 {
            write!(f, ":{:02}", t.second())?;
        }
        if self.0 % SECOND_US != 0 {
            write!(f, ".{:06}", self.0.rem_euclid(SECOND_US))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Ts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ts({self})")
    }
}

/// Reads `2024-01-01`, `2024-01-01 00:05[:00]`, `2024-01-01T00:05:00Z`; no zone means UTC.
impl FromStr for Ts {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime(text.to_owned());
        let trimmed = text.trim();
        if let Ok(stamp) = trimmed.parse::<Timestamp>() {
            return Ok(Self(stamp.as_microsecond()));
        }
        let civil = trimmed
            .parse::<DateTime>()
            .or_else(|_| trimmed.parse::<Date>().map(|d| d.at(0, 0, 0, 0)))
            .map_err(|_| bad())?;
        let zoned = civil.to_zoned(TimeZone::UTC).map_err(|_| bad())?;
        Ok(Self(zoned.timestamp().as_microsecond()))
    }
}

/// `90 s`, `16 bars` and the like read better as `1h 20m`.
pub fn show_span(us: i64) -> String {
    let span = jiff::SignedDuration::from_micros(us);
    let rounded = span.round(Unit::Second).unwrap_or(span);
    format!("{rounded:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_own_text() {
        for text in ["2024-01-01 00:05", "1999-12-31 23:59:58", "2025-01-01 00:00:00.000001"] {
            let ts: Ts = text.parse().unwrap();
            assert_eq!(ts.to_string(), text);
        }
    }

    #[test]
    fn a_date_alone_is_its_midnight_in_utc() {
        assert_eq!("1970-01-02".parse(), Ok(Ts(DAY_US)));
        assert_eq!("1970-01-02T00:00:00Z".parse(), Ok(Ts(DAY_US)));
        assert_eq!("1970-01-02T02:00:00+02:00".parse(), Ok(Ts(DAY_US)));
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert_eq!("yesterday".parse::<Ts>(), Err(BadTime("yesterday".into())));
    }

    #[test]
    fn floor_goes_down_before_the_epoch_too() {
        assert_eq!(Ts(-1).floor_to(MINUTE_US), Ts(-MINUTE_US));
    }
}
