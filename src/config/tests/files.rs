use super::super::{Config, Loaded, setting::*};
use super::{n_set, read};
use crate::failure::{Failure, Mender};

#[test]
fn the_committed_file_is_the_one_that_init_writes() {
    let committed = include_str!("../../../config.yml");
    let advice = "run `edgewalk config init --force` in the repository's root";
    assert!(committed == Config::commented(), "config.yml is out of date: {advice}");
}

#[test]
fn the_commented_file_sets_every_key_to_its_default() {
    let text = Config::commented();
    assert_eq!(read(&text), Ok(Config::default()));
    assert_eq!(n_set(&text), leaves().len() - 6, "all but the six empty maps of free keys");
}

#[test]
fn every_key_is_explained_and_no_line_is_wide() {
    let mut items = Vec::new();
    Config::default().list(&Spot::root(), &mut items);
    for item in &items {
        assert!(item.help.iter().any(|line| line.len() > 3), "`{}` has no comment", item.path);
    }
    for line in Config::commented().lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn an_empty_file_and_no_file_are_the_defaults() {
    for text in ["", "\n# nothing\n", "---\n", "data:\nlabels: null\n", "{}"] {
        assert_eq!(read(text), Ok(Config::default()), "{text:?}");
    }
    let empty = tempfile::NamedTempFile::new().unwrap();
    let path = empty.path().to_owned();
    let loaded = Loaded::load(Some(&path), &[]).unwrap();
    assert_eq!((loaded.config, loaded.n_set, loaded.file), (Config::default(), 0, Some(path)));
}

#[test]
fn the_effective_configuration_reads_back_as_itself() {
    let text = r##"
seed: 18446744073709551615
data:
  symbols: [NO, "1", brk.b]
  timeframe: 60m
  files: ["a b.csv", 'it''s #1.csv', C:\x.csv]
  from: "2024-01-01 00:05"
  calendar: nyse
  base_url: http://localhost:8080/
  csv: {columns: {ts: "Open Time", my_col: "null"}, time_format: "%d.%m.%Y", delimiter: tab,
        timezone: America/New_York}
features:
  set: []
  expressions:
    z: "a \"quoted\" # text"
    b: |
      ema(close, 12)
      / close
walkforward: {calibrate_fraction: 1.5e-1, step_weeks: 1_0}
backtest: {funding_bps_per_8h: -0.0, cash: 1e7}
"##;
    let config = read(text).unwrap();
    let shown = config.to_yaml();
    assert_eq!(read(&shown), Ok(config));
    assert_eq!(read(&shown).unwrap().to_yaml(), shown);
    for line in [
        "symbols: [\"NO\", \"1\", BRK.B]",
        "timeframe: 1h",
        "from: \"2024-01-01 00:05\"",
        "calendar: NYSE",
        "base_url: \"http://localhost:8080\"",
        "step_weeks: 10",
        "funding_bps_per_8h: 0",
        "cash: 10000000",
    ] {
        assert!(shown.contains(&format!("  {line}\n")), "{line}\n{shown}");
    }
}

#[test]
fn the_order_of_expressions_makes_no_difference() {
    let one = read("features: {expressions: {a: close, b: open}}").unwrap();
    let other = read("features:\n  expressions:\n    b: 'open'\n    a: close").unwrap();
    assert_eq!(one, other);
    assert_eq!(one.to_yaml(), other.to_yaml());
    let names: Vec<&str> = other.features.expressions.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn an_expression_knows_where_it_was_written() {
    let text =
        "features:\n  expressions:\n    a: ema(close)\n    b: \"ema(é, x)\"\n    c: |\n      x\n";
    let config = read(text).unwrap();
    let places: Vec<String> =
        config.features.expressions.iter().map(|e| e.place_of(4).to_string()).collect();
    assert_eq!(places[..2], ["config.yml:3:12", "config.yml:4:13"]);
    let c = config.features.expressions.iter().last().unwrap();
    assert_eq!((c.line, c.place_of(4)), (6, c.place_of(0)), "a block has no single line");
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert_eq!(read("\u{feff}seed: 8").unwrap().seed, 8);
}

#[test]
fn a_missing_file_is_a_fault_that_names_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nope.yml");
    let failure: Failure = Config::load(Some(&path), &[]).unwrap_err().into();
    assert_eq!(failure.mender, Mender::User);
    assert_eq!(failure.message, format!("there is no config file `{}`", path.display()));
    assert!(failure.hint.unwrap().starts_with("`edgewalk config init "));
    let failure: Failure = Config::load(Some(folder.path()), &[]).unwrap_err().into();
    assert!(failure.message.starts_with("cannot read `"), "{}", failure.message);
}

fn leaves() -> Vec<Item> {
    let mut items = Vec::new();
    Config::default().list(&Spot::root(), &mut items);
    items.retain(|item| item.shown.is_some());
    items
}
