use std::time::Duration;

use super::server::{Reply, Server};
use super::*;
use crate::ingest::feeds::Fetched;
use crate::ingest::feeds::binance::{Market, klines};

/// An exchange that documents itself: klines of 5 minutes from `listed` on without those in `hole`,
/// `limit` at most an answer, both ends of the range included.
pub(super) fn exchange(now: &'static str, listed: &'static str, hole: [&'static str; 2]) -> Server {
    Server::start(move |path| {
        if path == "/api/v3/time" {
            return Reply::ok(format!(r#"{{"serverTime":{}}}"#, ts(now).0 / 1000));
        }
        let number = |name: &str| -> i64 {
            let (_, value) = path.split_once(&format!("{name}=")).unwrap();
            value.split('&').next().unwrap().parse().unwrap()
        };
        let step = 300_000;
        let start = number("startTime").max(ts(listed).0 / 1000);
        let end = number("endTime").min(ts(now).0 / 1000);
        let times = (0..)
            .map(|i| (start + step - 1) / step * step + i * step)
            .take_while(|&ms| ms <= end)
            .filter(|ms| !(ts(hole[0]).0..ts(hole[1]).0).contains(&(ms * 1000)))
            .take(usize::try_from(number("limit")).unwrap());
        Reply::ok(page(times))
    })
}

/// The documented form; the close tells the bars apart.
fn page(times_ms: impl IntoIterator<Item = i64>) -> String {
    let kline = |ms: i64| {
        let close = 100.0 + (ms / 300_000 % 10) as f64;
        format!(
            r#"[{ms},"100.0","120.5","90.25","{close}","148976.11427815",{},"2434.19055334",308,"1756.87402397","28.46694368","0"]"#,
            ms + 299_999
        )
    };
    format!("[{}]", times_ms.into_iter().map(kline).collect::<Vec<_>>().join(","))
}

fn clock(now: &str) -> Reply {
    Reply::ok(format!(r#"{{"serverTime":{}}}"#, ts(now).0 / 1000))
}

fn ms(text: &str) -> i64 {
    ts(text).0 / 1000
}

fn run(bench: &Bench, request: &Request) -> Result<(Vec<Columns>, Fetched), Failure> {
    let mut pages = Vec::new();
    let fetched = klines(&bench.client(), Market::Spot, request, &mut |page| {
        pages.push(page);
        Ok(())
    })?;
    Ok((pages, fetched))
}

pub(super) const NO_HOLE: [&str; 2] = ["1970-01-01", "1970-01-01"];

#[test]
fn klines_become_columns_with_everything_that_binance_gives() {
    let bench = Bench::new();
    let server = exchange("2024-01-03 00:12", "2017-08-17", NO_HOLE);
    let (pages, fetched) = run(&bench, &request(&server, "BTCUSDT", "2024-01-03")).unwrap();
    assert_eq!(opens(&pages), ["00:00", "00:05"], "the bar of 00:10 is still open");
    let page = &pages[0];
    assert_eq!((page.open[0], page.high[0], page.low[0]), (100.0, 120.5, 90.25));
    assert_eq!(page.volume[1], 148_976.114_278_15);
    assert_eq!(page.extra["count"], [308.0, 308.0]);
    assert_eq!(page.extra["quote_volume"][0], 2_434.190_553_34);
    assert_eq!(page.extra["taker_buy_volume"][0], 1_756.874_023_97);
    assert_eq!(page.extra["taker_buy_quote_volume"][0], 28.466_943_68);
    assert_eq!(fetched, Fetched { bars: 2, ..Fetched::default() });
    let (from, to) = (ms("2024-01-03"), ms("2024-01-03 00:10") - 1);
    let query = format!("symbol=BTCUSDT&interval=5m&startTime={from}&endTime={to}&limit=1000");
    assert_eq!(server.asked(), ["/api/v3/time".to_owned(), format!("/api/v3/klines?{query}")]);
    assert_eq!(bench.slept(), []);
}

#[test]
fn a_bar_is_taken_from_the_moment_of_its_close_on_the_servers_clock() {
    for (now, bars) in [("2024-01-03 00:09:59.999", 1), ("2024-01-03 00:10", 2)] {
        let server = Server::script([clock(now), {
            let times = [ms("2024-01-03"), ms("2024-01-03 00:05")];
            Reply::ok(page(times))
        }]);
        let request = request(&server, "BTCUSDT", "2024-01-03");
        let (pages, _) = run(&Bench::new(), &request).unwrap();
        assert_eq!(opens(&pages).len(), bars, "{now}");
    }
}

#[test]
fn pages_follow_each_other_over_a_hole_and_from_before_the_listing() {
    let bench = Bench::new();
    let hole = ["2024-01-04 08:00", "2024-01-04 12:00"];
    let server = exchange("2024-01-10 00:00", "2024-01-01 10:00", hole);
    let (pages, fetched) = run(&bench, &request(&server, "NEWUSDT", "2020-01-01")).unwrap();
    // 8 days and 14 hours of 12 bars an hour, without the 4 hours.
    let expected = (8 * 24 + 14 - 4) * 12;
    assert_eq!(fetched.bars, expected);
    assert_eq!(pages.iter().map(Columns::len).collect::<Vec<_>>(), [1000, 1000, 424]);
    let all: Vec<Ts> = pages.iter().flat_map(|page| page.ts.clone()).collect();
    assert!(all.is_sorted_by(|a, b| a < b), "each bar once");
    assert_eq!(all[0], ts("2024-01-01 10:00"));
    assert_eq!(server.asked().len(), 4, "the clock and three pages");
    let length = (ts("2024-01-10").0 - ts("2020-01-01").0) / 300_000_000;
    assert_eq!(bench.sleeps.at.get(), (length.unsigned_abs(), Some(length.unsigned_abs())));
}

#[test]
fn what_a_page_repeats_is_taken_once_and_a_server_that_only_repeats_ends_it() {
    let day = ms("2024-01-03");
    let server = Server::start(move |path| match path {
        "/api/v3/time" => clock("2024-01-03 01:00"),
        _ if path.contains(&format!("startTime={day}&")) => Reply::ok(page([day, day + 300_000])),
        _ => Reply::ok(page([day + 300_000])),
    });
    let (pages, _) = run(&Bench::new(), &request(&server, "BTCUSDT", "2024-01-03")).unwrap();
    assert_eq!(opens(&pages), ["00:00", "00:05"]);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn nothing_in_the_range_is_no_bars_and_no_endless_search() {
    let server = exchange("2024-01-10", "2024-01-09", NO_HOLE);
    let mut request = request(&server, "NEWUSDT", "2023-01-01");
    request.to = Some(ts("2023-06-01"));
    let (pages, fetched) = run(&Bench::new(), &request).unwrap();
    assert_eq!((pages, fetched), (vec![], Fetched::default()));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_download_continues_after_the_last_stored_bar() {
    let server = exchange("2024-01-03 01:00", "2017-08-17", NO_HOLE);
    let mut request = request(&server, "BTCUSDT", "2024-01-01");
    continue_after(&mut request, ts("2024-01-03 00:40"));
    let (pages, _) = run(&Bench::new(), &request).unwrap();
    assert_eq!(opens(&pages), ["00:45", "00:50", "00:55"]);
    continue_after(&mut request, ts("2024-01-03 00:55"));
    let (pages, _) = run(&Bench::new(), &request).unwrap();
    assert_eq!(pages, [], "up to date");
    assert_eq!(server.asked().len(), 3, "and only the clock was asked for that");
}

#[test]
fn a_failing_sink_ends_the_download_and_what_it_stored_is_where_the_next_one_starts() {
    let bench = Bench::new();
    let server = exchange("2024-01-10", "2017-08-17", NO_HOLE);
    let mut request = request(&server, "BTCUSDT", "2024-01-01");
    let mut stored = Vec::new();
    let mut full_at_two = |page: Columns| {
        if stored.len() == 2 {
            return Err(Failure::world("disk full"));
        }
        stored.push(page);
        Ok(())
    };
    let error = klines(&bench.client(), Market::Spot, &request, &mut full_at_two).unwrap_err();
    assert_eq!(error.message, "disk full");
    let from = request.from;
    continue_after(&mut request, stored[1].ts[stored[1].len() - 1]);
    let (rest, _) = run(&bench, &request).unwrap();
    stored.extend(rest);
    request.from = from;
    let (whole, _) = run(&bench, &request).unwrap();
    assert_eq!(opens(&stored), opens(&whole));
    assert_eq!(opens(&whole).len(), 9 * 288);
}

#[test]
fn the_end_is_excluded_and_a_start_inside_of_a_bar_means_the_next_one() {
    let server = exchange("2024-01-10", "2017-08-17", NO_HOLE);
    let mut request = request(&server, "BTCUSDT", "2024-01-03 00:03");
    request.to = Some(ts("2024-01-03 00:15"));
    assert_eq!(opens(&run(&Bench::new(), &request).unwrap().0), ["00:05", "00:10"]);
    request.to = Some(ts("2024-01-03 00:16"));
    assert_eq!(opens(&run(&Bench::new(), &request).unwrap().0), ["00:05", "00:10", "00:15"]);
}

#[test]
fn an_end_that_lies_ahead_does_not_let_the_open_bar_in() {
    let server = exchange("2024-01-03 00:12", "2017-08-17", NO_HOLE);
    let mut request = request(&server, "BTCUSDT", "2024-01-03");
    request.to = Some(ts("2024-02-01"));
    assert_eq!(opens(&run(&Bench::new(), &request).unwrap().0), ["00:00", "00:05"]);
}

#[test]
fn futures_are_asked_on_their_own_paths() {
    let server = Server::script([clock("2024-01-03 00:05"), Reply::ok(page([ms("2024-01-03")]))]);
    let request = request(&server, "BTCUSDT", "2024-01-03");
    let mut bars = 0;
    let mut sink = |page: Columns| {
        bars += page.len();
        Ok(())
    };
    klines(&Bench::new().client(), Market::Futures, &request, &mut sink).unwrap();
    assert_eq!(bars, 1);
    let asked = server.asked();
    assert_eq!(asked[0], "/fapi/v1/time");
    assert!(asked[1].starts_with("/fapi/v1/klines?symbol=BTCUSDT"), "{asked:?}");
}

#[test]
fn the_rest_of_the_minute_is_waited_for_when_its_weight_is_nearly_used() {
    let bench = Bench::new();
    let day = ms("2024-01-03");
    let date = "Wed, 03 Jan 2024 12:00:48 GMT";
    let weighed = |used: &str, ms| {
        Reply::ok(page([ms])).header("X-MBX-USED-WEIGHT-1M", used).header("Date", date)
    };
    let server = Server::script([
        clock("2024-01-03 00:15"),
        weighed("5399", day),
        weighed("5400", day + 300_000),
        weighed("5999", day + 600_000),
    ]);
    run(&bench, &request(&server, "BTCUSDT", "2024-01-03")).unwrap();
    // 12 s to the end of the minute and one for what the header rounds; none after the last page.
    assert_eq!(bench.slept(), [Duration::from_secs(13)]);
}

#[test]
fn a_page_cut_short_is_asked_for_again() {
    let bench = Bench::new();
    let whole = page([ms("2024-01-03"), ms("2024-01-03 00:05")]);
    let server = Server::script([
        clock("2024-01-03 00:10"),
        Reply::ok(&whole[..whole.len() / 2]),
        Reply::ok(&whole).cut_after(50),
        Reply::new(502, "bad gateway"),
        Reply::ok(&whole),
    ]);
    let (pages, _) = run(&bench, &request(&server, "BTCUSDT", "2024-01-03")).unwrap();
    assert_eq!(opens(&pages), ["00:00", "00:05"]);
    let asked = server.asked();
    assert_eq!(asked.len(), 5);
    assert!(asked[2..].iter().all(|path| *path == asked[1]), "{asked:?}");
    assert_eq!(bench.slept().len(), 3);
}

#[test]
fn a_server_of_something_else_is_given_up_with_the_reason() {
    let server = Server::start(|path| match path {
        "/api/v3/time" => clock("2024-01-03 00:10"),
        _ => Reply::ok("<html>Welcome</html>"),
    });
    let failure = run(&Bench::new(), &request(&server, "BTCUSDT", "2024-01-03")).unwrap_err();
    assert_world(&failure, &["/api/v3/klines` failed 6 times", "not of the documented form"]);
}

#[test]
fn a_market_is_spot_or_futures() {
    assert_eq!("spot".parse(), Ok(Market::Spot));
    assert_eq!("um".parse(), Ok(Market::Futures));
    assert_eq!("futures".parse(), Ok(Market::Futures));
    assert_user(&"margin".parse::<Market>().unwrap_err(), &["`margin`", "`spot`", "`futures`"]);
}

/// What is said about an answer to the first page.
fn refused(status: u16, body: &str) -> Failure {
    let bench = Bench::new();
    let server = Server::script([clock("2024-01-03 00:10"), Reply::new(status, body)]);
    let failure = run(&bench, &request(&server, "BTCUSDX", "2024-01-03")).unwrap_err();
    assert_eq!(server.asked().len(), 2, "no second try of what cannot work");
    failure
}

#[test]
fn what_the_user_got_wrong_is_said_with_its_cure() {
    let symbol = refused(400, r#"{"code":-1121,"msg":"Invalid symbol."}"#);
    assert_user(&symbol, &["`BTCUSDX`: Invalid symbol.", "`BTCUSDT`", "--market futures"]);
    let interval = refused(400, r#"{"code":-1120,"msg":"Invalid interval."}"#);
    assert_user(&interval, &["no `5m` bars", "1m, 3m, 5m"]);
    let other = refused(400, r#"{"code":-1102,"msg":"Mandatory parameter was not sent."}"#);
    assert_user(&other, &["Mandatory parameter", "-1102"]);
}

#[test]
fn a_country_that_is_not_served_is_told_where_bars_are_to_be_had() {
    let body = r#"{"code":0,"msg":"Service unavailable from a restricted location"}"#;
    let failure = refused(451, body);
    assert_world(&failure, &["answered 451", "restricted location", "data-api.binance.vision"]);
    assert_world(&refused(403, "<html>WAF</html>"), &["answered 403", "--bulk"]);
}

#[test]
fn what_binance_has_not_is_refused_before_anything_is_sent() {
    let server = Server::script([]);
    let with = |edit: fn(&mut Request)| {
        let mut request = request(&server, "BTCUSDT", "2024-01-03");
        edit(&mut request);
        run(&Bench::new(), &request).unwrap_err()
    };
    let frame = with(|r| r.timeframe = "7m".parse().unwrap());
    assert_user(&frame, &["Binance has no `7m` bars", "5m, 15m", "resample"]);
    assert_user(&with(|r| r.to = Some(r.from)), &["range ends at `2024-01-03 00:00`"]);
    assert_user(&with(|r| r.base_url = Some("binance".into())), &["`binance`", "`http://`"]);
    assert_user(&with(|r| r.from = Ts(i64::MAX)), &["is no time"]);
    let mut second = request(&server, "BTCUSDT", "2024-01-03");
    second.timeframe = "1s".parse().unwrap();
    let futures = klines(&Bench::new().client(), Market::Futures, &second, &mut |_| Ok(()));
    assert_user(&futures.unwrap_err(), &["no `1s` bars"]);
    assert_eq!(server.asked(), [""; 0]);
}
