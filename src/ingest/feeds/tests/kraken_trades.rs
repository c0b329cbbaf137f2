use std::time::Duration;

use super::server::{Reply, Server};
use super::*;
use crate::ingest::feeds::Fetched;
use crate::ingest::feeds::kraken_trades::trades;

fn ns(text: &str) -> i64 {
    ts(text).0 * 1000
}

fn clock(now: &str) -> Reply {
    let unixtime = ts(now).0 / 1_000_000;
    let text = "Wed, 03 Jan 24 00:12:00 +0000";
    Reply::ok(format!(r#"{{"error":[],"result":{{"unixtime":{unixtime},"rfc1123":"{text}"}}}}"#))
}

/// A trade of the day as `(time, price, volume, id)`.
type Row = (&'static str, &'static str, &'static str, u64);

/// The documented form; `last` is the time of the last trade unless there is none.
fn answer(rows: &[Row], since: i64) -> Reply {
    let at = |time: &str| ns(&format!("2024-01-03 {time}"));
    let trade = |(time, price, volume, id): &Row| {
        let (s, fraction) = (at(time) / 1_000_000_000, at(time) % 1_000_000_000 / 1000);
        format!(r#"["{price}","{volume}",{s}.{fraction:06},"b","l","",{id}]"#)
    };
    let trades = rows.iter().map(trade).collect::<Vec<_>>().join(",");
    let last = rows.last().map_or(since, |row| at(row.0));
    Reply::ok(format!(r#"{{"error":[],"result":{{"XXBTZUSD":[{trades}],"last":"{last}"}}}}"#))
}

/// Gives two trades an answer, after `since`.
fn exchange(now: &'static str, rows: &'static [Row]) -> Server {
    Server::start(move |path| {
        let Some((_, since)) = path.split_once("since=") else { return clock(now) };
        let since: i64 = since.parse().unwrap();
        let later = |row: &&Row| ns(&format!("2024-01-03 {}", row.0)) > since;
        let page: Vec<Row> = rows.iter().filter(later).take(2).copied().collect();
        answer(&page, since)
    })
}

fn run(bench: &Bench, request: &Request) -> Result<(Vec<Columns>, Fetched), Failure> {
    let mut pages = Vec::new();
    let fetched = trades(&bench.client(), request, &mut |page| {
        pages.push(page);
        Ok(())
    })?;
    Ok((pages, fetched))
}

const DAY: &[Row] = &[
    ("00:00:00", "100", "1", 1),
    ("00:01:30.25", "110", "2", 2),
    ("00:04:59.999999", "105", "1", 3),
    ("00:05:00", "106", "0.5", 4),
    ("00:16:00", "90", "1", 5),
    ("00:17:00", "95", "3", 6),
    ("00:21:00", "99", "1", 7),
];

#[test]
fn trades_are_rolled_into_bars_and_a_bar_without_trades_does_not_exist() {
    let bench = Bench::new();
    let server = exchange("2024-01-03 00:22", DAY);
    let (pages, fetched) = run(&bench, &request(&server, "BTCUSD", "2024-01-03")).unwrap();
    assert_eq!(opens(&pages), ["00:00", "00:05", "00:15"], "the bar of 00:20 is still open");
    assert_eq!(fetched, Fetched { bars: 3, ..Fetched::default() });
    let first = &pages[0];
    assert_eq!((first.open[0], first.high[0], first.low[0]), (100.0, 110.0, 100.0));
    assert_eq!((first.close[0], first.volume[0]), (105.0, 4.0));
    assert_eq!(first.extra["count"][0], 3.0);
    // (100·1 + 110·2 + 105·1) / 4
    assert_eq!(first.extra["vwap"][0], 106.25);
    let last = pages.last().unwrap();
    assert_eq!(last.extra["vwap"].last(), Some(&93.75));
    let asked = server.asked();
    assert_eq!(asked[0], "/0/public/Time");
    let since = ns("2024-01-03") - 1;
    assert_eq!(asked[1], format!("/0/public/Trades?pair=XBTUSD&count=1000&since={since}"));
    assert_eq!(asked[2].split("since=").nth(1), Some(&*ns("2024-01-03 00:01:30.25").to_string()));
}

#[test]
fn requests_keep_a_second_apart() {
    let bench = Bench::new();
    let server = exchange("2024-01-03 00:22", DAY);
    run(&bench, &request(&server, "BTCUSD", "2024-01-03")).unwrap();
    assert_eq!(bench.slept(), vec![Duration::from_secs(1); server.asked().len() - 1]);
}

#[test]
fn the_last_bar_counts_only_once_the_exchange_says_it_is_over() {
    for (now, bars) in [("2024-01-03 00:24:59", 3), ("2024-01-03 00:25:00", 4)] {
        let server = exchange(now, DAY);
        let (pages, _) = run(&Bench::new(), &request(&server, "BTCUSD", "2024-01-03")).unwrap();
        assert_eq!(opens(&pages).len(), bars, "{now}");
    }
}

#[test]
fn a_stopped_download_continues_to_the_same_bars() {
    let server = exchange("2024-01-03 00:30", DAY);
    let mut request = request(&server, "BTCUSD", "2024-01-03");
    let (whole, _) = run(&Bench::new(), &request).unwrap();
    for stored in ["00:00", "00:05", "00:10", "00:15"] {
        continue_after(&mut request, ts(&format!("2024-01-03 {stored}")));
        let (rest, _) = run(&Bench::new(), &request).unwrap();
        let expected: Vec<_> = opens(&whole).into_iter().filter(|o| o.as_str() > stored).collect();
        assert_eq!(opens(&rest), expected, "after {stored}");
    }
    continue_after(&mut request, ts("2024-01-03 00:00"));
    let (rest, _) = run(&Bench::new(), &request).unwrap();
    assert_eq!(rest[0].volume[0], 0.5, "nothing of the bar before");
}

#[test]
fn the_end_of_the_range_closes_its_last_bar_and_stops() {
    let server = exchange("2024-01-03 00:30", DAY);
    let mut request = request(&server, "BTCUSD", "2024-01-03");
    request.to = Some(ts("2024-01-03 00:05"));
    let (pages, _) = run(&Bench::new(), &request).unwrap();
    assert_eq!(opens(&pages), ["00:00"]);
    assert_eq!(pages[0].volume, [4.0]);
    assert_eq!(server.asked().len(), 3, "the clock and two answers");
}

#[test]
fn a_trade_that_two_answers_hold_counts_once() {
    let rows: [Row; 3] = [("00:00:01", "1", "1", 8), ("00:00:02", "1", "1", 9), DAY[6]];
    let server = Server::script([
        clock("2024-01-03 00:30"),
        answer(&rows[..2], 0),
        answer(&rows[1..], 0),
        answer(&rows[2..], 0),
    ]);
    let (pages, _) = run(&Bench::new(), &request(&server, "BTCUSD", "2024-01-03")).unwrap();
    assert_eq!(pages[0].volume, [2.0]);
    assert_eq!(opens(&pages), ["00:00", "00:20"]);
}

#[test]
fn an_answer_that_leads_nowhere_is_an_error_and_not_a_short_bar() {
    let stuck = answer(&DAY[..1], 0);
    let body =
        r#"{"error":[],"result":{"XXBTZUSD":[["1","1",1704240001.5,"b","l","",1]],"last":"7"}}"#;
    let server = Server::script([clock("2024-01-03 00:30"), Reply::ok(body), stuck]);
    let failure = run(&Bench::new(), &request(&server, "BTCUSD", "2024-01-03")).unwrap_err();
    assert_world(&failure, &["`XBTUSD`", "`last`"]);
}

#[test]
fn trades_out_of_order_are_an_error_that_names_them() {
    let rows: [Row; 2] = [("00:06:00", "1", "1", 2), ("00:04:00", "1", "1", 1)];
    let server = Server::script([clock("2024-01-03 00:30"), answer(&rows, 0)]);
    let failure = run(&Bench::new(), &request(&server, "BTCUSD", "2024-01-03")).unwrap_err();
    assert_world(&failure, &["at `2024-01-03 00:04`", "bar at `2024-01-03 00:05`"]);
}

#[test]
fn no_trades_are_no_bars() {
    let server = exchange("2024-01-03 00:30", &[]);
    let (pages, fetched) = run(&Bench::new(), &request(&server, "BTCUSD", "2024-01-03")).unwrap();
    assert_eq!((pages, fetched), (vec![], Fetched::default()));
    assert_eq!(server.asked().len(), 2);
}
