//! Votes on bits against votes bar by bar.

use proptest::prelude::*;

use super::{Ensemble, Rule, draw, vote};
use crate::backtest::screen::bits;
use crate::strategy::signals::Entries;
use crate::strategy::spec::Sides;
use crate::strategy::{ALL, BadChoice, LAYERS, Member, Point};

/// A member's events, bar by bar.
type Events = Vec<Sides<bool>>;

/// One bar after the other, as one would do it with a pencil.
fn plain(members: &[Events], rule: &Rule, confirm_bars: u32) -> Events {
    let n_bars = members[0].len();
    let mut last: Vec<Option<(usize, f64)>> = vec![None; members.len()];
    let mut entries = Vec::new();
    for bar in 0..n_bars {
        let mut now = Sides { long: false, short: false };
        for (last, events) in last.iter_mut().zip(members) {
            match events[bar] {
                Sides { long: true, .. } => (*last, now.long) = (Some((bar, 1.0)), true),
                Sides { short: true, .. } => (*last, now.short) = (Some((bar, -1.0)), true),
                Sides { .. } => {}
            }
        }
        let stands =
            |(at, side): (usize, f64)| if bar - at <= confirm_bars as usize { side } else { 0.0 };
        let votes: Vec<f64> = last.iter().map(|vote| vote.map_or(0.0, stands)).collect();
        let against: Vec<f64> = votes.iter().map(|vote| -vote).collect();
        let (long, short) = (now.long && holds(rule, &votes), now.short && holds(rule, &against));
        entries.push(Sides { long: long && !short, short: short && !long });
    }
    entries
}

fn holds(rule: &Rule, votes: &[f64]) -> bool {
    let n_for = votes.iter().filter(|vote| **vote > 0.0).count();
    match rule {
        Rule::All => n_for == votes.len(),
        Rule::Any => n_for > 0,
        Rule::KOfN(k) => n_for >= *k,
        Rule::Weighted { weights, threshold } => {
            let sum: f64 = weights.iter().zip(votes).map(|(w, v)| w * v).sum();
            sum >= threshold * weights.iter().sum::<f64>() - 1e-9
        }
    }
}

fn packed(events: &Events) -> Entries {
    Sides {
        long: bits(events.len(), |bar| events[bar].long),
        short: bits(events.len(), |bar| events[bar].short),
    }
}

