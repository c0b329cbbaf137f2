//! `edgewalk ingest`: bars from files, exchanges or the generator into the store.

pub mod args;
mod report;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use args::{Asked, Binance, Files, Form, Kraken, Merging};

use super::progress::Drawn;
use super::{Global, one_symbol, print, table};
use crate::config::{Config, Data, ExchangeMarket, Source};
use crate::failure::Failure;
use crate::ingest::feeds::binance::Market;
use crate::ingest::feeds::{Client, Request, SystemClock, UreqHttp};
use crate::ingest::{Accept, Exchange, FileOptions, Keeping, download, generate, ingest_files};
use crate::market::{Bars, Symbol, Timeframe, Venue};
use crate::store::Layout;
use crate::units::Ts;

/// Bring bars into the store: from files, an exchange, or the built-in synthetic market
///
/// Without a subcommand: what the config's `data` section names, at first the synthetic market.
/// Doing it twice changes nothing. Stored bars that disagree with new ones are an error, unless
/// --prefer says whom to believe. Nothing is repaired unasked.
///
/// What becomes of the bars is told in columns that add up: added, the same as stored ones, filled
/// (they gave values to columns that had none), replaced (they took the place of stored ones), kept
/// (the stored ones were kept in their place).
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    source: Option<From>,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    /// Read files: exchange or any other CSV, Parquet, Feather, freqtrade JSON, or a zip of one
    ///
    /// The kind of file is told from its content. Columns are recognised by their usual names; wide
    /// files (BTC_close, ETH_volume) and files with a symbol column give several symbols.
    #[command(visible_aliases = ["parquet", "feather", "json", "freqtrade", "files"])]
    Csv(Files),
    /// Download from Binance: REST klines, or --bulk for the monthly archives with checksums
    ///
    /// What is stored is not asked for again: a second run fills the holes and adds the end.
    Binance(Binance),
    /// Download from Kraken: the last 719 bars, or --trades for all of history; or read its files
    ///
    /// What is stored is not asked for again: a second run fills the holes and adds the end.
    Kraken(Kraken),
    /// Make the synthetic market that the config describes, its truth beside
    Synthetic,
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    match &args.source {
        Some(From::Csv(Files { files, symbol, timeframe, form, merging })) => {
            let (symbol, timeframe) = (symbol.clone(), *timeframe);
            let venue = Venue::default();
            read_files(files, &Reading { symbol, timeframe, venue, form, merging }, &config)
        }
        Some(From::Binance(args)) => {
            ask(&args.asked, (args.exchange(), args.venue()), (&config, global))
        }
        Some(From::Kraken(args)) => {
            ask(&args.asked, (args.exchange(), args.venue()), (&config, global))
        }
        Some(From::Synthetic) => make(&config),
        Some(From::Other(args)) => Err(no_source(args).into()),
        None => from_config(&config, global),
    }
}

/// A file without the word that says so, or a slip of the pen.
fn no_source(args: &[OsString]) -> Failure {
    let name = args.first().map(|arg| arg.to_string_lossy().into_owned()).unwrap_or_default();
    let failure = Failure::user(format!("`{name}` is no source to ingest from"));
    if std::path::Path::new(&name).exists() || name.contains(['.', '/', '\\']) {
        let all: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        return failure.hint(format!("files are read by `edgewalk ingest csv {}`", all.join(" ")));
    }
    match crate::config::nearest(&name, &SOURCES) {
        Some(meant) => failure.hint(format!("did you mean `edgewalk ingest {meant}`?")),
        None => failure.hint("`csv FILES…`, `binance`, `kraken` or `synthetic`"),
    }
}

const SOURCES: [&str; 8] =
    ["csv", "parquet", "feather", "json", "freqtrade", "binance", "kraken", "synthetic"];

