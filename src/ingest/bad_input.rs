//! What is said of files that are wrong, and with which exit code.

use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::failure::{exit_code, render};
use crate::market::Timeframe;
use crate::store::{Layout, Table, Values, write_atomic, write_table};
use crate::units::Ts;

const HEADER: &str = "date,open,high,low,close,volume\n";
const KLINE: &str = "1735689600000,10,12,9,11,5,1735689899999,50,3,2,20,0\n";
const NEXT_KLINE: &str = "1735689900000,11,12,9,11,5,1735690199999,50,3,2,20,0\n";

struct Room {
    dir: tempfile::TempDir,
    options: FileOptions,
}

impl Room {
    fn new() -> Self {
        let read = ReadOptions { symbol: Some("X".parse().unwrap()), ..ReadOptions::default() };
        let timeframe = Some(Timeframe::M5);
        let options = FileOptions { read, timeframe, ..FileOptions::default() };
        Self { dir: tempfile::tempdir().unwrap(), options }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        write_atomic(&self.path(name), bytes.as_ref()).unwrap();
        self.path(name)
    }

    fn ingest_to(&self, data: &str, paths: &[PathBuf]) -> Result<Vec<Summary>, String> {
        let ingested = ingest_files(paths, &self.options, &Layout::new(self.path(data)));
        ingested.map_err(|failure| self.shown(failure))
    }

    /// As the user sees it, without the folder of this test.
    fn shown(&self, failure: crate::failure::Failure) -> String {
        let error = anyhow::Error::new(failure);
        let text = format!("{}\nexit code {}", render(&error), exit_code(&error));
        text.replace(&format!("{}/", self.dir.path().display()), "")
    }

    fn refusal(&self, paths: &[PathBuf]) -> String {
        let said = self.ingest_to("data", paths).unwrap_err();
        assert!(!self.path("data/bars/X/5m.parquet").exists(), "nothing is stored of bad files");
        said
    }
}

/// What is said of a file of this name and content.
fn said_of(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let room = Room::new();
    let path = room.put(name, bytes);
    room.refusal(&[path])
}

