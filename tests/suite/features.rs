//! `edgewalk features`: the table, the language, the proof.

use crate::project::{Project, rising};

/// Columns that can be checked by hand, on [`rising`] bars.
const CONFIG: &str = "data: {symbols: [UP]}
features:
  set: []
  expressions:
    above: \"close > open\"
    change: \"diff(close, 1)\"
    level: \"mean(close, 3)\"
    odd: \"where(volume > 8, volume, 0)\"
";

fn project(config: &str) -> Project {
    let project = Project::new();
    project.put("a.csv", rising(300));
    project.put("config.yml", config);
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    project
}

#[test]
fn a_table_is_built_once_and_told_column_by_column() {
    let project = project(CONFIG);
    let first = project.run(&["features"]);
    insta::assert_snapshot!(first, @r"
    UP 5m, 300 bars, all settled after 2

    column  lookback  coverage    mean      sd
    above          0  100.00 %  1.0000       0
    change         1   99.67 %  1.0000       0
    level          2   99.33 %  250.50  86.169
    odd            0  100.00 %  4.2633  4.9790
     INFO computed 4 columns x 300 bars in [time]
     INFO wrote `data/features/UP/5m-[hash].parquet`
    ");
    let tables = project.tree("data/features");
    assert_eq!(tables.len(), 1);
    let second = project.run(&["features"]);
    assert_eq!(second.stdout, first.stdout);
    insta::assert_snapshot!(second.stderr, @r"
    INFO 4 columns x 300 bars were built before
    INFO read `data/features/UP/5m-[hash].parquet`
    ");
    assert!(project.run(&["features", "--fresh"]).stderr.contains("computed"));
    assert_eq!(project.tree("data/features"), tables);
    let name = format!("data/features/{}", tables.keys().next().unwrap());
    project.put(&name, "junk");
    let mended = project.run(&["features"]);
    assert_eq!(mended.stdout, first.stdout);
    insta::assert_snapshot!(mended.stderr, @r"
    WARN `data/features/UP/5m-[hash].parquet` is corrupt: it is cut off, or no Parquet file at all: it is computed again
    INFO computed 4 columns x 300 bars in [time]
    INFO wrote `data/features/UP/5m-[hash].parquet`
    ");
    assert_eq!(project.tree("data/features"), tables);
}

#[test]
fn a_table_under_the_name_of_another_is_never_read_as_that() {
    let project = Project::with_market(300);
    let run = |set: &str, expressions: &str| {
        let (set, own) =
            (format!("features.set=[{set}]"), format!("features.expressions={expressions}"));
        project.run(&["features", "--set", &set, "--set", &own])
    };
    let more = run("", "{a: close, b: open}");
    let tables = project.files("data/features");
    let fewer = run("", "{a: high}");
    let other = project.files("data/features").into_iter().find(|f| !tables.contains(f)).unwrap();
    let (mine, other) = (format!("data/features/{}", tables[0]), format!("data/features/{other}"));
    project.put(&mine, project.bytes(&other));
    let mended = run("", "{a: close, b: open}");
    assert!(mended.stderr.contains("it is another table than its name says"), "{mended}");
    assert_eq!(mended.stdout, more.stdout);
    project.put(&other, project.bytes(&mine));
    assert_eq!(run("", "{a: high}").stdout, fewer.stdout);
}

#[test]
fn csv_lies_beside_with_nothing_where_a_value_is_missing() {
    let project = project(CONFIG);
    let run = project.run(&["features", "--csv"]);
    insta::assert_snapshot!(run.stderr, @r"
    INFO computed 4 columns x 300 bars in [time]
    INFO wrote `data/features/UP/5m-[hash].parquet`
    INFO wrote `data/features/UP/5m-[hash].csv`
    ");
    let files = project.tree("data/features");
    let (_, csv) = files.iter().find(|(name, _)| name.ends_with(".csv")).unwrap();
    let head: Vec<&str> = std::str::from_utf8(csv).unwrap().lines().take(5).collect();
    insta::assert_snapshot!(head.join("\n"), @r"
    ts,above,change,level,odd
    2024-01-01T00:00:00Z,1,,,0
    2024-01-01T00:05:00Z,1,1,,0
    2024-01-01T00:10:00Z,1,1,102,0
    2024-01-01T00:15:00Z,1,1,103,0
    ");
}

#[test]
fn other_bars_and_other_expressions_have_tables_of_their_own() {
    let project = project(CONFIG);
    project.done(&["features"]);
    project.done(&["features", "--set", "features.expressions.more=close / open"]);
    project.done(&["features", "--f64"]);
    project.put("b.csv", rising(301));
    project.done(&["ingest", "csv", "b.csv", "--symbol", "UP"]);
    project.done(&["features"]);
    assert_eq!(project.files("data/features").len(), 4);
}

const FAULTY: &str = "data: {symbols: [UP]}
features:
  expressions:
    cut: \"ema(close, 12\"
    edge: \"zscoer(ema(close, 12) / ema(close, 26) - 1, 288)\"
    name: clsoe + 1
    type: \"rsi(14) > 3\"
    ahead: \"lag(close, -1)\"
";

fn faulty() -> Project {
    let project = project(CONFIG);
    project.put("config.yml", FAULTY);
    project
}

#[test]
fn what_is_wrong_with_an_expression_is_shown_where_it_stands_in_the_file() {
    let project = faulty();
    insta::assert_snapshot!(project.refusal(&["features"]), @r"
    error: config.yml:4:24: feature `cut`: expected `,` or `)`, found the end, at character 14
      ema(close, 12
                   ^
    config.yml:5:12: feature `edge`: unknown function `zscoer`, at character 1
      zscoer(ema(close, 12) / ema(close, 26) - 1, 288)
      ^^^^^^
    hint: did you mean `zscore`?
    config.yml:6:11: feature `name`: unknown name `clsoe`, at character 1
      clsoe + 1
      ^^^^^
    hint: did you mean `close`?
    config.yml:7:16: feature `type`: `x` should be a series such as `close`, found the number 14, at character 5
      rsi(14) > 3
          ^^
    config.yml:8:24: feature `ahead`: `n` should be a whole number from 1 to 1000000, found -1, at character 12
      lag(close, -1)
                 ^^
    exit code 2
    ");
    let said = project.refusal(&["features"]);
    assert_eq!(project.refusal(&["features", "check"]), said);
    assert_eq!(project.refusal(&["folds"]), said);
    assert_eq!(project.files("data/features"), [""; 0]);
}

#[test]
fn expressions_however_deep_are_computed_or_refused() {
    let project = project(CONFIG);
    let squares = format!("{}close{}", "(".repeat(40), ")^2".repeat(40));
    let squares = format!("features.expressions.deep=log({squares})");
    project.done(&["config", "check", "--set", &squares]);
    let terms = " + 1".repeat(498);
    let chain: String = (0..60).map(|k| format!("    e{k}: \"e{}{terms}\"\n", k + 1)).collect();
    let own = format!("features:\n  expressions:\n{chain}    e60: close\n");
    project.put("deep.yml", own);
    let said = project.refusal(&["config", "check", "-c", "deep.yml"]);
    assert!(said.contains("expressions nest more than 600 deep"), "{said}");
}

#[test]
fn a_check_of_the_config_tells_of_all_its_expressions() {
    let checked = faulty().refusal(&["config", "check"]);
    insta::assert_snapshot!(checked, @r"
    error: 5 faults in the configuration
    config.yml:4:24 · features.expressions.cut: expected `,` or `)`, found the end
      ema(close, 12
                   ^
    config.yml:5:12 · features.expressions.edge: unknown function `zscoer`
      zscoer(ema(close, 12) / ema(close, 26) - 1, 288)
      ^^^^^^
    hint: did you mean `zscore`?
    config.yml:6:11 · features.expressions.name: unknown name `clsoe`
      clsoe + 1
      ^^^^^
    hint: did you mean `close`?
    config.yml:7:16 · features.expressions.type: `x` should be a series such as `close`, found the number 14
      rsi(14) > 3
          ^^
    config.yml:8:24 · features.expressions.ahead: `n` should be a whole number from 1 to 1000000, found -1
      lag(close, -1)
                 ^^
    exit code 2
    ");
}

#[test]
fn what_is_wrong_with_an_expression_is_shown_in_the_flag() {
    let project = project(CONFIG);
    let flag = ["features", "--set", "features.expressions.x=close + foo(close)"];
    insta::assert_snapshot!(project.refusal(&flag), @r"
    error: --set features.expressions.x=close + foo(close): feature `x`: unknown function `foo`, at character 9
      close + foo(close)
              ^^^
    hint: `edgewalk features functions` lists them
    exit code 2
    ");
    let set = ["features", "--set", "features.set=[core, momentun]"];
    insta::assert_snapshot!(project.refusal(&set), @r#"
    error: --set features.set=[core, momentun] · features.set: expected core, momentum, volatility, volume, calendar, higher_timeframe, alpha158 or order_flow, found "momentun"
    hint: did you mean `momentum`?
    exit code 2
    "#);
}

#[test]
fn the_proof_is_given_column_by_column() {
    let project = project(CONFIG);
    insta::assert_snapshot!(project.done(&["features", "check"]), @r"
    column  declared  measured  verdict
    above          0         0   causal
    change         1         1   causal
    level          2         2   causal
    odd            0         0   causal

    UP: 4 of 4 columns are causal (8 prefixes, 300 bars one by one, 4 late starts)
    ");
}

#[test]
fn every_built_in_column_is_causal_on_a_fresh_market() {
    let project = Project::with_market(20_000);
    let all = "features.set=[core,momentum,volatility,volume,calendar,higher_timeframe,alpha158,order_flow]";
    let proof = project.done(&["features", "check", "--prefixes", "4", "--set", all]);
    let rows = proof.lines().filter(|line| line.ends_with("  causal")).count();
    assert!(rows > 200, "{proof}");
    let last = format!("SYNTH: {rows} of {rows} columns are causal");
    assert!(proof.lines().last().unwrap().starts_with(&last), "{proof}");
}

#[test]
fn a_set_whose_columns_the_bars_lack_says_which_set_and_which_column() {
    let project = project(CONFIG);
    let args = ["features", "--set", "features.set=[core,order_flow]"];
    insta::assert_snapshot!(project.refusal(&args), @r"
    error: the set `order_flow` needs the column `count`, which the bars of `UP` do not have
    hint: Binance's klines bring count, quote_volume, taker_buy_volume, taker_buy_quote_volume; else take `order_flow` out of `features.set`
    exit code 2
    ");
    let own = ["features", "--set", "features.expressions.x=1 - taker_ratio"];
    insta::assert_snapshot!(project.refusal(&own), @r"
    error: --set features.expressions.x=1 - taker_ratio: feature `x`: in `taker_ratio`: the bars have no column `taker_buy_volume`, at character 5
      1 - taker_ratio
          ^^^^^^^^^^^
    hint: they have close, high, low, open, ts, volume
    exit code 2
    ");
}

#[test]
fn the_language_explains_itself() {
    let project = Project::new();
    insta::assert_snapshot!(project.done(&["features", "functions", "zscore"]), @r"
    zscore(x, n)
        standard deviations above the mean of n bars; 0 where they are equal
    ");
    insta::assert_snapshot!(project.done(&["features", "sets", "calendar"]), @r#"
    calendar: hour, weekday, Asia, London and New York sessions (5 columns)
        hour                     hour
        day_of_week              day_of_week
        in_asia                  in_session("asia")
        in_london                in_session("london")
        in_new_york              in_session("new_york")
    "#);
    insta::assert_snapshot!(project.refusal(&["features", "functions", "nothing_of_it"]), @r"
    error: no function's name contains `nothing_of_it`
    hint: `edgewalk features functions` lists all
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["features", "sets", "calender"]), @r"
    error: there is no set `calender`
    hint: there are core, momentum, volatility, volume, calendar, higher_timeframe, alpha158, order_flow
    exit code 2
    ");
    let all = project.done(&["features", "functions"]);
    for name in ["rsi(", "macd(", "atr(", "where(", "tf(timeframe", "and or not"] {
        assert!(all.contains(name), "{name}");
    }
}
