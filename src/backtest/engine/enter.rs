//! Entries at the open, and why there is none.

use super::Engine;
use crate::backtest::book::{Book, Here, Position};
use crate::backtest::execution::{Ask, cap};
use crate::backtest::intent::Intent;
use crate::backtest::ledger::{FillRule, Refusal};
use crate::backtest::lots::Lots;
use crate::backtest::record::Record;
use crate::backtest::rules::{OnCap, OnOpposite};

impl<R: Record> Engine<R> {
    pub(super) fn enter_at_open(&mut self, here: &Here) {
        self.enter_rest(here);
        if let Some(intent) = &here.acting
            && let Err(why) = self.enter(here, intent)
        {
            self.recorder.refuse(here.symbol as u32, intent.bar, why);
        }
    }

    fn enter_rest(&mut self, here: &Here) {
        let Some(position) = &mut self.books[here.symbol].position else { return };
        if position.wanted > 0.0 && here.quote.is_tradable() {
            let allowed = cap(&here.quote, &self.rules);
            let units = Lots::within(position.wanted, allowed, position.ever);
            position.wanted -= units;
            if position.wanted > 0.0 {
                self.recorder.capped();
            }
            self.fill_entry(here, FillRule::EntryRest, units);
        }
    }

    fn enter(&mut self, here: &Here, intent: &Intent) -> Result<(), Refusal> {
        if self.account.ruined.is_some() {
            return Err(Refusal::Ruined);
        }
        self.check_flat(here, intent)?;
        let Here { quote, .. } = here;
        if !quote.is_tradable() {
            return Err(Refusal::NoVolume);
        }
        let (equity, others) = self.value();
        let ask = Ask { side: intent.side, size: intent.size, equity, others };
        let asked = ask.units(&self.books[here.symbol].costs, quote, &self.rules)?;
        let allowed = cap(quote, &self.rules);
        let units = Lots::within(asked, allowed, asked);
        if units <= 0.0 {
            return Err(Refusal::VolumeCap);
        }
        if units < asked {
            self.recorder.capped();
        }
        let mut position = Position::new(self.n_trades, intent, here);
        if self.rules.on_cap == OnCap::Wait {
            position.wanted = asked - units;
        }
        self.n_trades += 1;
        let book = &mut self.books[here.symbol];
        book.position = Some(position);
        book.mark = quote.open;
        self.fill_entry(here, FillRule::Entry, units);
        Ok(())
    }

    /// Nothing is held, and nothing was held so recently that it matters.
    fn check_flat(&self, here: &Here, intent: &Intent) -> Result<(), Refusal> {
        let Book { position, closed, .. } = &self.books[here.symbol];
        if let Some(position) = position {
            let same = position.side == intent.side;
            return Err(if same { Refusal::InPosition } else { Refusal::OppositeHeld });
        }
        let cooldown = u64::from(self.rules.cooldown_bars);
        match *closed {
            Some((bar, FillRule::Opposite)) if bar == here.bar => match self.rules.on_opposite {
                OnOpposite::Reverse => Ok(()),
                OnOpposite::Exit | OnOpposite::Hold => Err(Refusal::OppositeExit),
            },
            Some((bar, _)) if bar == here.bar => Err(Refusal::ExitBar),
            Some((bar, _)) if u64::from(here.bar) <= u64::from(bar) + cooldown => {
                Err(Refusal::Cooldown)
            }
            _ => Ok(()),
        }
    }
}
