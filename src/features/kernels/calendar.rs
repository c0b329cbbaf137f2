//! What the clock says of a bar, from the time it opened.

use super::{Memory, Remembers, Step};
use crate::market::{Session, SessionClock};
use crate::units::{DAY_US, HOUR_US, MINUTE_US, Ts};

/// Hour of the UTC day.
pub struct Hour;

/// Minute of the UTC day.
pub struct MinuteOfDay;

/// Monday 0 to Sunday 6, UTC.
pub struct DayOfWeek;

/// 1 within a session, else 0.
pub struct InSession(SessionClock);

/// The instant at which the session began, as its name; missing outside.
pub struct SessionId(SessionClock);

impl InSession {
    pub fn new(session: Session) -> Self {
        Self(session.clock())
    }
}

impl SessionId {
    pub fn new(session: Session) -> Self {
        Self(session.clock())
    }
}

/// What stays as it is for a spell.
trait Spells {
    /// The value at `ts`, and an instant up to which it holds.
    fn spell(&mut self, ts: Ts) -> (f64, Ts);
}

/// How long ago the present one of the day's parts began, each `part` long, and when it ends.
fn part_of_day(ts: Ts, part: i64) -> (i64, Ts) {
    let since_midnight = ts.0.rem_euclid(DAY_US);
    (since_midnight / part, ts.plus_us(part - since_midnight % part))
}

impl Spells for Hour {
    fn spell(&mut self, ts: Ts) -> (f64, Ts) {
        let (hour, until) = part_of_day(ts, HOUR_US);
        (hour as f64, until)
    }
}

impl Spells for MinuteOfDay {
    fn spell(&mut self, ts: Ts) -> (f64, Ts) {
        let (minute, until) = part_of_day(ts, MINUTE_US);
        (minute as f64, until)
    }
}

impl Spells for DayOfWeek {
    /// Day 0, 1970-01-01, was a Thursday.
    fn spell(&mut self, ts: Ts) -> (f64, Ts) {
        let (_, until) = part_of_day(ts, DAY_US);
        ((ts.0.div_euclid(DAY_US) + 3).rem_euclid(7) as f64, until)
    }
}

impl Spells for InSession {
    fn spell(&mut self, ts: Ts) -> (f64, Ts) {
        let (on, until) = self.0.spell(ts);
        (f64::from(on), until)
    }
}

impl Spells for SessionId {
    fn spell(&mut self, ts: Ts) -> (f64, Ts) {
        let (_, until) = self.0.spell(ts);
        (self.0.opened_at(ts).map_or(f64::NAN, |opened| opened.0 as f64), until)
    }
}

/// Bars come in order of time: a spell is looked up once, on its first bar.
fn spells(kernel: &mut impl Spells, ts: &[f64], out: &mut [f64]) {
    let mut from = 0;
    while from < out.len() {
        let (value, until) = kernel.spell(Ts(ts[from] as i64));
        let until = until.0 as f64;
        let bars = 1 + ts[from + 1..out.len()].iter().take_while(|&&ts| ts < until).count();
        out[from..from + bars].fill(value);
        from += bars;
    }
}

macro_rules! of_this_bar_alone {
    ($($kernel:ty),*) => {
        $(impl Step<1> for $kernel {
            fn step(&mut self, [ts]: [f64; 1]) -> f64 {
                self.spell(Ts(ts as i64)).0
            }

            fn steps(&mut self, [ts]: [&[f64]; 1], out: &mut [f64]) {
                spells(self, ts, out);
            }
        }

        impl Remembers for $kernel {
            fn memory(&self) -> Memory {
                Memory::Bars(0)
            }
        })*
    };
}

of_this_bar_alone!(Hour, MinuteOfDay, DayOfWeek, InSession, SessionId);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> [f64; 1] {
        [text.parse::<Ts>().unwrap().0 as f64]
    }

    #[test]
    fn the_clock_of_a_known_bar() {
        // 2024-02-29 was a Thursday.
        let bar = at("2024-02-29 13:35");
        assert_eq!(Hour.step(bar), 13.0);
        assert_eq!(MinuteOfDay.step(bar), 815.0);
        assert_eq!(DayOfWeek.step(bar), 3.0);
        assert_eq!(DayOfWeek.step(at("1969-12-29 00:00")), 0.0);
    }

    #[test]
    fn london_opens_an_hour_earlier_in_summer() {
        let mut london = InSession::new(Session::London);
        assert_eq!(london.step(at("2024-07-01 07:00")), 1.0);
        assert_eq!(london.step(at("2024-01-01 07:00")), 0.0);
        assert_eq!(london.step(at("2024-01-01 08:00")), 1.0);
    }

    #[test]
    fn a_session_is_named_by_its_opening_and_only_while_it_lasts() {
        let mut asia = SessionId::new(Session::Asia);
        assert_eq!(asia.step(at("2024-01-02 05:00")), at("2024-01-02 00:00")[0]);
        assert!(asia.step(at("2024-01-02 09:00")).is_nan());
    }
}
