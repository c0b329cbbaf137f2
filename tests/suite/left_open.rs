//! What files leave open: told, shown by the audit, refused by the strict. And words that are left out.

use crate::project::{Project, rising};

const NEW_YORK: [&str; 4] = ["--symbol", "X", "--time-zone", "America/New_York"];

/// Half hours around the end of summer time, the hour that happens twice there once.
fn autumn() -> String {
    let row = |time: &str| format!("2024-11-03 {time},1,1,1,1,1\n");
    let times = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"];
    "date,open,high,low,close,volume\n".to_owned() + &times.map(row).concat()
}

#[test]
fn an_hour_that_happens_twice_is_named() {
    let project = Project::new();
    project.put("autumn.csv", autumn());
    let run = project.run(&[&["ingest", "csv", "autumn.csv"], &NEW_YORK[..]].concat());
    let said = "ambiguous time: 2024-11-03 05:00 to 2024-11-03 05:30, 2 bars: the clocks went back";
    assert!(run.code == 0 && run.stderr.contains(said), "{run}");
    let told = project.done(&[&["data", "audit", "autumn.csv"], &NEW_YORK[..]].concat());
    assert!(told.contains("ambiguous time") && told.contains("2 taken for the first"), "{told}");
    let strict = [&["ingest", "csv", "autumn.csv", "--strict"], &NEW_YORK[..]].concat();
    let told = project.refusal(&strict);
    assert!(told.contains(said) && told.contains("with times in UTC"), "{told}");
}

#[test]
fn a_file_without_a_last_line_end_is_shown_by_the_audit_and_refused_by_the_strict() {
    let project = Project::new();
    project.put("open.csv", rising(20).trim_end());
    let told = project.done(&["data", "audit", "open.csv", "--symbol", "X"]);
    assert!(told.contains("no end of line") && told.contains("the file ends in `"), "{told}");
    let json = project.done(&["data", "audit", "open.csv", "--symbol", "X", "--json"]);
    assert!(json.contains("\"kind\": \"unended\""), "{json}");
    let told = project.refusal(&["ingest", "csv", "open.csv", "--symbol", "X", "--strict"]);
    assert!(told.contains("no end of line") && told.contains("was the file cut off?"), "{told}");
    assert_eq!(project.files("data"), [""; 0]);
}

#[test]
fn an_audit_sorts_where_it_is_asked_to() {
    let project = Project::new();
    let text = rising(20);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    project.put("down.csv", lines.join("\n") + "\n");
    let audit = ["data", "audit", "down.csv", "--symbol", "X"];
    assert!(project.run(&audit).stdout.contains("unsorted"));
    let told = project.done(&[&audit[..], &["--sort"]].concat());
    assert!(!told.contains("unsorted") && told.contains("20 bars"), "{told}");
    assert!(project.refusal(&["data", "audit", "--sort"]).contains("required"));
}

#[test]
fn a_file_without_the_word_that_says_so_is_told_the_word() {
    let project = Project::new();
    project.put("bars", rising(5));
    let mut told = String::new();
    for args in [&["bars.csv", "--symbol", "X"][..], &["bars"], &["binanse"], &["moon"]] {
        told += &project.refusal(&[&["ingest"], args].concat());
    }
    insta::assert_snapshot!(told, @r"
    error: `bars.csv` is no source to ingest from
    hint: files are read by `edgewalk ingest csv bars.csv --symbol X`
    exit code 2
    error: `bars` is no source to ingest from
    hint: files are read by `edgewalk ingest csv bars`
    exit code 2
    error: `binanse` is no source to ingest from
    hint: did you mean `edgewalk ingest binance`?
    exit code 2
    error: `moon` is no source to ingest from
    hint: `csv FILES…`, `binance`, `kraken` or `synthetic`
    exit code 2
    ");
}

#[test]
fn the_config_is_written_where_the_flag_says() {
    let project = Project::new();
    project.done(&["config", "init", "-c", "other.yml"]);
    assert_eq!(project.files("."), ["other.yml"]);
    assert!(project.refusal(&["config", "init", "-c", "other.yml"]).contains("is there already"));
}