fn from_config(config: &Config, global: &Global) -> Result<()> {
    let exchange = match config.data.source {
        Source::Synthetic => return make(config),
        Source::Csv => {
            let symbols = &config.data.symbols;
            // The synthetic market's name, which is there by default, is none that the user gave.
            let is_given = symbols.len() == 1 && *symbols != Data::default().symbols;
            let symbol = symbols.first().filter(|_| is_given);
            let reading = Reading {
                symbol: symbol.cloned(),
                timeframe: Some(config.data.timeframe),
                venue: Venue::default(),
                form: &Form::default(),
                merging: &Merging::default(),
            };
            return read_files(&config.data.files, &reading, config);
        }
        Source::Binance if config.data.exchange.bulk => Exchange::BinanceBulk(market(config)),
        Source::Binance => Exchange::Binance(market(config)),
        Source::Kraken if config.data.exchange.trades => Exchange::KrakenTrades,
        Source::Kraken => Exchange::Kraken,
        Source::Store => {
            let failure = Failure::user("`data.source` is `store`: there is nothing to ingest");
            return Err(failure.hint("`edgewalk data list` shows what is stored").into());
        }
    };
    config.data.symbols.iter().try_for_each(|symbol| {
        let asked = Asked { symbol: Some(symbol.clone()), ..Asked::default() };
        fetch(&asked, exchange, (config, global))
    })
}

fn market(config: &Config) -> Market {
    match config.data.exchange.market {
        ExchangeMarket::Spot => Market::Spot,
        ExchangeMarket::Futures => Market::Futures,
    }
}

/// How to read files.
struct Reading<'a> {
    symbol: Option<Symbol>,
    timeframe: Option<Timeframe>,
    /// Where the bars were traded, as far as the user says it.
    venue: Venue,
    form: &'a Form,
    merging: &'a Merging,
}

impl Reading<'_> {
    /// Flags first, then the config's `data.csv`.
    fn options(&self, config: &Config) -> FileOptions {
        let form = self.form;
        FileOptions {
            read: form.dialect.options(self.symbol.clone(), &config.data.csv),
            venue: self.venue.clone(),
            timeframe: self.timeframe,
            accept: Accept { sort: form.sort, dedup: form.dedup },
            prefer: self.merging.prefer(),
            calendar: config.data.calendar,
            strict: self.merging.strict || config.data.strict,
        }
    }
}

fn read_files(files: &[PathBuf], reading: &Reading, config: &Config) -> Result<()> {
    let layout = Layout::new(&config.data.dir);
    let summaries = ingest_files(files, &reading.options(config), &layout)?;
    report::files(&summaries)
}

fn make(config: &Config) -> Result<()> {
    let layout = Layout::new(&config.data.dir);
    let made = generate(config, &layout)?;
    let row = |bars: &Bars| {
        let end = |ts: Option<&Ts>| ts.map_or("–".to_owned(), ToString::to_string);
        let (first, last) = (end(bars.ts().first()), end(bars.ts().last()));
        vec![
            bars.symbol().to_string(),
            bars.timeframe().to_string(),
            bars.len().to_string(),
            first,
            last,
        ]
    };
    print(&table(&["symbol", "timeframe", "made", "from", "to"], made.iter().map(row)))
}

/// Files where some are named, else a download.
fn ask(
    asked: &Asked,
    (exchange, venue): (Exchange, Venue),
    (config, global): (&Config, &Global),
) -> Result<()> {
    if asked.files.is_empty() {
        asked.form.check_unused()?;
        return fetch(asked, exchange, (config, global));
    }
    let Asked { files, symbol, timeframe, form, merging, .. } = asked;
    let (symbol, timeframe) = (symbol.clone(), *timeframe);
    read_files(files, &Reading { symbol, timeframe, venue, form, merging }, config)
}

fn fetch(asked: &Asked, exchange: Exchange, (config, global): (&Config, &Global)) -> Result<()> {
    let request = request(asked, exchange, config)?;
    let layout = Layout::new(&config.data.dir);
    let keeping = Keeping {
        layout: &layout,
        prefer: asked.merging.prefer(),
        calendar: config.data.calendar,
        strict: asked.merging.strict || config.data.strict,
    };
    let progress = Drawn::new(request.symbol.as_str(), "bars", global.quiet);
    let client =
        Client { http: &UreqHttp::new(), clock: &SystemClock::default(), progress: &progress };
    let done = download(exchange, &client, &request, &keeping)?;
    drop(progress);
    report::download(&done, &request, (config, &layout))
}

