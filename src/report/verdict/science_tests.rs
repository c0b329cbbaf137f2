//! The verdict on made-up markets of which the truth is known.

use super::judge::Reason;
use super::simulated::{Market, NULL};
use super::{Outcome, Thresholds, Verdict, judge};

const STRONG: Market = Market { effect_bps: 2.5, ..NULL };
const EATEN: Market = Market { effect_bps: 1.2, cost_bps: 5.0, ..NULL };

fn verdicts(market: &Market, n: u64) -> Vec<Verdict> {
    (0..n).map(|seed| judge(&market.evidence(seed), &Thresholds::default())).collect()
}

fn count(verdicts: &[Verdict], outcome: Outcome) -> usize {
    verdicts.iter().filter(|verdict| verdict.outcome == outcome).count()
}

fn reasons(verdicts: &[Verdict]) -> Vec<Reason> {
    verdicts.iter().map(|verdict| verdict.reason).collect()
}

#[test]
fn without_predictability_nothing_passes() {
    for cost_bps in [0.0, 0.2, 1.0] {
        let found = verdicts(&Market { cost_bps, n_trials: 1, ..NULL }, 40);
        assert!(count(&found, Outcome::Pass) <= 1, "{cost_bps}: {:?}", reasons(&found));
        let eaten = found.iter().filter(|v| v.reason == Reason::CostsEatIt).count();
        assert!(eaten <= 4, "{cost_bps}: {eaten}");
    }
}

#[test]
fn an_effect_well_above_costs_passes() {
    let found = verdicts(&STRONG, 20);
    assert!(count(&found, Outcome::Pass) >= 19, "{:?}", reasons(&found));
}

#[test]
fn an_effect_below_costs_fails_and_the_text_says_that_costs_eat_it() {
    let found = verdicts(&EATEN, 20);
    let said = |v: &&Verdict| {
        v.outcome == Outcome::Fail
            && v.headline.contains("costs eat")
            && v.what_it_means.contains("costs eat it")
    };
    assert!(found.iter().filter(said).count() >= 19, "{:?}", reasons(&found));
}

#[test]
fn an_effect_below_costs_is_named_even_where_the_gate_lets_nothing_through() {
    let found = verdicts(&Market { gate: true, ..EATEN }, 20);
    let named = found.iter().filter(|v| v.reason == Reason::CostsEatIt).count();
    assert!(named >= 19, "{:?}", reasons(&found));
    assert!(found[0].what_it_means.contains("were refused"), "{}", found[0].what_it_means);
}

#[test]
fn a_short_record_is_not_enough_whatever_it_shows() {
    for (market, least) in [
        (Market { n_days: 70, effect_bps: 1.2, ..NULL }, 17),
        (Market { n_days: 28, ..STRONG }, 20),
        (Market { n_days: 28, cost_bps: 0.2, ..NULL }, 17),
    ] {
        let found = verdicts(&market, 20);
        let open = count(&found, Outcome::NotEnoughEvidence);
        assert!(open >= least, "{open}: {:?}", reasons(&found));
        assert!(count(&found, Outcome::Pass) <= 2, "{:?}", reasons(&found));
    }
}

/// A market that rises, and a model that is nearly always long: the profit is real, the predictions
/// are not.
#[test]
fn a_rising_market_is_no_predictive_power() {
    let market = Market { n_days: 700, drift_bps: 1.5, bias: 3.0, cost_bps: 0.1, ..NULL };
    let found = verdicts(&market, 20);
    assert!(count(&found, Outcome::Pass) <= 1, "{:?}", reasons(&found));
    let seen = found.iter().filter(|v| v.reason == Reason::ProfitWithoutPower).count();
    assert!(seen >= 6, "{:?}", reasons(&found));
}

#[test]
fn enough_data_without_power_is_a_fail_and_not_a_doubt() {
    let found = verdicts(&Market { n_days: 1500, ..NULL }, 10);
    assert!(count(&found, Outcome::Fail) >= 9, "{:?}", reasons(&found));
}

#[test]
fn many_trials_ask_for_more() {
    let one = Market { effect_bps: 1.2, n_trials: 1, ..NULL };
    let many = Market { n_trials: 10_000, ..one };
    let (one, many) = (verdicts(&one, 20), verdicts(&many, 20));
    let passes = [&one, &many].map(|found| count(found, Outcome::Pass));
    assert!(passes[0] >= passes[1] + 8, "{passes:?}");
    let named = many.iter().filter(|v| v.reason == Reason::TooManyTrials).count();
    assert!(named >= 8, "{:?}", reasons(&many));
}
