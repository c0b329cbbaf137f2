//! `optimize`: a rule strategy, chosen anew on each window.

use std::io::{BufRead, BufReader};

use edgewalk::rng::Rng;
use edgewalk::store::{FolderLock, Table, Values, read_table};

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
fn a_choice_is_told_from_a_needle_by_those_around_it() {
    let project = project();
    let told = project.done(&["optimize"]);
    let (champions, settings, tries) = (
        table(&project, "champions.parquet"),
        table(&project, "settings.parquet"),
        table(&project, "all_in_sample_training_runs.parquet"),
    );
    let steps = |table: &Table| -> Vec<(f64, f64)> {
        let periods = numbers(table, "period").into_iter().map(|period| period / 7.0);
        periods.zip(numbers(table, "exits.stop")).collect()
    };
    let (settings, chosen) = (steps(&settings), steps(&champions));
    let all: Vec<(f64, (f64, f64))> = numbers(&tries, "window")
        .into_iter()
        .zip(numbers(&tries, "setting").into_iter().map(|at| settings[at as usize]))
        .collect();
    let (scores, own) = (numbers(&tries, "score"), numbers(&champions, "in_sample_score"));
    let plateaus = numbers(&champions, "plateau_score");
    let mut known = Vec::new();
    for window in 0..chosen.len() {
        let (period, stop) = chosen[window];
        let is_near = |(at, (p, s)): &(f64, (f64, f64))| {
            *at == window as f64 && f64::max((p - period).abs(), (s - stop).abs()) == 1.0
        };
        let near = all.iter().zip(&scores).filter(|(tried, _)| is_near(tried));
        let near: Vec<f64> = near.map(|(_, s)| if s.is_nan() { 0.0 } else { *s }).collect();
        assert_eq!(numbers(&champions, "plateau_neighbours")[window] as usize, near.len());
        if !near.is_empty() {
            let expected = near.iter().sum::<f64>() / near.len() as f64 / own[window];
            assert!((plateaus[window] - expected).abs() < 1e-12, "window {window}");
            known.push(plateaus[window]);
        }
    }
    known.sort_by(f64::total_cmp);
    let n = known.len();
    let median = (known[(n - 1) / 2] + known[n / 2]) / 2.0;
    let sentence = format!("had {median:.2} of their score there (median of {n} windows)");
    assert!(n > 2 && told.contains(&sentence), "{sentence} in {told}");
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
fn a_walk_of_rules_is_a_run_among_others() {
    let project = project();
    project.done(&["optimize"]);
    let id = results(&project).trim_start_matches("results/").trim_end_matches('/').to_owned();
    let listed = project.done(&["run", "list"]);
    assert!(
        listed.contains(&id) && listed.contains("SYNTH 5m") && listed.contains(" 14 "),
        "{listed}"
    );
    assert!(!listed.contains("unfinished"), "{listed}");
    let told = project.done(&["run", "show", &id]);
    for wanted in ["VERDICT: ", "optimize.strategy", "trades.parquet", "net profit", "9 settings"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    let n_trades = table(&project, "trades.parquet").n_rows();
    assert!(project.done(&["trades", "--run", &id]).contains(&format!("of {n_trades} trades")));
    let told = project.refusal(&["backtest", "--run", &id]);
    assert!(told.contains("is a walk of rules") && told.contains("edgewalk run show"), "{told}");
    let page = project.text(&format!("logs/diagnostics/{id}/report.html"));
    for wanted in ["What the choosing was worth", "The setting of each window", "Sharpe ratio"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    let pictures = ["equity", "before_and_after", "parameters", "pair"];
    assert_eq!(page.matches("<figure>").count(), pictures.len());
    let guide = project.text(&format!("logs/diagnostics/{id}/how_to_read.md"));
    assert!(pictures.iter().all(|name| guide.contains(&format!("({name}.png)"))), "{guide}");
    project.done(&["optimize", "--set", "optimize.min_trades=5"]);
    let all = project.files("results");
    let mut ids =
        all.iter().filter_map(|name| name.split('/').find(|p| p.starts_with("optimize-")));
    let told = project.done(&["run", "diff", &id, ids.find(|other| *other != id).unwrap()]);
    assert!(told.contains("optimize.min_trades"), "{told}");
    project.put(&format!("results/{id}/champions.csv"), "window\n");
    let listed = project.done(&["run", "list"]);
    assert!(listed.contains("DAMAGED") && listed.contains("champions.csv"), "{listed}");
}

#[test]
fn a_run_waits_for_one_that_writes_the_same_results() {
    let project = project();
    let told = project.done(&["optimize"]);
    let held = FolderLock::take(&project.path(&results(&project))).unwrap();
    let mut child = project.start(&["optimize"]);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("another run is changing")));
    drop(held);
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success() && done.stdout == told.into_bytes());
}

#[test]
fn the_window_that_slippage_follows_makes_another_walk() {
    let project = project();
    for window in ["50", "500"] {
        let window = format!("backtest.slippage.window_bars={window}");
        let model = "backtest.slippage.model=volatility";
        project.done(&["optimize", "--set", model, "--set", &window]);
    }
    let walks = project.files("results");
    assert_eq!(walks.iter().filter(|name| name.ends_with("champions.csv")).count(), 2);
    assert!(project.done(&["optimize"]).contains("27 trials so far"));
}

