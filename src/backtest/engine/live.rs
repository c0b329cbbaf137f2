//! One time after the other, as it comes: what a trading loop drives.

use super::fault::{check_quote, check_stop};
use super::run::End;
use super::{Engine, EngineFault};
use crate::backtest::book::Here;
use crate::backtest::intent::{Intent, Intents};
use crate::backtest::ledger::Refusal;
use crate::backtest::quote::Quote;
use crate::backtest::record::Record;
use crate::market::Symbol;
use crate::units::Ts;

/// What has been decided and not yet acted on.
#[derive(Debug)]
pub struct Live {
    names: Vec<String>,
    /// Of each symbol, in time's order. Never longer than the latency, so taking the first is
    /// cheap.
    waiting: Vec<Vec<Intent>>,
    /// Kept from step to step for its memory.
    present: Vec<Here>,
}

impl Live {
    pub fn new(symbols: &[&Symbol]) -> Self {
        let names = symbols.iter().map(ToString::to_string).collect();
        Self { names, waiting: vec![Vec::new(); symbols.len()], present: Vec::new() }
    }
}

impl<R: Record> Engine<R> {
    /// Takes an intent decided at the close of a symbol's latest bar.
    pub fn decide(&mut self, symbol: usize, intent: Intent) -> Result<(), EngineFault> {
        let found = self.books.len();
        let (Some(book), Some(waiting)) =
            (self.books.get(symbol), self.live.waiting.get_mut(symbol))
        else {
            let (markets, costs) = (found, found);
            return Err(EngineFault::Count { markets, intents: symbol + 1, costs });
        };
        let name = &self.live.names[symbol];
        let latest = i64::from(book.n_bars) - 1;
        let is_second = waiting.last().is_some_and(|before| before.bar >= intent.bar);
        if i64::from(intent.bar) != latest || is_second {
            let (symbol, bar) = (name.clone(), intent.bar);
            return Err(EngineFault::NotLatest { symbol, bar, latest });
        }
        Intents::new(vec![intent])
            .map_err(|fault| EngineFault::Intent { symbol: name.clone(), fault })?;
        check_stop(name, &intent, book.last.close, &book.costs)?;
        waiting.push(intent);
        Ok(())
    }

    /// Takes the bars that opened at `ts`, once they are complete; `None` for a symbol without one.
    pub fn bar(&mut self, ts: Ts, quotes: &[Option<Quote>]) -> Result<(), EngineFault> {
        self.check_bar(ts, quotes)?;
        let mut present = std::mem::take(&mut self.live.present);
        present.clear();
        for (symbol, quote) in quotes.iter().enumerate() {
            let Some(quote) = *quote else { continue };
            let bar = self.books[symbol].n_bars;
            let waiting = &mut self.live.waiting[symbol];
            let acts = waiting.first().is_some_and(|intent| {
                u64::from(bar) == acts_on(intent.bar, self.rules.latency_bars)
            });
            let acting = acts.then(|| waiting.remove(0));
            present.push(Here { symbol, bar, ts, quote, acting });
        }
        if !present.is_empty() {
            self.step(ts, &present);
        }
        self.live.present = present;
        Ok(())
    }

    /// There will be no more bars of this symbol.
    pub fn end_symbol(&mut self, symbol: usize) {
        if symbol < self.books.len() {
            self.end(symbol);
        }
    }

    /// There will be no more bars at all: what is open is closed, what waits is refused, and the
    /// money is counted.
    pub fn finish(mut self) -> Result<(R, End), EngineFault> {
        for (symbol, waiting) in std::mem::take(&mut self.live.waiting).iter().enumerate() {
            for intent in waiting {
                self.recorder.refuse(symbol as u32, intent.bar, Refusal::EndOfData);
            }
        }
        self.close_books()
    }

    fn check_bar(&self, at: Ts, quotes: &[Option<Quote>]) -> Result<(), EngineFault> {
        let (found, expected) = (quotes.len(), self.books.len());
        if found != expected {
            return Err(EngineFault::Step { at, found, expected });
        }
        if let Some(before) = self.now.filter(|before| at <= *before) {
            return Err(EngineFault::Unsorted { at, before });
        }
        for ((name, book), quote) in self.live.names.iter().zip(&self.books).zip(quotes) {
            if let Some(quote) = quote {
                check_quote(name, book.n_bars, quote)?;
            }
        }
        Ok(())
    }
}

/// The row an intent of this row acts on.
pub fn acts_on(bar: u32, latency_bars: u32) -> u64 {
    u64::from(bar) + 1 + u64::from(latency_bars)
}
