use super::binance::{NO_HOLE, exchange};
use super::server::Server;
use super::*;
use crate::ingest::feeds::binance::Market;
use crate::ingest::{Downloaded, Exchange, Keeping, Prefer, download};
use crate::market::{Calendar, Timeframe};
use crate::store::Layout;

const NOW: &str = "2024-01-03 00:12";
const FROM: &str = "2023-12-25";
const HOLE: [&str; 2] = ["2023-12-26 10:00", "2023-12-26 12:00"];
/// Nine days and two closed bars.
const ALL: usize = 9 * 288 + 2;

struct Room {
    bench: Bench,
    dir: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        Self { bench: Bench::new(), dir: tempfile::tempdir().unwrap() }
    }

    fn layout(&self) -> Layout {
        Layout::new(self.dir.path())
    }

    fn run(&self, server: &Server, strict: bool) -> Result<Downloaded, Failure> {
        self.run_from(server, FROM, (None, strict))
    }

    fn run_from(
        &self,
        server: &Server,
        from: &str,
        (prefer, strict): (Option<Prefer>, bool),
    ) -> Result<Downloaded, Failure> {
        let (layout, calendar) = (self.layout(), Calendar::Always);
        let keeping = Keeping { layout: &layout, prefer, calendar, strict };
        let request = request(server, "BTCUSDT", from);
        download(Exchange::Binance(Market::Spot), &self.bench.client(), &request, &keeping)
    }

    fn n_stored(&self) -> usize {
        let symbol = "BTCUSDT".parse().unwrap();
        self.layout().read_bars(&symbol, Timeframe::M5).map_or(0, |bars| bars.len())
    }
}

/// Which klines were asked for, from the first to the last time.
fn asked(server: &Server) -> Vec<(Ts, Ts)> {
    let number = |path: &str, name: &str| -> i64 {
        let (_, value) = path.split_once(&format!("{name}=")).unwrap();
        value.split('&').next().unwrap().parse().unwrap()
    };
    let range = |path: &String| {
        (Ts(number(path, "startTime") * 1000), Ts((number(path, "endTime") + 1) * 1000))
    };
    server.asked().iter().filter(|path| path.contains("klines")).map(range).collect()
}

#[test]
fn a_second_run_asks_for_the_holes_and_the_end_alone() {
    let room = Room::new();
    room.run(&exchange(NOW, "2017-08-17", HOLE), false).unwrap();
    assert_eq!(room.n_stored(), ALL - 24);
    let whole = exchange("2024-01-03 01:00", "2017-08-17", NO_HOLE);
    let done = room.run(&whole, false).unwrap();
    assert_eq!((done.counts.added, done.counts.same, done.fetched.bars), (24 + 10, 0, 34));
    assert_eq!(room.n_stored(), ALL + 10);
    let end = (ts("2024-01-03 00:10"), ts("2024-01-03 01:00"));
    assert_eq!(asked(&whole), [(ts(HOLE[0]), ts(HOLE[1])), end]);
    let done = room.run(&whole, false).unwrap();
    assert_eq!((done.counts.added, asked(&whole).len()), (0, 2), "nothing is left to ask for");
}

#[test]
fn a_hole_of_the_exchanges_own_is_asked_for_once_a_run() {
    let room = Room::new();
    let server = exchange(NOW, "2017-08-17", HOLE);
    room.run(&server, false).unwrap();
    let n_asked = asked(&server).len();
    let done = room.run(&server, false).unwrap();
    assert_eq!((done.counts.added, asked(&server).len() - n_asked), (0, 1));
}

#[test]
fn bars_from_before_those_stored_are_fetched_without_those() {
    let room = Room::new();
    let server = exchange(NOW, "2017-08-17", NO_HOLE);
    room.run(&server, false).unwrap();
    let n_asked = asked(&server).len();
    let done = room.run_from(&server, "2023-12-24", (None, false)).unwrap();
    assert_eq!((done.counts.added, done.counts.same), (288, 0));
    assert_eq!(asked(&server)[n_asked..], [(ts("2023-12-24"), ts(FROM))]);
    let done = room.run_from(&server, FROM, (Some(Prefer::New), false)).unwrap();
    assert_eq!(
        (done.counts.added, done.counts.same),
        (0, ALL),
        "who prefers one side compares all"
    );
}

#[test]
fn a_strict_download_stores_nothing_that_the_audit_finds_fault_with() {
    let room = Room::new();
    let failure = room.run(&exchange(NOW, "2017-08-17", HOLE), true).unwrap_err();
    assert_user(&failure, &["the bars of `BTCUSDT` are refused", "gap (24)"]);
    assert_eq!(room.n_stored(), 0);
    room.run(&exchange("2023-12-26 10:00", "2017-08-17", NO_HOLE), false).unwrap();
    let before = room.n_stored();
    // The gap is between what is stored and what comes.
    let failure = room.run(&exchange(NOW, "2017-08-17", HOLE), true).unwrap_err();
    assert_user(&failure, &["gap (24)"]);
    assert_eq!(room.n_stored(), before);
}
