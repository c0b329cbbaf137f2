//! What a setting wants, asked for only where it could act.

use std::ops::Range;

use crate::backtest::intent::Side;

/// A wish to be in the market, decided at the close of `bar`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    pub bar: u32,
    pub side: Side,
    /// Fraction of equity.
    pub size: f64,
}

/// A setting's signals.
pub trait Signals {
    /// The first at or after a row. Rows asked for never go back.
    fn next(&mut self, from: u32) -> Option<Signal>;

    /// The first in a range of rows. Whoever can stop looking at its end should.
    fn next_within(&mut self, rows: Range<u32>) -> Option<Signal> {
        self.next(rows.start).filter(|signal| rows.contains(&signal.bar))
    }
}

/// Bits of bars, one for each: bit `row % 64` of word `row / 64`. A gate's bits are made once for
/// each of its settings and shared by all that agree on it.
pub fn bits(n_bars: usize, passes: impl Fn(usize) -> bool) -> Vec<u64> {
    let word = |word: usize| {
        let rows = (word * 64..n_bars).take(64);
        rows.fold(0, |bits, row| bits | u64::from(passes(row)) << (row % 64))
    };
    (0..n_bars.div_ceil(64)).map(word).collect()
}

/// Signals where every gate of a side has its bit; long where both sides do. All of one size.
#[derive(Debug, Clone, Copy)]
pub struct Gated<'a> {
    pub long: &'a [&'a [u64]],
    pub short: &'a [&'a [u64]],
    pub size: f64,
}

impl Signals for Gated<'_> {
    fn next(&mut self, from: u32) -> Option<Signal> {
        self.next_within(from..u32::MAX)
    }

    fn next_within(&mut self, rows: Range<u32>) -> Option<Signal> {
        let n_words = self.long.iter().chain(self.short).map(|bits| bits.len()).min()?;
        let until = n_words.min(rows.end.div_ceil(64) as usize);
        let mut mask = u64::MAX << (rows.start % 64);
        for word in rows.start as usize / 64..until {
            let (long, short) = (all(self.long, word) & mask, all(self.short, word) & mask);
            if long | short != 0 {
                let bit = (long | short).trailing_zeros();
                let side = if long >> bit & 1 == 1 { Side::Long } else { Side::Short };
                let bar = word as u32 * 64 + bit;
                return (bar < rows.end).then_some(Signal { bar, side, size: self.size });
            }
            mask = u64::MAX;
        }
        None
    }
}

/// A side without gates has no signals.
fn all(gates: &[&[u64]], word: usize) -> u64 {
    let open = if gates.is_empty() { 0 } else { u64::MAX };
    gates.iter().fold(open, |bits, gate| bits & gate[word])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [u32; 6] = [0, 3, 63, 64, 127, 200];

    fn is_long(row: u32) -> bool {
        row % 2 == 1
    }

    #[test]
    fn bits_tell_what_a_list_tells() {
        let marked = bits(201, |row| ROWS.contains(&(row as u32)));
        let odd = bits(201, |row| is_long(row as u32));
        let even = bits(201, |row| !is_long(row as u32));
        let side = |row: u32| if is_long(row) { Side::Long } else { Side::Short };
        let list = ROWS.map(|bar| Signal { bar, side: side(bar), size: 0.5 });
        let mut gated = Gated { long: &[&marked, &odd], short: &[&even, &marked], size: 0.5 };
        for from in 0..256 {
            let expected = list.iter().find(|signal| signal.bar >= from).copied();
            assert_eq!(gated.next(from), expected);
            for until in [0, 1, 63, 64, 65, 127, 128, 200, 201, 999] {
                let within = expected.filter(|signal| signal.bar < until);
                assert_eq!(gated.next_within(from..until), within, "{from}..{until}");
            }
        }
    }

    #[test]
    fn a_side_without_gates_is_closed() {
        let every = bits(70, |_| true);
        let mut gated = Gated { long: &[], short: &[&every], size: 1.0 };
        assert_eq!(gated.next(69), Some(Signal { bar: 69, side: Side::Short, size: 1.0 }));
        assert_eq!(gated.next(70), None);
    }
}
