//! The rules, one by one, on evidence written down by hand.

use super::checks::{Finding, Topic};
use super::costs::{CostRun, Costs};
use super::dsr::Deflated;
use super::judge::Reason;
use super::pbo::Overfitting;
use super::permutation::{Permutation, Statistic};
use super::psr::{Record, TrackRecord};
use super::stability::Stability;
use super::{CostGate, Edge, Evidence, Ic, Outcome, SharpeBand, Thresholds, Verdict, judge};

fn good() -> Evidence {
    let record = Record { n_days: 400, sharpe_per_day: 0.15, skewness: 0.0, kurtosis: 3.0 };
    let folds: Vec<Option<f64>> = (0..20).map(|fold| Some(f64::from(fold % 5) - 1.0)).collect();
    Evidence {
        n_ensembles: None,
        n_days: 400,
        n_trades: 500,
        n_trainings: None,
        n_thresholds: 6,
        ics: vec![ic(1, 0.04, 0.01), ic(6, 0.02, 0.012)],
        sharpe: band(0.15 * 365_f64.sqrt(), 1.0),
        track: Some(TrackRecord {
            record,
            benchmark_per_day: 0.0,
            confidence: 0.95,
            probability: record.probability_above(0.0),
            days_needed: record.days_needed(0.0, 0.95),
        }),
        deflated: luck(0.97, 12),
        overfitting: Some(Overfitting {
            n_trials: 12,
            n_blocks: 16,
            n_splits: 12_870,
            pbo: 0.2,
            median_logit: Some(1.0),
            slope: Some(0.1),
            intercept: Some(0.0),
            probability_of_loss: 0.1,
        }),
        permutation: Some(shifted(0.002)),
        net_by_fold: Some(Stability::of(&folds)),
        ic_by_fold: Some(Stability::of(&folds)),
        costs: money(900.0, 500.0),
        edge: Some(Edge { gross_bps: 8.0, round_trip_bps: 4.0 }),
        cost_gate: Some(CostGate { n_signals: 2000, n_refused: 1500 }),
    }
}

fn ic(horizon: u32, ic: f64, error: f64) -> Ic {
    let (low, high) = (ic - 1.96 * error, ic + 1.96 * error);
    Ic { horizon, ic, hac_t: ic / error, low, high }
}

#[expect(clippy::unnecessary_wraps, reason = "as the field has it")]
fn band(sharpe: f64, error: f64) -> Option<SharpeBand> {
    let (low, high) = (sharpe - 1.96 * error, sharpe + 1.96 * error);
    Some(SharpeBand { sharpe, low, high, confidence: 0.95 })
}

#[expect(clippy::unnecessary_wraps, reason = "as the field has it")]
fn luck(probability: f64, n_trials: u64) -> Option<Deflated> {
    Some(Deflated {
        n_trials,
        spread_per_day: Some(0.04),
        luck_per_day: 0.065,
        probability: Some(probability),
    })
}

fn shifted(p_value: f64) -> Permutation {
    Permutation {
        statistic: Statistic::SignedOutcome,
        n_rows: 10_000,
        n_shifts: 999,
        observed: 8.0,
        null_mean: Some(0.1),
        null_sd: Some(1.0),
        null_p95: Some(1.7),
        p_value,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the field has it")]
fn money(gross: f64, net: f64) -> Option<Costs> {
    let run = |multiple: f64| {
        let net_cash = gross - multiple * (gross - net);
        CostRun { multiple, net_cash, sharpe: None }
    };
    Some(Costs::of(&[0.0, 0.5, 1.0, 2.0].map(run)))
}

fn with(change: impl FnOnce(&mut Evidence)) -> Verdict {
    let mut evidence = good();
    change(&mut evidence);
    judge(&evidence, &Thresholds::default())
}

fn finding(verdict: &Verdict, topic: Topic) -> Finding {
    verdict.checks.iter().find(|check| check.name == topic).unwrap().outcome
}

#[test]
fn all_that_is_asked_is_a_pass() {
    let verdict = with(|_| {});
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Pass, Reason::AllMet));
    assert_eq!(verdict.checks.len(), 12);
    assert!(verdict.checks.iter().all(|c| c.outcome == Finding::Passes), "{:#?}", verdict.checks);
    assert!(verdict.headline.starts_with("pass: "), "{}", verdict.headline);
    let tested = "12 settings, counting the 6 z-thresholds that are shown, were tried";
    assert!(verdict.what_was_tested.contains(tested), "{}", verdict.what_was_tested);
    assert!(verdict.what_was_tested.contains("20 folds, each with models of its own"));
    assert!(verdict.what_would_change_it.contains("more than 2.00 times"));
}

