//! `edgewalk run list | show | diff`: what was made, what it came to, and how two of them differ.

mod show;

use anyhow::Result;

use super::backtest::told;
use super::{Global, print, table_of};
use crate::pipeline::{self, FIGURES, Figure, RunDifference, RunFacts, State};

/// List, show and compare the runs under models/ and results/
///
/// A run is named by its id, by the beginning of its id or of the hash at the end, as long as only one
/// begins so, or by `latest`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Every run with what it has: predictions, backtest, verdict; damaged ones too
    List {
        /// Those written last first, by the times of their files [default: in the order of ids]
        #[arg(long)]
        newest: bool,
    },
    /// One run: settings, data, folds, what it came to, and its files
    Show {
        /// The run
        #[arg(default_value = "latest")]
        run: String,
        /// All folds
        #[arg(long)]
        all: bool,
    },
    /// Where two runs differ: settings, data, results and checks of the verdict
    Diff {
        /// The one
        a: String,
        /// The other
        b: String,
    },
}

pub fn execute(args: &Args, _: &Global) -> Result<()> {
    match &args.action {
        Action::List { newest } => print(&list(&pipeline::runs(*newest)?)),
        Action::Show { run, all } => print(&show::show(&pipeline::run_facts(run)?, *all)),
        Action::Diff { a, b } => print(&diff(&pipeline::differences(a, b)?)),
    }
}

fn list(runs: &[RunFacts]) -> String {
    if runs.is_empty() {
        return "no runs yet: `edgewalk walkforward` makes one\n".to_owned();
    }
    let header = [
        "",
        "run",
        "bars",
        "out of sample",
        "folds",
        "rows",
        "rank IC (t)",
        "trades",
        "Sharpe",
        "net",
        "verdict",
    ];
    let mut text = table_of(&header, "llllrrrrrrl", runs.iter().map(row));
    for run in runs {
        if let State::Damaged(faults) = &run.state {
            faults.iter().for_each(|fault| text += &format!("\n`{}` is damaged: {fault}", run.id));
        }
    }
    let is_unfinished = |run: &RunFacts| matches!(run.state, State::Unfinished { .. });
    if runs.iter().any(is_unfinished) {
        text += UNFINISHED;
    }
    text.trim_end().to_owned()
        + "\n\n* models/latest. rank IC: of the horizon where it is clearest, t by HAC. –: not made yet.\n"
        + if runs.iter().any(RunFacts::is_judged_otherwise) { OTHER_SETTINGS } else { "" }
}

const UNFINISHED: &str = "\nunfinished: the same command finishes it; who does not want it deletes \
                          its folders in models/ and results/.\n";

const OTHER_SETTINGS: &str = "of other settings: not those of the last backtest, whose trades are shown; \
                              `edgewalk diagnose --run RUN` judges these.\n";

fn row(run: &RunFacts) -> Vec<String> {
    let n_trades = run.figure("/trades/trades");
    vec![
        if run.is_latest { "*" } else { "" }.to_owned(),
        run.id.clone(),
        run.subject(),
        predicted(run),
        match run.n_folds() {
            (0, _) => "–".to_owned(),
            (n, None) => n.to_string(),
            (n, Some(trained)) => format!("{n} ({trained} trained)"),
        },
        run.predicted.map_or("–".to_owned(), |(rows, ..)| told(Some(rows as f64), 0)),
        run.best_ic().map_or("–".to_owned(), |(_, ic, t)| format!("{ic:.3} ({t:.1})")),
        told(n_trades, 0),
        told(run.figure("/sharpe/sharpe"), 2),
        told(run.figure("/money/net_cash"), 0),
        verdict(run),
    ]
}

/// `out of sample 2024-01-01 to 2024-03-01`.
fn when(run: &RunFacts) -> String {
    match run.predicted {
        Some(_) => format!("out of sample {}", predicted(run)),
        None => "no predictions yet".to_owned(),
    }
}

/// The days of the first and the last row that was predicted.
fn predicted(run: &RunFacts) -> String {
    run.predicted
        .map_or("–".to_owned(), |(_, first, last)| format!("{} to {}", first.day(), last.day()))
}

fn verdict(run: &RunFacts) -> String {
    match &run.state {
        State::Damaged(_) => "DAMAGED".to_owned(),
        State::Unfinished { folds: 0 } => "unfinished".to_owned(),
        State::Unfinished { folds } => format!("unfinished, {folds} folds so far"),
        State::Whole => {
            let outcome = run.said("outcome").map(|said| said.replace('_', " "));
            let end = if run.is_judged_otherwise() { ", of other settings" } else { "" };
            outcome.map_or("–".to_owned(), |outcome| outcome + end)
        }
    }
}

fn diff(found: &RunDifference) -> String {
    let [a, b] = &found.runs;
    let mut text = format!("a  `{}`  {}\nb  `{}`  {}\n", a.id, when(a), b.id, when(b));
    for (name, run) in [("a", a), ("b", b)] {
        if let State::Damaged(faults) = &run.state {
            faults.iter().for_each(|fault| text += &format!("{name} is damaged: {fault}\n"));
        }
    }
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let keys = found.keys.iter().map(|(stage, key)| {
        vec![key.key.clone(), value(&key.values[0]), value(&key.values[1]), (*stage).to_owned()]
    });
    text += &part("settings", &["key", "a", "b", "of the"], "llll", keys.collect());
    let short = |hash: &Option<String>| value(hash).chars().take(12).collect::<String>();
    let data = found
        .data
        .iter()
        .map(|key| vec![key.key.clone(), short(&key.values[0]), short(&key.values[1])]);
    text += &part("data", &["bars", "a", "b"], "lll", data.collect());
    text += &part("results", &["", "a", "b", "b less a"], "lrrr", results(found));
    let checks = found
        .checks
        .iter()
        .map(|check| vec![check.key.clone(), value(&check.values[0]), value(&check.values[1])]);
    let verdicts = vec!["VERDICT".to_owned(), verdict(a), verdict(b)];
    let checks: Vec<Vec<String>> = std::iter::once(verdicts).chain(checks).collect();
    text + &part("verdict, and checks that ended otherwise", &["", "a", "b"], "lll", checks)
}

fn results(found: &RunDifference) -> Vec<Vec<String>> {
    let less = |[a, b]: [Option<f64>; 2]| Some(b? - a?);
    let ics = found.ics.iter().map(|(horizon, both)| {
        let bars = if *horizon == 1 { "bar" } else { "bars" };
        let shown = |value: Option<f64>| value.map_or("–".to_owned(), |ic| format!("{ic:.4}"));
        vec![
            format!("rank IC, {horizon} {bars}"),
            shown(both[0]),
            shown(both[1]),
            shown(less(*both)),
        ]
    });
    let figures = found.figures.iter().map(|(at, both)| {
        let Figure { name, unit, .. } = FIGURES[*at];
        vec![name.to_owned(), unit.told(both[0]), unit.told(both[1]), unit.told(less(*both))]
    });
    ics.chain(figures).collect()
}

fn part(title: &str, header: &[&str], sides: &str, rows: Vec<Vec<String>>) -> String {
    match rows.is_empty() {
        true => format!("\n{title}: the same\n"),
        false => format!("\n{title}\n{}", table_of(header, sides, rows)),
    }
}
