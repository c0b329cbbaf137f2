//! What the oracle itself is held to, beside the cases computed by hand.

use super::chance;
use super::compare::{assert_same, difference, disagreement};
use super::coverage::Coverage;
use super::run;
use crate::backtest::ledger::Ledger;
use crate::backtest::rules::TrailingBasis;

const CASES: u64 = 10_000;
/// Of the largest equity: what the order of a sum may change.
const TOLERANCE: f64 = 1e-9;

#[test]
fn ten_thousand_random_worlds_hold_everything_that_can_happen() {
    let mut coverage = Coverage::default();
    for case in 0..CASES {
        let world = chance::world(case);
        coverage.add(&world, &run(&world));
    }
    coverage.assert_at_least(200);
}

#[test]
fn money_adds_up_in_every_world() {
    for case in 0..CASES / 5 {
        let world = chance::world(case);
        let ledger = run(&world);
        let largest = ledger.equity.iter().fold(ledger.cash.abs(), |most, e| most.max(e.abs()));
        let net: f64 = ledger.trades.iter().map(|trade| trade.net).sum();
        let change = ledger.cash - world.rules.cash;
        assert!((net - change).abs() <= TOLERANCE * largest, "world {case}: {net} {change}");
        assert_eq!(ledger.equity.last(), Some(&ledger.cash), "world {case}");
        assert_eq!(ledger.exposure.last(), Some(&0.0), "world {case}");
    }
}

#[test]
fn every_intent_becomes_a_trade_or_is_refused_and_excursions_have_their_sign() {
    for case in 0..CASES / 5 {
        let world = chance::world(case);
        let ledger = run(&world);
        let n_intents: usize = world.intents.iter().map(Vec::len).sum();
        assert_eq!(ledger.trades.len() + ledger.refusals.len(), n_intents, "world {case}");
        assert!(ledger.trades.iter().all(|t| t.mfe >= 0.0 && t.mae <= 0.0), "world {case}");
    }
}

#[test]
fn a_ledger_that_differs_by_a_trifle_is_noticed() {
    let right = (0..).map(|case| run(&chance::world(case))).find(|l| l.trades.len() > 3).unwrap();
    let noticed = |edit: fn(&mut Ledger)| {
        let mut wrong = right.clone();
        edit(&mut wrong);
        difference(&wrong, &right).unwrap_or_default()
    };
    assert_eq!(difference(&right, &right), None);
    assert!(noticed(|l| l.fills[1].price *= 1.0 + 1e-8).starts_with("fill 1 "));
    assert!(noticed(|l| l.fills[2].bar += 1).starts_with("fill 2 "));
    assert!(noticed(|l| l.trades[3].mae -= 1e-3).starts_with("trade 3 "));
    assert!(noticed(|l| l.trades[0].ambiguous ^= true).starts_with("trade 0 "));
    assert!(noticed(|l| l.refusals.truncate(l.refusals.len() - 1)).starts_with("refusal "));
    assert!(noticed(|l| l.equity[0] += 0.1).starts_with("equity 0 "));
    assert!(
        noticed(|l| l.ambiguous_bars += 1).starts_with("(ambiguous bars, capped fills, ruined) ")
    );
    assert_eq!(noticed(|l| l.fills[1].price *= 1.0 + 1e-12), "");
}

#[test]
fn an_engine_that_trails_on_the_wrong_prices_is_told_by_a_world_of_few_bars() {
    let wrong = |world: &super::World| {
        let mut world = world.clone();
        world.rules.trailing_basis = TrailingBasis::Close;
        run(&world)
    };
    let (small, text) =
        (0..CASES).find_map(|case| disagreement(&chance::world(case), &wrong)).unwrap();
    assert!(small.bars.len() == 1 && small.bars[0].len() <= 4, "{small:#?}");
    assert!(text.contains("rule: TrailingStop"), "{text}");
    let seen = std::panic::catch_unwind(|| assert_same(&small, &wrong)).unwrap_err();
    assert!(seen.downcast_ref::<String>().unwrap().contains(&text));
}
