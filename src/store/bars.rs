//! Bars as one Parquet file, stamped with what they are, so that damage does not go unseen.

use std::path::Path;

use super::parquet::{Notes, corrupt, foreign, read_noted, read_notes, write_noted};
use super::table::Loan;
use super::{Table, Values, fingerprint};
use crate::failure::Failure;
use crate::market::{Bars, Calendar, Columns, Symbol, Timeframe, Venue};
use crate::units::Ts;

const CONTENT: &str = "edgewalk.bars";
const FINGERPRINT: &str = "edgewalk.fingerprint";
const ROWS: &str = "edgewalk.rows";
const FIRST: &str = "edgewalk.first_us";
const LAST: &str = "edgewalk.last_us";
const EXCHANGE: &str = "edgewalk.exchange";
const PRODUCT: &str = "edgewalk.product";
/// The timeframe of the bars that these were made of; absent where they were brought in.
const DERIVED: &str = "edgewalk.derived_from";
/// The fingerprint those bars had, and the hours that were kept.
const DERIVED_PRINT: &str = "edgewalk.derived_from_fingerprint";
const DERIVED_HOURS: &str = "edgewalk.derived_in_hours";

/// Where bars came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub venue: Venue,
    /// The shorter bars that these were made of, if nothing was brought in since.
    pub made_of: Option<MadeOf>,
}

/// What longer bars were made of, and how: enough to see whether they would still come out the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeOf {
    pub timeframe: Timeframe,
    pub fingerprint: String,
    pub calendar: Calendar,
}

/// Bars out of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    pub bars: Bars,
    pub origin: Origin,
}

/// What a stored file says of its bars, read without decoding them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    pub fingerprint: String,
    pub n_bars: usize,
    /// The opens of the first and last bar; `None` where there are no bars.
    pub range: Option<(Ts, Ts)>,
    pub origin: Origin,
}

pub(super) fn write(path: &Path, bars: &Bars, origin: &Origin) -> Result<(), Failure> {
    let mut notes = notes(bars);
    origin.note(&mut notes);
    write_noted(path, (&lent(bars), bars.len()), notes)
}

pub(super) fn read(path: &Path, symbol: &Symbol, timeframe: Timeframe) -> Result<Stored, Failure> {
    let (table, notes) = read_noted(path)?;
    let written = notes.get(CONTENT).ok_or_else(|| foreign(path))?;
    if *written != content(symbol, timeframe) {
        return Err(corrupt(path, format!("it holds `{written}`")));
    }
    let columns = to_columns(table).map_err(|why| corrupt(path, why))?;
    let bars = Bars::new(symbol.clone(), timeframe, columns);
    let bars = bars.map_err(|fault| corrupt(path, fault))?;
    Ok(Stored { bars, origin: Origin::of(&notes) })
}

pub(super) fn describe(path: &Path) -> Result<Described, Failure> {
    let notes = read_notes(path)?;
    let number = |key| notes.get(key).and_then(|text: &String| text.parse::<i64>().ok());
    let stamp = notes.get(FINGERPRINT).zip(number(ROWS)).ok_or_else(|| foreign(path))?;
    let range = number(FIRST).zip(number(LAST)).map(|(first, last)| (Ts(first), Ts(last)));
    let n_bars = usize::try_from(stamp.1).map_err(|_| foreign(path))?;
    Ok(Described { fingerprint: stamp.0.clone(), n_bars, range, origin: Origin::of(&notes) })
}

impl Origin {
    fn of(notes: &Notes) -> Self {
        let product = notes.get(PRODUCT).and_then(|name| name.parse().ok());
        let venue = Venue { exchange: notes.get(EXCHANGE).cloned(), product };
        Self { venue, made_of: MadeOf::of(notes) }
    }

