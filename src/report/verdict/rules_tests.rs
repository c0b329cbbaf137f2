use super::*;
use crate::backtest::metrics::sharpe::Sharpe;
use crate::report::selection::Selection;
use crate::report::selection::stationary::Bootstrap;
use crate::report::selection::superiority::{Tried, superiority};
use crate::report::selection::transfer::{Transfer, Window};
use crate::report::verdict::costs::{CostRun, Costs};
use crate::report::verdict::dsr::deflated;
use crate::report::verdict::psr::{Record, TrackRecord};
use crate::report::verdict::stability::Stability;
use crate::report::verdict::{Outcome, SharpeBand};
use crate::rng::Rng;

/// Forty settings over two years, each worth `daily` standard deviations a day and alike in part; the
/// walk is the first. Costs take `costs` of the money a day.
fn case(seed: u64, daily: f64, costs: f64) -> (Evidence, Selection) {
    let mut rng = Rng::stream(seed, "rules", &[]);
    let common: Vec<f64> = (0..730).map(|_| rng.normal()).collect();
    let mut setting = || -> Vec<f64> {
        common.iter().map(|c| 0.01 * (daily + 0.8 * c + 0.6 * rng.normal()) - costs).collect()
    };
    let settings: Vec<Vec<f64>> = (0..40).map(|_| setting()).collect();
    let returns = &settings[0];
    let sum = |multiple: f64| returns.iter().map(|r| r + costs * (1.0 - multiple)).sum::<f64>();
    let run = |multiple| CostRun { multiple, net_cash: sum(multiple), sharpe: None };
    let record = Record::of(returns).unwrap();
    let by_fold: Vec<Option<f64>> =
        returns.chunks(14).map(|fold| Some(fold.iter().sum())).collect();
    let evidence = Evidence {
        n_days: 730,
        n_trades: 2000,
        sharpe: SharpeBand::of(&Sharpe::new(returns, Some(365.0)), 0.95),
        track: TrackRecord::of(returns, 0.0, 0.95),
        deflated: deflated(&record, 40),
        net_by_fold: Some(Stability::of(&by_fold)),
        costs: Some(Costs::of(&[run(0.0), run(0.5), run(1.0), run(2.0)])),
        ..Evidence::default()
    };
    let trials: Vec<Tried<'_>> =
        settings.iter().map(|returns| Tried { returns, swing: 0.0 }).collect();
    let asked = Bootstrap { n_samples: 200, block_length: None, seed: 1 };
    let window =
        Window { inside_profit: 1.0, inside_days: 84.0, outside_profit: 0.1, outside_days: 14.0 };
    let selection = Selection {
        superiority: superiority(&trials, &asked),
        transfer: Transfer::of(&[window]),
        ..Selection::default()
    };
    (evidence, selection)
}

fn judged(seed: u64, daily: f64, costs: f64) -> Verdict {
    let (evidence, selection) = case(seed, daily, costs);
    judge_rules(&evidence, &selection, &Thresholds::default())
}

#[test]
fn rules_worth_nothing_do_not_pass_and_good_ones_do() {
    let passes = |daily: f64| {
        (0..20).filter(|seed| judged(*seed, daily, 0.0).outcome == Outcome::Pass).count()
    };
    assert!(passes(0.0) <= 1, "{}", passes(0.0));
    assert!(passes(0.25) >= 18, "{}", passes(0.25));
}

#[test]
fn what_costs_take_is_told_from_what_was_never_there() {
    let verdict = judged(3, 0.2, 0.004);
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::CostsEatIt));
    let loses = judged(3, -0.2, 0.001);
    assert_eq!((loses.outcome, loses.reason), (Outcome::Fail, Reason::Loses));
    assert!(loses.headline.starts_with("fail: it loses money"), "{}", loses.headline);
    let profit = |verdict: &Verdict| {
        let check = verdict.checks.iter().find(|check| check.name == Topic::NetProfit).unwrap();
        check.words.clone()
    };
    assert!(profit(&verdict).starts_with("Costs take all of it."), "{}", profit(&verdict));
    assert_eq!(profit(&loses), "It loses even before costs.");
}

#[test]
fn few_trades_are_no_evidence_and_nothing_measured_is_no_pass() {
    let (evidence, selection) = case(1, 0.3, 0.0);
    let few = Evidence { n_trades: 5, ..evidence.clone() };
    let verdict = judge_rules(&few, &selection, &Thresholds::default());
    assert_eq!(verdict.reason, Reason::SampleTooSmall);
    let verdict = judge_rules(&evidence, &Selection::default(), &Thresholds::default());
    assert_eq!(verdict.reason, Reason::TooManyTrials);
}

#[test]
fn a_tournament_is_told_as_one_of_ensembles() {
    let (evidence, selection) = case(1, 0.3, 0.0);
    let of = |n_ensembles: Option<u64>| {
        let evidence = Evidence { n_ensembles, ..evidence.clone() };
        judge_rules(&evidence, &selection, &Thresholds::default())
    };
    let (settings, ensembles) = (of(None), of(Some(40)));
    assert!(settings.what_was_tested.contains("40 settings, each held fixed, were compared"));
    let told = &ensembles.what_was_tested;
    assert!(told.contains("Each chose among 40 ensembles and settings of theirs"), "{told}");
    let check = found(&ensembles, Topic::Superiority);
    assert!(check.words.starts_with("The best of 40 ensembles, each as it was drawn"), "{check:?}");
    assert!(
        found(&settings, Topic::Superiority).words.starts_with("The best of 40 settings, held")
    );
}

#[test]
fn what_luck_mostly_beats_fails_and_folds_that_lose_together_say_so() {
    let (mut evidence, mut selection) = case(1, 0.0, 0.0);
    evidence.net_by_fold = Some(Stability::of(&[Some(1.0), Some(2.0), Some(1.0), Some(-9.0)]));
    let outcome = |selection: &Selection, evidence: &Evidence| {
        judge_rules(evidence, selection, &Thresholds::default())
    };
    for (p, expected) in
        [(0.04, Finding::Passes), (0.5, Finding::Undecided), (0.987, Finding::Fails)]
    {
        selection.superiority.as_mut().unwrap().spa.consistent_p = p;
        let verdict = outcome(&selection, &evidence);
        assert_eq!(found(&verdict, Topic::Superiority).outcome, expected, "{p}");
        let folds = found(&verdict, Topic::Stability);
        assert_eq!(folds.found, "3 of 4 folds above 0; together they do not earn");
    }
}

fn found(verdict: &Verdict, topic: Topic) -> &Check {
    verdict.checks.iter().find(|check| check.name == topic).unwrap()
}
