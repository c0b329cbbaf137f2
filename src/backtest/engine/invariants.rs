//! What must hold whatever the market does.

use proptest::prelude::*;

use super::random::{Scene, scene, scenes};
use crate::backtest::costs::{Costs, Slippage};
use crate::backtest::intent::Intents;
use crate::backtest::ledger::{Fill, FillRule, Ledger};
use crate::backtest::quote::Market;
use crate::backtest::rules::{Intrabar, OnCap, Rules};
use crate::market::Columns;
use crate::units::Ts;

fn way(fill: &Fill) -> f64 {
    let is_entry = matches!(fill.rule, FillRule::Entry | FillRule::EntryRest);
    if is_entry { fill.side.sign() } else { -fill.side.sign() }
}

/// Neither cash nor lots nor volume limit anything, so what fills does not depend on money.
fn boundless(scene: &Scene) -> Scene {
    let rules = Rules {
        cash: 1e6,
        max_participation: f64::INFINITY,
        on_cap: OnCap::Cancel,
        lot_size: 0.0,
        max_leverage: 100.0,
        min_trade_size: 0.0,
        ..scene.rules.clone()
    };
    Scene { rules, ..scene.with_intents(|intent| intent.size = 0.01) }
}

fn times(scene: &Scene, ledger: &Ledger) -> Vec<Ts> {
    let of = |fill: &Fill| {
        let symbol = ledger.trades[fill.trade as usize].symbol as usize;
        scene.bars[symbol].ts()[fill.bar as usize]
    };
    ledger.fills.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn money_adds_up(scene in scenes()) {
        let ledger = scene.run().unwrap();
        let mut cash = scene.rules.cash;
        for fill in &ledger.fills {
            cash -= way(fill) * fill.qty * fill.price + fill.commission;
        }
        cash -= ledger.trades.iter().map(|trade| trade.carry).sum::<f64>();
        let net: f64 = ledger.trades.iter().map(|trade| trade.net).sum();
        let largest = ledger.equity.iter().fold(scene.rules.cash, |most, e| most.max(*e));
        prop_assert!((cash - ledger.cash).abs() <= 1e-9 * largest);
        prop_assert!((ledger.cash - scene.rules.cash - net).abs() <= 1e-9 * largest);
        prop_assert!((ledger.equity.last().unwrap() - ledger.cash).abs() <= 1e-9 * largest);
        for (number, trade) in ledger.trades.iter().enumerate() {
            let of = |fill: &&Fill| fill.trade as usize == number;
            let held: f64 = ledger.fills.iter().filter(of).map(|f| way(f) * f.qty).sum();
            prop_assert!(held.abs() <= 1e-9 * trade.qty);
            let earned: f64 =
                ledger.fills.iter().filter(of).map(|f| -way(f) * f.qty * f.reference).sum();
            prop_assert!((earned - trade.gross).abs() <= 1e-9 * largest);
            prop_assert!(trade.mfe >= 0.0 && trade.mae <= 0.0, "{trade:?}");
            let reached = trade.side.sign() * (trade.exit_reference - trade.entry_reference);
            let is_one = ledger.fills.iter().filter(of).count() == 2;
            prop_assert!(!is_one || (trade.mae <= reached && reached <= trade.mfe));
        }
    }

    #[test]
    fn prices_times_four_change_nothing_but_prices(scene in scenes()) {
        let four = |values: &mut [f64]| values.iter_mut().for_each(|value| *value *= 4.0);
        let mut scaled = scene
            .with_bars(|c| {
                four(&mut c.open);
                four(&mut c.high);
                four(&mut c.low);
                four(&mut c.close);
            })
            .with_intents(|intent| {
                (intent.stop, intent.target) = (intent.stop * 4.0, intent.target * 4.0);
                intent.trail *= 4.0;
            });
        scaled.rules.cash *= 4.0;
        let (plain, scaled) = (scene.run().unwrap(), scaled.run().unwrap());
        prop_assert_eq!(&plain.refusals, &scaled.refusals);
        prop_assert_eq!(plain.fills.len(), scaled.fills.len());
        for (a, b) in plain.fills.iter().zip(&scaled.fills) {
            prop_assert_eq!((a.bar, a.rule, a.qty), (b.bar, b.rule, b.qty));
            prop_assert_eq!(a.price * 4.0, b.price);
        }
        for (a, b) in plain.equity.iter().zip(&scaled.equity) {
            prop_assert_eq!(a * 4.0, *b);
        }
    }

    /// Without costs, and with money enough: the same bars, rules and distances. (Money differs: a
    /// fraction of equity buys another quantity of what costs another price.)
    #[test]
    fn a_mirror_swaps_long_and_short(scene in scenes()) {
        let mut scene = boundless(&scene);
        scene.rules.costs.iter_mut().for_each(|costs| *costs = crate::backtest::cases::free());
        let mirror = |c: &mut Columns| {
            let turn = |values: &mut [f64]| values.iter_mut().for_each(|v| *v = 4000.0 - *v);
            turn(&mut c.open);
            turn(&mut c.close);
            turn(&mut c.high);
            turn(&mut c.low);
            std::mem::swap(&mut c.high, &mut c.low);
        };
        let mirrored =
            scene.with_bars(mirror).with_intents(|intent| intent.side = intent.side.opposite());
        let (plain, mirrored) = (scene.run().unwrap(), mirrored.run().unwrap());
        prop_assert_eq!(&plain.refusals, &mirrored.refusals);
        prop_assert_eq!(plain.fills.len(), mirrored.fills.len());
        for (a, b) in plain.fills.iter().zip(&mirrored.fills) {
            prop_assert_eq!((a.bar, a.rule, a.side), (b.bar, b.rule, b.side.opposite()));
            prop_assert_eq!(4000.0 - a.reference, b.reference);
        }
        for (a, b) in plain.trades.iter().zip(&mirrored.trades) {
            prop_assert_eq!((a.mfe, a.mae, a.ambiguous), (b.mfe, b.mae, b.ambiguous));
        }
    }

    /// Before the first symbol ends: its end is an event in itself.
    #[test]
    fn what_comes_later_changes_nothing_earlier(scene in scenes(), part in 0.0_f64..1.0) {
        let full = scene.run().unwrap();
        let all = &full.ts;
        let end = all[(part * all.len() as f64) as usize];
        let n = |market: &Market| market.ts().iter().filter(|ts| **ts < end).count();
        let markets: Vec<Market> = scene.markets();
        let cut: Vec<Market> = markets.iter().map(|market| market.rows(0..n(market))).collect();
        let early = |(intents, market): (&Intents, &Market)| {
            let all = intents.as_slice().iter().copied();
            Intents::new(all.filter(|i| (i.bar as usize) < market.len()).collect()).unwrap()
        };
        let intents: Vec<Intents> = scene.intents.iter().zip(&cut).map(early).collect();
        let intents: Vec<&Intents> = intents.iter().collect();
        let short = super::run(&cut, &intents, &scene.rules).unwrap();
        let known = cut.iter().map(|market| market.ts().last().copied()).min().flatten();
        let Some(known) = known else { return Ok(()) };
        let before = |ledger: &Ledger| -> Vec<Fill> {
            let times = times(&scene, ledger);
            let fills = ledger.fills.iter().zip(times);
            fills.filter(|(_, ts)| *ts < known).map(|(fill, _)| *fill).collect()
        };
        prop_assert_eq!(before(&full), before(&short));
        let n_marks = full.ts.iter().filter(|ts| **ts < known).count();
        prop_assert_eq!(&full.equity[..n_marks], &short.equity[..n_marks]);
    }

    /// Of each unit traded. (In total it may: who has lost more to costs bets less on the next
    /// loss.)
    #[test]
    fn more_cost_never_helps(scene in scenes(), more in 0.0_f64..20.0) {
        let mut scene = boundless(&scene);
        let slippage = Slippage::Fixed { bps: 1.0 };
        scene.rules.costs.iter_mut().for_each(|costs| costs.slippage = slippage);
        let mut dearer = scene.clone();
        let raise = |costs: &mut Costs| {
            costs.taker_bps += more;
            costs.maker_bps += more;
            costs.half_spread_bps += more;
            costs.borrow_bps_per_year += 100.0 * more;
        };
        dearer.rules.costs.iter_mut().for_each(raise);
        let (plain, dearer) = (scene.run().unwrap(), dearer.run().unwrap());
        prop_assert_eq!(plain.trades.len(), dearer.trades.len());
        for (a, b) in plain.trades.iter().zip(&dearer.trades) {
            prop_assert_eq!((a.entry_bar, a.exit_bar), (b.entry_bar, b.exit_bar));
            let (a, b) = (a.net / a.qty, b.net / b.qty);
            prop_assert!(b <= a + 1e-9 * a.abs().max(1.0), "{a} {b}");
        }
    }

    #[test]
    fn the_same_again_is_the_same(scene in scenes()) {
        prop_assert_eq!(scene.run(), scene.run());
    }
}

#[test]
fn the_band_holds_what_the_order_of_events_is_worth() {
    let sensitive = |seed: u64| {
        let scene = scene(seed);
        let band = super::band(&scene.markets(), &scene.intents(), &scene.rules).unwrap();
        (band.ambiguous_bars > 0).then_some((scene, band))
    };
    let (scene, band) = (0..200).find_map(sensitive).unwrap();
    assert_ne!(band.pessimistic, band.optimistic);
    let rules = Rules { intrabar: Intrabar::Optimistic, ..scene.rules.clone() };
    let ledger = super::run(&scene.markets(), &scene.intents(), &rules).unwrap();
    let net: f64 = ledger.trades.iter().map(|trade| trade.net).sum();
    assert_eq!(net, band.optimistic);
}
