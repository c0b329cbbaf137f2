//! The verdict's paragraphs, in words a trader uses.

use super::checks::{Finding, Topic};
use super::costs::BreakEven;
use super::judge::{Case, Reason};
use super::words::{self, cash, count, counted, list, more, number, sentence, settings, small};

pub(super) fn headline(case: &Case<'_>, reason: Reason) -> String {
    let why = match reason {
        Reason::AllMet => "after costs it earned more than luck explains",
        Reason::CostsEatIt => {
            "the predictions are better than guessing, but costs eat what they earn"
        }
        Reason::TradesLose => {
            "the predictions are better than guessing, but what was traded does not earn even before \
             costs"
        }
        Reason::NoPower => "the predictions are no better than guessing",
        Reason::ProfitWithoutPower => "it earned, but not because its predictions were right",
        Reason::Loses if case.evidence.gross_cash().is_some_and(|gross| gross > 0.0) => {
            "it earns before costs and loses after them"
        }
        Reason::Loses => "it loses money",
        Reason::OneStretch => "one stretch of time brought the profit",
        Reason::SampleTooSmall => "too little was traded to judge by",
        Reason::RecordTooShort => "the result is good, but the record is too short for it",
        Reason::TooManyTrials => {
            "the result is good, but so much was tried that it may be the luckiest of many"
        }
        Reason::Unclear => "what was found may be luck, and may be not",
    };
    words::headline(reason.outcome(), why, case.evidence.sharpe.as_ref())
}

pub(super) fn what_was_tested(case: &Case<'_>) -> String {
    let evidence = case.evidence;
    let days = counted(evidence.n_days, "day");
    let folds = evidence.net_by_fold.as_ref().map_or_else(String::new, |folds| {
        let models = match evidence.n_trainings.filter(|n| *n < folds.n_folds) {
            Some(n) => format!("with the models of {}", counted(n, "training")),
            None => "each with models of its own".to_owned(),
        };
        format!(" in {}, {models}", counted(folds.n_folds, "fold"))
    });
    let trades = counted(evidence.n_trades, "trade");
    let mut text = format!("{days} that the models had not learnt from{folds}, with {trades}.");
    let horizons: Vec<String> = evidence.ics.iter().map(|ic| count(ic.horizon.into())).collect();
    match horizons.as_slice() {
        [] => {}
        [one] if one == "1" => text += " Predictions looked 1 bar ahead.",
        several => text += &format!(" Predictions looked {} bars ahead.", list(several)),
    }
    if let Some(test) = &evidence.permutation {
        let others = counted(test.n_shifts, "other alignment");
        text += &format!(" They were compared with {others} of predictions and outcomes in time.");
    }
    text += &match case.n_trials() {
        1 => " Nothing else was tried on these data, as far as is recorded.".to_owned(),
        n => {
            let tried = settings(n, evidence.n_thresholds);
            format!(" {tried} were tried on these data, and that is allowed for.")
        }
    };
    text
}

pub(super) fn what_it_means(case: &Case<'_>, reason: Reason) -> String {
    match reason {
        Reason::AllMet => ALL_MET.to_owned(),
        Reason::CostsEatIt => costs_eat_it(case),
        Reason::TradesLose => trades_lose(case),
        Reason::NoPower => format!(
            "The data are many enough to have shown an IC of {} (the correlation of predictions \
             and what then happened), and show none. Whatever was earned or lost was chance and \
             costs.",
            small(case.asked.useful_ic)
        ),
        Reason::ProfitWithoutPower => OTHER_PROFIT.to_owned(),
        Reason::Loses => format!("{} This record rules out a profit worth having.", money(case)),
        Reason::OneStretch => ONE_STRETCH.to_owned(),
        Reason::SampleTooSmall => sentence(&format!(
            "{} cannot tell skill from luck, whatever they show.",
            list(&too_little(case))
        )),
        Reason::RecordTooShort => TOO_SHORT.to_owned(),
        Reason::TooManyTrials => too_many_trials(case),
        Reason::Unclear => format!(
            "Not shown: {}. The data fit a worthwhile strategy and a worthless one.",
            list(&open(case))
        ),
    }
}

const ALL_MET: &str = "Predictions, profit and its steadiness are each more than luck explains, \
                       and costs leave something. The future need not be like this past.";

const OTHER_PROFIT: &str = "The profit is real on this record, but the predictions had no part in \
                            it: something else did, such as a market that rose while most \
                            positions were long.";

const ONE_STRETCH: &str = "Without its best stretch of time there would be little or nothing: it \
                           is a bet on such a time coming again.";

const TOO_SHORT: &str = "A profit of this size comes by luck too often in so short a time. It is \
                         neither shown nor ruled out.";

pub(super) fn what_would_change_it(case: &Case<'_>, reason: Reason) -> String {
    match reason {
        Reason::AllMet => what_would_undo_it(case),
        Reason::CostsEatIt => what_would_pay(case),
        Reason::TradesLose => OTHER_TRADES.to_owned(),
        Reason::NoPower => OTHER_DATA.to_owned(),
        Reason::ProfitWithoutPower => OTHER_PREDICTIONS.to_owned(),
        Reason::Loses => OTHER_RULES.to_owned(),
        Reason::OneStretch => "More time in which it earns without that stretch.".to_owned(),
        Reason::SampleTooSmall => "More data, or rules that trade more often.".to_owned(),
        Reason::RecordTooShort | Reason::TooManyTrials | Reason::Unclear => more_days(case, reason),
    }
}