/// Each must alone denies the pass.
#[test]
fn every_must_is_a_must() {
    type Undo = fn(&mut Evidence);
    let undone: [(Topic, Undo); 9] = [
        (Topic::Record, |e| e.n_days = 90),
        (Topic::Trades, |e| e.n_trades = 29),
        (Topic::Folds, |e| e.net_by_fold = Some(Stability::of(&[Some(1.0); 3]))),
        (Topic::PredictivePower, |e| e.ics = vec![ic(1, 0.04, 0.03)]),
        (Topic::Permutation, |e| e.permutation = Some(shifted(0.06))),
        (Topic::NetSharpe, |e| e.sharpe = band(1.9, 1.0)),
        (Topic::DeflatedSharpe, |e| e.deflated = luck(0.94, 12)),
        (Topic::Stability, |e| {
            e.net_by_fold = Some(Stability::of(&[Some(-1.0), Some(9.0), Some(1.0), Some(1.0)]));
        }),
        (Topic::NetProfit, |e| e.costs = money(900.0, -1.0)),
    ];
    for (topic, undo) in undone {
        let verdict = with(undo);
        assert_ne!(verdict.outcome, Outcome::Pass, "{topic:?}");
        assert_ne!(finding(&verdict, topic), Finding::Passes, "{topic:?}");
    }
}

#[test]
fn a_note_denies_nothing() {
    let verdict = with(|e| {
        e.costs = money(900.0, 100.0);
        e.overfitting.as_mut().unwrap().pbo = 0.9;
        e.ic_by_fold = None;
    });
    assert_eq!(verdict.outcome, Outcome::Pass);
    assert_eq!(finding(&verdict, Topic::DoubleCosts), Finding::Fails);
    assert_eq!(finding(&verdict, Topic::Overfitting), Finding::Fails);
    assert_eq!(finding(&verdict, Topic::IcByFold), Finding::Undecided);
    assert!(verdict.what_would_change_it.contains("1.12 times"), "{verdict:?}");
}

#[test]
fn costs_eat_what_is_earned_before_them() {
    let verdict = with(|e| {
        e.costs = money(900.0, -1200.0);
        e.sharpe = band(-1.0, 1.0);
    });
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::CostsEatIt));
    assert!(verdict.what_it_means.contains("costs eat it"));
    assert!(verdict.what_it_means.contains("Without costs it makes 900, with them -1,200."));
    // 900 / 2100.
    assert!(verdict.what_would_change_it.contains("below 0.43 times"), "{verdict:?}");
}

#[test]
fn costs_eat_what_the_gate_refuses() {
    let verdict = with(|e| {
        e.n_trades = 0;
        (e.costs, e.sharpe, e.track, e.deflated) = (money(0.0, 0.0), None, None, None);
        e.cost_gate = Some(CostGate { n_signals: 2000, n_refused: 2000 });
        e.edge = Some(Edge { gross_bps: 1.5, round_trip_bps: 4.0 });
    });
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::CostsEatIt));
    for words in ["brings 1.50 bps", "costs 4.00 bps", "Of 2,000 signals 2,000 were refused"] {
        assert!(verdict.what_it_means.contains(words), "{}", verdict.what_it_means);
    }
}

#[test]
fn costs_are_not_blamed_for_what_loses_without_them() {
    let verdict = with(|e| {
        e.costs = money(-300.0, -1200.0);
        e.sharpe = band(-1.0, 1.0);
        e.edge = Some(Edge { gross_bps: 1.5, round_trip_bps: 4.0 });
    });
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::TradesLose));
    assert!(verdict.headline.contains("does not earn even before costs"), "{}", verdict.headline);
    for words in ["Without costs it makes -300", "whose |z| is above its threshold brings 1.50 bps"]
    {
        assert!(verdict.what_it_means.contains(words), "{}", verdict.what_it_means);
    }
    let told = |verdict: &Verdict| {
        let check = verdict.checks.iter().find(|check| check.name == Topic::NetProfit).unwrap();
        check.words.clone()
    };
    assert_eq!(told(&verdict), "It loses even before costs.");
    let nothing = with(|e| e.costs = money(0.0, -5.0));
    assert_eq!(told(&nothing), "Nothing is earned even before costs.");
}

#[test]
fn advice_is_for_what_was_traded() {
    // Something is left at these costs, but hardly anything was traded.
    let starved = |n_trades: u64, net: f64| {
        with(|e| {
            (e.n_trades, e.costs) = (n_trades, money(900.0, net));
            e.cost_gate = Some(CostGate { n_signals: 2000, n_refused: 1990 });
            e.edge = Some(Edge { gross_bps: 1.5, round_trip_bps: 4.0 });
        })
    };
    for verdict in [starved(10, 200.0), starved(0, 0.0)] {
        assert_eq!(verdict.reason, Reason::CostsEatIt);
        let advice = &verdict.what_would_change_it;
        assert!(advice.starts_with("Lower costs; or predictions of larger moves"), "{advice}");
    }
}

