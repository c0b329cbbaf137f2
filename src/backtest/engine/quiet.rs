//! A history of one symbol: bars on which nothing can happen are passed in bulk, all others take
//! the same steps as ever. Nothing held and nothing acting: equity stands still. Held, and no
//! level, no time, no intent in reach: the close alone matters.

use super::Engine;
use super::run::Tape;
use crate::backtest::book::Position;
use crate::backtest::costs::Costs;
use crate::backtest::intent::Side;
use crate::backtest::levels::{Levels, larger, smaller};
use crate::backtest::record::{Held, Record};
use crate::backtest::rules::TrailingBasis;
use crate::units::Ts;

impl<R: Record> Engine<R> {
    pub(super) fn run_one(&mut self, tape: &mut Tape) {
        let n_bars = tape.market.len();
        self.recorder.expect(n_bars, tape.intents.len());
        while tape.row < n_bars {
            let until = tape.acting_row;
            self.pass(tape, until);
            if tape.row < n_bars {
                let here = tape.next(0);
                self.step(here.ts, &[here]);
            }
        }
    }

    /// Passes bars before row `until`, as far as nothing happens on them.
    fn pass(&mut self, tape: &mut Tape, until: usize) {
        let from = tape.row;
        let is_ruined = self.account.ruined.is_some();
        match &self.books[0].position {
            None => {
                self.recorder.flat(&tape.market.ts[from..until], self.account.cash);
                tape.row = until;
                self.remember(tape, until - from);
            }
            Some(position) if is_ruined || position.wanted > 0.0 || position.rest > 0.0 => {}
            Some(position) => {
                let until = until.min(position.timed_bar as usize);
                let armed = position.entry_bar as usize + self.rules.oco_delay_bars as usize;
                let side = position.side;
                self.hold(tape, armed.min(until), (side, Watch::Nothing));
                self.hold(tape, until, (side, Watch::Levels));
            }
        }
    }

    /// Holds the position up to row `until`, as far as nothing happens.
    fn hold(&mut self, tape: &mut Tape, until: usize, (side, watch): (Side, Watch)) {
        match (side, watch) {
            (Side::Long, Watch::Nothing) => self.hold_quietly::<true, false>(tape, until),
            (Side::Long, Watch::Levels) => self.hold_quietly::<true, true>(tape, until),
            (Side::Short, Watch::Nothing) => self.hold_quietly::<false, false>(tape, until),
            (Side::Short, Watch::Levels) => self.hold_quietly::<false, true>(tape, until),
        }
    }

    /// One loop for each side, with levels or without: what a bar costs is spent here.
    fn hold_quietly<const LONG: bool, const ARMED: bool>(&mut self, tape: &mut Tape, until: usize) {
        let Some(strip) = Strip::of::<LONG>(tape, until, self.rules.trailing_basis) else { return };
        let book = &mut self.books[0];
        let Some(position) = &mut book.position else { return };
        let (qty, side) = (self.lots.qty(position.units), position.side);
        let mut watch = Watched::of(position);
        let n_passed = if book.carries {
            let held = Held { cash: self.account.cash, qty, side };
            let (paid_until, bar_us) = (position.paid_until, self.timeframe.us());
            let clock = Clock { costs: book.costs, paid_until, bar_us, carry: position.carry };
            let (n_passed, held, clock) =
                watch.pay_way::<LONG, ARMED>(&strip, (held, clock), &mut self.recorder);
            self.account.cash = held.cash;
            (position.carry, position.paid_until) = (clock.carry, clock.paid_until);
            n_passed
        } else {
            let held = Held { cash: self.account.cash, qty, side };
            let n_passed = watch.go::<LONG, ARMED>(&strip, &held);
            self.recorder.held(&strip.ts[..n_passed], &strip.close[..n_passed], &held);
            n_passed
        };
        (position.levels, position.high, position.low) = (watch.levels, watch.high, watch.low);
        tape.row += n_passed;
        self.remember(tape, n_passed);
    }

