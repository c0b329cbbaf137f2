//! `backtest` and `trades`: what predictions would have earned, and what is refused.

use crate::project::Project;

const CONFIG: &str = "synthetic: {bars: 12000, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core, order_flow]}
labels: {horizons: [3, 6]}
data: {train: {to: 2022-01-24}}
learn: {rounds: 30, learning_rate: 0.1}
calibration: {min_rows: 200}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";

/// A market with an effect, and predictions of it.
fn project() -> Project {
    let project = Project::new();
    project.put("config.yml", CONFIG);
    for command in ["ingest", "train", "predict"] {
        project.done(&[command]);
    }
    project
}

fn results(project: &Project, name: &str) -> String {
    format!("results/{}/{name}", project.latest())
}

fn metric(project: &Project, path: &[&str]) -> f64 {
    let json: serde_json::Value =
        serde_json::from_str(&project.text(&results(project, "metrics.json"))).unwrap();
    path.iter().fold(&json, |value, key| &value[key]).as_f64().unwrap()
}

#[test]
fn a_planted_effect_earns_and_money_adds_up() {
    let project = project();
    let told = project.done(&["backtest"]);
    assert!(told.contains("1 trials so far"), "{told}");
    let gross = metric(&project, &["money", "gross_cash"]);
    let costs = metric(&project, &["money", "costs_cash"]);
    let net = metric(&project, &["money", "net_cash"]);
    assert!(gross > 0.0 && costs > 0.0, "{told}");
    assert!((gross - costs - net).abs() < 1e-6);
    assert!((net / 1e4 - metric(&project, &["growth", "total_return"])).abs() < 1e-9);
    let log = project.text(&results(&project, "trade_log.csv"));
    let column = log.lines().next().unwrap().split(',').position(|name| name == "net").unwrap();
    let nets = log.lines().skip(1).map(|line| line.split(',').nth(column).unwrap());
    let sum: f64 = nets.map(|net| net.parse::<f64>().unwrap()).sum();
    assert!((sum - net).abs() < 1e-6, "{sum} is not {net}");
    // The same again is no new trial; another setting is.
    assert!(project.done(&["backtest"]).contains("1 trials so far"));
    let dearer = ["backtest", "--set", "backtest.commission.taker_bps=1"];
    assert!(project.done(&dearer).contains("2 trials so far"));
}

#[test]
fn threads_change_no_byte_of_a_backtest() {
    let project = project();
    let files = ["trades.parquet", "fills.parquet", "equity.parquet", "metrics.json"];
    let all = |threads: &str| {
        let told = project.done(&["backtest", "--threads", threads]);
        let bytes = files.map(|name| project.bytes(&results(&project, name)));
        (told, bytes.to_vec())
    };
    assert!(all("1") == all("2"));
}

#[test]
fn bar_by_bar_as_in_production_the_result_is_the_same_to_the_last_bit() {
    let project = project();
    project.done(&["backtest"]);
    let told = project.done(&["backtest", "--live"]);
    assert!(told.contains("the same fills and the same equity, bit for bit"), "{told}");
    assert!(told.contains("1 trials so far"), "{told}");
    for name in ["trades.parquet", "fills.parquet", "equity.parquet", "metrics.json"] {
        let live = project.bytes(&results(&project, &format!("live/{name}")));
        assert!(live == project.bytes(&results(&project, name)), "{name}");
    }
    let whole = project.bytes(&results(&project, "live/trade_log.csv"));
    // Fewer bars give another ledger, and there is nothing to compare it with.
    let told = project.done(&["backtest", "--live", "--to", "2022-02-01"]);
    assert!(told.contains("no stored predictions of these very bars"), "{told}");
    // It has a folder of its own, and its trades are shown by name.
    let days = "2022-01-23_2022-01-31";
    assert!(told.contains(&format!(" --live={days}` shows its trades")), "{told}");
    let part = project.text(&results(&project, &format!("live_{days}/trade_log.csv")));
    assert_eq!(project.done(&["trades", &format!("--live={days}"), "--csv"]), part);
    assert_eq!(project.bytes(&results(&project, "live/trade_log.csv")), whole);
    assert_eq!(project.done(&["trades", "--live", "--csv"]).into_bytes(), whole);
    let told = project.refusal(&["trades", "--live=2022-01-25"]);
    let known = format!("there are those of `--live`, `--live={days}`");
    assert!(told.contains("no live trades of `2022-01-25`") && told.contains(&known), "{told}");
    let told = project.refusal(&["backtest", "--live", "--from", "2022-01-10"]);
    assert!(told.contains("2022-01-10"), "{told}");
}

