//! Who listens to the engine: the ledger keeps everything, a sweep keeps sums.

use super::intent::Side;
use super::ledger::{Fill, Ledger, Refusal, Trade};
use crate::units::Ts;

/// What a recorder is told, in the order it happens. Everything has an empty body, so that a
/// recorder pays only for what it keeps.
pub trait Record {
    fn fill(&mut self, _fill: &Fill) {}
    /// A trade has ended. Trades are numbered as they begin.
    fn trade(&mut self, _number: u32, _trade: &Trade) {}
    /// An intent of this symbol and bar did not become a position.
    fn refuse(&mut self, _symbol: u32, _bar: u32, _why: Refusal) {}
    /// Stop and target were both in reach.
    fn ambiguous(&mut self) {}
    /// The volume cap has left something of an order.
    fn capped(&mut self) {}
    /// Equity and exposure at the closes of this time.
    fn mark(&mut self, _ts: Ts, _equity: f64, _exposure: f64) {}
    /// The same at each of these times, with nothing held.
    fn flat(&mut self, ts: &[Ts], equity: f64) {
        ts.iter().for_each(|ts| self.mark(*ts, equity, 0.0));
    }
    /// The same at each of these times and closes, with one position held and nothing paid for it.
    fn held(&mut self, ts: &[Ts], close: &[f64], held: &Held) {
        let marks = ts.iter().zip(close);
        marks.for_each(|(ts, close)| self.mark(*ts, held.equity(*close), held.value(*close)));
    }
    /// In place of the last mark: a symbol has ended there.
    fn remark(&mut self, _equity: f64, _exposure: f64) {}
    /// So many times are to come, and at most so many trades.
    fn expect(&mut self, _n_times: usize, _n_trades: usize) {}
}

/// One position, and the cash beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    pub cash: f64,
    pub qty: f64,
    pub side: Side,
}

impl Held {
    /// Without sign.
    #[inline]
    pub fn value(&self, close: f64) -> f64 {
        self.qty * close
    }

    #[inline]
    pub fn equity(&self, close: f64) -> f64 {
        self.cash + self.side.sign() * self.value(close)
    }
}

impl Record for Ledger {
    fn fill(&mut self, fill: &Fill) {
        self.fills.push(*fill);
    }

    fn trade(&mut self, number: u32, trade: &Trade) {
        let number = number as usize;
        // Those that began earlier and are still open write over their place when they end.
        while self.trades.len() <= number {
            self.trades.push(*trade);
        }
        self.trades[number] = *trade;
    }

    fn refuse(&mut self, symbol: u32, bar: u32, why: Refusal) {
        self.refusals.push((symbol, bar, why));
    }

    fn ambiguous(&mut self) {
        self.ambiguous_bars += 1;
    }

    fn capped(&mut self) {
        self.capped_fills += 1;
    }

    fn mark(&mut self, ts: Ts, equity: f64, exposure: f64) {
        self.ts.push(ts);
        self.equity.push(equity);
        self.exposure.push(exposure);
    }

    fn flat(&mut self, ts: &[Ts], equity: f64) {
        self.ts.extend_from_slice(ts);
        self.equity.resize(self.ts.len(), equity);
        self.exposure.resize(self.ts.len(), 0.0);
    }

    fn held(&mut self, ts: &[Ts], close: &[f64], held: &Held) {
        self.ts.extend_from_slice(ts);
        self.equity.extend(close.iter().map(|close| held.equity(*close)));
        self.exposure.extend(close.iter().map(|close| held.value(*close)));
    }

    fn remark(&mut self, equity: f64, exposure: f64) {
        if let (Some(last), Some(held)) = (self.equity.last_mut(), self.exposure.last_mut()) {
            (*last, *held) = (equity, exposure);
        }
    }

    /// What is reserved and never written costs nothing; what grows is copied.
    fn expect(&mut self, n_times: usize, n_trades: usize) {
        self.trades.reserve(n_trades);
        self.fills.reserve(2 * n_trades);
        self.ts.reserve(n_times);
        self.equity.reserve(n_times);
        self.exposure.reserve(n_times);
    }
}
