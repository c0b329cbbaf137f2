//! `edgewalk ingest`: bars from files, exchanges or the generator into the store.

mod args;

use std::path::PathBuf;

use anyhow::Result;

use args::{Asked, Binance, Files, Form, Kraken, Merging};

use super::progress::Drawn;
use super::{Global, print, table};
use crate::config::{Config, ExchangeMarket, Source, TimeFormat};
use crate::failure::Failure;
use crate::ingest::audit::{self, Audit, Severity, Terms};
use crate::ingest::feeds::binance::Market;
use crate::ingest::feeds::{Client, Request, SystemClock, UreqHttp};
use crate::ingest::{
    Accept, Downloaded, Exchange, FileOptions, Keeping, ReadOptions, Summary, download, generate,
    ingest_files,
};
use crate::market::{Bars, Symbol, Timeframe};
use crate::store::Layout;
use crate::units::Ts;

/// Bring bars into the store: from files, an exchange, or the built-in synthetic market
///
/// Without a subcommand: what the config's `data` section names, at first the synthetic market.
/// Doing it twice changes nothing. Stored bars that disagree with new ones are an error, unless
/// --prefer says whom to believe. Nothing is repaired unasked.
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
    /// Download from Kraken: the last 720 bars, or --trades for all of history; or read its files
    ///
    /// What is stored is not asked for again: a second run fills the holes and adds the end.
    Kraken(Kraken),
    /// Make the synthetic market that the config describes, its truth beside
    Synthetic,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load()?;
    match &args.source {
        Some(From::Csv(Files { files, symbol, timeframe, form, merging })) => {
            let (symbol, timeframe) = (symbol.clone(), *timeframe);
            read_files(files, &Reading { symbol, timeframe, form, merging }, &config)
        }
        Some(From::Binance(args)) => ask(&args.asked, args.exchange(), (&config, global)),
        Some(From::Kraken(args)) => ask(&args.asked, args.exchange(), (&config, global)),
        Some(From::Synthetic) => make(&config),
        None => from_config(&config, global),
    }
}

