//! Why models were trained, and what fewer trainings cost.

use super::{table, table_of};
use crate::pipeline::{Comparison, Difference, Retraining};
use crate::walkforward::retrain::{Decision, Detector, Look, Reason};

pub fn text(retraining: &Retraining) -> String {
    let mut text = trainings(&retraining.decisions);
    match &retraining.comparison {
        Some(comparison) => text += &compared(comparison),
        None => text += "`--compare` trains for every window as well, and tells what was lost.\n",
    }
    for path in &retraining.files {
        text += &format!("wrote `{}`\n", path.display());
    }
    text + "\n"
}

/// A line a training.
fn trainings(decisions: &[Decision]) -> String {
    let (n, all) = (decisions.iter().filter(|one| one.trains()).count(), decisions.len());
    let count = |reason: Reason| decisions.iter().filter(|one| one.reason == reason).count();
    let trained = decisions.chunk_by(|_, next| !next.trains());
    let row = |served: &[Decision]| {
        let first = served.first()?;
        let windows = served.len().to_string();
        Some(vec![first.fold.to_string(), first.at.to_string(), why(first), windows])
    };
    format!(
        "{n} trainings for {all} test windows, {} saved: {} because of drift, {} because of age.\n\n{}\n",
        all - n,
        count(Reason::Drift),
        count(Reason::Age),
        table_of(&["fold", "trained for", "because", "served"], "rllr", trained.filter_map(row)),
    )
}

fn why(decision: &Decision) -> String {
    let told = |look: &&Look| alarm(look);
    match decision.reason {
        Reason::First => "there was no model yet".to_owned(),
        Reason::Age => format!("the last one had served {} windows", decision.age),
        Reason::Drift => {
            let alarms = decision.alarms();
            let (shown, rest) = alarms.split_at(alarms.len().min(SHOWN));
            let more =
                if rest.is_empty() { String::new() } else { format!(", {} more", rest.len()) };
            shown.iter().map(told).collect::<Vec<_>>().join("; ") + &more
        }
        Reason::Steady => String::new(),
    }
}

/// Alarms in a line, the clearest; the file has all.
const SHOWN: usize = 1;

fn alarm(look: &Look) -> String {
    let (found, most) = (look.statistic, look.threshold);
    let column = look.column.as_deref().unwrap_or_default();
    let at = look.horizon.map_or_else(String::new, |h| format!(" at horizon {h}"));
    match look.detector {
        Detector::Inputs => format!("input {column} moved, PSI {found:.2} > {most:.2}"),
        Detector::Shap => format!("SHAP{at} moved, PSI {found:.2} > {most:.2}, {column} most"),
        Detector::PageHinkley => format!("losses{at} rose, sum {found:.0} > {most:.0} sd"),
        Detector::Adwin => format!("correlation{at} fell by {found:.3} > {most:.3}"),
    }
}

fn compared(comparison: &Comparison) -> String {
    let horizons = comparison.differences.first().map_or(&[][..], |first| &first.horizons);
    let mut header = vec!["trained by".to_owned(), "trainings".to_owned()];
    header.extend(horizons.iter().map(|of| format!("IC at {}", of.horizon)));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let row = |policy: &crate::pipeline::Compared| {
        let n = policy.n_trainings.to_string();
        let mut row = vec![policy.policy.to_owned(), n];
        row.extend((0..horizons.len()).map(|at| cell(comparison, policy.policy, at)));
        row
    };
    let mut rows: Vec<Vec<String>> = comparison.policies.iter().map(row).collect();
    let last = comparison.differences.iter().rev().find(|one| one.less != SCHEDULE);
    rows.extend(last.map(|last| {
        let mut row = vec![format!("{} less {}", last.policy, last.less), String::new()];
        row.extend((0..horizons.len()).map(|at| apart(last, at)));
        row
    }));
    format!(
        "{}\nRank IC, the mean of {} test windows; in brackets what it is more or less than by \
         schedule.\n± one standard error of the difference by window: of how lucky few models were it \
         knows nothing.\nfixed steps: as many trainings as drift, evenly spread. once: the first model \
         to the end.\n\n",
        table(&header, rows),
        comparison.n_windows,
    )
}

const SCHEDULE: &str = "schedule";

/// The IC, and its difference from that by schedule.
fn cell(comparison: &Comparison, policy: &str, at: usize) -> String {
    let of = |difference: &&Difference| difference.policy == policy && difference.less == SCHEDULE;
    let number = |ic: Option<f64>| ic.map_or("–".to_owned(), |ic| format!("{ic:.3}"));
    match comparison.differences.iter().find(of) {
        Some(difference) => {
            let ic = difference.horizons[at].paired.by_fold.ic[0];
            format!("{} ({})", number(ic), apart(difference, at))
        }
        None => {
            let first = comparison.differences.iter().find(|one| one.less == policy);
            first.map_or("–".to_owned(), |one| number(one.horizons[at].paired.by_fold.ic[1]))
        }
    }
}

fn apart(difference: &Difference, at: usize) -> String {
    let by_fold = &difference.horizons[at].paired.by_fold;
    match (by_fold.mean, by_fold.se) {
        (Some(mean), Some(se)) => format!("{mean:+.3} ± {se:.3}"),
        (Some(mean), None) => format!("{mean:+.3}"),
        _ => "–".to_owned(),
    }
}
