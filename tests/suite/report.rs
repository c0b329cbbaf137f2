//! What a diagnosis leaves: flat tables and a page with everything on it.

use std::collections::BTreeMap;

use edgewalk::store::{Values, read_table};

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

fn project() -> (Project, String) {
    let project = Project::of(CONFIG);
    project.done(&["walkforward"]);
    let id = project.latest();
    (project, id)
}

fn column(project: &Project, path: &str, name: &str) -> Vec<f64> {
    let table = read_table(&project.path(path), None).unwrap();
    match table.column(name) {
        Some(Values::F64(values)) => values.clone(),
        Some(Values::I64(values)) => values.iter().map(|value| *value as f64).collect(),
        other => panic!("{path}: {name}: {other:?}"),
    }
}

#[test]
fn every_table_is_flat_and_says_what_the_json_says() {
    let (project, id) = project();
    let folder = format!("results/{id}/diagnostics");
    let names = project.files(&folder);
    assert!(names.len() >= 15 && names.iter().all(|name| name.ends_with(".parquet")), "{names:?}");
    let json: serde_json::Value =
        serde_json::from_str(&project.text(&format!("results/{id}/diagnostics.json"))).unwrap();
    let of = |table: &str, name: &str| column(&project, &format!("{folder}/{table}.parquet"), name);
    assert_eq!(of("ic", "horizon"), [3.0, 6.0]);
    for (at, t) in of("ic", "rank_t_hac").into_iter().enumerate() {
        let place = format!("/horizons/{at}/ic/all/rank/t_hac");
        assert_eq!(json.pointer(&place).unwrap().as_f64(), Some(t));
    }
    assert_eq!(of("ic_by_fold", "fold"), [0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0]);
    assert_eq!(of("quantiles", "tenth").len(), 20);
    assert_eq!(of("hit_rate", "tenth")[0], 0.0);
    let net = json.pointer("/evidence/costs/runs/2/net_cash").unwrap().as_f64().unwrap();
    assert_eq!(of("costs", "multiple"), [0.0, 0.5, 1.0, 2.0]);
    assert_eq!(of("costs", "net_cash")[2], net);
    let equity = of("equity_at_costs", "equity_at_1");
    assert!((equity.last().unwrap() - 10_000.0 - net).abs() < 1e-6, "{net}");
    let refused: f64 = of("gates", "refused").iter().sum();
    assert_eq!(of("gates", "signals")[0], refused + of("gates", "signals").last().unwrap());
}

#[test]
fn csv_is_written_beside_where_it_is_asked_for_and_kept_up_to_date() {
    let (project, id) = project();
    let folder = format!("results/{id}/diagnostics");
    let n_tables = project.files(&folder).len();
    let manifest = project.bytes(&format!("results/{id}/manifest.json"));
    project.done(&["diagnose", "--csv"]);
    assert_eq!(project.files(&folder).len(), 2 * n_tables);
    let costs = project.text(&format!("{folder}/costs.csv"));
    assert!(costs.starts_with("multiple,gross_cash,costs_cash,net_cash,"), "{costs}");
    assert_eq!(costs.lines().count(), 5, "{costs}");
    assert!(project.bytes(&format!("results/{id}/manifest.json")) == manifest);
    project.done(&["diagnose", "--set", "backtest.commission.taker_bps=9"]);
    assert_ne!(project.text(&format!("{folder}/costs.csv")), costs);
}

#[test]
fn the_report_has_everything_in_it_and_is_the_same_for_the_same_run() {
    let (project, id) = project();
    let page = format!("logs/diagnostics/{id}/report.html");
    let html = project.text(&page);
    let verdict: serde_json::Value =
        serde_json::from_str(&project.text(&format!("results/{id}/verdict.json"))).unwrap();
    assert!(html.contains(verdict["headline"].as_str().unwrap()), "the verdict");
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}"));
    let parts =
        ["class=\"stamp open\"", "What was asked", "<h2>Pictures", "<h2>Tables", "<h2>Settings"];
    assert!(parts.map(place).is_sorted(), "{:?}", parts.map(place));
    let pictures: BTreeMap<_, _> = project.tree(&format!("logs/diagnostics/{id}"));
    let n_drawn = pictures.keys().filter(|name| name.ends_with(".svg")).count();
    assert_eq!(html.matches("<svg ").count(), n_drawn, "every picture");
    assert_eq!(html.matches("class=\"how\"").count(), n_drawn, "and how to read it");
    assert!(html.contains("IC by horizon") && html.contains("<td class=\"l\">learn.rounds</td>"));
    assert!(html.contains("learn:\n  backend: "), "the whole configuration");
    for foreign in ["<script", "<link", "<img", "src=", "@import", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = words(include_str!("../../README.md"));
    for drawing in html.split("class=\"how\">").skip(2) {
        let how = drawing.split("</p>").next().unwrap().replace("&#39;", "'");
        assert!(readme.contains(&words(&how)), "README.md does not tell how to read: {how}");
    }
    let before = project.tree("results");
    project.done(&["diagnose"]);
    assert!(project.text(&page) == html);
    let mut after = project.tree("results");
    after.retain(|name, _| before.contains_key(name));
    assert!(after == before);
    let told = project.done(&["diagnose", "--tables"]);
    for title in
        ["IC decay", "Coverage of the intervals", "What the gates refused", "Trades by exit"]
    {
        assert!(told.contains(title), "{title}: {told}");
    }
}
