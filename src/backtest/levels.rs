//! Where a position gives up and where it is content: the prices of its stop, trailing stop and
//! target.

use super::intent::{Intent, Side};
use super::ledger::FillRule;
use super::quote::Quote;
use super::rules::{Intrabar, TrailingBasis};
use crate::market::LimitFill;

/// The levels of one position. They hang on the entry's reference, so costs move none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    pub side: Side,
    pub stop: f64,
    /// As known before the bar.
    pub trailing: f64,
    /// Out of reach once used.
    pub target: f64,
    /// How far the trailing stop follows.
    trail: f64,
}

/// An exit at a price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    pub rule: FillRule,
    pub reference: f64,
}

impl Levels {
    pub fn new(intent: &Intent, reference: f64) -> Self {
        let sign = intent.side.sign();
        Self {
            side: intent.side,
            stop: reference - sign * intent.stop,
            trailing: reference - sign * intent.trail,
            target: reference + sign * intent.target,
            trail: intent.trail,
        }
    }

    /// The target has been used.
    pub fn drop_target(&mut self) {
        self.target = self.side.sign() * f64::INFINITY;
    }

    /// The nearer of stop and trailing stop.
    pub fn protection(&self) -> f64 {
        match self.side {
            Side::Long => larger(self.stop, self.trailing),
            Side::Short => smaller(self.stop, self.trailing),
        }
    }

    /// What an open beyond a level does.
    pub fn gap(&self, open: f64, limit: LimitFill) -> Option<Exit> {
        let stopped = match self.side {
            Side::Long => open <= self.protection(),
            Side::Short => open >= self.protection(),
        };
        if stopped {
            let rule = if self.trails() { FillRule::TrailingStopGap } else { FillRule::StopGap };
            Some(Exit { rule, reference: open })
        } else if self.reaches_target(open, limit) {
            Some(Exit { rule: FillRule::TargetGap, reference: open })
        } else {
            None
        }
    }

    /// The stop, if the bar reaches it.
    pub fn stop_inside(&self, quote: &Quote) -> Option<Exit> {
        let reference = self.protection();
        let reached = match self.side {
            Side::Long => quote.low <= reference,
            Side::Short => quote.high >= reference,
        };
        let rule = if self.trails() { FillRule::TrailingStop } else { FillRule::Stop };
        reached.then_some(Exit { rule, reference })
    }

    /// The target, if the bar reaches it.
    pub fn target_inside(&self, quote: &Quote, limit: LimitFill) -> Option<Exit> {
        let best = match self.side {
            Side::Long => quote.high,
            Side::Short => quote.low,
        };
        let exit = Exit { rule: FillRule::Target, reference: self.target };
        self.reaches_target(best, limit).then_some(exit)
    }

    /// Which comes first where a bar reaches both.
    pub fn stop_is_first(&self, quote: &Quote, intrabar: Intrabar) -> bool {
        let (up, down) = (quote.high - quote.open, quote.open - quote.low);
        match (intrabar, self.side) {
            (Intrabar::Pessimistic, _) => true,
            (Intrabar::Optimistic, _) => false,
            (Intrabar::Path, Side::Long) => down <= up,
            (Intrabar::Path, Side::Short) => up <= down,
        }
    }

    /// The trailing stop follows a completed bar.
    pub fn follow(&mut self, quote: &Quote, basis: TrailingBasis) {
        match (self.side, basis) {
            (Side::Long, TrailingBasis::Close) => self.trail_behind::<true>(quote.close),
            (Side::Long, TrailingBasis::Extreme) => self.trail_behind::<true>(quote.high),
            (Side::Short, TrailingBasis::Close) => self.trail_behind::<false>(quote.close),
            (Side::Short, TrailingBasis::Extreme) => self.trail_behind::<false>(quote.low),
        }
    }

    /// The trailing stop follows a price; the side is known beforehand.
    #[inline]
    pub fn trail_behind<const LONG: bool>(&mut self, anchor: f64) {
        self.trailing = if LONG {
            larger(self.trailing, anchor - self.trail)
        } else {
            smaller(self.trailing, anchor + self.trail)
        };
    }

    /// Whether a bar with these extremes can reach no level, whatever the way limits fill.
    #[inline]
    pub fn is_quiet<const LONG: bool>(&self, high: f64, low: f64) -> bool {
        if LONG {
            low > larger(self.stop, self.trailing) && high < self.target
        } else {
            high < smaller(self.stop, self.trailing) && low > self.target
        }
    }

    fn trails(&self) -> bool {
        match self.side {
            Side::Long => self.trailing > self.stop,
            Side::Short => self.trailing < self.stop,
        }
    }

    fn reaches_target(&self, price: f64, limit: LimitFill) -> bool {
        match (self.side, limit) {
            (Side::Long, LimitFill::Through) => price > self.target,
            (Side::Long, LimitFill::Touch) => price >= self.target,
            (Side::Short, LimitFill::Through) => price < self.target,
            (Side::Short, LimitFill::Touch) => price <= self.target,
        }
    }
}

/// Of two numbers; `f64::max` asks about NaN, which no price is.
#[inline]
pub const fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline]
pub const fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
