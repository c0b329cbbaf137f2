//! `sweep`: many settings on stored predictions, each what `backtest` would make of it.

use std::path::Path;

use edgewalk::backtest::metrics::days::Days;
use edgewalk::backtest::metrics::drawdown::Drawdown;
use edgewalk::store::{Table, Values, read_table};
use edgewalk::units::Ts;

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 9000, planted: {ic: 0.3, horizon: 3}}
features: {set: [core, order_flow]}
labels: {horizons: [1, 3]}
data: {train: {to: 2022-01-24}}
learn: {rounds: 30, max_depth: 3, learning_rate: 0.1, patience: 10, stop_on: loss}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 50, z_window: 200, quantile_window: 200, volatility_window: 100}
backtest:
  half_spread_bps: 0.1
  commission: {taker_bps: 0.2, maker_bps: 0.1}
  slippage: {bps: 0.1}
";

/// With predictions.
fn project(more: &[&str]) -> Project {
    let project = Project::new();
    project.put("config.yml", CONFIG);
    for command in ["ingest", "train", "predict"] {
        project.done(&with(&[command], more));
    }
    project
}

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    args.iter().chain(more).copied().collect()
}

/// `sweep` with these spaces; what it printed.
fn sweep(project: &Project, sets: &[&str], more: &[&str]) -> String {
    project.done(&with(&swept(sets), more))
}

fn swept<'a>(sets: &[&'a str]) -> Vec<&'a str> {
    let flags = sets.iter().flat_map(|set| ["--set", *set]);
    ["sweep"].into_iter().chain(flags).collect()
}

