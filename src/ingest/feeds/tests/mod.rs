//! The feeds against a server on this machine that replays what the exchanges document.

mod server;
mod client;
mod binance;
mod binance_bulk;
mod kraken;
mod kraken_trades;
mod arbitrary;
mod download;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::{Client, Clock, Progress, Request, UreqHttp};
use crate::failure::{Failure, Mender};
use crate::market::Columns;
use crate::units::Ts;
use server::Server;

/// Time that passes only when somebody sleeps.
#[derive(Default)]
struct Sleeps {
    all: RefCell<Vec<Duration>>,
    said: RefCell<Vec<String>>,
    at: Cell<(u64, Option<u64>)>,
}

impl Clock for Sleeps {
    fn sleep(&self, wait: Duration) {
        self.all.borrow_mut().push(wait);
    }

    fn elapsed(&self) -> Duration {
        self.all.borrow().iter().sum()
    }
}

impl Progress for Sleeps {
    fn say(&self, what: &str) {
        self.said.borrow_mut().push(what.to_owned());
    }

    fn at(&self, position: u64, length: Option<u64>) {
        self.at.set((position, length));
    }
}

/// A client over the real HTTP, with a clock that does not wait.
struct Bench {
    http: UreqHttp,
    sleeps: Sleeps,
}

impl Bench {
    fn new() -> Self {
        Self { http: UreqHttp::new(), sleeps: Sleeps::default() }
    }

    fn client(&self) -> Client<'_> {
        Client { http: &self.http, clock: &self.sleeps, progress: &self.sleeps }
    }

    fn slept(&self) -> Vec<Duration> {
        self.sleeps.all.borrow().clone()
    }
}

fn ts(text: &str) -> Ts {
    text.parse().unwrap()
}

/// `symbol` in `5m` bars from `from` on.
fn request(server: &Server, symbol: &str, from: &str) -> Request {
    Request {
        base_url: Some(server.url()),
        symbol: symbol.parse().unwrap(),
        timeframe: "5m".parse().unwrap(),
        from: ts(from),
        to: None,
    }
}

/// Every page that a feed gave, one after the other.
fn opens(pages: &[Columns]) -> Vec<String> {
    pages.iter().flat_map(|page| &page.ts).map(|t| t.to_string()[11..].to_owned()).collect()
}

fn assert_user(failure: &Failure, parts: &[&str]) {
    assert_eq!(failure.mender, Mender::User, "{failure:?}");
    assert_says(failure, parts);
}

fn assert_world(failure: &Failure, parts: &[&str]) {
    assert_eq!(failure.mender, Mender::World, "{failure:?}");
    assert_says(failure, parts);
}

fn assert_says(failure: &Failure, parts: &[&str]) {
    let text = format!("{} / {}", failure.message, failure.hint.clone().unwrap_or_default());
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in `{text}`");
    }
}

/// Asks for what comes after the last bar that is stored.
fn continue_after(request: &mut Request, last: Ts) {
    request.from = last.plus_us(request.timeframe.us());
}
