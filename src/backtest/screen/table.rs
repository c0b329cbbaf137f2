//! Where each position would end: found by whoever asks first, read by all.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Screen;
use crate::backtest::engine::check_stop;
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::ledger::FillRule;
use crate::backtest::levels::{Exit, Levels, larger, smaller};
use crate::backtest::quote::Quote;

/// How a position that begins at some bar ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub exit_bar: u32,
    pub exit: Exit,
    /// Stop and target were both in reach of the exit's bar.
    pub ambiguous: bool,
    /// The least favourable close it was held through.
    pub worst: f64,
}

/// A cell for each side and row of decision. Two threads that find a cell empty both fill it, with
/// the same words: no lock, and no order in which they could differ.
#[derive(Debug)]
pub struct Table {
    long: Vec<Cell>,
    short: Vec<Cell>,
}

#[derive(Debug, Default)]
struct Cell {
    /// 0: not known. Written last, read first.
    key: AtomicU64,
    reference: AtomicU64,
    worst: AtomicU64,
}

/// Exits that a whole position can have, in the order of their codes; 0 is not known.
const RULES: [FillRule; 8] = [
    FillRule::Stop,
    FillRule::StopGap,
    FillRule::TrailingStop,
    FillRule::TrailingStopGap,
    FillRule::Target,
    FillRule::TargetGap,
    FillRule::TimedExit,
    FillRule::EndOfData,
];
const AMBIGUOUS: u64 = 1 << 4;
const BAD: u64 = 1 << 5;

impl Table {
    pub fn new(n_bars: usize) -> Self {
        let cells = || std::iter::repeat_with(Cell::default).take(n_bars).collect();
        Self { long: cells(), short: cells() }
    }

    fn cell(&self, bar: u32, side: Side) -> &Cell {
        match side {
            Side::Long => &self.long[bar as usize],
            Side::Short => &self.short[bar as usize],
        }
    }
}

impl Cell {
    fn read(&self) -> Option<Option<Outcome>> {
        let key = self.key.load(Ordering::Acquire);
        if key & BAD != 0 {
            return Some(None);
        }
        let rule = RULES[(key & 15).checked_sub(1)? as usize];
        let reference = f64::from_bits(self.reference.load(Ordering::Relaxed));
        let worst = f64::from_bits(self.worst.load(Ordering::Relaxed));
        let exit = Exit { rule, reference };
        let (exit_bar, ambiguous) = ((key >> 32) as u32, key & AMBIGUOUS != 0);
        Some(Some(Outcome { exit_bar, exit, ambiguous, worst }))
    }

    fn write(&self, outcome: Option<&Outcome>) {
        let Some(outcome) = outcome else { return self.key.store(BAD, Ordering::Release) };
        let Outcome { exit_bar, exit, ambiguous, worst } = *outcome;
        let code = RULES.iter().position(|rule| *rule == exit.rule).map_or(0, |at| at as u64 + 1);
        self.reference.store(exit.reference.to_bits(), Ordering::Relaxed);
        self.worst.store(worst.to_bits(), Ordering::Relaxed);
        let flag = if ambiguous { AMBIGUOUS } else { 0 };
        self.key.store(u64::from(exit_bar) << 32 | flag | code, Ordering::Release);
    }
}

impl Screen<'_> {
    /// How the position decided at a row ends; `None` where its distances are none.
    pub(super) fn outcome(&self, bar: u32, side: Side) -> Option<Outcome> {
        let cell = self.table.cell(bar, side);
        if let Some(known) = cell.read() {
            return known;
        }
        let intent = self.exits.intent(bar, side, 1.0);
        let name = self.market.symbol().as_str();
        let close = self.quotes[bar as usize].close;
        let good = Intents::new(vec![intent]).is_ok()
            && check_stop(name, &intent, close, &self.book.costs).is_ok();
        let outcome = good.then(|| self.follow(&intent));
        cell.write(outcome.as_ref());
        outcome
    }

    /// How a position ends that the end of the data finds open.
    pub(super) fn cut(&self, (entry, last): (u32, u32), side: Side) -> Outcome {
        let held = &self.quotes[entry as usize..=last as usize];
        let start = side.sign() * f64::INFINITY;
        let worst = held.iter().fold(start, |worst, quote| worse(side, worst, quote.close));
        let reference = self.quotes[last as usize].close;
        let exit = Exit { rule: FillRule::EndOfData, reference };
        Outcome { exit_bar: last, exit, ambiguous: false, worst }
    }

    /// Walks from the entry to the exit, in the engine's order.
    fn follow(&self, intent: &Intent) -> Outcome {
        let entry = intent.bar as usize + 1 + self.rules.latency_bars as usize;
        let mut levels = Levels::new(intent, self.quotes[entry].open);
        let armed = entry + self.rules.oco_delay_bars as usize;
        let timed = entry.saturating_add(intent.hold_bars as usize);
        let mut worst = intent.side.sign() * f64::INFINITY;
        for (row, quote) in self.quotes.iter().enumerate().skip(entry) {
            if quote.is_tradable() {
                let phase = Phase { armed: row >= armed, first: row == entry, over: row >= timed };
                if let Some((exit, ambiguous)) = self.exit(&levels, quote, phase) {
                    return Outcome { exit_bar: row as u32, exit, ambiguous, worst };
                }
            }
            worst = worse(intent.side, worst, quote.close);
            levels.follow(quote, self.rules.trailing_basis);
        }
        let reference = self.quotes[self.quotes.len() - 1].close;
        let exit = Exit { rule: FillRule::EndOfData, reference };
        let exit_bar = self.quotes.len() as u32 - 1;
        Outcome { exit_bar, exit, ambiguous: false, worst }
    }

    /// The exit on one bar, and whether another was in reach.
    fn exit(&self, levels: &Levels, quote: &Quote, phase: Phase) -> Option<(Exit, bool)> {
        let limit = self.rules.limit_fill;
        if !phase.first {
            let gap = if phase.armed { levels.gap(quote.open, limit) } else { None };
            let timed = Exit { rule: FillRule::TimedExit, reference: quote.open };
            let at_open = gap.or(phase.over.then_some(timed));
            if let Some(exit) = at_open {
                return Some((exit, false));
            }
        }
        if !phase.armed {
            return None;
        }
        match (levels.stop_inside(quote), levels.target_inside(quote, limit)) {
            (Some(stop), Some(target)) => {
                let stop_first = levels.stop_is_first(quote, self.rules.intrabar);
                Some((if stop_first { stop } else { target }, true))
            }
            (stop, target) => stop.or(target).map(|exit| (exit, false)),
        }
    }
}

/// The less favourable of two prices.
fn worse(side: Side, a: f64, b: f64) -> f64 {
    if side == Side::Long { smaller(a, b) } else { larger(a, b) }
}

/// What can end a position on a bar.
#[derive(Debug, Clone, Copy)]
struct Phase {
    armed: bool,
    /// The entry's own bar: its open is past.
    first: bool,
    /// Its time is over.
    over: bool,
}
