use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::ops::Range;

use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::server::{Reply, Server};
use super::*;
use crate::ingest::feeds::Fetched;
use crate::ingest::feeds::binance::Market;
use crate::ingest::feeds::binance_bulk::{Archive, months};

const DATE: &str = "Wed, 03 Jan 2024 12:00:00 GMT";

fn zipped(name: &str, csv: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(csv.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn checksum(zip: &[u8], name: &str) -> String {
    let hex: String = Sha256::digest(zip).iter().map(|b| format!("{b:02x}")).collect();
    format!("{hex}  {name}\n")
}

/// Has the files with these labels; each holds the bar of its first midnight and of the next hour.
fn archive(labels: &'static [&'static str]) -> Server {
    Server::start(move |path| file(path, labels).header("Date", DATE))
}

fn file(path: &str, labels: &[&str]) -> Reply {
    let name = path.rsplit('/').next().unwrap().trim_end_matches(".CHECKSUM");
    let label = name.trim_end_matches(".zip").splitn(3, '-').nth(2).unwrap();
    if !labels.contains(&label) {
        return Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>");
    }
    let day = if label.len() == 7 { format!("{label}-01") } else { label.to_owned() };
    let zip = zipped(&name.replace(".zip", ".csv"), &format!("{day}\n{day} 01:00\n"));
    let wanted = checksum(&zip, name);
    if path.ends_with(".CHECKSUM") { Reply::ok(wanted) } else { Reply::ok(zip) }
}

/// A CSV reader for this page: one time a line.
fn parse(name: &str, csv: &[u8]) -> Result<Columns, Failure> {
    assert!(name.ends_with(".csv"), "{name}");
    let times: Vec<Ts> = String::from_utf8_lossy(csv).lines().map(ts).collect();
    let ones = vec![1.0; times.len()];
    let [open, high, low, close, volume] = [(); 5].map(|()| ones.clone());
    Ok(Columns { ts: times, open, high, low, close, volume, ..Columns::default() })
}

fn hourly(server: &Server, from: &str) -> Request {
    Request { timeframe: "1h".parse().unwrap(), ..request(server, "BTCUSDT", from) }
}

fn run(bench: &Bench, request: &Request) -> Result<(Vec<String>, Fetched), Failure> {
    run_beside(bench, request, &|_| false)
}

fn run_beside(
    bench: &Bench,
    request: &Request,
    stored: &dyn Fn(&Range<Ts>) -> bool,
) -> Result<(Vec<String>, Fetched), Failure> {
    let archive = Archive { market: Market::Spot, parse: &parse, stored };
    let mut got = Vec::new();
    let fetched = months(&bench.client(), &archive, request, &mut |page| {
        got.extend(page.ts.iter().map(ToString::to_string));
        Ok(())
    })?;
    Ok((got, fetched))
}

/// What was asked for, without the folders.
fn names(server: &Server) -> Vec<String> {
    let name = |path: &String| path.rsplit('/').next().unwrap().to_owned();
    server.asked().iter().map(name).collect()
}

#[test]
fn whole_months_come_as_months_and_the_running_one_as_days() {
    let bench = Bench::new();
    let server = archive(&["2023-11", "2023-12", "2024-01-01", "2024-01-02"]);
    let (got, fetched) = run(&bench, &hourly(&server, "2023-11-01")).unwrap();
    let days = ["2023-11-01", "2023-12-01", "2024-01-01", "2024-01-02"];
    let both = |day: &&str| [format!("{day} 00:00"), format!("{day} 01:00")];
    assert_eq!(got, days.iter().flat_map(both).collect::<Vec<_>>());
    assert_eq!(fetched.bars, 8);
    assert_eq!(fetched.files_missing, 0);
    assert!(fetched.notes[0].contains("ends before `2024-01-03 00:00`"), "{fetched:?}");
    let monthly = "/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2023-11.zip";
    let daily = "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01-02.zip";
    let asked = server.asked();
    assert_eq!(
        asked[..3],
        [
            format!("{monthly}.CHECKSUM"), // for the server's clock
            format!("{monthly}.CHECKSUM"),
            monthly.to_owned(),
        ]
    );
    assert_eq!(asked[7..], [format!("{daily}.CHECKSUM"), daily.to_owned()]);
    assert_eq!(bench.sleeps.at.get(), (3, Some(3)));
}

#[test]
fn a_month_that_is_over_but_not_published_comes_as_days() {
    let server = archive(&["2023-12-30", "2023-12-31"]);
    let mut request = hourly(&server, "2023-12-30");
    request.to = Some(ts("2024-01-01"));
    let (got, fetched) = run(&Bench::new(), &request).unwrap();
    assert_eq!(got.len(), 4);
    assert_eq!(fetched, Fetched { bars: 4, ..Fetched::default() });
    assert_eq!(
        names(&server)[1..4],
        [
            "BTCUSDT-1h-2023-12.zip.CHECKSUM",
            "BTCUSDT-1h-2023-12-30.zip.CHECKSUM",
            "BTCUSDT-1h-2023-12-30.zip",
        ]
    );
}

#[test]
fn months_before_the_listing_are_skipped_and_counted() {
    let server = archive(&["2023-10", "2023-11"]);
    let mut request = hourly(&server, "2023-07-15");
    request.to = Some(ts("2023-12-01"));
    let (got, fetched) = run(&Bench::new(), &request).unwrap();
    assert_eq!(got.len(), 4);
    assert_eq!(fetched.files_missing, 3);
    assert_eq!(fetched.notes, [""; 0]);
}

#[test]
fn months_that_are_stored_are_not_fetched_again() {
    let server = archive(&["2023-10", "2023-11"]);
    let mut request = hourly(&server, "2023-10-10");
    request.to = Some(ts("2023-12-01"));
    let seen = RefCell::new(Vec::new());
    let stored = |range: &Range<Ts>| {
        seen.borrow_mut().push(range.clone());
        range.end <= ts("2023-11-01")
    };
    let (got, fetched) = run_beside(&Bench::new(), &request, &stored).unwrap();
    assert_eq!(got, ["2023-11-01 00:00", "2023-11-01 01:00"]);
    assert_eq!((fetched.files_stored, fetched.bars), (1, 2));
    assert_eq!(
        *seen.borrow(),
        [ts("2023-10-10")..ts("2023-11-01"), ts("2023-11-01")..ts("2023-12-01"),]
    );
    continue_after(&mut request, ts("2023-11-01 00:00"));
    let (got, _) = run(&Bench::new(), &request).unwrap();
    assert_eq!(got, ["2023-11-01 01:00"], "only what comes after the last stored bar");
}

#[test]
fn bars_outside_of_the_range_are_left_out() {
    let server = archive(&["2023-11"]);
    let mut request = hourly(&server, "2023-11-01 00:30");
    request.to = Some(ts("2023-11-05"));
    let (got, fetched) = run(&Bench::new(), &request).unwrap();
    assert_eq!(got, ["2023-11-01 01:00"]);
    assert_eq!(fetched.bars, 1);
}

#[test]
fn a_file_that_is_not_what_its_checksum_says_is_fetched_once_more() {
    let wrong_files = |count: usize| {
        let mut zips = 0;
        Server::start(move |path| {
            let reply = file(path, &["2023-11"]).header("Date", DATE);
            zips += usize::from(path.ends_with(".zip"));
            if path.ends_with(".zip") && zips <= count { Reply::ok("PK bad") } else { reply }
        })
    };
    let mended = wrong_files(1);
    let mut request = hourly(&mended, "2023-11-01");
    request.to = Some(ts("2023-12-01"));
    assert_eq!(run(&Bench::new(), &request).unwrap().1.bars, 2);
    let broken = wrong_files(9);
    request.base_url = Some(broken.url());
    let failure = run(&Bench::new(), &request).unwrap_err();
    let parts = ["BTCUSDT-1h-2023-11.zip` is not the file", "checksum", "try again later"];
    assert_world(&failure, &parts);
    let zips = broken.asked().iter().filter(|path| path.ends_with(".zip")).count();
    assert_eq!(zips, 2);
}

#[test]
fn a_checksum_of_another_file_is_not_believed() {
    let server = Server::start(|path| {
        let checksum = file(&path.replace("2023-11", "2023-10"), &["2023-10"]);
        if path.ends_with(".CHECKSUM") { checksum.header("Date", DATE) } else { Reply::ok("") }
    });
    let mut request = hourly(&server, "2023-11-01");
    request.to = Some(ts("2023-12-01"));
    let failure = run(&Bench::new(), &request).unwrap_err();
    assert_world(&failure, &["not the checksum of `BTCUSDT-1h-2023-11.zip`"]);
}

#[test]
fn a_zip_with_a_right_checksum_and_a_wrong_inside_is_an_error_that_names_it() {
    let server = Server::start(|path| {
        let name = path.rsplit('/').next().unwrap().trim_end_matches(".CHECKSUM").to_owned();
        let body = b"PK\x03\x04 not really";
        let sum = Reply::ok(checksum(body, &name)).header("Date", DATE);
        if path.ends_with(".CHECKSUM") { sum } else { Reply::ok(body) }
    });
    let failure = run(&Bench::new(), &hourly(&server, "2023-12-01")).unwrap_err();
    assert_world(&failure, &["BTCUSDT-1h-2023-12.zip` cannot be unpacked"]);
}

#[test]
fn a_symbol_without_any_file_is_the_users_to_mend() {
    let server = archive(&[]);
    let failure = run(&Bench::new(), &hourly(&server, "2023-09-01")).unwrap_err();
    assert_user(&failure, &["no `1h` bars of `BTCUSDT`", "names are like", "--market"]);
}

#[test]
fn the_servers_clock_is_not_replaced_by_ours() {
    let server = Server::start(|path| file(path, &["2023-11"]));
    let mut request = hourly(&server, "2023-11-01");
    assert_user(&run(&Bench::new(), &request).unwrap_err(), &["what time it is", "`--to`"]);
    request.to = Some(ts("2023-12-01"));
    assert_eq!(run(&Bench::new(), &request).unwrap().1.bars, 2);
}

#[test]
fn futures_have_their_own_folder_and_weeks_have_no_days() {
    let date = "Wed, 17 Jan 2024 12:00:00 GMT";
    let server = Server::start(move |path| file(path, &["2023-12"]).header("Date", date));
    let mut request = hourly(&server, "2023-12-01");
    request.timeframe = "1w".parse().unwrap();
    let archive = Archive { market: Market::Futures, parse: &parse, stored: &|_| false };
    let fetched = months(&Bench::new().client(), &archive, &request, &mut |_| Ok(())).unwrap();
    let asked = server.asked();
    assert_eq!(asked[2], "/data/futures/um/monthly/klines/BTCUSDT/1w/BTCUSDT-1w-2023-12.zip");
    assert!(asked.iter().all(|path| !path.contains("daily")), "{asked:?}");
    assert!(fetched.notes[0].contains("`1w` bars end before `2024-01-01 00:00`"), "{fetched:?}");
    request.timeframe = "2d".parse().unwrap();
    let refused = months(&Bench::new().client(), &archive, &request, &mut |_| Ok(()));
    assert_user(&refused.unwrap_err(), &["no `2d` bars"]);
}