const OTHER_DATA: &str = "Other features, another horizon or another market. More of the same data \
                          will not.";

const OTHER_PREDICTIONS: &str = "Predictions that beat guessing, or a comparison that shows the \
                                 profit to be more than that of simply holding.";

const OTHER_TRADES: &str = "Rules that trade what the predictions foretell: stops, targets and holding \
                            times that fit their horizons, a higher threshold; then lower costs.";

const OTHER_RULES: &str = "Other features or rules, or lower costs. A longer record of the same \
                           will not.";

fn what_would_undo_it(case: &Case<'_>) -> String {
    let costs = match break_even(case) {
        Some(multiple) => format!("Costs of {multiple} times those configured"),
        None => "Higher costs than configured".to_owned(),
    };
    format!(
        "{costs}; trials on these data that were not counted; a live record below the interval."
    )
}

fn what_would_pay(case: &Case<'_>) -> String {
    if !case.has_trades() {
        return "Lower costs; or predictions of larger moves: a longer horizon, other features, \
                another market."
            .to_owned();
    }
    // Where something is left at these costs, lower ones are not what is missing.
    let costs = match break_even(case).filter(|_| case.evidence.net_cash() <= Some(0.0)) {
        Some(multiple) => format!("Costs below {multiple} times those configured"),
        None => "Lower costs".to_owned(),
    };
    format!(
        "{costs}; or fewer and larger trades: a longer horizon, a higher threshold, limit orders."
    )
}

fn costs_eat_it(case: &Case<'_>) -> String {
    let mut text =
        "The predictions say something true about what comes next, but costs eat it.".to_owned();
    if case.has_trades() {
        text += &format!(" {}", money(case));
    }
    text += &edge(case);
    if let Some(gate) = case.evidence.cost_gate.filter(|_| case.is_starved()) {
        text += &format!(
            " Of {} signals {} were refused because they would not have paid for their costs.",
            count(gate.n_signals),
            count(gate.n_refused)
        );
    }
    text
}

/// Signals below the threshold are refused before anyone asks what they cost.
fn edge(case: &Case<'_>) -> String {
    let Some(edge) = case.evidence.edge.filter(|_| case.is_thin()) else { return String::new() };
    format!(
        " Following every signal whose |z| is above its threshold brings {} bps, and getting in and \
         out costs {} bps.",
        number(edge.gross_bps),
        number(edge.round_trip_bps)
    )
}

fn trades_lose(case: &Case<'_>) -> String {
    format!(
        "The predictions say something true about what comes next, but the trades do not earn it. {}{} \
         Costs would eat that, too.",
        money(case),
        edge(case)
    )
}

fn money(case: &Case<'_>) -> String {
    match (case.evidence.gross_cash(), case.evidence.net_cash()) {
        (Some(gross), Some(net)) => {
            format!("Without costs it makes {}, with them {}.", cash(gross), cash(net))
        }
        (_, Some(net)) => format!("After costs it makes {}.", cash(net)),
        _ => "After costs there is no profit.".to_owned(),
    }
}

fn too_many_trials(case: &Case<'_>) -> String {
    let tried = counted(case.n_trials(), "setting");
    let luck = case.evidence.deflated.as_ref().map_or(0.0, |deflated| deflated.luck_per_day);
    format!(
        "Of {tried} the luckiest would reach a Sharpe ratio of {} a day without any skill, and \
         this one is not surely above that.",
        small(luck)
    )
}

fn too_little(case: &Case<'_>) -> Vec<String> {
    let (evidence, asked) = (case.evidence, case.asked);
    let folds = evidence.net_by_fold.as_ref().map_or(0, |folds| folds.n_folds);
    [(evidence.n_days, asked.min_days, "day"), (evidence.n_trades, asked.min_trades, "trade")]
        .into_iter()
        .chain([(folds, asked.min_folds, "fold")])
        .filter(|(found, least, _)| found < least)
        .map(|(found, _, what)| counted(found, what))
        .collect()
}

/// Titles of the musts that are not met.
fn open(case: &Case<'_>) -> Vec<String> {
    let open = case.checks.iter().filter(|check| check.must && check.outcome != Finding::Passes);
    open.map(|check| check.name.title().to_owned()).collect()
}

fn more_days(case: &Case<'_>, reason: Reason) -> String {
    if let Some(days) = case.days_missing_for_trials().filter(|_| reason == Reason::TooManyTrials) {
        let more = sentence(&more(days));
        return format!("{more} like these, on which nothing else is tried.");
    }
    match case.days_missing() {
        Some(days) => format!(
            "{} like these; if the result is luck, they will show that instead.",
            sentence(&more(days))
        ),
        None if case.finding(Topic::NetSharpe) == Finding::Passes => {
            "More data for what is open; the profit itself is larger than luck explains.".to_owned()
        }
        None => "More data of the same kind, or a stronger effect.".to_owned(),
    }
}

fn break_even(case: &Case<'_>) -> Option<String> {
    match case.evidence.costs.as_ref()?.break_even? {
        BreakEven::At(multiple) => Some(number(multiple)),
        BreakEven::Above(multiple) => Some(format!("more than {}", number(multiple))),
        BreakEven::Below(_) => None,
    }
}
