//! All of Kraken's history: its trades, rolled into bars here.
//!
//! Facts from Kraken's own documentation ("Get Recent Trades", "Historical data", and the support
//! article on retrieving time and sales): at most 1000 trades an answer, oldest first, after
//! `since`, which is in nanoseconds; `last` is the `since` of the next answer; a trade is
//! `[price, volume, time, side, type, misc, id]`, older answers lack the id.
//!
//! A bar in which nothing traded does not exist here, just as it has no trades at Kraken: that is a
//! gap, which the audit reports, and not a flat bar, which nobody traded.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, Pace, Refusal};
use super::decimal::Decimal;
use super::http::Response;
use super::kraken::{PACE, SERVER, from_seconds, pair_of, result_of, rows_of};
use super::roll::{Roll, Trade};
use super::{FAR, Fetched, Request, Sink, bars_in};
use crate::failure::Failure;
use crate::units::Ts;

/// Fetches trades and gives the bars that they close to `sink`, answer by answer.
///
/// One answer a second with at most 1000 trades: a busy day takes minutes, a year of a busy pair
/// many hours. It may be stopped at any time: whoever stored its bars asks for the rest.
pub fn trades(client: &Client, request: &Request, sink: &mut Sink) -> Result<Fetched, Failure> {
    request.check()?;
    let base = request.base(SERVER)?;
    let mut pace = Pace::new(PACE);
    pace.keep(client.clock);
    let now = client.fetch(&format!("{base}/0/public/Time"), &|r| {
        read_time(request, &format!("{base}/0/public/Time"), &r)
    })?;
    let range = request.range(now);
    let pair = pair_of(&request.symbol);
    let ask = format!("{base}/0/public/Trades?pair={pair}&count=1000");
    let mut history = History { client, request, ask, pace, seen: BTreeSet::new() };
    history.run(&range, sink)
}

struct History<'a> {
    client: &'a Client<'a>,
    request: &'a Request,
    ask: String,
    pace: Pace,
    /// The ids of the answer before this one: `since` is a time, and trades can share one.
    seen: BTreeSet<u64>,
}

struct Page {
    trades: Vec<(Trade, Option<u64>)>,
    last: u64,
}

impl History<'_> {
    fn run(&mut self, range: &Range<Ts>, sink: &mut Sink) -> Result<Fetched, Failure> {
        let frame = self.request.timeframe;
        let length = bars_in(range, frame);
        let mut roll = Roll::new(frame);
        let mut fetched = Fetched::default();
        // A nanosecond early: whether `since` itself is included does not matter then.
        let mut since = u64::try_from(range.start.0).unwrap_or(0).saturating_mul(1000);
        since = since.saturating_sub(1);
        let mut more = !range.is_empty();
        while more {
            let page = self.page(since)?;
            let end_ns = u64::try_from(range.end.0).unwrap_or(0).saturating_mul(1000);
            let past_end = page.last >= end_ns
                || page.trades.last().is_none_or(|(trade, _)| trade.ts >= range.end);
            let news = self.add(page.trades, range, &mut roll)?;
            more = page.last > since && !past_end;
            if news && !more && !past_end {
                return Err(stuck(self.request));
            }
            since = page.last;
            let bars = if more { roll.take_closed() } else { roll.take_all() };
            if let Some(&newest) = bars.ts.last() {
                fetched.bars += bars.len() as u64;
                sink(bars)?;
                let done = bars_in(&(range.start..newest.plus_us(frame.us())), frame);
                self.client.progress.at(done, Some(length));
            }
        }
        Ok(fetched)
    }

    /// The trades after `since`.
    fn page(&mut self, since: u64) -> Result<Page, Failure> {
        self.pace.keep(self.client.clock);
        let url = format!("{}&since={since}", self.ask);
        self.client.fetch(&url, &|response| read_page(self.request, &url, &response))
    }

    /// Whether any of these was not in the answer before.
    fn add(
        &mut self,
        trades: Vec<(Trade, Option<u64>)>,
        range: &Range<Ts>,
        roll: &mut Roll,
    ) -> Result<bool, Failure> {
        let mut news = false;
        let ids = trades.iter().filter_map(|(_, id)| *id).collect();
        for (trade, id) in trades {
            let repeated = id.is_some_and(|id| self.seen.contains(&id));
            news |= !repeated;
            if range.contains(&trade.ts) && !repeated {
                roll.add(&trade).map_err(|bar| {
                    let (ts, pair) = (trade.ts, pair_of(&self.request.symbol));
                    let message = format!("Kraken gave a trade of `{pair}` at `{ts}` after one");
                    Failure::world(format!("{message} of the bar at `{bar}`"))
                })?;
            }
        }
        self.seen = ids;
        Ok(news)
    }
}

/// New trades, and yet no way to what comes after them: the bar in the making would be cut short.
fn stuck(request: &Request) -> Failure {
    let pair = pair_of(&request.symbol);
    Failure::world(format!("Kraken gave trades of `{pair}` without a `last` to continue from"))
}

fn read_page(request: &Request, url: &str, response: &Response) -> Result<Page, Refusal> {
    let (rows, last) = rows_of(result_of(&request.symbol, url, response)?)?;
    let last = match last {
        Some(Value::String(text)) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_u64(),
        _ => None,
    };
    let last = last.ok_or_else(|| Refusal::unreadable("`last` is missing"))?;
    let trades = rows.iter().map(trade_of).collect::<Result<_, _>>()?;
    Ok(Page { trades, last })
}

fn trade_of(row: &Value) -> Result<(Trade, Option<u64>), Refusal> {
    let number = |i: usize| {
        let field = row.get(i).ok_or_else(|| Refusal::unreadable("a trade lacks a field"))?;
        Decimal::deserialize(field).map(|d| d.0).map_err(Refusal::unreadable)
    };
    let trade = Trade { ts: instant(number(2)?)?, price: number(0)?, volume: number(1)? };
    // Some of the oldest trades have no id of their own but 0.
    Ok((trade, row.get(6).and_then(Value::as_u64).filter(|&id| id > 0)))
}

/// Seconds with a fraction. Whole seconds, and so the borders of bars, are exact in an f64; what
/// happens less than its quarter of a microsecond before a border may be counted behind it.
#[expect(clippy::cast_possible_truncation, reason = "checked to be a time of this century")]
fn instant(seconds: f64) -> Result<Ts, Refusal> {
    let us = (seconds * 1e6).floor();
    #[expect(clippy::cast_precision_loss, reason = "a bound, not a value")]
    let sane = (0.0..=FAR.0 as f64).contains(&us);
    if sane { Ok(Ts(us as i64)) } else { Err(Refusal::unreadable(format!("{seconds} is no time"))) }
}

fn read_time(request: &Request, url: &str, response: &Response) -> Result<Ts, Refusal> {
    let result = result_of(&request.symbol, url, response)?;
    let seconds = result.get("unixtime").and_then(Value::as_i64);
    from_seconds(seconds.ok_or_else(|| Refusal::unreadable("`unixtime` is missing"))?)
}
