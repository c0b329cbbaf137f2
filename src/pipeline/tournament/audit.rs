//! Champions are run again, through the engine with its ledger and conditions of their own, and must
//! come to what the log says.

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::super::rules::traded;
use super::outcome::Ground;
use super::{Fold, arena_fault};
use crate::failure::Failure;
use crate::folds::Window;
use crate::optimize::{Arena, Cell, Plan, Stretch, stitched};
use crate::stats;

/// The ledger's sums are in another order than the tally's.
const ROUNDING: f64 = 1e-9;

/// How screen and engine rank the same settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ranking {
    pub n: usize,
    /// Those with another score, or a score by one alone.
    pub n_differ: usize,
    /// Spearman's rank correlation.
    pub correlation: Option<f64>,
}

impl Ranking {
    pub fn of(twins: &[(Option<f64>, Option<f64>)]) -> Self {
        let known = twins.iter().filter_map(|(a, b)| (*a).zip(*b));
        let (screen, engine): (Vec<f64>, Vec<f64>) = known.unzip();
        let bits = |x: Option<f64>| x.map(f64::to_bits);
        Self {
            n: twins.len(),
            n_differ: twins.iter().filter(|(a, b)| bits(*a) != bits(*b)).count(),
            correlation: stats::spearman(&screen, &engine),
        }
    }
}

/// An error names the first that differs.
pub fn rerun(ground: &Ground<'_>, folds: &[Fold]) -> Result<(), Failure> {
    let used: Vec<&Plan> = folds.iter().flat_map(|f| f.champions.iter().map(|c| &c.plan)).collect();
    let arena = ground.arena(&used)?;
    let one = |(window, fold): (&Window, &Fold)| {
        for (rank, champion) in fold.champions.iter().enumerate() {
            for (rows, cell) in [(&window.train, champion.train), (&window.test, champion.test)] {
                let found = again(&arena, &champion.plan, rows.clone())?;
                if !agrees(found, &cell) {
                    return Err(differs((fold.number, rank + 1), found, &cell));
                }
            }
        }
        Ok(())
    };
    let pairs: Vec<(&Window, &Fold)> = ground.plans.windows.iter().zip(folds).collect();
    let found: Vec<Result<(), Failure>> = pairs.into_par_iter().map(one).collect();
    found.into_iter().collect()
}

/// Trades and net return of a setting on some rows, from a ledger.
fn again(arena: &Arena<'_>, plan: &Plan, rows: Range<usize>) -> Result<(usize, f64), Failure> {
    let walked = [(Stretch::whole(rows.clone()), Some(plan))];
    let intents = stitched(arena, &walked, rows.start).map_err(arena_fault)?;
    let ledger = traded(arena.market.rows(rows), &intents, arena.conduct)?;
    let net: f64 = ledger.trades.iter().map(|trade| trade.net).sum();
    Ok((ledger.trades.len(), net / arena.conduct.rules.cash))
}

fn agrees((n_trades, net_return): (usize, f64), cell: &Cell) -> bool {
    let off = (net_return - cell.net_return).abs();
    n_trades == cell.trades as usize && off <= ROUNDING * (1.0 + net_return.abs())
}

fn differs((fold, rank): (usize, usize), found: (usize, f64), cell: &Cell) -> Failure {
    Failure::world(format!(
        "champion {rank} of fold {fold} made {} trades and {:.6} when it was run again, but the log \
         says {} and {:.6}",
        found.0, found.1, cell.trades, cell.net_return
    ))
    .hint("this is a fault of edgewalk, or `folds.journal` of the run was changed: delete it")
}
