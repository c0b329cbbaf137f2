//! `optimize`: a rule strategy, chosen anew on each window.

use edgewalk::store::{Table, Values, read_table};

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 9000}
optimize:
  strategy: rsi
  train_bars: 1500
  test_bars: 500
  min_trades: 3
  space: {period: 7..21 step 7, exits: {stop: 1.0..3.0 step 1.0}}
backtest:
  half_spread_bps: 0.1
  commission: {taker_bps: 0.2, maker_bps: 0.1}
  slippage: {bps: 0.1}
";

fn project() -> Project {
    let project = Project::new();
    project.put("config.yml", CONFIG);
    project.done(&["ingest"]);
    project
}

fn results(project: &Project) -> String {
    let files = project.files("results");
    let found = files.iter().find(|name| name.ends_with("champions.parquet")).unwrap();
    format!("results/{}", found.trim_end_matches("champions.parquet"))
}

fn table(project: &Project, name: &str) -> Table {
    read_table(&project.path(&format!("{}{name}", results(project))), None).unwrap()
}

fn numbers(table: &Table, name: &str) -> Vec<f64> {
    match table.column(name).unwrap_or_else(|| panic!("{name}")) {
        Values::F64(values) => values.clone(),
        Values::I64(values) => values.iter().map(|n| *n as f64).collect(),
        _ => panic!("{name} is no number"),
    }
}

#[test]
fn each_window_is_traded_by_what_was_best_before_it() {
    let project = project();
    let told = project.done(&["optimize"]);
    assert!(told.starts_with("SYNTH 5m, `rsi`: 9 settings on 14 windows, 126 tries\n"), "{told}");
    assert!(told.contains("VERDICT: ") && told.contains("9 trials so far"), "{told}");
    let (champions, tries) = (
        table(&project, "champions.parquet"),
        table(&project, "all_in_sample_training_runs.parquet"),
    );
    let best = |window: f64| {
        let rows = numbers(&tries, "window").into_iter().zip(numbers(&tries, "score"));
        rows.filter(|(of, score)| *of == window && score.is_finite())
            .map(|(_, s)| s)
            .fold(f64::NAN, f64::max)
    };
    let mut n_chosen = 0;
    for (window, score) in
        numbers(&champions, "window").into_iter().zip(numbers(&champions, "in_sample_score"))
    {
        let best = best(window);
        if best > 0.0 {
            assert_eq!(score, best, "window {window}");
            n_chosen += 1;
        } else {
            assert!(score.is_nan(), "window {window}: {score}, {best}");
        }
    }
    assert!(n_chosen > 2, "{n_chosen}");
    let (trades, equity) = (table(&project, "trades.parquet"), table(&project, "equity.parquet"));
    let net: f64 = numbers(&trades, "net").iter().sum();
    let end = *numbers(&equity, "equity").last().unwrap();
    assert!((end - 100_000.0 - net).abs() < 1e-6 * end.abs(), "{end} {net}");
    for picture in ["equity", "before_and_after", "parameters"] {
        let files = project.files("logs");
        assert!(files.iter().any(|file| file.ends_with(&format!("{picture}.png"))), "{files:?}");
    }
}

#[test]
fn the_same_bytes_at_any_number_of_threads_and_again_and_no_trial_counts_twice() {
    let project = project();
    for mode in ["grid", "two_stage", "tpe", "hyperband"] {
        let set = format!("optimize.mode={mode}");
        let args = ["optimize", "--trials", "20", "--set", &set, "--set", "optimize.regimes=rules"];
        let told = project.done(&[&args[..], &["--threads", "1"]].concat());
        let before = (project.tree("results"), project.tree("logs"));
        let again = project.done(&[&args[..], &["--threads", "2"]].concat());
        assert_eq!(told, again);
        assert!(before == (project.tree("results"), project.tree("logs")), "{mode}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_was_meant() {
    let project = project();
    let refused = |args: &[&str]| project.refusal(&[&["optimize"], args].concat());
    let told = refused(&["--strategy", "rsy"]);
    assert!(
        told.contains("there is no strategy `rsy`") && told.contains("did you mean `rsi`?"),
        "{told}"
    );
    let told = refused(&["--set", "optimize.space.perod=3..5"]);
    assert!(told.contains("`perod`") && told.contains("did you mean `period`?"), "{told}");
    let told = refused(&["--train-bars", "20000"]);
    assert!(told.contains("bars hold no window of 20000 bars"), "{told}");
    let told = refused(&["--set", "optimize.train_bars=null"]);
    assert!(told.contains("are given together, or neither is"), "{told}");
    let told = refused(&["--step-bars", "100"]);
    assert!(told.contains("the step must be at least as long as the test"), "{told}");
    let told = refused(&["--set", "optimize.space.exits.stop=1.0..2.0"]);
    assert!(told.contains("has no step, which a grid needs"), "{told}");
    let told = refused(&["--mode", "annealing"]);
    assert!(told.contains("optimize.mode"), "{told}");
}
