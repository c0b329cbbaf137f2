//! One GET: the whole network as the rest of the program knows it.

use std::time::Duration;

use jiff::fmt::rfc2822;
use ureq::Agent;
use ureq::http::Uri;

use crate::units::{SECOND_US, Ts};

/// Gets what is at a URL. Statuses are answers, not errors.
pub trait Http {
    fn get(&self, url: &str) -> Result<Response, HttpError>;
}

/// What the server sent, whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    #[error("it is not a valid address: {0}")]
    BadUrl(String),
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it did not answer in time: {0}")]
    TimedOut(String),
    #[error("the connection broke: {0}")]
    Cut(String),
    #[error("its certificate is not trusted: {0}")]
    Untrusted(String),
    #[error("its answer is larger than {0} bytes")]
    TooLarge(u64),
}

impl Response {
    /// A header by its name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// The server's clock, to the second. A cache repeats the `Date` of the stored answer and says
    /// in `Age` how long it has had it (RFC 9111, 5.1).
    pub fn server_time(&self) -> Option<Ts> {
        let age: i64 = self.header("age").and_then(|age| age.parse().ok()).unwrap_or(0);
        let age = age.clamp(0, i64::from(u32::MAX));
        Some(http_date(self.header("date")?)?.plus_us(age * SECOND_US))
    }

    /// How long the server asks us to stay away: seconds, or a date (RFC 9110, 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("retry-after")?;
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let wait_us = http_date(text)?.0 - self.server_time()?.0;
        Some(Duration::from_micros(u64::try_from(wait_us).unwrap_or(0)))
    }
}

fn http_date(text: &str) -> Option<Ts> {
    let stamp = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Ts(stamp.as_microsecond()))
}

/// The real one. Proxies are those of the environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`),
/// but never for the loopback: a proxy cannot reach our own machine.
#[derive(Debug, Clone)]
pub struct UreqHttp {
    outside: Agent,
    loopback: Agent,
}

/// A month of `1s` bars is some 60 MB; nothing that we ask for is near this.
const MAX_BODY: u64 = 1 << 30;

const CONNECT: Duration = Duration::from_secs(15);
/// Binance itself gives up on a request after 10 s.
const SILENCE: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(30 * 60);

impl UreqHttp {
    pub fn new() -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                .user_agent(concat!("edgewalk/", env!("CARGO_PKG_VERSION")))
                .timeout_connect(Some(CONNECT))
                .timeout_per_read(Some(SILENCE))
                .timeout_global(Some(WHOLE))
        };
        Self { outside: config().build().into(), loopback: config().proxy(None).build().into() }
    }
}

impl Default for UreqHttp {
    fn default() -> Self {
        Self::new()
    }
}

impl Http for UreqHttp {
    fn get(&self, url: &str) -> Result<Response, HttpError> {
        let uri: Uri = url.parse().map_err(|e| HttpError::BadUrl(format!("{e}")))?;
        let agent = if is_loopback(&uri) { &self.loopback } else { &self.outside };
        let mut answer = agent.get(uri).call().map_err(|e| from_ureq(&e))?;
        let text = |value: &ureq::http::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers = answer.headers().iter().map(|(n, v)| (n.to_string(), text(v))).collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(MAX_BODY).read_to_vec();
        Ok(Response { status, headers, body: body.map_err(|e| from_ureq(&e))? })
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|a| a.is_loopback())
}

fn from_ureq(error: &ureq::Error) -> HttpError {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, InvalidData, NetworkUnreachable,
        TimedOut,
    };
    use ureq::Error as E;
    let said = error.to_string();
    match error {
        E::BadUri(_) | E::Http(_) | E::InvalidProxyUrl => HttpError::BadUrl(said),
        E::HostNotFound | E::ConnectionFailed | E::ConnectProxyFailed(_) => {
            HttpError::Unreachable(said)
        }
        E::Timeout(_) => HttpError::TimedOut(said),
        E::Tls(_) | E::Rustls(_) => HttpError::Untrusted(said),
        E::BodyExceedsLimit(limit) => HttpError::TooLarge(*limit),
        E::Io(io) => match io.kind() {
            ConnectionRefused | HostUnreachable | NetworkUnreachable | AddrNotAvailable => {
                HttpError::Unreachable(said)
            }
            TimedOut => HttpError::TimedOut(said),
            // rustls reports what it refuses in a handshake this way.
            InvalidData => HttpError::Untrusted(said),
            _ => HttpError::Cut(said),
        },
        _ => HttpError::Cut(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(headers: &[(&str, &str)]) -> Response {
        let own = |&(n, v): &(&str, &str)| (n.to_owned(), v.to_owned());
        Response { headers: headers.iter().map(own).collect(), ..Response::default() }
    }

    #[test]
    fn the_servers_clock_is_its_date_and_the_age_in_a_cache() {
        let date = ("Date", "Wed, 03 Jan 2024 12:00:30 GMT");
        assert_eq!(with(&[date]).server_time(), Some("2024-01-03 12:00:30".parse().unwrap()));
        let cached = with(&[date, ("age", "90")]);
        assert_eq!(cached.server_time(), Some("2024-01-03 12:02".parse().unwrap()));
        assert_eq!(with(&[("date", "soon")]).server_time(), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = ("date", "Wed, 03 Jan 2024 12:00:30 GMT");
        let until = ("Retry-After", "Wed, 03 Jan 2024 12:01:00 GMT");
        assert_eq!(with(&[("RETRY-AFTER", "7")]).retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(with(&[date, until]).retry_after(), Some(Duration::from_secs(30)));
        assert_eq!(with(&[until]).retry_after(), None);
        assert_eq!(with(&[("retry-after", "-1")]).retry_after(), None);
    }

    #[test]
    fn only_our_own_machine_is_the_loopback() {
        let is = |url: &str| is_loopback(&url.parse().unwrap());
        assert!(is("http://127.0.0.1:80/x") && is("http://LOCALHOST/x") && is("http://[::1]:1/"));
        assert!(!is("http://api.kraken.com/") && !is("http://127.0.0.1.example.com/"));
    }
}
