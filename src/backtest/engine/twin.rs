//! History and the present are one: bar by bar, and with what can be skipped skipped.

use proptest::prelude::*;

use super::random::{Scene, scene, scenes};
use crate::backtest::cases::live;
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::ledger::{FillRule, Ledger, Refusal};

fn bits(ledger: &Ledger) -> Vec<u64> {
    let equity = ledger.equity.iter().chain(&ledger.exposure).map(|value| value.to_bits());
    let trades = ledger.trades.iter().flat_map(|t| [t.net, t.carry, t.mfe, t.mae, t.exit_price]);
    equity.chain(trades.map(f64::to_bits)).chain([ledger.cash.to_bits()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn one_bar_at_a_time_gives_the_same_ledger(scene in scenes()) {
        let history = scene.run().unwrap();
        let present = live(&scene.markets(), &scene.intents(), &scene.rules).unwrap();
        prop_assert_eq!(&history, &present);
        prop_assert_eq!(bits(&history), bits(&present));
    }
}

/// The random scenes are worth something only if they go everywhere.
#[test]
fn random_scenes_meet_every_rule_and_every_refusal() {
    let ledgers: Vec<Ledger> = (0..1500).map(|seed| scene(seed).run().unwrap()).collect();
    let mut rules: Vec<FillRule> =
        ledgers.iter().flat_map(|ledger| &ledger.fills).map(|fill| fill.rule).collect();
    rules.sort();
    rules.dedup();
    assert_eq!(rules.len(), 15, "{rules:?}");
    let mut refusals: Vec<Refusal> =
        ledgers.iter().flat_map(|ledger| &ledger.refusals).map(|(.., why)| *why).collect();
    refusals.sort();
    refusals.dedup();
    assert_eq!(refusals.len(), 12, "{refusals:?}");
    assert!(ledgers.iter().any(|ledger| ledger.ambiguous_bars > 0));
    assert!(ledgers.iter().any(|ledger| ledger.ruined.is_some()));
}

fn fault(edit: impl Fn(&mut Scene)) -> String {
    let mut scene = (0..).map(scene).find(|scene| scene.bars.len() == 1).unwrap();
    edit(&mut scene);
    scene.run().unwrap_err().to_string()
}

#[test]
fn what_cannot_be_run_is_named() {
    let stop_in_spread = fault(|scene| {
        scene.rules.costs[0].half_spread_bps = 100.0;
        let intent = Intent { stop: 0.25, ..Intent::new(1, Side::Long) };
        scene.intents = vec![Intents::new(vec![intent]).unwrap()];
    });
    assert!(stop_in_spread.contains("bar 1 of `S0`"), "{stop_in_spread}");
    assert!(stop_in_spread.contains("`0.2500` away, not above the spread"), "{stop_in_spread}");
    let beyond = |scene: &mut Scene| {
        scene.intents = vec![Intents::new(vec![Intent::new(999, Side::Long)]).unwrap()];
    };
    let beyond = fault(beyond);
    assert!(beyond.starts_with("an intent of `S0` is of bar 999, and there are"), "{beyond}");
    let counts = fault(|scene| scene.rules.costs.clear());
    assert_eq!(counts, "there are 1 markets, 1 lists of intents and 0 sets of costs");
    type Edit = fn(&mut Scene);
    let rules: [(&str, Edit); 3] = [
        ("`cash` is `NaN`", |scene| scene.rules.cash = f64::NAN),
        ("`lot_size` is `inf`", |scene| scene.rules.lot_size = f64::INFINITY),
        ("`taker_bps` is `NaN`", |scene| scene.rules.costs[0].taker_bps = f64::NAN),
    ];
    for (text, edit) in rules {
        let told = fault(edit);
        assert!(told.contains(text), "{told}");
    }
}

#[test]
fn live_bars_and_intents_are_checked_as_they_come() {
    use crate::backtest::engine::Engine;
    use crate::backtest::quote::Quote;
    use crate::market::Timeframe;
    use crate::units::Ts;

    let rules = crate::backtest::cases::plain_rules(1);
    let symbol = "BTC".parse().unwrap();
    let mut engine = Engine::new(&rules, &[&symbol], Timeframe::H1, Ledger::default()).unwrap();
    let prices = |p: f64| Quote { open: p, high: p, low: p, close: p, volume: 1.0, sigma: 0.0 };
    let told = engine.decide(0, Intent::new(0, Side::Long)).unwrap_err().to_string();
    assert!(told.contains("`BTC` is of bar 0: only that of the latest bar, -1"), "{told}");
    engine.bar(Ts(0), &[Some(prices(100.0))]).unwrap();
    let told = engine.bar(Ts(0), &[Some(prices(100.0))]).unwrap_err().to_string();
    assert!(told.contains("come after"), "{told}");
    let told = engine.bar(Ts(1), &[Some(prices(f64::NAN))]).unwrap_err().to_string();
    assert_eq!(told, "`open` of bar 1 of `BTC` is `NaN`");
    let nameless = Intent { size: f64::NAN, ..Intent::new(0, Side::Long) };
    let told = engine.decide(0, nameless).unwrap_err().to_string();
    assert!(told.starts_with("`BTC`: the intent of bar 0 has `size` = `NaN`"), "{told}");
    engine.decide(0, Intent::new(0, Side::Long)).unwrap();
    assert!(engine.decide(0, Intent::new(0, Side::Short)).is_err());
    assert!(engine.decide(7, Intent::new(0, Side::Short)).is_err());
    let told = engine.bar(Ts(1), &[]).unwrap_err().to_string();
    assert!(told.starts_with("0 bars were given"), "{told}");
}
