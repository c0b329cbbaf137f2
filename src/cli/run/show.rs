//! One run in full.

use super::super::backtest::told;
use super::{table_of, verdict, when};
use crate::config::Config;
use crate::pipeline::{FIGURES, FoldFacts, KeyDifference, RunFacts, State, changed};

pub fn show(run: &RunFacts, all_folds: bool) -> String {
    let parts = [
        head(run),
        settings(run),
        data(run),
        horizons(run),
        folds(&run.folds, all_folds),
        metrics(run),
        judgement(run),
        files(run),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(run: &RunFacts) -> String {
    let latest = if run.is_latest { ", models/latest" } else { "" };
    let mut text = format!("`{}`{latest}\n{}, {}\n", run.id, run.subject(), when(run));
    match &run.state {
        State::Whole => {}
        State::Unfinished { folds: 0 } => text += "unfinished: the same command goes on with it\n",
        State::Unfinished { folds } => {
            text +=
                &format!("unfinished, {folds} folds so far: the same command goes on with it\n");
        }
        State::Damaged(faults) => faults.iter().for_each(|fault| {
            text += &format!("DAMAGED: {fault}\n");
        }),
    }
    if let Some(model) = &run.model {
        text += &format!("version {}, build {}, seed {}\n", model.version, model.build, model.seed);
    }
    let trials =
        run.diagnostics.as_ref().and_then(|d| d.pointer("/evidence/deflated/n_trials")?.as_u64());
    if let Some(n) = trials {
        text += &format!("{n} settings had been tried on these data when it was judged\n");
    }
    if let (n, Some(trained)) = run.n_folds() {
        text += &format!("{n} folds with the models of {trained} trainings\n");
    }
    match run.n_sweeps() {
        0 => {}
        n => text += &format!("sweeps of its predictions: {n}\n"),
    }
    text
}

fn settings(run: &RunFacts) -> String {
    let Some(config) = &run.config else { return String::new() };
    let default = changed(&Config::default(), config);
    let mut text = match default.is_empty() {
        true => "settings: the defaults\n".to_owned(),
        false => {
            format!("settings that differ from the defaults\n{}", keys(&default, "here", "default"))
        }
    };
    for (stage, other) in [("backtest", &run.backtest_config), ("diagnosis", &run.diagnosis_config)]
    {
        let Some(other) = other else { continue };
        let mut found = changed(config, other);
        // Both name the symbols they are of; a config may name others than a run was made of.
        let symbols: Vec<String> = other.data.symbols.iter().map(ToString::to_string).collect();
        found.retain(|one| one.key != "data.symbols" || symbols != run.symbols);
        if !found.is_empty() {
            let there = format!("of the {stage}");
            text +=
                &format!("\nof the last {stage} alone\n{}", keys(&found, &there, "of the models"));
        }
    }
    text
}

/// The later value first: it is the one in effect.
fn keys(found: &[KeyDifference], here: &str, there: &str) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    let row =
        |one: &KeyDifference| vec![one.key.clone(), value(&one.values[1]), value(&one.values[0])];
    table_of(&["key", here, there], "lll", found.iter().map(row))
}

fn data(run: &RunFacts) -> String {
    let Some(model) = run.model.as_ref().filter(|model| !model.data.is_empty()) else {
        return String::new();
    };
    let row = |(symbol, hash): (&String, &String)| vec![symbol.clone(), hash.clone()];
    table_of(&["bars", "fingerprint"], "ll", model.data.iter().map(row))
}

fn horizons(run: &RunFacts) -> String {
    let ics = run.ics();
    if ics.is_empty() {
        let horizons: Vec<String> = run.horizons.iter().map(ToString::to_string).collect();
        let none = horizons.is_empty();
        return if none {
            String::new()
        } else {
            format!("horizons: {} bars\n", horizons.join(", "))
        };
    }
    let row = |(horizon, ic, t): (u64, f64, f64)| {
        vec![horizon.to_string(), format!("{ic:.4}"), format!("{t:.1}")]
    };
    table_of(&["horizon (bars)", "rank IC", "t HAC"], "rrr", ics.into_iter().map(row))
}

/// As many on either side, if not all are asked for.
const ENDS: usize = 6;

fn folds(folds: &[FoldFacts], all: bool) -> String {
    let ic = |ic: Option<f64>| told(ic, 3);
    let span = |(from, until): &(String, String)| format!("{from} to {until}");
    let row = |fold: &FoldFacts| {
        let kept = if fold.is_trained { "" } else { " (kept)" };
        vec![
            format!("{}{kept}", fold.fold),
            span(&fold.learnt),
            fold.tested.as_ref().map_or("–".to_owned(), span),
            told(Some(fold.n_rows as f64), 0),
            ic(fold.ic_calibrate),
            ic(fold.ic_test),
        ]
    };
    let header = ["fold", "learnt from", "tested on", "rows", "IC calibration", "IC test"];
    let n = folds.len();
    if n == 0 {
        return String::new();
    }
    let hidden = if all { 0 } else { n.saturating_sub(2 * ENDS) };
    let mut rows: Vec<Vec<String>> = folds.iter().map(row).collect();
    if hidden > 1 {
        let more = vec!["…".to_owned(), format!("{hidden} more: --all")];
        rows.splice(ENDS..n - ENDS, [more]);
    }
    table_of(&header, "rllrrr", rows)
}

/// A walk of rules has no stages of its own to come.
fn is_of_rules_to_come(run: &RunFacts) -> bool {
    matches!(run.state, State::Unfinished { .. })
        && ["optimize-", "tournament-"].iter().any(|kind| run.id.starts_with(kind))
}

fn metrics(run: &RunFacts) -> String {
    if is_of_rules_to_come(run) {
        return String::new();
    }
    if run.metrics.is_none() {
        return "no backtest yet: `edgewalk backtest` makes one\n".to_owned();
    }
    let rows: Vec<Vec<String>> = FIGURES
        .chunks(3)
        .map(|three| {
            let cell = |one: &crate::pipeline::Figure| {
                [one.name.to_owned(), one.unit.told(run.figure(one.place))]
            };
            three.iter().flat_map(cell).collect()
        })
        .collect();
    table_of(&["", "", "", "", "", ""], "lrlrlr", rows).trim_start().to_owned()
}

fn judgement(run: &RunFacts) -> String {
    if is_of_rules_to_come(run) {
        return String::new();
    }
    if run.verdict.is_none() {
        return "no diagnosis yet: `edgewalk diagnose` makes one\n".to_owned();
    }
    let checks = run
        .checks()
        .into_iter()
        .map(|[name, must, asked, found, outcome]| vec![name, must, asked, found, outcome]);
    let headline = run.said("headline").map_or_else(|| verdict(run), str::to_owned);
    let header = ["check", "", "asked", "found", "outcome"];
    let other = if run.is_judged_otherwise() { OTHER } else { "" };
    format!("VERDICT: {headline}\n{other}\n{}", table_of(&header, "lllll", checks))
}

const OTHER: &str =
    "(of other settings than the last backtest's: `edgewalk diagnose` judges those)\n";

fn files(run: &RunFacts) -> String {
    let rows = run.files.iter().map(|file| {
        let n = if file.n_files > 1 || file.path.is_dir() {
            format!("{} files", file.n_files)
        } else {
            String::new()
        };
        vec![file.path.display().to_string(), told(Some((file.bytes as f64 / 1e3).ceil()), 0), n]
    });
    table_of(&["file", "kB", ""], "lrr", rows)
}
