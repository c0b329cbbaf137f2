//! Tries, waits and gives up: what every feed does with a server that will not answer.

use std::time::{Duration, Instant};

use super::http::{Http, HttpError, Response};
use super::progress::Progress;
use crate::failure::Failure;
use crate::units::{MINUTE_US, show_span};

/// Waiting, and the time between waits; tests replace it.
pub trait Clock {
    fn sleep(&self, wait: Duration);

    /// Since some moment in the past.
    fn elapsed(&self) -> Duration;
}

#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

impl SystemClock {
    #[expect(clippy::disallowed_methods, reason = "paces requests; no result depends on it")]
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn sleep(&self, wait: Duration) {
        std::thread::sleep(wait);
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// What a feed talks through.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    pub http: &'a dyn Http,
    pub clock: &'a dyn Clock,
    pub progress: &'a dyn Progress,
}

/// Why an answer is not what was asked for.
pub(super) enum Refusal {
    /// It may work another time; after `wait`, where the server or the matter says how long.
    Again { said: String, wait: Option<Duration> },
    /// It will not.
    Stop(Failure),
}

impl Refusal {
    pub(super) fn again(said: impl Into<String>) -> Self {
        Self::Again { said: said.into(), wait: None }
    }

    /// An answer that is not of the documented form: cut short on its way, or not the exchange's.
    pub(super) fn unreadable(why: impl std::fmt::Display) -> Self {
        Self::again(format!("its answer is not of the documented form: {why}"))
    }

    /// A status that nobody expected.
    pub(super) fn status(url: &str, response: &Response) -> Self {
        Self::Stop(Failure::world(format!("`{}` answered {}", bare(url), said(response))))
    }
}

/// Six tries wait 15 s in all: long enough for a restart or a lost route, short enough to watch.
const MAX_TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Rate limits are counted by the minute (Binance: `REQUEST_WEIGHT` per 1 `MINUTE`).
const LIMIT_WAIT: Duration = Duration::from_secs(60);
/// Binance bans for 2 minutes to 3 days. The shortest is worth waiting for.
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

const RESUME: &str = "what is stored is kept: the same command continues from there";

impl Client<'_> {
    /// Gets `url` until `read` is content with the answer.
    pub(super) fn fetch<T>(
        &self,
        url: &str,
        read: &dyn Fn(Response) -> Result<T, Refusal>,
    ) -> Result<T, Failure> {
        let mut tries = 1;
        loop {
            let (said, asked) = match self.once(url, read) {
                Ok(value) => return Ok(value),
                Err(Refusal::Stop(failure)) => return Err(failure),
                Err(Refusal::Again { said, wait }) => (said, wait),
            };
            let wait = asked.unwrap_or_default().max(backoff(url, tries));
            if wait > LONGEST_WAIT {
                return Err(locked_out(url, &said, wait));
            }
            if tries == MAX_TRIES {
                return Err(gave_up(url, &said));
            }
            self.wait(wait, &said);
            tries += 1;
        }
    }

    /// Sleeps, and tells the user why.
    pub(super) fn wait(&self, wait: Duration, why: &str) {
        let us = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        self.progress.say(&format!("waiting {}: {why}", show_span(us)));
        self.clock.sleep(wait);
    }

    fn once<T>(
        &self,
        url: &str,
        read: &dyn Fn(Response) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let response = self.http.get(url).map_err(|e| no_answer(url, &e))?;
        let again = |wait| Err(Refusal::Again { said: said(&response), wait });
        match response.status {
            // Too many requests; banned for too many requests (Binance).
            429 | 418 => again(Some(response.retry_after().unwrap_or(LIMIT_WAIT))),
            408 | 425 | 500..=599 => again(response.retry_after()),
            _ => read(response),
        }
    }
}

/// No two requests of one feed closer than `every`.
pub(super) struct Pace {
    every: Duration,
    last: Option<Duration>,
}

impl Pace {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, last: None }
    }

    pub(super) fn keep(&mut self, clock: &dyn Clock) {
        if let Some(last) = self.last {
            let since = clock.elapsed().saturating_sub(last);
            if since < self.every {
                clock.sleep(self.every - since);
            }
        }
        self.last = Some(clock.elapsed());
    }
}

/// The address without its query: what a reader can do something with.
pub(super) fn bare(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// What the server said, on one line: `503: try later`.
pub(super) fn said(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body[..response.body.len().min(4096)]);
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.retain(|c| !c.is_control());
    let line: String = line.chars().take(200).collect();
    let colon = if line.is_empty() { "" } else { ": " };
    format!("{}{colon}{line}", response.status)
}

/// Doubles from try to try, times 0.5 to 1.5 by a hash of the address and the try, so that many
/// downloads that failed together do not return together, and yet a run can be repeated exactly.
fn backoff(url: &str, tries: u32) -> Duration {
    let bytes = url.bytes().chain(tries.to_le_bytes());
    // FNV-1a, 64 bits (RFC 9923): its high bits are mixed well enough for this.
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let eighths = u32::try_from(hash >> 61).unwrap_or(0);
    let base = FIRST_WAIT * 2_u32.pow(tries.min(10) - 1);
    base * (4 + eighths) / 8
}

fn no_answer(url: &str, error: &HttpError) -> Refusal {
    let failure = format!("`{}` does not answer: {error}", bare(url));
    match error {
        HttpError::BadUrl(_) => Refusal::Stop(
            Failure::user(failure).hint("`--base-url` and the proxy settings hold addresses"),
        ),
        HttpError::Untrusted(_) => Refusal::Stop(Failure::world(failure).hint(
            "something between here and there answers in its place, or the clock here is wrong",
        )),
        HttpError::TooLarge(_) => Refusal::Stop(Failure::world(failure)),
        HttpError::Unreachable(_) | HttpError::TimedOut(_) | HttpError::Cut(_) => {
            Refusal::again(error.to_string())
        }
    }
}

fn gave_up(url: &str, said: &str) -> Failure {
    let message = format!("`{}` failed {MAX_TRIES} times, the last time: {said}", bare(url));
    Failure::world(message).hint(RESUME)
}

fn locked_out(url: &str, said: &str, wait: Duration) -> Failure {
    let minutes = i64::try_from(wait.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
    let span = show_span(minutes.saturating_mul(MINUTE_US));
    Failure::world(format!("`{}` wants no request for {span}: {said}", bare(url)))
        .hint(format!("wait that long; {RESUME}"))
}
