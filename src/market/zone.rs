//! What the clock on the wall says: UTC instants in a zone with daylight-saving rules.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::units::{DAY_US, MINUTE_US, Ts};

/// The wall clock of one IANA zone. It remembers the offset it gave last and how long that offset
/// holds, so that a run of instants costs one look at the rules for each change of the clocks.
/// Instants may come in any order. The rules are compiled in: the same on every machine.
#[derive(Debug, Clone)]
pub struct ZoneClock {
    zone: TimeZone,
    offset_us: i64,
    /// The offset holds in `[holds_from, holds_until)`.
    holds_from: i64,
    holds_until: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone: an IANA name such as `Europe/London`")]
pub struct UnknownZone(pub String);

impl ZoneClock {
    pub fn new(name: &str) -> Result<Self, UnknownZone> {
        let zone = TimeZoneDatabase::bundled().get(name);
        zone.map(Self::of).map_err(|_| UnknownZone(name.to_owned()))
    }

    pub fn utc() -> Self {
        Self::of(TimeZone::UTC)
    }

    /// A clock for a name in this program's own text.
    pub(super) fn known(name: &'static str) -> Self {
        let Ok(clock) = Self::new(name) else { unreachable!("`{name}` is compiled in") };
        clock
    }

    fn of(zone: TimeZone) -> Self {
        Self { zone, offset_us: 0, holds_from: 0, holds_until: 0 }
    }

    /// Local time minus UTC. An instant beyond the years ±9999 has the offset zero.
    #[inline]
    pub fn offset_us(&mut self, ts: Ts) -> i64 {
        if ts.0 < self.holds_from || ts.0 >= self.holds_until {
            self.look_up(ts);
        }
        self.offset_us
    }

    /// The offset given last holds before this instant.
    #[inline]
    pub(super) fn holds_until(&self) -> Ts {
        Ts(self.holds_until)
    }

    /// The local date and time, counted as if it were UTC.
    #[inline]
    pub fn local_us(&mut self, ts: Ts) -> i64 {
        ts.0.saturating_add(self.offset_us(ts))
    }

    /// Whole minutes since local midnight as the wall clock shows it: 0 to 1439.
    #[inline]
    pub fn minute_of_day(&mut self, ts: Ts) -> u32 {
        (self.local_us(ts).rem_euclid(DAY_US) / MINUTE_US) as u32
    }

    /// Monday is 0, Sunday 6.
    #[inline]
    pub fn weekday(&mut self, ts: Ts) -> u32 {
        weekday_of(self.date(ts))
    }

    /// The local date, in days since 1970-01-01.
    #[inline]
    pub fn date(&mut self, ts: Ts) -> i64 {
        self.local_us(ts).div_euclid(DAY_US)
    }

    /// When the wall clock shows `minute` of `date`. A time that the clocks skip is taken as if they
    /// had not yet changed; of a time they show twice, the later one.
    pub fn instant_at(&mut self, date: i64, minute: u32) -> Ts {
        let local = date.saturating_mul(DAY_US).saturating_add(i64::from(minute) * MINUTE_US);
        let first_guess = local.saturating_sub(self.offset_us(Ts(local)));
        Ts(local.saturating_sub(self.offset_us(Ts(first_guess))))
    }

