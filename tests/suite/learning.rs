//! `train`, `predict`, `explain`: models from bars, and what is refused.

use std::collections::BTreeMap;

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 9000, planted: {ic: 0.2, horizon: 3}}
features: {set: [core, order_flow]}
labels: {horizons: [1, 3]}
data: {train: {to: 2022-01-24}}
learn: {rounds: 30, max_depth: 3, learning_rate: 0.1, patience: 10, stop_on: loss}
calibration: {min_rows: 200}
tuning: {folds: 3}
";

fn project() -> Project {
    Project::of(CONFIG)
}

#[test]
fn a_model_is_trained_once_and_latest_points_to_the_last() {
    let project = project();
    let told = project.done(&["train"]);
    assert!(told.starts_with("SYNTH 5m, gbdt of 20 columns, decisions from 2022-01-0"), "{told}");
    let id = project.latest();
    assert!(id.starts_with("train-synth-5m-"), "{id}");
    let files = project.files(&format!("models/{id}"));
    let expected = [
        "columns.json",
        "config.yml",
        "fold_000.json",
        "fold_000_h01.calibration.json",
        "fold_000_h01.json",
        "fold_000_h03.calibration.json",
        "fold_000_h03.json",
        "manifest.json",
    ];
    assert_eq!(files, expected);
    project.done(&["train", "--set", "learn.rounds=12"]);
    assert_ne!(project.latest(), id);
    assert!(project.done(&["train"]).ends_with(&format!("trained before: `models/{id}`\n")));
    assert_eq!(project.latest(), id);
}

#[test]
fn a_model_predicts_what_follows_the_same_in_any_range_and_is_explained() {
    let project = project();
    project.done(&["train"]);
    let id = project.latest();
    let told = project.done(&["predict", "--csv"]);
    assert!(told.contains("bars from 2022-01-23 23:55 to 2022-02-03 05:55"), "{told}");
    let csv = project.text(&format!("results/{id}/predictions.csv"));
    let header = "ts,symbol,fold,raw_1,exp_bps_1,p_up_1,low_bps_1,high_bps_1,raw_3,";
    assert!(csv.starts_with(header), "{}", &csv[..200]);
    assert!(csv.contains("\n2022-01-24T00:00:00Z,SYNTH,0,"), "{}", &csv[..400]);

    // A row's prediction and interval are the same in any range, and with fewer bars behind it.
    project.done(&["predict", "--csv", "--from", "2022-01-27", "--to", "2022-01-28"]);
    let part = project.text(&format!("results/{id}/predictions_2022-01-27_2022-01-27.csv"));
    assert!(part.lines().count() == 289 && part.lines().all(|line| csv.contains(line)));
    project.done(&["predict", "--csv", "--set", "data.to=2022-01-29T03:00"]);
    let live = project.text(&format!("results/{id}/predictions.csv"));
    assert!(live.lines().count() > 1400 && csv.starts_with(&live));

    project.done(&["explain", "--top", "3"]);
    for name in ["importance_h01", "beeswarm_h01", "importance_h03", "beeswarm_h03"] {
        let png = project.bytes(&format!("logs/diagnostics/{id}/shap_{name}.png"));
        assert!(png.starts_with(b"\x89PNG"), "{name}");
    }
    let told = project.done(&["explain", "--from", "2022-01-26"]);
    assert!(told.contains("drift against the training slice: "), "{told}");
}

