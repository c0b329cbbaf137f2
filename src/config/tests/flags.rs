use super::super::{Config, Flag, setting::*};
use super::with_flags;
use crate::market::Session;
use crate::market::Symbol;

#[test]
fn any_key_can_be_set_by_a_flag() {
    let mut items = Vec::new();
    Config::default().list(&Spot::root(), &mut items);
    for item in items {
        let Some(Shown::Inline(value)) = item.shown else { continue };
        let flag = format!("{}={value}", item.path);
        assert_eq!(with_flags(&[&flag]), Ok(Config::default()), "{flag}");
    }
}

#[test]
fn flags_go_over_the_file_and_the_last_one_wins() {
    let flags = ["seed=9", "walkforward.train_weeks = 26", "seed=10"].map(str::to_owned);
    let config =
        Config::from_text("c.yml", "seed: 8\nwalkforward: {test_weeks: 3}", &flags).unwrap();
    assert_eq!(
        (config.seed, config.walkforward.train_weeks, config.walkforward.test_weeks),
        (10, 26, 3)
    );
}

#[test]
fn a_flag_needs_no_quotes() {
    let config = with_flags(&[
        "data.symbols=btc,eth",
        "labels.horizons=[2, 4]",
        "trading_logic.sessions=london",
        "data.csv.time_format=%Y-%m-%d %H:%M",
        "data.csv.columns.ts=Open time: UTC # really",
        "features.expressions.edge=ema(close, 12) - 1",
        "features.expressions.other=\"close\"",
        "data.to=2024-01-01",
        "trading_logic.stop_atr=null",
    ])
    .unwrap();
    assert_eq!(config.data.symbols.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["BTC", "ETH"]);
    assert_eq!(config.labels.horizons, [2, 4]);
    assert_eq!(config.trading_logic.sessions, [Session::London]);
    assert_eq!(config.data.csv.columns.get("ts"), Some("Open time: UTC # really"));
    let texts: Vec<&str> = config.features.expressions.iter().map(|e| e.text.as_str()).collect();
    assert_eq!(texts, ["ema(close, 12) - 1", "close"]);
    assert_eq!(config.trading_logic.stop_atr, None);
}

#[test]
fn rules_between_keys_hold_for_flags_too() {
    let fault = |flags: &[&str]| with_flags(flags).unwrap_err().to_string();
    let weights = "trading_logic.horizon_weights.fixed=0,0,0,0";
    assert_eq!(
        fault(&["trading_logic.horizon_weights.method=fixed", weights]),
        format!("--set {weights} · trading_logic.horizon_weights.fixed: every weight is zero")
    );
    assert_eq!(
        fault(&["walkforward.calibrate_fraction=0"]),
        "--set walkforward.calibrate_fraction=0 · walkforward.calibrate_fraction: calibration is \
         enabled, but calibrate_fraction leaves it no data"
    );
    assert!(with_flags(&["walkforward.calibrate_fraction=0", "calibration.enabled=off"]).is_ok());
}

#[test]
fn a_bad_flag_is_named() {
    let report = with_flags(&[
        "walkforward.train_weeks",
        "=5",
        "data..dir=x",
        "labels.horizons=[1, 2",
        "walkforward.train_wekes=26",
        "labels.horizons=1,two",
        "data=5",
        "seed.x=1",
        "walkforward.test_weeks=",
    ])
    .unwrap_err();
    insta::assert_snapshot!(report, @r#"
    --set walkforward.train_weeks: expected KEY=VALUE
    hint: for example `--set walkforward.train_weeks=26`
    --set =5: expected KEY=VALUE, with a key such as `walkforward.train_weeks`
    --set data..dir=x: expected KEY=VALUE, with a key such as `walkforward.train_weeks`
    --set labels.horizons=[1, 2: not valid YAML: unclosed bracket '['
    --set walkforward.train_wekes=26 · walkforward.train_wekes: unknown key
    hint: did you mean `train_weeks`?
    --set labels.horizons=1,two · labels.horizons: expected a whole number of bars from 1 to 10,000, found "two"
    --set data=5 · data: expected a section of keys, found 5
    --set seed.x=1 · seed: expected a whole number, found a section
    --set walkforward.test_weeks= · walkforward.test_weeks: expected a whole number of weeks from 1 to 2000, found nothing
    "#);
}

#[test]
fn a_commands_own_flag_goes_over_sets_and_is_named_as_it_was_typed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let load = |weeks: u32| {
        let sets = ["walkforward.train_weeks=9".to_owned(), "sede=1".to_owned()];
        let flags = [Flag::new("--train-weeks", "walkforward.train_weeks", &weeks)];
        let n_sets = if weeks == 0 { 2 } else { 1 };
        Config::load_with(Some(file.path()), &sets[..n_sets], &flags)
    };
    assert_eq!(load(5).unwrap().walkforward.train_weeks, 5);
    insta::assert_snapshot!(load(0).unwrap_err(), @r"
    --set sede=1 · sede: unknown key
    hint: did you mean `seed`?
    --train-weeks 0 · walkforward.train_weeks: expected a whole number of weeks from 1 to 2000, found 0
    ");
}
