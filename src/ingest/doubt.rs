//! What a file leaves open, and how it was taken: told when it is read, shown by the audit of the file,
//! and refused by `--strict`.

use super::audit::{Audit, Finding, Kind, Place};
use super::instant::Clock;
use crate::failure::Failure;
use crate::units::{HOUR_US, Ts};

/// Some bars of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    pub kind: Kind,
    pub from: Ts,
    pub to: Ts,
    pub n_bars: u64,
    /// How they were taken.
    pub note: String,
}

impl Doubt {
    /// The last row of a file that ends within it.
    pub(super) fn unended(at: Ts, number: &str) -> Self {
        let note = format!("the file ends in `{number}`, which is taken to be whole");
        Self { kind: Kind::Unended, from: at, to: at, n_bars: 1, note }
    }

    pub(super) fn told(&self, file: &str) -> String {
        let (n, from, to) = (self.n_bars, self.from, self.to);
        let which =
            if from == to { format!("{from}") } else { format!("{from} to {to}, {n} bars") };
        format!("`{file}`: {}: {which}: {}", self.kind.title(), self.note)
    }
}

/// The first of them, for who asks for bars without any.
pub fn refuse_doubts<'a>(
    file: &str,
    mut doubts: impl Iterator<Item = &'a Doubt>,
) -> Result<(), Failure> {
    match doubts.next() {
        None => Ok(()),
        Some(doubt) => Err(Failure::user(doubt.told(file)).hint(doubt.kind.advice())),
    }
}

impl Audit {
    /// With what the files left open of the bars that are in it.
    pub fn with(mut self, doubts: &[Doubt]) -> Self {
        for doubt in doubts {
            let Doubt { kind, from, to, n_bars, ref note } = *doubt;
            let place = Place { from, to, n_bars, note: note.clone() };
            match self.findings.iter_mut().find(|finding| finding.kind == kind) {
                Some(finding) => {
                    finding.n_bars += n_bars;
                    finding.n_places += 1;
                    finding.places.push(place);
                }
                None => {
                    let (severity, advice) = (kind.severity(), kind.advice());
                    let (n_places, places) = (1, vec![place]);
                    self.findings.push(Finding {
                        kind,
                        severity,
                        n_bars,
                        n_places,
                        places,
                        advice,
                    });
                }
            }
        }
        self.findings.sort_by_key(|finding| finding.kind);
        self
    }
}

/// Rows of an hour that the clocks of a zone show twice.
#[derive(Debug, Clone)]
struct Hour {
    from: Ts,
    to: Ts,
    /// Taken for the first and for the second of the two.
    n: [u64; 2],
}

/// All of them in one file.
#[derive(Debug, Clone, Default)]
pub(super) struct Hours(Vec<Hour>);

impl Hours {
    /// A row that could be at two times, and was taken to be at `ts`.
    pub fn note(&mut self, ts: Ts, is_second: bool) {
        let near = |hour: &&mut Hour| (ts.0 - hour.from.0).abs() < 12 * HOUR_US;
        if let Some(hour) = self.0.last_mut().filter(near) {
            (hour.from, hour.to) = (hour.from.min(ts), hour.to.max(ts));
            hour.n[usize::from(is_second)] += 1;
            return;
        }
        let n = if is_second { [0, 1] } else { [1, 0] };
        self.0.push(Hour { from: ts, to: ts, n });
    }
}

impl Clock {
    /// The last row's time.
    pub const fn last(&self) -> Option<Ts> {
        self.before
    }

    /// Hours that happen twice and are not there twice: which of both it is was not told.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> + '_ {
        let open = self.hours.0.iter().filter(|hour| hour.n[0] != hour.n[1]);
        open.map(|hour| Doubt {
            kind: Kind::AmbiguousTime,
            from: hour.from,
            to: hour.to,
            n_bars: hour.n[0] + hour.n[1],
            note: format!(
                "the clocks went back, the hour happens twice; {} taken for the first, {} for the second",
                hour.n[0], hour.n[1]
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{ReadOptions, read_bytes};

    const HEADER: &str = "time,open,high,low,close,volume\n";

    fn doubts(rows: &[&str], end: &str) -> Vec<(Kind, u64, String)> {
        let rows: Vec<String> = rows.iter().map(|row| format!("{row},1,1,1,1,12.5")).collect();
        let text = HEADER.to_owned() + &rows.join("\n") + end;
        let symbol = Some("X".parse().unwrap());
        let time_zone = Some("America/New_York".to_owned());
        let options = ReadOptions { symbol, time_zone, ..ReadOptions::default() };
        let file = read_bytes("f.csv", text.into_bytes(), &options).unwrap();
        file.doubts.into_iter().map(|d| (d.kind, d.n_bars, d.from.to_string())).collect()
    }

    #[test]
    fn an_hour_that_is_there_once_of_twice_is_named() {
        let both = ["2024-11-03 01:00", "2024-11-03 01:30"];
        let once = [&both[..], &["2024-11-03 02:00"]].concat();
        let named = (Kind::AmbiguousTime, 2, "2024-11-03 05:00".to_owned());
        assert_eq!(doubts(&once, "\n"), [named]);
        let twice = [&both[..], &both, &["2024-11-03 02:00"]].concat();
        assert_eq!(doubts(&twice, "\n"), []);
        assert_eq!(doubts(&["2024-11-04 01:00", "2024-11-04 01:30"], "\n"), []);
    }

    #[test]
    fn a_last_line_without_an_end_is_named() {
        let rows = ["2024-01-01 00:00", "2024-01-01 00:05"];
        assert_eq!(doubts(&rows, "\n"), []);
        assert_eq!(doubts(&rows, ""), [(Kind::Unended, 1, "2024-01-01 05:05".to_owned())]);
    }

    #[test]
    fn an_audit_shows_what_was_left_open_and_the_strict_refuse_it() {
        let columns = crate::ingest::audit::samples::calm(300);
        let terms = crate::ingest::audit::samples::terms();
        let audit = crate::ingest::audit::audit("X", &columns, &terms);
        let audit = audit.with(&[0, 1].map(|at| Doubt::unended(Ts(at), "1")));
        assert_eq!((audit.count(Kind::Unended), audit.verdict()), (2, Ok(())));
        assert!(audit.strict_verdict().unwrap_err().message.contains("no end of line (2)"));
    }
}
