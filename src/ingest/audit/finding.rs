//! Kinds of findings, and the places where they were made.

use serde::{Serialize, Serializer};

use crate::units::Ts;

/// How bad, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The columns are not usable as bars without the user's word.
    Fault,
    /// Allowed, but look.
    Notice,
}

/// What was found, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    UnequalColumns,
    ImpossibleTime,
    Unsorted,
    DisagreeingDuplicate,
    IdenticalDuplicate,
    OffGrid,
    NotANumber,
    NonPositivePrice,
    NegativeVolume,
    HighBelowLow,
    OutsideRange,
    Gap,
    ClosedMarket,
    ZeroVolume,
    Flat,
    Stale,
    Repeated,
    Spike,
    Adjustment,
    AmbiguousTime,
    Unended,
}

impl Kind {
    pub fn severity(self) -> Severity {
        if self < Self::Gap { Severity::Fault } else { Severity::Notice }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::UnequalColumns => "columns of unequal length",
            Self::ImpossibleTime => "impossible time",
            Self::Unsorted => "unsorted",
            Self::DisagreeingDuplicate => "disagreeing duplicate",
            Self::IdenticalDuplicate => "identical duplicate",
            Self::OffGrid => "off the grid",
            Self::NotANumber => "not a number",
            Self::NonPositivePrice => "price not positive",
            Self::NegativeVolume => "negative volume",
            Self::HighBelowLow => "high below low",
            Self::OutsideRange => "open or close outside low..high",
            Self::Gap => "gap",
            Self::ClosedMarket => "market closed",
            Self::ZeroVolume => "zero volume",
            Self::Flat => "flat",
            Self::Stale => "stale",
            Self::Repeated => "repeated bar",
            Self::Spike => "spike",
            Self::Adjustment => "adjustment",
            Self::AmbiguousTime => "ambiguous time",
            Self::Unended => "no end of line",
        }
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::UnequalColumns => "the file is cut off or misread: get it again",
            Self::ImpossibleTime => "the unit of the times is misread: check s, ms, us and ns",
            Self::Unsorted => "`ingest` with `--sort` puts them in order; is it two files in one?",
            Self::DisagreeingDuplicate => {
                "two sources differ: find out which is right, keep that one"
            }
            Self::IdenticalDuplicate => "`ingest` with `--dedup` drops the second copy of each bar",
            Self::OffGrid => "check the timeframe, and the time zone of the times",
            Self::NotANumber | Self::NonPositivePrice => {
                "drop these bars, or get them again: a gap is honest"
            }
            Self::NegativeVolume => "drop these bars, or get them again",
            Self::HighBelowLow => "check the order of the columns; else drop these bars",
            Self::OutsideRange => "check the order of the columns; else get these bars again",
            Self::Gap => "compare with another source; labels across long gaps are left out",
            Self::ClosedMarket => {
                "check the calendar and the time zone; drop pre- and after-market bars"
            }
            Self::ZeroVolume => "nothing traded: no fill can happen there",
            Self::Flat => "a single price: normal for a thin market, suspect in a busy one",
            Self::Stale => "the feed stood still: compare with another source",
            Self::Repeated => "a copy of the bar before, volume and all: get it again",
            Self::Spike => "compare with another source: a bad tick triggers stops that never were",
            Self::Adjustment => "check the split and dividend of that day; do not trade its return",
            Self::AmbiguousTime => "get the bars with times in UTC, or with their offset",
            Self::Unended => {
                "was the file cut off? get it again; if it is whole, end its last line"
            }
        }
    }
}

/// One kind of finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    pub severity: Severity,
    /// How many bars it concerns; in gaps, how many are missing.
    pub n_bars: u64,
    /// How many places it was found at; neighbouring bars are one place where that makes sense.
    pub n_places: usize,
    /// The first places, in the order of time.
    pub places: Vec<Place>,
    pub advice: &'static str,
}

/// From one bar to another, both included.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    #[serde(serialize_with = "rfc3339")]
    pub from: Ts,
    #[serde(serialize_with = "rfc3339")]
    pub to: Ts,
    pub n_bars: u64,
    /// What there is to see, where the kind does not say it all.
    pub note: String,
}

/// Counts everything, keeps the first few places.
pub struct Tally {
    finding: Finding,
    max_places: usize,
}

impl Tally {
    pub fn new(kind: Kind, max_places: usize) -> Self {
        let (severity, advice) = (kind.severity(), kind.advice());
        let finding =
            Finding { kind, severity, n_bars: 0, n_places: 0, places: Vec::new(), advice };
        Self { finding, max_places }
    }

    /// One bar; its note is made only if it is kept.
    pub fn bar(&mut self, at: Ts, note: impl FnOnce() -> String) {
        self.place((at, at), 1, note);
    }

    pub fn place(&mut self, ends: (Ts, Ts), n_bars: u64, note: impl FnOnce() -> String) {
        self.finding.n_bars += n_bars;
        self.finding.n_places += 1;
        if self.finding.places.len() < self.max_places {
            self.finding.places.push(Place { from: ends.0, to: ends.1, n_bars, note: note() });
        }
    }

    /// `None` where there was nothing.
    pub fn finding(self) -> Option<Finding> {
        (self.finding.n_places > 0).then_some(self.finding)
    }
}

pub fn rfc3339<S: Serializer>(ts: &Ts, serializer: S) -> Result<S::Ok, S::Error> {
    match jiff::Timestamp::from_microsecond(ts.0) {
        Ok(stamp) => serializer.collect_str(&stamp),
        Err(_) => serializer.collect_str(ts),
    }
}

#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub fn opt_rfc3339<S: Serializer>(ts: &Option<Ts>, serializer: S) -> Result<S::Ok, S::Error> {
    match ts {
        Some(ts) => rfc3339(ts, serializer),
        None => serializer.serialize_none(),
    }
}
