//! Orders meet the market: cash, position and recorder learn of every fill.

use super::Engine;
use crate::backtest::book::{Here, told};
use crate::backtest::execution::{Execution, Kind, Order, Way, cap};
use crate::backtest::ledger::FillRule;
use crate::backtest::levels::Exit;
use crate::backtest::lots::Lots;
use crate::backtest::record::Record;

impl<R: Record> Engine<R> {
    pub(super) fn fill_entry(&mut self, here: &Here, rule: FillRule, units: f64) {
        if units <= 0.0 {
            return;
        }
        // More is held from here on: what was held until now pays for the time without a bar.
        self.pay_carry(here.symbol, here.ts, here.quote.open);
        let book = &mut self.books[here.symbol];
        let Some(position) = &mut book.position else { return };
        let (qty, reference) = (self.lots.qty(units), here.quote.open);
        let order = Order { way: Way::into(position.side), kind: Kind::Market, qty, reference };
        let execution = Execution::of(&order, &book.costs, &here.quote);
        self.account.cash += execution.proceeds;
        let fill = told(position, here, rule, (qty, reference, execution));
        position.enter(units, &fill);
        self.recorder.fill(&fill);
    }

    /// Closes the target's part of the position.
    pub(super) fn leave_at_target(&mut self, here: &Here, exit: Exit) {
        let Some(position) = &mut self.books[here.symbol].position else { return };
        position.levels.drop_target();
        let part = self.lots.part(position.units, position.target_fraction);
        let units = Lots::within(position.units, part, position.ever);
        self.leave(here, exit, units);
    }

    /// Closes the position.
    pub(super) fn leave_all(&mut self, here: &Here, exit: Exit) {
        let Some(position) = &self.books[here.symbol].position else { return };
        let units = position.units;
        self.leave(here, exit, units);
    }

    /// Closes what an exit has left.
    pub(super) fn leave_rest(&mut self, here: &Here) {
        let Some(position) = &self.books[here.symbol].position else { return };
        let units = position.rest;
        let exit = Exit { rule: position.begun_by.rest(), reference: here.quote.open };
        self.leave(here, exit, units);
    }

    /// What the volume cap leaves waits.
    fn leave(&mut self, here: &Here, exit: Exit, units: f64) {
        let Some(position) = &mut self.books[here.symbol].position else { return };
        let now = Lots::within(units, cap(&here.quote, &self.rules), position.ever);
        position.rest = units - now;
        position.wanted = 0.0;
        position.begun_by = exit.rule;
        if position.rest > 0.0 {
            self.recorder.capped();
        }
        if now > 0.0 {
            self.pay_carry(here.symbol, here.ts, here.quote.open);
        }
        self.fill_exit(here, exit, now);
    }

    pub(super) fn fill_exit(&mut self, here: &Here, exit: Exit, units: f64) {
        let Exit { rule, reference } = exit;
        let book = &mut self.books[here.symbol];
        let Some(position) = &mut book.position else { return };
        if units <= 0.0 {
            return;
        }
        let qty = self.lots.qty(units);
        let way = Way::out_of(position.side);
        let order = Order { way, kind: Kind::of(rule), qty, reference };
        let execution = Execution::of(&order, &book.costs, &here.quote);
        self.account.cash += execution.proceeds;
        let fill = told(position, here, rule, (qty, reference, execution));
        position.leave(units, &fill);
        self.recorder.fill(&fill);
        if position.units <= 0.0 {
            let trade = position.trade(here);
            self.account.earn(trade.net);
            self.recorder.trade(position.trade, &trade);
            book.position = None;
            book.closed = Some((here.bar, rule));
        }
    }
}
