//! `edgewalk strategies`: what there is, and what each of them wants.

use crate::project::Project;

#[test]
fn all_of_them_are_listed() {
    insta::assert_snapshot!(Project::new().done(&["strategies"]), @r"
    strategy              parameters                                      what it does
    rsi                   period, oversold                                buys when the relative strength index comes back from oversold
    ma_cross              fast, ratio                                     follows the crossing of a fast simple average over a slow one
    ema_cross             fast, ratio                                     follows the crossing of a fast exponential average over a slow one
    macd                  fast, ratio, signal                             follows the MACD line's crossing of its signal line
    bollinger_reversion   period, width                                   buys when the close comes back inside the lower Bollinger band
    bollinger_breakout    period, width, squeeze                          follows the close out of Bollinger bands that were narrow before
    stochastic            period, smooth, oversold                        buys when %K crosses %D upwards while it is oversold
    mfi                   period, oversold                                buys when the money flow index comes back from oversold
    donchian              period                                          follows the close beyond the highest high or the lowest low of the bars before
    adx_trend             period, threshold                               follows the stronger directional indicator once the trend is strong enough
    atr_channel           period, width                                   follows the close out of a channel of average true ranges
    vwap_reversion        period, depth                                   buys when the close comes back towards the volume-weighted average from far below
    zscore_reversion      period, depth                                   buys when the close comes back from standard deviations below its mean
    fair_value_gap        size, wait                                      buys when price comes back into a gap that three rising bars left
    liquidity_sweep       swing, depth, wick, volume, structure, confirm  buys the break of structure after stops below a swing low were taken and rejected
    session_breakout      hours, buffer                                   follows the close out of Asia's range in the first hours of London
    time_series_momentum  lookback, threshold                             follows the sign of the return over the past once it is large for its volatility
    volatility_breakout   period, size                                    follows a bar that moves further than a multiple of the average true range

    layer       parameters               what it lets pass
    trend       fast, ratio              enters with the trend of longer bars: a fast average above a slow one for longs
    regime      bars, efficiency, quiet  enters only where price gets somewhere, and is not unusually quiet
    session     session, hours           enters only in the hours of a session, or in its first ones
    confidence  min_confidence, swing    enters only where strength (0.40), structure (0.25 + 0.15) and longer trend (0.20) add up

    `edgewalk strategies NAME` shows one of them, `edgewalk strategies exits` the exits.
    An ensemble of some is a strategy, too: `edgewalk optimize --strategy 'all of rsi + macd'`, 'any of rsi + macd', '2 of rsi + macd + mfi'.
    ");
}

#[test]
fn one_shows_its_parameters_and_conditions() {
    insta::assert_snapshot!(Project::new().done(&["strategies", "macd"]), @r"
    macd: follows the MACD line's crossing of its signal line (Appel 2005)

    parameter  default  from   to  step  what it is
    fast            12     6   24     2  bars of the fast average
    ratio          2.2   1.4  3.8   0.2  how many times longer the slow one is
    signal           9     5   15     2  bars of the signal line

    long
        crosses_up(macd_hist(close, 12, slow, 9), 0)
    short
        crosses_down(macd_hist(close, 12, slow, 9), 0)
    where
        slow = floor(12 * 2.2 + 0.5)

    layers it can stand behind: trend, regime, session, confidence
    ");
}

#[test]
fn a_layer_follows_the_timeframe_of_the_bars() {
    let project = Project::new();
    insta::assert_snapshot!(project.done(&["strategies", "trend"]), @r#"
    trend: enters with the trend of longer bars: a fast average above a slow one for longs

    parameter  default  from  to  step  what it is
    fast            50    10  50    10  longer bars of the fast average
    ratio            4     2   5     1  how many times longer the slow one is

    long
        tf("4h", fast_line > slow_line)
    short
        tf("4h", fast_line < slow_line)
    where
        fast_line = ema(close, 50)
        slow_line = ema(close, 50 * 4)

    longer bars: 4h, as the bars are of 5m
    "#);
    let hours = project.done(&["strategies", "trend", "--set", "data.timeframe=1h"]);
    assert!(hours.contains(r#"tf("1d", fast_line > slow_line)"#), "{hours}");
    assert!(project.done(&["strategies", "session"]).contains("asia, london, new_york"));
}

#[test]
fn what_the_confidence_layer_calls_strength_is_told() {
    let project = Project::new();
    let text = project.done(&["strategies", "confidence"]);
    assert!(text.contains("    strength = how strong the strategy says its entry is"), "{text}");
    let layer = parsed(&project, &["strategies", "confidence", "--json"]);
    let long = layer["conditions"]["long"].as_str().unwrap();
    assert!(long.starts_with("0.40 * (strength) + "), "{long}");
    assert!(layer["where"]["strength"].as_str().unwrap().starts_with("how strong"), "{layer}");
    let trend = parsed(&project, &["strategies", "trend", "--json"]);
    assert!(trend.get("where").is_none(), "{trend}");
    let text = project.done(&["strategies", "liquidity_sweep"]);
    assert!(text.contains("strength, for the layer `confidence`\n    long fill(clip("), "{text}");
    let sweep = parsed(&project, &["strategies", "liquidity_sweep", "--json"]);
    assert!(sweep["strength"]["short"].as_str().unwrap().starts_with("fill(clip("), "{sweep}");
}

#[test]
fn exits_are_parameters_too() {
    insta::assert_snapshot!(Project::new().done(&["strategies", "exits"]), @r"
    exits in average true ranges at the decision

    parameter        default  from   to  step  what it is
    atr_bars              14     7   49     7  bars of the average true range
    stop                   2     0    6   0.5  average true ranges to the stop; 0: none
    target                 4     0   10   0.5  average true ranges to the target; 0: none
    trail                  0     0    8   0.5  how far the trailing stop follows; 0: none
    hold_bars             96     0  576    12  bars after which a position is closed; 0: none
    target_fraction        1  0.25    1  0.25  share of it that the target closes

    exits in bps of the close at the decision

    parameter        default  from    to  step  what it is
    stop                 100     0   500    10  bps to the stop; 0: none
    target               200     0  1000    20  bps to the target; 0: none
    trail                  0     0   500    10  how far the trailing stop follows; 0: none
    hold_bars             96     0   576    12  bars after which a position is closed; 0: none
    target_fraction        1  0.25     1  0.25  share of it that the target closes
    ");
}

#[test]
fn a_name_that_is_not_is_refused_with_the_nearest() {
    let project = Project::new();
    insta::assert_snapshot!(project.refusal(&["strategies", "liqidity_sweep"]), @r"
    error: there is no strategy `liqidity_sweep`
    hint: did you mean `liquidity_sweep`?
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["strategies", "confidense"]), @r"
    error: there is no layer `confidense`
    hint: did you mean `confidence`?
    exit code 2
    ");
    insta::assert_snapshot!(project.refusal(&["strategies", "martingale"]), @r"
    error: there is no strategy `martingale`
    hint: `edgewalk strategies` lists them
    exit code 2
    ");
}

#[test]
fn several_are_shown_at_once() {
    let project = Project::new();
    let told = project.done(&["strategies", "rsi", "trend"]);
    assert!(told.contains("\nrsi: ") || told.starts_with("rsi: "), "{told}");
    assert!(told.contains("\ntrend: "), "{told}");
    let json: serde_json::Value =
        serde_json::from_str(&project.done(&["strategies", "rsi", "trend", "--json"])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
}

#[test]
fn programs_get_json() {
    let project = Project::new();
    let json = |args: &[&str]| parsed(&project, args);
    let all = json(&["strategies", "--json"]);
    assert_eq!(all["strategies"].as_array().unwrap().len(), 18);
    assert_eq!(all["layers"].as_array().unwrap().len(), 4);
    let rsi = json(&["strategies", "rsi", "--json"]);
    assert_eq!(rsi, all["strategies"][0]);
    assert_eq!(json(&["strategies", "exits", "--json"]), all["exits"]);
    assert_eq!(json(&["strategies", "trend", "--json"]), all["layers"][0]);
}

#[test]
fn json_has_all_that_a_form_needs() {
    let rsi = parsed(&Project::new(), &["strategies", "rsi", "--json"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&rsi).unwrap(), @r#"
    {
      "conditions": {
        "long": "crosses_up(rsi(close, 14), 30)",
        "short": "crosses_down(rsi(close, 14), 100 - 30)"
      },
      "help": "buys when the relative strength index comes back from oversold",
      "name": "rsi",
      "params": [
        {
          "default": 14,
          "help": "bars of the index",
          "high": 30,
          "kind": "int",
          "low": 5,
          "name": "period",
          "step": 1
        },
        {
          "default": 30,
          "help": "level from which it comes back; overbought lies as far below 100",
          "high": 45,
          "kind": "int",
          "low": 15,
          "name": "oversold",
          "step": 5
        }
      ],
      "source": "Wilder 1978",
      "strength": {
        "long": "1",
        "short": "1"
      }
    }
    "#);
}

fn parsed(project: &Project, args: &[&str]) -> serde_json::Value {
    serde_json::from_str(&project.done(args)).unwrap()
}
