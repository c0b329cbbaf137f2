//! What is earned, and when.

use super::{Check, Finding, Topic};
use crate::report::verdict::costs::{BreakEven, Costs};
use crate::report::verdict::evidence::Evidence;
use crate::report::verdict::stability::Stability;
use crate::report::verdict::thresholds::Thresholds;
use crate::report::verdict::words::{cash, number, percent};

pub(super) fn stability(evidence: &Evidence, asked: &Thresholds) -> Check {
    let (least, most) = (percent(asked.min_positive_folds), percent(asked.max_best_fold_share));
    let check = Check::must(
        Topic::Stability,
        format!("more than {least} of the folds earn, the best at most {most} of it all"),
    );
    let Some(folds) = &evidence.net_by_fold else { return check };
    let (Some(share), Some(best)) = (folds.share_positive, folds.best_share) else {
        let words = "There is no profit in all folds together.";
        return match folds.n_folds {
            0 => check,
            _ => {
                let found = format!("{}; together they do not earn", positive(folds));
                check.found(found, Finding::Fails, words)
            }
        };
    };
    let found = format!("{}; the best brings {} of it all", positive(folds), whole_percent(best));
    if folds.n_folds < asked.min_folds {
        return check.found(found, Finding::Undecided, "Too few folds to say.");
    }
    let (outcome, words) = if share <= asked.min_positive_folds {
        (Finding::Fails, "Most of the time it did not earn anything.")
    } else if best > asked.max_best_fold_share {
        (Finding::Fails, "One stretch of time brought nearly all of the profit.")
    } else {
        (Finding::Passes, "The profit comes from most of the time, not from one stretch.")
    };
    check.found(found, outcome, words)
}

pub(super) fn ic_by_fold(evidence: &Evidence, asked: &Thresholds) -> Check {
    let least = percent(asked.min_positive_folds);
    let check = Check::note(Topic::IcByFold, format!("above 0 in more than {least} of the folds"));
    let Some(folds) = &evidence.ic_by_fold else { return check };
    let Some(share) = folds.share_positive else { return check };
    let fine = share > asked.min_positive_folds;
    let words = match fine {
        true => "Predictions were of use most of the time.",
        false => "Most of the time predictions were of no use.",
    };
    check.found(positive(folds), Finding::passes_or(fine, Finding::Fails), words)
}

pub(super) fn net_profit(evidence: &Evidence, _: &Thresholds) -> Check {
    let check = Check::must(Topic::NetProfit, "above 0 at the configured costs".to_owned());
    let (Some(costs), Some(net)) = (&evidence.costs, evidence.net_cash()) else { return check };
    let gross = costs.gross_cash();
    let found = match gross {
        Some(gross) => format!("{} after costs, {} if trading were free", cash(net), cash(gross)),
        None => format!("{} after costs", cash(net)),
    };
    if net > 0.0 {
        let words = format!("Costs leave something. {}", break_even(costs));
        return check.found(found, Finding::Passes, words);
    }
    let words = match gross {
        Some(gross) if gross > 0.0 => format!("Costs take all of it. {}", break_even(costs)),
        Some(gross) if gross < 0.0 => "It loses even before costs.".to_owned(),
        Some(_) => "Nothing is earned even before costs.".to_owned(),
        None => "Nothing is left after costs.".to_owned(),
    };
    check.found(found, Finding::Fails, words)
}

pub(super) fn double_costs(evidence: &Evidence, _: &Thresholds) -> Check {
    let check = Check::note(Topic::DoubleCosts, "above 0 at twice the configured costs".to_owned());
    let Some(run) = evidence.costs.as_ref().and_then(|costs| costs.at(2.0)) else { return check };
    let fine = run.net_cash > 0.0;
    let words = match fine {
        true => "There is room for costs to be worse than thought.",
        false => "If costs are twice what is configured, nothing is left.",
    };
    check.found(cash(run.net_cash), Finding::passes_or(fine, Finding::Fails), words)
}

fn break_even(costs: &Costs) -> String {
    match costs.break_even {
        Some(BreakEven::At(multiple)) => {
            format!("Nothing would be left at about {} times these costs.", number(multiple))
        }
        Some(BreakEven::Above(multiple)) => {
            format!("Even {} times these costs would leave something.", number(multiple))
        }
        Some(BreakEven::Below(multiple)) => {
            format!("Even {} times these costs leave nothing.", number(multiple))
        }
        None => String::new(),
    }
}

fn positive(folds: &Stability) -> String {
    format!("{} of {} folds above 0", folds.n_positive, folds.n_folds)
}

/// Parts of a total may be more than the whole.
fn whole_percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
