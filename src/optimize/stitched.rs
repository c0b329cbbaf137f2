//! One walk: each test window by its own setting, and positions carried from one to the next.

use std::collections::BTreeMap;

use super::arena::{Arena, ArenaFault};
use super::plan::Plan;
use super::stretch::Stretch;
use crate::backtest::intent::{Intent, Intents, Side};
use crate::strategy::{Distances, Entries};

/// The entries decided in each window by its plan, rows counted from `first`. Windows follow each
/// other; a window without a plan stays out of the market.
pub fn stitched(
    arena: &Arena<'_>,
    windows: &[(Stretch, Option<&Plan>)],
    first: usize,
) -> Result<Intents, ArenaFault> {
    let mut known: BTreeMap<String, (Entries, Distances)> = BTreeMap::new();
    let mut intents = Vec::new();
    for (stretch, plan) in windows {
        let Some(plan) = plan else { continue };
        let name = plan.to_string();
        if !known.contains_key(&name) {
            let distances = arena.distances(&plan.exits)?;
            let entries = arena.entries(plan, &distances.ready)?;
            // Windows by the same plan often follow each other; all plans at once would not fit.
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            known.insert(name.clone(), (entries, distances));
        }
        if let Some((entries, distances)) = known.get(&name) {
            let of = |row: usize| intent((entries, distances), row, (arena.conduct.size, first));
            intents.extend(stretch.rows.clone().filter(|row| stretch.counts(*row)).filter_map(of));
        }
    }
    // Regimes of one window take turns.
    intents.sort_by_key(|intent| intent.bar);
    let symbol = || arena.market.symbol().to_string();
    Intents::new(intents)
        .map_err(|fault| crate::backtest::EngineFault::Intent { symbol: symbol(), fault }.into())
}

const MOST_KNOWN: usize = 64;

fn intent(
    (entries, distances): (&Entries, &Distances),
    row: usize,
    (size, first): (f64, usize),
) -> Option<Intent> {
    let is_set =
        |words: &[u64]| words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1);
    let side = if is_set(&entries.long) {
        Side::Long
    } else if is_set(&entries.short) {
        Side::Short
    } else {
        return None;
    };
    let intent = distances.exits().intent(row as u32, side, size);
    Some(Intent { bar: (row - first) as u32, ..intent })
}
