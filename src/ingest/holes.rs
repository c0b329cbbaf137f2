//! Which stretches of a download are not stored yet.

use super::feeds::Request;
use crate::market::Calendar;
use crate::units::Ts;

/// Opening times of bars that are not there; without an end, up to the last closed bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hole {
    pub from: Ts,
    pub to: Option<Ts>,
}

impl Hole {
    /// Whether it is at least so long.
    pub fn lasts(&self, us: i64) -> bool {
        self.to.is_none_or(|to| to.0 - self.from.0 >= us)
    }
}

/// What the request asks for and is not stored, where the market trades. Such holes as are the
/// exchange's own stay holes, and are found again the next time.
pub(super) fn holes(stored: &[Ts], request: &Request, calendar: Calendar) -> Vec<Hole> {
    let frame = request.timeframe;
    let mut hours = calendar.hours();
    let mut due = |from: Ts, to: Ts| {
        let due = hours.expected(from..to, frame)?;
        Some(Hole { from: due.first, to: Some(due.last.plus_us(frame.us())) })
    };
    let mut holes = Vec::new();
    let mut next = request.from;
    let wanted = |ts: &&Ts| **ts >= request.from && request.to.is_none_or(|to| **ts < to);
    for &ts in stored.iter().filter(wanted) {
        if ts > next {
            holes.extend(due(next, ts));
        }
        next = ts.plus_us(frame.us());
    }
    match request.to {
        Some(to) if next < to => holes.extend(due(next, to)),
        Some(_) => {}
        None => holes.push(Hole { from: next, to: None }),
    }
    holes
}

/// As few holes, by filling up what is between those that are at most so far apart.
pub(super) fn joined(holes: Vec<Hole>, near_us: i64) -> Vec<Hole> {
    let mut all: Vec<Hole> = Vec::new();
    for hole in holes {
        match all.last_mut() {
            Some(last) if last.to.is_some_and(|end| hole.from.0 - end.0 <= near_us) => {
                last.to = hole.to;
            }
            _ => all.push(hole),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Timeframe;

    fn ts(text: &str) -> Ts {
        text.parse().unwrap()
    }

    fn hole(from: &str, to: &str) -> Hole {
        Hole { from: ts(from), to: Some(ts(to)) }
    }

    fn request(from: &str, to: Option<&str>) -> Request {
        let (symbol, timeframe) = ("X".parse().unwrap(), Timeframe::H1);
        Request { base_url: None, symbol, timeframe, from: ts(from), to: to.map(ts) }
    }

    fn found(stored: &[&str], request: &Request, calendar: Calendar) -> Vec<Hole> {
        let stored: Vec<Ts> = stored.iter().map(|text| ts(text)).collect();
        holes(&stored, request, calendar)
    }

    #[test]
    fn what_is_missing_at_either_end_and_between_is_found() {
        let stored = ["2024-01-01 02:00", "2024-01-01 03:00", "2024-01-01 07:00"];
        let day = request("2024-01-01 00:30", Some("2024-01-02"));
        let around = [
            hole("2024-01-01 01:00", "2024-01-01 02:00"),
            hole("2024-01-01 04:00", "2024-01-01 07:00"),
            hole("2024-01-01 08:00", "2024-01-02"),
        ];
        assert_eq!(found(&stored, &day, Calendar::Always), around);
        let end = Hole { from: ts("2024-01-01 08:00"), to: None };
        let open = request("2024-01-01 02:00", None);
        assert_eq!(found(&stored, &open, Calendar::Always), [around[1], end]);
        let full = request("2024-01-01 02:00", Some("2024-01-01 04:00"));
        assert_eq!(found(&stored, &full, Calendar::Always), []);
        assert_eq!(found(&[], &open, Calendar::Always), [Hole { from: open.from, to: None }]);
    }

    #[test]
    fn a_night_is_no_hole() {
        let stored = ["2024-01-03 20:00", "2024-01-04 14:00", "2024-01-04 16:00"];
        let asked = request("2024-01-03 20:00", Some("2024-01-04 17:00"));
        let hour = hole("2024-01-04 15:00", "2024-01-04 16:00");
        assert_eq!(found(&stored, &asked, Calendar::Nyse), [hour]);
    }

    #[test]
    fn holes_near_each_other_are_one_question() {
        let (a, b) =
            (hole("2024-01-01 01:00", "2024-01-01 02:00"), hole("2024-01-01 05:00", "2024-01-02"));
        let end = Hole { from: ts("2024-01-03"), to: None };
        let hours = |n: i64| n * Timeframe::H1.us();
        assert_eq!(joined(vec![a, b, end], hours(2)), [a, b, end]);
        assert_eq!(joined(vec![a, b, end], hours(3)), [Hole { from: a.from, to: b.to }, end]);
        assert_eq!(joined(vec![a, b, end], hours(24)), [Hole { from: a.from, to: None }]);
    }
}
