//! One symbol's state between bars: its position, and what the next bar has to know.

use super::costs::Costs;
use super::execution::Execution;
use super::intent::{Intent, Side};
use super::ledger::{Fill, FillRule, Trade};
use super::levels::Levels;
use super::quote::Quote;
use crate::units::Ts;

/// A symbol in the account.
#[derive(Debug, Clone)]
pub struct Book {
    pub costs: Costs,
    /// Funding or borrow is charged.
    pub carries: bool,
    pub position: Option<Position>,
    /// How many bars there have been.
    pub n_bars: u32,
    /// The latest bar, and when it opened.
    pub last: Quote,
    pub last_ts: Ts,
    /// What a position is valued at.
    pub mark: f64,
    /// The bar a position was last closed on, and why.
    pub closed: Option<(u32, FillRule)>,
}

impl Book {
    pub fn new(costs: Costs) -> Self {
        let carries = costs.funding_bps_per_8h != 0.0 || costs.borrow_bps_per_year != 0.0;
        let (last, last_ts) = (Quote::default(), Ts::default());
        Self { costs, carries, position: None, n_bars: 0, last, last_ts, mark: 0.0, closed: None }
    }

    /// The position, unless it waits for the rest of an exit: no rule but ruin applies to it then.
    pub fn free(&mut self) -> Option<&mut Position> {
        self.position.as_mut().filter(|position| position.rest <= 0.0)
    }
}

/// Where and when something happens.
#[derive(Debug, Clone, Copy)]
pub struct Here {
    pub symbol: usize,
    /// Row of the symbol's bars.
    pub bar: u32,
    pub ts: Ts,
    pub quote: Quote,
    /// The intent whose action bar this is.
    pub acting: Option<Intent>,
}

/// What is held of one symbol. Quantities are in units of [`Lots`](super::lots::Lots).
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    pub trade: u32,
    pub side: Side,
    pub levels: Levels,
    /// What the target closes of it.
    pub target_fraction: f64,
    /// What is held now.
    pub units: f64,
    /// All that was ever bought or sold to get here.
    pub ever: f64,
    /// What the volume cap has left of the entry.
    pub wanted: f64,
    /// What the volume cap has left of an exit that has begun.
    pub rest: f64,
    /// The rule that began it.
    pub begun_by: FillRule,
    pub entry_bar: u32,
    /// The first bar at whose open its time is over.
    pub timed_bar: u32,
    /// Carry is paid until then.
    pub paid_until: Ts,
    /// The exit that ruin demands has begun.
    pub ruin_begun: bool,
    pub carry: f64,
    /// The furthest prices while it was open.
    pub high: f64,
    pub low: f64,
    pub ambiguous: bool,
    decided_bar: u32,
    entry_ts: Ts,
    entry_reference: f64,
    stop: f64,
    entries: Legs,
    exits: Legs,
    commission: f64,
    impact: f64,
    exit_rule: FillRule,
}

impl Position {
    /// Nothing is filled yet.
    pub fn new(trade: u32, intent: &Intent, here: &Here) -> Self {
        let reference = here.quote.open;
        Self {
            trade,
            side: intent.side,
            levels: Levels::new(intent, reference),
            target_fraction: intent.target_fraction,
            units: 0.0,
            ever: 0.0,
            wanted: 0.0,
            rest: 0.0,
            begun_by: FillRule::EndOfData,
            entry_bar: here.bar,
            timed_bar: here.bar.saturating_add(intent.hold_bars),
            paid_until: here.ts,
            ruin_begun: false,
            carry: 0.0,
            high: reference,
            low: reference,
            ambiguous: false,
            decided_bar: intent.bar,
            entry_ts: here.ts,
            entry_reference: reference,
            stop: intent.stop,
            entries: Legs::default(),
            exits: Legs::default(),
            commission: 0.0,
            impact: 0.0,
            exit_rule: FillRule::EndOfData,
        }
    }

    /// These prices were seen while it was open.
    pub fn see(&mut self, high: f64, low: f64) {
        self.high = self.high.max(high);
        self.low = self.low.min(low);
    }

    /// A fill on the way in, of so many units.
    pub fn enter(&mut self, units: f64, fill: &Fill) {
        self.units += units;
        self.ever += units;
        self.entries.add(fill);
        self.pay_for(fill);
    }

    /// A fill on the way out, of so many units.
    pub fn leave(&mut self, units: f64, fill: &Fill) {
        self.units -= units;
        self.exits.add(fill);
        self.pay_for(fill);
        self.see(fill.reference, fill.reference);
        self.exit_rule = fill.rule;
    }

    /// What it was, once it is closed here.
    pub fn trade(&self, here: &Here) -> Trade {
        let gross = match self.side {
            Side::Long => self.exits.at_reference - self.entries.at_reference,
            Side::Short => self.entries.at_reference - self.exits.at_reference,
        };
        let Self { commission, impact, carry, .. } = *self;
        let (up, down) = (self.high - self.entry_reference, self.low - self.entry_reference);
        let (mfe, mae) = if self.side == Side::Long { (up, down) } else { (-down, -up) };
        Trade {
            symbol: here.symbol as u32,
            side: self.side,
            decided_bar: self.decided_bar,
            entry_bar: self.entry_bar,
            exit_bar: here.bar,
            entry_ts: self.entry_ts,
            exit_ts: here.ts,
            qty: self.entries.qty,
            entry_reference: self.entries.reference(),
            exit_reference: self.exits.reference(),
            entry_price: self.entries.price(),
            exit_price: self.exits.price(),
            exit_rule: self.exit_rule,
            gross,
            commission,
            impact,
            carry,
            net: gross - commission - impact - carry,
            // Minus zero says less than zero.
            mfe: mfe + 0.0,
            mae: mae + 0.0,
            stop: self.stop,
            ambiguous: self.ambiguous,
        }
    }

    fn pay_for(&mut self, fill: &Fill) {
        self.commission += fill.commission;
        self.impact += fill.impact;
    }
}

/// All fills of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Legs {
    n_fills: u32,
    qty: f64,
    at_reference: f64,
    at_price: f64,
    last_reference: f64,
    last_price: f64,
}

impl Legs {
    fn add(&mut self, fill: &Fill) {
        self.n_fills += 1;
        self.qty += fill.qty;
        self.at_reference += fill.qty * fill.reference;
        self.at_price += fill.qty * fill.price;
        (self.last_reference, self.last_price) = (fill.reference, fill.price);
    }

    /// The average; of a single fill without rounding.
    fn reference(&self) -> f64 {
        if self.n_fills == 1 { self.last_reference } else { self.at_reference / self.qty }
    }

    fn price(&self) -> f64 {
        if self.n_fills == 1 { self.last_price } else { self.at_price / self.qty }
    }
}

/// A fill as the ledger tells it.
pub fn told(position: &Position, here: &Here, rule: FillRule, done: (f64, f64, Execution)) -> Fill {
    let (qty, reference, execution) = done;
    let Execution { price, commission, impact, .. } = execution;
    let (trade, side) = (position.trade, position.side);
    Fill { trade, bar: here.bar, side, qty, reference, price, commission, impact, rule }
}
