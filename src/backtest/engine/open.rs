//! Exits at the open: of positions that an earlier bar has left.

use super::Engine;
use crate::backtest::book::Here;
use crate::backtest::ledger::FillRule;
use crate::backtest::levels::Exit;
use crate::backtest::record::Record;
use crate::backtest::rules::OnOpposite;

impl<R: Record> Engine<R> {
    pub(super) fn exit_at_open(&mut self, here: &Here) {
        let book = &mut self.books[here.symbol];
        let Some(position) = &mut book.position else { return };
        if !here.quote.is_tradable() {
            return;
        }
        if self.account.ruined.is_some() && !position.ruin_begun {
            position.ruin_begun = true;
            self.leave_all(here, at_open(here, FillRule::Ruin));
            return;
        }
        if position.rest > 0.0 {
            self.leave_rest(here);
        }
        self.gap(here);
        self.exit_for_time_or_opposite(here);
    }

    fn gap(&mut self, here: &Here) {
        let limit = self.rules.limit_fill;
        let delay = self.rules.oco_delay_bars;
        let Some(position) = self.books[here.symbol].free() else { return };
        if here.bar - position.entry_bar < delay {
            return;
        }
        match position.levels.gap(here.quote.open, limit) {
            Some(exit) if exit.rule == FillRule::TargetGap => self.leave_at_target(here, exit),
            Some(exit) => self.leave_all(here, exit),
            None => {}
        }
    }

    fn exit_for_time_or_opposite(&mut self, here: &Here) {
        let heeds = self.rules.on_opposite != OnOpposite::Hold;
        let Some(position) = self.books[here.symbol].free() else { return };
        let is_opposed = here.acting.is_some_and(|intent| intent.side != position.side);
        if here.bar >= position.timed_bar {
            self.leave_all(here, at_open(here, FillRule::TimedExit));
        } else if heeds && is_opposed {
            self.leave_all(here, at_open(here, FillRule::Opposite));
        }
    }
}

const fn at_open(here: &Here, rule: FillRule) -> Exit {
    Exit { rule, reference: here.quote.open }
}
