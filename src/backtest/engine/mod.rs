//! One bar after the other, in the order of the specification: exits at the open, entries at the
//! open, inside the bar, at the close, marks. History and the present go through the same steps.

mod fault; // what cannot be run
mod open; // exits at the open
mod enter; // entries at the open
mod inside; // stop and target
mod close; // carry, trailing stop, marks
mod fill; // orders meet the market
mod live; // one time after the other, as it comes
mod run; // a whole history
mod quiet; // a history of one symbol: what can be skipped is
pub mod band; // the honest band
#[cfg(test)]
pub mod random;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod twin;

use super::account::Account;
use super::book::{Book, Here};
use super::lots::Lots;
use super::record::Record;
use super::rules::Rules;
use crate::market::{Symbol, Timeframe};
use crate::units::Ts;

pub use band::{Band, band};
pub use fault::{EngineFault, check_rules, check_stop};
pub use run::{End, check_market, run, run_into};

/// Symbols that share an account, and a recorder that is told what happens.
#[derive(Debug)]
pub struct Engine<R> {
    rules: Rules,
    lots: Lots,
    timeframe: Timeframe,
    account: Account,
    books: Vec<Book>,
    n_trades: u32,
    /// The time of the latest bars.
    now: Option<Ts>,
    recorder: R,
    live: live::Live,
}

impl<R: Record> Engine<R> {
    /// At the beginning, with one set of costs for each symbol.
    pub fn new(
        rules: &Rules,
        symbols: &[&Symbol],
        timeframe: Timeframe,
        recorder: R,
    ) -> Result<Self, EngineFault> {
        check_rules(rules)?;
        let (markets, costs) = (symbols.len(), rules.costs.len());
        if markets != costs {
            return Err(EngineFault::Count { markets, intents: markets, costs });
        }
        Ok(Self {
            lots: Lots::of(rules.lot_size),
            timeframe,
            account: Account::new(rules.cash),
            books: rules.costs.iter().map(|costs| Book::new(*costs)).collect(),
            n_trades: 0,
            now: None,
            recorder,
            live: live::Live::new(symbols),
            rules: rules.clone(),
        })
    }

    /// The table of contents: all symbols with a bar at this time, in the symbols' order.
    fn step(&mut self, ts: Ts, present: &[Here]) {
        for here in present {
            self.exit_at_open(here);
        }
        for here in present {
            self.enter_at_open(here);
        }
        for here in present {
            self.act_inside(here);
        }
        for here in present {
            self.settle_at_close(here);
        }
        self.now = Some(ts);
        let (equity, exposure) = self.value();
        self.account.mark(ts, equity);
        self.recorder.mark(ts, equity, exposure);
    }

    /// Equity, and the value of all positions without sign, at the latest marks.
    fn value(&self) -> (f64, f64) {
        let (mut net, mut gross) = (0.0, 0.0);
        for book in &self.books {
            if let Some(position) = &book.position {
                let value = self.lots.qty(position.units) * book.mark;
                net += position.side.sign() * value;
                gross += value;
            }
        }
        (self.account.cash + net, gross)
    }

    /// When equity went, if it did.
    pub fn ruined(&self) -> Option<Ts> {
        self.account.ruined
    }

    pub fn cash(&self) -> f64 {
        self.account.cash
    }
}