#[test]
fn rules_wait_as_long_as_their_own_key_says_and_obey_nothing_of_models() {
    let project = project();
    let small = ["optimize", "--set", "optimize.size=0.4", "--set", "optimize.cooldown_bars=30"];
    let told = project.done(&small);
    let models = ["trading_logic.cooldown_bars=50", "trading_logic.sizing.min_trade_size=0.5"];
    assert_eq!(
        project.done(&[&small[..], &["--set", models[0], "--set", models[1]]].concat()),
        told
    );
    let trades = table(&project, "trades.parquet");
    let at = |name: &str| match trades.column(name) {
        Some(Values::Ts(times)) => times.iter().map(|ts| ts.0).collect::<Vec<i64>>(),
        _ => panic!("{name} is no time"),
    };
    let (entries, exits) = (at("entry_ts"), at("exit_ts"));
    let waited = entries[1..].iter().zip(&exits).map(|(entry, exit)| entry - exit);
    let least = waited.min().unwrap() / 300_000_000;
    assert!(least >= 30, "{least}");
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
    let told = refused(&["--step-bars", "900"]);
    assert!(told.contains("would be in no test window"), "{told}");
    let between = ["--mode", "random", "--set", "optimize.pick=plateau", "--set"];
    let told = refused(&[&between[..], &["optimize.space.exits.stop=1.0..2.0"]].concat());
    assert!(told.contains("has no step, which a plateau needs"), "{told}");
    let told = refused(&["--set", "optimize.space.exits.stop=1.0..2.0"]);
    assert!(told.contains("has no step, which a grid needs"), "{told}");
    let told = refused(&["--mode", "annealing"]);
    assert!(told.contains("optimize.mode"), "{told}");
    let told = refused(&["--set", "walkforward.anchored=true"]);
    assert!(told.contains("did you mean `walkforward.mode: anchored`?"), "{told}");
    let told = refused(&["--set", "optimize.space={period: 99}"]);
    assert!(told.contains("`period`") && told.contains("99"), "{told}");
}

#[test]
fn a_parameter_can_be_fixed_and_bayes_is_a_mode() {
    let project = project();
    let fixed = ["optimize", "--set", "optimize.space.period=7", "--set"];
    let told = project.done(&[&fixed[..], &["optimize.space.exits.stop=2..2"]].concat());
    assert!(told.contains("`rsi`: 147 settings"), "those of oversold and target: {told}");
    let bayes = ["optimize", "--trials", "6", "--mode"];
    let told = project.done(&[&bayes[..], &["bayes"]].concat());
    assert_eq!(told, project.done(&[&bayes[..], &["gaussian-process"]].concat()));
}

/// Five-minute bars whose moves remember `memory` of the move before.
fn market(n: usize, memory: f64, seed: u64) -> String {
    let mut rng = Rng::stream(seed, "planted rule", &[]);
    let (mut price, mut step) = (100.0_f64, 0.0);
    let mut csv = String::from("ts,open,high,low,close,volume\n");
    for row in 0..n {
        step = memory * step + 0.001 * rng.normal();
        let open = price;
        price *= libm::exp(step);
        let (high, low) = (open.max(price) * 1.0002, open.min(price) * 0.9998);
        let ts = 1_640_995_200 + 300 * row;
        csv += &format!("{ts},{open:.6},{high:.6},{low:.6},{price:.6},1000000\n");
    }
    csv
}

#[test]
fn a_symbol_is_searched_by_what_it_pays_itself() {
    let project = project();
    let at = |set: &str| project.done(&["optimize", "--symbol", "synth", "--set", set]);
    let own = at("backtest.symbols.SYNTH.half_spread_bps=0.4");
    let fills = table(&project, "fills.parquet");
    let [qty, reference, impact] =
        ["qty", "reference", "spread_and_slippage"].map(|name| numbers(&fills, name));
    let n_market = impact.iter().filter(|impact| **impact > 0.0).count();
    assert!(n_market > 10, "{n_market}");
    for row in (0..qty.len()).filter(|row| impact[*row] > 0.0) {
        let bps = 1e4 * impact[row] / (qty[row] * reference[row]);
        assert!((bps - 0.5).abs() < 1e-6, "{bps}");
    }
    assert_eq!(at("backtest.half_spread_bps=0.4"), own, "the same walk");
    let cheap = at("backtest.half_spread_bps=0.1");
    assert_ne!(cheap, own);
    assert_eq!(at("backtest.symbols.OTHER.half_spread_bps=0.4"), cheap);
}

#[test]
fn a_planted_rule_is_called_and_luck_is_not() {
    let verdict = |memory: f64, seed: u64| {
        let project = Project::new();
        project.put(
            "config.yml",
            CONFIG
                .replace("  space: {period: 7..21 step 7, exits: {stop: 1.0..3.0 step 1.0}}\n", ""),
        );
        project.put("bars.csv", market(24_000, memory, seed));
        project.done(&["ingest", "csv", "bars.csv", "--symbol", "SYNTH", "--timeframe", "5m"]);
        let args = ["optimize", "--strategy", "time_series_momentum", "--train-bars", "4000"];
        let more = ["--test-bars", "1000", "--set", "optimize.space.lookback=24..96 step 24"];
        let told = project.done(&[&args[..], &more].concat());
        told.lines().find(|line| line.starts_with("VERDICT")).unwrap().to_owned()
    };
    let planted = verdict(0.6, 1);
    assert!(planted.starts_with("VERDICT: pass"), "{planted}");
    for seed in 2..6 {
        let luck = verdict(0.0, seed);
        assert!(!luck.starts_with("VERDICT: pass"), "{luck}");
    }
}
