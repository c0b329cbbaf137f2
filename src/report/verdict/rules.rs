//! The verdict on rules whose settings were chosen window by window.

use super::checks::{Check, Finding, Topic, rule_checks};
use super::evidence::Evidence;
use super::judge::{Reason, Verdict};
use super::thresholds::Thresholds;
use super::words::{self, counted};
use crate::report::selection::Selection;

pub fn judge_rules(evidence: &Evidence, selection: &Selection, asked: &Thresholds) -> Verdict {
    let checks = rule_checks(evidence, selection, asked);
    let reason = reason(&checks, evidence, asked);
    Verdict {
        outcome: reason.outcome(),
        reason,
        headline: headline(reason, evidence),
        what_was_tested: what_was_tested(evidence, selection),
        what_it_means: what_it_means(reason).to_owned(),
        what_would_change_it: what_would_change_it(reason, evidence).to_owned(),
        checks,
    }
}

/// The first that holds.
fn reason(checks: &[Check], evidence: &Evidence, asked: &Thresholds) -> Reason {
    let finding =
        |topic: Topic| checks.iter().find(|check| check.name == topic).map(|check| check.outcome);
    let only_unmet = |topics: &[Topic]| {
        let fine = |c: &Check| c.outcome == Finding::Passes || !c.must || topics.contains(&c.name);
        checks.iter().all(fine)
    };
    let earns_before = evidence.gross_cash().is_some_and(|gross| gross > 0.0);
    let earns_after = evidence.net_cash().is_some_and(|net| net > 0.0);
    if only_unmet(&[]) {
        Reason::AllMet
    } else if evidence.n_days < asked.min_days || evidence.n_trades < asked.min_trades {
        Reason::SampleTooSmall
    } else if finding(Topic::NetSharpe) == Some(Finding::Fails) || !earns_after {
        if earns_before { Reason::CostsEatIt } else { Reason::Loses }
    } else if only_unmet(&[Topic::Stability]) {
        Reason::OneStretch
    } else if only_unmet(&[Topic::DeflatedSharpe, Topic::Superiority, Topic::Procedure]) {
        Reason::TooManyTrials
    } else {
        Reason::Unclear
    }
}

fn headline(reason: Reason, evidence: &Evidence) -> String {
    let why = match reason {
        Reason::AllMet => "after costs it earned more than luck and the choice explain",
        Reason::CostsEatIt => "it earns before costs and loses after them",
        Reason::OneStretch => "one stretch of time brought the profit",
        Reason::SampleTooSmall => "too little was traded to judge by",
        Reason::TooManyTrials => {
            "the result is good, but the best of as many worthless settings might be as good"
        }
        Reason::Loses | Reason::TradesLose | Reason::NoPower | Reason::ProfitWithoutPower => {
            "it loses money"
        }
        Reason::RecordTooShort | Reason::Unclear => "what was found may be luck, and may be not",
    };
    words::headline(reason.outcome(), why, evidence.sharpe.as_ref())
}

fn what_was_tested(evidence: &Evidence, selection: &Selection) -> String {
    let days = counted(evidence.n_days, "day");
    let trades = counted(evidence.n_trades, "trade");
    let windows = evidence.net_by_fold.as_ref().map_or(0, |folds| folds.n_folds);
    let tried = evidence.deflated.as_ref().map_or(1, |deflated| deflated.n_trials);
    let settings = match &selection.superiority {
        Some(found) if evidence.n_ensembles.is_some() => format!(
            " Each chose among {} and settings of theirs; the check against the luck of as many \
             compares them as they were drawn, not what the search made of them.",
            counted(found.n_trials, "ensemble")
        ),
        Some(found) => format!(
            " {}, each held fixed, were compared with the luck of as many.",
            counted(found.n_trials, "setting")
        ),
        None => String::new(),
    };
    format!(
        "{days} that no setting was chosen on, in {}, with {trades}.{settings} {} on record for these \
         bars, and that is allowed for.",
        counted(windows, "window"),
        counted(tried, "trial"),
    )
}

fn what_it_means(reason: Reason) -> &'static str {
    match reason {
        Reason::AllMet => {
            "The rules earned on bars that they were not chosen on, after costs, by more than the luck \
             of the best of all that was tried. Markets change all the same."
        }
        Reason::CostsEatIt => {
            "There may be something in the rules, but it is smaller than what trading costs."
        }
        Reason::OneStretch => {
            "Without its best window there would be little left; nobody knows when the next comes."
        }
        Reason::SampleTooSmall => "So few trades or days say nothing about the next ones.",
        Reason::TooManyTrials => {
            "With so many settings one is bound to look good; this one may be it."
        }
        Reason::Loses | Reason::TradesLose | Reason::NoPower | Reason::ProfitWithoutPower => {
            "What was best on one window was not good on the next."
        }
        Reason::RecordTooShort | Reason::Unclear => {
            "A loss and a profit are both compatible with this record."
        }
    }
}

fn what_would_change_it(reason: Reason, evidence: &Evidence) -> &'static str {
    let has_many = evidence.deflated.as_ref().is_some_and(|deflated| deflated.n_trials > 100);
    match reason {
        Reason::AllMet => "A record that goes on, on bars that nobody has seen yet.",
        Reason::CostsEatIt => {
            "Lower costs, or fewer and larger trades: wider exits, a stricter layer."
        }
        Reason::SampleTooSmall => "More bars, or rules that trade more often.",
        Reason::TooManyTrials | Reason::Unclear | Reason::RecordTooShort if has_many => {
            "More bars; and fewer settings, chosen before looking."
        }
        Reason::TooManyTrials | Reason::Unclear | Reason::RecordTooShort => "More bars.",
        Reason::OneStretch
        | Reason::Loses
        | Reason::TradesLose
        | Reason::NoPower
        | Reason::ProfitWithoutPower => {
            "Other rules, or longer windows; not another look at the same ones."
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
