//! `run list | show | diff`: what was made, whether it is whole, and how two of them differ.

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 16000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core, order_flow]}
labels: {horizons: [3, 6]}
walkforward: {train_weeks: 2, test_weeks: 1}
learn: {rounds: 10, learning_rate: 0.1, max_column_ic: 0.9}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

/// Two walks and a training, the walks with ids in the order they were made.
fn shelf() -> (Project, Vec<String>) {
    let project = Project::of(CONFIG);
    let mut ids = Vec::new();
    project.done(&["walkforward"]);
    ids.push(project.latest());
    project.done(&["walkforward", "--set", "trading_logic.z_threshold=2"]);
    ids.push(project.latest());
    project.done(&["train", "--set", "data.train.to=2022-02-10"]);
    ids.push(project.latest());
    (project, ids)
}

fn line<'a>(text: &'a str, id: &str) -> &'a str {
    text.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{id} in {text}"))
}

#[test]
fn runs_are_listed_shown_and_compared() {
    let (project, ids) = shelf();
    let told = project.done(&["run", "list"]);
    assert!(
        line(&told, &ids[0]).contains("SYNTH 5m  2022-01-23 to 2022-02-20      4  8,064"),
        "{told}"
    );
    assert!(line(&told, &ids[2]).starts_with("*  train-"), "{told}");
    assert_eq!(told.matches("not enough evidence").count(), 2, "{told}");
    let newest = project.done(&["run", "list", "--newest"]);
    let place = |id: &String| newest.find(id.as_str()).unwrap();
    assert!(place(&ids[2]) < place(&ids[1]) && place(&ids[1]) < place(&ids[0]), "{newest}");

    let hash = ids[0].rsplit('-').next().unwrap();
    let told = project.done(&["run", "show", &hash[..6]]);
    assert!(
        told.starts_with(&format!("`{}`\nSYNTH 5m, out of sample 2022-01-23", ids[0])),
        "{told}"
    );
    for wanted in ["learn.rounds", "fingerprint", "IC calibration", "VERDICT: ", "verdict.json"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    assert!(!told.contains("verdict.confidence"), "only what differs: {told}");
    assert_eq!(project.done(&["run", "show", &ids[0]]), told);
    assert!(project.done(&["run", "show"]).contains("no diagnosis yet: `edgewalk diagnose`"));

    let told = project.done(&["run", "diff", &ids[0], &ids[1]]);
    assert!(told.contains("trading_logic.z_threshold  1  2  models\n\ndata: the same\n"), "{told}");
    assert!(line(&told, "rank IC, 3 bars").ends_with("0.0000"), "{told}");
    assert!(line(&told, "trades ").contains('-'), "fewer trades: {told}");
    let same = project.done(&["run", "diff", &ids[0], hash]);
    assert!(same.contains("settings: the same"), "{same}");
}

#[test]
fn a_run_is_named_by_its_beginning_wherever_one_is_asked_for() {
    let (project, ids) = shelf();
    let hash = ids[1].rsplit('-').next().unwrap();
    assert!(project.done(&["trades", "--run", hash]).contains("stop"));
    assert!(project.done(&["diagnose", "--run", hash]).contains(&ids[1]));
    assert!(project.done(&["backtest", "--run", hash]).contains(&ids[1]));
    for command in [&["diagnose", "--run"][..], &["trades", "--run"], &["run", "show"]] {
        let told = project.refusal(&[command, &["walkforward"]].concat());
        assert!(told.contains("`walkforward` may be any of 2 runs"), "{told}");
        assert!(told.contains(&ids[0]) && told.ends_with("exit code 2\n"), "{told}");
        let slip = ids[0].replace("synth", "snyth");
        let told = project.refusal(&[command, &[&slip]].concat());
        assert!(told.contains(&format!("did you mean `{}`?", ids[0])), "{told}");
    }
    let told = Project::new().refusal(&["run", "show"]);
    assert!(told.contains("there is no run yet"), "{told}");
    assert!(Project::new().done(&["run", "list"]).starts_with("no runs yet"));
}

/// Each kind of file, damaged: the run is listed as damaged, and whoever needs the file says which.
#[test]
fn what_is_damaged_is_named_and_not_hidden() {
    let (project, ids) = shelf();
    let id = &ids[0];
    let commands: [(&str, &[&str]); 6] = [
        ("results/[id]/predictions.parquet", &["backtest", "--run"]),
        ("results/[id]/folds.json", &["diagnose", "--run"]),
        ("results/[id]/trades.parquet", &["trades", "--run"]),
        ("results/[id]/manifest.json", &["trades", "--run"]),
        ("models/[id]/config.yml", &["diagnose", "--run"]),
        ("results/[id]/diagnostics/ic.parquet", &["run", "show"]),
    ];
    for (name, command) in commands {
        let name = name.replace("[id]", id);
        let whole = project.bytes(&name);
        let mut bytes = whole.clone();
        bytes[7] ^= 1;
        project.put(&name, &bytes);
        let list = project.done(&["run", "list"]);
        assert!(line(&list, id).ends_with("DAMAGED"), "{name}: {list}");
        assert!(list.contains(&format!("`{id}` is damaged: `{name}`")), "{list}");
        assert!(line(&list, &ids[1]).ends_with("not enough evidence"), "{list}");
        let run = project.run(&[command, &[id]].concat());
        assert!(run.to_string().contains(&format!("`{name}`")), "{name}: {run}");
        assert!(run.code == 3 || command[0] == "run", "{run}");
        project.put(&name, &whole);
    }
    std::fs::remove_file(project.path(&format!("results/{id}/verdict.json"))).unwrap();
    let list = project.done(&["run", "list"]);
    assert!(list.contains(&format!("`results/{id}/verdict.json` is missing")), "{list}");
    // The same command writes it anew.
    project.done(&["diagnose", "--run", id]);
    std::fs::remove_file(project.path(&format!("models/{}/manifest.json", ids[2]))).unwrap();
    let list = project.done(&["run", "list"]);
    assert!(!list.contains("DAMAGED") && line(&list, &ids[2]).ends_with("unfinished"), "{list}");
}

#[test]
fn a_diagnosis_goes_by_the_last_backtest_and_a_verdict_of_other_settings_is_named_so() {
    let project = Project::of(CONFIG);
    let made = ["--set", "data.to=2022-02-20", "--set", "trading_logic.z_threshold=1.5"];
    project.done(&[&["walkforward"], &made[..]].concat());
    let id = project.latest();
    let [verdict, settings] =
        ["verdict.json", "diagnosis.yml"].map(|n| format!("results/{id}/{n}"));
    let (was, by) = (project.text(&verdict), project.text(&settings));
    // Bars and settings are the run's own, whatever config.yml says.
    project.done(&["diagnose"]);
    assert!(project.text(&verdict) == was && project.text(&settings) == by);
    assert!(!project.done(&["run", "list"]).contains("of other settings"));
    project.done(&["diagnose", "-c", "config.yml"]);
    assert!(project.text(&settings).contains("z_threshold: 1\n"), "{}", project.text(&settings));
    let list = project.done(&["run", "list"]);
    assert!(line(&list, &id).ends_with(", of other settings"), "{list}");
    let told = project.done(&["run", "show"]);
    assert!(told.contains("(of other settings than the last backtest's"), "{told}");
    project.done(&["backtest"]);
    assert!(!project.done(&["run", "list"]).contains("of other settings"));
    // What is asked of a verdict and not of a trade makes no other settings.
    project.done(&["diagnose", "--diag-h", "5", "--set", "verdict.min_trades=31"]);
    assert!(!project.done(&["run", "list"]).contains("of other settings"));
}
