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
    /// It ends later: `exit_bar` is the first row that nobody has looked at.
    is_open: bool,
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
const OPEN: u64 = 1 << 6;

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
    /// What is known of rows up to the last that matters. A cell only ever learns: of two threads
    /// that write how far a position is open, or that and its end, either is right.
    fn read(&self, last: u32) -> Option<Option<Outcome>> {
        let key = self.key.load(Ordering::Acquire);
        if key & BAD != 0 {
            return Some(None);
        }
        let (exit_bar, is_open) = ((key >> 32) as u32, key & OPEN != 0);
        if is_open && exit_bar <= last {
            return None;
        }
        let rule = RULES[(key & 15).checked_sub(1)? as usize];
        let reference = f64::from_bits(self.reference.load(Ordering::Relaxed));
        let worst = f64::from_bits(self.worst.load(Ordering::Relaxed));
        let exit = Exit { rule, reference };
        let ambiguous = key & AMBIGUOUS != 0;
        Some(Some(Outcome { exit_bar, exit, ambiguous, worst, is_open }))
    }

    fn write(&self, outcome: Option<&Outcome>) {
        let Some(outcome) = outcome else { return self.key.store(BAD, Ordering::Release) };
        let Outcome { exit_bar, exit, ambiguous, worst, is_open } = *outcome;
        let code = RULES.iter().position(|rule| *rule == exit.rule).map_or(0, |at| at as u64 + 1);
        // Of what is open neither means anything; they are the end's alone, and then the same from
        // whomever.
        if !is_open {
            self.reference.store(exit.reference.to_bits(), Ordering::Relaxed);
            self.worst.store(worst.to_bits(), Ordering::Relaxed);
        }
        let flags = if ambiguous { AMBIGUOUS } else { 0 } | if is_open { OPEN } else { 0 };
        self.key.store(u64::from(exit_bar) << 32 | flags | code, Ordering::Release);
    }
}

impl Screen<'_> {
    /// How the position decided at a row ends, if by this last row: else it ends somewhere after
    /// it. `None` where its distances are none.
    pub(super) fn outcome(&self, bar: u32, side: Side, last: u32) -> Option<Outcome> {
        let cell = self.table.cell(bar, side);
        if let Some(known) = cell.read(last) {
            return known;
        }
        let intent = self.exits.intent(bar, side, 1.0);
        let name = self.market.symbol().as_str();
        let close = self.quotes[bar as usize].close;
        let good = Intents::new(vec![intent]).is_ok()
            && check_stop(name, &intent, close, &self.book.costs).is_ok();
        let outcome = good.then(|| self.follow(&intent, last));
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
        Outcome { exit_bar: last, exit, ambiguous: false, worst, is_open: false }
    }

    /// Walks from the entry to the exit, in the engine's order; of what is still open twice as far
    /// away as this last row, not to its end. Positions without a limit would else walk through
    /// all history, for windows that are over long before.
    fn follow(&self, intent: &Intent, last: u32) -> Outcome {
        let entry = intent.bar as usize + 1 + self.rules.latency_bars as usize;
        let mut levels = Levels::new(intent, self.quotes[entry].open);
        let armed = entry + self.rules.oco_delay_bars as usize;
        let timed = entry.saturating_add(intent.hold_bars as usize);
        let mut worst = intent.side.sign() * f64::INFINITY;
        let far = (2 * last as usize + 2).saturating_sub(entry);
        let until = far.clamp(last as usize + 1, self.quotes.len());
        for (row, quote) in self.quotes.iter().enumerate().take(until).skip(entry) {
            if quote.is_tradable() {
                let phase = Phase { armed: row >= armed, first: row == entry, over: row >= timed };
                if let Some((exit, ambiguous)) = self.exit(&levels, quote, phase) {
                    let exit_bar = row as u32;
                    return Outcome { exit_bar, exit, ambiguous, worst, is_open: false };
                }
            }
            worst = worse(intent.side, worst, quote.close);
            levels.follow(quote, self.rules.trailing_basis);
        }
        let reference = self.quotes[self.quotes.len() - 1].close;
        let exit = Exit { rule: FillRule::EndOfData, reference };
        let is_open = until < self.quotes.len();
        let exit_bar = if is_open { until as u32 } else { until as u32 - 1 };
        Outcome { exit_bar, exit, ambiguous: false, worst, is_open }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::cases::plain_rules;
    use crate::backtest::quote::Market;
    use crate::backtest::screen::{Column, Exits};
    use crate::market::{Bars, Columns, Timeframe};
    use crate::units::{HOUR_US, Ts};

    #[test]
    fn nobody_looks_far_beyond_a_window() {
        let still = || vec![100.0; 1000];
        let bars = Columns {
            ts: (0..1000).map(|hour| Ts(hour * HOUR_US)).collect(),
            open: still(),
            high: still(),
            low: still(),
            close: still(),
            volume: still(),
            ..Columns::default()
        };
        let bars = Bars::new("X".parse().unwrap(), Timeframe::H1, bars).unwrap();
        let [stop, target, trail] = [Column::Same(f64::INFINITY); 3];
        let exits = Exits { stop, target, trail, target_fraction: 1.0, hold_bars: 600 };
        let screen = Screen::new(Market::of(&bars), exits, &plain_rules(1)).unwrap();
        let until = |last: u32| screen.outcome(9, Side::Long, last).unwrap().exit_bar;
        // Entered at row 10; twice as far as the row after the last.
        assert_eq!(until(19), 30);
        assert_eq!(until(29), 30, "known");
        assert_eq!(until(30), 52);
        assert_eq!(until(400), 610, "its end");
        assert_eq!(until(12), 610, "known");
        let late = screen.outcome(900, Side::Long, 999).unwrap();
        assert_eq!((late.exit_bar, late.exit.rule), (999, FillRule::EndOfData));
    }
}
