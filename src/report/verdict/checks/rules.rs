//! What is asked of rules whose settings were chosen, in place of predictions.

use super::{Check, Finding, Topic, certainty, money, sample};
use crate::report::selection::Selection;
use crate::report::verdict::evidence::Evidence;
use crate::report::verdict::thresholds::Thresholds;
use crate::report::verdict::words::{counted, number, percent};

/// As [`super::checks`], of a walk that learnt no models.
pub fn rule_checks(evidence: &Evidence, selection: &Selection, asked: &Thresholds) -> Vec<Check> {
    let of_record: [fn(&Evidence, &Thresholds) -> Check; 5] = [
        sample::record,
        sample::trades,
        certainty::net_sharpe,
        certainty::deflated,
        money::stability,
    ];
    let of_money: [fn(&Evidence, &Thresholds) -> Check; 2] =
        [money::net_profit, money::double_costs];
    let mut checks: Vec<Check> =
        of_record.iter().chain(&of_money).map(|check| check(evidence, asked)).collect();
    checks.push(superiority(selection, evidence.n_ensembles, asked));
    checks.push(transfer(selection));
    checks.push(informed(selection));
    checks.extend(procedure(selection, asked));
    checks
}

fn superiority(selection: &Selection, n_ensembles: Option<u64>, asked: &Thresholds) -> Check {
    let least = percent(asked.max_permutation_p);
    let check =
        Check::must(Topic::Superiority, format!("as good by luck in at most {least} of the cases"));
    let Some(found) = &selection.superiority else {
        let words = "It can be told of 10,000 settings at most, and of days enough to draw from: a smaller \
                     grid, or --mode random.";
        return check.found("not measured".to_owned(), Finding::Undecided, words);
    };
    let (n, kind) = match n_ensembles {
        // The search moves their settings afterwards, window by window.
        Some(_) => (counted(found.n_trials, "ensemble") + ", each as it was drawn", "ensembles"),
        None => (counted(found.n_trials, "setting"), "settings"),
    };
    let p = found.spa.consistent_p;
    let told = format!("{} (White's check: {})", percent(p), percent(found.reality_check_p));
    let (outcome, words) = if p <= asked.max_permutation_p {
        let words = format!(
            "The best of {n}, held fixed over all test windows, beats doing nothing by more than \
             the best of as many worthless ones would."
        );
        (Finding::Passes, words)
    } else if p <= 0.5 {
        let words = format!(
            "The best of as many worthless {kind} as were compared ({n}) would often look as good on \
             these test windows."
        );
        (Finding::Undecided, words)
    } else {
        let words = format!(
            "The best of as many worthless {kind} as were compared ({n}) would mostly look better on \
             these test windows."
        );
        (Finding::Fails, words)
    };
    check.found(told, outcome, words)
}

/// A note: a choice may be worth little where all settings are good.
fn transfer(selection: &Selection) -> Check {
    let check = Check::note(Topic::Transfer, "at least half of the profit before".to_owned());
    let Some(found) = &selection.transfer else { return check };
    let Some(kept) = found.efficiency else {
        let words = "The chosen settings earned nothing even where they were chosen.";
        return check.found("nothing to keep".to_owned(), Finding::Fails, words);
    };
    let words = match kept {
        k if k >= 0.5 => {
            "Most of what a setting earned where it was chosen, it earned afterwards, too."
        }
        k if k > 0.0 => "Little of what a setting earned where it was chosen was left afterwards.",
        _ => "What earned where it was chosen lost afterwards: the choice was fitted to noise.",
    };
    let told = format!("{} of it", number(kept));
    check.found(told, Finding::passes_or(kept >= 0.5, Finding::Fails), words)
}

fn informed(selection: &Selection) -> Check {
    let check =
        Check::note(Topic::Informed, "settings' ranks before and after go together".to_owned());
    let Some(found) = &selection.informed else {
        let words = "Ranks can be compared only where every setting is tried on every window, as a grid and \
                     random search do.";
        return check.found("not measured".to_owned(), Finding::Undecided, words);
    };
    let Some((mean, error)) = found.mean_correlation.zip(found.error) else { return check };
    let told = format!("correlation {} ± {}", number(mean), number(error));
    let words = match mean {
        m if m > 2.0 * error => {
            "What was better before was better afterwards, more often than not."
        }
        m if m < -2.0 * error => "What was better before was worse afterwards.",
        _ => {
            "Whether a setting was better before says nothing of afterwards: choosing is a draw of lots."
        }
    };
    check.found(told, Finding::passes_or(mean > 2.0 * error, Finding::Undecided), words)
}

/// Only where it was asked for: it repeats all of the search on each permuted market.
fn procedure(selection: &Selection, asked: &Thresholds) -> Option<Check> {
    let found = selection.procedure.as_ref()?;
    let least = percent(asked.max_permutation_p);
    let check = Check::must(
        Topic::Procedure,
        format!("as good on shuffled bars in at most {least} of the runs"),
    );
    let n = counted(found.n_permutations, "market");
    let passes = found.p_value <= asked.max_permutation_p;
    let words = match passes {
        true => "The same search on shuffled bars, in which there is nothing to find, finds less.",
        false => {
            "The same search on shuffled bars, in which there is nothing to find, often does as well."
        }
    };
    let told = format!("{} of {n}", percent(found.p_value));
    Some(check.found(told, Finding::passes_or(passes, Finding::Undecided), words))
}
