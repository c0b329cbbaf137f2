//! One file → columns by symbol.

use std::collections::BTreeMap;
use std::path::Path;

use super::doubt::Doubt;
use super::fixed::{BINANCE, KRAKEN};
use super::format::{Format, detect_in};
use super::plan::list;
use super::series::{Part, Reading};
use super::source::{Fault, Source};
use super::{delimited, frame, json};
use crate::failure::Failure;
use crate::market::{Columns, Symbol};

/// How to read a file, where that is not plain from the file itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadOptions {
    /// Whose bars they are, where the file does not say; of a file with several symbols, the one to
    /// take. A file that says otherwise is refused.
    pub symbol: Option<Symbol>,
    /// The file's name of a symbol → ours.
    pub rename: BTreeMap<String, Symbol>,
    pub format: Option<Format>,
    /// The flag, if any, by which the user describes the columns of this very file: it is then read
    /// by what it says there, though it looks like an exchange's.
    pub by_hand: Option<&'static str>,
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
        let renames = self.rename.iter().map(|(theirs, ours)| format!("{theirs}={ours}"));
        let renames = renames.map(|pair| ("rename", Some(pair)));
        let flags = columns.map(|pair| ("column", Some(pair))).chain(renames).chain([
            ("symbol", self.symbol.as_ref().map(Symbol::to_string)),
            ("format", self.format.map(|format| format.to_string())),
            ("time-format", self.time_format.clone()),
            ("delimiter", self.delimiter.map(|byte| char::from(byte).to_string())),
            ("time-zone", self.time_zone.clone().filter(|zone| zone != "UTC")),
        ]);
        let written =
            |(flag, value): (&str, Option<String>)| Some(format!(" --{flag} {}", quoted(&value?)));
        flags.filter_map(written).collect()
    }
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "=_-/.".contains(c));
    if plain { text.to_owned() } else { format!("'{text}'") }
}

/// What a file says, unchecked.
#[derive(Debug, Clone, PartialEq)]
pub struct FileBars {
    pub series: BTreeMap<Symbol, Columns>,
    pub format: Format,
    /// Columns that are not brought in.
    pub ignored: Vec<String>,
    /// The names in the file that were exchanged for others.
    pub renamed: Vec<String>,
    /// What the file leaves open.
    pub doubts: Vec<Doubt>,
}

pub fn read_file(path: &Path, options: &ReadOptions) -> Result<FileBars, Failure> {
    read(&Source::open(path)?, options)
}

/// As [`read_file`], for a file that is in memory; `name` is what messages call it.
pub fn read_bytes(name: &str, bytes: Vec<u8>, options: &ReadOptions) -> Result<FileBars, Failure> {
    read(&Source::new(name, bytes)?, options)
}

fn read(source: &Source, options: &ReadOptions) -> Result<FileBars, Failure> {
    let format = format_of(source, options)?;
    let reading = match format {
        Format::Binance => BINANCE.reading(source)?,
        Format::Kraken => KRAKEN.reading(source)?,
        Format::Csv => delimited::read(source, options)?,
        Format::Parquet => frame::read(source, frame::Kind::Parquet, options)?,
        Format::Feather => frame::read(source, frame::Kind::Feather, options)?,
        Format::Json => json::read(source)?,
    };
    if reading.parts.iter().all(|part| part.columns.is_empty()) {
        return Err(source.fault(Fault::new("holds no bars")));
    }
    let Reading { mut parts, ignored, doubts } = reading;
    doubts.iter().for_each(|doubt| tracing::warn!("{}", doubt.told(&source.name)));
    let renamed = rename(&mut parts, &options.rename);
    let series = match (&options.symbol, parts.len()) {
        (_, 1) => one(source, parts, options)?,
        (Some(wanted), _) => pick(source, parts, wanted)?,
        (None, _) => all(source, parts)?,
    };
    Ok(FileBars { series, format, ignored, renamed, doubts })
}

/// Columns that are described by hand are those of a file that only looks like an exchange's.
fn format_of(source: &Source, options: &ReadOptions) -> Result<Format, Failure> {
    let format = options.format.unwrap_or_else(|| detect_in(source));
    let (Some(flag), Format::Binance | Format::Kraken | Format::Json) = (options.by_hand, format)
    else {
        return Ok(format);
    };
    if options.format.is_none() && format != Format::Json {
        return Ok(Format::Csv);
    }
    let fault = Fault::new(format!("is read as `{format}`, which leaves `{flag}` nothing to say"));
    Err(source.fault(fault.cure(match options.format {
        Some(_) => format!("leave `--format {format}` away, or `{flag}`"),
        None => format!("leave `{flag}` away"),
    })))
}

