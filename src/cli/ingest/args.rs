//! The flags of `edgewalk ingest`: one struct for each source, so that none is taken in vain.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::{Csv, Delimiter, TimeFormat};
use crate::failure::Failure;
use crate::ingest::feeds::binance::Market;
use crate::ingest::{Exchange, Format, Prefer, ReadOptions};
use crate::market::{Symbol, Timeframe, Venue};
use crate::units::Ts;

#[derive(Debug, clap::Args)]
pub struct Files {
    /// Files to read; if anything is found wrong in them, no bar of any is stored
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Whose bars they are, where the file does not say; of several symbols in it, the one to take
    #[arg(long)]
    pub symbol: Option<Symbol>,
    /// The time one bar covers [default: told from the bars]
    #[arg(long)]
    pub timeframe: Option<Timeframe>,
    #[command(flatten)]
    pub merging: Merging,
    #[command(flatten)]
    pub form: Form,
}

#[derive(Debug, clap::Args)]
pub struct Binance {
    /// Monthly archives with checksums, much faster than REST
    #[arg(long, conflicts_with = "files")]
    pub bulk: bool,
    /// spot or futures (USD-margined) [default: spot; of files, what their folders tell]
    #[arg(long)]
    pub market: Option<Market>,
    #[command(flatten)]
    pub asked: Asked,
}

#[derive(Debug, clap::Args)]
pub struct Kraken {
    /// All of history, rolled from single trades; slow, one call a second
    #[arg(long, conflicts_with = "files")]
    pub trades: bool,
    #[command(flatten)]
    pub asked: Asked,
}

/// Bars of an exchange: downloaded, or out of its files.
#[derive(Debug, Default, clap::Args)]
pub struct Asked {
    /// Files to read instead of downloading
    pub files: Vec<PathBuf>,
    /// The symbol [default: the first of data.symbols; of files, the one they name]
    #[arg(long)]
    pub symbol: Option<Symbol>,
    /// The time one bar covers [default: data.timeframe; of files, told from the bars]
    #[arg(long)]
    pub timeframe: Option<Timeframe>,
    /// First bar, UTC, such as 2024-01-01 [default: data.from]
    #[arg(long, value_name = "TIME", conflicts_with = "files")]
    pub from: Option<Ts>,
    /// Bars before this time, UTC [default: data.to, or up to the last closed bar]
    #[arg(long, value_name = "TIME", conflicts_with = "files")]
    pub to: Option<Ts>,
    /// Asks this server instead of the exchange's own
    #[arg(long, value_name = "URL", conflicts_with = "files")]
    pub base_url: Option<String>,
    #[command(flatten)]
    pub merging: Merging,
    #[command(flatten)]
    pub form: Form,
}

/// What a file does not say of itself, and what to do with its rows.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Reading files")]
pub struct Form {
    #[command(flatten)]
    pub dialect: Dialect,
    /// Puts bars in the order of time
    #[arg(long)]
    pub sort: bool,
    /// Drops exact repeats
    #[arg(long)]
    pub dedup: bool,
}

