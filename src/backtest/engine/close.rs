//! At the close: carry, the trailing stop, excursions; and at the end, what is still open.

use super::Engine;
use crate::backtest::book::Here;
use crate::backtest::ledger::FillRule;
use crate::backtest::levels::Exit;
use crate::backtest::record::Record;
use crate::units::Ts;

impl<R: Record> Engine<R> {
    pub(super) fn settle_at_close(&mut self, here: &Here) {
        let Here { quote, ts, .. } = here;
        self.pay_carry(here.symbol, ts.plus_us(self.timeframe.us()), quote.close);
        let book = &mut self.books[here.symbol];
        if let Some(position) = &mut book.position {
            position.levels.follow(quote, self.rules.trailing_basis);
            position.see(quote.high, quote.low);
        }
        book.mark = quote.close;
        book.n_bars = here.bar + 1;
        (book.last, book.last_ts) = (*quote, *ts);
    }

    /// Funding and borrow for the time since they were last paid, on the value at this price.
    pub(super) fn pay_carry(&mut self, symbol: usize, until: Ts, price: f64) {
        let book = &mut self.books[symbol];
        let Some(position) = book.position.as_mut().filter(|_| book.carries) else { return };
        let value = self.lots.qty(position.units) * price;
        let carry = book.costs.carry(position.side, value, until.0 - position.paid_until.0);
        self.account.cash -= carry;
        position.carry += carry;
        position.paid_until = until;
    }

    /// A symbol has no more bars: what is open goes at its last close, and the latest mark is after
    /// it.
    pub(super) fn end(&mut self, symbol: usize) {
        let book = &self.books[symbol];
        let Some(position) = &book.position else { return };
        let (units, ts) = (position.units, book.last_ts);
        let bar = book.n_bars.saturating_sub(1);
        let here = Here { symbol, bar, ts, quote: book.last, acting: None };
        let exit = Exit { rule: FillRule::EndOfData, reference: book.last.close };
        self.fill_exit(&here, exit, units);
        let (equity, exposure) = self.value();
        self.account.mark(self.now.unwrap_or(ts), equity);
        self.recorder.remark(equity, exposure);
    }
}
