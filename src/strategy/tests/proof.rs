//! Nothing sees the future, at any point.

use super::{frame_of, market, shape};
use crate::features::{ProofPlan, Verdict, prove};
use crate::market::Timeframe;
use crate::rng::Rng;
use crate::strategy::signals::compile;
use crate::strategy::{ALL, Gate, LAYERS, Member, Sides, random_point};

/// Prefixes and bars one by one give the same conditions, bit for bit. A condition may tip over by
/// what is left of an average's start, so a late start is not asked to agree on every bar.
#[test]
fn no_condition_looks_ahead_and_live_is_batch() {
    let (bars, frame) = (market(6_000), frame_of(Timeframe::M5, Timeframe::M15));
    let mut rng = Rng::new(11);
    let mut texts = Vec::new();
    for _ in 0..2 {
        let mut add = |sides: Sides<String>| texts.extend([sides.long, sides.short]);
        for strategy in ALL {
            let member = Member::new(strategy, &random_point(strategy.params, &mut rng)).unwrap();
            add(member.entry(&frame));
            for layer in LAYERS {
                let gate = Gate::new(layer, &random_point(layer.params, &mut rng)).unwrap();
                add(gate.conditions(&member.strength(&frame), &frame));
            }
        }
    }
    texts.sort_unstable();
    texts.dedup();
    let program = compile(&texts, &shape(Timeframe::M5)).unwrap();
    let plan = ProofPlan { n_prefixes: 3, n_starts: 1, seed: 5 };
    for proof in prove(&program, &bars, plan) {
        let is_causal =
            !matches!(proof.verdict, Verdict::LooksAhead { .. } | Verdict::BatchIsNotLive { .. });
        assert!(is_causal, "{proof:?}");
    }
}
