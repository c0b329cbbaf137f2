//! `data.*`: where bars come from and where they are kept.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::free_keys::ColumnMap;
use super::leaves::parse_with;
use super::nearest::nearest;
use super::quote::quote;
use super::rule::Rule;
use super::section::{choice, section};
use super::setting::{Leaf, Reading, Wrong};
use super::tree::Node;
use crate::market::{Calendar, Symbol, Timeframe};
use crate::units::Ts;

section! {
    /// Where bars come from and where they are kept.
    pub struct Data, check Data::check;
    /// Folder of everything ingested; bars are in `<dir>/bars/<SYMBOL>/<timeframe>.parquet`.
    dir: PathBuf = "data".into(), Rule::any();
    /// What `edgewalk ingest` reads: the built-in generator, CSV files, an exchange, or nothing
    /// (`store`: the bars are in `dir` already).
    source: Source = Source::Synthetic, Rule::any();
    /// What is traded.
    symbols: Vec<Symbol> = "SYNTH".parse().into_iter().collect(), Rule::any().nonempty();
    /// The time one bar covers.
    timeframe: Timeframe = Timeframe::M5, Rule::any();
    /// Files to ingest, for `source: csv`.
    files: Vec<PathBuf> = Vec::new(), Rule::any();
    /// First bar to use, UTC; null: from the beginning.
    from: Option<Ts> = None, Rule::any();
    /// Bars before this time are used, UTC; null: to the end.
    to: Option<Ts> = None, Rule::any();
    /// The days or hours the market trades, which tell a gap from a night.
    calendar: Calendar = Calendar::Always, Rule::any();
    /// Refuse data in which the audit notices anything. What cannot be true, such as a high below
    /// its low, is refused in any case.
    strict: bool = false, Rule::any();
    /// Address to fetch bars from instead of the exchange's own; null: the exchange's own.
    base_url: Option<BaseUrl> = None, Rule::any();
    train: TrainRange = TrainRange::default(), Rule::any();
    test: TestRange = TestRange::default(), Rule::any();
    csv: Csv = Csv::default(), Rule::any();
    exchange: Exchange = Exchange::default(), Rule::any();
}

section! {
    /// The range that `edgewalk train` learns from. Both ends null: all of it.
    pub struct TrainRange;
    /// First bar to train on, UTC.
    from: Option<Ts> = None, Rule::any();
    /// Training ends before this time, UTC.
    to: Option<Ts> = None, Rule::any();
}

section! {
    /// The range that `edgewalk predict` predicts; it must not overlap the one above. Both ends
    /// null: all that comes after what the model was trained on.
    pub struct TestRange;
    /// First bar to test on, UTC.
    from: Option<Ts> = None, Rule::any();
    /// Testing ends before this time, UTC.
    to: Option<Ts> = None, Rule::any();
}

section! {
    /// How to read a CSV file that is not laid out as an exchange's.
    pub struct Csv, check Csv::check;
    /// Our name of a column: its header in the file. Ours are ts (or date and time), open, high,
    /// low, close, volume; any other name becomes a column of its own. Empty: guessed from the
    /// header. For example:
    ///   columns:
    ///     ts: Timestamp
    ///     close: Last
    columns: ColumnMap = ColumnMap::default(), Rule::any();
    /// How times are written; auto finds out. A pattern is strftime's, such as "%d.%m.%Y %H:%M".
    time_format: TimeFormat = TimeFormat::Auto, Rule::any();
    /// The zone of times that do not name one.
    timezone: TimeZone = TimeZone::UTC, Rule::any();
    /// What stands between two values; auto finds out.
    delimiter: Delimiter = Delimiter::Auto, Rule::any();
}

section! {
    /// What to download, for `source: binance` and `source: kraken`.
    pub struct Exchange;
    /// Binance: monthly archives with checksums, much faster than asking for bars.
    bulk: bool = false, Rule::any();
    /// Binance: spot, or futures (USD-margined).
    market: ExchangeMarket = ExchangeMarket::Spot, Rule::any();
    /// Kraken: all of history, rolled from single trades; slow. Else the last 719 bars.
    trades: bool = false, Rule::any();
}

