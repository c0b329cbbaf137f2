//! Walks that are out of the ordinary: several symbols as one data set, pruned columns, and one that
//! passes.

use serde_json::Value;

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 16000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core, order_flow]}
labels: {horizons: [3, 6]}
walkforward: {train_weeks: 2, test_weeks: 1}
learn: {rounds: 20, learning_rate: 0.1, max_column_ic: 0.9}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

fn json(project: &Project, name: &str) -> Value {
    serde_json::from_str(&project.text(&format!("results/{}/{name}", project.latest()))).unwrap()
}

fn number(value: &Value, place: &str) -> u64 {
    value.pointer(place).unwrap_or_else(|| panic!("{place}")).as_u64().unwrap()
}

#[test]
fn two_symbols_are_one_data_set_and_each_can_be_judged_alone() {
    let project = Project::of(&format!("data: {{symbols: [AAA, BBB]}}\n{CONFIG}"));
    let told = project.done(&["walkforward"]);
    assert!(told.starts_with("AAA, BBB 5m: 4 folds\n"), "{told}");
    let both = json(&project, "diagnostics.json");
    let rows = |tables: &Value| number(tables, "/horizons/0/ic/all/n_rows");
    let times = |tables: &Value| number(tables, "/horizons/0/ic/all/n_times");
    assert_eq!(rows(&both), 2 * times(&both), "both at each instant");
    assert!(both["horizons"][0]["ic"]["all"]["rank"]["t_hac"].as_f64().unwrap() > 5.0);
    let gates = project.done(&["diagnose", "--tables"]);
    for symbol in ["AAA", "BBB"] {
        assert!(gates.contains(&format!("What the gates refused, {symbol}")), "{gates}");
    }
    assert_eq!(project.files("logs").iter().filter(|name| name.ends_with(".png")).count(), 29);
    let n_trades = number(&both, "/evidence/n_trades");
    project.done(&["diagnose", "--set", "data.symbols=[BBB]"]);
    let alone = json(&project, "diagnostics.json");
    assert_eq!((rows(&alone), times(&alone)), (times(&both), times(&both)));
    assert!((1..n_trades).contains(&number(&alone, "/evidence/n_trades")));
    assert!(project.done(&["run", "list"]).contains(", of other settings"), "of one symbol");
    project.done(&["diagnose"]);
    assert!(json(&project, "diagnostics.json") == both);
}

#[test]
fn folds_of_pruned_columns_are_diagnosed_by_the_columns_each_has_kept() {
    let project = Project::of(CONFIG);
    project.done(&["walkforward", "--set", "learn.prune=4"]);
    let tables = json(&project, "diagnostics.json");
    let shap = &tables["models"]["shap"];
    for fold in shap["folds"].as_array().unwrap() {
        assert_eq!(fold["columns"].as_array().unwrap().len(), 4, "{fold}");
    }
    let all = tables["models"]["features"][0]["columns"].as_array().unwrap().len();
    assert!(all >= 20, "columns drift, kept or not: {all}");
    for drift in tables["models"]["predictions"].as_array().unwrap() {
        let mut columns = drift["columns"].as_array().unwrap().iter();
        assert!(columns.all(|one| one["ks"].as_f64().unwrap() < 0.3), "{drift}");
    }
    assert!(tables["horizons"][1]["ic"]["all"]["rank"]["t_hac"].as_f64().unwrap() > 5.0);
}

#[test]
fn a_planted_effect_well_above_costs_passes() {
    let project = Project::of(&CONFIG.replace("bars: 16000", "bars: 28000"));
    let told = project.done(&["walkforward", "--require-pass"]);
    assert!(
        told.contains("VERDICT: pass: after costs it earned more than luck explains"),
        "{told}"
    );
    let verdict = json(&project, "verdict.json");
    let mut checks = verdict["checks"].as_array().unwrap().iter();
    assert!(checks.all(|check| check["outcome"] == "passes" || check["must"] == false), "{told}");
    let page = project.text(&format!("logs/diagnostics/{}/report.html", project.latest()));
    assert!(page.contains("class=\"stamp good\""));
    for check in verdict["checks"].as_array().unwrap() {
        let words = check["words"].as_str().unwrap();
        assert!(told.contains(words), "{words}");
    }
    for heading in ["What was tested", "What it means", "What would change it"] {
        assert!(page.contains(&format!("<h3>{heading}</h3>")), "{heading}");
    }
}
