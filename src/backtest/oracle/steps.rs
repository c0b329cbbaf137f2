//! The five steps of a time, for all symbols each.

use super::World;
use super::history::{History, Opening, Order, Point};
use super::money;
use crate::backtest::intent::{Intent, Side};
use crate::backtest::ledger::{Fill, FillRule, Refusal};
use crate::backtest::rules::{Intrabar, OnOpposite};
use crate::market::LimitFill;

pub fn happen(world: &World) -> History<'_> {
    let mut so_far = History::new(world);
    for ts in world.times() {
        let rows = world.rows_at(ts);
        rows.iter().for_each(|&(symbol, row)| so_far.exits_at_the_open(symbol, row));
        rows.iter().for_each(|&(symbol, row)| so_far.entries_at_the_open(symbol, row));
        rows.iter().for_each(|&(symbol, row)| so_far.exits_inside(symbol, row));
        so_far.closed_ts = ts;
        rows.iter().for_each(|&(symbol, row)| so_far.end(symbol, row));
        let (equity, exposure) = (so_far.equity(), so_far.exposure());
        so_far.points.push(Point { ts, equity, exposure });
    }
    so_far.refuse_what_comes_too_late();
    so_far
}

impl History<'_> {
    fn is_tradable(&self, symbol: usize, row: usize) -> bool {
        self.bar(symbol, row).volume > 0.0
    }

    fn is_armed(&self, trade: usize, row: usize) -> bool {
        row - self.openings[trade].row >= self.world.rules.oco_delay_bars as usize
    }

    /// Step 1.
    fn exits_at_the_open(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.held(symbol) else { return };
        if !self.is_tradable(symbol, row) {
            return;
        }
        let open = self.bar(symbol, row).open;
        if self.is_ruined() && !self.has_begun(trade, &[FillRule::Ruin]) {
            return self.leave(row, (trade, self.open(trade)), (FillRule::Ruin, open));
        }
        self.rest_of_an_exit(symbol, row);
        self.gap(symbol, row);
        let acting = self.world.acting(symbol, row);
        let Some(trade) = self.free(symbol) else { return };
        let is_opposite = acting.is_some_and(|intent| intent.side != self.side(trade));
        let all = (trade, self.open(trade));
        if row - self.openings[trade].row >= self.openings[trade].intent.hold_bars as usize {
            self.leave(row, all, (FillRule::TimedExit, open));
        } else if is_opposite && self.world.rules.on_opposite != OnOpposite::Hold {
            self.leave(row, all, (FillRule::Opposite, open));
        }
    }

    fn rest_of_an_exit(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.held(symbol) else { return };
        let Some(rest) = self.orders_of(trade).last().map(|order| rest_of(order.rule)) else {
            return;
        };
        let qty = self.exit_rest(trade).min(money::cap(self.world, symbol, row));
        self.fill(row, (trade, qty), (rest, self.bar(symbol, row).open));
        self.note_what_the_cap_left(row, (trade, self.exit_rest(trade)));
    }

    fn note_what_the_cap_left(&mut self, row: usize, (trade, left): (usize, f64)) {
        if left > 0.0 {
            self.capped.push((trade, row));
        }
    }

    fn gap(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.free(symbol) else { return };
        if !self.is_armed(trade, row) {
            return;
        }
        let open = self.bar(symbol, row).open;
        let (stop, trails) = self.nearer_stop(trade, row);
        if is_beyond(self.side(trade).opposite(), open, stop) || open == stop {
            let rule = if trails { FillRule::TrailingStopGap } else { FillRule::StopGap };
            self.leave(row, (trade, self.open(trade)), (rule, open));
        } else if self.reaches_target(trade, open) {
            self.leave(row, (trade, self.target_qty(trade)), (FillRule::TargetGap, open));
        }
    }

    /// The tighter of stop and trailing stop, and whether it is strictly the latter.
    fn nearer_stop(&self, trade: usize, row: usize) -> (f64, bool) {
        let (stop, trailing) = (self.stop_level(trade), self.trailing_level(trade, row));
        let trails = is_beyond(self.side(trade), trailing, stop);
        (if trails { trailing } else { stop }, trails)
    }

    /// Whether a price is good enough for the target, if it is not used yet.
    fn reaches_target(&self, trade: usize, price: f64) -> bool {
        let level = self.target_level(trade);
        let touches = self.world.rules.limit_fill == LimitFill::Touch && price == level;
        let is_there = !self.has_begun(trade, &[FillRule::Target, FillRule::TargetGap]);
        is_there && (touches || is_beyond(self.side(trade), price, level))
    }

    fn target_qty(&self, trade: usize) -> f64 {
        let open = self.open(trade);
        money::lots_up(self.world, self.openings[trade].intent.target_fraction * open).min(open)
    }

    /// Step 2.
    fn entries_at_the_open(&mut self, symbol: usize, row: usize) {
        self.rest_of_an_entry(symbol, row);
        let Some(intent) = self.world.acting(symbol, row) else { return };
        match self.judge(symbol, row, &intent) {
            Err(refusal) => self.refusals.push((symbol as u32, intent.bar, refusal)),
            Ok((wanted, now)) => {
                let reference = self.bar(symbol, row).open;
                self.openings.push(Opening { symbol, intent, row, reference, wanted });
                let trade = self.openings.len() - 1;
                self.fill(row, (trade, now), (FillRule::Entry, reference));
                let missing = wanted - now;
                let is_some = missing >= money::NOTHING * wanted;
                self.note_what_the_cap_left(row, (trade, if is_some { missing } else { 0.0 }));
            }
        }
    }

    fn rest_of_an_entry(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.held(symbol).filter(|_| self.is_tradable(symbol, row)) else {
            return;
        };
        let qty = self.entry_rest(trade).min(money::cap(self.world, symbol, row));
        self.fill(row, (trade, qty), (FillRule::EntryRest, self.bar(symbol, row).open));
        self.note_what_the_cap_left(row, (trade, self.entry_rest(trade)));
    }

    /// How much is wanted and how much of it can be had at once, or why nothing.
    fn judge(&self, symbol: usize, row: usize, intent: &Intent) -> Result<(f64, f64), Refusal> {
        if self.is_ruined() {
            return Err(Refusal::Ruined);
        }
        if let Some(trade) = self.held(symbol) {
            let same = self.side(trade) == intent.side;
            return Err(if same { Refusal::InPosition } else { Refusal::OppositeHeld });
        }
        if let Some(exit) = self.last_exit(symbol) {
            let exit_row = exit.bar as usize;
            match (exit.rule, self.world.rules.on_opposite) {
                (FillRule::Opposite, OnOpposite::Reverse) if exit_row == row => {}
                (FillRule::Opposite, _) if exit_row == row => return Err(Refusal::OppositeExit),
                _ if exit_row == row => return Err(Refusal::ExitBar),
                _ if row <= exit_row + self.world.rules.cooldown_bars as usize => {
                    return Err(Refusal::Cooldown);
                }
                _ => {}
            }
        }
        if !self.is_tradable(symbol, row) {
            return Err(Refusal::NoVolume);
        }
        self.quantity(symbol, row, intent)
    }

    fn quantity(&self, symbol: usize, row: usize, intent: &Intent) -> Result<(f64, f64), Refusal> {
        let (world, rules, bar) = (self.world, &self.world.rules, self.bar(symbol, row));
        let equity = self.equity();
        let guess = (intent.size * equity / bar.open).min(rules.max_participation * bar.volume);
        let share = money::share(world, (symbol, row), guess);
        let impact = money::impact(world, (symbol, row), bar.open, share);
        let price = money::market_price(intent.side, bar.open, impact);
        let asked = intent.size * equity / price;
        let with_commission = price + money::taker(world, symbol, price);
        let most = rules.max_leverage * equity;
        let room = most - self.exposure();
        let affordable = if room > money::NOTHING * most { room / with_commission } else { 0.0 };
        if intent.size < rules.min_trade_size {
            return Err(Refusal::BelowMinTradeSize);
        }
        let is_small = affordable * price < rules.min_trade_size * equity;
        if affordable == 0.0 || affordable < asked && is_small {
            return Err(Refusal::NotEnoughCash);
        }
        let wanted = money::lots_down(world, asked.min(affordable));
        if wanted == 0.0 {
            return Err(Refusal::LotRoundsToZero);
        }
        match wanted.min(money::cap(world, symbol, row)) {
            0.0 => Err(Refusal::VolumeCap),
            now => Ok((wanted, now)),
        }
    }

    /// Step 3.
    fn exits_inside(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.free(symbol) else { return };
        if !self.is_tradable(symbol, row) || !self.is_armed(trade, row) {
            return;
        }
        let bar = self.bar(symbol, row);
        let (worst, best) = match self.side(trade) {
            Side::Long => (bar.low, bar.high),
            Side::Short => (bar.high, bar.low),
        };
        let (stop, trails) = self.nearer_stop(trade, row);
        let stops = is_beyond(self.side(trade).opposite(), worst, stop) || worst == stop;
        let hits = self.reaches_target(trade, best);
        let target_first = match self.world.rules.intrabar {
            Intrabar::Pessimistic => false,
            Intrabar::Optimistic => true,
            Intrabar::Path => (best - bar.open).abs() < (worst - bar.open).abs(),
        };
        if stops && hits {
            self.ambiguous.push((trade, row));
        }
        if hits && (target_first || !stops) {
            let level = self.target_level(trade);
            self.leave(row, (trade, self.target_qty(trade)), (FillRule::Target, level));
        }
        if stops && self.free(symbol).is_some() {
            let rule = if trails { FillRule::TrailingStop } else { FillRule::Stop };
            self.leave(row, (trade, self.open(trade)), (rule, stop));
        }
    }

    /// After step 4 of a symbol's last bar.
    fn end(&mut self, symbol: usize, row: usize) {
        let Some(trade) = self.held(symbol) else { return };
        if row + 1 == self.world.bars[symbol].len() {
            let close = self.bar(symbol, row).close;
            self.fill(row, (trade, self.open(trade)), (FillRule::EndOfData, close));
        }
    }

    fn refuse_what_comes_too_late(&mut self) {
        for (symbol, intents) in self.world.intents.iter().enumerate() {
            for intent in intents {
                if self.world.action_row(intent) >= self.world.bars[symbol].len() {
                    self.refusals.push((symbol as u32, intent.bar, Refusal::EndOfData));
                }
            }
        }
    }

    /// An exit begins; what the cap allows of it is filled.
    fn leave(&mut self, row: usize, (trade, qty): (usize, f64), how: (FillRule, f64)) {
        self.orders.push(Order { trade, rule: how.0, qty, from: self.fills.len() });
        let cap = money::cap(self.world, self.openings[trade].symbol, row);
        self.fill(row, (trade, qty.min(cap)), how);
        self.note_what_the_cap_left(row, (trade, self.exit_rest(trade)));
    }

    fn fill(&mut self, row: usize, (trade, qty): (usize, f64), (rule, reference): (FillRule, f64)) {
        if qty == 0.0 {
            return;
        }
        let (world, symbol) = (self.world, self.openings[trade].symbol);
        let enters = matches!(rule, FillRule::Entry | FillRule::EntryRest);
        let side = self.side(trade);
        let taken = if enters { side } else { side.opposite() };
        let is_limit = matches!(rule, FillRule::Target | FillRule::TargetGap);
        let share = money::share(world, (symbol, row), qty);
        let impact = money::impact(world, (symbol, row), reference, share);
        let (price, commission) = if is_limit {
            (reference, money::maker(world, symbol, qty * reference))
        } else {
            let price = money::market_price(taken, reference, impact);
            (price, money::taker(world, symbol, qty * price))
        };
        let (trade, bar, impact) = (trade as u32, row as u32, qty * (price - reference).abs());
        self.fills.push(Fill { trade, bar, side, qty, reference, price, commission, impact, rule });
    }
}

/// The name of what the cap leaves of an exit that began by this rule.
fn rest_of(rule: FillRule) -> FillRule {
    use FillRule::{Stop, StopGap, Target, TargetGap, TrailingStop, TrailingStopGap};
    match rule {
        Target | TargetGap => FillRule::TargetRest,
        Stop | StopGap | TrailingStop | TrailingStopGap => FillRule::StopRest,
        _ => FillRule::ExitRest,
    }
}

/// Whether a price is strictly better for this side than a level.
fn is_beyond(side: Side, price: f64, level: f64) -> bool {
    match side {
        Side::Long => price > level,
        Side::Short => price < level,
    }
}