    /// What is unknown is not noted.
    fn note(&self, notes: &mut Notes) {
        let made_of = self.made_of.as_ref();
        let known = [
            (EXCHANGE, self.venue.exchange.clone()),
            (PRODUCT, self.venue.product.map(|product| product.name().to_owned())),
            (DERIVED, made_of.map(|made_of| made_of.timeframe.to_string())),
            (DERIVED_PRINT, made_of.map(|made_of| made_of.fingerprint.clone())),
            (DERIVED_HOURS, made_of.map(|made_of| made_of.calendar.to_string())),
        ];
        notes.extend(known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
}

/// Every column in its customary order; `count` as integers where all are whole.
pub fn to_table(bars: &Bars) -> Table {
    let own = |(name, values): &(&str, Loan)| {
        let values = match *values {
            Loan::Ts(v) => Values::Ts(v.to_vec()),
            Loan::F64(v) => Values::F64(v.to_vec()),
            Loan::F32(v) => Values::F32(v.to_vec()),
            Loan::I64(v) => Values::I64(v.to_vec()),
            Loan::Whole(v) => Values::I64(v.iter().map(|x| *x as i64).collect()),
            Loan::Text(v) => Values::Text(v.to_vec()),
        };
        ((*name).to_owned(), values)
    };
    #[expect(clippy::expect_used, reason = "bars have columns of one length, each named once")]
    Table::new(lent(bars).iter().map(own).collect()).expect("bars are a table")
}

fn lent(bars: &Bars) -> Vec<(&str, Loan<'_>)> {
    let columns = bars.columns();
    let prices = columns.prices().map(|(name, v)| (name, Loan::F64(v)));
    let extra = columns.extra.iter().map(|(name, v)| {
        let whole = name == "count" && v.iter().all(|&v| is_whole(v));
        (name.as_str(), if whole { Loan::Whole(v) } else { Loan::F64(v) })
    });
    [("ts", Loan::Ts(&columns.ts))].into_iter().chain(prices).chain(extra).collect()
}

fn content(symbol: &Symbol, timeframe: Timeframe) -> String {
    format!("{symbol} {timeframe}")
}

fn notes(bars: &Bars) -> Notes {
    let mut notes = Notes::from([
        (CONTENT.to_owned(), content(bars.symbol(), bars.timeframe())),
        (FINGERPRINT.to_owned(), fingerprint(bars)),
        (ROWS.to_owned(), bars.len().to_string()),
    ]);
    if let (Some(first), Some(last)) = (bars.ts().first(), bars.ts().last()) {
        notes.insert(FIRST.to_owned(), first.0.to_string());
        notes.insert(LAST.to_owned(), last.0.to_string());
    }
    notes
}

impl MadeOf {
    fn of(notes: &Notes) -> Option<Self> {
        let timeframe = notes.get(DERIVED)?.parse().ok()?;
        let fingerprint = notes.get(DERIVED_PRINT).cloned().unwrap_or_default();
        let calendar = notes.get(DERIVED_HOURS).and_then(|name| name.parse().ok());
        Some(Self { timeframe, fingerprint, calendar: calendar.unwrap_or_default() })
    }
}

/// Above 2^53 not every integer has its own f64.
fn is_whole(value: f64) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.fract() == 0.0 && value.abs() <= EXACT
}

fn to_columns(table: Table) -> Result<Columns, String> {
    let mut columns = Columns::default();
    for (name, values) in table.into_columns() {
        let values = match values {
            Values::Ts(ts) if name == "ts" => {
                columns.ts = ts;
                continue;
            }
            Values::F64(v) => v,
            Values::I64(v) => v.into_iter().map(|n| n as f64).collect(),
            _ => return Err(format!("column `{name}` is not one of numbers")),
        };
        match name.as_str() {
            "open" => columns.open = values,
            "high" => columns.high = values,
            "low" => columns.low = values,
            "close" => columns.close = values,
            "volume" => columns.volume = values,
            _ => drop(columns.extra.insert(name, values)),
        }
    }
    Ok(columns)
}
