//! Downloads, from the command line to the store, against an exchange on this machine.

use edgewalk::units::Ts;

use crate::project::Project;
use crate::server::{Reply, Server};

const STEP_MS: i64 = 300_000;

fn ms(text: &str) -> i64 {
    text.parse::<Ts>().unwrap().0 / 1000
}

fn number(path: &str, name: &str) -> i64 {
    let (_, value) = path.split_once(&format!("{name}=")).unwrap();
    value.split('&').next().unwrap().parse().unwrap()
}

fn clock(now: &str) -> Reply {
    Reply::ok(format!(r#"{{"serverTime":{}}}"#, ms(now)))
}

/// As Binance documents it: bars that open in the range, both ends included, `limit` at most.
fn klines(path: &str) -> Reply {
    let (start, end) = (number(path, "startTime"), number(path, "endTime"));
    let opens = (0..).map(|i| (start + STEP_MS - 1) / STEP_MS * STEP_MS + i * STEP_MS);
    let opens = opens.take_while(|open| *open <= end).take(number(path, "limit") as usize);
    let kline = |open: i64| {
        let (close, end) = (100 + open / STEP_MS % 10, open + STEP_MS - 1);
        let volume = open / STEP_MS % 7 + 1;
        format!(
            r#"[{open},"100.0","120.5","90.25","{close}","{volume}",{end},"9.5",8,"7","6","0"]"#
        )
    };
    Reply::ok(format!("[{}]", opens.map(kline).collect::<Vec<_>>().join(",")))
}

fn binance(now: &'static str) -> Server {
    Server::start(move |path| if path.ends_with("/time") { clock(now) } else { klines(path) })
}

fn ingest<'a>(server: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = ["ingest", "binance", "--base-url", server, "--symbol", "BTCUSDT"];
    args.into_iter().chain(["--from", "2024-01-01"]).chain(more.iter().copied()).collect()
}

/// The `startTime` of every request for bars.
fn asked_from(server: &Server) -> Vec<i64> {
    let asked = server.asked();
    asked.iter().filter(|path| path.contains("klines")).map(|p| number(p, "startTime")).collect()
}

#[test]
fn a_download_comes_in_pages_and_the_next_one_asks_for_what_is_missing() {
    let project = Project::new();
    let server = binance("2024-01-05 00:02");
    insta::assert_snapshot!(project.run(&ingest(&server.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m     1152   1152     0       0         0     0
    ");
    let page_ms = 1000 * STEP_MS;
    assert_eq!(asked_from(&server), [ms("2024-01-01"), ms("2024-01-01") + page_ms]);
    assert!(server.agents()[0].starts_with("edgewalk/"), "an exchange knows who asks");
    let later = binance("2024-01-05 01:00");
    insta::assert_snapshot!(project.run(&ingest(&later.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m       12     12     0       0         0     0
    ");
    assert_eq!(asked_from(&later), [ms("2024-01-05")]);
    let before = project.tree("data");
    insta::assert_snapshot!(project.done(&ingest(&later.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m        0      0     0       0         0     0
    ");
    assert_eq!(project.tree("data"), before);
    assert_eq!(asked_from(&later).len(), 1, "there was nothing left to ask for");
    let at_once = Project::new();
    at_once.done(&ingest(&later.url(), &[]));
    assert_eq!(at_once.tree("data"), before, "in one go or in two: the same bytes");
    assert!(project.done(&["data", "export", "--symbol", "BTCUSDT"]).starts_with(
        "ts,open,high,low,close,volume,count,quote_volume,taker_buy_quote_volume,taker_buy_volume\n"
    ));
}

#[test]
fn a_download_that_breaks_keeps_what_came_and_goes_on_from_there() {
    let project = Project::new();
    let (from, second) = (ms("2024-01-01"), ms("2024-01-01") + 1000 * STEP_MS);
    let broken = Server::start(move |path| match path {
        _ if path.ends_with("/time") => clock("2024-01-05"),
        _ if number(path, "startTime") == from => klines(path),
        _ => Reply::new(403, "<html>forbidden</html>"),
    });
    let said = project.refusal(&ingest(&broken.url(), &[])).replace(&broken.url(), "[server]");
    insta::assert_snapshot!(said, @r"
    error: `[server]/api/v3/klines` answered 403: <html>forbidden</html>
    hint: Binance does not serve this address; spot bars are also at `--base-url https://data-api.binance.vision`, and in the archives: `--bulk`
    exit code 3
    ");
    let mended = binance("2024-01-05");
    project.done(&ingest(&mended.url(), &[]));
    assert_eq!(asked_from(&mended), [second]);
    insta::assert_snapshot!(project.done(&["data", "list"]), @r"
    symbol   timeframe  bars              from                to        market  made of   fingerprint
    BTCUSDT         5m  1152  2024-01-01 00:00  2024-01-04 23:55  binance spot        –  fb250051b3a9
    ");
}

#[test]
fn an_exchange_that_is_busy_is_asked_again() {
    let mut busy = 2;
    let server = Server::start(move |path| match path {
        _ if path.ends_with("/time") => clock("2024-01-01 01:00"),
        _ if busy > 0 => {
            busy -= 1;
            if busy > 0 {
                Reply::new(429, r#"{"code":-1003,"msg":"Too many requests."}"#)
                    .header("Retry-After", "0")
            } else {
                klines(path).cut_after(40)
            }
        }
        _ => klines(path),
    });
    let project = Project::new();
    insta::assert_snapshot!(project.done(&ingest(&server.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m       12     12     0       0         0     0
    ");
    assert_eq!(asked_from(&server).len(), 3);
}

#[test]
fn what_the_exchange_does_not_know_is_the_users_to_mend() {
    let project = Project::new();
    let server = Server::start(|path| match path {
        _ if path.ends_with("/time") => clock("2024-01-05"),
        _ => Reply::new(400, r#"{"code":-1121,"msg":"Invalid symbol."}"#),
    });
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &[])), @r"
    error: Binance does not know `BTCUSDT`: Invalid symbol.
    hint: names are like `BTCUSDT`; it may trade in futures: `--market futures`
    exit code 2
    ");
    assert_eq!(project.files("data"), [""; 0]);
}

#[test]
fn what_cannot_be_asked_for_is_said_before_anybody_is_asked() {
    let project = Project::new();
    let server = Server::script([]);
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &["--timeframe", "7m"])), @r"
    error: Binance has no `7m` bars
    hint: it has 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w; `edgewalk data resample` makes others
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &["--to", "2023-01-01"])), @r"
    error: the range ends at `2023-01-01 00:00`, not after its start
    hint: it starts at `2024-01-01 00:00`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "binance"]), @r"
    error: a download needs a beginning, and none is named
    hint: `--from 2024-01-01`, or `data.from` in the config
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&ingest("localhost:1", &[])), @r"
    error: `localhost:1` is not the address of a server
    hint: it begins with `http://` or `https://`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &["--market", "coin"])), @r"
    error: invalid value 'coin' for '--market <MARKET>': `coin` is not a market of Binance: `spot` or `futures`

    For more information, try '--help'.
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &["--sort"])), @r"
    error: `--sort` is about files, and none is named
    hint: name the files to read, or leave `--sort` away
    exit code 2
    ");
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_gap_in_a_download_is_refused_by_the_strict() {
    let hole = ms("2024-01-02")..ms("2024-01-02 01:00");
    let server = Server::start(move |path| match path {
        _ if path.ends_with("/time") => clock("2024-01-03"),
        _ if hole.contains(&number(path, "startTime")) => klines(&path.replace(
            &format!("startTime={}", number(path, "startTime")),
            &format!("startTime={}", hole.end),
        )),
        _ => klines(path),
    });
    let project = Project::new();
    project.done(&ingest(&server.url(), &["--to", "2024-01-02", "--strict"]));
    let before = project.tree("data");
    insta::assert_snapshot!(project.refusal(&ingest(&server.url(), &["--strict"])), @r"
    error: the bars of `BTCUSDT` are refused: gap (12); the first at `2024-01-02 00:00`
    hint: stored without `strict`, `edgewalk data audit --symbol BTCUSDT` shows more
    exit code 2
    ");
    assert_eq!(project.tree("data"), before);
    insta::assert_snapshot!(project.run(&ingest(&server.url(), &[])), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m      276    276     0       0         0     0
     WARN `BTCUSDT`: gap (12); `edgewalk data audit` tells where
    ");
}

#[test]
fn the_config_alone_can_say_what_to_download() {
    let server = binance("2024-01-01 02:00");
    let project = Project::new();
    let text = format!(
        "data: {{source: binance, symbols: [BTCUSDT, ETHUSDT], from: 2024-01-01, base_url: \"{}\"}}",
        server.url()
    );
    project.put("config.yml", text);
    insta::assert_snapshot!(project.done(&["ingest"]), @r"
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    BTCUSDT         5m       24     24     0       0         0     0
    symbol   timeframe  fetched  added  same  filled  replaced  kept
    ETHUSDT         5m       24     24     0       0         0     0
    ");
}

#[test]
fn the_last_bars_of_kraken_come_without_the_one_that_is_open() {
    let bar = |time: &str| {
        let seconds = ms(time) / 1000;
        format!(r#"[{seconds},"30306.1","30306.4","30305.7","30305.9","30306.2","3.39",23]"#)
    };
    let bars = ["2024-01-03 00:00", "2024-01-03 00:05", "2024-01-03 00:10"].map(bar).join(",");
    let answer = format!(r#"{{"error":[],"result":{{"XXBTZUSD":[{bars}],"last":1}}}}"#);
    let unknown = Reply::ok(r#"{"error":["EQuery:Unknown asset pair"]}"#);
    let server = Server::script([Reply::ok(answer.clone()), Reply::ok(answer), unknown]);
    let project = Project::new();
    let url = server.url();
    let args = ["ingest", "kraken", "--base-url", &url, "--symbol", "BTCUSD"];
    insta::assert_snapshot!(project.run(&args), @r"
    symbol  timeframe  fetched  added  same  filled  replaced  kept
    BTCUSD         5m        2      2     0       0         0     0
     WARN `BTCUSD`: repeated bar (1); `edgewalk data audit` tells where
    ");
    insta::assert_snapshot!(project.done(&args), @r"
    symbol  timeframe  fetched  added  same  filled  replaced  kept
    BTCUSD         5m        2      0     2       0         0     0
    ");
    insta::assert_snapshot!(project.done(&["data", "export", "--symbol", "BTCUSD"]), @r"
    ts,open,high,low,close,volume,count,vwap
    2024-01-03T00:00:00Z,30306.1,30306.4,30305.7,30305.9,3.39,23,30306.2
    2024-01-03T00:05:00Z,30306.1,30306.4,30305.7,30305.9,3.39,23,30306.2
    ");
    insta::assert_snapshot!(project.refusal(&args), @r"
    error: Kraken does not know `BTCUSD`: EQuery:Unknown asset pair
    hint: it was asked for `XBTUSD`; all pairs: https://api.kraken.com/0/public/AssetPairs
    exit code 2
    ");
    assert!(server.asked()[0].starts_with("/0/public/OHLC?pair=XBTUSD&interval=5&since="));
}
