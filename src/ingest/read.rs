//! One file → columns by symbol.

use std::collections::BTreeMap;
use std::path::Path;

use super::fixed::{BINANCE, KRAKEN};
use super::format::{Format, detect_in};
use super::series::{Part, Reading};
use super::source::{Fault, Source};
use super::{delimited, frame, json, plan};
use crate::failure::Failure;
use crate::market::{Columns, Symbol};

/// How to read a file, where that is not plain from the file itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadOptions {
    /// Whose bars they are; of a file with several symbols, the one to take.
    pub symbol: Option<Symbol>,
    pub format: Option<Format>,
    /// Role (`time`, `date`, `symbol`, `open`, …, any extra) → the column's name or number.
    pub columns: BTreeMap<String, String>,
    /// `s`, `ms`, `us` or `ns` since 1970, or a pattern in the manner of strftime.
    pub time_format: Option<String>,
    /// What stands between two values of CSV; told from the file by default.
    pub delimiter: Option<u8>,
    /// Of times that do not say theirs; UTC by default.
    pub time_zone: Option<String>,
}

impl ReadOptions {
    /// As they are written on a command line.
    pub fn flags(&self) -> String {
        let columns = self.columns.iter().map(|(ours, theirs)| format!("{ours}={theirs}"));
        let flags = columns.map(|pair| ("column", Some(pair))).chain([
            ("symbol", self.symbol.as_ref().map(Symbol::to_string)),
            ("format", self.format.map(|format| format.to_string())),
            ("time-format", self.time_format.clone()),
            ("delimiter", self.delimiter.map(|byte| char::from(byte).to_string())),
            ("time-zone", self.time_zone.clone().filter(|zone| zone != "UTC")),
        ]);
        let plain =
            |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "=_-/.".contains(c));
        let written = |(flag, value): (&str, Option<String>)| match value? {
            text if plain(&text) => Some(format!(" --{flag} {text}")),
            text => Some(format!(" --{flag} '{text}'")),
        };
        flags.filter_map(written).collect()
    }
}

/// What a file says, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct FileBars {
    pub series: BTreeMap<Symbol, Columns>,
    /// Columns that are not brought in.
    pub ignored: Vec<String>,
}

pub fn read_file(path: &Path, options: &ReadOptions) -> Result<FileBars, Failure> {
    read(&Source::open(path)?, options)
}

/// As [`read_file`], for a file that is in memory; `name` is what messages call it.
pub fn read_bytes(name: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<FileBars, Failure> {
    read(&Source::new(name, bytes)?, options)
}

fn read(source: &Source, options: &ReadOptions) -> Result<FileBars, Failure> {
    let reading = match options.format.unwrap_or_else(|| detect_in(source)) {
        Format::Binance => Reading::unnamed(BINANCE.read(source)?),
        Format::Kraken => Reading::unnamed(KRAKEN.read(source)?),
        Format::Csv => delimited::read(source, options)?,
        Format::Parquet => frame::read(source, frame::Kind::Parquet, options)?,
        Format::Feather => frame::read(source, frame::Kind::Feather, options)?,
        Format::Json => json::read(source)?,
    };
    if reading.parts.iter().all(|part| part.columns.is_empty()) {
        return Err(source.fault(Fault::new("holds no bars")));
    }
    let Reading { parts, ignored } = reading;
    let series = match (&options.symbol, parts.len()) {
        (_, 1) => one(source, parts, options)?,
        (Some(wanted), _) => pick(source, parts, wanted)?,
        (None, _) => all(source, parts)?,
    };
    Ok(FileBars { series, ignored })
}

/// One symbol's file: the name given wins, then that in the file, then that of the file.
fn one(
    source: &Source,
    parts: Vec<Part>,
    options: &ReadOptions,
) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    parts
        .into_iter()
        .map(|part| {
            let symbol = match (&options.symbol, &part.said) {
                (Some(symbol), _) => symbol.clone(),
                (None, Some(said)) => symbol_of(source, said)?,
                (None, None) => symbol_in_name(&source.name).ok_or_else(|| {
                    let what = "does not say whose bars it holds";
                    source
                        .fault(Fault::new(what).cure("`--symbol NAME`, such as `--symbol BTCUSDT`"))
                })?,
            };
            Ok((symbol, part.columns))
        })
        .collect()
}

