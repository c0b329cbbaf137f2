//! Binance's REST klines, page by page.
//!
//! Facts from Binance's own documentation (`rest-api.md` of `binance-spot-api-docs`; "Kline
//! Candlestick Data" of the USD-M futures pages): with `startTime` an answer begins with the oldest
//! kline from there on, both ends of the range are included, times are in milliseconds, at most
//! 1000 klines an answer on spot. So a page is never empty unless nothing is left: neither years
//! before a listing nor outages need a search.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::client::{Client, Refusal};
use super::decimal::Decimal;
use super::http::Response;
use super::{FAR, Fetched, Request, Sink, bars_in, trim};
use crate::failure::Failure;
use crate::market::{Columns, Product};
use crate::units::{MINUTE_US, SECOND_US, Ts};

/// Which of Binance's markets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Market {
    #[default]
    Spot,
    /// USD-margined futures and perpetuals.
    Futures,
}

/// Fetches klines and gives them to `sink` page by page.
pub fn klines(
    client: &Client,
    market: Market,
    request: &Request,
    sink: &mut Sink,
) -> Result<Fetched, Failure> {
    request.check()?;
    let interval = request.interval("Binance", market.intervals())?;
    let base = request.base(market.server())?;
    let now = client.fetch(&format!("{base}{}/time", market.path()), &|r| server_time(&r))?;
    let range = request.range(now);
    let symbol = request.symbol.as_str();
    let ask = format!("{base}{}/klines?symbol={symbol}&interval={interval}", market.path());
    let mut pages = Pages { client, market, request, ask, rest: range.clone() };
    let mut fetched = Fetched::default();
    let length = bars_in(&range, request.timeframe);
    while let Some(page) = pages.next_page()? {
        fetched.bars += page.len() as u64;
        sink(page)?;
        let left = bars_in(&pages.rest, request.timeframe);
        client.progress.at(length - left, Some(length));
    }
    Ok(fetched)
}

impl Market {
    pub const fn product(self) -> Product {
        match self {
            Self::Spot => Product::Spot,
            Self::Futures => Product::Futures,
        }
    }

    fn server(self) -> &'static str {
        match self {
            Self::Spot => "https://api.binance.com",
            Self::Futures => "https://fapi.binance.com",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Spot => "/api/v3",
            Self::Futures => "/fapi/v1",
        }
    }

    /// What a timeframe can be. (`1M` is no length of time.)
    pub(super) fn intervals(self) -> &'static [&'static str] {
        const ALL: [&str; 15] = [
            "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d",
            "1w",
        ];
        match self {
            Self::Spot => &ALL,
            Self::Futures => &ALL[1..],
        }
    }

    /// Weight that an address may use in a minute (`REQUEST_WEIGHT` in either `exchangeInfo`).
    fn weight_limit(self) -> u32 {
        match self {
            Self::Spot => 6000,
            Self::Futures => 2400,
        }
    }

    fn other(self) -> &'static str {
        match self {
            Self::Spot => "futures: `--market futures`",
            Self::Futures => "spot: `--market spot`",
        }
    }
}

impl FromStr for Market {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "spot" => Ok(Self::Spot),
            "futures" | "um" => Ok(Self::Futures),
            _ => Err(Failure::user(format!(
                "`{text}` is not a market of Binance: `spot` or `futures`"
            ))),
        }
    }
}

/// The most that spot gives. Futures give 1500, but charge 10 for more than 1000 and 5 up to there.
pub(crate) const PAGE: usize = 1000;

struct Pages<'a> {
    client: &'a Client<'a>,
    market: Market,
    request: &'a Request,
    ask: String,
    /// What is still to be fetched.
    rest: std::ops::Range<Ts>,
}

