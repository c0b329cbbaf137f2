//! Bars that are not in the store, or no longer what they were.

use crate::project::{Project, rising};

const READERS: [&str; 6] =
    ["features", "features check", "labels", "folds", "data export", "data audit"];

fn words(command: &str) -> Vec<&str> {
    command.split(' ').collect()
}

#[test]
fn bars_that_are_missing_are_asked_for_with_the_command_that_brings_them() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["features"]), @r"
    error: no `SYNTH` `5m` bars in `data/bars`: nothing is stored there yet
    hint: `edgewalk ingest` brings in what the config names; files: `edgewalk ingest csv FILES --symbol SYNTH --timeframe 5m`
    exit code 2
    ");
    for command in READERS {
        let run = project.run(&words(command));
        assert_eq!(run.code, 2, "{command}: {run}");
        assert!(run.stderr.contains("hint: "), "{command}: {run}");
    }
    project.put("a.csv", rising(30));
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    insta::assert_snapshot!(project.refusal(&["labels", "--symbol", "ETHUSDT"]), @r"
    error: no `ETHUSDT` `5m` bars in `data/bars`: there are `UP` `5m`
    hint: `edgewalk ingest` brings in what the config names; files: `edgewalk ingest csv FILES --symbol ETHUSDT --timeframe 5m`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["data", "audit", "--symbol", "ETHUSDT"]), @r"
    error: no `ETHUSDT` bars in `data/bars`: there are `UP` `5m`
    hint: `edgewalk ingest` brings in what the config names; files: `edgewalk ingest csv FILES --symbol ETHUSDT`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["data", "resample", "--timeframe", "1h", "--to", "1d"]), @r"
    error: no `1h` bars in `data/bars`: there are `UP` `5m`
    hint: `edgewalk ingest` brings in what the config names; files: `edgewalk ingest csv FILES --timeframe 1h`
    exit code 2
    ");
}

#[test]
fn nothing_stored_is_no_fault() {
    insta::assert_snapshot!(Project::new().run(&["data", "list"]), @r"
     INFO nothing is stored yet; `edgewalk ingest` brings bars in
    ");
}

#[test]
fn a_stored_file_that_was_damaged_is_the_worlds_fault_whoever_reads_it() {
    let project = Project::with_market(300);
    let path = "data/bars/SYNTH/5m.parquet";
    let whole = project.bytes(path);
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    project.put(path, &flipped);
    insta::assert_snapshot!(project.refusal(&["features"]), @r"
    error: `data/bars/SYNTH/5m.parquet` is corrupt: its bytes are not those that were written
    hint: delete it and make it anew
    exit code 3
    ");
    for command in READERS {
        let run = project.run(&words(command));
        assert_eq!(run.code, 3, "{command}: {run}");
    }
    for damage in [&whole[..whole.len() - 1], &whole[..9], b"", b"junk", &whole[1..]] {
        project.put(path, damage);
        let run = project.run(&["labels"]);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stderr.contains("5m.parquet` is corrupt: "), "{run}");
    }
    project.done(&["ingest", "--set", "synthetic.bars=300"]);
    assert_eq!(project.bytes(path), whole, "made anew, as the hint says");
}

#[test]
fn what_is_whole_is_listed_beside_what_is_not() {
    let project = Project::with_market(300);
    project.put("data/bars/AAA/5m.parquet", "junk");
    insta::assert_snapshot!(project.run(&["data", "list"]), @r"
    symbol  timeframe  bars              from                to  market  made of   fingerprint
    SYNTH          5m   300  2022-01-03 00:00  2022-01-04 00:55       –        –  56a495c94cfe
    error: `data/bars/AAA/5m.parquet` is corrupt: it is cut off, or no Parquet file at all
    hint: delete it and make it anew
    exit code 3
    ");
}

#[test]
fn a_file_under_the_name_of_another_is_noticed() {
    let project = Project::with_market(300);
    project.put("data/bars/OTHER/5m.parquet", project.bytes("data/bars/SYNTH/5m.parquet"));
    insta::assert_snapshot!(project.refusal(&["labels", "--symbol", "OTHER"]), @r"
    error: `data/bars/OTHER/5m.parquet` is corrupt: it holds `SYNTH 5m`
    hint: delete it and make it anew
    exit code 3
    ");
}

#[test]
fn what_only_reads_works_where_nothing_can_be_written() {
    let project = Project::with_market(9_000);
    let own = ["--set", "features.set=[core]"];
    let folds = [&["folds", "--train-weeks", "2", "--test-weeks", "1"][..], &own].concat();
    let features = [&["features"][..], &own].concat();
    let expected = [project.done(&folds), project.done(&features)];
    // A file where a folder is needed keeps even an administrator from writing.
    let bare = Project::with_market(9_000);
    bare.put("data/features", "in the way");
    for (args, expected) in [folds, features].iter().zip(expected) {
        let run = bare.run(args);
        assert_eq!((run.code, &run.stdout), (0, &expected), "{run}");
        assert!(run.stderr.contains("the table is not kept, and made anew each time"), "{run}");
        assert!(!run.stderr.contains("wrote"), "{run}");
    }
}
