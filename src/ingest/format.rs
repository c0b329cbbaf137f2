//! What kind of file it is: by its first bytes, since names lie. Where these say nothing, by its name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::fixed::{BINANCE, KRAKEN};
use super::instant::Unit;
use super::number::leading_integer;
use super::source::Source;

/// The kinds of file that are read. Any of them may come in a zip of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Kline CSV, as downloaded, with or without header.
    Binance,
    /// OHLCVT CSV without header.
    Kraken,
    /// CSV with a header, narrow, long or wide.
    Csv,
    Parquet,
    /// Arrow IPC, as freqtrade writes it.
    Feather,
    /// freqtrade's list of lists.
    Json,
}

impl Format {
    pub const ALL: [Self; 6] =
        [Self::Binance, Self::Kraken, Self::Csv, Self::Parquet, Self::Feather, Self::Json];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Binance => "binance",
            Self::Kraken => "kraken",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Feather => "feather",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|f| f.name() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join("`, `");
            format!("`{text}` is not a format: known are `{known}`")
        })
    }
}

pub(super) fn detect_in(source: &Source) -> Format {
    let bytes = &source.bytes;
    if bytes.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    if bytes.starts_with(b"ARROW1") {
        return Format::Feather;
    }
    if bytes.trim_ascii_start().starts_with(b"[") || bytes.trim_ascii_start().starts_with(b"{") {
        return Format::Json;
    }
    let line = bytes.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty());
    let line = line.unwrap_or_default();
    let is_text = !line.is_empty() && !line.contains(&0) && std::str::from_utf8(line).is_ok();
    if let Some(format) = by_name(source).filter(|_| !is_text) {
        return format;
    }
    let in_seconds = || {
        let time = leading_integer(line.trim_ascii());
        time.is_some_and(|(value, _)| Unit::of(value) == Unit::Seconds)
    };
    match line {
        line if BINANCE.fits(line) => Format::Binance,
        line if KRAKEN.fits(line) && in_seconds() => Format::Kraken,
        _ => Format::Csv,
    }
}

fn by_name(source: &Source) -> Option<Format> {
    let extension = Path::new(&source.name).extension()?.to_str()?.to_ascii_lowercase();
    match extension.as_str() {
        "parquet" | "pq" => Some(Format::Parquet),
        "feather" | "arrow" | "ipc" => Some(Format::Feather),
        "json" => Some(Format::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Format {
        detect_in(&Source::new(name, text.into()).unwrap())
    }

    #[test]
    fn a_format_is_seen_in_the_first_line() {
        let kline = "1735689600000000,1,2,0.5,1,10,1735689899999999,10,5,1,1,0\n";
        assert_eq!(of("x.csv", kline), Format::Binance);
        let header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,\
                      taker_buy_volume,taker_buy_quote_volume,ignore\n";
        assert_eq!(of("x.csv", &format!("{header}{kline}")), Format::Binance);
        assert_eq!(of("x.csv", "1704067200,1,2,0.5,1,10,5\n"), Format::Kraken);
        assert_eq!(of("x.csv", "1704067200000,1,2,0.5,1,10,5\n"), Format::Csv);
        assert_eq!(of("x.csv", "time,open,high,low,close,volume,trades\n"), Format::Csv);
        assert_eq!(of("x.csv", " [[1704067200000,1,2,0.5,1,10]]"), Format::Json);
        assert_eq!(of("x.csv", "PAR1"), Format::Parquet);
        assert_eq!(of("x.feather", ""), Format::Feather);
        assert_eq!(of("x.parquet", "junk\0"), Format::Parquet);
        for name in ["full.json", "x.parquet", "x.feather"] {
            assert_eq!(of(name, "time,open,high,low,close,volume\n"), Format::Csv, "{name}");
        }
        assert_eq!(of("x", "ARROW1\0\0"), Format::Feather);
    }

    #[test]
    fn a_format_is_called_what_it_is_called() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert!("xlsx".parse::<Format>().unwrap_err().starts_with("`xlsx` is not a format"));
    }
}
