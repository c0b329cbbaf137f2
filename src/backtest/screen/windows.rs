//! Sums of settings on windows of bars: by the screen where it holds, by the engine where not.

use std::ops::Range;

use super::{Exits, NotScreened, Screen, Signals};
use crate::backtest::engine::EngineFault;
use crate::backtest::intent::{Intent, Intents};
use crate::backtest::quote::Market;
use crate::backtest::rules::Rules;
use crate::backtest::tally::{Tally, tally};

/// Bars, exits and rules that many settings share, whatever they are.
#[derive(Debug)]
pub struct Windows<'a> {
    exact: Exact<'a>,
    screen: Result<Screen<'a>, NotScreened>,
}

/// The same, where the engine alone is asked.
#[derive(Debug)]
pub struct Exact<'a> {
    market: Market<'a>,
    exits: Exits<'a>,
    rules: Rules,
}

/// Who found the sums.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    Screen,
    /// And why the screen could not.
    Engine(NotScreened),
}

impl<'a> Windows<'a> {
    pub fn new(market: Market<'a>, exits: Exits<'a>, rules: &Rules) -> Result<Self, EngineFault> {
        let screen = match Screen::new(market, exits, rules) {
            Err(NotScreened::Fault(fault)) => return Err(fault),
            screen => screen,
        };
        Ok(Self { exact: Exact::new(market, exits, rules), screen })
    }

    /// The sums of a setting on these rows alone; the same to the last bit, whoever finds them. The
    /// screen passes over signals that it cannot act on; the engine wants all of them to be
    /// possible: distances above 0, stops outside of the spread.
    pub fn tally(
        &self,
        rows: Range<usize>,
        signals: impl Signals + Clone,
        into: Tally,
    ) -> Result<(Tally, By), EngineFault> {
        let why = match &self.screen {
            Err(why) => why.clone(),
            Ok(screen) => match screen.run_within(rows.clone(), signals.clone(), into.clone()) {
                Ok(tally) => return Ok((tally, By::Screen)),
                Err(NotScreened::Fault(fault)) => return Err(fault),
                Err(why) => why,
            },
        };
        Ok((self.exact.tally(rows, signals, into)?, By::Engine(why)))
    }
}

impl<'a> Exact<'a> {
    pub fn new(market: Market<'a>, exits: Exits<'a>, rules: &Rules) -> Self {
        Self { market, exits, rules: rules.clone() }
    }

    /// The sums of a setting on these rows alone.
    pub fn tally(
        &self,
        rows: Range<usize>,
        mut signals: impl Signals,
        into: Tally,
    ) -> Result<Tally, EngineFault> {
        let end = rows.end.min(self.market.len());
        let start = rows.start.min(end);
        let (mut from, until) = (start as u32, end as u32);
        let mut intents = Vec::new();
        while let Some(signal) = signals.next_within(from..until) {
            let intent = self.exits.intent(signal.bar, signal.side, signal.size);
            intents.push(Intent { bar: signal.bar - start as u32, ..intent });
            from = signal.bar + 1;
        }
        let symbol = || self.market.symbol().to_string();
        let intents = Intents::new(intents)
            .map_err(|fault| EngineFault::Intent { symbol: symbol(), fault })?;
        tally(&[self.market.rows(start..end)], &[&intents], &self.rules, into)
    }
}
