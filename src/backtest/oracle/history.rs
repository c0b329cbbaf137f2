//! What has happened so far, and what follows from it.

use super::money;
use super::{Candle, World};
use crate::backtest::intent::{Intent, Side};
use crate::backtest::ledger::{Fill, FillRule, Refusal};
use crate::backtest::rules::{OnCap, TrailingBasis};

/// An intent that became a position.
pub struct Opening {
    pub symbol: usize,
    pub intent: Intent,
    pub row: usize,
    pub reference: f64,
    /// All that was to be filled, now and later.
    pub wanted: f64,
}

/// An exit that began.
pub struct Order {
    pub trade: usize,
    pub rule: FillRule,
    pub qty: f64,
    /// How many fills there were before it.
    pub from: usize,
}

/// The account at a close.
pub struct Point {
    pub ts: i64,
    pub equity: f64,
    pub exposure: f64,
}

pub struct History<'a> {
    pub world: &'a World,
    pub openings: Vec<Opening>,
    pub orders: Vec<Order>,
    pub fills: Vec<Fill>,
    pub refusals: Vec<(u32, u32, Refusal)>,
    pub points: Vec<Point>,
    /// Trade and row wherever stop and target were both in reach.
    pub ambiguous: Vec<(usize, usize)>,
    /// Trade and row wherever the volume cap left something of an order.
    pub capped: Vec<(usize, usize)>,
    /// Bars that opened until then are closed.
    pub closed_ts: i64,
}

impl<'a> History<'a> {
    pub fn new(world: &'a World) -> Self {
        Self {
            world,
            openings: Vec::new(),
            orders: Vec::new(),
            fills: Vec::new(),
            refusals: Vec::new(),
            points: Vec::new(),
            ambiguous: Vec::new(),
            capped: Vec::new(),
            closed_ts: i64::MIN,
        }
    }