fn pick(
    source: &Source,
    parts: Vec<Part>,
    wanted: &Symbol,
) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    let said: Vec<String> = parts.iter().filter_map(|part| part.said.clone()).collect();
    let is_wanted = |part: &Part| {
        part.said.as_deref().is_some_and(|said| symbol_text(said).parse().as_ref() == Ok(wanted))
    };
    let found = parts.into_iter().find(is_wanted).ok_or_else(|| {
        let shown = plan::list(&said[..said.len().min(12)]);
        let more =
            if said.len() > 12 { format!(" and {} more", said.len() - 12) } else { String::new() };
        source.fault(Fault::new(format!("has no bars of `{wanted}`, but of {shown}{more}")))
    })?;
    Ok(BTreeMap::from([(wanted.clone(), found.columns)]))
}

fn all(source: &Source, parts: Vec<Part>) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    let mut series = BTreeMap::new();
    for part in parts {
        let said = part.said.unwrap_or_default();
        if series.insert(symbol_of(source, &said)?, part.columns).is_some() {
            return Err(source.fault(Fault::new(format!("names `{said}` in two ways"))));
        }
    }
    Ok(series)
}

fn symbol_of(source: &Source, said: &str) -> Result<Symbol, Failure> {
    let bad = |e: crate::market::BadSymbol| {
        let fault = Fault::new(format!("names a symbol, but {e}"));
        source.fault(fault.cure("take one with `--symbol NAME`"))
    };
    symbol_text(said).parse().map_err(bad)
}

/// `BTC/USDT` is `BTCUSDT`.
fn symbol_text(said: &str) -> String {
    said.trim().chars().filter(|c| !matches!(c, '/' | ' ')).collect()
}

/// As the exchanges and freqtrade name their files: `BTCUSDT-5m-2025-01.csv`,
/// `BTC_USDT-5m.feather`, `XBTUSD_5.csv`.
fn symbol_in_name(name: &str) -> Option<Symbol> {
    let stem = Path::new(name).file_stem()?.to_str()?;
    let upper = |text: &str| {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        text.len() >= 2 && text.chars().all(plain)
    };
    let minutes = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((pair, rest)) = stem.split_once('-') {
        let length = rest.split('-').next()?;
        length.parse::<crate::market::Timeframe>().ok()?;
        let (base, quote) = pair.split_once('_').unwrap_or((pair, ""));
        let fits = upper(base) && (quote.is_empty() || upper(quote));
        return fits.then(|| format!("{base}{quote}").parse().ok())?;
    }
    let (pair, length) = stem.split_once('_')?;
    (upper(pair) && minutes(length)).then(|| pair.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_as_exchanges_give_them_say_the_symbol() {
        let in_name = |name| symbol_in_name(name).map(|s| s.to_string());
        assert_eq!(in_name("raw/BTCUSDT-5m-2025-01.csv").as_deref(), Some("BTCUSDT"));
        assert_eq!(in_name("BTC_USDT-1h.feather").as_deref(), Some("BTCUSDT"));
        assert_eq!(in_name("XBTUSD_5.csv").as_deref(), Some("XBTUSD"));
        for name in
            ["bars.csv", "BTC_USDT_USDT-5m-futures.feather", "my-data.csv", "BTC.csv", "-5m"]
        {
            assert_eq!(in_name(name), None, "{name}");
        }
    }

    fn symbols(text: &str, symbol: Option<&str>) -> Result<Vec<String>, String> {
        let symbol = symbol.map(|s| s.parse().unwrap());
        let options = ReadOptions { symbol, ..ReadOptions::default() };
        let read = read_bytes("f.csv", text.into(), &options);
        let names = |f: FileBars| f.series.keys().map(ToString::to_string).collect();
        read.map(names).map_err(|failure| failure.message)
    }

    #[test]
    fn a_file_of_many_symbols_gives_all_or_the_one_asked_for() {
        let text = "date,symbol,open,high,low,close,volume\n\
                    2024-01-01,BTC/USDT,1,1,1,1,1\n2024-01-01,ETH/USDT,1,1,1,1,1\n";
        assert_eq!(symbols(text, None).unwrap(), ["BTCUSDT", "ETHUSDT"]);
        assert_eq!(symbols(text, Some("ethusdt")).unwrap(), ["ETHUSDT"]);
        let missing = "`f.csv` has no bars of `SOL`, but of `BTC/USDT`, `ETH/USDT`";
        assert_eq!(symbols(text, Some("SOL")), Err(missing.into()));
    }

    #[test]
    fn the_symbol_given_wins_over_the_one_in_the_file() {
        let text = "date,ticker,open,high,low,close,volume\n2024-01-01,BTC,1,1,1,1,1\n";
        assert_eq!(symbols(text, None).unwrap(), ["BTC"]);
        assert_eq!(symbols(text, Some("XBT")).unwrap(), ["XBT"]);
        let unnamed = "date,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n";
        let message = "`f.csv` does not say whose bars it holds";
        assert_eq!(symbols(unnamed, None), Err(message.into()));
    }
}