#[test]
fn live_from_a_later_bar_decides_what_the_whole_run_decided() {
    let project = project();
    let exits =
        ["--set", "trading_logic.max_hold_bars=2", "--set", "trading_logic.cooldown_bars=0"];
    project.done(&[&["backtest"], &exits[..]].concat());
    let live = ["backtest", "--live", "--from", "2022-02-01"];
    project.done(&[&live, &exits[..]].concat());
    let entries = |name: &str| {
        let csv = project.text(&results(&project, name));
        let from = |line: &&str| line.split(',').nth(3).unwrap() >= "2022-02-02";
        let cells = |line: &str| line.split(',').skip(1).take(6).collect::<Vec<_>>().join(",");
        csv.lines().skip(1).filter(from).map(cells).collect::<Vec<_>>()
    };
    let whole = entries("trade_log.csv");
    assert!(whole.len() > 50, "{}", whole.len());
    assert_eq!(entries("live_2022-02-01_2022-02-13/trade_log.csv"), whole);
}

/// Predictions of these bars, which a file brought.
fn of_file(csv: &str) -> Project {
    let project = Project::new();
    project.put("config.yml", CONFIG.replace("data: {", "data: {symbols: [X], "));
    project.put("bars.csv", csv);
    for command in [&["ingest", "csv", "bars.csv", "--symbol", "X"][..], &["train"], &["predict"]] {
        project.done(command);
    }
    project
}

fn market() -> String {
    let project = Project::of(CONFIG);
    project.done(&["data", "export"])
}

#[test]
fn predictions_of_other_bars_or_of_another_model_are_not_traded() {
    let csv = market();
    let project = of_file(&csv);
    project.done(&["backtest"]);
    let manifest = format!("{}/manifest.json", "models/latest");
    let text = project.text(&manifest);
    project.put(&manifest, text.replace("\"seed\": ", "\"seed\": 1"));
    let told = project.refusal(&["backtest"]);
    assert!(told.contains("were made by another model"), "{told}");
    project.put(&manifest, text);
    // A volume that nothing is traded on, so far back that no window reaches it.
    let line = csv.lines().nth(300).unwrap();
    let volume = csv.lines().next().unwrap().split(',').position(|name| name == "volume").unwrap();
    let mut cells: Vec<&str> = line.split(',').collect();
    cells[volume] = "77777";
    project.put("bars.csv", csv.replace(line, &cells.join(",")));
    project.done(&["ingest", "csv", "bars.csv", "--symbol", "X", "--prefer", "new"]);
    for command in [&["backtest"][..], &["sweep", "--set", "trading_logic.z_threshold=1..2:0.5"]] {
        let told = project.refusal(command);
        assert!(told.contains("the predictions do not match the bars: those of `X`"), "{told}");
        assert!(told.contains("hint: `edgewalk predict`"), "{told}");
    }
    project.done(&["predict"]);
    project.done(&["backtest"]);
}

#[test]
fn a_backtest_that_was_killed_half_way_is_noticed() {
    let project = project();
    project.done(&["backtest"]);
    let fills = results(&project, "fills.parquet");
    let old = project.bytes(&fills);
    project.done(&["backtest", "--set", "trading_logic.z_threshold=2"]);
    project.put(&fills, old);
    let told = project.refusal(&["trades"]);
    assert!(told.contains("fills.parquet` is not the file that"), "{told}");
    assert!(told.contains("hint: `edgewalk backtest` writes them anew"), "{told}");
}

#[test]
fn sizes_know_nothing_of_later_bars() {
    let csv = market();
    // Later bars come half as often: a year has fewer of them in all than before the decisions.
    let trades = |is_there: &dyn Fn(usize) -> bool| {
        let lines = csv.lines().enumerate().filter(|(at, _)| is_there(*at));
        let project = of_file(&lines.map(|(_, line)| format!("{line}\n")).collect::<String>());
        project.done(&["backtest", "--set", "trading_logic.sizing.method=volatility_target"]);
        project.text(&results(&project, "trade_log.csv"))
    };
    let (short, long) = (trades(&|at| at < 9000), trades(&|at| at < 9000 || at % 2 == 0));
    let n = short.lines().count() - 2;
    assert!(n > 30, "{n}");
    let first = |csv: &str| csv.lines().take(n).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(first(&short), first(&long));
}

#[test]
fn where_nothing_is_traded_it_is_said_why() {
    let project = project();
    let told = project.done(&["backtest", "--set", "backtest.commission.taker_bps=500"]);
    let refused = "SYNTH: nothing was traded. `expected_value` refused the last of the signals, ";
    assert!(told.contains(refused) && told.contains("The largest expectation is "), "{told}");
    assert!(told.contains(" bps, and a round trip costs 1000.40 bps"), "{told}");
    assert!(project.done(&["trades"]).contains("0 of 0 trades, net 0.00"));
    let deaf = ["--set", "trading_logic.ev_gate=false", "--set", "trading_logic.z_threshold=10"];
    let told = project.done(&[&["backtest"], &deaf[..]].concat());
    assert!(told.contains("nothing was traded. `z_threshold` refused the last"), "{told}");
    // Windows that the data never fill.
    let told = project.done(&["backtest", "--set", "trading_logic.z_window=100000"]);
    assert!(told.contains("bars are warm-up. Gates wait until their windows are full"), "{told}");
    assert!(told.contains(": `trading_logic.z_window` 100000, "), "{told}");
}