/// The table of the only sweep there is.
fn sheet(project: &Project) -> Table {
    let files = project.files("results");
    let names: Vec<&String> = files.iter().filter(|name| name.ends_with("sweep.parquet")).collect();
    assert_eq!(names.len(), 1, "{files:?}");
    read_table(&project.path(&format!("results/{}", names[0])), None).unwrap()
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    match table.column(name).unwrap_or_else(|| panic!("{name}")) {
        Values::F64(values) => values.clone(),
        Values::I64(values) => values.iter().map(|n| *n as f64).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    match table.column(name).unwrap_or_else(|| panic!("{name}")) {
        Values::Text(values) => values.clone(),
        other => numbers_as_text(other),
    }
}

fn numbers_as_text(values: &Values) -> Vec<String> {
    match values {
        Values::F64(values) => values.iter().map(ToString::to_string).collect(),
        Values::I64(values) => values.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

/// Each setting is told as a backtest of its own tells it.
fn equals_backtests(project: &Project, keys: &[&str], more: &[&str]) -> Vec<String> {
    let sheet = sheet(project);
    let values: Vec<Vec<String>> = keys.iter().map(|key| texts(&sheet, key)).collect();
    for row in 0..sheet.n_rows() {
        let flags: Vec<String> = keys
            .iter()
            .zip(&values)
            .map(|(key, values)| format!("--set={key}={}", values[row]))
            .collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        project.done(&with(&with(&["backtest"], &flags), more));
        let told = |name: &str| numbers(&sheet, name)[row];
        equals_backtest(&told, &project.path("results").join(project.latest()), &flags);
    }
    let trades = numbers(&sheet, "trades");
    assert!(trades.iter().sum::<f64>() > 50.0, "{trades:?}");
    texts(&sheet, "by")
}

const CASH: f64 = 100_000.0;

/// Equity, trades, return and ratio to the last bit; turnover and drawdown by its days' ends.
fn equals_backtest(told: &dyn Fn(&str) -> f64, folder: &Path, flags: &[&str]) {
    let json = std::fs::read_to_string(folder.join("metrics.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let metric = |of: &str, name: &str| json[of][name].as_f64().unwrap_or(f64::NAN);
    let (ts, equity) = equity_of(folder);
    for (name, exact) in [
        ("equity", equity[equity.len() - 1]),
        ("trades", metric("trades", "trades")),
        ("wins", metric("trades", "wins")),
        ("net_return", metric("growth", "total_return")),
        ("sharpe", metric("sharpe", "sharpe")),
    ] {
        let both_none = told(name).is_nan() && exact.is_nan();
        assert!(both_none || told(name).to_bits() == exact.to_bits(), "{name} of {flags:?}");
    }
    let days = Days::new(&ts, &equity);
    let deepest = Drawdown::new(&ts[..days.len()], &days.equity, CASH).max_drawdown;
    assert_eq!(Some(told("max_drawdown")), deepest, "{flags:?}");
    assert!(told("max_drawdown") <= metric("drawdown", "max_drawdown"), "{flags:?}");
    let fills = read_table(&folder.join("fills.parquet"), None).unwrap();
    let (qty, price) = (numbers(&fills, "qty"), numbers(&fills, "price"));
    let traded: f64 = qty.iter().zip(&price).map(|(qty, price)| qty * price).sum();
    let mean = days.equity.iter().sum::<f64>() / days.len() as f64;
    let turnover = traded / mean / metric("period", "years");
    let off = (told("turnover_per_year") - turnover).abs();
    assert!(off <= 1e-9 * turnover, "turnover of {flags:?}");
}

fn equity_of(folder: &Path) -> (Vec<Ts>, Vec<f64>) {
    let table = read_table(&folder.join("equity.parquet"), None).unwrap();
    let Some(Values::Ts(ts)) = table.column("ts") else { panic!("no times") };
    (ts.clone(), numbers(&table, "equity"))
}

#[test]
fn every_setting_is_the_backtest_of_its_values_bit_for_bit() {
    let project = project(&[]);
    let keys = [
        "backtest.max_participation",
        "backtest.on_opposite",
        "trading_logic.atr_window",
        "trading_logic.stop_atr",
        "trading_logic.z_threshold",
    ];
    let spaces = ["0.001 | null", "hold | exit", "5..20:15", "1.5..2:0.5", "0.3..0.9:0.6"];
    let sets: Vec<String> =
        keys.iter().zip(spaces).map(|(key, space)| format!("{key}={space}")).collect();
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    let told = sweep(&project, &sets, &[]);
    assert!(told.contains("32 settings from 2022-01-2"), "{told}");
    assert!(told.contains("through the engine: an opposite signal ends positions."), "{told}");
    let by = equals_backtests(&project, &keys, &[]);
    for way in ["screen", "engine: the volume cap splits a fill", "engine: an opposite signal"] {
        assert!(by.iter().any(|by| by.starts_with(way)), "{way}: {by:?}");
    }
}

#[test]
fn several_symbols_go_through_the_engine_to_the_same_bits() {
    let symbols = ["--set", "data.symbols=[ONE, TWO]"];
    let project = project(&symbols);
    let keys = ["trading_logic.max_hold_bars", "trading_logic.sizing.method"];
    let sets =
        ["trading_logic.max_hold_bars=6 | null", "trading_logic.sizing.method=fixed | kelly"];
    sweep(&project, &sets, &symbols);
    let by = equals_backtests(&project, &keys, &symbols);
    assert!(by.iter().all(|by| by == "engine: several symbols share the account"), "{by:?}");
}

#[test]
fn every_way_of_weighing_horizons_is_obeyed_whatever_the_training_used() {
    // Sizes below the largest, so that they tell what is expected.
    let sizes = "trading_logic.sizing.risk_aversion=500";
    let more = ["--set", "labels.horizons=[3, 12]", "--set", sizes];
    let project = project(&more);
    let key = "trading_logic.horizon_weights.method";
    let set = format!("{key}=equal | ic | ic_shrunk");
    sweep(&project, &[&set], &more);
    equals_backtests(&project, &[key], &more);
    let sheet = sheet(&project);
    assert_eq!(texts(&sheet, key), ["equal", "ic", "ic_shrunk"]);
    let equity = numbers(&sheet, "equity");
    assert!(equity[1] != equity[2] && equity[1] != equity[0], "{equity:?}");
}

const GRID: [&str; 2] =
    ["trading_logic.z_threshold=0.2..1.4:0.1", "trading_logic.target_atr=1..4:0.5"];

#[test]
fn threads_change_no_byte_and_a_second_run_tries_nothing() {
    let project = project(&[]);
    let first = sweep(&project, &GRID, &["--threads", "1"]);
    let folders = ["results", "logs"];
    let trees = folders.map(|folder| project.tree(folder));
    let again = project.run(&with(&swept(&GRID), &["-v"]));
    assert_eq!(again.stdout, first);
    assert!(!again.stderr.contains("tried 91"), "{}", again.stderr);
    assert!(again.stderr.contains("all 91 settings were tried before"), "{}", again.stderr);
    assert!(folders.map(|folder| project.tree(folder)) == trees);
    for folder in ["results", "logs"] {
        let swept = |name: &String| name.contains("sweep");
        for name in project.files(folder).into_iter().filter(swept) {
            std::fs::remove_file(project.path(&format!("{folder}/{name}"))).unwrap();
        }
    }
    assert_eq!(sweep(&project, &GRID, &["--threads", "2"]), first);
    assert!(folders.map(|folder| project.tree(folder)) == trees);
    let sheet = sheet(&project);
    let (sharpe, around) = (numbers(&sheet, "sharpe"), numbers(&sheet, "sharpe_around"));
    // 7 targets by 13 thresholds, the last key changing fastest: the first has two neighbours.
    assert_eq!(sharpe.len(), 91);
    assert!((around[0] - (sharpe[1] + sharpe[13]) / 2.0).abs() < 1e-12);
    assert_eq!(numbers(&sheet, "n_around")[14], 4.0);
}

const TPE: [&str; 3] = [
    "trading_logic.z_threshold=0.1..1.5",
    "trading_logic.stop_atr=1.0..4.0",
    "trading_logic.ev_gate=true | false",
];

#[test]
fn a_killed_search_goes_on_to_the_same_bytes() {
    use std::io::{BufRead, BufReader};
    let project = project(&[]);
    let args = with(&swept(&TPE), &["--sampler", "tpe", "--trials", "70", "-v"]);
    let mut child = project.start(&args);
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let n_told = lines.map_while(Result::ok).filter(|line| line.contains("tried 16")).take(2);
    assert_eq!(n_told.count(), 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let resumed = project.run(&args);
    assert!(resumed.stderr.matches("tried 16").count() <= 2, "{}", resumed.stderr);
    assert!(resumed.stderr.contains(" of 70 settings were tried before"), "{}", resumed.stderr);
    let folders = ["results", "logs"];
    let trees = folders.map(|folder| project.tree(folder));
    for (folder, tree) in folders.iter().zip(&trees) {
        for name in tree.keys().filter(|name| name.contains("sweep")) {
            std::fs::remove_file(project.path(&format!("{folder}/{name}"))).unwrap();
        }
    }
    assert_eq!(project.done(&args), resumed.stdout);
    assert!(folders.map(|folder| project.tree(folder)) == trees);
    let seed = project.done(&with(&args, &["--set", "seed=8"]));
    assert_ne!(seed, resumed.stdout);
}

#[test]
fn what_cannot_be_swept_is_refused() {
    let project = project(&[]);
    let wide = "trading_logic.z_threshold=0.001..3.0:0.001";
    let cases: [&[&str]; 9] = [
        &[],
        &["--set", "trading_logic.z_treshold=0.5..3.0:0.1"],
        &["--set", "trading_logic.z_threshold=3.0..0.5:0.1"],
        &["--set", "trading_logic.z_threshold=0.5..30.0:0.5"],
        &["--set", "trading_logic.z_threshold=0.5..3.0"],
        &["--set", "learn.max_depth=3..8"],
        &["--set", wide, "--set", "trading_logic.stop_atr=0.1..9.0:0.1"],
        &["--set", "trading_logic.z_threshold=1..3:0.5", "--trials", "3"],
        &["--set", "trading_logic.z_threshold=1..3:0.5", "--run", "none"],
    ];
    let mut told = String::new();
    for case in cases {
        let args = with(&["sweep"], case);
        told += &format!("$ edgewalk {}\n{}\n", args.join(" "), project.refusal(&args));
    }
    insta::assert_snapshot!(told.replace(&project.latest(), "[id]"));
    assert!(!project.files("results").iter().any(|name| name.contains("sweep")));
}

#[test]
fn settings_that_cannot_be_are_failed_trials_with_their_reason() {
    let project = project(&[]);
    let sets = ["trading_logic.persistence_k=1..3:1", "trading_logic.persistence_n=1..2:1"];
    let told = sweep(&project, &sets, &[]);
    assert!(told.contains("3 of 2 bars can never agree"), "{told}");
    let never = ["trading_logic.z_threshold=8 | 9"];
    let told = sweep(&project, &never, &[]);
    assert!(told.contains("2 without a Sharpe ratio: no trade"), "{told}");
}

#[test]
fn the_same_setting_is_one_trial_whoever_tries_it() {
    let project = project(&[]);
    let told = sweep(&project, &["trading_logic.z_threshold=0.5..1.5:0.5"], &[]);
    assert!(told.contains("3 trials so far"), "{told}");
    // The config's own threshold is 1: the sweep has tried it.
    assert!(project.done(&["backtest"]).contains("3 trials so far"));
    let told = sweep(&project, &["trading_logic.z_threshold=0.5..2.0:0.5"], &[]);
    assert!(told.contains("4 trials so far"), "{told}");
    let dearer = project.done(&["backtest", "--set", "backtest.half_spread_bps=0.2"]);
    assert!(dearer.contains("5 trials so far"), "{dearer}");
}

#[test]
fn settings_of_few_trades_stand_below_all_others() {
    let project = project(&[]);
    let told = sweep(&project, &["trading_logic.z_threshold=0.4..3.4:0.2"], &[]);
    let sheet = sheet(&project);
    let (rank, trades) = (numbers(&sheet, "rank"), numbers(&sheet, "trades"));
    let sharpe = numbers(&sheet, "sharpe");
    let mut rows: Vec<usize> = (0..rank.len()).filter(|row| rank[*row] > 0.0).collect();
    rows.sort_by(|a, b| rank[*a].total_cmp(&rank[*b]));
    let n_many = rows.iter().filter(|row| trades[**row] >= 30.0).count();
    let n_few = rows.len() - n_many;
    assert!(n_many > 1 && n_few > 1, "{trades:?}");
    assert!(rows[..n_many].iter().all(|row| trades[*row] >= 30.0), "{trades:?} {rank:?}");
    for part in [&rows[..n_many], &rows[n_many..]] {
        assert!(part.windows(2).all(|pair| sharpe[pair[0]] >= sharpe[pair[1]]));
    }
    assert!(told.contains(&format!("{n_few} settings with fewer than 30 trades")), "{told}");
}

#[test]
fn costs_of_one_symbol_can_be_swept() {
    let slippage = "backtest.symbols.BB.slippage={model: volatility, volatility_fraction: 0.02}";
    let more = ["--set", "data.symbols=[AA, BB]", "--set", slippage];
    let project = project(&more);
    let keys = ["backtest.symbols.BB.half_spread_bps", "backtest.symbols.BB.slippage.window_bars"];
    let [spread, window] = keys;
    let sets = [format!("{spread}=0.1 | 0.5"), format!("{window}=20 | 288")];
    let told = sweep(&project, &sets.each_ref().map(String::as_str), &more);
    assert!(told.contains("4 trials so far"), "{told}");
    equals_backtests(&project, &keys, &more);
    let equity = numbers(&sheet(&project), "equity");
    let differ = |at: usize| (0..at).all(|other| equity[at] != equity[other]);
    assert!((0..4).all(differ), "{equity:?}");
}