choice! {
    /// Where on an exchange.
    pub enum ExchangeMarket {
        Spot = "spot",
        Futures = "futures",
    }
}

choice! {
    /// Where bars are ingested from.
    pub enum Source {
        Synthetic = "synthetic",
        Csv = "csv",
        Binance = "binance",
        Kraken = "kraken",
        /// Nowhere: they are in the store already.
        Store = "store",
    }
}

choice! {
    for Calendar {
        Always = "24/7",
        Nyse = "NYSE",
    }
}

choice! {
    /// What stands between two values of a CSV line.
    pub enum Delimiter {
        Auto = "auto",
        Comma = "comma",
        Semicolon = "semicolon",
        Tab = "tab",
        Pipe = "pipe",
        Space = "space",
    }
}

impl Delimiter {
    /// `None`: the reader finds out.
    pub const fn byte(self) -> Option<u8> {
        match self {
            Self::Auto => None,
            Self::Comma => Some(b','),
            Self::Semicolon => Some(b';'),
            Self::Tab => Some(b'\t'),
            Self::Pipe => Some(b'|'),
            Self::Space => Some(b' '),
        }
    }
}

/// How a CSV file writes its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// ISO 8601, or seconds, ms, µs or ns since 1970, told apart by their size.
    Auto,
    Seconds,
    Millis,
    Micros,
    Nanos,
    /// A strftime pattern.
    Pattern(String),
}

const TIME_WORDS: [(&str, TimeFormat); 5] = [
    ("auto", TimeFormat::Auto),
    ("s", TimeFormat::Seconds),
    ("ms", TimeFormat::Millis),
    ("us", TimeFormat::Micros),
    ("ns", TimeFormat::Nanos),
];

impl Leaf for TimeFormat {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        let word = |text: &str| TIME_WORDS.into_iter().find(|(word, _)| *word == text);
        let value = parse_with(node, rule, wrong, |text| match word(text) {
            Some((_, format)) => Some(format),
            None => is_pattern(text).then(|| Self::Pattern(text.to_owned())),
        });
        if let (None, Some(text), Some(last)) = (&value, node.scalar(), wrong.last_mut()) {
            let meant = nearest(text, &TIME_WORDS.map(|(word, _)| word));
            last.hint = meant.map(|word| format!("did you mean `{word}`?"));
        }
        value
    }

    fn show(&self) -> String {
        match self {
            Self::Pattern(pattern) => quote(pattern),
            format => {
                let known = TIME_WORDS.into_iter().find(|(_, f)| f == format);
                known.map_or_else(String::new, |(word, _)| word.to_owned())
            }
        }
    }

    fn expected(_: &Rule) -> String {
        "auto, s, ms, us, ns (since 1970) or a strftime pattern".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "auto | s | ms | us | ns (since 1970) | pattern".to_owned()
    }
}

/// Whether jiff knows every directive in it, and it has one.
fn is_pattern(text: &str) -> bool {
    let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
    text.contains('%') && jiff::fmt::strtime::format(text, &sample).is_ok()
}

/// An address that a path can be appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Leaf for BaseUrl {
    fn parse(node: &Node, rule: &Rule, wrong: &mut Vec<Wrong>) -> Option<Self> {
        parse_with(node, rule, wrong, |text| {
            let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
            let is_host = host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
            let is_clean = !text.contains(|c: char| c.is_whitespace() || c.is_control());
            (is_host && is_clean).then(|| Self(text.trim_end_matches('/').to_owned()))
        })
    }

    fn show(&self) -> String {
        quote(&self.0)
    }

    fn expected(_: &Rule) -> String {
        "an address such as http://localhost:8080".to_owned()
    }

    fn allowed(_: &Rule) -> String {
        "such as http://localhost:8080".to_owned()
    }
}

