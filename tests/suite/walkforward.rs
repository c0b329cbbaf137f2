//! `walkforward`: every fold learnt, its test weeks predicted, all of them one history.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 16000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core, order_flow]}
labels: {horizons: [3, 6]}
walkforward: {train_weeks: 2, test_weeks: 1}
learn: {rounds: 30, learning_rate: 0.1, max_column_ic: 0.9}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

fn project() -> Project {
    Project::of(CONFIG)
}

/// What a run has written, but for the ledger of trials, whose lines come as they come.
pub fn written(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut all = project.tree("results");
    all.retain(|name, _| !name.starts_with("trials/"));
    let models = project.tree("models").into_iter().filter(|(name, _)| !name.starts_with("latest"));
    all.extend(models.map(|(name, v)| (format!("models/{name}"), v)));
    all
}

#[test]
fn every_fold_predicts_the_weeks_after_it_and_all_are_one_history() {
    let project = project();
    let told = project.done(&["walkforward"]);
    assert!(told.starts_with("SYNTH 5m: 4 folds\n"), "{told}");
    let files = written(&project);
    let ends = |end: &str| files.keys().filter(|name| name.ends_with(end)).count();
    assert_eq!(ends("_h03.json") + ends("_h06.json"), 8, "{:?}", files.keys());
    for name in ["folds.json", "config.yml", "predictions.parquet", "trades.parquet"] {
        assert_eq!(ends(name), 1 + usize::from(name == "config.yml"), "{name}");
    }
    let metrics = files.iter().find(|(name, _)| name.ends_with("metrics.json")).unwrap().1;
    let metrics: serde_json::Value = serde_json::from_slice(metrics).unwrap();
    assert!(metrics["sharpe"]["sharpe"].as_f64().unwrap() > 3.0, "{told}");
    // What is there is not computed again, and flags are keys of the config.
    assert!(project.done(&["walkforward"]).starts_with("SYNTH 5m: 4 folds, 4 of them computed"));
    let told = project.done(&["walkforward", "--test-weeks", "2", "--mode", "anchored"]);
    assert!(told.starts_with("SYNTH 5m: 2 folds\n"), "{told}");
    let told = project.refusal(&["walkforward", "--mode", "sideways"]);
    assert!(told.contains("--mode sideways") && told.contains("anchored"), "{told}");
    let told = project.refusal(&["predict"]);
    assert!(told.contains("has a model for each of its folds"), "{told}");
    // Its predictions are swept like any other's.
    let swept = project.done(&["sweep", "--set", "trading_logic.z_threshold=0.5..2:0.5"]);
    assert!(swept.contains("SYNTH 5m, 4 settings from"), "{swept}");
}

#[test]
fn threads_change_no_byte_of_a_walk() {
    let all = |threads: &str| {
        let project = project();
        project.done(&["walkforward", "--threads", threads]);
        (written(&project), project.tree("logs"))
    };
    let (one, two) = (all("1"), all("2"));
    assert!(one.0 == two.0);
    // Pictures and the page, too.
    let other: Vec<&String> = one.1.keys().filter(|at| one.1.get(*at) != two.1.get(*at)).collect();
    assert!(other.is_empty() && one.1.len() == two.1.len(), "{other:?}");
    assert_eq!(one.1.keys().filter(|name| name.ends_with(".png")).count(), 29);
}

