use super::*;
use crate::backtest::metrics::sharpe::Sharpe;
use crate::report::selection::Selection;
use crate::report::selection::stationary::Bootstrap;
use crate::report::selection::superiority::{Tried, superiority};
use crate::report::selection::transfer::{Transfer, Window};
use crate::report::verdict::SharpeBand;
use crate::report::verdict::costs::{CostRun, Costs};
use crate::report::verdict::dsr::deflated;
use crate::report::verdict::psr::{Record, TrackRecord};
use crate::report::verdict::stability::Stability;
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
