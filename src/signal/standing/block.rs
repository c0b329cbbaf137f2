//! Two neighbouring blocks, and every window that lies across them.

/// A block's values in order, each with its place in the block.
pub type InOrder = Vec<(u64, u32)>;

pub fn in_order(block: &[f64]) -> InOrder {
    let mut all: InOrder = (0..).zip(block).map(|(place, x)| (key(*x), place)).collect();
    all.sort_unstable();
    all
}

/// An integer that is ordered as the float is, both zeros being one.
fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    bits ^ (((bits as i64 >> 63) as u64) | (1 << 63))
}

/// Standings of the values of the block `now`, each among as many before it as `before` holds.
pub fn count(before: &InOrder, now: &InOrder, out: &mut [u32]) {
    let places = Places::new(before, now);
    let mut window = Members::all_of(&places.before, before.len() + now.len());
    for ((out, span), leaves) in out.iter_mut().zip(&places.now).zip(&places.before) {
        let below = window.below(span.start);
        // Twice below, plus the equal: below this, and below what comes after the equal.
        *out = below + if span.is_alone { below } else { window.below(span.end) };
        window.remove(*leaves);
        window.insert(span.at);
    }
}

/// Of a value in the common order of both blocks: its own place, and the places of its equals.
#[derive(Clone, Copy, Default)]
struct Span {
    at: u32,
    start: u32,
    end: u32,
    is_alone: bool,
}

/// By place in the block.
struct Places {
    before: Vec<u32>,
    now: Vec<Span>,
}

impl Places {
    fn new(before: &InOrder, now: &InOrder) -> Self {
        let mut places =
            Self { before: vec![0; before.len()], now: vec![Span::default(); now.len()] };
        let (mut b, mut n, mut at) = (0, 0, 0);
        while n < now.len() {
            let value = now[n].0;
            // Without a branch that nobody could predict but the loop's end.
            while b < before.len() && before[b].0 < value {
                places.before[before[b].1 as usize] = at;
                (b, at) = (b + 1, at + 1);
            }
            let start = at;
            while b < before.len() && before[b].0 == value {
                places.before[before[b].1 as usize] = at;
                (b, at) = (b + 1, at + 1);
            }
            let equal = now[n..].iter().take_while(|(key, _)| *key == value).count();
            let end = at + equal as u32;
            let is_alone = end - start == 1;
            for (_, place) in &now[n..n + equal] {
                places.now[*place as usize] = Span { at, start, end, is_alone };
                at += 1;
            }
            n += equal;
        }
        for (at, (_, place)) in (at..).zip(&before[b..]) {
            places.before[*place as usize] = at;
        }
        places
    }
}

/// Words that are counted together.
const GROUP: usize = 8;

/// A set of places, as bits, with the number of them in every group of words.
struct Members {
    words: Vec<u64>,
    groups: Vec<u32>,
}

impl Members {
    fn all_of(places: &[u32], n: usize) -> Self {
        let n_groups = n / (64 * GROUP) + 1;
        let mut members = Self { words: vec![0; n_groups * GROUP], groups: vec![0; n_groups] };
        places.iter().for_each(|place| members.insert(*place));
        members
    }

    #[inline(always)]
    fn insert(&mut self, place: u32) {
        let word = place as usize / 64;
        self.words[word] |= 1 << (place % 64);
        self.groups[word / GROUP] += 1;
    }

    #[inline(always)]
    fn remove(&mut self, place: u32) {
        let word = place as usize / 64;
        self.words[word] &= !(1 << (place % 64));
        self.groups[word / GROUP] -= 1;
    }

    /// How many places below this one.
    #[inline(always)]
    fn below(&self, place: u32) -> u32 {
        let word = place as usize / 64;
        let group = word / GROUP;
        let groups: u32 = self.groups[..group].iter().sum();
        let words: u32 = self.words[group * GROUP..word].iter().map(|w| w.count_ones()).sum();
        let part = self.words[word] & ((1 << (place % 64)) - 1);
        groups + words + part.count_ones()
    }
}
