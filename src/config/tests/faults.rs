use super::super::Config;
use super::{Loaded, Overrides, faults_of, read};
use crate::failure::{Failure, Mender};

#[test]
fn all_faults_come_in_one_report() {
    let report = faults_of(
        "sede: 1
data:
  symbols: [BTCUSDT, ../x, \"\"]
  timeframe: 5x
  source: bianance
  csv: {timezone: Europe/Lodnon, delimiter: 3, columns: {Open: o, high: []}}
  from: yesterday
  strict: perhaps
labels:
  horizons: [1, abc, 0]
  entry: next_opn
  max_gap_bars: 1
  max_gap_bars: 2
walkforward:
  train_weeks: 0
  test_weeks: \"2\"
  step_weeks: 1.5
  mode:
trading_logic:
  z_treshold: 1
  quantile_level: nan
  sizing: kelly
z_threshold: 2
walkforward.embargo_bars: 3
synthetic: [1]
",
    );
    insta::assert_snapshot!(report, @r#"
    config.yml:1:1 · sede: unknown key
    hint: did you mean `seed`?
    config.yml:3:22 · data.symbols: expected a symbol such as BTCUSDT (letters, digits, `.`, `_`, `-`), found "../x"
    config.yml:3:28 · data.symbols: expected a symbol such as BTCUSDT (letters, digits, `.`, `_`, `-`), found ""
    config.yml:4:14 · data.timeframe: expected a timeframe such as 5m, 1h or 1d, found "5x"
    config.yml:5:11 · data.source: expected synthetic, csv, binance, kraken or store, found "bianance"
    hint: did you mean `binance`?
    config.yml:6:19 · data.csv.timezone: expected an IANA time zone such as UTC or America/New_York, found "Europe/Lodnon"
    hint: did you mean `Europe/London`?
    config.yml:6:45 · data.csv.delimiter: expected auto, comma, semicolon, tab, pipe or space, found 3
    config.yml:6:58 · data.csv.columns.Open: a name has small letters, digits and `_`, at most 64
    config.yml:6:73 · data.csv.columns.high: expected the header of a column, found a list
    config.yml:7:9 · data.from: expected a date such as 2024-01-31, or a time such as "2024-01-31 14:30" (UTC), or null, found "yesterday"
    config.yml:8:11 · data.strict: expected true or false, found "perhaps"
    config.yml:10:17 · labels.horizons: expected a whole number of bars from 1 to 10,000, found "abc"
    config.yml:10:22 · labels.horizons: expected a whole number of bars from 1 to 10,000, found 0
    config.yml:11:10 · labels.entry: expected next_open or close, found "next_opn"
    hint: did you mean `next_open`?
    config.yml:13:3 · labels.max_gap_bars: this key is set twice, first at `config.yml:12:3`
    config.yml:15:16 · walkforward.train_weeks: expected a whole number of weeks from 1 to 2000, found 0
    config.yml:16:15 · walkforward.test_weeks: expected a whole number of weeks from 1 to 2000, found "2"
    hint: drop the quotes
    config.yml:17:15 · walkforward.step_weeks: expected a whole number of weeks from 1 to 2000, or null, found 1.5
    config.yml:18:7 · walkforward.mode: expected rolling or anchored, found nothing
    config.yml:20:3 · trading_logic.z_treshold: unknown key
    hint: did you mean `z_threshold`?
    config.yml:21:19 · trading_logic.quantile_level: expected a number from 0.5 to 0.9999, or null, found nan
    config.yml:22:11 · trading_logic.sizing: expected a section of keys, found "kelly"
    config.yml:23:1 · z_threshold: unknown key
    hint: did you mean `trading_logic.z_threshold`?
    config.yml:24:1 · walkforward.embargo_bars: unknown key
    hint: write `embargo_bars` below `walkforward:`
    config.yml:25:12 · synthetic: expected a section of keys, found a list
    "#);
}

/// As `edgewalk config check` reports it.
fn checked(text: &str) -> String {
    let overrides = Overrides { checks_stages: true, ..Overrides::default() };
    Loaded::of_bytes("config.yml", text.as_bytes(), &overrides).unwrap_err().to_string()
}

#[test]
fn a_market_that_cannot_be_made_is_found_by_the_check_in_the_words_of_the_config() {
    let report = checked(
        "data: {timeframe: 1m}
synthetic:
  start: 2022-01-03T00:02:30
  volatility_bps: 500
  common_factor: 0.95
",
    );
    insta::assert_snapshot!(report, @r"
    config.yml:3:10 · synthetic.start: expected a bar's open on the `1m` grid, such as `2022-01-03 00:02`
    config.yml:4:19 · synthetic.volatility_bps: 500 bps in 1m are 1.897 in a day: expected a number from 0.000001 to 1
    config.yml:5:18 · synthetic.common_factor: expected at most 0.900: something has to be the symbol's own
    ");
    // Nobody is kept from listing bars by a market that is not made.
    let weeks = "data: {timeframe: 1w}";
    assert!(read(weeks).is_ok());
    let config = Config::from_text("config.yml", weeks, &[]).unwrap();
    let said = config.without_folds().unwrap();
    assert!(said.contains("12 bars of 1w") && said.contains("reach beyond"), "{said}");
    assert_eq!(Config::default().without_folds(), None);
    // Two days of a window of a week, and four bars of a day.
    let days = "data: {timeframe: 1d, source: store}
walkforward: {train_weeks: 1}
labels: {horizons: [4]}
calibration: {enabled: off}";
    let said = Config::from_text("config.yml", days, &[]).unwrap().without_folds().unwrap();
    assert!(said.contains("4 bars of 1d") && said.contains("early_stop_fraction"), "{said}");
    let minutes = "data: {timeframe: 1m}\nsynthetic: {bars: 9000}";
    let said = Config::from_text("config.yml", minutes, &[]).unwrap().without_folds().unwrap();
    assert!(said.contains("9000 bars of 1m (`synthetic.bars`) are 0.9 weeks"), "{said}");
}

#[test]
fn rules_between_keys_come_in_the_same_report() {
    let report = checked(
        "seed: x
data:
  source: csv
  symbols: [A, B, a]
  from: 2024-01-01
  to: 2024-01-01
  train: {from: 2023-06-01, to: 2024-03-01}
  test: {from: 2024-02-01, to: 2024-04-01}
  csv: {columns: {ts: T, time: T}}
features: {set: []}
labels:
  horizons: [9000, 1]
  barrier: {max_hold_bars: 1}
walkforward:
  train_weeks: 1
  step_weeks: 1
  early_stop_fraction: 0.6
  calibrate_fraction: 0.5
calibration: {enabled: false}
trading_logic:
  conformal_gate: true
  persistence_k: 3
  sessions: [asia, asia]
  stop_atr: null
  target_atr: null
  max_hold_bars: null
  sizing: {method: fixed, fixed_fraction: 2, min_trade_size: 3}
  horizon_weights: {method: fixed, fixed: [1, 2, 3]}
backtest:
  target_fraction: 0.5
  commission: {maker_bps: -5}
",
    );
    insta::assert_snapshot!(report, @r#"
    config.yml:1:7 · seed: expected a whole number, found "x"
    config.yml:3:11 · data.source: `source: csv` needs at least one file in `data.files`
    config.yml:4:12 · data.symbols: `A` is there twice
    config.yml:6:7 · data.to: the range is empty: from `2024-01-01 00:00` to `2024-01-01 00:00`
    config.yml:7:17 · data.train.from: lies outside of data.from .. data.to
    config.yml:7:33 · data.train.to: lies outside of data.from .. data.to
    config.yml:8:16 · data.test.from: the test range overlaps the train range
    config.yml:8:16 · data.test.from: lies outside of data.from .. data.to
    config.yml:8:32 · data.test.to: lies outside of data.from .. data.to
    config.yml:9:23 · data.csv.columns.ts: is given beside `date` or `time`: the time of a bar is in one or the other
    config.yml:9:23 · data.csv.columns.ts: reads the same column `T` as `time`
    config.yml:9:32 · data.csv.columns.time: needs `date` beside it
    config.yml:10:17 · features.set: is empty, and so is features.expressions: a model needs at least one column
    config.yml:12:13 · labels.horizons: `1` comes after `9000`: horizons rise
    config.yml:13:28 · labels.barrier.max_hold_bars: stop and target are armed after the time limit: they would never be
    config.yml:16:15 · walkforward.step_weeks: `1`: below `walkforward.test_weeks` it would test the same bars twice
    config.yml:18:23 · walkforward.calibrate_fraction: `0.5`: with `walkforward.early_stop_fraction` it must leave a tenth to train on
    config.yml:21:19 · trading_logic.conformal_gate: the conformal gate needs calibration.enabled
    config.yml:22:18 · trading_logic.persistence_k: 3 of 1 bars can never agree
    config.yml:23:13 · trading_logic.sessions: names one twice
    config.yml:26:18 · trading_logic.max_hold_bars: stop, target and time limit are all null: a position would never be closed
    config.yml:27:43 · trading_logic.sizing.fixed_fraction: fixed_fraction 2 exceeds max_position 1
    config.yml:27:62 · trading_logic.sizing.min_trade_size: no position fits between min_trade_size 3 and max_position 1
    config.yml:28:43 · trading_logic.horizon_weights.fixed: 3 weights for 2 horizons
    config.yml:30:20 · backtest.target_fraction: a partial target needs a target: target_atr is null
    config.yml:31:27 · backtest.commission.maker_bps: a rebate of 5 bps exceeds the taker fee of 2.5
    "#);
}

/// Walks are refused by one rule, the folds' own.
#[test]
fn what_passes_here_is_not_refused_by_the_folds() {
    for (stop, calibrate) in [(0.5, 0.45), (0.45, 0.45), (0.9, 0.0), (0.0, 0.95)] {
        let walk = format!("early_stop_fraction: {stop}, calibrate_fraction: {calibrate}");
        let read = read(&format!("walkforward: {{{walk}}}\ncalibration: {{enabled: off}}"));
        let is_fine = stop + calibrate <= 0.9;
        assert_eq!(read.is_ok(), is_fine, "{stop} {calibrate}");
        assert!(read.is_err() || read.unwrap().walkforward.params().check().is_ok());
    }
}

#[test]
fn a_key_the_exchange_does_not_know_is_refused() {
    let of = |source: &str, key: &str| {
        read(&format!("data: {{source: {source}, exchange: {{{key}}}}}")).is_ok()
    };
    assert!(of("binance", "bulk: true") && of("binance", "market: futures"));
    assert!(of("kraken", "trades: true") && of("synthetic", "bulk: true"));
    assert!(!of("kraken", "bulk: true") && !of("kraken", "market: futures"));
    assert!(!of("binance", "trades: true"));
}

#[test]
fn a_rule_between_keys_is_silent_where_one_is_broken_already() {
    let report = faults_of("walkforward: {test_weeks: many, step_weeks: 1}\nlabels: {horizons: x}");
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[test]
fn what_is_no_yaml_is_reported_where_it_stops() {
    let reports: Vec<String> = [
        "data: [1, 2",
        "data:\n\tdir: x",
        "a: b: c",
        "seed: !!int 7",
        "seed: 1\n---\nseed: 2",
        "? [a, b]\n: 1",
        "data: &d {dir: *d}",
        "just words",
        "- a\n- list",
        "seed: *nobody",
    ]
    .map(faults_of)
    .to_vec();
    insta::assert_snapshot!(reports.join("\n"), @r#"
    config.yml:1:7: not valid YAML: unclosed bracket '['
    config.yml:2:2: not valid YAML: tabs disallowed within this context (block indentation)
    hint: indent with spaces
    config.yml:1:5: not valid YAML: mapping values are not allowed in this context
    config.yml:1:13: tags (`!…`) are not supported
    config.yml:3:1: a second document begins here
    config.yml:1:3: a key must be plain text
    config.yml:1:16: this alias stands inside its own anchor
    config.yml:1:1: expected sections and keys, found "just words"
    config.yml:1:1: expected sections and keys, found a list
    config.yml:1:7: not valid YAML: while parsing node, found unknown anchor
    "#);
}

#[test]
fn aliases_stand_for_what_they_name_but_not_without_end() {
    let text = "data: {train: &r {from: 2024-01-01, to: 2024-02-01}}\nlabels: {horizons: &h [1, 2]}
features: {set: *h}";
    let report = faults_of(text);
    assert_eq!(report.lines().filter(|line| line.contains("features.set")).count(), 2, "{report}");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..10 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{aliases}]\n"));
    }
    assert!(faults_of(&bomb).contains("more than 100000 values"));
}

#[test]
fn a_byte_that_is_no_text_is_shown_with_its_place() {
    let faults = Config::from_bytes("c.yml", b"seed: 1\nda\xffta:", &[]).unwrap_err();
    insta::assert_snapshot!(faults, @r#"
    c.yml:2:3: this is not text: a byte that UTF-8 does not know
    "#);
}

#[test]
fn one_fault_is_one_sentence_and_many_are_counted() {
    let failure: Failure = read("sede: 1").unwrap_err().into();
    assert_eq!(failure.mender, Mender::User);
    assert_eq!(failure.message, "config.yml:1:1 · sede: unknown key");
    assert_eq!(failure.hint.as_deref(), Some("did you mean `seed`?"));
    let failure: Failure = read("sede: 1\nseed: -1").unwrap_err().into();
    assert!(failure.message.starts_with("2 faults in the configuration\nconfig.yml:1:1 · sede"));
}
