use super::super::load::Overrides;
use super::super::{Config, Faults, Loaded};

fn check(text: &str) -> Result<Loaded, Faults> {
    let overrides = Overrides { checks_stages: true, ..Overrides::default() };
    Loaded::of_bytes("config.yml", text.as_bytes(), &overrides)
}

#[test]
fn broken_expressions_are_reported_with_the_rest_each_at_its_place() {
    let text = "sede: 1
features:
  expressions:
    slip: ema(clsoe, 12)
    open_end: \"ema(close, 12\"
    words: |
      ema(close,
      twelve words)
    by_name: slip + 1
    fine: my_oi / count
";
    insta::assert_snapshot!(check(text).unwrap_err(), @r"
    config.yml:1:1 · sede: unknown key
    hint: did you mean `seed`?
    config.yml:4:15 · features.expressions.slip: unknown name `clsoe`
      ema(clsoe, 12)
          ^^^^^
    hint: did you mean `close`?
    config.yml:5:29 · features.expressions.open_end: expected `,` or `)`, found the end
      ema(close, 12
                   ^
    config.yml:7:7 · features.expressions.words: expected `,` or `)`, found `words`
      ema(close, twelve words)
                        ^^^^^
    config.yml:9:14 · features.expressions.by_name: unknown name `clsoe`
      ema(clsoe, 12)
          ^^^^^
    hint: did you mean `close`?
    ");
    let by_load = Config::from_text("config.yml", text, &[]).unwrap_err();
    assert_eq!(by_load.list().len(), 1, "the bars tell what columns there are");
}

#[test]
fn the_defaults_compile_for_every_timeframe() {
    for timeframe in ["1s", "1m", "5m", "1h", "4h", "1d"] {
        let text = format!(
            "data: {{timeframe: {timeframe}}}\nfeatures: {{set: [core, momentum, \
             volatility, volume, calendar, higher_timeframe, alpha158, order_flow]}}"
        );
        assert_eq!(check(&text).map(|loaded| loaded.assumed), Ok(vec![]), "{timeframe}");
    }
}

#[test]
fn no_timeframe_is_without_built_in_features() {
    for timeframe in ["7m", "45m", "3d", "1w"] {
        let text =
            format!("data: {{source: store, timeframe: {timeframe}}}\nlabels: {{horizons: [1]}}");
        assert!(check(&text).is_ok(), "{timeframe}");
    }
}

#[test]
fn columns_that_only_the_bars_can_bring_are_no_fault() {
    let text = "data: {csv: {columns: {funding: F}}}
features: {expressions: {a: count + funding, b: \"zscore(open_interest, 12)\", c: a / taker_buy_volume}}";
    assert_eq!(check(text).unwrap().assumed, ["open_interest"]);
}

#[test]
fn a_name_that_is_taken_is_refused_with_the_cure() {
    let text = "features:\n  expressions: {close: open, rsi: close, tf: close, rsi_14: close}";
    insta::assert_snapshot!(Config::from_text("config.yml", text, &[]).unwrap_err(), @r"
    config.yml:2:24 · features.expressions.close: `close` is a column of the bars already: call it `my_close`
    config.yml:2:35 · features.expressions.rsi: `rsi` is a function already: call it `my_rsi`
    config.yml:2:46 · features.expressions.tf: `tf` is a function already: call it `my_tf`
    ");
}
