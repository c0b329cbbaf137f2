//! How much there is to judge by.

use super::{Check, Finding, Topic};
use crate::report::verdict::evidence::Evidence;
use crate::report::verdict::thresholds::Thresholds;
use crate::report::verdict::words::{count, counted, more, percent, span};

pub(super) fn record(evidence: &Evidence, asked: &Thresholds) -> Check {
    let n_days = evidence.n_days;
    let needed = evidence.track.as_ref().and_then(|track| track.days_needed).map(f64::ceil);
    let has_trades = evidence.n_trades >= asked.min_trades;
    let check = Check::must(Topic::Record, least(needed.filter(|_| has_trades), asked));
    let found = counted(n_days, "day");
    let confidence = percent(asked.confidence);
    let (outcome, words) = match needed {
        _ if n_days < asked.min_days => {
            (Finding::Undecided, "So few days say nothing about the next ones.".to_owned())
        }
        _ if !has_trades => {
            (Finding::Undecided, "So few trades do not say how long a record must be.".to_owned())
        }
        None => (
            Finding::Undecided,
            "There is no profit whose certainty could grow with a longer record.".to_owned(),
        ),
        Some(days) if n_days as f64 >= days => {
            let words = format!(
                "Long enough to tell a Sharpe ratio of this size from luck ({confidence})."
            );
            (Finding::Passes, words)
        }
        Some(days) => {
            let more = more(days as u64 - n_days);
            let words = format!(
                "Too short to tell a Sharpe ratio of this size from luck ({confidence} sure): \
                 {more} like these would do."
            );
            (Finding::Undecided, words)
        }
    };
    check.found(found, outcome, words)
}

fn least(needed: Option<f64>, asked: &Thresholds) -> String {
    let long = span(needed.map_or(0, |days| days as u64).max(asked.min_days));
    if long.starts_with("more") { long } else { format!("at least {long}") }
}

pub(super) fn trades(evidence: &Evidence, asked: &Thresholds) -> Check {
    let check = Check::must(Topic::Trades, format!("at least {}", count(asked.min_trades)));
    let enough = evidence.n_trades >= asked.min_trades;
    let words = match enough {
        true => "Enough for one lucky trade not to decide.",
        false => "So few that a lucky one may decide.",
    };
    let outcome = Finding::passes_or(enough, Finding::Undecided);
    check.found(count(evidence.n_trades), outcome, words)
}

pub(super) fn folds(evidence: &Evidence, asked: &Thresholds) -> Check {
    let check = Check::must(Topic::Folds, format!("at least {}", count(asked.min_folds)));
    let Some(folds) = &evidence.net_by_fold else { return check };
    let enough = folds.n_folds >= asked.min_folds;
    let words = match enough {
        true => "Models were trained and tested often enough to compare the times.",
        false => "Too few times of training and testing to see whether they agree.",
    };
    let outcome = Finding::passes_or(enough, Finding::Undecided);
    check.found(count(folds.n_folds), outcome, words)
}
