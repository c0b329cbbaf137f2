//! What the language means, and what it says when it is misused.

use super::{bars, column, complaint, flat, program, shape, walk};
use crate::features::lookback::Lookback;
use crate::features::{Shape, Wanted, compile};
use crate::market::Columns;

fn ramp(n: usize) -> Columns {
    let mut columns = flat(n).into_columns();
    for i in 0..n {
        let price = (i + 1) as f64;
        (columns.open[i], columns.close[i]) = (price, price);
        (columns.high[i], columns.low[i]) = (price, price);
    }
    columns
}

#[test]
fn a_composite_means_what_it_says() {
    let bars = bars(ramp(6));
    assert_eq!(column("2 * close + 1", &bars), [3.0, 5.0, 7.0, 9.0, 11.0, 13.0]);
    assert_eq!(column("close ^ 2 - close * close", &bars), [0.0; 6]);
    assert_eq!(
        column("where(close > 3 and not (close == 5), 1, -1)", &bars)[2..],
        [-1.0, 1.0, -1.0, 1.0]
    );
    assert_eq!(column("mean(close >= 4, 2)", &bars)[1..], [0.0, 0.0, 0.5, 1.0, 1.0]);
    assert_eq!(column("sum(close, n = 3)", &bars)[2..], [6.0, 9.0, 12.0, 15.0]);
    assert_eq!(column("1e2 * -close / 4", &bars)[0], -25.0);
}

