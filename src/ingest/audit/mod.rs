//! What is wrong, odd or merely worth knowing about raw bars. Nothing is repaired.

mod finding;
mod times;
mod values;
mod runs;
mod spikes;
mod adjustments;
#[cfg(test)]
mod real_data;

use std::borrow::Cow;

use serde::Serialize;

pub use finding::{Finding, Kind, Place, Severity};
pub(in crate::ingest) use times::POSSIBLE;

use crate::failure::Failure;
use crate::market::{Calendar, Columns, Timeframe};
use crate::units::Ts;

/// What bars are audited against.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    pub timeframe: Timeframe,
    pub calendar: Calendar,
    /// So many bars in a row with unchanged prices are stale. Thin but live markets were seen to
    /// repeat five-minute bars six times; an exchange's outage, fourteen times.
    pub stale_bars: usize,
    /// A close that leaps and returns is a spike from so many typical bar ranges on. The largest
    /// genuine ones seen in crypto and equities made ten; the smallest bad tick, twenty-eight.
    pub spike_ranges: f64,
    /// The same for a high or low that no open or close near it confirms. Prices that really traded,
    /// such as a cascade of liquidations, made thirty.
    pub wick_ranges: f64,
    /// How far the move of `adj_close` may be from that of the close with its split and dividend.
    pub adjustment_tolerance: f64,
    /// How many places of each finding are kept; all are counted.
    pub max_places: usize,
}

impl Terms {
    pub fn new(timeframe: Timeframe, calendar: Calendar) -> Self {
        Self {
            timeframe,
            calendar,
            stale_bars: 10,
            spike_ranges: 12.0,
            wick_ranges: 33.0,
            adjustment_tolerance: 0.05,
            max_places: 20,
        }
    }
}

/// All that was found in the bars of one symbol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    /// Whose bars they are.
    pub name: String,
    pub timeframe: String,
    pub calendar: &'static str,
    pub n_bars: usize,
    #[serde(serialize_with = "finding::opt_rfc3339")]
    pub first: Option<Ts>,
    #[serde(serialize_with = "finding::opt_rfc3339")]
    pub last: Option<Ts>,
    /// Worst first; each kind at most once.
    pub findings: Vec<Finding>,
    /// For information: real markets leap.
    pub largest_move: Option<Move>,
}

/// A close against the close before it, splits undone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Move {
    #[serde(serialize_with = "finding::rfc3339")]
    pub at: Ts,
    /// 0.087 is a rise by 8.7 %.
    pub change: f64,
}

/// Examines raw columns, in whatever order and state they are.
pub fn audit(name: &str, columns: &Columns, terms: &Terms) -> Audit {
    let mut findings = values::length_faults(columns, terms);
    let mut largest_move = None;
    if findings.is_empty() {
        findings.extend(values::faults(columns, terms));
        findings.extend(times::faults(columns, terms));
        let ordered = times::ordered(columns);
        findings.extend(times::calendar_findings(&ordered, terms));
        findings.extend(runs::find(&ordered, terms));
        findings.extend(spikes::find(&ordered, terms));
        findings.extend(adjustments::find(&ordered, terms));
        largest_move = adjustments::largest_move(&ordered);
    }
    findings.sort_by_key(|f| f.kind);
    let (first, last) = (columns.ts.iter().min().copied(), columns.ts.iter().max().copied());
    Audit {
        name: name.to_owned(),
        timeframe: terms.timeframe.to_string(),
        calendar: terms.calendar.name(),
        n_bars: columns.len(),
        first,
        last,
        findings,
        largest_move,
    }
}

impl Audit {
    pub fn find(&self, kind: Kind) -> Option<&Finding> {
        self.findings.iter().find(|f| f.kind == kind)
    }

    /// How many bars have this finding.
    pub fn count(&self, kind: Kind) -> u64 {
        self.find(kind).map_or(0, |f| f.n_bars)
    }

    /// Whether the columns can become bars as they are: refuses faults alone.
    pub fn verdict(&self) -> Result<(), Failure> {
        self.refuse(Severity::Fault)
    }

    /// Refuses notices too.
    pub fn strict_verdict(&self) -> Result<(), Failure> {
        self.refuse(Severity::Notice)
    }

    fn refuse(&self, from: Severity) -> Result<(), Failure> {
        let bad: Vec<&Finding> = self.findings.iter().filter(|f| f.severity <= from).collect();
        let Some(worst) = bad.first() else { return Ok(()) };
        let list: Vec<String> =
            bad.iter().map(|f| format!("{} ({})", f.kind.title(), f.n_bars)).collect();
        let first =
            worst.places.first().map_or(String::new(), |p| format!("; the first at `{}`", p.from));
        let message =
            format!("the bars of `{}` are refused: {}{first}", self.name, list.join(", "));
        Err(Failure::user(message).hint(worst.kind.advice()))
    }
}