    pub fn bar(&self, symbol: usize, row: usize) -> &'a Candle {
        &self.world.bars[symbol][row]
    }

    pub fn side(&self, trade: usize) -> Side {
        self.openings[trade].intent.side
    }

    pub fn fills_of(&self, trade: usize) -> impl Iterator<Item = &Fill> {
        self.fills.iter().filter(move |fill| fill.trade as usize == trade)
    }

    fn entered(&self, trade: usize) -> f64 {
        self.fills_of(trade).filter(|fill| is_entry(fill)).map(|fill| fill.qty).sum()
    }

    /// Nothing, if it is next to nothing of what the trade ever held.
    fn settled(&self, trade: usize, qty: f64) -> f64 {
        if qty < money::NOTHING * self.entered(trade) { 0.0 } else { qty }
    }

    /// What the trade holds now.
    pub fn open(&self, trade: usize) -> f64 {
        let net = self.fills_of(trade).map(signed).sum();
        self.settled(trade, net)
    }

    /// What it held at the close of a row, before the end of the data closed it.
    pub fn open_at_close(&self, trade: usize, row: usize) -> f64 {
        let before = |fill: &&Fill| fill.bar as usize <= row && fill.rule != FillRule::EndOfData;
        let net = self.fills_of(trade).filter(before).map(signed).sum();
        self.settled(trade, net)
    }

    /// The symbol's trade that is open now.
    pub fn held(&self, symbol: usize) -> Option<usize> {
        self.last_trade(symbol).filter(|&trade| self.open(trade) > 0.0)
    }

    /// It, if no part of an exit is waiting: then exit rules apply.
    pub fn free(&self, symbol: usize) -> Option<usize> {
        self.held(symbol).filter(|&trade| self.exit_rest(trade) == 0.0)
    }

    fn last_trade(&self, symbol: usize) -> Option<usize> {
        self.openings.iter().rposition(|opening| opening.symbol == symbol)
    }

    /// The fill that closed the symbol's last position.
    pub fn last_exit(&self, symbol: usize) -> Option<&Fill> {
        self.last_trade(symbol).and_then(|trade| self.fills_of(trade).last())
    }

    pub fn orders_of(&self, trade: usize) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(move |order| order.trade == trade)
    }

    /// What waits of the exit that began last.
    pub fn exit_rest(&self, trade: usize) -> f64 {
        let Some(order) = self.orders_of(trade).last() else { return 0.0 };
        let since = self.fills[order.from..].iter().filter(|fill| fill.trade as usize == trade);
        let done: f64 = since.map(|fill| fill.qty).sum();
        self.settled(trade, order.qty - done)
    }

    /// What waits of the entry: nothing any more once an exit has begun.
    pub fn entry_rest(&self, trade: usize) -> f64 {
        let waits = self.world.rules.on_cap == OnCap::Wait;
        if !waits || self.orders_of(trade).next().is_some() {
            return 0.0;
        }
        self.settled(trade, self.openings[trade].wanted - self.entered(trade))
    }

    pub fn has_begun(&self, trade: usize, rules: &[FillRule]) -> bool {
        self.orders_of(trade).any(|order| rules.contains(&order.rule))
    }

    pub fn is_ruined(&self) -> bool {
        self.points.iter().any(|point| point.equity <= 0.0)
    }

    /// The stop's level, which never moves.
    pub fn stop_level(&self, trade: usize) -> f64 {
        let Opening { intent, reference, .. } = &self.openings[trade];
        match intent.side {
            Side::Long => reference - intent.stop,
            Side::Short => reference + intent.stop,
        }
    }

    pub fn target_level(&self, trade: usize) -> f64 {
        let Opening { intent, reference, .. } = &self.openings[trade];
        match intent.side {
            Side::Long => reference + intent.target,
            Side::Short => reference - intent.target,
        }
    }

    /// Where the trailing stop is when the row begins: what the rows since the entry made of it.
    pub fn trailing_level(&self, trade: usize, row: usize) -> f64 {
        let Opening { intent, reference, symbol, row: entry, .. } = &self.openings[trade];
        let basis = self.world.rules.trailing_basis;
        let completed = self.world.bars[*symbol][*entry..row].iter();
        match intent.side {
            Side::Long => completed
                .map(|bar| if basis == TrailingBasis::Close { bar.close } else { bar.high })
                .fold(reference - intent.trail, |level, top| level.max(top - intent.trail)),
            Side::Short => completed
                .map(|bar| if basis == TrailingBasis::Close { bar.close } else { bar.low })
                .fold(reference + intent.trail, |level, low| level.min(low + intent.trail)),
        }
    }

    /// The last row that is closed.
    fn closed_row(&self, symbol: usize) -> Option<usize> {
        self.world.bars[symbol].iter().rposition(|bar| bar.ts <= self.closed_ts)
    }

    /// What carrying the trade has cost up to the last close, or to the open of the bar at whose open
    /// it changed.
    pub fn carry(&self, trade: usize) -> f64 {
        let Opening { symbol, row: entry, .. } = self.openings[trade];
        let end = |row: usize| self.bar(symbol, row).ts + self.world.timeframe_us;
        let cost = |value: f64, held_us: i64| {
            money::carry(self.world, symbol, (self.side(trade), value), held_us)
        };
        let mut sum = 0.0;
        for row in entry..self.world.bars[symbol].len() {
            let bar = self.bar(symbol, row);
            let fills = self.fills_of(trade).filter(|fill| fill.rule != FillRule::EndOfData);
            let changes = fills.into_iter().any(|fill| fill.bar as usize == row);
            if changes && row > entry {
                let before = self.open_at_close(trade, row - 1);
                sum += cost(before * bar.open, bar.ts - end(row - 1));
            }
            let qty = self.open_at_close(trade, row);
            if qty == 0.0 || bar.ts > self.closed_ts {
                break;
            }
            let since = if changes { bar.ts } else { end(row - 1) };
            sum += cost(qty * bar.close, end(row) - since);
        }
        sum
    }

    pub fn cash(&self) -> f64 {
        let flow = |fill: &Fill| {
            let value = fill.qty * fill.price;
            (if buys(fill) { -value } else { value }) - fill.commission
        };
        let paid: f64 = self.fills.iter().map(flow).sum();
        let carry: f64 = (0..self.openings.len()).map(|trade| self.carry(trade)).sum();
        self.world.rules.cash + paid - carry
    }

    /// What the trade's position is worth, without sign: at its last close, or, before there is one, at
    /// its reference.
    pub fn value(&self, trade: usize) -> f64 {
        let Opening { symbol, row, reference, .. } = self.openings[trade];
        let mark = match self.closed_row(symbol) {
            Some(last) if last >= row => self.bar(symbol, last).close,
            _ => reference,
        };
        self.open(trade) * mark
    }

    pub fn exposure(&self) -> f64 {
        (0..self.openings.len()).map(|trade| self.value(trade)).sum()
    }

    pub fn equity(&self) -> f64 {
        let signed = |trade| match self.side(trade) {
            Side::Long => self.value(trade),
            Side::Short => -self.value(trade),
        };
        self.cash() + (0..self.openings.len()).map(signed).sum::<f64>()
    }
}

pub fn is_entry(fill: &Fill) -> bool {
    matches!(fill.rule, FillRule::Entry | FillRule::EntryRest)
}

/// A fill's side is its position's.
pub fn buys(fill: &Fill) -> bool {
    (fill.side == Side::Long) == is_entry(fill)
}

/// What a fill adds to its position.
fn signed(fill: &Fill) -> f64 {
    if is_entry(fill) { fill.qty } else { -fill.qty }
}
