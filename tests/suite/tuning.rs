//! `train --tune`: what may be searched, what a trial is worth, and what becomes of the winner.

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 9000, planted: {ic: 0.2, horizon: 3}}
features: {set: [core, order_flow]}
labels: {horizons: [3]}
data: {train: {to: 2022-01-24}}
learn: {rounds: 20, max_depth: 3, learning_rate: 0.1}
calibration: {min_rows: 200}
tuning: {folds: 3}
";

fn project() -> Project {
    Project::of(CONFIG)
}

fn with<'a>(args: &[&'a str], sets: &[&'a str]) -> Vec<&'a str> {
    args.iter().copied().chain(sets.iter().flat_map(|set| ["--set", *set])).collect()
}

/// What the model that `models/latest` points to says in one of its files.
fn latest(project: &Project, name: &str) -> String {
    project.text(&format!("models/{}/{name}", project.latest()))
}

/// `tuned` in the report of the latest model.
fn tuned(project: &Project) -> serde_json::Value {
    let report: serde_json::Value =
        serde_json::from_str(&latest(project, "fold_000.json")).unwrap();
    report["tuned"].clone()
}

/// The scores of each trial of that kind, over all studies.
fn scores(project: &Project, kind: &str) -> Vec<Vec<f64>> {
    let tree = project.tree("results");
    let of = |name: &&String| name.contains(kind) && name.ends_with(".jsonl");
    let texts = tree.keys().filter(of).map(|name| String::from_utf8_lossy(&tree[name]));
    let score = |line: &str| -> Vec<f64> {
        let from = line.find("\"scores\":[").unwrap() + "\"scores\":[".len();
        let until = from + line[from..].find(']').unwrap();
        line[from..until].split(',').filter_map(|x| x.parse().ok()).collect()
    };
    texts.flat_map(|text| text.lines().map(score).collect::<Vec<_>>()).collect()
}

#[test]
fn what_changes_nothing_in_a_trial_is_refused() {
    let project = project();
    let cases: [&[&str]; 8] = [
        &["tuning.space={price_levels: true | false}"],
        &["tuning.space={max_column_ic: 0.1..0.9}"],
        &["tuning.space={patience: 5..15}"],
        &["tuning.space={patience: 5 | null}", "learn.patience=5"],
        &["tuning.space={backend: gbdt | linear}", "learn.patience=5"],
        &["tuning.space={max_leaves: 8..64}"],
        &["tuning.space={penalty: 0.1..1.0}"],
        &["tuning.space={max_depth: 2..4}", "learn.backend=linear"],
    ];
    let mut told = String::new();
    for sets in cases {
        let args = with(&["train", "--tune", "3"], sets);
        told += &format!("$ edgewalk {}\n{}\n", args.join(" "), project.refusal(&args));
    }
    insta::assert_snapshot!(told);
    assert!(!project.path("models").exists() && !project.path("results/trials").exists());
    // Without a search such a space is in nobody's way, and where it does something it is taken.
    project.done(&with(&["train"], &["tuning.space={max_depth: 2..4}", "learn.backend=linear"]));
    let leaf = "tuning.space={growth: depth | leaf, max_leaves: 8..64}";
    project.done(&with(&["train", "--tune", "2"], &[leaf]));
}

#[test]
fn a_backend_that_wins_is_stored_with_its_settings_and_read_again() {
    let project = project();
    let sets = [
        "tuning.space={backend: linear | forest}",
        "learn.rounds=1",
        "learn.max_depth=3",
        "learn.min_child_weight=100",
    ];
    let args = with(&["train", "--tune", "2"], &sets);
    let told = project.done(&args);
    let backend = tuned(&project)["chosen"]["backend"].as_str().unwrap().to_owned();
    assert!(told.contains(&format!(", {backend} of ")), "{told}");
    assert!(latest(&project, "config.yml").contains(&format!("\n  backend: {backend}\n")));
    for command in ["predict", "explain"] {
        project.done(&with(&[command], &sets));
    }
    assert!(project.done(&args).contains("trained before: "));
    // Its config alone makes the same model.
    let model = latest(&project, "fold_000_h03.json");
    project.put("config.yml", latest(&project, "config.yml"));
    project.done(&["train", "--fresh"]);
    assert_eq!(latest(&project, "fold_000_h03.json"), model);
}

#[test]
fn patience_is_searched_where_trials_stop_early() {
    let project = project();
    let sets = ["tuning.space={patience: 1 | 15}", "learn.patience=4", "learn.stop_on=loss"];
    project.done(&with(&["train", "--tune", "2"], &sets));
    let scores = scores(&project, "/tune-");
    assert!(scores.len() == 2 && scores[0] != scores[1], "{scores:?}");
    let rows = |name: &str| {
        let report: serde_json::Value =
            serde_json::from_str(&latest(&project, "fold_000.json")).unwrap();
        let slices = report["slices"].as_array().unwrap().clone();
        slices.iter().find(|s| s["name"] == name).unwrap()["n_rows"].as_u64().unwrap()
    };
    // The trees have learnt the train slice alone, and that is what is explained.
    let told = project.done(&with(&["explain"], &sets));
    assert!(told.contains(&format!("{} rows explained", rows("train"))), "{told}");
    project.done(&["train"]);
    let told = project.done(&["explain"]);
    let both = rows("train") + rows("early_stop");
    assert!(told.contains(&format!("{both} rows explained")), "{both}: {told}");
}

#[test]
fn trials_prune_as_the_training_does() {
    let project = project();
    let space = "tuning.space={prune: 1 | 100}";
    project.done(&with(&["train", "--tune", "2"], &[space]));
    let free = scores(&project, "/tune-");
    assert!(free.len() == 2 && free[0] != free[1], "{free:?}");
    let all = tuned(&project)["baseline"].as_f64().unwrap();
    project.done(&with(&["train", "--tune", "2"], &[space, "learn.prune=1"]));
    let one = tuned(&project)["baseline"].as_f64().unwrap();
    assert_ne!(all, one);
    // Whatever `learn.prune` says, a point that names it is the same point.
    let again = scores(&project, "/tune-");
    assert_eq!(again.len(), 4);
    assert!(free.iter().all(|scores| again.iter().filter(|s| *s == scores).count() == 2));
}

#[test]
fn what_comes_after_the_models_makes_no_trial_another() {
    let project = project();
    project.done(&["train", "--tune", "4"]);
    let trials = |project: &Project| project.tree("results");
    let before = trials(&project);
    let sets = ["trading_logic.z_threshold=0.5", "backtest.cash=5000"];
    let run = project.run(&with(&["train", "--tune", "4", "-v"], &sets));
    assert_eq!(run.code, 0, "{run}");
    assert!(!run.stderr.contains("scored") && trials(&project) == before, "{run}");
    assert!(run.stderr.contains("all 4 trials were made before"), "{run}");
    let run = project.run(&["train", "--tune", "6"]);
    assert!(run.stderr.contains("the search goes on: 4 of 6 trials were made before"), "{run}");
    let run = project.run(&with(&["train", "--tune", "4", "-v"], &["learn.max_bins=64"]));
    assert!(run.stderr.contains("scored"), "{run}");
}

#[test]
fn settings_that_cannot_be_trained_are_on_record_as_failed_and_lose() {
    let project = project();
    // An elastic net has no trees to prune by.
    let sets = ["learn.backend=linear", "learn.prune=5", "tuning.space={backend: gbdt | forest}"];
    let told = project.done(&with(&["train", "--tune", "2"], &sets));
    assert!(told.contains("(as configured –)"), "{told}");
    assert!(tuned(&project)["baseline"].is_null() && scores(&project, "/baseline-") == [[0.0; 0]]);
    let tree = project.tree("results");
    let (_, line) = tree.iter().find(|(name, _)| name.contains("/baseline-")).unwrap();
    let line = String::from_utf8_lossy(line);
    assert!(line.contains("failed") && line.contains("pruning needs a model of trees"), "{line}");
}