/// What a file does not say of itself.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Reading files")]
pub struct Dialect {
    /// The kind of file, where it is told wrongly
    #[arg(long, value_name = "binance|kraken|csv|parquet|feather|json")]
    pub format: Option<Format>,
    /// A column's name in the file, such as --column close=Last; may be repeated
    #[arg(long, value_name = "OURS=THEIRS", value_parser = pair)]
    pub column: Vec<(String, String)>,
    /// Another name for a symbol in the file, such as --rename XBT=BTC; may be repeated
    #[arg(long, value_name = "THEIRS=OURS", value_parser = renaming)]
    pub rename: Vec<(String, Symbol)>,
    /// What stands between two values: comma, semicolon, tab, pipe, space, or the character itself
    /// [default: told from the file]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    pub delimiter: Option<u8>,
    /// How times are written: s, ms, us or ns since 1970, or as in strftime, "%d.%m.%Y %H:%M"
    #[arg(long, value_name = "PATTERN")]
    pub time_format: Option<String>,
    /// The IANA zone of times that do not name one [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Merging {
    #[command(flatten)]
    preference: Preference,
    /// Refuses bars in which the audit finds anything
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Preference {
    /// Whom to believe where new bars disagree with stored ones
    #[arg(long, value_enum)]
    prefer: Option<Side>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Side {
    Old,
    New,
}

impl Binance {
    pub fn exchange(&self) -> Exchange {
        let market = self.market.unwrap_or_default();
        if self.bulk { Exchange::BinanceBulk(market) } else { Exchange::Binance(market) }
    }

    /// Of files: which market is not known unless it is said.
    pub fn venue(&self) -> Venue {
        Venue { exchange: Some("binance".to_owned()), product: self.market.map(Market::product) }
    }
}

impl Kraken {
    pub fn exchange(&self) -> Exchange {
        if self.trades { Exchange::KrakenTrades } else { Exchange::Kraken }
    }

    /// Of files.
    pub fn venue(&self) -> Venue {
        self.exchange().venue()
    }
}

impl Dialect {
    /// These flags first, then the config's `data.csv`.
    pub fn options(&self, symbol: Option<Symbol>, csv: &Csv) -> ReadOptions {
        let mut columns: BTreeMap<String, String> =
            csv.columns.iter().map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).collect();
        columns.extend(self.column.iter().cloned());
        let zone = csv.timezone.iana_name().map(str::to_owned);
        let given = self.given();
        let by_hand = given.into_iter().find(|(flag, given)| *given && DESCRIBING.contains(flag));
        ReadOptions {
            symbol,
            rename: self.rename.iter().cloned().collect(),
            format: self.format,
            by_hand: by_hand.map(|(flag, _)| flag),
            columns,
            time_format: self.time_format.clone().or_else(|| written(&csv.time_format)),
            delimiter: self.delimiter.or_else(|| csv.delimiter.byte()),
            time_zone: self.time_zone.clone().or(zone),
        }
    }

    /// Without files, a flag about them would be taken in vain.
    pub fn check_unused(&self) -> Result<(), Failure> {
        in_vain(self.given())
    }

    fn given(&self) -> [(&'static str, bool); 6] {
        [
            ("--format", self.format.is_some()),
            ("--column", !self.column.is_empty()),
            ("--rename", !self.rename.is_empty()),
            ("--delimiter", self.delimiter.is_some()),
            ("--time-format", self.time_format.is_some()),
            ("--time-zone", self.time_zone.is_some()),
        ]
    }
}

/// The flags that say what a file of any layout says where. (A zone is none of them: it is that of
/// times which do not name theirs, and an exchange's do.)
const DESCRIBING: [&str; 3] = ["--column", "--delimiter", "--time-format"];

fn in_vain(given: impl IntoIterator<Item = (&'static str, bool)>) -> Result<(), Failure> {
    let Some((flag, _)) = given.into_iter().find(|(_, given)| *given) else { return Ok(()) };
    Err(Failure::user(format!("`{flag}` is about files, and none is named"))
        .hint(format!("name the files to read, or leave `{flag}` away")))
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

impl Form {
    /// As [`Dialect::check_unused`]: a download has no form of its own.
    pub fn check_unused(&self) -> Result<(), Failure> {
        self.dialect.check_unused()?;
        in_vain([("--sort", self.sort), ("--dedup", self.dedup)])
    }
}

impl Merging {
    pub fn prefer(&self) -> Option<Prefer> {
        self.preference.prefer()
    }
}

impl Preference {
    pub fn prefer(&self) -> Option<Prefer> {
        self.prefer.map(|side| match side {
            Side::Old => Prefer::Old,
            Side::New => Prefer::New,
        })
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("expected OURS=THEIRS, such as close=Last")?;
    Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
}

fn renaming(text: &str) -> Result<(String, Symbol), String> {
    let (theirs, ours) = text.rsplit_once('=').ok_or("expected THEIRS=OURS, such as XBT=BTC")?;
    let ours = ours.trim().parse().map_err(|bad: crate::market::BadSymbol| bad.to_string())?;
    Ok((theirs.trim().to_owned(), ours))
}

fn delimiter(text: &str) -> Result<u8, String> {
    use Delimiter::{Comma, Pipe, Semicolon, Space, Tab};
    let named = [Comma, Semicolon, Tab, Pipe, Space].into_iter().find(|d| d.name() == text);
    match (named, text.as_bytes()) {
        (Some(named), _) => named.byte().ok_or_else(|| "nothing to set".to_owned()),
        (None, b"\\t") => Ok(b'\t'),
        (None, &[byte]) if !byte.is_ascii_alphanumeric() && byte != b'"' => Ok(byte),
        _ => Err("expected comma, semicolon, tab, pipe, space, or one character".to_owned()),
    }
}