#[test]
fn a_walk_that_was_killed_goes_on_and_ends_in_the_same_bytes() {
    let undisturbed = project();
    undisturbed.done(&["walkforward"]);
    let project = project();
    for wait in [40, 150, 300, 450, 700] {
        let mut child = project.start(&["walkforward", "--threads", "1"]);
        std::thread::park_timeout(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    project.done(&["walkforward"]);
    let (one, other) = (written(&undisturbed), written(&project));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(one == other);
}

#[test]
fn a_unit_that_was_damaged_is_computed_again() {
    let project = project();
    project.done(&["walkforward"]);
    let before = written(&project);
    let unit = before.keys().find(|name| name.ends_with("fold_001.parquet")).unwrap();
    project.put(&format!("results/{unit}"), "rubbish");
    let run = project.run(&["walkforward"]);
    assert!(run.stderr.contains("fold 1 is computed again"), "{run}");
    assert!(run.stdout.contains("3 of them computed before"), "{run}");
    assert!(written(&project) == before);
}

#[test]
fn a_planted_effect_is_found_and_judged_and_costs_can_eat_it() {
    let project = project();
    let told = project.done(&["walkforward", "--diag-h", "6"]);
    assert!(told.contains("VERDICT: "), "{told}");
    let id = project.latest();
    let json = |name: &str| -> serde_json::Value {
        serde_json::from_str(&project.text(&format!("results/{id}/{name}"))).unwrap()
    };
    let tables = json("diagnostics.json");
    for horizon in tables["horizons"].as_array().unwrap() {
        let rank = &horizon["ic"]["all"]["rank"];
        assert!(rank["t_hac"].as_f64().unwrap() > 5.0, "{rank}");
        // Overlapping returns make the plain error too small.
        assert!(rank["se_plain"].as_f64() < rank["se_hac"].as_f64(), "{rank}");
        assert_eq!(horizon["by_fold"]["folds"].as_array().unwrap().len(), 4);
    }
    assert_eq!(tables["together"]["decay"].as_array().unwrap().len(), 6);
    let costs = tables["evidence"]["costs"]["runs"].as_array().unwrap();
    let net: Vec<f64> = costs.iter().map(|run| run["net_cash"].as_f64().unwrap()).collect();
    assert!(net.len() == 4 && net.is_sorted_by(|a, b| a > b), "{net:?}");
    assert_eq!(json("verdict.json")["reason"], "sample_too_small", "{told}");
    // The same predictions where a round trip costs more than they are worth.
    let dear = ["--set", "backtest.commission.taker_bps=20"];
    let told = project.done(&[&["diagnose"], &dear[..]].concat());
    assert!(told.contains("VERDICT: fail") && told.contains("costs eat"), "{told}");
    let refused = project.run(&[&["diagnose", "--require-pass"], &dear[..]].concat());
    assert_eq!(refused.code, 1, "{refused}");
}

#[test]
fn a_diagnosis_shows_everything_and_says_how_each_picture_is_read() {
    let project = project();
    project.done(&["walkforward"]);
    let told = project.done(&["diagnose"]);
    assert!(told.contains("slope and intercept of realised on expected bps"), "{told}");
    assert!(told.contains("Most important ") && told.contains(" of 4 "), "{told}");
    assert!(
        told.contains("wrote 29 pictures to `logs/diagnostics/walkforward-synth-5m-"),
        "{told}"
    );
    let files = project.tree("logs/diagnostics");
    let text = |name: &str| {
        let found = files.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
        String::from_utf8(found.clone()).unwrap()
    };
    let guide = text("/how_to_read.md");
    let pictures: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".png")).collect();
    assert_eq!(pictures.len(), 29);
    for (path, png) in pictures {
        let name = path.rsplit('/').next().unwrap();
        let before = guide.split(&format!("]({name})")).next().unwrap();
        assert!(before.len() < guide.len(), "{name} is not in the guide");
        let sentence = before.rsplit("\n\n").nth(1).unwrap();
        assert!(sentence.len() > 60 && sentence.ends_with('.'), "{name}: {sentence}");
        assert!(text(&name.replace(".png", ".svg")).starts_with("<svg "), "{name}");
        check_picture(name, png);
    }
}

/// As large as it should be, and neither blank nor a smear.
fn check_picture(name: &str, png: &[u8]) {
    let picture = tiny_skia::Pixmap::decode_png(png).unwrap();
    assert_eq!((picture.width(), picture.height()), (1600, 900), "{name}");
    let inked = |row: usize| {
        let row = &picture.pixels()[row * 1600..(row + 1) * 1600];
        row.iter().filter(|pixel| pixel.red().min(pixel.green()).min(pixel.blue()) < 200).count()
    };
    let n_rows = (0..900).filter(|row| inked(*row) > 0).count();
    let n_inked: usize = (0..900).map(inked).sum();
    assert!(n_rows > 300 && (5_000..1_000_000).contains(&n_inked), "{name}: {n_rows} {n_inked}");
}

#[test]
fn tables_of_a_diagnosis_hold_together() {
    let project = project();
    project.done(&["walkforward"]);
    let id = project.latest();
    let json = |name: &str| -> serde_json::Value {
        let path = format!("results/{id}/{name}");
        serde_json::from_str(&project.text(&path)).unwrap()
    };
    let (tables, metrics) = (json("diagnostics.json"), json("metrics.json"));
    let list = |value: &serde_json::Value| value.as_array().unwrap().clone();
    // Carried over the boundaries, the folds are the whole account.
    let folds = list(&tables["fold_trades"]);
    let net: f64 = folds.iter().map(|fold| fold["stitched"]["net_cash"].as_f64().unwrap()).sum();
    assert!((net - metrics["money"]["net_cash"].as_f64().unwrap()).abs() < 1e-6);
    let trades: u64 = folds.iter().map(|f| f["stitched"]["n_trades"].as_u64().unwrap()).sum();
    assert_eq!(Some(trades), tables["trades"]["n_trades"].as_u64());
    assert!(folds.iter().all(|fold| fold["alone"]["n_trades"].as_u64().unwrap() > 0));
    // Every gate begins with what the one before left.
    let gates = list(&tables["gates"]["gates"]);
    assert!(gates.windows(2).all(|pair| pair[0]["n_after"] == pair[1]["n_before"]));
    assert_eq!(gates.last().unwrap()["n_after"], tables["gates"]["taken"]["n"]);
    let models = &tables["models"];
    for drift in list(&models["features"]).iter().chain(&list(&models["predictions"])) {
        assert!(list(&drift["columns"]).iter().all(|column| column["ks"].as_f64().is_some()));
    }
    let shap = &models["shap"];
    assert_eq!(list(&shap["agreement"]).len(), 3);
    for fold in list(&shap["folds"]) {
        let parts = list(&fold["columns"]);
        let sum: f64 = parts.iter().map(|part| part["share"].as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9 && fold["n_rows"].as_u64().unwrap() <= 250, "{sum}");
    }
    for horizon in list(&tables["horizons"]) {
        let claims = &horizon["claims"];
        assert!(claims["slope"]["value"].as_f64().unwrap() > 0.3, "{claims}");
        assert_eq!(list(&claims["bins"]).len(), 10);
    }
}
