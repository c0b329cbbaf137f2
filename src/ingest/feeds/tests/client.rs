use std::time::Duration;

use super::super::client::Refusal;
use super::server::{Reply, Server};
use super::*;
use crate::ingest::feeds::{Http, HttpError, Response};

fn body(response: Response) -> Result<String, Refusal> {
    String::from_utf8(response.body).map_err(Refusal::unreadable)
}

fn fetch(bench: &Bench, server: &Server) -> Result<String, Failure> {
    bench.client().fetch(&format!("{}/path?a=1&b=2", server.url()), &body)
}

#[test]
fn the_real_client_says_who_it_is_and_gives_the_whole_answer() {
    let server = Server::script([Reply::new(404, "no such thing").header("X-Weight", " 7 ")]);
    let response = UreqHttp::new().get(&format!("{}/a?b=c", server.url())).unwrap();
    assert_eq!(response.status, 404);
    assert_eq!(response.header("x-weight"), Some("7"));
    assert_eq!(response.body, b"no such thing");
    assert_eq!(server.asked(), ["/a?b=c"]);
    assert_eq!(server.agents(), [format!("edgewalk/{}", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn a_server_that_is_not_there_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = UreqHttp::new().get(&format!("http://127.0.0.1:{port}/")).unwrap_err();
    assert!(matches!(error, HttpError::Unreachable(_)), "{error:?}");
    let error = UreqHttp::new().get("http://").unwrap_err();
    assert!(matches!(error, HttpError::BadUrl(_)), "{error:?}");
}

#[test]
fn too_many_requests_waits_as_long_as_the_server_says() {
    let bench = Bench::new();
    let server = Server::script([
        Reply::new(429, r#"{"code":-1003,"msg":"Too many requests."}"#).header("Retry-After", "17"),
        Reply::ok("fine"),
    ]);
    assert_eq!(fetch(&bench, &server).unwrap(), "fine");
    assert_eq!(bench.slept(), [Duration::from_secs(17)]);
    assert_eq!(server.asked(), ["/path?a=1&b=2"; 2]);
    let said = bench.sleeps.said.borrow();
    assert!(said[0].starts_with("waiting 17s: 429: {\"code\":-1003"), "{said:?}");
}

#[test]
fn a_short_ban_is_waited_for_and_a_long_one_is_not() {
    let bench = Bench::new();
    let server = Server::script([
        Reply::new(418, "banned").header("retry-after", "120"),
        Reply::ok("fine"),
        Reply::new(418, "IP banned").header("retry-after", "7200"),
    ]);
    assert_eq!(fetch(&bench, &server).unwrap(), "fine");
    let failure = fetch(&bench, &server).unwrap_err();
    assert_world(&failure, &["/path` wants no request for 2h", "418: IP banned", "continues"]);
    assert_eq!(bench.slept(), [Duration::from_secs(120)]);
}

#[test]
fn a_limit_without_a_time_waits_out_the_minute() {
    let bench = Bench::new();
    let server = Server::script([Reply::new(429, ""), Reply::ok("fine")]);
    assert_eq!(fetch(&bench, &server).unwrap(), "fine");
    assert_eq!(bench.slept(), [Duration::from_secs(60)]);
}

#[test]
fn a_server_in_trouble_is_asked_again_ever_later_and_then_given_up() {
    let bench = Bench::new();
    let server = Server::start(|_| Reply::new(503, "<html>\n <b>try later</b>\u{7}</html>"));
    let failure = fetch(&bench, &server).unwrap_err();
    let url = format!("`{}/path` failed 6 times, the last time: 503: <html>", server.url());
    assert_world(&failure, &[&url, "<b>try later</b></html>", "continues"]);
    assert!(!failure.message.contains("a=1"), "{failure}");
    assert_eq!(server.asked().len(), 6);
    let slept = bench.slept();
    assert_eq!(slept.len(), 5);
    for (wait, base_ms) in slept.iter().zip([500_u32, 1000, 2000, 4000, 8000]) {
        let base = Duration::from_millis(base_ms.into());
        assert!((base / 2..base * 3 / 2).contains(wait), "{slept:?}");
    }
}

#[test]
fn the_same_failure_waits_the_same_and_another_one_otherwise() {
    let waits = |path: &'static str| {
        let bench = Bench::new();
        let fail = |_: &str| Err(HttpError::TimedOut("30 s".into()));
        let http = Fake(fail);
        let client = Client { http: &http, ..bench.client() };
        client.fetch(path, &body).unwrap_err();
        bench.slept()
    };
    assert_eq!(waits("http://a/1"), waits("http://a/1"));
    assert_ne!(waits("http://a/1"), waits("http://a/2"));
}

#[test]
fn a_connection_that_breaks_halfway_is_tried_again() {
    let bench = Bench::new();
    let server = Server::script([
        Reply::ok("a long answer").cut_after(6),
        Reply::ok("").cut_after(0),
        Reply::ok("a long answer"),
    ]);
    assert_eq!(fetch(&bench, &server).unwrap(), "");
    assert_eq!(fetch(&bench, &server).unwrap(), "a long answer");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn what_time_does_not_mend_is_not_tried_twice() {
    let once = |error: HttpError| {
        let bench = Bench::new();
        let http = Fake(move |_: &str| Err(error.clone()));
        let client = Client { http: &http, ..bench.client() };
        let failure = client.fetch("http://host/x?y", &body).unwrap_err();
        assert_eq!(bench.slept(), []);
        failure
    };
    assert_user(&once(HttpError::BadUrl("empty".into())), &["`http://host/x`", "`--base-url`"]);
    assert_world(&once(HttpError::Untrusted("expired".into())), &["certificate", "clock"]);
    assert_world(&once(HttpError::TooLarge(9)), &["larger than 9 bytes"]);
}

struct Fake<F>(F);

impl<F: Fn(&str) -> Result<Response, HttpError>> Http for Fake<F> {
    fn get(&self, url: &str) -> Result<Response, HttpError> {
        (self.0)(url)
    }
}
