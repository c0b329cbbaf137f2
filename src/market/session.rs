//! The hours in which a place trades, by its own clock.

use std::fmt;
use std::str::FromStr;

use super::ZoneClock;
use crate::units::{DAY_US, MINUTE_US, Ts};

/// Hours of the day in which one place sets the tone, kept by that place's wall clock, so that they
/// move in UTC when its clocks change.
///
/// The currency market has no official hours: Tokyo 09:00–18:00, London and New York 08:00–17:00, each
/// by its own clock, is what brokers' timetables conventionally print. The US cash session,
/// 09:30–16:00, is the exchange's own (NYSE Rule 7.34, "Core Trading Session").
///
/// A session is a clock, not a calendar: it also has its hours on a Saturday, for markets that never
/// close. Whether a market trades at all is [`super::Calendar`]'s business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    Asia,
    London,
    NewYork,
    /// The core session of the US stock exchanges.
    UsCash,
    /// When London and New York are both at their desks.
    LondonNewYork,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a session: asia, london, new_york, us_cash or london_new_york")]
pub struct BadSession(pub String);

impl Session {
    pub const ALL: [Self; 5] =
        [Self::Asia, Self::London, Self::NewYork, Self::UsCash, Self::LondonNewYork];

    /// The names, in the order of [`Session::ALL`].
    pub const NAMES: [&'static str; 5] =
        ["asia", "london", "new_york", "us_cash", "london_new_york"];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Asia => "asia",
            Self::London => "london",
            Self::NewYork => "new_york",
            Self::UsCash => "us_cash",
            Self::LondonNewYork => "london_new_york",
        }
    }

    /// A clock to ask about many instants.
    pub fn clock(self) -> SessionClock {
        let alone = |hours| SessionClock { hours, within: None };
        match self {
            Self::Asia => alone(Hours::new("Asia/Tokyo", 9 * 60, 18 * 60)),
            Self::London => alone(london()),
            Self::NewYork => alone(new_york()),
            Self::UsCash => alone(Hours::new("America/New_York", 9 * 60 + 30, 16 * 60)),
            // New York opens three to five hours after London, whichever of them has changed its
            // clocks, and London closes first: the overlap is New York's morning.
            Self::LondonNewYork => SessionClock { hours: new_york(), within: Some(london()) },
        }
    }
}

fn london() -> Hours {
    Hours::new("Europe/London", 8 * 60, 17 * 60)
}

