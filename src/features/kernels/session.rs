//! Since the session began, and how the one before it ended.
//!
//! The last input is the session's id: any number that differs from one session to the next,
//! missing outside any session. A new id begins a new session; a gap does not, so a session that
//! goes on under its old id after a break is still the same one.

use std::marker::PhantomData;

use super::{Memory, Remembers, Step, finite};

/// Highest value since the session began; missing outside sessions and where the value is.
pub type SessionMax = SessionRun<Highest>;
/// Lowest value since the session began.
pub type SessionMin = SessionRun<Lowest>;
/// First value of the session.
pub type SessionOpen = SessionRun<First>;

/// The highest value of the last session that is over at this bar: within a session the one
/// before, outside any the one that has just ended. So "Asia's high, seen from London" is this,
/// with Asia's id. Missing until a session has ended.
pub type LastSessionMax = LastSession<Highest>;
/// The lowest value of the last session that is over.
pub type LastSessionMin = LastSession<Lowest>;
/// The first value of the last session that is over.
pub type LastSessionOpen = LastSession<First>;
/// The last value of the last session that is over.
pub type LastSessionClose = LastSession<Latest>;

/// What a session keeps of its values.
pub trait Keep: Send {
    fn keep(held: f64, x: f64) -> f64;
}

pub struct Highest;
pub struct Lowest;
pub struct First;
pub struct Latest;

impl Keep for Highest {
    #[inline(always)]
    fn keep(held: f64, x: f64) -> f64 {
        held.max(x)
    }
}

impl Keep for Lowest {
    #[inline(always)]
    fn keep(held: f64, x: f64) -> f64 {
        held.min(x)
    }
}

impl Keep for First {
    #[inline(always)]
    fn keep(held: f64, _: f64) -> f64 {
        held
    }
}

impl Keep for Latest {
    #[inline(always)]
    fn keep(_: f64, x: f64) -> f64 {
        x
    }
}

/// Inputs (value, session id): what is kept of the values since the session began.
pub struct SessionRun<K>(Session<K>);

/// Inputs (value, session id): what was kept of the last session that is over.
pub struct LastSession<K>(Session<K>);

struct Session<K> {
    /// Of the session that is on, or was on last.
    id: f64,
    held: f64,
    /// What the session before it had kept in the end.
    before: f64,
    kind: PhantomData<K>,
}

impl<K: Keep> Session<K> {
    fn new() -> Self {
        Self { id: f64::NAN, held: f64::NAN, before: f64::NAN, kind: PhantomData }
    }

    /// A bar within session `id`.
    #[inline(always)]
    fn take(&mut self, x: f64, id: f64) {
        if id != self.id {
            (self.id, self.before, self.held) = (id, self.held, f64::NAN);
        }
        if x.is_finite() {
            self.held = if self.held.is_nan() { x } else { K::keep(self.held, x) };
        }
    }
}

impl<K: Keep> SessionRun<K> {
    pub fn new() -> Self {
        Self(Session::new())
    }
}

impl<K: Keep> LastSession<K> {
    pub fn new() -> Self {
        Self(Session::new())
    }
}

impl<K: Keep> Default for SessionRun<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Keep> Default for LastSession<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Keep> Step<2> for SessionRun<K> {
    #[inline(always)]
    fn step(&mut self, [x, id]: [f64; 2]) -> f64 {
        if id.is_nan() {
            return f64::NAN;
        }
        self.0.take(x, id);
        if x.is_finite() { self.0.held } else { f64::NAN }
    }
}

impl<K: Keep> Step<2> for LastSession<K> {
    #[inline(always)]
    fn step(&mut self, [x, id]: [f64; 2]) -> f64 {
        if id.is_nan() {
            return self.0.held;
        }
        self.0.take(x, id);
        self.0.before
    }
}

/// Inputs (price, volume, session id): the average price since the session began, weighted by
/// volume; the price itself while nothing has been traded. Missing outside sessions; a missing
/// price or volume is skipped, and missing on its bar.
pub struct SessionVwap {
    id: f64,
    /// The session's first price: turnover is summed about it, so a price that never moves is its
    /// own average exactly.
    first: f64,
    turnover: f64,
    volume: f64,
}

