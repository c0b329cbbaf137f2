//! The engine's specification a second time, for tests: from the text alone, as plainly as possible,
//! without a thought for speed.
//!
//! Nothing is carried along that can be derived: what a position holds, where its stop trails, what
//! waits, cash and equity are read off the list of what has happened so far, each time anew. Costs are
//! computed here as well. So a mistake would have to be made twice, in two ways of thinking, to hide.

mod account;
mod agree;
mod chance;
mod compare;
mod coverage;
mod hand_tests;
mod history;
mod money;
mod print;
mod steps;
mod tests;

use super::intent::Intent;
use super::ledger::Ledger;
use super::rules::Rules;

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    pub ts: i64,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

/// All there is: the bars of each symbol, what was wanted of each, what is assumed.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    pub timeframe_us: i64,
    /// Most returns that volatility is estimated from.
    pub sigma_bars: usize,
    pub bars: Vec<Vec<Candle>>,
    pub intents: Vec<Vec<Intent>>,
    pub rules: Rules,
}

/// What the specification says happens.
pub fn run(world: &World) -> Ledger {
    account::ledger(&steps::happen(world))
}

impl World {
    /// All opening times, ascending.
    fn times(&self) -> Vec<i64> {
        let mut times: Vec<i64> = self.bars.iter().flatten().map(|bar| bar.ts).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// Symbol and row of every bar of this time, in the order of the symbols.
    fn rows_at(&self, ts: i64) -> Vec<(usize, usize)> {
        let row = |bars: &Vec<Candle>| bars.iter().position(|bar| bar.ts == ts);
        let symbols = self.bars.iter().enumerate();
        symbols.filter_map(|(symbol, bars)| Some((symbol, row(bars)?))).collect()
    }

    /// The row an intent acts on, whether there is one or not.
    fn action_row(&self, intent: &Intent) -> usize {
        intent.bar as usize + 1 + self.rules.latency_bars as usize
    }

    /// The intent that acts on this row.
    fn acting(&self, symbol: usize, row: usize) -> Option<Intent> {
        self.intents[symbol].iter().find(|intent| self.action_row(intent) == row).copied()
    }
}
