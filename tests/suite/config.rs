//! `edgewalk config`, and what every command says of a configuration that is wrong.

use crate::project::Project;

const FAULTY: &str = "sede: 1
data:
  timefarme: 5m
  source: bianance
labels:
  horizons: [0]
  horizn: 3
walkforward.train_weeks: 3
";

#[test]
fn all_faults_of_a_file_come_in_one_report_with_place_and_nearest_spelling() {
    let project = Project::new();
    project.put("config.yml", FAULTY);
    let said = project.refusal(&["config", "check"]);
    insta::assert_snapshot!(said, @r#"
    error: 6 faults in the configuration
    config.yml:1:1 · sede: unknown key
    hint: did you mean `seed`?
    config.yml:3:3 · data.timefarme: unknown key
    hint: did you mean `timeframe`?
    config.yml:4:11 · data.source: expected synthetic, csv, binance, kraken or store, found "bianance"
    hint: did you mean `binance`?
    config.yml:6:14 · labels.horizons: expected a whole number of bars from 1 to 10,000, found 0
    config.yml:7:3 · labels.horizn: unknown key
    hint: did you mean `horizons`?
    config.yml:8:1 · walkforward.train_weeks: unknown key
    hint: write `train_weeks` below `walkforward:`
    exit code 2
    "#);
    let commands = ["ingest", "features", "labels", "folds", "data list", "config show"];
    for command in commands {
        let args: Vec<&str> = command.split(' ').collect();
        assert_eq!(project.refusal(&args), said, "{command}");
    }
    assert_eq!(project.files(""), ["config.yml"], "nothing is done by half");
}

#[test]
fn one_fault_is_one_sentence_with_its_hint() {
    let project = Project::new();
    project.put("mine.yml", "data: {timefarme: 1h}");
    insta::assert_snapshot!(project.refusal(&["-c", "mine.yml", "ingest"]), @r"
    error: mine.yml:1:8 · data.timefarme: unknown key
    hint: did you mean `timeframe`?
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "synthetic.bras=9"]), @r"
    error: --set synthetic.bras=9 · synthetic.bras: unknown key
    hint: did you mean `bars`?
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["ingest", "--set", "synthetic.bars"]), @r"
    error: --set synthetic.bars: expected KEY=VALUE
    hint: for example `--set walkforward.train_weeks=26`
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["folds", "--train-weeks", "0"]), @r"
    error: --train-weeks 0 · walkforward.train_weeks: expected a whole number of weeks from 1 to 2000, found 0
    exit code 2
    ");
    for command in ["folds", "walkforward"] {
        let told = project.refusal(&[command, "--train-weeks", "-3"]);
        assert!(
            told.contains("expected a whole number of weeks from 1 to 2000, found -3"),
            "{told}"
        );
    }
    let faulty = ["config", "check", "--set", "seed=x", "--set", "synthetic.bars=x"];
    insta::assert_snapshot!(project.refusal(&faulty), @r#"
    error: 2 faults in the configuration
    --set seed=x · seed: expected a whole number, found "x"
    --set synthetic.bars=x · synthetic.bars: expected a whole number of bars from 2 to 100,000,000, found "x"
    exit code 2
    "#);
}

#[test]
fn a_file_that_is_not_there_is_no_reason_for_defaults() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["--config", "none.yml", "ingest"]), @r"
    error: there is no config file `none.yml`
    hint: `edgewalk config init none.yml` writes one with every key explained
    exit code 2
    ");
    project.put("folder/x", "");
    insta::assert_snapshot!(project.refusal(&["--config", "folder", "ingest"]), @r"
    error: cannot read `folder`: Is a directory (os error 21)
    exit code 2
    ");
    project.put("junk.yml", b"\xff\xfe\x00junk");
    insta::assert_snapshot!(project.refusal(&["--config", "junk.yml", "ingest"]), @r"
    error: junk.yml:1:1: this is not text: a byte that UTF-8 does not know
    exit code 2
    ");
    project.put("cut.yml", "data: [1, 2");
    insta::assert_snapshot!(project.refusal(&["--config", "cut.yml", "ingest"]), @r"
    error: cut.yml:1:7: not valid YAML: unclosed bracket '['
    exit code 2
    ");
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_is_not_written_over() {
    let project = Project::new();
    let defaults = project.done(&["config", "show"]);
    insta::assert_snapshot!(project.done(&["config", "check"]), @"ok: built-in defaults, 0 keys set");
    insta::assert_snapshot!(project.done(&["config", "init"]), @"wrote `config.yml`");
    assert_eq!(project.text("config.yml"), include_str!("../../config.yml"));
    assert_eq!(project.done(&["config", "show"]), defaults);
    project.put("config.yml", "seed: 8\n");
    insta::assert_snapshot!(project.refusal(&["config", "init"]), @r"
    error: `config.yml` is there already
    hint: `--force` replaces it
    exit code 2
    ");
    assert_eq!(project.text("config.yml"), "seed: 8\n");
    project.done(&["config", "init", "--force"]);
    assert_eq!(project.text("config.yml"), include_str!("../../config.yml"));
}

#[test]
fn what_show_prints_is_a_file_of_the_same_configuration() {
    let project = Project::new();
    let set = ["--set", "labels.horizons=[2,5]", "--set", "data.timeframe=1h"];
    let args: Vec<&str> = ["config", "show"].into_iter().chain(set).collect();
    let shown = project.done(&args);
    assert!(shown.contains("horizons: [2, 5]") && shown.contains("timeframe: 1h"), "{shown}");
    project.put("config.yml", &shown);
    assert_eq!(project.done(&["config", "show"]), shown);
    let said = project.done(&["config", "check", "--set", "seed=9"]);
    insta::assert_snapshot!(said, @"ok: `config.yml`, 193 keys set");
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let project = Project::new();
    project.put("config.yml", "seed: 8\ndata: {symbols: [FILE]}\nsynthetic: {bars: 30}\n");
    project.done(&["ingest", "--set", "synthetic.bars=20"]);
    insta::assert_snapshot!(project.done(&["data", "list"]), @r"
    symbol  timeframe  bars              from                to  market  made of   fingerprint
    FILE           5m    20  2022-01-03 00:00  2022-01-03 01:35       –        –  6bce7dea6536
    ");
    assert_eq!(project.run(&["-c", "config.yml", "-q", "data", "list"]).stderr, "");
}

#[test]
fn weekly_bars_are_no_fault_though_the_usual_windows_do_not_fit_them() {
    let project = Project::new();
    let weekly = ["config", "check", "--set", "data.timeframe=1w", "--set", "data.source=store"];
    let run = project.run(&weekly);
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stdout.starts_with("ok: "), "{run}");
    let said = "no fault in it, but there can be no folds: 12 bars of 1w";
    assert!(run.stdout.contains(said), "{run}");
}

#[test]
fn an_expression_is_not_advised_to_mean_itself() {
    let project = Project::with_market(300);
    let features = ["features", "--set", "features.set=[]", "--set", "features.expressions.b=a*2"];
    let said = project.refusal(&features);
    assert!(said.contains("unknown name `a`") && !said.contains("did you mean"), "{said}");
}