fn scene() -> impl Strategy<Value = (Vec<Events>, Rule, u32)> {
    let event = prop_oneof![
        8 => Just(Sides { long: false, short: false }),
        2 => Just(Sides { long: true, short: false }),
        2 => Just(Sides { long: false, short: true }),
        1 => Just(Sides { long: true, short: true }),
    ];
    (1..5_usize, 1..300_usize, 0..140_u32).prop_flat_map(move |(n_members, n_bars, confirm)| {
        let events = prop::collection::vec(event.clone(), n_bars);
        let weights = prop::collection::vec((1..5_u32).prop_map(|w| f64::from(w) * 0.5), n_members);
        let rule = prop_oneof![
            Just(Rule::All),
            Just(Rule::Any),
            (1..=n_members).prop_map(Rule::KOfN),
            (weights, 1..=10_u32).prop_map(|(weights, tenths)| Rule::Weighted {
                weights,
                threshold: f64::from(tenths) * 0.1,
            }),
        ];
        (prop::collection::vec(events, n_members), rule, Just(confirm % [4, 140][n_bars % 2]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn bits_vote_as_bars_do((members, rule, confirm_bars) in scene()) {
        let words: Vec<Entries> = members.iter().map(packed).collect();
        let words: Vec<Sides<&[u64]>> =
            words.iter().map(|w| Sides { long: &w.long[..], short: &w.short[..] }).collect();
        let found = vote(&words, &rule, confirm_bars);
        prop_assert_eq!(found, packed(&plain(&members, &rule, confirm_bars)));
    }
}

/// A votes long on bar 0, B on bar 2; A turns on bar 3.
#[test]
fn a_vote_stands_until_its_time_or_its_member_has_turned() {
    let a = Sides { long: [0b0001_u64], short: [0b1000] };
    let b = Sides { long: [0b1_0100_u64], short: [0] };
    let members = [a.as_ref().map(|w| &w[..]), b.as_ref().map(|w| &w[..])];
    let long = |rule: &Rule, bars: u32| vote(&members, rule, bars).long[0];
    assert_eq!(long(&Rule::All, 2), 0b0100);
    assert_eq!(long(&Rule::All, 1), 0);
    assert_eq!(long(&Rule::All, 9), 0b0100);
    assert_eq!(long(&Rule::Any, 0), 0b1_0101);
    let weighted = Rule::Weighted { weights: vec![1.0, 3.0], threshold: 0.5 };
    // On bar 2: 4 of 4; on bar 4: 3 less 1 of 4.
    assert_eq!(long(&weighted, 9), 0b1_0100);
}

#[test]
fn candidates_of_a_seed_are_the_same_and_no_two_are_alike() {
    let drawn = draw((&ALL, &[]), 200, 7);
    assert_eq!(drawn.len(), 200);
    assert_eq!(draw((&ALL, &[]), 50, 7), drawn[..50]);
    assert_ne!(draw((&ALL, &[]), 50, 8), drawn[..50]);
    for (at, ensemble) in drawn.iter().enumerate() {
        assert!(drawn[..at].iter().all(|other| other != ensemble));
        let names: Vec<&str> = ensemble.members().iter().map(|m| m.strategy().name).collect();
        assert!((2..=4).contains(&names.len()));
        assert!(names.iter().enumerate().all(|(k, name)| !names[..k].contains(name)));
    }
    for n_members in 2..=4 {
        assert!(drawn.iter().any(|ensemble| ensemble.members().len() == n_members));
    }
}

#[test]
fn each_layer_stands_before_half_of_them() {
    let plain = draw((&ALL, &[]), 200, 7);
    let drawn = draw((&ALL, &LAYERS), 200, 7);
    for layer in LAYERS {
        let stands =
            |drawn: &&Ensemble| drawn.gates().iter().any(|gate| gate.layer().name == layer.name);
        let n = drawn.iter().filter(stands).count();
        assert!((70..130).contains(&n), "{} before {n}", layer.name);
    }
    let without = drawn.iter().map(|ensemble| ensemble.clone().behind(Vec::new()));
    assert!(without.eq(plain), "the same ensembles, layers or not");
}

#[test]
fn where_there_are_few_fewer_come() {
    let donchian = crate::strategy::find("donchian").unwrap();
    assert_eq!(draw((&[donchian], &[]), 1000, 7).len() as u64, donchian.params[0].n_values());
    assert!(draw((&[], &[]), 10, 7).is_empty());
}

#[test]
fn rules_that_can_never_hold_are_refused() {
    let member = |name: &str| Member::named(name, &Point::new()).unwrap();
    let refused = |rule: Rule| {
        let Err(BadChoice::Rule(text)) =
            Ensemble::new(vec![member("rsi"), member("macd")], rule, 3)
        else {
            return String::new();
        };
        text
    };
    let weighted = |weights: &[f64], threshold: f64| {
        refused(Rule::Weighted { weights: weights.to_vec(), threshold })
    };
    let told = [
        refused(Rule::KOfN(3)),
        weighted(&[1.0], 0.5),
        weighted(&[1.0, -1.0], 0.5),
        weighted(&[1.0, 1.0], 1.5),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    `3` of 2 members can never agree
    there are 1 weights for 2 members
    the weight of a member must be a number above 0
    the threshold of the votes is `1.5`: it must be above 0 and at most 1
    ");
    assert!(Ensemble::new(vec![], Rule::Any, 0).is_err());
    let ensemble =
        Ensemble::new(vec![member("rsi"), member("donchian")], Rule::KOfN(2), 6).unwrap();
    let name = "2 of rsi(oversold=30, period=14) + donchian(period=40), standing 6 bars";
    assert_eq!(ensemble.to_string(), name);
}
