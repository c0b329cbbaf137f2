//! Bars that are wrong, and the cures there are: nothing is repaired unasked.

use crate::project::{Project, rising, rising_from};

/// [`rising`] of 20 bars with one text in the place of another.
fn changed(from: &str, to: &str) -> String {
    let text = rising(20);
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

fn project(text: &str) -> Project {
    let project = Project::new();
    project.put("a.csv", text);
    project
}

const INGEST: [&str; 7] = ["ingest", "csv", "a.csv", "--symbol", "X", "--timeframe", "5m"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    INGEST.into_iter().chain(more.iter().copied()).collect()
}

fn said_of(text: &str) -> String {
    project(text).refusal(&INGEST)
}

#[test]
fn values_that_no_bar_can_have() {
    insta::assert_snapshot!(said_of(&changed("105,106.5,", "105,0,")), @r"
    error: `a.csv`, `X`: `high` of the bar at `2024-01-01 00:25` is `0`
    hint: correct the file, or leave the bar out
    exit code 2
    ");
    insta::assert_snapshot!(said_of(&changed("105,106.5,", "105,1e999,")), @r"
    error: `a.csv`, line 7, column 3 (`high`): `1e999` is not a number
    exit code 2
    ");
    insta::assert_snapshot!(said_of(&changed("105,106.5,", "105,10 6.5,")), @r"
    error: `a.csv`, line 7, column 3 (`high`): `10 6.5` is not a number
    exit code 2
    ");
}

#[test]
fn times_that_no_bar_can_have() {
    insta::assert_snapshot!(said_of(&changed(" 00:25,", " 00:27,")), @r"
    error: `a.csv`, `X`: the bar at `2024-01-01 00:27` does not open on the `5m` grid
    hint: bars are named by their open in UTC: are the times closes, or local (`--time-zone`)?
    exit code 2
    ");
    insta::assert_snapshot!(said_of(&changed("2024-01-01 00:25,", "2024-13-01 00:25,")), @r"
    error: `a.csv`, line 7, column 1 (`date`): `2024-13-01 00:25` is not a time
    hint: known are epoch numbers and `2024-01-31 23:55`; else give `--time-format`
    exit code 2
    ");
}

#[test]
fn bars_that_are_there_twice() {
    let (_, rows) =
        rising_from(5, 1).split_once('\n').map(|(h, r)| (h.len(), r.to_owned())).unwrap();
    let twice = project(&rising(20).replace(&rows, &rows.repeat(2)));
    insta::assert_snapshot!(twice.refusal(&INGEST), @r"
    error: `a.csv`, `X`: the bar at `2024-01-01 00:25` is there twice
    hint: `--dedup` drops exact repeats
    exit code 2
    ");
    insta::assert_snapshot!(twice.run(&with(&["--dedup"])), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m    21     20     1       0         0     0  2024-01-01 00:00  2024-01-01 01:35
    ");
    let once = project(&rising(20));
    once.done(&INGEST);
    assert_eq!(twice.tree("data"), once.tree("data"));
    let other = rows.replace(",106.5,", ",106.75,");
    let disagree = project(&rising(20).replace(&rows, &format!("{rows}{other}")));
    insta::assert_snapshot!(disagree.refusal(&INGEST), @r"
    error: `a.csv`, `X`: the bar at `2024-01-01 00:25` is there twice, with different values
    hint: which one is right? delete the other
    exit code 2
    ");
    insta::assert_snapshot!(disagree.refusal(&with(&["--dedup"])), @r"
    error: `a.csv`, `X`: the bar at `2024-01-01 00:25` is there twice, with different values, which `--dedup` does not decide
    hint: which one is right? delete the other
    exit code 2
    ");
}

#[test]
fn bars_that_are_out_of_order() {
    let (header, rows) =
        rising(20).split_once('\n').map(|(h, r)| (h.to_owned(), r.to_owned())).unwrap();
    let backwards = rows.lines().rev().map(|line| format!("{line}\n")).collect::<String>();
    let unsorted = project(&format!("{header}\n{backwards}"));
    insta::assert_snapshot!(unsorted.refusal(&INGEST), @r"
    error: `a.csv`, `X`: the bar at `2024-01-01 01:30` comes after the bar at `2024-01-01 01:35`
    hint: `--sort` puts bars in order
    exit code 2
    ");
    insta::assert_snapshot!(unsorted.run(&with(&["--sort"])), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m    20     20     0       0         0     0  2024-01-01 00:00  2024-01-01 01:35
    ");
    let sorted = project(&rising(20));
    sorted.done(&INGEST);
    assert_eq!(unsorted.tree("data"), sorted.tree("data"));
    let both = project(&format!("{header}\n{backwards}{rows}"));
    both.refusal(&with(&["--sort"]));
    both.done(&with(&["--sort", "--dedup"]));
    assert_eq!(both.tree("data"), sorted.tree("data"));
}

#[test]
fn bars_that_disagree_with_stored_ones() {
    let project = project(&rising(20));
    project.done(&INGEST);
    let before = project.tree("data");
    project.put("a.csv", changed("105,106.5,", "105,106.75,"));
    insta::assert_snapshot!(project.refusal(&INGEST), @r"
    error: `X` `5m`: `high` of the bar at `2024-01-01 00:25` is `106.5` in the old bars and `106.75` in the new; it is the only such bar
    hint: `--prefer new` takes the new bars, `--prefer old` keeps the old; bars of another market (spot, futures) want a `--symbol` of their own
    exit code 2
    ");
    assert_eq!(project.tree("data"), before);
    insta::assert_snapshot!(project.run(&with(&["--prefer", "old"])), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m    20      0    19       0         0     1  2024-01-01 00:00  2024-01-01 01:35
    ");
    assert_eq!(project.tree("data"), before);
    insta::assert_snapshot!(project.run(&with(&["--prefer", "new"])), @r"
    symbol  timeframe  read  added  same  filled  replaced  kept              from                to
    X              5m    20      0    19       0         1     0  2024-01-01 00:00  2024-01-01 01:35
    ");
    assert!(project.done(&["data", "export", "--symbol", "X"]).contains(",106.75,"));
    project.done(&INGEST);
    project.put("a.csv", rising(20));
    project.done(&with(&["--prefer", "new"]));
    assert_eq!(project.tree("data"), before, "and back again");
}

#[test]
fn files_that_disagree_with_each_other() {
    let project = project(&rising(20));
    project.put("b.csv", changed("105,106.5,", "105,106.75,"));
    insta::assert_snapshot!(project.refusal(&with(&["b.csv"])), @r"
    error: `X`, an earlier and a later file: `high` of the bar at `2024-01-01 00:25` is `106.5` in the old bars and `106.75` in the new; it is the only such bar
    hint: `--prefer new` takes the new bars, `--prefer old` keeps the old; bars of another market (spot, futures) want a `--symbol` of their own
    exit code 2
    ");
    project.done(&with(&["b.csv", "--prefer", "old"]));
    assert!(project.done(&["data", "export", "--symbol", "X"]).contains(",106.5,"));
}
