//! What the choosing was worth.

use std::ops::Range;

use super::super::rules::standing;
use super::outcome::Ground;
use super::{Crowned, Fold, arena_fault};
use crate::failure::Failure;
use crate::optimize::{Days, Plan};
use crate::report::selection::Selection;
use crate::report::selection::agreement::{Agreement, Informed, Scores};
use crate::report::selection::transfer::{Transfer, Window};
use crate::search::Point;

/// Candidates whose days are compared at most.
const MOST: usize = 1000;

/// Whether the best of the candidates is better than nothing is asked of them as they were drawn, held
/// fixed over all test windows: what was chosen on one window has seen test windows before it.
pub fn selection(
    ground: &Ground<'_>,
    folds: &[Fold],
    rows: Range<usize>,
) -> Result<Selection, Failure> {
    let days = days(ground, &rows)?;
    let known: Vec<Agreement> = folds.iter().filter_map(agreement).collect();
    Ok(Selection {
        transfer: Transfer::of(&folds.iter().flat_map(windows).collect::<Vec<_>>()),
        informed: (!known.is_empty()).then(|| Informed::of(&known)),
        ..standing(&days, ground.plans.terms.seed)
    })
}

/// Daily returns of each candidate as it was drawn.
fn days(ground: &Ground<'_>, rows: &Range<usize>) -> Result<Vec<Days>, Failure> {
    let terms = &ground.plans.terms;
    let mut plans = Vec::new();
    for candidate in ground.plans.candidates.iter().take(MOST) {
        let points = candidate.first(&terms.random, terms.seed, 1);
        let plan =
            |point: &Point| candidate.plan(point).map_err(|bad| Failure::world(bad[0].clone()));
        plans.extend(points.iter().map(plan).collect::<Result<Vec<_>, _>>()?);
    }
    let plans: Vec<&Plan> = plans.iter().collect();
    ground.arena(&plans)?.days(&plans, rows).map_err(arena_fault)
}

fn windows(fold: &Fold) -> Vec<Window> {
    let [inside_days, outside_days] = fold.days();
    let window = |champion: &Crowned| Window {
        inside_profit: champion.train.net_return,
        inside_days,
        outside_profit: champion.test.net_return,
        outside_days,
    };
    fold.champions.iter().map(window).collect()
}

/// Of the ranks of a fold's champions.
fn agreement(fold: &Fold) -> Option<Agreement> {
    let inside: Vec<f64> = fold.champions.iter().map(|c| c.train.net_return).collect();
    let outside: Vec<f64> = fold.champions.iter().map(|c| c.test.net_return).collect();
    Agreement::of(&Scores { inside: &inside, outside: &outside })
}