impl Pages<'_> {
    /// `None` once the range is exhausted.
    fn next_page(&mut self) -> Result<Option<Columns>, Failure> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (first_ms, last_ms) = (self.rest.start.0 / 1000, self.rest.end.0 / 1000 - 1);
        let url = format!("{}&startTime={first_ms}&endTime={last_ms}&limit={PAGE}", self.ask);
        let (page, pause) = self.client.fetch(&url, &|r| self.read(&url, &r))?;
        // What the server repeats of an earlier page, or gives beyond the range, is dropped here,
        // and the cursor moves past all that is left: the next page is another one.
        let page = trim(page, &self.rest);
        let Some(&last) = page.ts.iter().max() else {
            self.rest.start = self.rest.end;
            return Ok(None);
        };
        self.rest.start = last.plus_us(self.request.timeframe.us()).min(self.rest.end);
        if let (Some(wait), false) = (pause, self.rest.is_empty()) {
            self.client.wait(wait, "the request limit of this minute is nearly used up");
        }
        Ok(Some(page))
    }

    fn read(&self, url: &str, response: &Response) -> Result<(Columns, Option<Duration>), Refusal> {
        if response.status != 200 {
            return Err(self.refused(url, response));
        }
        let page = columns(&response.body).map_err(Refusal::unreadable)?;
        Ok((page, pause(response, self.market.weight_limit())))
    }

    fn refused(&self, url: &str, response: &Response) -> Refusal {
        let Ok(error) = serde_json::from_slice::<ErrorBody>(&response.body) else {
            return unavailable(url, response);
        };
        let (symbol, frame) = (&self.request.symbol, self.request.timeframe);
        let ErrorBody { code, msg } = error;
        let failure = match code {
            // BAD_SYMBOL, and ILLEGAL_CHARS: of our parameters only the symbol can have them.
            -1121 | -1100 => Failure::user(format!("Binance does not know `{symbol}`: {msg}"))
                .hint(format!("names are like `BTCUSDT`; it may trade in {}", self.market.other())),
            // BAD_INTERVAL
            -1120 => Failure::user(format!("Binance has no `{frame}` bars of `{symbol}`: {msg}"))
                .hint(format!("it has {}", self.market.intervals().join(", "))),
            // UNKNOWN, DISCONNECTED, TOO_MANY_REQUESTS, UNEXPECTED_RESP, TIMEOUT, SERVER_BUSY
            -1000 | -1001 | -1003 | -1008..=-1006 => return Refusal::again(msg),
            // The 11xx are about the request.
            -1199..=-1101 => Failure::user(format!("Binance refused `{symbol}`: {msg} ({code})")),
            _ => return unavailable(url, response),
        };
        Refusal::Stop(failure)
    }
}

fn unavailable(url: &str, response: &Response) -> Refusal {
    match (response.status, Refusal::status(url, response)) {
        // Unavailable for legal reasons; forbidden by the firewall.
        (451 | 403, Refusal::Stop(failure)) => Refusal::Stop(failure.hint(
            "Binance does not serve this address; spot bars are also at \
             `--base-url https://data-api.binance.vision`, and in the archives: `--bulk`",
        )),
        (_, refusal) => refusal,
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    code: i64,
    msg: String,
}

#[derive(Deserialize)]
struct ServerTime {
    #[serde(rename = "serverTime")]
    ms: i64,
}

fn server_time(response: &Response) -> Result<Ts, Refusal> {
    if response.status != 200 {
        return Err(unavailable("the exchange's clock", response));
    }
    let ServerTime { ms } = serde_json::from_slice(&response.body).map_err(Refusal::unreadable)?;
    from_ms(ms).map_err(Refusal::unreadable)
}

fn from_ms(ms: i64) -> Result<Ts, String> {
    let ts = Ts(ms.saturating_mul(1000));
    if (Ts(0)..=FAR).contains(&ts) { Ok(ts) } else { Err(format!("`{ms}` is no time")) }
}

/// Open time, open, high, low, close, volume, close time, quote volume, number of trades, volume
/// and quote volume that takers bought, and a field to be ignored.
#[derive(Deserialize)]
struct Kline(
    i64,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    IgnoredAny,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    IgnoredAny,
);

/// The klines of one answer.
pub(super) fn columns(body: &[u8]) -> Result<Columns, String> {
    let rows: Vec<Kline> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    let of = |pick: fn(&Kline) -> Decimal| rows.iter().map(|row| pick(row).0).collect::<Vec<_>>();
    let extra = [
        ("quote_volume", of(|r| r.7)),
        ("count", of(|r| r.8)),
        ("taker_buy_volume", of(|r| r.9)),
        ("taker_buy_quote_volume", of(|r| r.10)),
    ];
    Ok(Columns {
        ts: rows.iter().map(|row| from_ms(row.0)).collect::<Result<_, _>>()?,
        open: of(|r| r.1),
        high: of(|r| r.2),
        low: of(|r| r.3),
        close: of(|r| r.4),
        volume: of(|r| r.5),
        extra: extra.map(|(name, values)| (name.to_owned(), values)).into(),
    })
}

/// How long to wait before the next request: to the end of the server's minute, where nine tenths
/// of its weight are used. The rest is left to whoever shares this address.
fn pause(response: &Response, limit: u32) -> Option<Duration> {
    let used: u32 = response.header("x-mbx-used-weight-1m")?.parse().ok()?;
    if used < limit / 10 * 9 {
        return None;
    }
    let into_us = response.server_time().map_or(0, |now| now.0.rem_euclid(MINUTE_US));
    // The header's clock counts whole seconds: one more is surely in the next minute.
    let wait_us = MINUTE_US - into_us + SECOND_US;
    Some(Duration::from_micros(u64::try_from(wait_us).unwrap_or(0)))
}