#[test]
fn numbers_are_folded_and_may_be_windows() {
    let bars = bars(ramp(6));
    assert_eq!(column("lag(close, 1 + 1)", &bars)[2..], [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(program("close * (2 * log(exp(1)) - 2)").evaluate_raw(bars.columns())[0], [0.0; 6]);
}

#[test]
fn equal_subexpressions_are_computed_once() {
    let one = program("ema(close, 12) - ema(close, 26)");
    let two = program("(ema(close, 12) - ema(close, 26)) + (ema(close, 12) - ema(close, 26))");
    assert_eq!(two.n_nodes(), one.n_nodes() + 1);
    assert_eq!(program("macd(close, 12, 26)").hash(), one.hash());
}

#[test]
fn the_lookback_follows_from_the_expression() {
    let lookback = |text: &str| {
        let program = program(text);
        program.lookback(&program.features()[0])
    };
    assert_eq!(lookback("close"), Lookback::bars(0));
    assert_eq!(lookback("mean(lag(close, 3), 10)"), Lookback::bars(12));
    assert_eq!(lookback("lag(close, 3) + sum(close, 10)"), Lookback::bars(9));
    // A 15-minute bar is three bars: the last closed one, the one before it, and a broken first.
    assert_eq!(lookback("tf(\"15m\", lag(close, 1))"), Lookback::bars(4 * 3 - 2));
    assert!(lookback("obv").unbounded);
    // What a running value rests on must have settled too.
    assert_eq!(lookback("value_when(close > mean(close, 50), close)").warm_up(), 49);
}

#[test]
fn expressions_may_use_each_other_and_the_built_in_names() {
    let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let expressions = vec![own("fast", "rsi_14 / 100"), own("faster", "2 * fast")];
    let wanted = Wanted { sets: vec![], expressions };
    let compiled = compile(&wanted, &shape("5m")).unwrap();
    let table = compiled.evaluate_raw(walk(200, 1).columns());
    assert_eq!(table[1][190], 2.0 * table[0][190]);

    let expressions = vec![own("a", "b + 1"), own("b", "a + 1")];
    let faults = compile(&Wanted { sets: vec![], expressions }, &shape("5m")).unwrap_err();
    assert!(faults[0].to_string().contains("refers to itself"), "{}", faults[0]);
    assert_eq!(faults.len(), 2);
}

#[test]
fn complaints_point_and_help() {
    insta::assert_snapshot!(complaint("zscor(close, 20)"), @r"
    unknown function `zscor`, at character 1
      zscor(close, 20)
      ^^^^^
    hint: did you mean `zscore`?
    ");
    insta::assert_snapshot!(complaint("ema(clsoe, 12) / 2"), @r"
    unknown name `clsoe`, at character 5
      ema(clsoe, 12) / 2
          ^^^^^
    hint: did you mean `close`?
    ");
    insta::assert_snapshot!(complaint("mean(close, 2.5)"), @r"
    `n` should be a whole number from 1 to 1000000, found 2.5, at character 13
      mean(close, 2.5)
                  ^^^
    ");
    insta::assert_snapshot!(complaint("where(close, 1, 2)"), @r"
    `p` should be a condition such as `close > open`, found a series, at character 7
      where(close, 1, 2)
            ^^^^^
    ");
    insta::assert_snapshot!(complaint("1 + mean(close)"), @r"
    `mean` needs `n`, at character 5
      1 + mean(close)
          ^^^^^^^^^^^
    hint: mean(x, n)
    ");
    insta::assert_snapshot!(complaint("tf(\"7m\", close)"), @r#"
    `7m` bars cannot be built from `5m` bars, at character 4
      tf("7m", close)
         ^^^^
    hint: name a longer timeframe that whole bars fill
    "#);
    insta::assert_snapshot!(complaint("in_session(\"paris\")"), @r#"
    unknown choice "paris", at character 12
      in_session("paris")
                 ^^^^^^^
    hint: one of asia, london, new_york, us_cash, london_new_york
    "#);
    insta::assert_snapshot!(complaint("rsi(close, 14, 3)"), @r"
    `rsi` takes 2 arguments at most, at character 16
      rsi(close, 14, 3)
                     ^
    hint: rsi(x = close, n = 14)
    ");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for text in [
        "",
        "3",
        "\"text\"",
        "close + \"1h\"",
        "ema(close, close)",
        "ema(3, 12)",
        "std(close, 1)",
        "ema(close, n = 3, n = 4)",
        "ema(close, m = 3)",
        "tf(\"1h\", tf(\"4h\", close))",
        "tf(close, 3)",
        "tf(\"1h\")",
        "not close",
        "taker_ratio",
        "close(3)",
        "quantile(close, 10, 5)",
        "_session_max(close, ts)",
        "session_max(close, ts)",
    ] {
        assert_ne!(complaint(text), "", "{text}");
    }
}

#[test]
fn a_condition_stays_one_on_a_longer_timeframe() {
    assert_eq!(complaint("where(tf(\"1h\", close > open), 1, 0)"), "");
}

#[test]
fn what_is_built_in_means_the_same_whatever_else_the_bars_bring() {
    let mut columns = walk(60, 4).into_columns();
    let plain = column("vwap(3)", &bars(columns.clone()));
    columns.extra.insert("typical".into(), vec![999.0; 60]);
    let shape = Shape { extra: vec!["typical".into()], ..shape("5m") };
    let own = |text: &str| {
        let expressions = vec![("it".to_owned(), text.to_owned())];
        let wanted = Wanted { sets: vec![], expressions };
        let program = compile(&wanted, &shape).unwrap();
        program.evaluate_raw(bars(columns.clone()).columns()).remove(0)
    };
    assert_eq!(own("vwap(3)")[10..], plain[10..]);
    assert_eq!(own("typical + 1")[10..], [1000.0; 50]);
}

#[test]
fn the_users_own_name_goes_before_an_indicators() {
    let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let expressions = vec![own("volatility", "close * 2"), own("uses", "volatility + 0")];
    let compiled = compile(&Wanted { sets: vec![], expressions }, &shape("5m")).unwrap();
    let table = compiled.evaluate_raw(walk(40, 1).columns());
    assert_eq!(table[0], table[1]);
}

#[test]
fn long_and_tangled_expressions_are_refused_or_done_at_once() {
    let long = vec!["close"; 5000].join(" + ");
    assert!(complaint(&long).contains("longer than 1000"), "{}", &complaint(&long)[..80]);
    // Every name is unfolded once, or this would be 2^40 additions.
    let name = |i: usize| format!("a{i}");
    let mut expressions = vec![(name(0), "close".to_owned())];
    expressions.extend((1..40).map(|i| (name(i), format!("{0} + {0}", name(i - 1)))));
    let compiled = compile(&Wanted { sets: vec![], expressions }, &shape("5m")).unwrap();
    assert_eq!(compiled.n_nodes(), 40);
    let mut expressions = vec![(name(0), "close".to_owned())];
    expressions.extend((1..200).rev().map(|i| (name(i), format!("{} + 1", name(i - 1)))));
    let faults = compile(&Wanted { sets: vec![], expressions }, &shape("5m")).unwrap_err();
    assert!(faults[0].fault.message.contains("more than 64 deep"));
}

/// A condition comes true where it holds and did not a bar ago; where nobody knows of a bar ago, it
/// does not. Numbers can be crossed too.
#[test]
fn a_condition_that_comes_true_is_an_event() {
    let bars = walk(300, 9);
    let close = &bars.columns().close;
    let crossed = |up: bool, row: usize| {
        let beyond = |row: usize| if up { close[row] > 100.0 } else { close[row] < 100.0 };
        beyond(row) && !beyond(row - 1)
    };
    for (text, up) in [("crosses_up(close, 100)", true), ("crosses_down(close, 100)", false)] {
        let events = column(text, &bars);
        assert!(events[0].is_nan());
        assert!((1..300).all(|row| (events[row] == 1.0) == crossed(up, row)), "{text}");
        assert!(events.contains(&1.0), "{text}");
    }
    let same = column("becomes(close < 100)", &bars);
    assert_eq!(same[1..], column("crosses_down(close, 100)", &bars)[1..]);
    // The mean of two bars is there from bar 1 on, so bar 1 is no event whatever it holds.
    assert!(column("becomes(mean(close, 2) > 0)", &bars)[1].is_nan());
}