/// Gives symbols the names the user wants for them; says which were there.
fn rename(parts: &mut [Part], names: &BTreeMap<String, Symbol>) -> Vec<String> {
    let mut renamed = Vec::new();
    for said in parts.iter_mut().filter_map(|part| part.said.as_mut()) {
        let is_meant = |(theirs, _): &(&String, &Symbol)| {
            symbol_text(theirs).eq_ignore_ascii_case(&symbol_text(said))
        };
        if let Some((theirs, ours)) = names.iter().find(is_meant) {
            renamed.push(theirs.clone());
            *said = ours.to_string();
        }
    }
    renamed
}

/// A new name for what no file names is a slip of the pen.
pub fn check_renames<'a>(
    files: impl Iterator<Item = &'a FileBars>,
    options: &ReadOptions,
) -> Result<(), Failure> {
    let renamed: Vec<&String> = files.flat_map(|file| &file.renamed).collect();
    let idle = options.rename.iter().find(|(theirs, _)| !renamed.contains(theirs));
    let Some((theirs, ours)) = idle else { return Ok(()) };
    let message = format!("no file names `{theirs}`, which is to be called `{ours}`");
    Err(Failure::user(message).hint(format!(
        "`--rename {}` is for a symbol in a file; `--symbol {ours}` names what has no name",
        quoted(&format!("{theirs}={ours}"))
    )))
}