fn from_config(config: &Config, global: &Global) -> Result<()> {
    let exchange = match config.data.source {
        Source::Synthetic => return make(config),
        Source::Csv => {
            let symbol = config.data.symbols.first().filter(|_| config.data.symbols.len() == 1);
            let reading = Reading {
                symbol: symbol.cloned(),
                timeframe: Some(config.data.timeframe),
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
    form: &'a Form,
    merging: &'a Merging,
}

impl Reading<'_> {
    /// Flags first, then the config's `data.csv`.
    fn options(&self, config: &Config) -> FileOptions {
        let (form, csv) = (self.form, &config.data.csv);
        let mut columns: std::collections::BTreeMap<String, String> =
            csv.columns.iter().map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).collect();
        columns.extend(form.column.iter().cloned());
        let zone = csv.timezone.iana_name().map(str::to_owned);
        FileOptions {
            read: ReadOptions {
                symbol: self.symbol.clone(),
                format: form.format,
                columns,
                time_format: form.time_format.clone().or_else(|| written(&csv.time_format)),
                delimiter: form.delimiter.or_else(|| csv.delimiter.byte()),
                time_zone: form.time_zone.clone().or(zone),
            },
            timeframe: self.timeframe,
            accept: Accept { sort: form.sort, dedup: form.dedup },
            prefer: self.merging.prefer(),
            calendar: config.data.calendar,
            strict: self.merging.strict || config.data.strict,
        }
    }
}

fn written(times: &TimeFormat) -> Option<String> {
    let text = match times {
        TimeFormat::Auto => return None,
        TimeFormat::Seconds => "s",
        TimeFormat::Millis => "ms",
        TimeFormat::Micros => "us",
        TimeFormat::Nanos => "ns",
        TimeFormat::Pattern(pattern) => pattern,
    };
    Some(text.to_owned())
}

fn read_files(files: &[PathBuf], reading: &Reading, config: &Config) -> Result<()> {
    let layout = Layout::new(&config.data.dir);
    let summaries = ingest_files(files, &reading.options(config), &layout)?;
    let header = ["symbol", "bars", "read", "added", "same", "replaced", "from", "to"];
    print(&table(&header, summaries.iter().map(summary_row)))?;
    for summary in &summaries {
        if !summary.ignored.is_empty() {
            tracing::info!(
                "`{}`: columns left out: {}",
                summary.symbol,
                summary.ignored.join(", ")
            );
        }
        report_audit(&summary.audit);
    }
    Ok(())
}

fn summary_row(s: &Summary) -> Vec<String> {
    vec![
        s.symbol.to_string(),
        s.timeframe.to_string(),
        s.read.to_string(),
        s.added.to_string(),
        (s.same + s.filled + s.dropped).to_string(),
        s.replaced.to_string(),
        s.range.0.to_string(),
        s.range.1.to_string(),
    ]
}

/// One line on stderr where the audit has something to say; never in the way.
fn report_audit(audit: &Audit) {
    let worth_telling = |f: &&audit::Finding| f.kind.severity() <= Severity::Notice;
    let found = audit.findings.iter().filter(worth_telling);
    let found: Vec<String> = found.map(|f| format!("{} ({})", f.kind.title(), f.n_bars)).collect();
    if !found.is_empty() {
        let found = found.join(", ");
        tracing::warn!("`{}`: {found}; `edgewalk data audit` tells where", audit.name);
    }
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
    print(&table(&["symbol", "bars", "made", "from", "to"], made.iter().map(row)))
}

/// Files where some are named, else a download.
fn ask(asked: &Asked, exchange: Exchange, (config, global): (&Config, &Global)) -> Result<()> {
    if asked.files.is_empty() {
        asked.form.check_unused()?;
        return fetch(asked, exchange, (config, global));
    }
    let Asked { files, symbol, timeframe, form, merging, .. } = asked;
    let (symbol, timeframe) = (symbol.clone(), *timeframe);
    read_files(files, &Reading { symbol, timeframe, form, merging }, config)
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
    tell(&done, &request, (config, &layout))
}

fn request(asked: &Asked, exchange: Exchange, config: &Config) -> Result<Request, Failure> {
    let symbol = asked.symbol.clone().or_else(|| config.data.symbols.first().cloned());
    let symbol = symbol.ok_or_else(|| Failure::user("no symbol").hint("`--symbol BTCUSDT`"))?;
    let from =
        asked.from.or(config.data.from).or_else(|| exchange.earliest()).ok_or_else(|| {
            Failure::user("from when on?").hint("`--from 2024-01-01`, or `data.from` in the config")
        })?;
    let configured = config.data.base_url.as_ref().map(|url| url.as_str().to_owned());
    Ok(Request {
        base_url: asked.base_url.clone().or(configured),
        symbol,
        timeframe: asked.timeframe.unwrap_or(config.data.timeframe),
        from,
        to: asked.to.or(config.data.to),
        after: None,
    })
}

fn tell(done: &Downloaded, request: &Request, (config, layout): (&Config, &Layout)) -> Result<()> {
    done.fetched.notes.iter().for_each(|note| tracing::warn!("{note}"));
    let counts = [done.fetched.bars as usize, done.added, done.same, done.replaced];
    let mut row = vec![request.symbol.to_string(), request.timeframe.to_string()];
    row.extend(counts.map(|n| n.to_string()));
    print(&table(&["symbol", "bars", "fetched", "added", "same", "replaced"], [row]))?;
    if layout.has_bars(&request.symbol, request.timeframe) {
        let bars = layout.read_bars(&request.symbol, request.timeframe)?;
        let terms = Terms::new(bars.timeframe(), config.data.calendar);
        report_audit(&audit::audit(bars.symbol().as_str(), bars.columns(), &terms));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let reading = Reading { symbol, timeframe, form: &form, merging: &merging };
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