    /// What the last of the passed bars leaves behind.
    fn remember(&mut self, tape: &Tape, n_passed: usize) {
        let row = tape.row;
        if n_passed > 0 {
            let book = &mut self.books[0];
            book.n_bars = row as u32;
            book.last_ts = tape.market.ts[row - 1];
            book.last = tape.market.quote(row - 1);
            book.mark = book.last.close;
            self.now = Some(book.last_ts);
        }
    }
}

/// What a held position is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    Nothing,
    Levels,
}

/// What bars leave on a position.
struct Watched {
    levels: Levels,
    high: f64,
    low: f64,
}

/// What holding costs, from bar to bar.
struct Clock {
    costs: Costs,
    paid_until: Ts,
    bar_us: i64,
    carry: f64,
}

impl Watched {
    fn of(position: &Position) -> Self {
        Self { levels: position.levels, high: position.high, low: position.low }
    }

    /// How many bars pass quietly, where holding costs nothing.
    fn go<const LONG: bool, const ARMED: bool>(&mut self, strip: &Strip, held: &Held) -> usize {
        let mut n_passed = 0;
        for bar in strip.bars() {
            let quiet = held.equity(bar.close) > 0.0 && self.see::<LONG, ARMED>(&bar);
            if !quiet {
                break;
            }
            n_passed += 1;
        }
        n_passed
    }

    /// The same where each bar costs or earns something.
    fn pay_way<const LONG: bool, const ARMED: bool>(
        &mut self,
        strip: &Strip,
        (mut held, mut clock): (Held, Clock),
        recorder: &mut impl Record,
    ) -> (usize, Held, Clock) {
        let mut n_passed = 0;
        for bar in strip.bars() {
            let (value, until) = (held.qty * bar.close, bar.ts.plus_us(clock.bar_us));
            let paid = clock.costs.carry(held.side, value, until.0 - clock.paid_until.0);
            let after = Held { cash: held.cash - paid, ..held };
            let equity = after.equity(bar.close);
            if equity <= 0.0 || !self.see::<LONG, ARMED>(&bar) {
                break;
            }
            held = after;
            (clock.carry, clock.paid_until) = (clock.carry + paid, until);
            recorder.mark(bar.ts, equity, value);
            n_passed += 1;
        }
        (n_passed, held, clock)
    }

    /// Takes a bar, unless a level is in its reach.
    #[inline]
    fn see<const LONG: bool, const ARMED: bool>(&mut self, bar: &Glance) -> bool {
        if ARMED && !self.levels.is_quiet::<LONG>(bar.high, bar.low) {
            return false;
        }
        (self.high, self.low) = (larger(self.high, bar.high), smaller(self.low, bar.low));
        self.levels.trail_behind::<LONG>(bar.anchor);
        true
    }
}

/// A stretch of bars, column by column.
struct Strip<'a> {
    ts: &'a [Ts],
    high: &'a [f64],
    low: &'a [f64],
    close: &'a [f64],
    /// What a trailing stop follows.
    anchor: &'a [f64],
}

struct Glance {
    ts: Ts,
    high: f64,
    low: f64,
    close: f64,
    anchor: f64,
}

impl<'a> Strip<'a> {
    fn of<const LONG: bool>(tape: &Tape<'a>, until: usize, basis: TrailingBasis) -> Option<Self> {
        let market = tape.market;
        let rows = (tape.row < until).then_some(tape.row..until)?;
        let anchor = match basis {
            TrailingBasis::Close => market.close,
            TrailingBasis::Extreme if LONG => market.high,
            TrailingBasis::Extreme => market.low,
        };
        Some(Self {
            ts: &market.ts[rows.clone()],
            high: &market.high[rows.clone()],
            low: &market.low[rows.clone()],
            close: &market.close[rows.clone()],
            anchor: &anchor[rows],
        })
    }

    fn bars(&self) -> impl Iterator<Item = Glance> {
        let prices = self.high.iter().zip(self.low).zip(self.close).zip(self.anchor);
        self.ts.iter().zip(prices).map(|(&ts, (((&high, &low), &close), &anchor))| Glance {
            ts,
            high,
            low,
            close,
            anchor,
        })
    }
}
