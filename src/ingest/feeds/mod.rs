//! Bars from exchanges: the only network edge, and all of it behind [`Http`].
//!
//! A feed turns a [`Request`] into pages of [`Columns`] and hands each to the caller's sink as soon
//! as it is complete, so that the caller can store it, and ask for the rest alone after a kill. No feed ever hands on a bar that had not closed when the download began, and
//! what "now" is, the exchange says: a wrong local clock cannot let an unfinished bar in.

use crate::failure::Failure;
use crate::market::{Columns, Symbol, Timeframe};
use crate::units::Ts;

mod http; // one GET, and the real one
mod client; // tries, waits, gives up
mod progress; // what the user sees meanwhile
mod decimal; // numbers that exchanges write as text
pub mod binance; // REST klines
mod archive_files; // which files cover a range
pub mod binance_bulk; // monthly and daily archives with checksums
pub mod kraken; // the last 719 bars
mod roll; // trades → bars
pub mod kraken_trades; // all of history, rolled from trades

#[cfg(test)]
mod tests;

pub use client::{Client, Clock, SystemClock};
pub use http::{Http, HttpError, Response, UreqHttp};
pub use progress::{Progress, Quiet};

/// Which bars are wanted, of what.
#[derive(Debug, Clone)]
pub struct Request {
    /// Asks this server instead of the exchange's own.
    pub base_url: Option<String>,
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    /// The first bar opens at or after this.
    pub from: Ts,
    /// The last bar opens before this; `None` is up to the last closed bar.
    pub to: Option<Ts>,
}

/// Where pages go; a failure ends the download.
pub type Sink<'a> = dyn FnMut(Columns) -> Result<(), Failure> + 'a;

/// What a download brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    pub bars: u64,
    /// Archive files that the server does not have: before the listing, or not published yet.
    pub files_missing: u64,
    /// Archive files not asked for because their bars are stored.
    pub files_stored: u64,
    /// What the user should know about these bars.
    pub notes: Vec<String>,
}

impl Fetched {
    pub(crate) fn add(&mut self, other: Self) {
        self.bars += other.bars;
        self.files_missing += other.files_missing;
        self.files_stored += other.files_stored;
        self.notes.extend(other.notes);
    }
}

impl Request {
    /// The opening times to fetch, given the exchange's clock: on the grid, end exclusive, without
    /// the bar that is still open. Empty where nothing is left to fetch.
    pub(crate) fn range(&self, now: Ts) -> std::ops::Range<Ts> {
        let frame = self.timeframe;
        let start = next_open(frame, self.from.max(Ts(0)));
        let running = frame.open_of(now);
        let end = self.to.map_or(running, |to| next_open(frame, to).min(running));
        start..end.max(start)
    }

    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.to {
            Some(to) if to <= self.from => {
                let message = format!("the range ends at `{to}`, not after its start");
                Err(Failure::user(message).hint(format!("it starts at `{}`", self.from)))
            }
            _ => [Some(self.from), self.to].into_iter().flatten().try_for_each(sane),
        }
    }

    /// The timeframe as the exchange spells it.
    pub(crate) fn interval(&self, who: &str, offered: &[&str]) -> Result<String, Failure> {
        let name = self.timeframe.to_string();
        if offered.contains(&name.as_str()) {
            return Ok(name);
        }
        Err(Failure::user(format!("{who} has no `{name}` bars"))
            .hint(format!("it has {}; `edgewalk data resample` makes others", offered.join(", "))))
    }

    /// The server's address without a slash at its end.
    pub(crate) fn base<'a>(&'a self, own: &'a str) -> Result<&'a str, Failure> {
        let base = self.base_url.as_deref().unwrap_or(own).trim_end_matches('/');
        if base.starts_with("http://") || base.starts_with("https://") {
            return Ok(base);
        }
        Err(Failure::user(format!("`{base}` is not the address of a server"))
            .hint("it begins with `http://` or `https://`"))
    }
}

/// The rows whose bars open inside of `range`.
pub(crate) fn trim(columns: Columns, range: &std::ops::Range<Ts>) -> Columns {
    if columns.ts.iter().all(|t| range.contains(t)) {
        return columns;
    }
    let inside = |&i: &usize| range.contains(&columns.ts[i]);
    columns.take(&(0..columns.len()).filter(inside).collect::<Vec<_>>())
}

/// How many bars of `frame` fit.
pub(crate) fn bars_in(range: &std::ops::Range<Ts>, frame: Timeframe) -> u64 {
    u64::try_from((range.end.0 - range.start.0) / frame.us()).unwrap_or(0)
}

fn next_open(frame: Timeframe, ts: Ts) -> Ts {
    let open = frame.open_of(ts);
    if open < ts { open.plus_us(frame.us()) } else { open }
}

/// 2100-01-01. Later times are mistakes, and would overflow the arithmetic sooner or later.
pub(crate) const FAR: Ts = Ts(4_102_444_800_000_000);

fn sane(ts: Ts) -> Result<(), Failure> {
    if ts > FAR || ts < Ts(-FAR.0) {
        return Err(Failure::user(format!("`{ts}` is no time that an exchange has bars of")));
    }
    Ok(())
}