/// One symbol's file: the name in the file, else the one given, else that of the file.
fn one(
    source: &Source,
    parts: Vec<Part>,
    options: &ReadOptions,
) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    parts
        .into_iter()
        .map(|part| {
            let symbol = match (&options.symbol, &part.said) {
                (Some(symbol), Some(said)) => agreed(source, said, symbol)?,
                (Some(symbol), None) => symbol.clone(),
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

fn agreed(source: &Source, said: &str, given: &Symbol) -> Result<Symbol, Failure> {
    if is_of(said, given) {
        return Ok(given.clone());
    }
    let fault = Fault::new(format!("says that its bars are of `{said}`, not of `{given}`"));
    let rename = quoted(&format!("{said}={given}"));
    Err(source.fault(
        fault.cure(format!("which is right? to store them as `{given}`: `--rename {rename}`")),
    ))
}

fn is_of(said: &str, symbol: &Symbol) -> bool {
    symbol_text(said).parse().as_ref() == Ok(symbol)
}

fn pick(
    source: &Source,
    parts: Vec<Part>,
    wanted: &Symbol,
) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    let said: Vec<String> = parts.iter().filter_map(|part| part.said.clone()).collect();
    let is_wanted = |part: &Part| part.said.as_deref().is_some_and(|said| is_of(said, wanted));
    let mut found = parts.into_iter().filter(is_wanted);
    let first = found.next().ok_or_else(|| {
        let shown = list(&said[..said.len().min(12)]);
        let more =
            if said.len() > 12 { format!(" and {} more", said.len() - 12) } else { String::new() };
        source.fault(Fault::new(format!("has no bars of `{wanted}`, but of {shown}{more}")))
    })?;
    match found.next() {
        Some(other) => Err(twice(source, &other.said.unwrap_or_default())),
        None => Ok(BTreeMap::from([(wanted.clone(), first.columns)])),
    }
}

fn all(source: &Source, parts: Vec<Part>) -> Result<BTreeMap<Symbol, Columns>, Failure> {
    let mut series = BTreeMap::new();
    for part in parts {
        let said = part.said.unwrap_or_default();
        if series.insert(symbol_of(source, &said)?, part.columns).is_some() {
            return Err(twice(source, &said));
        }
    }
    Ok(series)
}

fn twice(source: &Source, said: &str) -> Failure {
    let fault = Fault::new(format!("names `{said}` in two ways"));
    source.fault(fault.cure("are they the same? then spell them alike in the file"))
}

fn symbol_of(source: &Source, said: &str) -> Result<Symbol, Failure> {
    let bad = |e: crate::market::BadSymbol| {
        let fault = Fault::new(format!("names a symbol, but {e}"));
        let rename = quoted(&format!("{said}=NAME"));
        source.fault(fault.cure(format!("give it another: `--rename {rename}`")))
    };
    symbol_text(said).parse().map_err(bad)
}

/// `BTC/USDT` is `BTCUSDT`.
fn symbol_text(said: &str) -> String {
    said.trim().chars().filter(|c| !matches!(c, '/' | ' ')).collect()
}

/// As the exchanges and freqtrade name their files: `BTCUSDT-5m-2025-01.csv`,
/// `BTC_USDT-5m.feather`, `BTC_USDT_USDT-5m-futures.feather`, `XBTUSD_5.csv`.
fn symbol_in_name(name: &str) -> Option<Symbol> {
    let stem = Path::new(name).file_stem()?.to_str()?;
    let upper = |text: &str| {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        text.len() >= 2 && text.chars().all(plain)
    };
    let minutes = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((pair, rest)) = stem.split_once('-') {
        let length = rest.split('-').next()?;
        // freqtrade names the money that futures are settled in, too: `BTC_USDT_USDT`.
        let settled = rest.ends_with("-futures").then(|| pair.rsplit_once('_'));
        let pair = match settled {
            Some(Some((pair, settle))) if pair.contains('_') && upper(settle) => pair,
            _ => pair,
        };
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
        assert_eq!(in_name("BTC_USDT_USDT-5m-futures.feather").as_deref(), Some("BTCUSDT"));
        let others = ["BTC_USDT_USDT-8h-funding_rate.feather", "BTC_USDT_USDT-1h-mark.feather"];
        for name in others.into_iter().chain(["bars.csv", "my-data.csv", "BTC.csv", "-5m"]) {
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
    fn one_symbol_in_two_spellings_is_never_half_read() {
        let text = "date,symbol,open,high,low,close,volume\n2024-01-01,BTC/USDT,1,1,1,1,1\n\
                    2024-01-02,btcusdt,1,1,1,1,1\n";
        for asked in [None, Some("BTCUSDT")] {
            let message = "`f.csv` names `btcusdt` in two ways";
            assert_eq!(symbols(text, asked), Err(message.into()), "{asked:?}");
        }
    }

    const ONE: &str = "date,ticker,open,high,low,close,volume\n2024-01-01,BTC,1,1,1,1,1\n";

    fn renamed(
        text: &str,
        (theirs, ours): (&str, &str),
        symbol: &str,
    ) -> Result<FileBars, Failure> {
        let rename = BTreeMap::from([(theirs.to_owned(), ours.parse().unwrap())]);
        let symbol = Some(symbol.parse().unwrap());
        let options = ReadOptions { symbol, rename, ..ReadOptions::default() };
        let file = read_bytes("f.csv", text.into(), &options)?;
        check_renames([&file].into_iter(), &options).map(|()| file)
    }

    #[test]
    fn a_file_is_stored_under_another_name_only_if_a_rename_is_asked_for() {
        assert_eq!(symbols(ONE, Some("btc")).unwrap(), ["BTC"]);
        let xbt = Some("XBT".parse().unwrap());
        let options = ReadOptions { symbol: xbt.clone(), ..ReadOptions::default() };
        let failure = read_bytes("f.csv", ONE.into(), &options).unwrap_err();
        assert_eq!(failure.message, "`f.csv` says that its bars are of `BTC`, not of `XBT`");
        let hint = "which is right? to store them as `XBT`: `--rename BTC=XBT`";
        assert_eq!(failure.hint.as_deref(), Some(hint));
        let file = renamed(ONE, ("btc", "XBT"), "XBT").unwrap();
        assert_eq!(file.series.keys().next(), xbt.as_ref());
        let failure = renamed(ONE, ("ETH", "XBT"), "BTC").unwrap_err();
        assert_eq!(failure.message, "no file names `ETH`, which is to be called `XBT`");
    }

    #[test]
    fn a_symbol_that_is_none_can_be_renamed() {
        let text = ONE.replace("BTC", "S&P 500");
        let options = ReadOptions::default();
        let failure = read_bytes("f.csv", text.clone().into(), &options).unwrap_err();
        let hint = "give it another: `--rename 'S&P 500=NAME'`";
        assert_eq!(failure.hint.as_deref(), Some(hint));
        let file = renamed(&text, ("S&P 500", "SPX"), "SPX").unwrap();
        assert_eq!(file.series.len(), 1);
    }

    #[test]
    fn columns_described_by_hand_are_read_so_in_whatever_file() {
        let kraken_like = "1704067200,1,2,0.5,1,1.25,10\n";
        let names = ["time", "open", "high", "low", "close", "vwap", "volume"];
        let numbered =
            names.iter().enumerate().map(|(i, n)| ((*n).to_owned(), (i + 1).to_string()));
        let options = ReadOptions {
            symbol: Some("X".parse().unwrap()),
            columns: numbered.collect(),
            by_hand: Some("--column"),
            ..ReadOptions::default()
        };
        let read = |text: &str, options: &ReadOptions| {
            let file = read_bytes("f.csv", text.into(), options)?;
            Ok::<_, Failure>(file.series.into_values().next().unwrap())
        };
        let columns = read(kraken_like, &options).unwrap();
        assert_eq!((columns.volume[0], columns.extra["vwap"][0]), (10.0, 1.25));
        let fixed = ReadOptions { format: Some(Format::Kraken), ..options.clone() };
        let message = "`f.csv` is read as `kraken`, which leaves `--column` nothing to say";
        assert_eq!(read(kraken_like, &fixed).unwrap_err().message, message);
        let json = read("[[1704067200000,1,2,0.5,1,10]]", &options).unwrap_err();
        assert_eq!(json.hint.as_deref(), Some("leave `--column` away"));
        // What the config says for good is about files that are not an exchange's.
        let for_good = ReadOptions { by_hand: None, ..options };
        assert_eq!(read(kraken_like, &for_good).unwrap().volume[0], 1.25);
    }

    #[test]
    fn a_file_without_a_symbol_wants_one() {
        let unnamed = "date,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n";
        let message = "`f.csv` does not say whose bars it holds";
        assert_eq!(symbols(unnamed, None), Err(message.into()));
    }
}
