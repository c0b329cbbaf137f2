//! Where the bars of a file were traded, and that those of two markets do not end up in one series.

use std::path::Path;

use super::{FileBars, Format};
use crate::failure::Failure;
use crate::market::{Product, Symbol, Venue};
use crate::store::Stored;

/// What a file's place and content say, and the user of it.
pub(super) fn of_file(path: &Path, file: &FileBars, given: &Venue) -> Result<Venue, Failure> {
    let by_path = of_path(path);
    let binance = (file.format == Format::Binance).then(|| "binance".to_owned());
    let told = Venue { exchange: by_path.exchange.or(binance), product: by_path.product };
    told.joined(given).ok_or_else(|| {
        Failure::user(format!("`{}` holds bars of `{told}`, not of `{given}`", path.display()))
            .hint("which is right? a file's folder and name tell its market: rename it, or say another")
    })
}

/// Binance's archive lies in folders such as `data/futures/um/monthly/klines`, and freqtrade calls
/// its files `BTC_USDT-5m.feather` and `BTC_USDT_USDT-5m-futures.feather`. What neither says is
/// unknown: nothing is refused on a guess.
fn of_path(path: &Path) -> Venue {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let lies_in = |folders: &[&str]| {
        let is_there =
            |at: &[&str]| at.starts_with(folders) && at[folders.len()..].contains(&"klines");
        (0..parts.len()).any(|from| is_there(&parts[from..]))
    };
    if lies_in(&["futures", "um"]) {
        return Venue::new("binance", Product::Futures);
    }
    if lies_in(&["futures", "cm"]) {
        return Venue::new("binance", Product::CoinFutures);
    }
    if lies_in(&["spot"]) {
        return Venue::new("binance", Product::Spot);
    }
    Venue { exchange: None, product: of_freqtrade(path) }
}

fn of_freqtrade(path: &Path) -> Option<Product> {
    let stem = path.file_stem()?.to_str()?;
    let extension = path.extension()?.to_str()?;
    let is_theirs = ["feather", "json", "parquet"].contains(&extension);
    let (pair, rest) = stem.split_once('-').filter(|_| is_theirs)?;
    match rest.split_once('-') {
        Some((_, "futures")) => Some(Product::Futures),
        None if pair.split('_').count() == 2 => Some(Product::Spot),
        _ => None,
    }
}

/// The venue of a symbol's files so far and of one more of them.
pub(super) fn with_files(
    files: &Venue,
    more: &Venue,
    (path, symbol): (&Path, &Symbol),
) -> Result<Venue, Failure> {
    files.joined(more).ok_or_else(|| {
        Failure::user(format!(
            "`{}` holds bars of `{symbol}` from `{more}`, the files before it from `{files}`",
            path.display()
        ))
        .hint(format!(
            "two markets are two series: `--symbol {}` for these",
            other_name(symbol, more)
        ))
    })
}

/// The venue of what is stored and what comes.
pub(super) fn with_stored(old: &Stored, new: &Venue, path: &Path) -> Result<Venue, Failure> {
    let stored = &old.origin.venue;
    let (symbol, timeframe) = (old.bars.symbol(), old.bars.timeframe());
    if stored.product.is_some() != new.product.is_some() {
        tracing::warn!(
            "`{symbol}` {timeframe}: of the stored bars the market is `{stored}`, of these `{new}`: they are \
             taken for bars of one market; `ingest binance FILES --market …` says of files what they are"
        );
    }
    // What is known of the new bars is not known of those that are there.
    let joined = stored.joined(new).map(|both| match stored.product {
        None if !old.bars.is_empty() => stored.clone(),
        _ => both,
    });
    joined.ok_or_else(|| {
        let what = format!(
            "the stored `{timeframe}` bars of `{symbol}` are from `{stored}`, these are from `{new}`"
        );
        Failure::user(what).hint(format!(
            "two markets are two series: `--symbol {}` for files, `--set data.dir=FOLDER` for a \
             download; or remove `{}`",
            other_name(symbol, new),
            path.display()
        ))
    })
}

/// A name such as `BTCUSDT.FUTURES`.
fn other_name(symbol: &Symbol, venue: &Venue) -> String {
    let kind = venue.product.map(Product::name).or(venue.exchange.as_deref()).unwrap_or("other");
    format!("{symbol}.{}", kind.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_tell_the_market_where_they_are_an_exchanges_or_freqtrades() {
        let of = |path: &str| of_path(Path::new(path)).to_string();
        let archive = "data/futures/um/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2025-01.zip";
        assert_eq!(of(archive), "binance futures");
        assert_eq!(of(&archive.replace("futures/um", "futures/cm")), "binance coin-futures");
        assert_eq!(of(&archive.replace("futures/um", "spot")), "binance spot");
        assert_eq!(of("BTCUSDT-5m-2025-01.zip"), "–");
        assert_eq!(of("spot/BTCUSDT-5m-2025-01.csv"), "–");
        assert_eq!(of("futures/BTC_USDT_USDT-5m-futures.feather"), "futures");
        assert_eq!(of("BTC_USDT-5m.feather"), "spot");
        assert_eq!(of("BTC_USDT-5m.csv"), "–");
    }
}
