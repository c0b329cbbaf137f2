//! Files that are not what they should be: exit code 2, a sentence, and nothing stored.

use crate::project::{Project, rising};

const HEADER: &str = "date,open,high,low,close,volume\n";

/// What is said of a file of this name and content.
fn said_of(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let project = Project::new();
    project.put(name, bytes);
    let said = project.refusal(&["ingest", "csv", name, "--symbol", "X", "--timeframe", "5m"]);
    assert_eq!(project.files("data"), [""; 0], "nothing is stored of a bad file");
    said
}

#[test]
fn a_file_that_is_not_there() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "none.csv", "--symbol", "X"]), @r"
    error: cannot read `none.csv`: No such file or directory (os error 2)
    exit code 2
    ");
    project.put("folder/a.csv", rising(3));
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "folder", "--symbol", "X"]), @r"
    error: cannot read `folder`: Is a directory (os error 21)
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "csv", "folder/a.csv"]), @r"
    error: `folder/a.csv` does not say whose bars it holds
    hint: `--symbol NAME`, such as `--symbol BTCUSDT`
    exit code 2
    ");
}

#[test]
fn a_file_that_is_cut_off() {
    let whole = rising(40);
    let (cut, _) = whole.split_at(whole.len() - 9);
    insta::assert_snapshot!(said_of("a.csv", cut), @r"
    error: `a.csv`, line 41: has 4 columns, where the header has 6
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
    insta::assert_snapshot!(said_of("a.json", "[[1704067200000, 1, 1, 1"), @r"
    error: `a.json`, line 1: character 24: EOF while parsing a list
    hint: the file looks cut off: download it again
    exit code 2
    ");
    insta::assert_snapshot!(said_of("a.zip", b"PK\x03\x04 and no more"), @r"
    error: `a.zip` is a damaged zip archive: invalid Zip archive: Could not find EOCD
    hint: download it again
    exit code 2
    ");
    let project = Project::with_market(100);
    let bytes = project.bytes("data/bars/SYNTH/5m.parquet");
    insta::assert_snapshot!(said_of("a.parquet", &bytes[..bytes.len() / 2]), @r"
    error: `a.parquet` is cut off: its end is missing
    hint: make or download it again
    exit code 2
    ");
}

#[test]
fn a_file_of_junk() {
    let junk: Vec<u8> = (0..4000_u32).map(|i| ((i * i) >> 3) as u8).collect();
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
}

#[test]
fn a_file_of_other_columns() {
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
    let said = said_of("a.csv", format!("{HEADER}2024-01-01 00:00,1,1,1\n2024-01-01 00:05,1\n"));
    insta::assert_snapshot!(said, @r"
    error: `a.csv`, line 2: has 4 columns, where the header has 6
    exit code 2
    ");
    let project = Project::new();
    project.put("a.csv", rising(3));
    let args = ["ingest", "csv", "a.csv", "--symbol", "X", "--column", "close=last"];
    insta::assert_snapshot!(project.refusal(&args), @r"
    error: `a.csv` has no column `last`
    hint: it has `date`, `open`, `high`, `low`, `close`, `volume`
    exit code 2
    ");
}

#[test]
fn a_file_of_two_units_of_time() {
    let rows = "1735689600000,1,1,1,1,1\n1735689900000000,1,1,1,1,1\n";
    insta::assert_snapshot!(said_of("a.csv", format!("{HEADER}{rows}")), @r"
    error: `a.csv`, line 3, column 1 (`date`): `1735689900000000` is in microseconds, but the file began in milliseconds
    hint: split the file where the unit changes, and ingest both parts
    exit code 2
    ");
    let two = Project::new();
    two.put("ms.csv", format!("{HEADER}1735689600000,1,1,1,1,1\n1735689900000,1,1,1,1,1\n"));
    two.put("us.csv", format!("{HEADER}1735690200000000,1,1,1,1,1\n1735690500000000,1,1,1,1,1\n"));
    let said = two.done(&["ingest", "csv", "ms.csv", "us.csv", "--symbol", "X"]);
    insta::assert_snapshot!(said, @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m     4      4     0       0         0     0  2025-01-01 00:00  2025-01-01 00:15
    ");
}

#[test]
fn a_file_of_times_that_could_mean_two_things() {
    let said = said_of("a.csv", format!("{HEADER}02/01/2024,1,1,1,1,1\n"));
    insta::assert_snapshot!(said, @r"
    error: `a.csv`, line 2, column 1 (`date`): `02/01/2024` could mean day or month first
    hint: say which: `--time-format '%d.%m.%Y %H:%M'` or `--time-format '%m/%d/%Y'`
    exit code 2
    ");
}

#[test]
fn of_several_files_all_are_stored_or_none() {
    let project = Project::new();
    project.put("AAA-5m-2024.csv", rising(20));
    project.put("BBB-5m-2024.csv", rising(20).replace(",104,", ",nan,"));
    let said = project.refusal(&["ingest", "csv", "AAA-5m-2024.csv", "BBB-5m-2024.csv"]);
    insta::assert_snapshot!(said, @r"
    error: `BBB-5m-2024.csv`, line 5, column 5 (`close`): `nan` is not a number
    hint: a bar without a price is no bar: delete the line
    exit code 2
    ");
    assert_eq!(project.files("data"), [""; 0]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let project = Project::new();
    // Rights bind nobody who is root; a file where a folder should be binds all.
    project.put("data", "");
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "synthetic.bars=50"]), @r"
    error: cannot write `data/bars/SYNTH/5m.truth.json`: `data` is a file, not a folder
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["config", "init", "data/config.yml"]), @r"
    error: cannot write `data/config.yml`: `data` is a file, not a folder
    exit code 2
    ");
}
