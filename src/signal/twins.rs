//! Live, batch and sweep agree to the bit, and none of them sees the future.

use std::collections::BTreeSet;

use super::made_up::{Made, random, random_params};
use super::{
    Columns, Decision, Decisions, Gatekeeper, Reason, SignalParams, Study, Sweep, explain,
};
use crate::backtest::intent::{Intent, Intents};
use crate::rng::Rng;

/// What a decision is made of, as bits.
type Bits = (u8, [u64; 7], u32);

fn bits_of(reason: u8, [z, expected]: [f64; 2], intent: Option<&Intent>) -> Bits {
    let levels = intent.map_or([0.0; 5], |i| {
        [i.size * i.side.sign(), i.stop, i.target, i.trail, i.target_fraction]
    });
    let [size, stop, target, trail, part] = levels.map(f64::to_bits);
    let hold = intent.map_or(0, |intent| intent.hold_bars);
    (reason, [z.to_bits(), expected.to_bits(), size, stop, target, trail, part], hold)
}

fn live(made: &Made, params: &SignalParams) -> Vec<Bits> {
    let mut keeper = Gatekeeper::new(params, &made.setup);
    let step = |i: usize| {
        let points = made.points(i);
        let Decision { z, expected_bps, order } = keeper.step(&made.row(i, &points));
        if let Ok(intent) = &order {
            assert_eq!(intent.bar as usize, i);
        }
        let code = order.err().map_or(Reason::NONE, Reason::code);
        bits_of(code, [z, expected_bps], order.ok().as_ref())
    };
    (0..made.bars.len()).map(step).collect()
}

fn bits(decisions: &Decisions) -> Vec<Bits> {
    let mut intents = decisions.intents.as_slice().iter().peekable();
    let one = |(row, reason): (usize, &u8)| {
        let intent = intents.next_if(|intent| intent.bar as usize == row);
        assert_eq!(intent.map_or(0.0, |intent| intent.size), decisions.sizes[row]);
        bits_of(*reason, [decisions.z()[row], decisions.expected_bps()[row]], intent)
    };
    decisions.reasons.iter().enumerate().map(one).collect()
}

fn batch(made: &Made, params: &SignalParams) -> (Vec<Bits>, Intents) {
    let lent = made.inputs();
    let study = Study::new(lent.as_inputs()).unwrap();
    let decisions = explain(&Columns::new(&study, params), params).unwrap();
    (bits(&decisions), decisions.intents)
}

#[test]
fn live_and_batch_decide_alike() {
    let mut rng = Rng::new(11);
    let (mut reasons, mut n_intents) = (BTreeSet::new(), 0);
    for market in 0..60 {
        let (mut made, params) = (random(&mut rng, 700), random_params(&mut rng));
        // In some the spread is so wide that stops lie within it.
        made.setup.costs.half_spread_bps = if market % 3 == 0 { 25.0 } else { 0.5 };
        let (all, intents) = batch(&made, &params);
        assert_eq!(live(&made, &params), all, "{params:?}");
        reasons.extend(all.iter().map(|(reason, ..)| *reason));
        n_intents += intents.as_slice().len();
    }
    // Every gate had something to refuse, and some bars passed them all.
    assert_eq!(reasons.len(), Reason::ALL.len() + 1, "{reasons:?}");
    assert!(n_intents > 1_000, "{n_intents}");
}

#[test]
fn a_sweep_finds_what_each_setting_finds_alone() {
    let mut rng = Rng::new(12);
    for _ in 0..4 {
        let made = random(&mut rng, 500);
        let lent = made.inputs();
        let study = Study::new(lent.as_inputs()).unwrap();
        let mut params = random_params(&mut rng);
        let first = Columns::new(&study, &params);
        let mut sweep = Sweep::new(first.clone());
        for round in 0..150 {
            // Now one key, now all of them.
            let other = random_params(&mut rng);
            match round % 5 {
                0 => params = other,
                1 => params.z_threshold = other.z_threshold,
                2 => params.quantile_level = other.quantile_level,
                3 => (params.ev_gate, params.ev_margin_bps) = (true, other.ev_margin_bps),
                _ => params.z_window = other.z_window,
            }
            let alone = explain(&Columns::new(&study, &params), &params).unwrap();
            assert_eq!(sweep.intents(&params).unwrap(), alone.intents, "{params:?}");
            for other in [sweep.columns(), &first] {
                let adapted = explain(other, &params).unwrap();
                assert_eq!(bits(&adapted), bits(&alone), "{params:?}");
            }
        }
    }
}

#[test]
fn the_future_changes_nothing() {
    let mut rng = Rng::new(13);
    for _ in 0..12 {
        let (made, params) = (random(&mut rng, 600), random_params(&mut rng));
        let (all, _) = batch(&made, &params);
        for _ in 0..4 {
            let n = rng.index(1..600);
            let (prefix, _) = batch(&made.prefix(n), &params);
            assert_eq!(prefix, all[..n], "{n} bars, {params:?}");
        }
    }
}
