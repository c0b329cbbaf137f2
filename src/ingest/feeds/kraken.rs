//! Kraken's OHLC endpoint, and what it shares with [`kraken_trades`](super::kraken_trades).
//!
//! Facts from Kraken's own documentation ("Get OHLC Data", "Historical data"): an answer holds the
//! last 720 bars, whatever is asked for, and the last of them is the one that is still open; bars
//! are `[time, open, high, low, close, vwap, volume, count]` under Kraken's own name of the pair;
//! failures come with status 200 and a list of strings in `error`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, Refusal};
use super::decimal::Decimal;
use super::http::Response;
use super::{FAR, Fetched, Request, Sink, trim};
use crate::failure::Failure;
use crate::market::{Columns, Symbol};
use crate::units::{MINUTE_US, SECOND_US, Ts};

/// The beginning that asks for whatever there is.
pub const ALL: Ts = Ts(0);

/// Fetches the bars that Kraken keeps ready: the last 719 closed ones.
///
/// A bar in which nothing traded is there, flat, with `count` 0; its `vwap` is missing here.
pub fn ohlc(client: &Client, request: &Request, sink: &mut Sink) -> Result<Fetched, Failure> {
    request.check()?;
    request.interval("Kraken", &INTERVALS)?;
    let base = request.base(SERVER)?;
    let pair = pair_of(&request.symbol);
    let minutes = request.timeframe.us() / MINUTE_US;
    // Bars after this time; 1 s before the first is surely before it alone.
    let since = (request.range(FAR).start.0 / SECOND_US - 1).max(0);
    let url = format!("{base}/0/public/OHLC?pair={pair}&interval={minutes}&since={since}");
    let bars = client.fetch(&url, &|response| read_bars(request, &url, &response))?;
    let Some((&first, &last)) = bars.ts.first().zip(bars.ts.last()) else {
        return Ok(Fetched::default());
    };
    if let Some(off) = bars.ts.iter().find(|&&t| !request.timeframe.is_open(t)) {
        let frame = request.timeframe;
        let message = format!("Kraken's `{frame}` bars open at other times than ours: `{off}`");
        return Err(Failure::user(message).hint("take `1d` and resample"));
    }
    // All of them are closed, so the running one opens after the last.
    let range = request.range(last.plus_us(request.timeframe.us()));
    let mut fetched = Fetched::default();
    if first > range.start && range.start > ALL && !range.is_empty() {
        let from = range.start;
        fetched.notes.push(format!(
            "asked for bars from `{from}`, got them from `{first}`: Kraken keeps the last 719 \
             ready; `--trades` rolls the earlier ones from its trades"
        ));
    }
    let bars = trim(bars, &range);
    fetched.bars = bars.len() as u64;
    client.progress.at(fetched.bars, Some(fetched.bars));
    if !bars.is_empty() {
        sink(bars)?;
    }
    Ok(fetched)
}

pub(super) const SERVER: &str = "https://api.kraken.com";

/// Kraken's support pages ask for about one public request a second.
pub(super) const PACE: Duration = Duration::from_secs(1);

/// 1, 5, 15, 30, 60, 240, 1440, 10080 and 21600 minutes.
const INTERVALS: [&str; 9] = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w", "15d"];

/// Kraken's names of what the rest of the world calls otherwise.
const NAMES: [(&str, &str); 2] = [("BTC", "XBT"), ("DOGE", "XDG")];

/// `BTCUSD` or `BTC-USD` is `XBTUSD` to Kraken; either side of the pair may be renamed.
pub(super) fn pair_of(symbol: &Symbol) -> String {
    let mut pair = symbol.as_str().replace(['-', '_'], "");
    for (ours, theirs) in NAMES {
        if let Some(quote) = pair.strip_prefix(ours).filter(|quote| quote.len() >= 3) {
            pair = format!("{theirs}{quote}");
        }
        if let Some(base) = pair.strip_suffix(ours).filter(|base| base.len() >= 3) {
            pair = format!("{base}{theirs}");
        }
    }
    pair
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    error: Vec<String>,
    result: Option<BTreeMap<String, Value>>,
}

