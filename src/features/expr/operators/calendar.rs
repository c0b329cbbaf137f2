//! The clock, and what happened since a session began.

use super::{kernel, made};
use crate::features::expr::functions::{Body, Function, Kind, Made, Param, Setting};
use crate::features::kernels::{PerBar, Step, calendar as c, session as s};
use crate::features::lookback::Lookback;
use crate::market::Session;

const X: Param = Param::new("x", Kind::Series);
const Y: Param = Param::new("y", Kind::Series);
const SESSION: Param = Param::new("session", Kind::Choice(&Session::NAMES));
const ID: Param = Param::new("id", Kind::Series);
const TS: Param = Param::new("ts", Kind::Series).or("ts");

/// A kernel that forgets when its session ends: no session is longer than a day, and the last one
/// before a long weekend ended at most five days ago.
fn forgets<S: Step<N> + 'static, const N: usize>(step: S, days: u64, s: &Setting) -> Made {
    Made { kernel: Box::new(PerBar(step)), lookback: Lookback::bars(days * s.bars_per_day()) }
}

fn session(s: &Setting) -> Session {
    Session::ALL[s.window(0)]
}

pub const CALENDAR: &[Function] = &[
    kernel!("hour", [TS], Series, 0.9, |_| made(c::Hour), "hour of the bar's open, UTC, 0 to 23"),
    kernel!(
        "minute_of_day",
        [TS],
        Series,
        2.0,
        |_| made(c::MinuteOfDay),
        "minute of the bar's open, UTC, 0 to 1439"
    ),
    kernel!("day_of_week", [TS], Series, 0.6, |_| made(c::DayOfWeek), "Monday 0 to Sunday 6, UTC"),
    kernel!(
        "in_session",
        [SESSION, TS],
        Flag,
        0.6,
        |s| made(c::InSession::new(session(s))),
        "whether the bar opens within the session, by its own clock and daylight saving"
    ),
    kernel!(
        "session_id",
        [SESSION, TS],
        Series,
        0.5,
        |s| made(c::SessionId::new(session(s))),
        "names the session the bar belongs to; missing outside"
    ),
    kernel!(
        "_session_max",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::SessionMax::new(), 1, s),
        "highest since the session began"
    ),
    kernel!(
        "_session_min",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::SessionMin::new(), 1, s),
        "lowest since the session began"
    ),
    kernel!(
        "_session_first",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::SessionOpen::new(), 1, s),
        "the session's first value"
    ),
    kernel!(
        "_session_mean",
        [X, Y, ID],
        Series,
        2.5,
        |s| forgets(s::SessionVwap::new(), 1, s),
        "mean of x weighted by y since the session began"
    ),
    kernel!(
        "_last_session_max",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::LastSessionMax::new(), 5, s),
        "highest of the session before, also while it is over"
    ),
    kernel!(
        "_last_session_min",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::LastSessionMin::new(), 5, s),
        "lowest of the session before, also while it is over"
    ),
    kernel!(
        "_last_session_close",
        [X, ID],
        Series,
        2.0,
        |s| forgets(s::LastSessionClose::new(), 5, s),
        "last value of the session before, also while it is over"
    ),
];
