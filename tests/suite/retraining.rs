//! `walkforward --retrain drift`: models are kept until something has changed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::project::Project;
use crate::walkforward::written;

const CONFIG: &str = "synthetic: {bars: 20000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [order_flow], expressions: {r1: 'close / lag(close, 1) - 1'}}
labels: {horizons: [3, 6]}
walkforward: {train_weeks: 2, test_weeks: 1, retrain: drift, drift: {max_age: 3}}
learn: {rounds: 20, learning_rate: 0.1, max_column_ic: 0.9}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

fn project() -> Project {
    Project::of(CONFIG)
}

fn json(project: &Project, name: &str) -> Value {
    serde_json::from_str(&project.text(&format!("results/{}/{name}", project.latest()))).unwrap()
}

fn decisions(project: &Project) -> Vec<Value> {
    json(project, "retraining.json")["decisions"].as_array().unwrap().clone()
}

/// The folds that have a model of their own.
fn trained(files: &BTreeMap<String, Vec<u8>>, run: &str) -> Vec<u64> {
    let (start, end) = (format!("models/{run}/fold_"), "_h03.json");
    let number = |name: &String| name.strip_prefix(&start)?.strip_suffix(end)?.parse().ok();
    files.keys().filter_map(number).collect()
}

#[test]
fn a_kept_model_predicts_the_next_window_and_every_decision_is_on_record() {
    let project = project();
    let told = project.done(&["walkforward"]);
    let decisions = decisions(&project);
    let number = |one: &Value, key: &str| one[key].as_u64().unwrap();
    let own: Vec<u64> = decisions
        .iter()
        .filter(|one| one["action"] == "train")
        .map(|one| number(one, "fold"))
        .collect();
    assert!(own.len() > 1 && own.len() < decisions.len(), "{own:?}");
    assert!(told.contains(&format!(
        "{} trainings for {} test windows",
        own.len(),
        decisions.len()
    )));
    let (run, files) = (project.latest(), written(&project));
    assert_eq!(trained(&files, &run), own);
    for one in &decisions {
        let (fold, model) = (number(one, "fold"), number(one, "model"));
        let report = &files[&format!("models/{run}/fold_{fold:03}.json")];
        let report: Value = serde_json::from_slice(report).unwrap();
        // The report is that of the model, whose training ended before the window it was made for.
        let made_for = decisions.iter().find(|one| number(one, "fold") == model).unwrap();
        assert_eq!(report["until"], made_for["at"], "{report}");
        let of = if model == fold { Value::Null } else { model.into() };
        assert_eq!(report["model"], of);
        let looks = one["looks"].as_array().unwrap();
        assert_eq!(looks.is_empty(), fold == 0);
        let is_beyond = |look: &Value| look["statistic"].as_f64() > look["threshold"].as_f64();
        assert!(looks.iter().all(|look| look["is_alarm"] == is_beyond(look)), "{looks:?}");
    }
    // What is there is not computed again; the run is a run like any other.
    let again = project.done(&["walkforward"]);
    assert!(again.contains(&format!("{0} folds, {0} of them computed before", decisions.len())));
    assert!(written(&project) == files);
    assert!(project.done(&["diagnose"]).contains("VERDICT: "));
    let told = project.refusal(&["walkforward", "--retrain", "schedule", "--compare"]);
    assert!(told.contains("--retrain drift --compare"), "{told}");
}

#[test]
fn by_schedule_drifts_settings_make_no_other_run() {
    let project = project();
    // A backtest and a diagnosis note the config as it is, whatever they read of it.
    let noted = ["/backtest.yml", "/diagnosis.yml", "/manifest.json", "/report.html"];
    let learnt = |project: &Project| {
        let mut files = written(project);
        let is_noted = |name: &str| noted.iter().any(|end| name.ends_with(end));
        files.retain(|name, _| name.starts_with("models/") || !is_noted(name));
        files
    };
    project.done(&["walkforward", "--retrain", "schedule"]);
    let files = learnt(&project);
    let drift = ["--set", "walkforward.drift.max_age=9", "--retrain", "schedule"];
    project.done(&[&["walkforward"], &drift[..]].concat());
    let again = learnt(&project);
    let other: Vec<&String> =
        files.keys().filter(|name| files.get(*name) != again.get(*name)).collect();
    assert!(other.is_empty() && files.len() == again.len(), "{other:?}");
    assert!(!files.keys().any(|name| name.contains("retraining")));
}