/// Rows as slices, for finders that compare neighbours.
type Ordered<'a> = Cow<'a, Columns>;

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::units::MINUTE_US;

    /// A calm five-minute market around 100: no finding.
    pub fn calm(n: usize) -> Columns {
        let start = "2024-01-01".parse::<Ts>().unwrap();
        let price = |i: usize| 100.0 + ((i * 7) % 11) as f64 * 0.01;
        let column = |f: &dyn Fn(usize) -> f64| (0..n).map(f).collect::<Vec<_>>();
        Columns {
            ts: (0..n).map(|i| start.plus_us(i as i64 * 5 * MINUTE_US)).collect(),
            open: column(&price),
            high: column(&|i| price(i).max(price(i + 1)) + 0.02),
            low: column(&|i| price(i).min(price(i + 1)) - 0.02),
            close: column(&|i| price(i + 1)),
            volume: column(&|i| 1.0 + (i % 3) as f64),
            extra: Default::default(),
        }
    }

    pub fn terms() -> Terms {
        Terms::new(Timeframe::M5, Calendar::Always)
    }

    /// The kinds found after an edit of the calm market, with their numbers of bars.
    pub fn found(edit: impl FnOnce(&mut Columns)) -> Vec<(Kind, u64)> {
        let mut columns = calm(300);
        edit(&mut columns);
        let audit = audit("X", &columns, &terms());
        audit.findings.iter().map(|f| (f.kind, f.n_bars)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use samples::{calm, found, terms};

    #[test]
    fn a_calm_market_has_no_finding() {
        assert_eq!(found(|_| {}), []);
        let audit = audit("X", &calm(300), &terms());
        assert_eq!((audit.verdict(), audit.strict_verdict()), (Ok(()), Ok(())));
    }

    #[test]
    fn an_empty_file_has_no_finding() {
        let audit = audit("X", &Columns::default(), &terms());
        assert_eq!((audit.n_bars, audit.first, audit.findings.len()), (0, None, 0));
    }

    #[test]
    fn a_notice_is_refused_only_strictly() {
        let mut columns = calm(300);
        columns.volume[7] = 0.0;
        let odd = audit("X", &columns, &terms());
        assert_eq!(odd.verdict(), Ok(()));
        let refusal = odd.strict_verdict().unwrap_err();
        assert_eq!(
            refusal.message,
            "the bars of `X` are refused: zero volume (1); the first at `2024-01-01 00:35`"
        );
        columns.close[9] = f64::NAN;
        let refusal = audit("X", &columns, &terms()).verdict().unwrap_err();
        assert!(refusal.message.contains("not a number (1)"), "{refusal}");
        assert!(refusal.hint.is_some());
    }

    #[test]
    fn the_report_is_json_with_times_anyone_can_read() {
        let mut columns = calm(300);
        columns.volume[7] = 0.0;
        let json = serde_json::to_value(audit("X", &columns, &terms())).unwrap();
        assert_eq!(json["first"], "2024-01-01T00:00:00Z");
        assert_eq!(json["findings"][0]["kind"], "zero_volume");
        assert_eq!(json["findings"][0]["severity"], "notice");
        assert_eq!(json["findings"][0]["places"][0]["from"], "2024-01-01T00:35:00Z");
    }

    #[test]
    fn order_does_not_change_what_is_found_besides_the_order_itself() {
        let mut columns = calm(300);
        columns.close[150] = 130.0;
        columns.high[150] = 130.0;
        columns.volume[20] = 0.0;
        let mut rows: Vec<usize> = (0..300).filter(|i| *i != 40).collect();
        let mut straight = audit("X", &columns.take(&rows), &terms()).findings;
        rows.rotate_left(100);
        let shuffled = audit("X", &columns.take(&rows), &terms()).findings;
        assert_eq!(shuffled[0].kind, Kind::Unsorted);
        straight.insert(0, shuffled[0].clone());
        assert_eq!(shuffled, straight);
    }

    #[test]
    fn any_numbers_at_all_are_examined_without_panic() {
        let wild = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e-308, 1e308, 5.0, 5.0];
        let column = |k: usize| (0..8).map(|i| wild[(i * k + 1) % 8]).collect::<Vec<_>>();
        let columns = Columns {
            ts: [i64::MIN, i64::MAX, 0, 0, 300_000_000, 7, -5, i64::MIN].map(Ts).to_vec(),
            open: column(1),
            high: column(3),
            low: column(5),
            close: column(7),
            volume: column(2),
            extra: [("adj_close".to_owned(), column(3))].into(),
        };
        for calendar in Calendar::ALL {
            for timeframe in ["1s", "5m", "1d", "1w"] {
                let terms = Terms::new(timeframe.parse().unwrap(), calendar);
                let audit = audit("X", &columns, &terms);
                assert!(audit.verdict().is_err());
            }
        }
    }
}
