//! Where bars came from: two markets do not mix, and longer bars follow those they are made of.

use crate::project::{Project, rising};

/// Binance's klines from one five minutes to another, as its archives hold them.
fn klines(from: i64, to: i64) -> String {
    let row = |i: i64| {
        let open = 1_735_689_600_000 + i * 300_000;
        format!("{open},10,12,9,11,5,{},50,3,2,20,0\n", open + 299_999)
    };
    (from..to).map(row).collect()
}

const SPOT: &str = "raw/spot/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2025-01.csv";
const FUTURES: &str = "raw/futures/um/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2025-02.csv";

#[test]
fn bars_of_two_markets_do_not_mix() {
    let project = Project::new();
    project.put(SPOT, klines(0, 20));
    project.put(FUTURES, klines(20, 40));
    project.done(&["ingest", "binance", SPOT]);
    let before = project.tree("data");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", FUTURES]), @r"
    error: the stored `5m` bars of `BTCUSDT` are from `binance spot`, these are from `binance futures`
    hint: two markets are two series: `--symbol BTCUSDT.FUTURES` for files, `--set data.dir=FOLDER` for a download; or remove `data/bars/BTCUSDT/5m.parquet`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", SPOT, FUTURES]), @r"
    error: `raw/futures/um/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2025-02.csv` holds bars of `BTCUSDT` from `binance futures`, the files before it from `binance spot`
    hint: two markets are two series: `--symbol BTCUSDT.FUTURES` for these
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "binance", SPOT, "--market", "futures"]), @r"
    error: `raw/spot/monthly/klines/BTCUSDT/5m/BTCUSDT-5m-2025-01.csv` holds bars of `binance spot`, not of `binance futures`
    hint: which is right? a file's folder and name tell its market: rename it, or say another
    exit code 2
    ");
    assert_eq!(project.tree("data"), before);
    project.done(&["ingest", "csv", FUTURES, "--symbol", "BTCUSDT.FUTURES"]);
    insta::assert_snapshot!(project.done(&["data", "list"]), @r"
    symbol           timeframe  bars              from                to           market  made of   fingerprint
    BTCUSDT                 5m    20  2025-01-01 00:00  2025-01-01 01:35     binance spot        –  db5a928fa29d
    BTCUSDT.FUTURES         5m    20  2025-01-01 01:40  2025-01-01 03:15  binance futures        –  2d560ebb5811
    ");
}

#[test]
fn bars_of_an_unknown_market_mix_with_any_and_it_is_said() {
    let project = Project::new();
    project.put("BTCUSDT-5m-2025-01.csv", klines(0, 20));
    project.put("mine.csv", rising(20));
    project.done(&["ingest", "csv", "mine.csv", "--symbol", "BTCUSDT"]);
    let kline = ["ingest", "binance", "BTCUSDT-5m-2025-01.csv"];
    // What is known of the new bars is not known of those that are there.
    let mixed = project.run(&[&kline[..], &["--market", "futures"]].concat());
    assert!(mixed.stderr.contains("of the stored bars the market is `–`"), "{mixed}");
    assert!(project.done(&["data", "list"]).contains("–"));
    std::fs::remove_dir_all(project.path("data")).unwrap();
    project.done(&[&kline[..], &["--market", "futures"]].concat());
    let mixed = project.run(&["ingest", "csv", "mine.csv", "--symbol", "BTCUSDT"]);
    assert!(mixed.stderr.contains("the market is `binance futures`, of these `–`"), "{mixed}");
    let said = project.refusal(&[&kline[..], &["--market", "spot"]].concat());
    assert!(said.contains("are from `binance futures`, these are from `binance spot`"), "{said}");
    project.done(&["data", "resample", "--symbol", "BTCUSDT", "--to", "15m"]);
    let listed = project.done(&["data", "list"]);
    assert_eq!(listed.matches("binance futures").count(), 2, "{listed}");
}

#[test]
fn longer_bars_follow_when_those_they_are_made_of_change() {
    let project = Project::new();
    project.put("a.csv", rising(400));
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    project.done(&["data", "resample", "--symbol", "UP", "--to", "1h"]);
    project.done(&["data", "resample", "--symbol", "UP", "--timeframe", "1h", "--to", "4h"]);
    project.put("b.csv", rising(600));
    project.done(&["ingest", "csv", "b.csv", "--symbol", "UP"]);
    insta::assert_snapshot!(project.run(&["data", "list"]), @r"
    symbol  timeframe  bars              from                to  market      made of   fingerprint
    UP             5m   600  2024-01-01 00:00  2024-01-03 01:55       –            –  a94522d44eed
    UP             1h    33  2024-01-01 00:00  2024-01-02 08:00       –  5m, changed  c78efa8ba924
    UP             4h     8  2024-01-01 00:00  2024-01-02 04:00       –  1h, changed  f395c6862652
     WARN the `1h` bars of `UP` were made of `5m` bars that changed: the next command that reads them makes them again, or `edgewalk data resample --symbol UP --timeframe 5m --to 1h`
     WARN the `4h` bars of `UP` were made of `1h` bars that changed: the next command that reads them makes them again, or `edgewalk data resample --symbol UP --timeframe 1h --to 4h`
    ");
    let export = ["data", "export", "--symbol", "UP", "--timeframe", "4h"];
    let run = project.run(&export);
    insta::assert_snapshot!(run.stderr, @r"
    INFO the `4h` bars of `UP` are made again: the `1h` bars changed
    INFO the `1h` bars of `UP` are made again: the `5m` bars changed
    ");
    assert_eq!(run.stdout.lines().count(), 1 + 600 / 48);
    assert_eq!(project.run(&export).stderr, "", "once is enough");
    let fresh = Project::new();
    fresh.put("b.csv", rising(600));
    fresh.done(&["ingest", "csv", "b.csv", "--symbol", "UP"]);
    fresh.done(&["data", "resample", "--symbol", "UP", "--to", "1h"]);
    fresh.done(&["data", "resample", "--symbol", "UP", "--timeframe", "1h", "--to", "4h"]);
    assert!(fresh.tree("data") == project.tree("data"));
}
