//! The same configuration, data and seed: the same bytes, on however many threads.

use std::collections::BTreeMap;

use crate::project::Project;

const CONFIG: &str = "data: {symbols: [ONE, TWO]}
synthetic: {bars: 9000, gaps_per_100k: 50, bounce_bps: 1, planted: {ic: 0.1}}
features:
  set: [core, momentum, volume]
  expressions:
    edge: \"zscore(ema(close, 12) / ema(close, 26) - 1, 288)\"
    hour_trend: \"tf('1h', close / ema(close, 20) - 1)\"
walkforward: {train_weeks: 1, test_weeks: 1, start: first_bar}
";

const COMMANDS: [&str; 9] = [
    "ingest",
    "data list",
    "data audit",
    "data resample --to 15m",
    "features --csv",
    "features check --prefixes 2",
    "labels",
    "folds",
    "folds --json --symbol TWO",
];

/// Everything a run of everything prints and writes.
fn all(more: &[&str]) -> (Vec<String>, BTreeMap<String, Vec<u8>>) {
    let project = Project::new();
    project.put("config.yml", CONFIG);
    let printed = COMMANDS.map(|command| {
        let args: Vec<&str> = command.split(' ').chain(more.iter().copied()).collect();
        project.done(&args)
    });
    (printed.to_vec(), project.tree("data"))
}

#[test]
fn threads_and_folders_change_no_byte_and_the_seed_changes_all() {
    let (printed, written) = all(&["--threads", "1"]);
    // Bars, truth and 15-minute bars, a table and its CSV, each for two symbols.
    assert_eq!(written.len(), 10, "{:?}", written.keys());
    let (printed_by_two, written_by_two) = all(&["--threads", "2"]);
    assert_eq!(printed_by_two, printed);
    assert!(written_by_two == written, "the same files with the same bytes");
    let (_, written_by_seed) = all(&["--set", "seed=8"]);
    for (name, bytes) in &written {
        let other = written_by_seed.get(name);
        assert!(other != Some(bytes), "`{name}` does not depend on the seed");
    }
}