impl SessionVwap {
    pub fn new() -> Self {
        Self { id: f64::NAN, first: f64::NAN, turnover: 0.0, volume: 0.0 }
    }
}

impl Default for SessionVwap {
    fn default() -> Self {
        Self::new()
    }
}

impl Step<3> for SessionVwap {
    #[inline(always)]
    fn step(&mut self, [price, volume, id]: [f64; 3]) -> f64 {
        if id.is_nan() {
            return f64::NAN;
        }
        if id != self.id {
            *self = Self { id, ..Self::new() };
        }
        if !(price.is_finite() && volume.is_finite()) {
            return f64::NAN;
        }
        if self.first.is_nan() {
            self.first = price;
        }
        self.turnover += (price - self.first) * volume;
        self.volume += volume;
        if self.volume > 0.0 { finite(self.first + self.turnover / self.volume) } else { price }
    }
}

impl<K> Remembers for SessionRun<K> {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

impl<K> Remembers for LastSession<K> {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

impl Remembers for SessionVwap {
    fn memory(&self) -> Memory {
        Memory::Unbounded
    }
}

#[cfg(test)]
mod tests {
    use super::super::twins::run;
    use super::*;

    const GAP: f64 = f64::NAN;

    fn same(got: &[f64], want: &[f64]) {
        let all = got.iter().zip(want).all(|(g, w)| g == w || g.is_nan() && w.is_nan());
        assert!(all && got.len() == want.len(), "{got:?} against {want:?}");
    }

    /// Two sessions with a break between them, the second with a break within.
    const DAYS: [[f64; 2]; 9] = [
        [3.0, 1.0],
        [5.0, 1.0],
        [4.0, 1.0],
        [9.0, GAP],
        [2.0, 2.0],
        [GAP, 2.0],
        [8.0, GAP],
        [6.0, 2.0],
        [1.0, 3.0],
    ];

    #[test]
    fn a_session_starts_afresh_with_its_id() {
        same(&run(&mut SessionMax::new(), &DAYS), &[3.0, 5.0, 5.0, GAP, 2.0, GAP, GAP, 6.0, 1.0]);
        same(&run(&mut SessionMin::new(), &DAYS), &[3.0, 3.0, 3.0, GAP, 2.0, GAP, GAP, 2.0, 1.0]);
        same(&run(&mut SessionOpen::new(), &DAYS), &[3.0, 3.0, 3.0, GAP, 2.0, GAP, GAP, 2.0, 1.0]);
    }

    #[test]
    fn the_last_session_is_the_one_that_is_over() {
        same(
            &run(&mut LastSessionMax::new(), &DAYS),
            &[GAP, GAP, GAP, 5.0, 5.0, 5.0, 2.0, 5.0, 6.0],
        );
        same(
            &run(&mut LastSessionMin::new(), &DAYS),
            &[GAP, GAP, GAP, 3.0, 3.0, 3.0, 2.0, 3.0, 2.0],
        );
        same(
            &run(&mut LastSessionOpen::new(), &DAYS),
            &[GAP, GAP, GAP, 3.0, 3.0, 3.0, 2.0, 3.0, 2.0],
        );
        same(
            &run(&mut LastSessionClose::new(), &DAYS),
            &[GAP, GAP, GAP, 4.0, 4.0, 4.0, 2.0, 4.0, 6.0],
        );
    }

    #[test]
    fn the_session_average_weighs_by_volume() {
        let rows = [
            [10.0, 0.0, 1.0],
            [12.0, 1.0, 1.0],
            [15.0, 2.0, 1.0],
            [GAP, 2.0, 1.0],
            [99.0, 9.0, GAP],
            [18.0, 3.0, 1.0],
            [20.0, 1.0, 2.0],
        ];
        let want = [10.0, 12.0, 14.0, GAP, GAP, 16.0, 20.0];
        same(&run(&mut SessionVwap::new(), &rows), &want);
    }

    #[test]
    fn a_price_that_does_not_move_is_its_own_average() {
        let rows: Vec<[f64; 3]> = (0..50).map(|i| [0.1, f64::from(i) * 0.3, 1.0]).collect();
        assert!(run(&mut SessionVwap::new(), &rows).iter().all(|v| *v == 0.1));
    }
}