    #[cold]
    fn look_up(&mut self, ts: Ts) {
        let Ok(stamp) = Timestamp::from_microsecond(ts.0) else {
            (self.offset_us, self.holds_from, self.holds_until) = (0, ts.0, ts.0.saturating_add(1));
            return;
        };
        self.offset_us = i64::from(self.zone.to_offset(stamp).seconds()) * 1_000_000;
        // `preceding` is strict, and a change that happens right now has happened.
        let just_after = Timestamp::from_microsecond(ts.0 + 1).unwrap_or(stamp);
        let before = self.zone.preceding(just_after).next();
        let after = self.zone.following(stamp).next();
        let first = Timestamp::MIN.as_microsecond();
        let last = Timestamp::MAX.as_microsecond();
        self.holds_from = before.map_or(first, |t| t.timestamp().as_microsecond());
        self.holds_until = after.map_or(last, |t| t.timestamp().as_microsecond());
    }
}

/// Monday is 0, Sunday 6; day 0, 1970-01-01, was a Thursday.
pub(super) const fn weekday_of(date: i64) -> u32 {
    (date.rem_euclid(7) + 3) as u32 % 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Ts {
        text.parse().unwrap()
    }

    #[test]
    fn london_springs_forward_at_one_in_the_morning() {
        // 2024-03-31 01:00 GMT became 02:00 BST.
        let mut london = ZoneClock::new("Europe/London").unwrap();
        assert_eq!(london.minute_of_day(at("2024-03-31 00:59")), 59);
        assert_eq!(london.minute_of_day(at("2024-03-31 01:00")), 120);
        assert_eq!(london.minute_of_day(at("2024-10-27 00:59")), 119);
        assert_eq!(london.minute_of_day(at("2024-10-27 01:00")), 60);
    }

    #[test]
    fn new_york_changes_on_other_days_than_london() {
        // 2024: New York on March 10 at 07:00 UTC and November 3 at 06:00 UTC.
        let mut new_york = ZoneClock::new("America/New_York").unwrap();
        assert_eq!(new_york.offset_us(at("2024-03-10 06:59")), -5 * 3_600_000_000);
        assert_eq!(new_york.offset_us(at("2024-03-10 07:00")), -4 * 3_600_000_000);
        assert_eq!(new_york.offset_us(at("2024-11-03 05:59")), -4 * 3_600_000_000);
        assert_eq!(new_york.offset_us(at("2024-11-03 06:00")), -5 * 3_600_000_000);
    }

    #[test]
    fn a_look_at_the_very_moment_of_change_does_not_bend_the_time_before() {
        let mut new_york = ZoneClock::new("America/New_York").unwrap();
        assert_eq!(new_york.minute_of_day(at("2024-03-10 07:00")), 3 * 60);
        assert_eq!(new_york.minute_of_day(at("2024-03-10 06:59")), 119);
    }

    #[test]
    fn the_local_date_and_weekday_are_those_of_the_place() {
        // 2024-01-01 was a Monday; 20:00 UTC on it is Tuesday morning in Tokyo.
        let mut tokyo = ZoneClock::new("Asia/Tokyo").unwrap();
        let mut utc = ZoneClock::utc();
        let evening = at("2024-01-01 20:00");
        assert_eq!((utc.weekday(evening), tokyo.weekday(evening)), (0, 1));
        assert_eq!(tokyo.date(evening), utc.date(evening) + 1);
        assert_eq!(tokyo.minute_of_day(evening), 5 * 60);
    }

    #[test]
    fn a_wall_clock_time_finds_its_instant_on_both_sides_of_a_change() {
        let mut new_york = ZoneClock::new("America/New_York").unwrap();
        let saturday = new_york.date(at("2024-03-09 12:00"));
        assert_eq!(new_york.instant_at(saturday, 570), at("2024-03-09 14:30"));
        assert_eq!(new_york.instant_at(saturday + 1, 570), at("2024-03-10 13:30"));
    }

    #[test]
    fn unknown_zones_are_refused_and_far_instants_do_no_harm() {
        assert_eq!(ZoneClock::new("Mars/Olympus").unwrap_err().0, "Mars/Olympus");
        let mut london = ZoneClock::new("Europe/London").unwrap();
        assert_eq!(london.offset_us(Ts(i64::MAX)), 0);
        assert_eq!(london.offset_us(Ts(i64::MIN)), 0);
        assert_eq!(london.offset_us(at("2024-07-01")), 3_600_000_000);
    }

    proptest! {
        #[test]
        fn the_remembered_offset_is_the_true_one_in_any_order(
            instants in prop::collection::vec(0_i64..4_000_000_000_000_000, 1..50),
        ) {
            let zone = TimeZoneDatabase::bundled().get("America/New_York").unwrap();
            let mut clock = ZoneClock::new("America/New_York").unwrap();
            for us in instants {
                let truth = zone.to_offset(Timestamp::from_microsecond(us).unwrap());
                prop_assert_eq!(clock.offset_us(Ts(us)), i64::from(truth.seconds()) * 1_000_000);
            }
        }
    }
}
