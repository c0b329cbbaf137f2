//! A setting's trades, one after the other.

use std::ops::Range;

use super::{NotScreened, Screen, Signal, Signals};
use crate::backtest::account::Account;
use crate::backtest::engine::EngineFault;
use crate::backtest::execution::{Ask, Execution, Kind, Order, Way, cap};
use crate::backtest::intent::Side;
use crate::backtest::ledger::FillRule;
use crate::backtest::lots::Lots;
use crate::backtest::screen::table::Outcome;
use crate::backtest::tally::{Made, Stay, Tally};
use crate::units::Ts;

/// Where a chain is.
struct Chain {
    account: Account,
    tally: Tally,
    /// The first day that has no equity yet.
    day: usize,
    /// The last row there is.
    last: u32,
}

/// A position to be: its signal's row, its bars, its size.
#[derive(Clone, Copy)]
struct Planned {
    signal: Signal,
    entry: u32,
    qty: f64,
    outcome: Outcome,
}

impl Screen<'_> {
    /// The sums of a setting. Signals that are passed over are not looked at.
    pub fn run(&self, signals: impl Signals, into: Tally) -> Result<Tally, NotScreened> {
        self.run_within(0..self.quotes.len(), signals, into)
    }

    /// The same on a window: as the engine has it where there are no bars but these rows. The
    /// account starts anew, signals count whose decision and entry are inside, and what is open
    /// at the end goes at the last close. Volatility for slippage is that of all history, as the
    /// column of [`Market::rows`](crate::backtest::Market::rows) is.
    pub fn run_within(
        &self,
        rows: Range<usize>,
        mut signals: impl Signals,
        into: Tally,
    ) -> Result<Tally, NotScreened> {
        let end = rows.end.min(self.quotes.len()) as u32;
        let mut from = rows.start as u32;
        if from >= end {
            return Ok(into);
        }
        let day = self.day_ends.partition_point(|row| *row < from);
        let account = Account::new(self.rules.cash);
        let mut chain = Chain { account, tally: into, day, last: end - 1 };
        // A signal at this row or later would be acted on after the end.
        let until = chain.last.saturating_sub(self.rules.latency_bars);
        while let Some(signal) = signals.next_within(from..until) {
            let entry = signal.bar + 1 + self.rules.latency_bars;
            from = match self.plan(&chain, signal, entry)? {
                None => signal.bar + 1,
                Some(planned) => {
                    self.trade(&mut chain, &planned)?;
                    let free = planned.outcome.exit_bar.saturating_add(self.rules.cooldown_bars);
                    free.saturating_sub(self.rules.latency_bars).max(signal.bar + 1)
                }
            };
        }
        let (cash, last) = (chain.account.cash, chain.last);
        self.mark_days(&mut chain, last, |_| cash);
        chain.tally.day(cash);
        chain.account.check(cash).map_err(EngineFault::from)?;
        Ok(chain.tally)
    }

    /// What would be bought, and how it would end; `None`: nothing, as the engine would refuse it.
    fn plan(
        &self,
        chain: &Chain,
        signal: Signal,
        entry: u32,
    ) -> Result<Option<Planned>, NotScreened> {
        let Signal { bar, side, size } = signal;
        let is_size = size.is_finite() && size > 0.0;
        let Some(outcome) = self.outcome(bar, side, chain.last).filter(|_| is_size) else {
            return Err(NotScreened::BadSignal { bar });
        };
        let outcome = if outcome.exit_bar > chain.last {
            self.cut((entry, chain.last), side)
        } else {
            outcome
        };
        let quote = &self.quotes[entry as usize];
        if !quote.is_tradable() {
            return Ok(None);
        }
        let ask = Ask { side, size, equity: chain.account.cash, others: 0.0 };
        let Ok(units) = ask.units(&self.book.costs, quote, &self.rules) else { return Ok(None) };
        let exit_cap = match outcome.exit.rule {
            FillRule::EndOfData => f64::INFINITY,
            _ => cap(&self.quotes[outcome.exit_bar as usize], &self.rules),
        };
        for (bar, cap) in [(entry, cap(quote, &self.rules)), (outcome.exit_bar, exit_cap)] {
            if units > cap {
                return Err(NotScreened::VolumeCap { bar });
            }
        }
        let qty = Lots::of(self.rules.lot_size).qty(units);
        Ok(Some(Planned { signal, entry, qty, outcome }))
    }

    fn trade(&self, chain: &mut Chain, planned: &Planned) -> Result<(), NotScreened> {
        let Planned { signal: Signal { side, .. }, entry, qty, outcome } = *planned;
        let costs = &self.book.costs;
        self.mark_flat(chain, entry);
        let quote = &self.quotes[entry as usize];
        let order = Order { way: Way::into(side), kind: Kind::Market, qty, reference: quote.open };
        let bought = Execution::of(&order, costs, quote);
        chain.account.cash += bought.proceeds;
        let carry = self.hold(chain, planned)?;
        let Outcome { exit_bar, exit, ambiguous, .. } = outcome;
        let reference = exit.reference;
        let out = Order { way: Way::out_of(side), kind: Kind::of(exit.rule), qty, reference };
        let sold = Execution::of(&out, costs, &self.quotes[exit_bar as usize]);
        chain.account.cash += sold.proceeds;
        let value = qty * order.reference;
        let gross = match side {
            Side::Long => qty * reference - value,
            Side::Short => value - qty * reference,
        };
        let commission = bought.commission + sold.commission;
        let impact = bought.impact + sold.impact;
        let net = gross - commission - impact - carry;
        chain.account.earn(net);
        chain.tally.turnover += qty * bought.price;
        chain.tally.turnover += qty * sold.price;
        chain.tally.ambiguous_bars += u64::from(ambiguous);
        chain.tally.add(&Made { value, gross, commission, impact, carry, net });
        let time = |row: u32| self.market.ts[row as usize];
        let (from, entry) = (entry, order.reference);
        chain.tally.stay(|| Stay { from: time(from), to: time(exit_bar), entry, exit: reference });
        if chain.account.cash <= 0.0 {
            return Err(NotScreened::Ruined { bar: from });
        }
        Ok(())
    }

    /// From the entry's open to the exit's; funding and borrow.
    fn hold(&self, chain: &mut Chain, planned: &Planned) -> Result<f64, NotScreened> {
        let Planned { signal: Signal { side, .. }, entry, qty, outcome } = *planned;
        let ruined = NotScreened::Ruined { bar: entry };
        let is_end = outcome.exit.rule == FillRule::EndOfData;
        let until = outcome.exit_bar + u32::from(is_end);
        if self.book.carries {
            return self.carry(chain, planned, until).ok_or(ruined);
        }
        let cash = chain.account.cash;
        let equity = |close: f64| cash + side.sign() * (qty * close);
        if equity(outcome.worst) <= 0.0 {
            return Err(ruined);
        }
        // The last day is marked once all is closed.
        self.mark_days(chain, outcome.exit_bar, |row| equity(self.quotes[row as usize].close));
        Ok(0.0)
    }

    /// Bar by bar; `None` where equity goes.
    fn carry(&self, chain: &mut Chain, planned: &Planned, until: u32) -> Option<f64> {
        let Planned { signal: Signal { side, .. }, entry, qty, outcome } = *planned;
        let (mut carry, mut paid_until) = (0.0, self.market.ts[entry as usize]);
        let mut pay = |cash: &mut f64, until: Ts, value: f64| {
            let paid = self.book.costs.carry(side, value, until.0 - paid_until.0);
            *cash -= paid;
            carry += paid;
            paid_until = until;
        };
        for row in entry..until {
            let at = row as usize;
            let value = qty * self.quotes[at].close;
            let end = self.market.ts[at].plus_us(self.market.timeframe().us());
            pay(&mut chain.account.cash, end, value);
            let equity = chain.account.cash + side.sign() * value;
            if equity <= 0.0 {
                return None;
            }
            if row < outcome.exit_bar && self.day_ends.get(chain.day) == Some(&row) {
                chain.tally.day(equity);
                chain.day += 1;
            }
        }
        if until == outcome.exit_bar {
            let at = until as usize;
            pay(&mut chain.account.cash, self.market.ts[at], qty * self.quotes[at].open);
        }
        Some(carry)
    }

    fn mark_flat(&self, chain: &mut Chain, before: u32) {
        let cash = chain.account.cash;
        self.mark_days(chain, before, |_| cash);
    }

    /// The days that end before a row.
    fn mark_days(&self, chain: &mut Chain, before: u32, equity: impl Fn(u32) -> f64) {
        while let Some(&row) = self.day_ends.get(chain.day).filter(|row| **row < before) {
            chain.tally.day(equity(row));
            chain.day += 1;
        }
    }
}
