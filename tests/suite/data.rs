//! `edgewalk data`: list, audit, resample, export.

use std::io::{BufRead, BufReader, Read};

use crate::project::{Project, rising, rising_from};

fn stored(text: &str) -> Project {
    let project = Project::new();
    project.put("a.csv", text);
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    project
}

fn with_gap() -> String {
    format!("{}{}", rising(30), rising_from(40, 30).split_once('\n').unwrap().1)
}

#[test]
fn what_is_stored_is_listed_with_the_fingerprint_of_its_content() {
    let project = stored(&rising(300));
    project.done(&["data", "resample", "--symbol", "UP", "--to", "1h"]);
    insta::assert_snapshot!(project.done(&["data", "list"]), @r"
    symbol  timeframe  bars              from                to  market  made of   fingerprint
    UP             5m   300  2024-01-01 00:00  2024-01-02 00:55       –        –  ad2248283fc6
    UP             1h    25  2024-01-01 00:00  2024-01-02 00:00       –       5m  0d7c05d49108
    ");
}

#[test]
fn the_audit_tells_where_and_refuses_only_when_it_is_to() {
    let project = stored(&with_gap());
    insta::assert_snapshot!(project.run(&["data", "audit"]), @r"
    UP 5m: 60 bars, 2024-01-01 00:00 to 2024-01-01 05:45 UTC, calendar 24/7
    largest move of the close: +8.5 % at 2024-01-01 03:20

    severity  finding  bars  places  first places
    notice    gap        10       1  2024-01-01 02:30 to 2024-01-01 03:15, 10 bars

    gap: compare with another source; labels across long gaps are left out
    ");
    let strict = project.run(&["data", "audit", "--strict"]);
    assert_eq!(strict.code, 2);
    insta::assert_snapshot!(strict.stderr, @r"
    error: the bars of `UP` are refused: gap (10); the first at `2024-01-01 02:30`
    hint: compare with another source; labels across long gaps are left out
    ");
    let json = project.done(&["data", "audit", "--json"]);
    let audits: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(audits[0]["name"], "UP");
    assert_eq!(audits[0]["findings"][0]["kind"], "gap");
    assert_eq!(audits[0]["findings"][0]["places"][0]["from"], "2024-01-01T02:30:00Z");
}

#[test]
fn files_are_audited_without_being_stored() {
    let project = Project::new();
    let (header, rows) =
        rising(12).split_once('\n').map(|(h, r)| (h.to_owned(), r.to_owned())).unwrap();
    let upside_down = rows.replace(",106.5,104.5,", ",104.5,106.5,");
    project.put("bad.csv", format!("{header}\n{upside_down}{rows}"));
    let run = project.run(&["data", "audit", "bad.csv", "--symbol", "UP", "--timeframe", "5m"]);
    insta::assert_snapshot!(run, @r"
    UP 5m: 24 bars, 2024-01-01 00:00 to 2024-01-01 00:55 UTC, calendar 24/7
    largest move of the close: +1.0 % at 2024-01-01 00:05

    severity  finding                bars  places  first places
    fault     unsorted                  1       1  2024-01-01 00:00: comes after 2024-01-01 00:55
    fault     disagreeing duplicate     1       1  2024-01-01 00:25: high 104.5 and 106.5
    fault     identical duplicate      11      11  2024-01-01 00:00
                                                   2024-01-01 00:05
                                                   2024-01-01 00:10
                                                   and 8 more
    fault     high below low            1       1  2024-01-01 00:25: low 106.5, high 104.5

    unsorted: `ingest` with `--sort` puts them in order; is it two files in one?
    disagreeing duplicate: two sources differ: find out which is right, keep that one
    identical duplicate: `ingest` with `--dedup` drops the second copy of each bar
    high below low: check the order of the columns; else drop these bars
    error: the bars of `UP` are refused: unsorted (1), disagreeing duplicate (1), identical duplicate (11), high below low (1); the first at `2024-01-01 00:00`
    hint: `ingest` with `--sort` puts them in order; is it two files in one?
    exit code 2
    ");
    assert_eq!(project.files("data"), [""; 0]);
    insta::assert_snapshot!(project.refusal(&["data", "audit", "none.csv", "--symbol", "X"]), @r"
    error: cannot read `none.csv`: No such file or directory (os error 2)
    exit code 2
    ");
}

#[test]
fn files_are_audited_as_they_are_ingested() {
    let project = Project::new();
    project.put("odd.csv", rising(12).replace("date,", "when,"));
    let odd = ["data", "audit", "odd.csv", "--symbol", "UP", "--column", "date=when"];
    assert!(project.done(&odd).ends_with("nothing found\n"));
    insta::assert_snapshot!(project.refusal(&["data", "audit", "--column", "date=when"]), @r"
    error: `--column` is about files, and none is named
    hint: name the files to read, or leave `--column` away
    exit code 2
    ");
}

#[test]
fn hours_are_made_of_whole_twelves_of_five_minutes() {
    let project = stored(&with_gap());
    let resample = ["data", "resample", "--symbol", "UP", "--to", "1h"];
    insta::assert_snapshot!(project.done(&resample), @r"
    symbol  timeframe  from bars  made  added  replaced  removed  incomplete  left out at the ends  after hours
    UP             1h         60     5      5         0        0           2                    10            0
    ");
    let export = ["data", "export", "--symbol", "UP", "--timeframe", "1h"];
    insta::assert_snapshot!(project.done(&export), @r"
    ts,open,high,low,close,volume
    2024-01-01T00:00:00Z,100,112.5,99.5,112,91
    2024-01-01T01:00:00Z,112,124.5,111.5,124,95
    2024-01-01T02:00:00Z,124,130.5,123.5,130,49
    2024-01-01T03:00:00Z,140,148.5,139.5,148,66
    2024-01-01T04:00:00Z,148,160.5,147.5,160,93
    ");
    let before = project.tree("data");
    project.done(&resample);
    assert_eq!(project.tree("data"), before, "twice is once");
    insta::assert_snapshot!(project.refusal(&["data", "resample", "--to", "7m"]), @r"
    error: `5m` bars do not fill whole `7m` bars
    hint: `--to` is to be a multiple of `5m`, such as 15m, 30m, 1h, 4h
    exit code 2
    ");
}

#[test]
fn longer_bars_follow_the_shorter_ones_they_are_made_of() {
    let project = stored(&with_gap());
    let resample = ["data", "resample", "--symbol", "UP", "--to", "1h"];
    project.done(&resample);
    project.put("whole.csv", rising(70));
    project.done(&["ingest", "csv", "whole.csv", "--symbol", "UP"]);
    insta::assert_snapshot!(project.done(&resample), @r"
    symbol  timeframe  from bars  made  added  replaced  removed  incomplete  left out at the ends  after hours
    UP             1h         70     5      0         2        0           0                    10            0
    ");
    let fresh = stored(&rising(70));
    fresh.done(&resample);
    assert_eq!(project.bytes("data/bars/UP/1h.parquet"), fresh.bytes("data/bars/UP/1h.parquet"));
    // Hours that were brought in are not ours to replace.
    project.put("hours.csv", "date,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n");
    project.done(&["ingest", "csv", "hours.csv", "--symbol", "UP", "--timeframe", "1h"]);
    project.put("more.csv", rising(70).replace(",5\n", ",9\n"));
    project.done(&["ingest", "csv", "more.csv", "--symbol", "UP", "--prefer", "new"]);
    assert!(project.refusal(&resample).contains("`--prefer new` takes the new bars"));
    project.done(&[&resample[..], &["--prefer", "new"]].concat());
}

#[test]
fn an_export_keeps_to_the_range_of_the_config_and_knows_its_format_in_any_case() {
    let project = stored(&rising(600));
    let day = ["--set", "data.from=2024-01-02", "--set", "data.to=2024-01-03"];
    let export = [&["data", "export", "--symbol", "UP"][..], &day].concat();
    assert_eq!(project.done(&export).lines().count(), 1 + 288);
    project.done(&[&export[..], &["-o", "x.PARQUET"]].concat());
    assert!(project.bytes("x.PARQUET").starts_with(b"PAR1"));
}

#[test]
fn what_is_exported_and_brought_in_again_has_the_same_fingerprint() {
    let project = Project::with_market(3000);
    let fingerprint = |line: &str| line.split_whitespace().last().unwrap().to_owned();
    let listed = |args: &[&str]| fingerprint(project.done(args).lines().nth(1).unwrap());
    let before = listed(&["data", "list"]);
    project.done(&["data", "export", "-o", "out/bars.csv"]);
    project.done(&["data", "export", "-o", "out/bars.parquet"]);
    assert_eq!(project.text("out/bars.csv"), project.done(&["data", "export"]));
    for file in ["out/bars.csv", "out/bars.parquet"] {
        let dir = format!("data.dir={}", file.replace('.', "-"));
        let again = ["ingest", "csv", file, "--symbol", "SYNTH", "--set", &dir];
        project.done(&again);
        assert_eq!(listed(&["data", "list", "--set", &dir]), before, "{file}");
        // And on top of what it came from, it is nothing new.
        project.done(&["ingest", "csv", file, "--symbol", "SYNTH"]);
    }
    insta::assert_snapshot!(project.done(&["data", "export"]).lines().next().unwrap(), @r"
    ts,open,high,low,close,volume,count,quote_volume,taker_buy_quote_volume,taker_buy_volume
    ");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let project = Project::with_market(20_000);
    let mut child = project.start(&["data", "export"]);
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("ts,open,high,low,close,volume"), "{first}");
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_reader_that_never_came_is_no_failure() {
    let project = Project::with_market(2000);
    let commands = ["--help", "data list", "data audit", "data audit --json", "data export"];
    let more = ["features", "features functions", "features sets", "labels", "config show"];
    for command in commands.into_iter().chain(more) {
        let mut child = project.start(&command.split(' ').collect::<Vec<_>>());
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(0), "{command}: {said}");
        assert!(!said.contains("error") && !said.contains("panicked"), "{command}: {said}");
    }
}

#[test]
fn files_of_one_symbol_are_audited_as_one_series() {
    let project = Project::new();
    project.put("2.csv", rising_from(40, 30));
    project.put("1.csv", rising(30));
    project.put("again.csv", rising(10));
    let audit = ["data", "audit", "2.csv", "1.csv", "again.csv", "--symbol", "UP"];
    let said = project.done(&audit);
    assert!(said.starts_with("UP 5m: 60 bars, 2024-01-01 00:00 to 2024-01-01 05:45 UTC"), "{said}");
    let findings: Vec<&str> = said.lines().filter(|line| line.starts_with("notice")).collect();
    assert_eq!(findings.len(), 1, "{said}");
    assert!(findings[0].contains("2024-01-01 02:30 to 2024-01-01 03:15, 10 bars"), "{said}");
}

#[test]
fn a_corrupt_file_stops_neither_list_nor_audit_of_the_others() {
    let project = Project::new();
    project.put("a.csv", rising(30));
    for symbol in ["AA", "BB", "CC", "DD"] {
        project.done(&["ingest", "csv", "a.csv", "--symbol", symbol]);
    }
    for bad in ["AA", "CC"] {
        let name = format!("data/bars/{bad}/5m.parquet");
        let bytes = project.bytes(&name);
        project.put(&name, &bytes[..bytes.len() / 2]);
    }
    for args in [&["data", "list"][..], &["data", "audit"], &["data", "audit", "--json"]] {
        let run = project.run(args);
        assert_eq!(run.code, 3, "{run}");
        let names = if args.contains(&"--json") { "BB" } else { "series" };
        let names = if args.contains(&"list") { "symbol" } else { names };
        assert!(run.stdout.contains(names), "{run}");
        assert!(run.stderr.contains("AA/5m.parquet` is corrupt"), "{run}");
        assert!(run.stderr.contains("CC/5m.parquet` is corrupt"), "{run}");
    }
    let audits: serde_json::Value =
        serde_json::from_str(&project.run(&["data", "audit", "--json"]).stdout).unwrap();
    assert_eq!(audits.as_array().unwrap().len(), 2);
}

#[test]
fn bars_too_few_for_one_longer_bar_are_not_stored_as_none() {
    let project = stored(&rising(600));
    let weeks = ["data", "resample", "--symbol", "UP", "--to", "1w"];
    insta::assert_snapshot!(project.refusal(&weeks), @r"
    error: 600 `5m` bars of `UP` make no whole `1w` bar
    hint: more bars, or a shorter `--to`
    exit code 2
    ");
    assert_eq!(project.files("data"), ["bars/UP/5m.parquet"]);
}
