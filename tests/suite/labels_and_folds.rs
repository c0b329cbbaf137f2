//! `edgewalk labels` and `edgewalk folds`.

use crate::project::{Project, rising, rising_from};

#[test]
fn labels_are_counted_by_horizon_with_those_that_are_missing() {
    let project = Project::new();
    let gap = format!("{}{}", rising(30), rising_from(40, 30).split_once('\n').unwrap().1);
    project.put("a.csv", gap);
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    insta::assert_snapshot!(project.done(&["labels", "--symbol", "UP"]), @r"
    UP 5m, 60 bars

    horizon  labels  no end  gap  mean bps  sd bps       up
    1            56       2    2     76.04   12.50  100.0 %
    3            52       4    4    228.01   37.07  100.0 %
    6            46       7    7    455.73   72.95  100.0 %
    12           34      13   13    910.85  142.32  100.0 %

    long at every bar: no outcome; 60 bars have no range yet, 0 are too near the end, 0 too near a gap
    ");
    let other = ["labels", "--symbol", "UP", "--set", "labels.horizons=[2]"];
    let ignored = ["--set", "labels.max_gap_bars=10", "--set", "labels.entry=close"];
    let args: Vec<&str> = other.into_iter().chain(ignored).collect();
    insta::assert_snapshot!(project.done(&args), @r"
    UP 5m, 60 bars

    horizon  labels  no end  gap  mean bps  sd bps       up
    2            58       2    0    176.83  137.41  100.0 %

    long at every bar: no outcome; 60 bars have no range yet, 0 are too near the end, 0 too near a gap
    ");
}

/// Features that need no warm-up.
const PLAIN: &str = "features.set=[calendar]";

fn set(key: &str) -> [&str; 2] {
    ["--set", key]
}

#[test]
fn folds_follow_each_other_without_touching() {
    let project = Project::with_market(20_000);
    let table = ["folds", "--train-weeks", "2", "--test-weeks", "1", "--set", PLAIN];
    insta::assert_snapshot!(project.done(&table), @r"
    SYNTH 5m, 20000 bars, 0 of them warm-up: 6 folds

    fold        train from         test from        test until  train  stop  calibrate  test  purged
    0     2022-01-10 00:00  2022-01-24 00:00  2022-01-31 00:00   2811   593        592  2016      36
    1     2022-01-17 00:00  2022-01-31 00:00  2022-02-07 00:00   2811   593        592  2016      36
    2     2022-01-24 00:00  2022-02-07 00:00  2022-02-14 00:00   2811   593        592  2016      36
    3     2022-01-31 00:00  2022-02-14 00:00  2022-02-21 00:00   2811   593        592  2016      36
    4     2022-02-07 00:00  2022-02-21 00:00  2022-02-28 00:00   2811   593        592  2016      36
    5     2022-02-14 00:00  2022-02-28 00:00  2022-03-07 00:00   2811   593        592  2016      36

    not tested: 6047 rows before, 0 between, 1857 after the test windows
    ");
    let keys = ["walkforward.train_weeks=2", "walkforward.test_weeks=1", PLAIN];
    let by_key: Vec<&str> = ["folds"].into_iter().chain(keys.into_iter().flat_map(set)).collect();
    assert_eq!(project.done(&by_key), project.done(&table));
    let json: Vec<&str> = table.into_iter().chain(["--json"]).collect();
    let folds: serde_json::Value = serde_json::from_str(&project.done(&json)).unwrap();
    check_folds(folds["folds"].as_array().unwrap());
}

#[test]
fn too_few_bars_for_any_label_are_said_to_be_too_few() {
    let project = Project::new();
    project.put("a.csv", rising(3));
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    let args = ["labels", "--symbol", "UP", "--set", "labels.horizons=[3,6]"];
    insta::assert_snapshot!(project.refusal(&args), @r"
    error: 3 bars of `UP` give no label: at the shortest horizon, 3, 3 of them have no bar to end at and 0 a gap in their way
    hint: more bars, or shorter `labels.horizons`
    exit code 2
    ");
}

#[test]
fn folds_that_do_not_fit_are_said_to_be_too_long() {
    let project = Project::with_market(9_000);
    insta::assert_snapshot!(project.refusal(&["folds", "--set", PLAIN]), @r"
    error: the data hold 3.4 weeks from `2022-01-10 00:00` to `2022-02-03 06:05`, but `walkforward.train_weeks` + `walkforward.test_weeks` need 14
    hint: more bars, or `--train-weeks 2 --test-weeks 1`, which fit
    exit code 2
    ");
    let short = Project::with_market(500);
    let slow = ["features.set=[]", "features.expressions.slow=mean(close, 600)"];
    let args: Vec<&str> = ["folds"].into_iter().chain(slow.into_iter().flat_map(set)).collect();
    insta::assert_snapshot!(short.refusal(&args), @r"
    error: 500 bars, of which 599 are warm-up, make no fold
    hint: more bars, or features, rules and layers that look less far back
    exit code 2
    ");
}

/// Slices follow each other with room for the longest label, 12 bars; tests do not overlap.
fn check_folds(folds: &[serde_json::Value]) {
    assert!(folds.len() > 3);
    let mut last_test = 0;
    for fold in folds {
        let mut end = None;
        for slice in ["train", "early_stop", "calibrate", "test"] {
            for range in fold[slice]["rows"].as_array().unwrap() {
                let [from, to] = [0, 1].map(|i| range[i].as_u64().unwrap());
                assert!(from < to && end.is_none_or(|end| end + 12 <= from), "{fold}");
                end = Some(to);
            }
        }
        let test = fold["test"]["rows"][0][0].as_u64().unwrap();
        assert!(last_test <= test, "{fold}");
        last_test = end.unwrap();
    }
}

/// Rising bars, the first `bare` of them without the trade columns that the rest have.
fn with_trades(bare: usize, n: usize) -> String {
    let text = long_rising(n);
    let columns = "count,quote_volume,taker_buy_volume,taker_buy_quote_volume";
    let row = |(i, line): (usize, &str)| match i {
        0 => format!("{line},{columns}\n"),
        i if i <= bare => format!("{line},,,,\n"),
        i => format!("{line},{},{},{},{}\n", 3 + i % 5, 900 + i, 1 + i % 3, 300 + i % 7),
    };
    text.lines().enumerate().map(row).collect()
}

/// As [`rising`], beyond a month: times in seconds.
fn long_rising(n: usize) -> String {
    let row = |i: usize| {
        let open = 100 + i % 90;
        format!(
            "{},{open},{}.5,{}.5,{open},{}\n",
            1_704_067_200 + i * 300,
            open,
            open - 1,
            5 + i % 7
        )
    };
    let header = "date,open,high,low,close,volume\n".to_owned();
    (0..n).map(row).fold(header, |text, row| text + &row)
}

#[test]
fn the_first_fold_waits_until_every_column_has_values() {
    let project = Project::new();
    project.put("a.csv", with_trades(6000, 20_000));
    project.done(&["ingest", "csv", "a.csv", "--symbol", "UP"]);
    let folds = ["folds", "--symbol", "UP", "--train-weeks", "2", "--test-weeks", "1"];
    let flow = [&folds[..], &["--set", "features.set=[calendar,order_flow]"]].concat();
    let run = project.run(&flow);
    assert_eq!(run.code, 0, "{run}");
    insta::assert_snapshot!(run, @r"
    UP 5m, 20000 bars, 6287 of them warm-up: 3 folds

    fold        train from         test from        test until  train  stop  calibrate  test  purged
    0     2024-01-29 00:00  2024-02-12 00:00  2024-02-19 00:00   2811   593        592  2016      36
    1     2024-02-05 00:00  2024-02-19 00:00  2024-02-26 00:00   2811   593        592  2016      36
    2     2024-02-12 00:00  2024-02-26 00:00  2024-03-04 00:00   2811   593        592  2016      36

    not tested: 12095 rows before, 0 between, 1857 after the test windows
     WARN `UP` has the first value of `order_flow_288` at `2024-01-22 19:55`: nothing is learnt before
    ");
    project.put("b.csv", with_trades(20_000, 20_000));
    project.done(&["ingest", "csv", "b.csv", "--symbol", "BARE"]);
    let bare = flow.iter().map(|word| if *word == "UP" { "BARE" } else { word });
    let run = project.run(&bare.collect::<Vec<_>>());
    insta::assert_snapshot!(run.stderr, @r"
     WARN `BARE` has no value of `buy_share`, `buy_share_zscore_96`, `order_flow_12`, `order_flow_48`, `order_flow_288`, `flow_zscore_96`, `flow_return_corr_48`, `count_zscore_96` and 4 more: no fold waits for it
    ");
}

#[test]
fn a_gap_that_empties_a_slice_says_how_to_get_past_it() {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for (bar, day) in (1..=7).chain(22..=31).flat_map(|day| [day; 24]).enumerate() {
        let (price, hour) = (100 + bar, bar % 24);
        text += &format!("2024-01-{day:02} {hour:02}:00,{price},{0}.5,{price},{0},5\n", price + 1);
    }
    let project = Project::new();
    project.put("gap.csv", text);
    project.done(&["ingest", "csv", "gap.csv", "--symbol", "GAP", "--timeframe", "1h"]);
    let weeks = ["--train-weeks", "2", "--test-weeks", "1"];
    let own = ["--symbol", "GAP", "--set", "data.timeframe=1h", "--set", PLAIN];
    let told = project.refusal(&[&["folds"], &weeks[..], &own[..]].concat());
    assert!(told.contains("there are no bars in it"), "{told}");
    assert!(
        told.contains("hint: `edgewalk data audit` lists the gaps; `--set data.from="),
        "{told}"
    );
}
