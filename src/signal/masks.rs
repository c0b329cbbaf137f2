//! Which bars pass a gate, as bits: one a bar, 64 a word.

use std::ops::Range;

/// What a mask depends on: the gate, and its settings as bits.
pub type Key = (Gate, [u64; 4]);

/// The gates that have masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Signal,
    VolatilityFloor,
    ExpectedValue,
    Quantile,
    Persistence,
    Session,
    Regime,
    Conformal,
}

/// Masks of one gate that are kept. A grid has fewer values on an axis; a sampler that never asks
/// for the same twice fills it once and no more.
const MOST_KEPT: usize = 64;

/// Up to so many bars of a word are asked one by one.
const FEW: u32 = 32;

/// The bars that pass every gate asked so far, and masks that may be asked for again.
pub struct Masks {
    rows: usize,
    kept: Vec<(Key, Box<[u64]>)>,
    passing: Vec<u64>,
}

impl Masks {
    pub fn new(rows: usize) -> Self {
        Self { rows, kept: Vec::new(), passing: vec![0; rows.div_ceil(64)] }
    }

    /// All bars from `row` on.
    pub fn begin(&mut self, row: usize) {
        let (word, bit) = (row / 64, row % 64);
        self.passing.fill(u64::MAX);
        self.passing[..word.min(self.rows.div_ceil(64))].fill(0);
        if let Some(first) = self.passing.get_mut(word) {
            *first &= u64::MAX << bit;
        }
        if let Some(last) = self.passing.last_mut().filter(|_| !self.rows.is_multiple_of(64)) {
            *last &= !(u64::MAX << (self.rows % 64));
        }
    }

    /// Of those passing, the bars that pass `test` too. Its answer may depend on nothing but the
    /// row and the key.
    pub fn keep(&mut self, key: Key, test: impl Fn(usize) -> bool) {
        let known = self.kept.iter().find(|(known, _)| *known == key);
        if let Some((_, bits)) = known {
            return self.passing.iter_mut().zip(bits).for_each(|(passing, bits)| *passing &= bits);
        }
        if !self.has_room(key.0) {
            return self.keep_once(test);
        }
        let bits = every(self.rows, test);
        self.passing.iter_mut().zip(&bits).for_each(|(passing, bits)| *passing &= bits);
        self.kept.push((key, bits));
    }

    fn has_room(&self, gate: Gate) -> bool {
        self.kept.iter().filter(|((kept, _), _)| *kept == gate).count() < MOST_KEPT
    }

    fn is_known_or_new(&self, key: Key) -> bool {
        self.has_room(key.0) || self.kept.iter().any(|(known, _)| *known == key)
    }

    /// The same without keeping the answer: where few bars are left, only those are asked.
    pub fn keep_once(&mut self, test: impl Fn(usize) -> bool) {
        for (word, passing) in self.passing.iter_mut().enumerate().filter(|(_, bits)| **bits != 0) {
            let first = word * 64;
            if passing.count_ones() > FEW {
                *passing &= of_word(first..self.rows.min(first + 64), &test);
                continue;
            }
            let mut refused = 0;
            for bit in ones(*passing) {
                refused |= u64::from(!test(first + bit)) << bit;
            }
            *passing &= !refused;
        }
    }

    /// The same for a test of one column, which is faster to ask.
    pub fn keep_where(&mut self, key: Key, column: &[f64], test: impl Fn(f64) -> bool) {
        if self.is_known_or_new(key) {
            return self.keep(key, |row| test(column[row]));
        }
        for (passing, values) in self.passing.iter_mut().zip(column.chunks(64)) {
            *passing &= match values.as_array() {
                Some(values) => of_values(values, &test),
                None => of_word(0..values.len(), &|k| test(values[k])),
            };
        }
    }

    /// The bars that pass, in order.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        let words = self.passing.iter().enumerate().filter(|(_, bits)| **bits != 0);
        words.flat_map(|(word, bits)| ones(*bits).map(move |bit| word * 64 + bit))
    }

    /// Those at or after a row.
    pub fn rows_from(&self, from: usize) -> impl Iterator<Item = usize> {
        let word = from / 64;
        let mask = move |at: usize| if at == word { u64::MAX << (from % 64) } else { u64::MAX };
        let words = self.passing.iter().enumerate().skip(word);
        words.flat_map(move |(at, bits)| ones(*bits & mask(at)).map(move |bit| at * 64 + bit))
    }

    /// Those whose bit is set here, too.
    pub fn rows_among(&self, bits: &[u64]) -> impl Iterator<Item = usize> {
        let words = self.passing.iter().zip(bits).enumerate();
        words.flat_map(|(at, (a, b))| ones(a & b).map(move |bit| at * 64 + bit))
    }

    pub fn count(&self) -> usize {
        self.passing.iter().map(|bits| bits.count_ones() as usize).sum()
    }
}

/// The places of the ones of a word, from the lowest.
fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (bits != 0).then_some(bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        bit
    })
}

fn every(rows: usize, test: impl Fn(usize) -> bool) -> Box<[u64]> {
    (0..rows).step_by(64).map(|first| of_word(first..rows.min(first + 64), &test)).collect()
}

/// Without a branch a bar.
#[inline(always)]
fn of_word(rows: Range<usize>, test: &impl Fn(usize) -> bool) -> u64 {
    let first = rows.start;
    rows.fold(0, |bits, row| bits | u64::from(test(row)) << (row - first))
}

/// Of a full word.
#[inline(always)]
fn of_values(values: &[f64; 64], test: &impl Fn(f64) -> bool) -> u64 {
    values.iter().zip(0..).fold(0, |bits, (value, k)| bits | u64::from(test(*value)) << k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> Key {
        (Gate::Signal, [n, 0, 0, 0])
    }

    #[test]
    fn bars_pass_that_pass_every_test() {
        for rows in [0, 1, 63, 64, 65, 200] {
            for first in [0, 1, 63, 64, 128, 500] {
                let mut masks = Masks::new(rows);
                masks.begin(first);
                assert!(masks.rows().eq(first..rows), "{rows} {first}");
                masks.keep(key(3), |row| row % 3 == 0);
                masks.keep_once(|row| row % 5 == 0);
                let want: Vec<usize> = (first..rows).filter(|row| row % 15 == 0).collect();
                assert_eq!(masks.rows().collect::<Vec<_>>(), want);
                assert_eq!(masks.count(), want.len());
                let later = want.iter().copied().filter(|row| *row >= first + 7);
                assert!(masks.rows_from(first + 7).eq(later));
                let odd = [0xAAAA_AAAA_AAAA_AAAA; 4];
                let among = want.iter().copied().filter(|row| row % 2 == 1);
                assert!(masks.rows_among(&odd).eq(among));
            }
        }
    }

    #[test]
    fn a_mask_is_the_same_whether_kept_or_not() {
        let mut masks = Masks::new(1_000);
        let column: Vec<f64> = (0..1_000).map(f64::from).collect();
        for round in 0..2 {
            for n in 1..100 {
                masks.begin(10);
                masks.keep(key(n), |row| (row as u64).is_multiple_of(n));
                masks.keep_where((Gate::Quantile, [n; 4]), &column, |row| row % 2.0 == 0.0);
                let want = (10..1_000).filter(|row| row % 2 == 0 && row % n as usize == 0);
                assert!(masks.rows().eq(want), "{n} round {round}");
            }
        }
        assert_eq!(masks.kept.len(), 2 * MOST_KEPT);
    }
}
