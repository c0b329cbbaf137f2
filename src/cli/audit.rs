//! An audit, as the eye likes it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::table_of;
use crate::ingest::audit::{Audit, Finding, Kind, Move, Place, Severity};

/// Places shown of each finding; the JSON form has more.
const SHOWN_PLACES: usize = 3;
const SHOWN_NAMES: usize = 8;

/// One symbol: a line on the bars, a table of findings, and what to do about each.
pub fn render(audit: &Audit) -> String {
    let Audit { name, timeframe, calendar, n_bars, .. } = audit;
    let mut text = format!("{name} {timeframe}: {n_bars} bars");
    if let (Some(first), Some(last)) = (audit.first, audit.last) {
        let _ = write!(text, ", {first} to {last} UTC");
    }
    let _ = writeln!(text, ", calendar {calendar}");
    if let Some(Move { at, change }) = audit.largest_move {
        let _ = writeln!(text, "largest move of the close: {:+.1} % at {at}", change * 100.0);
    }
    if audit.findings.is_empty() {
        return text + "nothing found\n";
    }
    let row = |finding: &Finding| {
        let counts = [finding.n_bars.to_string(), finding.n_places.to_string()];
        row(finding.kind, counts, first_places(finding))
    };
    let header = ["severity", "finding", "bars", "places", "first places"];
    let table = table_of(&header, SIDES, audit.findings.iter().map(row));
    text + "\n" + &table + "\n" + &advice(audit.findings.iter().map(|f| f.kind))
}

/// Many symbols: one table of who has which finding. One symbol is shown in full.
pub fn render_all(audits: &[Audit]) -> String {
    if let [only] = audits {
        return render(only);
    }
    let n_bars: usize = audits.iter().map(|a| a.n_bars).sum();
    let text = format!("{} series: {n_bars} bars\n", audits.len()) + &largest_move(audits);
    let found = by_kind(audits);
    if found.is_empty() {
        return text + "nothing found\n";
    }
    let rows = found.iter().map(|(kind, names)| {
        let total: u64 = names.iter().map(|(n_bars, _)| n_bars).sum();
        row(*kind, [total.to_string(), names.len().to_string()], most_afflicted(names))
    });
    let table = table_of(&["severity", "finding", "bars", "series", "where"], SIDES, rows);
    text + "\n" + &table + "\n" + &advice(found.keys().copied())
}

const SIDES: &str = "llrrl";

fn row(kind: Kind, [n_bars, n_places]: [String; 2], places: String) -> Vec<String> {
    let severity = match kind.severity() {
        Severity::Fault => "fault",
        Severity::Notice => "notice",
    };
    vec![severity.to_owned(), kind.title().to_owned(), n_bars, n_places, places]
}

fn largest_move(audits: &[Audit]) -> String {
    let all = audits.iter().filter_map(|a| Some((a.largest_move?, &a.name)));
    let size = |change: f64| libm::log1p(change).abs();
    let largest = all.max_by(|a, b| size(a.0.change).total_cmp(&size(b.0.change)));
    largest.map_or(String::new(), |(Move { at, change }, name)| {
        format!("largest move of a close: {:+.1} %, {name} at {at}\n", change * 100.0)
    })
}

/// Per kind the symbols that have it, most bars first.
fn by_kind(audits: &[Audit]) -> BTreeMap<Kind, Vec<(u64, &str)>> {
    let mut found: BTreeMap<Kind, Vec<(u64, &str)>> = BTreeMap::new();
    for audit in audits {
        for finding in &audit.findings {
            found.entry(finding.kind).or_default().push((finding.n_bars, &audit.name));
        }
    }
    for names in found.values_mut() {
        names.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    }
    found
}

fn most_afflicted(names: &[(u64, &str)]) -> String {
    let shown = names.iter().take(SHOWN_NAMES).map(|(n_bars, name)| format!("{name} {n_bars}"));
    and_more(shown.collect(), names.len(), ", ")
}

fn first_places(finding: &Finding) -> String {
    let shown: Vec<String> = finding.places.iter().take(SHOWN_PLACES).map(show_place).collect();
    and_more(shown, finding.n_places, "\n")
}

fn and_more(mut shown: Vec<String>, n_all: usize, separator: &str) -> String {
    if n_all > shown.len() {
        shown.push(format!("and {} more", n_all - shown.len()));
    }
    shown.join(separator)
}

fn show_place(place: &Place) -> String {
    let mut text = place.from.to_string();
    if place.to != place.from {
        let _ = write!(text, " to {}, {} bars", place.to, place.n_bars);
    }
    if !place.note.is_empty() {
        let _ = write!(text, ": {}", place.note);
    }
    text
}

fn advice(kinds: impl Iterator<Item = Kind>) -> String {
    kinds.fold(String::new(), |mut text, kind| {
        let _ = writeln!(text, "{}: {}", kind.title(), kind.advice());
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::audit::audit;
    use crate::ingest::audit::samples::{calm, terms};

    #[test]
    fn one_symbol_is_shown_with_its_places_and_advice() {
        let mut columns = calm(300);
        for row in [7, 8, 20, 30, 40] {
            columns.volume[row] = 0.0;
        }
        insta::assert_snapshot!(render(&audit("BTCUSDT", &columns, &terms())), @r"
        BTCUSDT 5m: 300 bars, 2024-01-01 00:00 to 2024-01-02 00:55 UTC, calendar 24/7
        largest move of the close: +0.1 % at 2024-01-02 00:45

        severity  finding      bars  places  first places
        notice    zero volume     5       4  2024-01-01 00:35 to 2024-01-01 00:40, 2 bars: at 100.01
                                             2024-01-01 01:40: at 100.04
                                             2024-01-01 02:30: at 100.08
                                             and 1 more

        zero volume: nothing traded: no fill can happen there
        ");
    }

    #[test]
    fn many_symbols_share_one_table() {
        let with_holes = |name: &str, n: usize| {
            let mut columns = calm(300);
            columns.volume[..n].fill(0.0);
            audit(name, &columns, &terms())
        };
        let audits = [with_holes("A", 2), with_holes("B", 0), with_holes("C", 3)];
        insta::assert_snapshot!(render_all(&audits), @r"
        3 series: 900 bars
        largest move of a close: +0.1 %, C at 2024-01-02 00:45

        severity  finding      bars  series  where
        notice    zero volume     5       2  C 3, A 2

        zero volume: nothing traded: no fill can happen there
        ");
    }

    #[test]
    fn nothing_found_is_said_in_so_many_words() {
        assert!(render(&audit("X", &calm(30), &terms())).ends_with("nothing found\n"));
        assert!(render_all(&[]).ends_with("nothing found\n"));
    }
}