fn new_york() -> Hours {
    Hours::new("America/New_York", 8 * 60, 17 * 60)
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Session {
    type Err = BadSession;

    fn from_str(text: &str) -> Result<Self, BadSession> {
        let found = Self::ALL.into_iter().find(|s| s.name() == text);
        found.ok_or_else(|| BadSession(text.to_owned()))
    }
}

/// A [`Session`] and the zone clocks it goes by.
#[derive(Debug, Clone)]
pub struct SessionClock {
    hours: Hours,
    /// Where only a part of the hours counts: the part within these.
    within: Option<Hours>,
}

impl SessionClock {
    /// Whether the session is on at `ts`; a bar belongs where it opens.
    #[inline]
    pub fn contains(&mut self, ts: Ts) -> bool {
        self.spell(ts).0
    }

    /// Whether the session is on at `ts`, and an instant up to which that stays so.
    pub fn spell(&mut self, ts: Ts) -> (bool, Ts) {
        let (on, until) = self.hours.spell(ts);
        let Some(within) = &mut self.within else { return (on, until) };
        let (inside, inside_until) = within.spell(ts);
        (on && inside, until.min(inside_until))
    }

    /// When the session that is on at `ts` began.
    #[inline]
    pub fn opened_at(&mut self, ts: Ts) -> Option<Ts> {
        self.contains(ts).then(|| self.hours.latest_open(ts))
    }

    /// When the session last began, be it still on or over: the anchor of what is counted since.
    #[inline]
    pub fn latest_open(&mut self, ts: Ts) -> Ts {
        self.hours.latest_open(ts)
    }
}

/// From one wall-clock time to another of the same day, the end excluded.
#[derive(Debug, Clone)]
struct Hours {
    zone: ZoneClock,
    opens: u32,
    closes: u32,
}

impl Hours {
    fn new(zone: &'static str, opens: u32, closes: u32) -> Self {
        Self { zone: ZoneClock::known(zone), opens, closes }
    }

    fn spell(&mut self, ts: Ts) -> (bool, Ts) {
        let since_midnight = self.zone.local_us(ts).rem_euclid(DAY_US);
        let [opens, closes] = [self.opens, self.closes].map(|m| i64::from(m) * MINUTE_US);
        let (on, until) = match since_midnight {
            early if early < opens => (false, opens),
            open if open < closes => (true, closes),
            _ => (false, DAY_US),
        };
        (on, ts.plus_us(until - since_midnight).min(self.zone.holds_until()))
    }

    fn latest_open(&mut self, ts: Ts) -> Ts {
        let local = self.zone.local_us(ts);
        let since_open = local.rem_euclid(DAY_US) - i64::from(self.opens) * MINUTE_US;
        let today = local.div_euclid(DAY_US);
        if since_open >= 0 {
            // Clocks change at night: between the opening and midnight the offset is one.
            return ts.plus_us(-since_open);
        }
        self.zone.instant_at(today - 1, self.opens)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::HOUR_US;
    use proptest::prelude::*;

    fn at(text: &str) -> Ts {
        text.parse().unwrap()
    }

    /// First minute of the session on a UTC date, and the first minute after it.
    fn span(session: Session, date: &str) -> (String, String) {
        let mut clock = session.clock();
        let minutes = (0..1440).map(|m| at(date).plus_us(m * MINUTE_US));
        let inside: Vec<Ts> = minutes.filter(|&t| clock.contains(t)).collect();
        let clock_face = |ts: Ts| ts.to_string()[11..].to_owned();
        (clock_face(inside[0]), clock_face(inside[inside.len() - 1].plus_us(MINUTE_US)))
    }

    #[test]
    fn each_session_keeps_its_own_clock_through_the_year() {
        // 2024: New York changed on March 10 and November 3, London on March 31 and October 27.
        let cases = [
            ("2024-02-01", "08:00", "17:00", "13:00", "22:00", "14:30"),
            ("2024-03-20", "08:00", "17:00", "12:00", "21:00", "13:30"),
            ("2024-06-03", "07:00", "16:00", "12:00", "21:00", "13:30"),
            ("2024-10-30", "08:00", "17:00", "12:00", "21:00", "13:30"),
            ("2024-11-06", "08:00", "17:00", "13:00", "22:00", "14:30"),
        ];
        for (date, london, london_end, new_york, new_york_end, cash) in cases {
            assert_eq!(span(Session::London, date), (london.into(), london_end.into()), "{date}");
            let ny = (new_york.to_owned(), new_york_end.to_owned());
            assert_eq!(span(Session::NewYork, date), ny, "{date}");
            assert_eq!(span(Session::UsCash, date).0, cash, "{date}");
            assert_eq!(span(Session::Asia, date), ("00:00".into(), "09:00".into()), "{date}");
            let both = (new_york.to_owned(), london_end.to_owned());
            assert_eq!(span(Session::LondonNewYork, date), both, "{date}");
        }
    }

    #[test]
    fn a_session_knows_when_it_began() {
        let mut london = Session::London.clock();
        assert_eq!(london.opened_at(at("2024-06-03 15:55")), Some(at("2024-06-03 07:00")));
        assert_eq!(london.opened_at(at("2024-06-03 16:00")), None);
        assert_eq!(london.latest_open(at("2024-06-03 16:00")), at("2024-06-03 07:00"));
        assert_eq!(london.latest_open(at("2024-06-04 06:59")), at("2024-06-03 07:00"));
        let mut both = Session::LondonNewYork.clock();
        assert_eq!(both.opened_at(at("2024-03-20 16:59")), Some(at("2024-03-20 12:00")));
        assert_eq!(both.opened_at(at("2024-03-20 17:00")), None);
    }

    #[test]
    fn the_last_opening_is_found_across_a_change_of_the_clocks() {
        // London: Saturday's 08:00 was GMT, Sunday's 08:00 is BST; at Sunday 06:00 UTC it is 07:00.
        let mut london = Session::London.clock();
        assert_eq!(london.latest_open(at("2024-03-31 06:00")), at("2024-03-30 08:00"));
        assert_eq!(london.latest_open(at("2024-03-31 07:00")), at("2024-03-31 07:00"));
    }

    #[test]
    fn names_are_read_back() {
        for session in Session::ALL {
            assert_eq!(session.name().parse(), Ok(session));
        }
        assert!("sydney".parse::<Session>().is_err());
    }

    proptest! {
        #[test]
        fn a_session_began_within_a_day_and_is_on_from_there(us in 0_i64..4_000_000_000_000_000) {
            for session in Session::ALL {
                let mut clock = session.clock();
                let opened = clock.latest_open(Ts(us));
                prop_assert!(opened.0 <= us && us < opened.0 + 25 * HOUR_US);
                prop_assert!(clock.contains(opened) && !clock.contains(opened.plus_us(-1)));
            }
        }
    }
}
