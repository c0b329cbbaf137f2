//! Help is where most people learn the program: it has to say enough, and no more.

mod ingest;
mod learning;
mod stages;
mod trading;

use crate::project::Project;

/// The help of a command, short, without the options that every command has.
fn help_of(command: &str) -> String {
    let args: Vec<&str> = command.split_whitespace().chain(["-h"]).collect();
    let help = Project::new().done(&args);
    let (own, general) = help.split_once("\nOptions of every command:\n").unwrap();
    let names = ["--config <FILE>", "--set <KEY=VALUE>", "--threads <N>", "--verbose", "--quiet"];
    assert!(names.iter().all(|name| general.contains(name)), "{general}");
    own.to_owned()
}

/// All commands, and their commands.
const COMMANDS: [&str; 36] = [
    "",
    "ingest",
    "ingest csv",
    "ingest binance",
    "ingest kraken",
    "ingest synthetic",
    "data",
    "data list",
    "data audit",
    "data resample",
    "data export",
    "features",
    "features check",
    "features functions",
    "features sets",
    "labels",
    "folds",
    "train",
    "predict",
    "explain",
    "walkforward",
    "diagnose",
    "backtest",
    "sweep",
    "trades",
    "strategies",
    "tournament",
    "run",
    "run list",
    "run show",
    "run diff",
    "config",
    "config show",
    "config check",
    "config init",
    "help",
];

#[test]
fn every_command_and_argument_says_what_it_is_for() {
    let project = Project::new();
    for command in COMMANDS.iter().filter(|command| **command != "help") {
        for flag in ["-h", "--help"] {
            let args: Vec<&str> = command.split_whitespace().chain([flag]).collect();
            let help = project.done(&args);
            let mut lines = help.lines().peekable();
            assert!(lines.next().is_some_and(|first| first.len() > 10), "{args:?}: {help}");
            while let Some(line) = lines.next() {
                let indent = line.len() - line.trim_start().len();
                let is_item =
                    (2..8).contains(&indent) && line[indent..].starts_with(['-', '<', '[']);
                let is_told = line.trim_start().contains("  ")
                    || lines.peek().is_some_and(|next| next.starts_with("          "));
                assert!(!is_item || is_told, "{args:?}: `{line}` is not explained");
            }
        }
    }
}

#[test]
fn every_command_is_tested_here() {
    let project = Project::new();
    for parent in COMMANDS.iter().filter(|command| **command != "help") {
        let args: Vec<&str> = parent.split_whitespace().chain(["-h"]).collect();
        let help = project.done(&args);
        let Some((_, rest)) = help.split_once("\nCommands:\n") else { continue };
        let lines = rest.lines().take_while(|line| !line.is_empty());
        for line in lines.filter(|line| !line.starts_with("    ")) {
            let name = line.split_whitespace().next().unwrap();
            let command = format!("{parent} {name}");
            let known = name == "help" || COMMANDS.contains(&command.trim());
            assert!(known, "`{command}` has no test of its help");
        }
    }
}

#[test]
fn the_version_is_told() {
    let version = Project::new().done(&["--version"]);
    assert_eq!(version, concat!("edgewalk ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_program_begins_with_what_to_type_first() {
    let help = Project::new().done(&["--help"]);
    let (told, _) = help.split_once("\nOptions:\n").unwrap();
    insta::assert_snapshot!(told, @r"
    Walk-forward machine-learning research for people who trade their own models.

    From raw bars to a verdict in three commands:

      edgewalk ingest          bars into the store: what config.yml names, a synthetic market at first
      edgewalk features check  the feature table, and the proof that no column looks ahead
      edgewalk walkforward     retrain as time goes by, predict what comes next, trade it, judge it

    Usage: edgewalk [OPTIONS] <COMMAND>

    Commands:
      ingest       Bring bars into the store: from files, an exchange, or the built-in synthetic market
      data         Look at stored bars: list, audit, resample, export
      features     Build the feature table and show it, a line per column
      labels       Show what there is to predict: forward returns by horizon, and triple-barrier
                   outcomes
      folds        Show how history is cut into folds: train, early stop, calibrate, test, and what was
                   purged
      train        Train a model for each horizon, calibrate it, and store all of it under models/
      predict      Predict rows that a model was not trained on
      explain      Explain a model: exact SHAP values as a table and as pictures, a set for each horizon
      walkforward  Retrain as time goes by, predict the weeks after each training, and trade all of them
      diagnose     Judge a stored run: every table, every picture and the verdict, from what it has
                   written
      backtest     Trade the predictions of a stored run, at the costs and by the rules of the config
      sweep        Try many settings on the predictions of a stored run, and rank them
      optimize     Choose a rule strategy's settings on each window, and try them on the bars after it
      tournament   Let random ensembles of rule strategies compete on each window, and try the champions
                   on the bars after it
      trades       Show the trades of a run's last backtest
      strategies   List the rule strategies, or show one with its parameters and conditions
      run          List, show and compare the runs under models/ and results/
      config       Show, check or write the configuration
      help         Print this message or the help of the given subcommand(s)
    ");
}

#[test]
fn every_command_has_the_same_general_options() {
    let help = Project::new().done(&["labels", "-h"]);
    let (_, general) = help.split_once("\nOptions of every command:\n").unwrap();
    insta::assert_snapshot!(general, @r"
    -c, --config <FILE>    The config file [default: config.yml where there is one, else the built-in
                           defaults]
        --set <KEY=VALUE>  Overrides a key of the config; may be repeated
        --threads <N>      Threads to compute on [default: one a core]; results do not depend on it
    -v, --verbose...       Says more (-v) or everything (-vv) of what it does, on stderr
    -q, --quiet            Says nothing but results and errors
    ");
}