fn request(asked: &Asked, exchange: Exchange, config: &Config) -> Result<Request, Failure> {
    let symbol = one_symbol(config, asked.symbol.as_ref())?.clone();
    let from =
        asked.from.or(config.data.from).or_else(|| exchange.earliest()).ok_or_else(|| {
            Failure::user("a download needs a beginning, and none is named")
                .hint("`--from 2024-01-01`, or `data.from` in the config")
        })?;
    let configured = config.data.base_url.as_ref().map(|url| url.as_str().to_owned());
    Ok(Request {
        base_url: asked.base_url.clone().or(configured),
        symbol,
        timeframe: asked.timeframe.unwrap_or(config.data.timeframe),
        from,
        to: asked.to.or(config.data.to),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::ReadOptions;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn parse(line: &str) -> Result<From, String> {
        let parsed = Line::try_parse_from(line.split(' ').filter(|word| !word.is_empty()));
        parsed.map(|line| line.args.source.unwrap()).map_err(|error| error.to_string())
    }

    fn config(sets: &[&str]) -> Config {
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        Config::from_text("defaults", "", &sets).unwrap()
    }

    fn options(line: &str, sets: &[&str]) -> ReadOptions {
        let Ok(From::Csv(Files { symbol, timeframe, form, merging, .. })) = parse(line) else {
            panic!("{line}")
        };
        let venue = Venue::default();
        let reading = Reading { symbol, timeframe, venue, form: &form, merging: &merging };
        reading.options(&config(sets)).read
    }

    #[test]
    fn a_flag_of_one_exchange_is_none_of_the_other() {
        for line in
            ["ingest kraken --bulk", "ingest kraken --market spot", "ingest binance --trades"]
        {
            assert!(parse(line).unwrap_err().contains("unexpected argument"), "{line}");
        }
        let Ok(From::Binance(args)) = parse("ingest binance --bulk --market futures") else {
            panic!()
        };
        assert_eq!(args.exchange(), Exchange::BinanceBulk(Market::Futures));
        let Ok(From::Kraken(args)) = parse("ingest kraken --trades") else { panic!() };
        assert_eq!(args.exchange(), Exchange::KrakenTrades);
    }

    #[test]
    fn flags_that_would_change_nothing_are_refused() {
        for flag in ["--from 2024-01-01", "--to 2024-01-01", "--base-url http://x", "--bulk"] {
            let said = parse(&format!("ingest binance a.csv {flag}")).unwrap_err();
            assert!(said.contains("cannot be used with"), "{said}");
        }
        let flags = [
            "--format csv",
            "--column close=Last",
            "--rename XBT=BTC",
            "--delimiter tab",
            "--time-format ms",
            "--time-zone UTC",
            "--sort",
            "--dedup",
        ];
        for flag in flags {
            let Ok(From::Kraken(args)) = parse(&format!("ingest kraken {flag}")) else { panic!() };
            let failure = args.asked.form.check_unused().unwrap_err();
            let name = flag.split(' ').next().unwrap();
            assert_eq!(failure.message, format!("`{name}` is about files, and none is named"));
        }
        let Ok(From::Kraken(args)) = parse("ingest kraken --strict --prefer new --symbol X") else {
            panic!()
        };
        assert_eq!(args.asked.form.check_unused(), Ok(()));
    }

    #[test]
    fn flags_win_over_the_config_and_the_config_over_what_is_found_out() {
        let read = options("ingest csv a.csv", &[]);
        assert_eq!((read.delimiter, read.time_format), (None, None));
        let sets = ["data.csv.delimiter=pipe", "data.csv.time_format=ms"];
        let read = options("ingest csv a.csv", &sets);
        assert_eq!((read.delimiter, read.time_format.as_deref()), (Some(b'|'), Some("ms")));
        let line = "ingest csv a.csv --delimiter ; --time-format %Y";
        let read = options(line, &sets);
        assert_eq!((read.delimiter, read.time_format.as_deref()), (Some(b';'), Some("%Y")));
        assert_eq!(options("ingest csv a.csv --delimiter tab", &[]).delimiter, Some(b'\t'));
        for bad in ["x", "commas", "\""] {
            assert!(parse(&format!("ingest csv a.csv --delimiter {bad}")).is_err(), "{bad}");
        }
    }
}
