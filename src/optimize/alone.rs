//! A setting on one window, where no other shares its exits or its window.

use std::ops::Range;

use super::arena::{Arena, ArenaFault, Cell, only};
use super::plan::Plan;
use crate::backtest::screen::{By, Exact, Gated, Windows};
use crate::backtest::tally::Tally;

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// And the engine where the screen cannot tell.
    Screen,
    Engine,
}

const WORD: usize = u64::BITS as usize;

impl Arena<'_> {
    /// What a setting came to on these rows alone, and whether the engine had to be asked. Nothing is
    /// made of other bars but its conditions, which are known already.
    pub fn alone(
        &self,
        plan: &Plan,
        rows: Range<usize>,
        judge: Judge,
    ) -> Result<(Cell, bool), ArenaFault> {
        // From the beginning of a word on: bits need not be moved.
        let from = rows.start / WORD * WORD;
        let distances = self.distances_of(&plan.exits, from..rows.end)?;
        let words = from / WORD..rows.end.div_ceil(WORD);
        let found = plan.entries.entries_within(&self.bits, &self.conduct.frame, words);
        let mut entries = found.ok_or_else(|| ArenaFault::Lost(plan.entries.to_string()))?;
        only(&mut entries, &distances.ready);
        let (market, exits) = (self.market.rows(from..rows.end), distances.exits());
        let (long, short) = ([entries.long.as_slice()], [entries.short.as_slice()]);
        let signals = Gated { long: &long, short: &short, size: self.conduct.size };
        let rules = &self.conduct.rules;
        let (within, account) = (rows.start - from..rows.end - from, Tally::new(rules.cash));
        let (tally, by_engine) = match judge {
            Judge::Engine => {
                (Exact::new(market, exits, rules).tally(within, signals, account)?, true)
            }
            Judge::Screen => {
                let floor = Windows::new(market, exits, rules)?;
                let (tally, by) = floor.tally(within, signals, account)?;
                (tally, by != By::Screen)
            }
        };
        Ok((self.cell(&tally), by_engine))
    }
}