#[test]
fn both_policies_are_compared_on_the_same_windows_at_equal_cost() {
    let compared = project();
    let told = compared.done(&["walkforward", "--compare"]);
    assert!(told.contains("drift less fixed steps"), "{told}");
    let found = json(&compared, "retraining_comparison.json");
    let policies = found["policies"].as_array().unwrap();
    let n = |at: usize| policies[at]["n_trainings"].as_u64().unwrap();
    assert_eq!((n(0), n(1), n(3)), (found["n_windows"].as_u64().unwrap(), n(2), 1));
    for difference in found["differences"].as_array().unwrap() {
        for horizon in difference["horizons"].as_array().unwrap() {
            let by_fold = &horizon["by_fold"];
            assert_eq!(by_fold["n_folds"], found["n_windows"]);
            // Nowhere is the training's effect as large as what there is to be found.
            assert!(by_fold["mean"].as_f64().unwrap().abs() < 0.1, "{horizon}");
            assert!(by_fold["ic"][0].as_f64().unwrap() > 0.1, "{horizon}");
        }
    }
    reported(&compared, &found);
    // Windows with a model of their own are predicted as by schedule: there both are the same.
    let kept = decisions(&compared).iter().filter(|one| one["action"] == "keep").count();
    let apart = &found["differences"][0]["horizons"][0]["by_fold"]["n_apart"];
    assert_eq!(apart.as_u64(), Some(kept as u64));
    // Models that are borrowed from the other run are those that are trained without it.
    let alone = project();
    alone.done(&["walkforward"]);
    let run = alone.latest();
    assert_eq!(run, compared.latest());
    let own = |project: &Project| {
        let mut files = written(project);
        // A diagnosis tells of the comparison, and manifests of the diagnosis.
        let told = ["comparison", "/diagnostics.json", "/diagnostics/retraining."];
        let is_told = |name: &str| told.iter().any(|part| name.contains(part));
        files.retain(|name, _| name.contains(&run) && !is_told(name));
        files.remove(&format!("{run}/manifest.json"));
        files
    };
    assert!(own(&alone) == own(&compared));
}

/// The report tells the comparison, too, and the list of runs how often models were trained.
fn reported(compared: &Project, found: &Value) {
    let n_trained = found["policies"][1]["n_trainings"].as_u64().unwrap();
    let (run, n_windows) = (compared.latest(), found["n_windows"].as_u64().unwrap());
    let page = compared.text(&format!("logs/diagnostics/{run}/report.html"));
    for told in ["What fewer trainings cost", "drift less fixed steps", "Trainings for "] {
        assert!(page.contains(told), "{told}");
    }
    let list = compared.done(&["run", "list"]);
    assert!(list.contains(&format!("  {n_windows} ({n_trained} trained)  ")), "{list}");
    let readme = include_str!("../../README.md");
    let guide = compared.text(&format!("logs/diagnostics/{run}/how_to_read.md"));
    let how = guide.split("## What fewer trainings cost\n\n").nth(1).unwrap();
    assert!(readme.contains(how.lines().next().unwrap()), "{how}");
}

#[test]
fn a_walk_by_drift_that_was_killed_ends_in_the_same_bytes_at_any_number_of_threads() {
    let undisturbed = project();
    undisturbed.done(&["walkforward", "--threads", "2"]);
    let project = project();
    for wait in [60, 120, 180, 240, 300, 400, 500] {
        let mut child = project.start(&["walkforward", "--threads", "1"]);
        std::thread::park_timeout(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    project.done(&["walkforward", "--threads", "1"]);
    let (one, other) = (written(&undisturbed), written(&project));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one == other);
}

#[test]
fn a_future_that_is_not_there_changes_no_earlier_decision() {
    let project = project();
    project.done(&["walkforward"]);
    let whole = decisions(&project);
    let to = whole[5]["at"].as_str().unwrap().to_owned();
    // With the bar that the last label of the window ends with.
    let to = format!("data.to={}", to.replace("00:00", "00:05"));
    project.done(&["walkforward", "--set", &to]);
    let part = decisions(&project);
    assert_eq!(part.len(), 5);
    assert!(part[..] == whole[..5]);
}
