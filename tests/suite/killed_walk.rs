//! A walk that is killed at any instant, and run again, leaves what one leaves that was let alone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use edgewalk::rng::Rng;

use crate::project::Project;

/// A dozen folds, each learnt in a moment.
const CONFIG: &str = "data: {timeframe: 15m}
synthetic: {bars: 10300, regimes: false, planted: {ic: 0.3, horizon: 6}}
features: {set: [core]}
labels: {horizons: [6]}
verdict: {decay_bars: 3}
walkforward: {train_weeks: 2, test_weeks: 1}
learn: {rounds: 20, learning_rate: 0.1, max_column_ic: 0.9}
calibration: {min_rows: 100}
trading_logic: {warmup_bars: 20, z_window: 100, volatility_window: 50, quantile_level: null}
backtest: {cash: 10000, half_spread_bps: 0.1, slippage: {bps: 0.1}, commission: {taker_bps: 0.5}}
";
const KILLS: usize = 20;
/// Of an undisturbed walk: a life is no longer, so that most end by a kill, each of which but the first
/// is of a walk that goes on where the kill before has left it.
const LONGEST: f64 = 0.6;
const WALK: [&str; 3] = ["walkforward", "--threads", "2"];

fn project() -> Project {
    Project::of(CONFIG)
}

/// Every byte, the ledger of trials too.
fn written(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let folders = ["results", "models", "logs"];
    let each = folders.iter().flat_map(|folder| {
        project
            .tree(folder)
            .into_iter()
            .map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
    });
    each.collect()
}

/// How long an undisturbed walk takes here and now; what depends on it is where the kills fall, not
/// what is right.
#[expect(clippy::disallowed_methods, reason = "instants to kill at; no result depends on them")]
fn undisturbed(project: &Project) -> Duration {
    let start = Instant::now();
    project.done(&WALK);
    start.elapsed()
}

/// Whether it was still at work.
fn kill_after(project: &Project, wait: Duration) -> bool {
    let mut child = project.start(&WALK);
    std::thread::park_timeout(wait);
    child.kill().unwrap();
    child.wait().unwrap().code().is_none()
}

#[test]
fn twenty_kills_change_no_byte_of_what_a_walk_leaves() {
    let whole = project();
    let duration = undisturbed(&whole);
    let expected = written(&whole);
    let mut rng = Rng::new(20);
    let (mut n_killed, mut project) = (0, project());
    for _ in 0..3 * KILLS {
        if n_killed == KILLS {
            break;
        }
        // What is left to do is less from life to life; one that came to its end is followed by another.
        let wait = duration.mul_f64(rng.uniform() * LONGEST);
        if kill_after(&project, wait) {
            n_killed += 1;
        } else {
            check(&project, &expected);
            project = self::project();
        }
    }
    project.done(&WALK);
    check(&project, &expected);
    assert!(n_killed >= KILLS * 3 / 4, "{n_killed} of {KILLS} were killed before their end");
}

fn check(project: &Project, expected: &BTreeMap<String, Vec<u8>>) {
    let found = written(project);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &found {
        assert!(*bytes == expected[name], "`{name}` has other bytes");
    }
}
