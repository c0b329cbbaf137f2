//! Standings of one stretch of values, put in order once.

/// Of the last `out.len()` of `values`, each among the `values.len() - out.len()` before it.
pub fn count(values: &[f64], out: &mut [u32]) {
    let n = values.len() - out.len();
    let spans = spans(values);
    let mut window = Members::new(values.len());
    spans[..n].iter().for_each(|span| window.insert(span.at));
    for ((out, span), leaves) in out.iter_mut().zip(&spans[n..]).zip(&spans) {
        // Twice below, plus the equal: those below it, and those below what comes after its equals.
        let below = window.below(span.start);
        let is_alone = span.end - span.start == 1;
        *out = below + if is_alone { below } else { window.below(span.end) };
        window.remove(leaves.at);
        window.insert(span.at);
    }
}

/// Of a value in the order of the stretch: its own place, and the places of its equals.
#[derive(Clone, Copy, Default)]
struct Span {
    at: u32,
    start: u32,
    end: u32,
}

/// An integer that is ordered as the float is, both zeros being one.
fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | (1 << 63))
}

/// By place in the stretch.
fn spans(values: &[f64]) -> Vec<Span> {
    let order = in_order(values);
    let mut spans = vec![Span::default(); values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|a, b| values[*a as usize] == values[*b as usize]) {
        let end = start + equal.len() as u32;
        for (at, place) in (start..).zip(equal) {
            spans[*place as usize] = Span { at, start, end };
        }
        start = end;
    }
    spans
}

/// Places in the order of their values: by radix on 32 bits of where they lie between the lowest
/// and the highest. Rounding never turns two values round, so what is alike in those bits is all
/// that is left to be compared.
fn in_order(values: &[f64]) -> Vec<u32> {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scale = f64::from(u32::MAX) / (high - low);
    // Where all are one value that is no number, and becomes 0.
    let bits = |x: f64| u64::from(((x - low) * scale) as u32);
    let mut words: Vec<u64> = (0..).zip(values).map(|(place, x)| bits(*x) << 32 | place).collect();
    let mut spare = vec![0; words.len()];
    for shift in [32, 32 + DIGIT, 32 + 2 * DIGIT] {
        by_digit(&words, &mut spare, shift);
        std::mem::swap(&mut words, &mut spare);
    }
    let mut places: Vec<u32> = words.iter().map(|word| *word as u32).collect();
    let mut from = 0;
    for same in words.chunk_by(|a, b| a >> 32 == b >> 32) {
        if same.len() > 1 {
            places[from..from + same.len()].sort_unstable_by_key(|p| key(values[*p as usize]));
        }
        from += same.len();
    }
    places
}

/// Bits of a digit: three make 32.
const DIGIT: u32 = 11;

/// One pass: those of a lower digit first, those of one digit in the order they come in.
fn by_digit(from: &[u64], to: &mut [u64], shift: u32) {
    let digit = |word: &u64| (word >> shift) as usize % (1 << DIGIT);
    let mut places = [0_u32; 1 << DIGIT];
    from.iter().for_each(|word| places[digit(word)] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    for word in from {
        let place = &mut places[digit(word)];
        to[*place as usize] = *word;
        *place += 1;
    }
}

/// Words in a group, groups in a lot.
const GROUP: usize = 8;
const LOT: usize = 64;

/// A set of places, as bits. Every word knows how many places come before it in its group, every
/// group how many in its lot: a change moves all counts behind it, in a few vector instructions
/// without a branch, and a question is a look at three numbers.
struct Members {
    groups: Vec<Group>,
    /// Before each group of the lot.
    in_lot: Vec<[u16; LOT]>,
    /// In the lot.
    lots: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Group {
    words: [u64; GROUP],
    /// Before each word.
    before: [u16; GROUP],
}

/// Where a place is.
#[derive(Clone, Copy)]
struct Place {
    lot: usize,
    group: usize,
    word: usize,
    bit: u32,
}

impl Members {
    fn new(n: usize) -> Self {
        let n_groups = n / (64 * GROUP) + 1;
        let n_lots = n_groups / LOT + 1;
        Self {
            groups: vec![Group { words: [0; GROUP], before: [0; GROUP] }; n_groups],
            in_lot: vec![[0; LOT]; n_lots],
            lots: vec![0; n_lots],
        }
    }

    #[inline(always)]
    fn insert(&mut self, place: u32) {
        let Place { lot, group, word, bit } = Place::of(place);
        add_behind(&mut self.in_lot[lot], group % LOT, 1);
        let group = &mut self.groups[group];
        add_behind(&mut group.before, word, 1);
        group.words[word] |= 1 << bit;
        self.lots[lot] += 1;
    }

    #[inline(always)]
    fn remove(&mut self, place: u32) {
        let Place { lot, group, word, bit } = Place::of(place);
        add_behind(&mut self.in_lot[lot], group % LOT, u16::MAX);
        let group = &mut self.groups[group];
        add_behind(&mut group.before, word, u16::MAX);
        group.words[word] &= !(1 << bit);
        self.lots[lot] -= 1;
    }

    /// How many places below this one.
    #[inline(always)]
    fn below(&self, place: u32) -> u32 {
        let Place { lot, group, word, bit } = Place::of(place);
        let lots: u32 = self.lots[..lot].iter().sum();
        let in_lot = self.in_lot[lot][group % LOT];
        let Group { words, before } = &self.groups[group];
        let part = words[word] & ((1 << bit) - 1);
        lots + u32::from(in_lot) + u32::from(before[word]) + part.count_ones()
    }
}

impl Place {
    #[inline(always)]
    fn of(place: u32) -> Self {
        let word = place as usize / 64;
        let group = word / GROUP;
        Self { lot: group / LOT, group, word: word % GROUP, bit: place % 64 }
    }
}

/// Adds to every count after `k`; `u16::MAX` takes one off.
#[inline(always)]
fn add_behind<const N: usize>(counts: &mut [u16; N], k: usize, what: u16) {
    let k = k as u16;
    for (i, count) in (0_u16..).zip(counts) {
        *count = count.wrapping_add(if i > k { what } else { 0 });
    }
}
