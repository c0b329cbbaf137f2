use super::server::{Reply, Server};
use super::*;
use crate::ingest::feeds::Fetched;
use crate::ingest::feeds::kraken::ohlc;

fn seconds(text: &str) -> i64 {
    ts(text).0 / 1_000_000
}

/// The documented form: bars of these times, the last of them still open.
fn answer(times: &[&str]) -> Reply {
    let bar = |time: &&str| {
        let count = i64::from(!time.ends_with('5')) * 23;
        let vwap = if count > 0 { "30306.2" } else { "0.0" };
        let at = seconds(time);
        format!(r#"[{at},"30306.1","30306.4","30305.7","30305.9","{vwap}","3.39243896",{count}]"#)
    };
    let bars = times.iter().map(bar).collect::<Vec<_>>().join(",");
    let last = times.iter().rev().nth(1).map_or(0, |time| seconds(time));
    Reply::ok(format!(r#"{{"error":[],"result":{{"XXBTZUSD":[{bars}],"last":{last}}}}}"#))
}

fn run(request: &Request) -> Result<(Vec<Columns>, Fetched), Failure> {
    let mut pages = Vec::new();
    let fetched = ohlc(&Bench::new().client(), request, &mut |page| {
        pages.push(page);
        Ok(())
    })?;
    Ok((pages, fetched))
}

#[test]
fn the_last_bars_come_without_the_one_that_is_still_open() {
    let server =
        Server::script([answer(&["2024-01-03 00:00", "2024-01-03 00:05", "2024-01-03 00:10"])]);
    let (pages, fetched) = run(&request(&server, "BTCUSD", "2024-01-03")).unwrap();
    assert_eq!(opens(&pages), ["00:00", "00:05"]);
    assert_eq!(fetched, Fetched { bars: 2, ..Fetched::default() });
    let page = &pages[0];
    assert_eq!(page.open[0], 30306.1);
    assert_eq!(page.close[0], 30305.9);
    assert_eq!(page.volume[0], 3.392_438_96);
    assert_eq!(page.extra["count"], [23.0, 0.0]);
    assert_eq!(page.extra["vwap"][0], 30306.2);
    assert!(page.extra["vwap"][1].is_nan(), "nothing traded, so there is no mean price");
    let since = seconds("2024-01-03") - 1;
    assert_eq!(server.asked(), [format!("/0/public/OHLC?pair=XBTUSD&interval=5&since={since}")]);
}

#[test]
fn what_kraken_no_longer_keeps_is_not_passed_over_in_silence() {
    let bars = ["2024-01-03 00:00", "2024-01-03 00:05", "2024-01-03 00:10"];
    let server = Server::script([answer(&bars), answer(&bars)]);
    let mut request = request(&server, "BTCUSD", "2023-01-01");
    continue_after(&mut request, ts("2023-12-31 23:55"));
    let (_, fetched) = run(&request).unwrap();
    let note = &fetched.notes[0];
    assert!(note.contains("from `2024-01-01 00:00`, got them from `2024-01-03 00:00`"), "{note}");
    continue_after(&mut request, ts("2024-01-02 23:55"));
    assert_eq!(run(&request).unwrap().1.notes, [""; 0]);
}

#[test]
fn a_download_continues_and_ends_where_it_should() {
    let bars = ["2024-01-03 00:00", "2024-01-03 00:05", "2024-01-03 00:10", "2024-01-03 00:15"];
    let server = Server::script([answer(&bars), answer(&bars), answer(&bars[3..])]);
    let mut request = request(&server, "BTCUSD", "2024-01-03");
    continue_after(&mut request, ts("2024-01-03 00:00"));
    assert_eq!(opens(&run(&request).unwrap().0), ["00:05", "00:10"]);
    request.to = Some(ts("2024-01-03 00:10"));
    assert_eq!(opens(&run(&request).unwrap().0), ["00:05"]);
    request.to = None;
    continue_after(&mut request, ts("2024-01-03 00:10"));
    assert_eq!(run(&request).unwrap(), (vec![], Fetched::default()));
    assert!(server.asked()[2].ends_with(&format!("since={}", seconds("2024-01-03 00:15") - 1)));
}

#[test]
fn errors_come_with_status_200_and_are_errors_all_the_same() {
    let server = Server::script([
        Reply::ok(r#"{"error":["EQuery:Unknown asset pair"]}"#),
        Reply::ok(r#"{"error":["EGeneral:Invalid arguments:interval"]}"#),
        Reply::ok(r#"{"error":["EGeneral:Permission denied"],"result":{}}"#),
        Reply::new(403, "<html>no robots</html>"),
    ]);
    let request = request(&server, "BTCUSX", "2024-01-03");
    let unknown = run(&request).unwrap_err();
    assert_user(&unknown, &["does not know `BTCUSX`", "`XBTUSX`", "AssetPairs"]);
    assert_user(&run(&request).unwrap_err(), &["Invalid arguments:interval"]);
    assert_world(&run(&request).unwrap_err(), &["/0/public/OHLC` answered", "Permission denied"]);
    assert_world(&run(&request).unwrap_err(), &["answered 403", "no robots"]);
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_busy_kraken_is_asked_again() {
    let bench = Bench::new();
    let server = Server::script([
        Reply::ok(r#"{"error":["EAPI:Rate limit exceeded"]}"#),
        Reply::ok(r#"{"error":["EGeneral:Too many requests"]}"#),
        Reply::ok(r#"{"error":["EService:Unavailable"]}"#),
        Reply::ok(r#"{"error":[],"result":{"XXBTZUSD":[[1704240000,"1"#),
        Reply::ok(r#"{"error":["WSomething:Warned"],"result":{"XXBTZUSD":[],"last":0}}"#),
    ]);
    let request = request(&server, "BTCUSD", "2024-01-03");
    let fetched = ohlc(&bench.client(), &request, &mut |_| Ok(())).unwrap();
    assert_eq!(fetched, Fetched::default());
    let slept: Vec<u64> = bench.slept().iter().map(Duration::as_secs).collect();
    assert_eq!(slept[..2], [15, 15]);
    assert_eq!(slept.len(), 4);
}

#[test]
fn timeframes_that_kraken_has_not_are_refused_with_those_it_has() {
    let server = Server::script([answer(&["2024-01-04", "2024-01-11", "2024-01-18"])]);
    let mut request = request(&server, "BTCUSD", "2023-12-01");
    request.timeframe = "2h".parse().unwrap();
    assert_user(&run(&request).unwrap_err(), &["Kraken has no `2h` bars", "1m, 5m, 15m, 30m, 1h"]);
    assert_eq!(server.asked(), [""; 0]);
    request.timeframe = "1w".parse().unwrap();
    let thursdays = run(&request).unwrap_err();
    assert_user(&thursdays, &["`1w` bars open at other times", "2024-01-04", "resample"]);
}
