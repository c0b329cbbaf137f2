//! Inside the bar: stop and target, and which of them is first.

use super::Engine;
use crate::backtest::book::Here;
use crate::backtest::levels::Exit;
use crate::backtest::record::Record;

impl<R: Record> Engine<R> {
    pub(super) fn act_inside(&mut self, here: &Here) {
        let (limit, delay) = (self.rules.limit_fill, self.rules.oco_delay_bars);
        let Some(position) = self.books[here.symbol].free() else { return };
        let quote = &here.quote;
        if here.bar - position.entry_bar < delay || !quote.is_tradable() {
            return;
        }
        let levels = position.levels;
        match (levels.stop_inside(quote), levels.target_inside(quote, limit)) {
            (Some(stop), Some(target)) => self.leave_at_either(here, stop, target),
            (Some(stop), None) => self.leave_all(here, stop),
            (None, Some(target)) => self.leave_at_target(here, target),
            (None, None) => {}
        }
    }

    fn leave_at_either(&mut self, here: &Here, stop: Exit, target: Exit) {
        self.recorder.ambiguous();
        let intrabar = self.rules.intrabar;
        let Some(position) = self.books[here.symbol].free() else { return };
        position.ambiguous = true;
        if position.levels.stop_is_first(&here.quote, intrabar) {
            self.leave_all(here, stop);
            return;
        }
        self.leave_at_target(here, target);
        if self.books[here.symbol].free().is_some() {
            self.leave_all(here, stop);
        }
    }
}
