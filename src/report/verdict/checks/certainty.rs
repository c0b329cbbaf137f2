//! What could be luck.

use super::{Check, Finding, Topic};
use crate::report::verdict::evidence::{Evidence, Ic};
use crate::report::verdict::permutation::Statistic;
use crate::report::verdict::thresholds::Thresholds;
use crate::report::verdict::words::{counted, number, percent, settings, small};
use crate::stats::normal_quantile;

/// The clearest of m horizons is the best of m: each is asked for an m-th of the chance (Bonferroni
/// 1936; Dunn 1961, "Multiple comparisons among means", J. Am. Stat. Assoc. 56).
pub(super) fn power(evidence: &Evidence, asked: &Thresholds) -> Check {
    let m = evidence.ics.len().max(1) as f64;
    let least = normal_quantile(1.0 - asked.max_ic_p / (2.0 * m)).unwrap_or(f64::MAX);
    let check = Check::must(
        Topic::PredictivePower,
        format!("an IC at least {} standard errors above 0 at some horizon", number(least)),
    );
    let Some(best) = evidence.best_ic() else { return check };
    let found = in_words(best);
    let useful = small(asked.useful_ic);
    if best.hac_t >= least {
        let words = "Predictions and what then happened go together more than luck explains (IC: \
                     the correlation of the two; 0 is guessing, 1 is knowing).";
        return check.found(found, Finding::Passes, words);
    }
    if evidence.ics.iter().all(|ic| ic.high < asked.useful_ic) {
        let words = format!(
            "Predictions say nothing useful about what then happened: at every horizon the data \
             rule out an IC of {useful}, the smallest of any use."
        );
        return check.found(found, Finding::Fails, words);
    }
    let words = format!(
        "Predictions and what then happened go together no more than luck explains, but there are \
         too few data to rule out a useful IC ({useful})."
    );
    check.found(found, Finding::Undecided, words)
}

fn in_words(ic: &Ic) -> String {
    format!(
        "IC {} ({} to {}), {} standard errors, {} ahead",
        small(ic.ic),
        small(ic.low),
        small(ic.high),
        number(ic.hac_t),
        counted(u64::from(ic.horizon), "bar")
    )
}

pub(super) fn permutation(evidence: &Evidence, asked: &Thresholds) -> Check {
    let least = percent(asked.max_permutation_p);
    let check = Check::must(
        Topic::Permutation,
        format!("as good by chance in at most {least} of the comparisons"),
    );
    let Some(test) = &evidence.permutation else { return check };
    let what = match test.statistic {
        Statistic::SignedOutcome => "what they would have earned before costs",
        Statistic::RankIc => "their correlation with what happened",
    };
    let times = counted(test.n_shifts, "other alignment");
    let found = format!("{} of {times}", percent(test.p_value));
    let (outcome, words) = if test.p_value <= asked.max_permutation_p {
        (
            Finding::Passes,
            format!("Held against outcomes of other times, predictions do worse ({what})."),
        )
    } else {
        (
            Finding::Undecided,
            format!("Held against outcomes of other times, predictions often do as well ({what})."),
        )
    };
    check.found(found, outcome, words)
}

pub(super) fn net_sharpe(evidence: &Evidence, asked: &Thresholds) -> Check {
    let least = asked.min_net_sharpe;
    let check =
        Check::must(Topic::NetSharpe, format!("the whole interval above {} a year", number(least)));
    let Some(band) = &evidence.sharpe else { return check };
    let found = format!(
        "{} ({} to {}, {})",
        number(band.sharpe),
        number(band.low),
        number(band.high),
        percent(band.confidence)
    );
    let (outcome, words) = if band.low > least {
        (Finding::Passes, "The profit after costs is larger, for its swings, than luck explains.")
    } else if band.high <= least {
        (Finding::Fails, "The interval rules out a profit after costs that is worth its swings.")
    } else {
        (Finding::Undecided, "From this record it may be a profit or a loss.")
    };
    check.found(found, outcome, words)
}

pub(super) fn deflated(evidence: &Evidence, asked: &Thresholds) -> Check {
    let least = percent(asked.min_deflated_sharpe);
    let check = Check::must(Topic::DeflatedSharpe, format!("at least {least} sure"));
    let Some(deflated) = &evidence.deflated else { return check };
    let Some(probability) = deflated.probability else { return check };
    let tried = match deflated.n_trials {
        1 => "Nothing else was tried on these data".to_owned(),
        n => format!("{} were tried on these data", settings(n, evidence.n_thresholds)),
    };
    let (outcome, end) = match probability {
        p if p >= asked.min_deflated_sharpe => {
            (Finding::Passes, "; the profit is larger than the luckiest of so many would have.")
        }
        p if p <= 1.0 - asked.min_deflated_sharpe => {
            (Finding::Fails, "; the luckiest of so many would have done better without any skill.")
        }
        _ => (
            Finding::Undecided,
            "; the luckiest of so many may have done as well without any skill.",
        ),
    };
    check.found(format!("{} sure", percent(probability)), outcome, format!("{tried}{end}"))
}

/// A note: where settings are all equally good, the best of one half is any one in the other.
pub(super) fn overfitting(evidence: &Evidence, asked: &Thresholds) -> Check {
    let most = percent(asked.max_pbo);
    let check = Check::note(Topic::Overfitting, format!("overfit in at most {most} of the splits"));
    let Some(found) = &evidence.overfitting else {
        let words = "This was not measured: fewer than two settings traded, or too few days.";
        return check.found("not known".to_owned(), Finding::Undecided, words);
    };
    let fine = found.pbo <= asked.max_pbo;
    let words = match fine {
        true => "The setting that was best in one half of the time was good in the other, too.",
        false => {
            "The setting that was best in one half of the time was one of the worse in the other: \
             choosing it was luck, or all settings are alike."
        }
    };
    let share = format!("{} of {}", percent(found.pbo), counted(found.n_splits, "split"));
    check.found(share, Finding::passes_or(fine, Finding::Fails), words)
}