#[test]
fn trades_are_filtered_and_one_is_told_in_full() {
    let project = project();
    project.done(&["backtest"]);
    let told = project.done(&["trades", "--side", "long", "--worst", "--top", "3"]);
    assert!(
        told.lines().count() == 5 && told.contains("long") && !told.contains("short"),
        "{told}"
    );
    let one = project.done(&["trades", "--id", "1"]);
    assert!(one.contains("entry: at the open after the decision, as a market order"), "{one}");
    let csv = project.done(&["trades", "--csv"]);
    assert_eq!(csv, project.text(&results(&project, "trade_log.csv")));
    let n = csv.lines().count() - 1;
    let told = project.refusal(&["trades", "--id", &(n + 1).to_string()]);
    assert!(told.contains(&format!("they are 1 to {n}")), "{told}");
    let told = project.refusal(&["trades", "--exit", "stopp"]);
    assert!(told.contains("no trade ended by `stopp`") && told.contains("stop"), "{told}");
    let told = project.refusal(&["trades", "--symbol", "SYNT"]);
    assert!(told.contains("no trade is of `SYNT`") && told.contains("there are SYNTH"), "{told}");
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let project = project();
    let mut told = String::new();
    let mut refuse = |args: &[&str]| {
        let id = results(&project, "").replace("results/", "").replace('/', "");
        told += &format!(
            "$ edgewalk {}\n{}\n",
            args.join(" "),
            project.refusal(args).replace(&id, "[id]")
        );
    };
    refuse(&["backtest", "--run", "none"]);
    refuse(&["trades"]);
    refuse(&["trades", "--live"]);
    refuse(&["trades", "--run", "none"]);
    refuse(&["backtest", "--set", "data.symbols=[NOPE]"]);
    refuse(&["backtest", "--live", "--set", "data.symbols=[NOPE]"]);
    refuse(&["sweep", "--set", "data.symbols=[NOPE]", "--set", "trading_logic.z_threshold=1 | 2"]);
    let dear = ["--set", "backtest.half_spread_bps=900", "--set", "trading_logic.ev_gate=false"];
    refuse(&[&["backtest"], &dear[..]].concat());
    refuse(&["backtest", "--set", "trading_logic.horizon_weights={method: fixed, fixed: [1]}"]);
    insta::assert_snapshot!(told);
    // A run's bars are between its own `data.from` and `data.to`.
    let whole = project.done(&["backtest"]);
    let part = project.done(&["backtest", "--set", "data.from=2022-01-10"]);
    assert_eq!(part.lines().next(), whole.lines().next());
}

#[test]
fn what_the_volume_cap_leaves_is_named_and_counted() {
    let project = project();
    let told = project.done(&["backtest"]);
    assert!(!told.contains("the volume cap"), "a bar has room for an account: {told}");
    let thin = ["--set", "backtest.max_participation=0.0000005"];
    let told = project.done(&[&["backtest"], &thin[..]].concat());
    let n = metric(&project, &["capped_fills"]);
    assert!(n > 10.0 && told.contains(" times the volume cap"), "{told}");
    let log = project.text(&results(&project, "trade_log.csv"));
    let rule = log.lines().find(|line| line.contains(",target_rest,")).unwrap();
    let one = project.done(&["trades", "--id", rule.split(',').next().unwrap()]);
    let why = "target_rest: at the open, as a market order: the volume cap had left this part";
    assert!(one.contains("target: at the target's level") && one.contains(why), "{one}");
}

#[test]
fn symbols_that_are_named_are_those_of_the_run_that_are_traded() {
    let project = Project::new();
    project.put("config.yml", CONFIG.replace("data: {", "data: {symbols: [AA, BB], "));
    for command in ["ingest", "train", "predict"] {
        project.done(&[command]);
    }
    let both = project.done(&["backtest"]);
    assert!(both.contains("AA, BB 5m") && both.contains("AA\n"), "{both}");
    let told = project.done(&["backtest", "--set", "data.symbols=[BB]"]);
    assert!(told.starts_with("BB 5m"), "{told}");
    let log = project.text(&results(&project, "trade_log.csv"));
    assert!(log.lines().count() > 10 && log.lines().skip(1).all(|line| line.contains(",BB,")));
    let told = project.refusal(&["backtest", "--live", "--set", "data.symbols=[BB]"]);
    assert!(told.contains("leaves out `AA` of the model"), "{told}");
}

#[test]
fn fixed_weights_are_those_of_the_runs_horizons() {
    let project = project();
    let weights = "trading_logic.horizon_weights={method: fixed, fixed: [1, 0]}";
    let told = project.done(&["backtest", "--set", weights]);
    let other = ["backtest", "--set", weights, "--set", "labels.horizons=[1, 3, 6]"];
    assert_eq!(project.done(&other), told);
    let told = project.refusal(&["train", "--set", weights, "--set", "labels.horizons=[3]"]);
    assert!(told.contains("is of length 2, and the horizons are 3"), "{told}");
}