#[test]
fn truncated_files() {
    insta::assert_snapshot!(said_of("a.csv", format!("{KLINE}1735689900000,11,12,9,1")), @r"
    error: `a.csv`, line 2: has 5 columns, where a Binance kline has 12
    hint: the file looks cut off: download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", format!("{HEADER}2024-01-01,1,1,1")), @r"
    error: `a.csv`, line 2: has 4 columns, where the header has 6
    hint: the file looks cut off: download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.json", "[[1735689600000,10,12,9,11,5],[17356"), @r"
    error: `a.json`, line 1: character 36: EOF while parsing a list
    hint: the file looks cut off: download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", ""), @r"
    error: `a.csv` is empty
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", HEADER), @r"
    error: `a.csv` holds no bars
    exit code 2
    ");
    let room = Room::new();
    let columns = vec![("ts".to_owned(), Values::Ts((0..999).map(Ts).collect()))];
    write_table(&room.path("a.parquet"), &Table::new(columns).unwrap()).unwrap();
    let whole = std::fs::read(room.path("a.parquet")).unwrap();
    insta::assert_snapshot!(said_of("a.parquet", &whole[..whole.len() - 30]), @r"
    error: `a.parquet` is cut off: its end is missing
    hint: make or download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.feather", b"ARROW1\0\0 and no more"), @r"
    error: `a.feather` is cut off: its end is missing
    hint: make or download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.zip", b"PK\x03\x04 and no more"), @r"
    error: `a.zip` is a damaged zip archive: invalid Zip archive: Could not find EOCD
    hint: download it again
    exit code 2
    ");
}

#[test]
fn binary_junk() {
    let junk: Vec<u8> = (0..4000u32).map(|i| ((i * i) >> 3) as u8).collect();
    insta::assert_snapshot!(said_of("a.csv", &junk), @r"
    error: `a.csv` is not text
    hint: is it damaged, or of a format that is not read?
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.parquet", &junk), @r"
    error: `a.parquet` is no Parquet file
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.feather", &junk), @r"
    error: `a.feather` is no feather (Arrow IPC) file
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.json", &junk), @r"
    error: `a.json`, line 1: character 1: expected value
    hint: needed is a list of `[time, open, high, low, close, volume]`, all numbers
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", "Dear reader,\nthis is a letter.\n"), @r"
    error: `a.csv` has no column for `open`, `high`, `low`, `close`, `volume`
    hint: it has `Dear reader`, ``; name them with `--column open=NAME`
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", [0x1f, 0x8b, 8, 0]), @r"
    error: `a.csv` is compressed with gzip
    hint: `gunzip` it first
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", b"\xff\xfed\0a\0t\0e\0"), @r"
    error: `a.csv` is UTF-16 text
    hint: save it as UTF-8
    exit code 2
    ");
}

#[test]
fn wrong_columns() {
    let said = said_of("a.csv", "when,open,high,low,close,volume\n1,1,1,1,1,1\n");
    insta::assert_snapshot!(said, @r"
    error: `a.csv` has no column of times
    hint: it has `when`, `open`, `high`, `low`, `close`, `volume`; name it with `--column time=NAME`
    exit code 2
    ");
    let said = said_of("a.csv", "time,open,high,low,last,amount\n1,1,1,1,1,1\n");
    insta::assert_snapshot!(said, @r"
    error: `a.csv` has no column for `close`, `volume`
    hint: it has `time`, `open`, `high`, `low`, `last`, `amount`; name them with `--column close=NAME`
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", format!("{HEADER}2024-01-01,1,1,1,1\n2024\n")), @r"
    error: `a.csv`, line 2: has 5 columns, where the header has 6
    exit code 2
    ");
    let mut room = Room::new();
    let path = room.put("a.csv", HEADER);
    room.options.read.columns = [("close".to_owned(), "last".to_owned())].into();
    insta::assert_snapshot!(room.refusal(std::slice::from_ref(&path)), @r"
    error: `a.csv` has no column `last`
    hint: it has `date`, `open`, `high`, `low`, `close`, `volume`
    exit code 2
    ");
    room.options.read.format = Some(Format::Binance);
    insta::assert_snapshot!(room.refusal(&[path]), @r"
    error: `a.csv`, line 1: the columns are `date,open,high,low,close,volume`
    hint: a Binance kline file has `open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore`; for others use `--format csv`
    exit code 2
    ");
    room.options.read.format = Some(Format::Parquet);
    insta::assert_snapshot!(room.refusal(&[room.path("a.csv")]), @r"
    error: `a.csv` is no Parquet file
    exit code 2
    ");
}

#[test]
fn mixed_units() {
    let micros = NEXT_KLINE.replacen("00000,", "00000000,", 1);
    insta::assert_snapshot!(said_of("a.csv", format!("{KLINE}{micros}")), @r"
    error: `a.csv`, line 2, column 1 (`open_time`): `1735689900000000` is in microseconds, but the file began in milliseconds
    hint: split the file where the unit changes, and ingest both parts
    exit code 2
    ");
    let said = said_of("a.csv", format!("{HEADER}1735689600,1,1,1,1,1\n1735689900000,1,1,1,1,1\n"));
    insta::assert_snapshot!(said, @r"
    error: `a.csv`, line 3, column 1 (`date`): `1735689900000` is in milliseconds, but the file began in seconds
    hint: split the file where the unit changes, and ingest both parts
    exit code 2
    ");
}

#[test]
fn bad_values() {
    insta::assert_snapshot!(said_of("a.csv", KLINE.replace(",12,", ",NaN,")), @r"
    error: `a.csv`, line 1, column 3 (`high`): `NaN` is not a number
    hint: a bar without a price is no bar: delete the line
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", KLINE.replace(",12,", ",-12,")), @r"
    error: `a.csv`, `X`: `high` of the bar at `2025-01-01 00:00` is `-12`
    hint: correct the file, or leave the bar out
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", KLINE.replace(",12,", ",8,")), @r"
    error: `a.csv`, `X`: the bar at `2025-01-01 00:00` has its high below its low, and a price outside of low..high
    hint: are the columns what they are called?
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", format!("{HEADER}2024-01-01,1,1,,1,1\n")), @r"
    error: `a.csv`, line 2, column 4 (`low`): is empty, where a number is needed
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.csv", format!("{HEADER}02/01/2024,1,1,1,1,1\n")), @r"
    error: `a.csv`, line 2, column 1 (`date`): `02/01/2024` could mean day or month first
    hint: say which: `--time-format '%d/%m/%Y'` or `--time-format '%m/%d/%Y'`
    exit code 2
    ");
    let said =
        said_of("a.csv", format!("{}2024-01-01;1,5;1,5;1,5;1,5;1\n", HEADER.replace(',', ";")));
    insta::assert_snapshot!(said, @r"
    error: `a.csv`, line 2, column 2 (`open`): `1,5` is not a number
    hint: write decimals with a point
    exit code 2
    ");
    let room = Room::new();
    let number = |name: &str, v: f64| (name.to_owned(), Values::F64(vec![v]));
    let mut columns = vec![("ts".to_owned(), Values::Ts(vec![Ts(0)]))];
    columns.extend(["open", "high", "low", "close"].map(|name| number(name, 1.0)));
    columns.push(number("volume", f64::NAN));
    write_table(&room.path("a.parquet"), &Table::new(columns).unwrap()).unwrap();
    insta::assert_snapshot!(room.refusal(&[room.path("a.parquet")]), @r"
    error: `a.parquet`, `X`: `volume` of the bar at `1970-01-01 00:00` is `NaN`
    hint: a bar without a price is no bar: leave it out of the file
    exit code 2
    ");
}

#[test]
fn bars_out_of_place() {
    let late = NEXT_KLINE.replacen("900000,", "999000,", 1);
    insta::assert_snapshot!(said_of("a.csv", format!("{KLINE}{NEXT_KLINE}{late}")), @r"
    error: `a.csv`, `X`: the bars are `99s` apart, not `5m`
    hint: `--timeframe 99s`, or leave it away; to make longer bars of them use `edgewalk data resample`
    exit code 2
    ");
    let mut room = Room::new();
    let path = room.put("a.csv", format!("{KLINE}{NEXT_KLINE}"));
    room.options.timeframe = Some(Timeframe::H1);
    insta::assert_snapshot!(room.refusal(std::slice::from_ref(&path)), @r"
    error: `a.csv`, `X`: the bars are `5m` apart, not `1h`
    hint: `--timeframe 5m`, or leave it away; to make longer bars of them use `edgewalk data resample`
    exit code 2
    ");
    room.options.timeframe = None;
    room.put("a.csv", KLINE);
    insta::assert_snapshot!(room.refusal(&[path]), @r"
    error: the timeframe of `X` cannot be told from its bars
    hint: `--timeframe 5m`, or what it is
    exit code 2
    ");
}

#[test]
fn files_and_folders_that_are_not_what_they_should_be() {
    let room = Room::new();
    insta::assert_snapshot!(room.refusal(&[room.path("none.csv")]), @r"
    error: cannot read `none.csv`: No such file or directory (os error 2)
    exit code 2
    ");
    insta::assert_snapshot!(room.refusal(&[]), @r"
    error: there are no files to ingest
    exit code 2
    ");
    room.put("folder/a.csv", KLINE);
    insta::assert_snapshot!(room.refusal(&[room.path("folder")]), @r"
    error: cannot read `folder`: Is a directory (os error 21)
    exit code 2
    ");
    // Rights bind nobody who is root; a file where a folder should be binds all.
    room.put("occupied", "");
    let said = room.ingest_to("occupied", &[room.path("folder/a.csv")]).unwrap_err();
    insta::assert_snapshot!(said, @r"
    error: cannot write `occupied/bars`: `occupied` is a file, not a folder
    exit code 2
    ");
    let mut nameless = Room::new();
    nameless.options.read.symbol = None;
    let path = nameless.put("bars.csv", KLINE);
    insta::assert_snapshot!(nameless.refusal(&[path]), @r"
    error: `bars.csv` does not say whose bars it holds
    hint: `--symbol NAME`, such as `--symbol BTCUSDT`
    exit code 2
    ");
}

#[test]
fn a_damaged_store_is_the_worlds_fault() {
    let room = Room::new();
    let a = room.put("a.csv", KLINE);
    room.ingest_to("data", std::slice::from_ref(&a)).unwrap();
    let stored = room.path("data/bars/X/5m.parquet");
    let mut bytes = std::fs::read(&stored).unwrap();
    bytes[40] ^= 1;
    write_atomic(&stored, &bytes).unwrap();
    insta::assert_snapshot!(room.ingest_to("data", &[a]).unwrap_err(), @r"
    error: `data/bars/X/5m.parquet` is corrupt: its bytes are not those that were written
    hint: delete it and make it anew
    exit code 3
    ");
}

#[test]
fn a_read_only_folder_is_told_where_rights_bind() {
    let room = Room::new();
    let a = room.put("a.csv", KLINE);
    let folder = room.path("sealed");
    std::fs::create_dir(&folder).unwrap();
    let mut rights = std::fs::metadata(&folder).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&folder, rights).unwrap();
    if write_atomic(&folder.join("probe"), b"").is_ok() {
        // Not by a macro, whose words nobody sees of a test that passes.
        let _ = writeln!(std::io::stderr(), "skipped: rights do not bind this user");
        return;
    }
    let told = room.ingest_to("sealed", &[a]).unwrap_err().to_string();
    assert!(told.contains("sealed") && told.contains("ermission denied"), "{told}");
}
