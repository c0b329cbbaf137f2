//! `edgewalk ingest binance --bulk`: zipped months with checksums.

use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::project::Project;
use crate::server::{Reply, Server};

/// When the archive says it is.
const DATE: &str = "Wed, 03 Jan 2024 12:00:00 GMT";
const HOUR_MS: i64 = 3_600_000;

/// A month of hours, or as many of them as asked for, from its first midnight on.
fn month(label: &str, hours: i64) -> Vec<u8> {
    let start: edgewalk::units::Ts = format!("{label}-01").parse().unwrap();
    let row = |i: i64| {
        let open = start.0 / 1000 + i * HOUR_MS;
        let (end, volume) = (open + HOUR_MS - 1, i % 5 + 1);
        format!("{open},10,12,9,{},{volume},{end},50,3,2,20,0\n", 10 + i % 2)
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let name = format!("BTCUSDT-1h-{label}.csv");
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all((0..hours).map(row).collect::<String>().as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn checksum(zip: &[u8], name: &str) -> String {
    let hex: String = Sha256::digest(zip).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}  {name}\n")
}

/// Has two whole months.
fn answer(path: &str) -> Reply {
    let name = path.rsplit('/').next().unwrap().trim_end_matches(".CHECKSUM");
    let label = name.trim_start_matches("BTCUSDT-1h-").trim_end_matches(".zip");
    let hours = match label {
        "2023-11" => 30 * 24,
        "2023-12" => 31 * 24,
        _ => return Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>").header("Date", DATE),
    };
    let zip = month(label, hours);
    let sum = checksum(&zip, name);
    if path.ends_with(".CHECKSUM") { Reply::ok(sum) } else { Reply::ok(zip) }.header("Date", DATE)
}

fn ingest<'a>(server: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["ingest", "binance", "--bulk", "--base-url", server, "--symbol", "BTCUSDT"];
    let rest = ["--timeframe", "1h", "--from", "2023-11-01"];
    args.into_iter().chain(rest).chain(more.iter().copied()).collect()
}

fn zips(server: &Server) -> Vec<String> {
    let asked = server.asked().into_iter().filter(|path| path.ends_with(".zip"));
    asked.map(|path| path.rsplit('/').next().unwrap().to_owned()).collect()
}

#[test]
fn whole_months_are_fetched_once_and_checked() {
    let server = Server::start(answer);
    let project = Project::new();
    insta::assert_snapshot!(project.run(&ingest(&server.url(), &["--to", "2023-12-01"])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         1h      720    720     0       0         0     0
    ");
    assert_eq!(zips(&server), ["BTCUSDT-1h-2023-11.zip"]);
    insta::assert_snapshot!(project.run(&ingest(&server.url(), &["--to", "2024-01-01"])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         1h      744    744     0       0         0     0
    ");
    assert_eq!(zips(&server), ["BTCUSDT-1h-2023-11.zip", "BTCUSDT-1h-2023-12.zip"]);
    insta::assert_snapshot!(project.run(&ingest(&server.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         1h        0      0     0       0         0     0
     WARN the archive ends before `2024-01-03 00:00`: days come when they are over; without `--bulk` the later bars come too
    ");
    let at_once = Project::new();
    at_once.done(&ingest(&server.url(), &[]));
    assert_eq!(at_once.tree("data"), project.tree("data"));
}

#[test]
fn a_month_that_its_checksum_does_not_fit_is_not_stored() {
    let server = Server::start(|path| {
        let reply = answer(path);
        let name = path.rsplit('/').next().unwrap();
        let is_december = name == "BTCUSDT-1h-2023-12.zip";
        if is_december { Reply::ok(month("2023-12", 5)).header("Date", DATE) } else { reply }
    });
    let project = Project::new();
    let url = server.url();
    let said = project.refusal(&ingest(&url, &[])).replace(&url, "[server]");
    insta::assert_snapshot!(said, @r"
    error: `[server]/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2023-12.zip` is not the file that its checksum was made of
    hint: Binance may be replacing it: try again later, or leave out `--bulk`
    exit code 3
    ");
    insta::assert_snapshot!(project.done(&["data", "list"]), @r"
    symbol   timeframe  bars              from                to        market  made of   fingerprint
    BTCUSDT         1h   720  2023-11-01 00:00  2023-11-30 23:00  binance spot        –  36fd37423adc
    ");
}

#[test]
fn a_symbol_without_an_archive_is_the_users_to_mend() {
    let server = Server::start(|_| Reply::new(404, "").header("Date", DATE));
    let said = Project::new().refusal(&ingest(&server.url(), &["--to", "2023-12-01"]));
    insta::assert_snapshot!(said, @r"
    error: Binance's archive has no `1h` bars of `BTCUSDT` in this range
    hint: names are like `BTCUSDT`; spot and futures differ: `--market`
    exit code 2
    ");
}
