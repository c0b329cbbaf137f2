//! A whole history, of one symbol or of several that share the account.

use super::fault::check_stop;
use super::live::acts_on;
use super::{Engine, EngineFault};
use crate::backtest::book::Here;
use crate::backtest::costs::Costs;
use crate::backtest::intent::{Intent, Intents};
use crate::backtest::ledger::{Ledger, Refusal};
use crate::backtest::quote::Market;
use crate::backtest::record::Record;
use crate::backtest::rules::Rules;
use crate::market::Symbol;
use crate::units::Ts;

/// Runs the intents of each market, in the order of the markets.
pub fn run(markets: &[Market], intents: &[&Intents], rules: &Rules) -> Result<Ledger, EngineFault> {
    let (mut ledger, end) = run_into(markets, intents, rules, Ledger::default())?;
    ledger.cash = end.cash;
    ledger.ruined = end.ruined;
    Ok(ledger)
}

/// The same, with whatever recorder.
pub fn run_into<R: Record>(
    markets: &[Market],
    intents: &[&Intents],
    rules: &Rules,
    recorder: R,
) -> Result<(R, End), EngineFault> {
    check(markets, intents, rules)?;
    let Some(first) = markets.first() else {
        return Engine::new(rules, &[], crate::market::Timeframe::M1, recorder)?.close_books();
    };
    let symbols: Vec<&Symbol> = markets.iter().map(|market| market.symbol).collect();
    let mut engine = Engine::new(rules, &symbols, first.timeframe, recorder)?;
    let tapes = markets.iter().zip(intents);
    let mut tapes: Vec<Tape> =
        tapes.map(|(market, intents)| Tape::new(market, intents, rules.latency_bars)).collect();
    match tapes.as_mut_slice() {
        [tape] => engine.run_one(tape),
        several => engine.run_several(several),
    }
    for (symbol, tape) in tapes.iter().enumerate() {
        for intent in tape.intents {
            engine.recorder.refuse(symbol as u32, intent.bar, Refusal::EndOfData);
        }
    }
    engine.close_books()
}

/// What is left when a backtest is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    pub cash: f64,
    pub equity: f64,
    pub ruined: Option<Ts>,
}

/// A market and its intents, read from the front.
#[derive(Debug)]
pub struct Tape<'a> {
    pub market: &'a Market<'a>,
    /// Those that have not acted.
    pub intents: &'a [Intent],
    /// The next row.
    pub row: usize,
    /// When it opens; the end of time where there is none.
    opens: Ts,
    /// The row the next intent acts on; the number of bars where it is none of them.
    pub acting_row: usize,
    latency_bars: u32,
}

const NEVER: Ts = Ts(i64::MAX);

impl<'a> Tape<'a> {
    fn new(market: &'a Market<'a>, intents: &'a Intents, latency_bars: u32) -> Self {
        let opens = market.ts.first().copied().unwrap_or(NEVER);
        let intents = intents.as_slice();
        let mut tape = Self { market, intents, row: 0, opens, acting_row: 0, latency_bars };
        tape.aim();
        tape
    }

    /// The next bar, with what acts on it.
    pub fn next(&mut self, symbol: usize) -> Here {
        let row = self.row;
        let acting = if self.acting_row == row { self.take_intent() } else { None };
        let (ts, quote) = (self.market.ts[row], self.market.quote(row));
        self.row += 1;
        self.opens = self.market.ts.get(self.row).copied().unwrap_or(NEVER);
        Here { symbol, bar: row as u32, ts, quote, acting }
    }

    fn take_intent(&mut self) -> Option<Intent> {
        let (first, rest) = self.intents.split_first()?;
        self.intents = rest;
        self.aim();
        Some(*first)
    }

    fn aim(&mut self) {
        let n_bars = self.market.len();
        let acts = |intent: &Intent| acts_on(intent.bar, self.latency_bars) as usize;
        self.acting_row = self.intents.first().map_or(n_bars, |first| acts(first).min(n_bars));
    }
}

impl<R: Record> Engine<R> {
    fn run_several(&mut self, tapes: &mut [Tape]) {
        let mut present = Vec::with_capacity(tapes.len());
        loop {
            let ts = tapes.iter().map(|tape| tape.opens).min().unwrap_or(NEVER);
            if ts == NEVER {
                return;
            }
            present.clear();
            for (symbol, tape) in tapes.iter_mut().enumerate() {
                if tape.opens == ts {
                    present.push(tape.next(symbol));
                }
            }
            self.step(ts, &present);
            for here in &present {
                if tapes[here.symbol].opens == NEVER {
                    self.end(here.symbol);
                }
            }
        }
    }

    /// Closes what is open and counts the money.
    pub(super) fn close_books(mut self) -> Result<(R, End), EngineFault> {
        (0..self.books.len()).for_each(|symbol| self.end(symbol));
        let (equity, _) = self.value();
        self.account.check(equity)?;
        let (cash, ruined) = (self.account.cash, self.account.ruined);
        Ok((self.recorder, End { cash, equity, ruined }))
    }
}

fn check(markets: &[Market], intents: &[&Intents], rules: &Rules) -> Result<(), EngineFault> {
    if markets.len() != intents.len() || markets.len() != rules.costs.len() {
        let (markets, intents, costs) = (markets.len(), intents.len(), rules.costs.len());
        return Err(EngineFault::Count { markets, intents, costs });
    }
    for ((market, intents), costs) in markets.iter().zip(intents).zip(&rules.costs) {
        let symbol = || market.symbol.to_string();
        let first = &markets[0];
        if market.timeframe != first.timeframe {
            let first = first.symbol.to_string();
            return Err(EngineFault::Timeframe { symbol: symbol(), first });
        }
        check_market(market, costs)?;
        for intent in intents.as_slice() {
            let Some(close) = market.close.get(intent.bar as usize) else {
                let (bar, n_bars) = (intent.bar, market.len() as u32);
                return Err(EngineFault::NoBar { symbol: symbol(), bar, n_bars });
            };
            check_stop(market.symbol.as_str(), intent, *close, costs)?;
        }
    }
    Ok(())
}

/// What the costs ask for is there.
pub fn check_market(market: &Market, costs: &Costs) -> Result<(), EngineFault> {
    if costs.slippage.needs_sigma() && market.sigma.is_none() {
        return Err(EngineFault::NoSigma { symbol: market.symbol.to_string() });
    }
    Ok(())
}