impl Data {
    fn check(&self, reading: &mut Reading) {
        ordered(reading, ["data.from", "data.to"], (self.from, self.to));
        let (train, test) = (&self.train, &self.test);
        ordered(reading, ["data.train.from", "data.train.to"], (train.from, train.to));
        ordered(reading, ["data.test.from", "data.test.to"], (test.from, test.to));
        self.check_split(reading);
        for (key, inner) in [
            ("data.train.from", train.from),
            ("data.train.to", train.to),
            ("data.test.from", test.from),
            ("data.test.to", test.to),
        ] {
            let outside =
                |t: Ts| self.from.is_some_and(|f| t < f) || self.to.is_some_and(|to| t > to);
            reading.require(!inner.is_some_and(outside), &[key, "data.from", "data.to"], || {
                "lies outside of data.from .. data.to".to_owned()
            });
        }
        let repeated = first_repeated(&self.symbols);
        reading.require(repeated.is_none(), &["data.symbols"], || {
            format!("`{}` is there twice", repeated.map_or("", Symbol::as_str))
        });
        let has_files = self.source != Source::Csv || !self.files.is_empty();
        reading.require(has_files, &["data.files", "data.source"], || {
            "`source: csv` needs at least one file in `data.files`".to_owned()
        });
        self.check_exchange(reading);
    }

    /// A key that the source does not know would be passed over in silence.
    fn check_exchange(&self, reading: &mut Reading) {
        let Exchange { bulk, market, trades } = self.exchange;
        let misplaced = [
            ("data.exchange.bulk", bulk, Source::Kraken),
            ("data.exchange.market", market == ExchangeMarket::Futures, Source::Kraken),
            ("data.exchange.trades", trades, Source::Binance),
        ];
        for (key, is_set, source) in misplaced {
            reading.require(!(is_set && self.source == source), &[key, "data.source"], || {
                format!("there is no such thing with `source: {}`", source.name())
            });
        }
    }

    /// Training may end where testing begins; any common bar would be a leak.
    fn check_split(&self, reading: &mut Reading) {
        let starts_before = |from: Option<Ts>, to: Option<Ts>| match (from, to) {
            (Some(from), Some(to)) => from < to,
            _ => true,
        };
        let is_split = [self.train.from, self.train.to, self.test.from, self.test.to];
        let is_named =
            is_split[..2].iter().any(Option::is_some) && is_split[2..].iter().any(Option::is_some);
        let overlap = starts_before(self.train.from, self.test.to)
            && starts_before(self.test.from, self.train.to);
        let keys = ["data.test.from", "data.test.to", "data.train.to", "data.train.from"];
        reading.require(!(is_named && overlap), &keys, || {
            "the test range overlaps the train range".to_owned()
        });
    }
}

impl Csv {
    fn check(&self, reading: &mut Reading) {
        let has = |name| self.columns.get(name).is_some();
        let (ts, date, time) =
            ("data.csv.columns.ts", "data.csv.columns.date", "data.csv.columns.time");
        reading.require(!(has("ts") && (has("date") || has("time"))), &[ts, date, time], || {
            "is given beside `date` or `time`: the time of a bar is in one or the other".to_owned()
        });
        reading.require(!has("time") || has("date"), &[time, date], || {
            "needs `date` beside it".to_owned()
        });
        for (name, header) in self.columns.iter() {
            let first = self.columns.iter().find(|(_, h)| *h == header).map_or("", |(n, _)| n);
            reading.require(first == name, &[&format!("data.csv.columns.{name}")], || {
                format!("reads the same column `{header}` as `{first}`")
            });
        }
    }
}

fn ordered(reading: &mut Reading, keys: [&str; 2], range: (Option<Ts>, Option<Ts>)) {
    if let (Some(from), Some(to)) = range {
        let message = || format!("the range is empty: from `{from}` to `{to}`");
        reading.require(from < to, &[keys[1], keys[0]], message);
    }
}

/// The first entry that an earlier one equals.
pub(super) fn first_repeated<T: PartialEq>(list: &[T]) -> Option<&T> {
    list.iter().enumerate().find(|(i, x)| list[..*i].contains(x)).map(|(_, x)| x)
}