#[test]
fn models_that_serve_several_folds_and_endless_records_are_told_as_they_are() {
    let verdict = with(|e| e.n_trainings = Some(7));
    let tested = &verdict.what_was_tested;
    assert!(tested.contains("in 20 folds, with the models of 7 trainings, with 500"), "{tested}");
    let verdict = with(|e| {
        e.track.as_mut().unwrap().days_needed = Some(219_145.2);
        e.sharpe = band(1.0, 2.0);
    });
    let record = verdict.checks.iter().find(|check| check.name == Topic::Record).unwrap();
    assert_eq!(record.asked, "more than 100 years");
    assert!(record.words.contains("more than 100 years more like these"), "{}", record.words);
    assert!(verdict.what_would_change_it.starts_with("More than 100 years more like these"));
    // Few trades have no record to speak of.
    let verdict = with(|e| e.n_trades = 3);
    assert_eq!(finding(&verdict, Topic::Record), Finding::Undecided);
    let verdict = with(|e| e.overfitting = None);
    assert_eq!(finding(&verdict, Topic::Overfitting), Finding::Undecided);
}

#[test]
fn without_power_costs_are_not_to_blame() {
    let verdict = with(|e| {
        e.ics = vec![ic(1, 0.001, 0.004), ic(6, -0.004, 0.008)];
        e.costs = money(900.0, -1200.0);
        e.sharpe = band(-1.0, 1.0);
    });
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::NoPower));
    // One horizon that is known less well leaves the question open.
    let verdict = with(|e| {
        e.ics = vec![ic(1, 0.001, 0.004), ic(6, -0.004, 0.03)];
        e.sharpe = band(-1.0, 1.0);
    });
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::NotEnoughEvidence, Reason::Unclear));
}

#[test]
fn many_horizons_ask_for_a_clearer_one() {
    let verdict = with(|e| e.ics = vec![ic(1, 0.021, 0.01)]);
    assert_eq!(finding(&verdict, Topic::PredictivePower), Finding::Passes);
    // 2.24 for two, 2.50 for four.
    let verdict = with(|e| e.ics = vec![ic(1, 0.021, 0.01), ic(2, 0.0, 0.01)]);
    assert_eq!(finding(&verdict, Topic::PredictivePower), Finding::Undecided);
    assert!(verdict.checks.iter().any(|check| check.asked.contains("2.24 standard errors")));
}

#[test]
fn a_sure_loss_is_a_fail_and_an_unsure_one_is_not() {
    let lost = |error: f64| {
        with(|e| {
            e.ics = vec![ic(1, 0.01, 0.02)];
            e.costs = money(-10.0, -500.0);
            e.sharpe = band(-2.0, error);
        })
    };
    assert_eq!((lost(1.0).outcome, lost(1.0).reason), (Outcome::Fail, Reason::Loses));
    assert_eq!(lost(1.1).outcome, Outcome::NotEnoughEvidence);
}

#[test]
fn too_small_a_sample_says_what_there_is_too_little_of() {
    let verdict = with(|e| {
        (e.n_days, e.n_trades) = (12, 1);
        e.sharpe = band(-9.0, 1.0);
    });
    assert_eq!(verdict.outcome, Outcome::NotEnoughEvidence);
    assert_eq!(verdict.reason, Reason::SampleTooSmall);
    assert!(verdict.what_it_means.starts_with("12 days and 1 trade cannot"), "{verdict:?}");
}

#[test]
fn a_short_record_says_how_much_is_missing() {
    let verdict = with(|e| {
        e.n_days = 60;
        e.sharpe = band(2.9, 2.0);
    });
    assert_eq!(verdict.reason, Reason::RecordTooShort);
    // 1 + (1 + 0.15² / 2) (1.6449 / 0.15)² is 122.6.
    assert!(verdict.what_would_change_it.contains("63 more days"), "{verdict:?}");
}

#[test]
fn many_trials_say_how_much_is_missing() {
    let verdict = with(|e| {
        let tried = luck(0.85, 400).map(|found| Deflated { luck_per_day: 0.1, ..found });
        e.deflated = tried;
    });
    assert_eq!(verdict.reason, Reason::TooManyTrials);
    assert_eq!(verdict.outcome, Outcome::NotEnoughEvidence);
    assert!(verdict.what_it_means.contains("400 settings"), "{verdict:?}");
    // 1 + ((1.6449 · √1.01125 + 0.1 · √399) / 0.15)² is 593.6.
    assert!(verdict.what_would_change_it.contains("194 more days"), "{verdict:?}");
}

#[test]
fn one_stretch_is_not_a_strategy() {
    let folds = [Some(40.0), Some(1.0), Some(1.0), Some(1.0), Some(-1.0)];
    let verdict = with(|e| e.net_by_fold = Some(Stability::of(&folds)));
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Fail, Reason::OneStretch));
}

#[test]
fn of_nothing_nothing_is_said() {
    let verdict = judge(&Evidence::default(), &Thresholds::default());
    assert_eq!(verdict.outcome, Outcome::NotEnoughEvidence);
    assert!(verdict.checks.iter().all(|check| check.outcome == Finding::Undecided));
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["outcome"], "not_enough_evidence");
    assert_eq!(json["checks"][3]["name"], "predictive_power");
}
