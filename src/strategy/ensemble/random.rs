//! Candidate ensembles from a seed.

use std::collections::BTreeSet;

use super::{CONFIRM_BARS, Ensemble, Rule};
use crate::rng::Rng;
use crate::strategy::layers::{Gate, Layer};
use crate::strategy::param::Param;
use crate::strategy::spec::{Member, Strategy};
use crate::strategy::value::Point;

/// So many members at most: more of them hardly ever agree.
const MOST_MEMBERS: usize = 4;

/// Of a weighted vote.
const THRESHOLD: Param =
    Param::float("threshold", [0.3, 0.9, 0.1], 0.5, "share of the weights that must agree");

/// How often one more is tried for each candidate asked for, where most have been drawn before.
const TRIES: usize = 20;

/// Up to `n` different ensembles of two to four different strategies, at points of their grids, each
/// layer before half of them. The first `k` of more are those of `k`. Fewer come where there are not so
/// many.
pub fn draw(
    (strategies, layers): (&[&'static Strategy], &[&'static Layer]),
    n: usize,
    seed: u64,
) -> Vec<Ensemble> {
    let (mut drawn, mut seen) = (Vec::new(), BTreeSet::new());
    for attempt in 0..n.saturating_mul(TRIES) {
        if drawn.len() == n {
            break;
        }
        let mut rng = Rng::stream(seed, "candidate ensembles", &[attempt as u64]);
        if let Some(ensemble) = one(strategies, layers, &mut rng)
            && seen.insert(ensemble.to_string())
        {
            drawn.push(ensemble);
        }
    }
    drawn
}

/// A point of the grid, every value as likely as another.
pub fn random_point(params: &[Param], rng: &mut Rng) -> Point {
    let value = |param: &Param| (param.name.to_owned(), param.nth(rng.below(param.n_values())));
    params.iter().map(value).collect()
}

fn one(
    strategies: &[&'static Strategy],
    layers: &[&'static Layer],
    rng: &mut Rng,
) -> Option<Ensemble> {
    let most = MOST_MEMBERS.min(strategies.len());
    let n_members = if most > 2 { rng.index(2..most + 1) } else { most };
    let chosen = choose(strategies, n_members, rng);
    let member = |strategy: &&'static Strategy| {
        Member::new(strategy, &random_point(strategy.params, rng)).ok()
    };
    let members: Vec<Member> = chosen.iter().map(member).collect::<Option<_>>()?;
    if members.len() == 1 {
        return members.into_iter().next().map(Ensemble::single);
    }
    let rule = rule(members.len(), rng);
    let confirm_bars = number(&CONFIRM_BARS, rng) as u32;
    let mut gates = Vec::new();
    for layer in layers {
        if rng.below(2) == 1 {
            gates.push(Gate::new(layer, &random_point(layer.params, rng)).ok()?);
        }
    }
    Some(Ensemble::new(members, rule, confirm_bars).ok()?.behind(gates))
}

/// Different ones, in the order of the list, so that an ensemble is spelt in one way.
fn choose(strategies: &[&'static Strategy], n: usize, rng: &mut Rng) -> Vec<&'static Strategy> {
    let mut left: Vec<usize> = (0..strategies.len()).collect();
    let mut places: Vec<usize> =
        (0..n).map(|_| left.swap_remove(rng.index(0..left.len()))).collect();
    places.sort_unstable();
    places.into_iter().map(|at| strategies[at]).collect()
}

/// Every kind of rule that is a rule of its own among so many members.
fn rule(n_members: usize, rng: &mut Rng) -> Rule {
    let n_kinds = if n_members > 2 { 4 } else { 3 };
    match rng.below(n_kinds) {
        0 => Rule::All,
        1 => Rule::Any,
        2 => Rule::Weighted {
            weights: (0..n_members).map(|_| 0.5 * (1 + rng.below(4)) as f64).collect(),
            threshold: number(&THRESHOLD, rng),
        },
        _ => Rule::KOfN(rng.index(2..n_members)),
    }
}

fn number(param: &Param, rng: &mut Rng) -> f64 {
    param.nth(rng.below(param.n_values())).as_f64().unwrap_or_default()
}