#[test]
fn a_planted_effect_is_predicted_out_of_sample_with_its_size() {
    let project = project();
    let market = [
        "--set",
        "synthetic.bars=40000",
        "--set",
        "synthetic.regimes=false",
        "--set",
        "data.train.to=2022-04-25",
    ];
    let run = |command: &str| {
        let args: Vec<&str> = command.split(' ').chain(market).collect();
        project.done(&args)
    };
    run("ingest");
    run("train --set labels.horizons=[3]");
    let told = project.done(&["predict"]);
    let line = told.lines().find(|line| line.starts_with("3 ")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    // horizon rows known IC ± error hits % slope ± error R² % inside % …
    let ic: f64 = cells[3].parse().unwrap();
    assert!((0.12..0.26).contains(&ic), "planted 0.2: {line}");
    let slope: f64 = cells[8].parse().unwrap();
    assert!((0.6..1.4).contains(&slope), "{line}");
    // Of the planted 0.2² = 4 %.
    let r2: f64 = cells[11].parse().unwrap();
    assert!((2.4..5.6).contains(&r2), "{line}");
    let inside: f64 = cells[13].parse().unwrap();
    assert!((87.0..93.0).contains(&inside), "{line}");

    let mut chances = told.lines().skip_while(|line| !line.contains("Brier"));
    let line = chances.find(|line| line.starts_with("3 ")).unwrap();
    // horizon Brier of-a-coin reliability resolution ECE % slope intercept
    let number = |at: usize| line.split_whitespace().nth(at).unwrap().parse::<f64>().unwrap();
    assert!(number(1) < number(2) && number(3) < number(4), "better than a coin: {line}");
    assert!(number(5) < 5.0 && (0.6..1.6).contains(&number(7)), "{line}");
    let png = format!("logs/diagnostics/{}/reliability.png", project.latest());
    assert!(project.bytes(&png).starts_with(b"\x89PNG"));
}

#[test]
fn a_prediction_tells_when_the_bars_of_the_training_have_changed() {
    let project = project();
    project.done(&["train"]);
    assert!(!project.done(&["predict"]).contains("note: "));
    let told = project.done(&["predict", "--set", "data.from=2022-01-04"]);
    assert!(told.contains("note: the rows the model was trained on are not what they were"));
}

#[test]
fn rows_of_the_training_range_are_refused_or_marked() {
    let project = project();
    project.done(&["train"]);
    insta::assert_snapshot!(
        project.refusal(&["predict", "--from", "2022-01-20"]).replace(&project.latest(), "[id]")
    );
    project.done(&["predict", "--from", "2022-01-20", "--in-sample"]);
    let id = project.latest();
    assert_eq!(
        project.files(&format!("results/{id}")),
        [
            "in_sample_2022-01-20_2022-02-03.parquet",
            "reliability_in_sample_2022-01-20_2022-02-03.parquet"
        ]
    );
    // All bars were learnt from: nothing is left.
    project.done(&["train", "--set", "data.train.to=null"]);
    insta::assert_snapshot!(project.refusal(&["predict"]));
}

#[test]
fn threads_change_no_byte_of_a_model_its_trials_predictions_and_pictures() {
    let all = |threads: &str| -> BTreeMap<String, Vec<u8>> {
        let project = project();
        let run = |command: &str| {
            let args: Vec<&str> = command.split(' ').chain(["--threads", threads]).collect();
            project.done(&args)
        };
        let printed = [run("train --tune 5"), run("predict"), run("explain")];
        let mut tree = BTreeMap::from([("printed".to_owned(), printed.concat().into_bytes())]);
        for folder in ["models", "results", "logs"] {
            let files = project.tree(folder).into_iter();
            tree.extend(files.map(|(name, bytes)| (format!("{folder}/{name}"), bytes)));
        }
        tree
    };
    let one = all("1");
    let ledger =
        |kind: &str| one.keys().any(|name| name.contains("trials/") && name.contains(kind));
    assert!(ledger("/tune-") && ledger("/baseline-"), "{:?}", one.keys());
    for threads in ["2", "4"] {
        let other = all(threads);
        assert_eq!(other.keys().collect::<Vec<_>>(), one.keys().collect::<Vec<_>>());
        for (name, bytes) in &one {
            assert!(other[name] == *bytes, "{name} differs at {threads} threads");
        }
    }
}

#[test]
fn a_killed_tuning_goes_on_and_scores_nothing_twice() {
    let undisturbed = project();
    let args = ["train", "--tune", "8", "-v"];
    undisturbed.done(&args);
    let project = project();
    let mut scored: Vec<String> = Vec::new();
    for n in [3, 6] {
        scored.extend(killed_after(&project, &args, n));
    }
    let run = project.run(&args);
    assert_eq!(run.code, 0, "{run}");
    let more = run.stderr.lines().filter(|line| line.contains("scored")).map(str::to_owned);
    scored.extend(more.map(|line| line.trim().to_owned()));
    let n = scored.len();
    scored.sort();
    scored.dedup();
    assert_eq!(scored.len(), n, "a step was scored twice");
    for folder in ["models", "results"] {
        assert!(project.tree(folder) == undisturbed.tree(folder), "{folder}");
    }
}

/// Runs until `n` steps are told to be scored, then kills; what was told.
fn killed_after(project: &Project, args: &[&str], n: usize) -> Vec<String> {
    use std::io::{BufRead, BufReader};
    let mut child = project.start(args);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let told = lines.map_while(Result::ok).filter(|line| line.contains("scored")).take(n);
    let told = told.map(|line| line.trim().to_owned()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    told
}

#[test]
fn what_cannot_be_learnt_is_refused_and_leaves_nothing() {
    let project = project();
    let cases: [&[&str]; 8] = [
        &["--set", "learn.backend=catboost"],
        &["--set", "data.train.to=2022-01-04T09:00"],
        &["--set", "data.train.from=2021-01-01", "--set", "data.train.to=2021-02-01"],
        &["--set", "features.expressions={never: 'log(0 - close)'}"],
        &["--set", "learn.monotone={no_such_column: 1}"],
        &["--set", "tuning.space={depth: 3..8}"],
        &["--set", "tuning.space={max_depth: eight}"],
        &["--set", "learn.backend=linear", "--set", "learn.prune=5"],
    ];
    project.done(&["train", "--set", "learn.monotone={ret_1: -1}", "--set", "learn.prune=2"]);
    std::fs::remove_dir_all(project.path("models")).unwrap();
    let mut told = String::new();
    for case in cases {
        let args: Vec<&str> = ["train"].into_iter().chain(case.iter().copied()).collect();
        told += &format!("$ edgewalk {}\n{}\n", args.join(" "), project.refusal(&args));
        assert!(!project.path("models").exists(), "{args:?}");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn flat_prices_and_tipped_columns_are_refused() {
    let project = Project::new();
    let bar = |i: i64| {
        let (day, minute) = (3 + i / 288, i % 288 * 5);
        format!("2022-01-{day:02} {:02}:{:02}", minute / 60, minute % 60)
    };
    let flat: String = (0..6000).map(|i| format!("{},10,10,10,10,1\n", bar(i))).collect();
    project.put("flat.csv", format!("ts,open,high,low,close,volume\n{flat}"));
    project.done(&["ingest", "csv", "flat.csv", "--symbol", "FLAT", "--timeframe", "5m"]);
    // The tip is the return from the next open to the one after it, with some noise.
    let price = |i: i64| 100.0 + (i * 7919 % 1009) as f64 / 100.0;
    let row = |i: i64| {
        let (open, close) = (price(i), price(i + 1));
        let (high, low) = (open.max(close), open.min(close));
        let tip = price(i + 2) - price(i + 1) + (i % 7) as f64;
        format!("{},{open},{high},{low},{close},{},{tip}\n", bar(i), 10 + i % 13)
    };
    let rows: String = (0..6000).map(row).collect();
    project.put("tip.csv", format!("ts,open,high,low,close,volume,tip\n{rows}"));
    let args = ["ingest", "csv", "tip.csv", "--symbol", "TIP", "--timeframe", "5m"];
    project.done(&args.into_iter().chain(["--column", "tip=tip"]).collect::<Vec<_>>());
    let refused = |symbol: &str, more: &[&str]| {
        let args = ["train", "--symbol", symbol, "--set", "labels.horizons=[1]"];
        let args: Vec<&str> = args.into_iter().chain(more.iter().copied()).collect();
        project.refusal(&args)
    };
    insta::assert_snapshot!(refused("FLAT", &["--set", "features.set=[calendar]"]));
    let tip = ["--set", "features.set=[calendar]", "--set", "features.expressions={hint: tip}"];
    insta::assert_snapshot!(refused("TIP", &tip));
    assert!(!project.path("models").exists());
}

#[test]
fn a_model_that_is_damaged_unfinished_or_made_for_other_columns_is_refused() {
    let project = project();
    project.done(&["train"]);
    let id = project.latest();
    let refused = || project.refusal(&["predict"]).replace(&id, "[id]");
    let damage = |name: &str, edit: &dyn Fn(&mut Vec<u8>)| {
        let path = format!("models/{id}/{name}");
        let whole = project.bytes(&path);
        let mut bytes = whole.clone();
        edit(&mut bytes);
        project.put(&path, &bytes);
        let told = refused();
        project.put(&path, &whole);
        told
    };
    let flip = |bytes: &mut Vec<u8>| bytes[200] ^= 1;
    let mut told = damage("fold_000_h03.json", &flip);
    told += &damage("fold_000_h01.calibration.json", &|bytes| bytes.truncate(100));
    told += &damage("manifest.json", &|bytes| bytes.truncate(100));
    std::fs::remove_file(project.path(&format!("models/{id}/columns.json"))).unwrap();
    told += &refused();
    std::fs::remove_file(project.path(&format!("models/{id}/manifest.json"))).unwrap();
    told += &refused();
    told += &project.refusal(&["predict", "--model", "models/none"]);
    insta::assert_snapshot!(told);
    // The same training puts it right.
    project.done(&["train"]);
    project.done(&["predict"]);
}

#[test]
fn every_backend_trains_predicts_and_is_explained() {
    let project = project();
    for backend in ["hessboost", "linear", "forest"] {
        let set = format!("learn.backend={backend}");
        project.done(&["train", "--set", &set, "--set", "learn.min_child_weight=20"]);
        assert!(project.done(&["predict"]).contains("wrote"), "{backend}");
        assert!(project.done(&["explain"]).contains("horizon 3 bars"), "{backend}");
    }
    let run = project.run(&[
        "train",
        "--set",
        "learn.backend=xgboost",
        "--set",
        "learn.xgboost_library=/no/libxgboost.so",
    ]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stderr.contains("hint: "), "{run}");
}

#[test]
fn several_symbols_are_one_data_set() {
    let project = project();
    let set = ["--set", "data.symbols=[ONE, TWO]"];
    let run = |command: &str| {
        let args: Vec<&str> = command.split(' ').chain(set).collect();
        project.done(&args)
    };
    run("ingest");
    let told = run("train");
    assert!(told.starts_with("ONE, TWO 5m, gbdt of 20 columns"), "{told}");
    run("predict --csv");
    let csv = project.text(&format!("results/{}/predictions.csv", project.latest()));
    let symbols: Vec<&str> =
        csv.lines().skip(1).take(4).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(symbols, ["ONE", "TWO", "ONE", "TWO"]);
}
