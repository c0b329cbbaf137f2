//! The fast twin for sweeps: thousands of settings over the same bars, with the same exits.
//!
//! Where a position ends depends on where it began, on its side and its distances, and on nothing
//! else, as long as one position is held at a time, whole, to its own end. So that is found once
//! for each bar and side, whoever asks first, and a setting is a chain: signal, exit, next signal.
//! Sizes, costs and cash are counted by the engine's own arithmetic: trades, net, and each day's
//! equity are the engine's, to the last bit. Drawdown is between days' ends
//! ([`Tally`](super::tally::Tally)), not between bars.
//!
//! A window of the bars costs what the window costs, however long the history is: what is open at
//! its end is cut there. Where the screen does not hold, [`NotScreened`] says so, and the engine
//! with [`tally`](super::tally::tally) gives the same sums; [`Windows`] asks whoever can.

mod exits; // distances of each bar
mod table; // where each position would end
mod signals; // what a setting wants
mod chain; // a setting's trades, one after the other
mod windows; // by whoever can
#[cfg(test)]
mod twin;

use super::book::Book;
use super::engine::{EngineFault, check_market, check_rules};
use super::quote::{Market, Quote};
use super::rules::{OnOpposite, Rules};
use crate::units::DAY_US;
use table::Table;

pub use exits::{Column, Exits};
pub use signals::{Gated, Signal, Signals, bits};
pub use windows::{By, Exact, Windows};

/// Bars, exits and rules that many settings share; threads may share it too.
#[derive(Debug)]
pub struct Screen<'a> {
    market: Market<'a>,
    exits: Exits<'a>,
    rules: Rules,
    /// The symbol's costs.
    book: Book,
    /// A bar in one place: chains leap from bar to bar.
    quotes: Vec<Quote>,
    /// The last row of each UTC day.
    day_ends: Vec<u32>,
    table: Table,
}

/// Why the engine has to be asked instead.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotScreened {
    #[error("an opposite signal ends positions: where one ends depends on the setting")]
    OnOpposite,
    #[error("a target closes `{0}` of a position: only whole positions are screened")]
    PartialTarget(f64),
    #[error("there are costs of {0} symbols: one at a time is screened")]
    Symbols(usize),
    #[error("the volume cap splits a fill at bar {bar}")]
    VolumeCap { bar: u32 },
    #[error("equity is gone in the position of bar {bar}")]
    Ruined { bar: u32 },
    #[error("a signal at bar {bar} is none that the engine would take: its size or a distance")]
    BadSignal { bar: u32 },
    #[error(transparent)]
    Fault(#[from] EngineFault),
}

impl<'a> Screen<'a> {
    pub fn new(market: Market<'a>, exits: Exits<'a>, rules: &Rules) -> Result<Self, NotScreened> {
        check_rules(rules)?;
        let [costs] = rules.costs.as_slice() else {
            return Err(NotScreened::Symbols(rules.costs.len()));
        };
        if rules.on_opposite != OnOpposite::Hold {
            return Err(NotScreened::OnOpposite);
        }
        if exits.closes_a_part() {
            return Err(NotScreened::PartialTarget(exits.target_fraction));
        }
        check_market(&market, costs)?;
        exits.check(&market)?;
        let n_bars = market.len();
        let day = |row: usize| market.ts[row].floor_to(DAY_US);
        let ends_day = |row: &usize| *row + 1 == n_bars || day(*row) != day(*row + 1);
        Ok(Self {
            quotes: (0..n_bars).map(|row| market.quote(row)).collect(),
            day_ends: (0..n_bars).filter(ends_day).map(|row| row as u32).collect(),
            table: Table::new(n_bars),
            book: Book::new(*costs),
            rules: rules.clone(),
            market,
            exits,
        })
    }
}
