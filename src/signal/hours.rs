//! Which sessions are on when a position would be opened.

use crate::market::{Session, SessionClock, Timeframe};
use crate::units::Ts;

/// Asks all sessions at once; bit k is [`Session::ALL`]`[k]`.
///
/// The instant is that of the decision, the bar's close: with no latency it is when the position
/// opens. Whether a later bar exists is not known then, and not asked.
pub struct Hours {
    clocks: [SessionClock; Session::ALL.len()],
    bar_us: i64,
    /// The last answer and the instant up to which it holds.
    answer: (u8, Ts),
    since: Ts,
}

impl Hours {
    pub fn new(timeframe: Timeframe) -> Self {
        let clocks = Session::ALL.map(Session::clock);
        Self { clocks, bar_us: timeframe.us(), answer: (0, Ts(i64::MIN)), since: Ts(i64::MIN) }
    }

    /// Of the bar that opened at `ts`.
    #[inline]
    pub fn step(&mut self, ts: Ts) -> u8 {
        let at = ts.plus_us(self.bar_us);
        if at < self.since || at >= self.answer.1 {
            self.ask(at);
        }
        self.answer.0
    }

    fn ask(&mut self, at: Ts) {
        let (mut bits, mut until) = (0, Ts(i64::MAX));
        for (k, clock) in self.clocks.iter_mut().enumerate() {
            let (on, holds_until) = clock.spell(at);
            bits |= u8::from(on) << k;
            until = until.min(holds_until);
        }
        (self.answer, self.since) = ((bits, until), at);
    }
}

/// The bits of the sessions named; of none, all.
pub fn bits(sessions: &[Session]) -> u8 {
    let place = |s: &Session| Session::ALL.iter().position(|one| one == s).unwrap_or_default();
    sessions.iter().fold(0, |bits, s| bits | 1 << place(s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_counts_where_it_closes() {
        let mut hours = Hours::new(Timeframe::M5);
        let london = bits(&[Session::London]);
        let mut on = |ts: &str| hours.step(ts.parse().unwrap()) & london != 0;
        // Winter: 08:00 to 17:00 UTC.
        assert!(!on("2024-01-10 07:50") && on("2024-01-10 07:55"));
        assert!(on("2024-01-10 16:50") && !on("2024-01-10 16:55"));
        // And back again.
        assert!(on("2024-01-10 12:00"));
    }

    #[test]
    fn an_answer_that_is_kept_is_the_one_that_would_be_given() {
        let mut kept = Hours::new(Timeframe::M15);
        let start: Ts = "2024-03-08".parse().unwrap();
        for k in 0..96 * 30 {
            let ts = start.plus_us(k * Timeframe::M15.us());
            assert_eq!(kept.step(ts), Hours::new(Timeframe::M15).step(ts), "{ts}");
        }
    }
}