/// The `result` of an answer, or what its `error` means.
pub(super) fn result_of(
    symbol: &Symbol,
    url: &str,
    response: &Response,
) -> Result<BTreeMap<String, Value>, Refusal> {
    let envelope = match serde_json::from_slice::<Envelope>(&response.body) {
        Ok(envelope) => envelope,
        Err(_) if response.status != 200 => return Err(Refusal::status(url, response)),
        Err(why) => return Err(Refusal::unreadable(why)),
    };
    // `W` is a warning beside a result.
    if let Some(error) = envelope.error.iter().find(|text| !text.starts_with('W')) {
        return Err(refused(symbol, url, error));
    }
    envelope.result.ok_or_else(|| Refusal::unreadable("it has neither result nor error"))
}

fn refused(symbol: &Symbol, url: &str, error: &str) -> Refusal {
    const LOCKOUT: Duration = Duration::from_secs(15);
    let pair = pair_of(symbol);
    if error.starts_with("EQuery:Unknown asset") {
        let failure = Failure::user(format!("Kraken does not know `{symbol}`: {error}"));
        return Refusal::Stop(
            failure.hint(format!(
                "it was asked for `{pair}`; all pairs: {SERVER}/0/public/AssetPairs"
            )),
        );
    }
    let waits = ["Rate limit", "Too many requests", "Throttled", "lockout"];
    if waits.iter().any(|text| error.contains(text)) {
        return Refusal::Again { said: error.to_owned(), wait: Some(LOCKOUT) };
    }
    if error.starts_with("EService:") || error.contains("Internal error") {
        return Refusal::again(error);
    }
    if error.contains("Invalid arguments") {
        return Refusal::Stop(Failure::user(format!("Kraken refused `{pair}`: {error}")));
    }
    let address = super::client::bare(url);
    Refusal::Stop(Failure::world(format!("`{address}` answered `{error}`")))
}

/// The rows of a result, which holds them under Kraken's name of the pair, and its `last`.
pub(super) fn rows_of(
    mut result: BTreeMap<String, Value>,
) -> Result<(Vec<Value>, Option<Value>), Refusal> {
    let last = result.remove("last");
    match result.pop_first() {
        Some((_, Value::Array(rows))) if result.is_empty() => Ok((rows, last)),
        _ => Err(Refusal::unreadable("one list of rows was expected")),
    }
}

/// Time, open, high, low, close, vwap, volume, number of trades.
#[derive(Deserialize)]
struct Candle(i64, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal, Decimal);

fn read_bars(request: &Request, url: &str, response: &Response) -> Result<Columns, Refusal> {
    let (mut rows, _) = rows_of(result_of(&request.symbol, url, response)?)?;
    // The last one is always the bar that is still open.
    rows.pop();
    let candles: Result<Vec<Candle>, _> = rows.into_iter().map(serde_json::from_value).collect();
    let candles = candles.map_err(Refusal::unreadable)?;
    let of = |pick: fn(&Candle) -> Decimal| candles.iter().map(|c| pick(c).0).collect::<Vec<_>>();
    let count = of(|c| c.7);
    let vwap = candles.iter().map(|c| if c.7.0 > 0.0 { c.5.0 } else { f64::NAN }).collect();
    Ok(Columns {
        ts: candles.iter().map(|c| from_seconds(c.0)).collect::<Result<_, _>>()?,
        open: of(|c| c.1),
        high: of(|c| c.2),
        low: of(|c| c.3),
        close: of(|c| c.4),
        volume: of(|c| c.6),
        extra: [("count".to_owned(), count), ("vwap".to_owned(), vwap)].into(),
    })
}

pub(super) fn from_seconds(seconds: i64) -> Result<Ts, Refusal> {
    let ts = Ts(seconds.saturating_mul(SECOND_US));
    if (Ts(0)..=FAR).contains(&ts) {
        Ok(ts)
    } else {
        Err(Refusal::unreadable(format!("`{seconds}` is no time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_have_the_names_that_kraken_gives_them() {
        let pairs = [
            ("BTCUSD", "XBTUSD"),
            ("btc-usd", "XBTUSD"),
            ("ETHBTC", "ETHXBT"),
            ("DOGEBTC", "XDGXBT"),
            ("XBTUSD", "XBTUSD"),
            ("WBTCUSD", "WBTCUSD"),
            ("WBTCBTC", "WBTCXBT"),
            ("SOLUSD", "SOLUSD"),
            ("BTC", "BTC"),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(pair_of(&ours.parse().unwrap()), theirs);
        }
    }
}
