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

/// Places in the order of their values. Key and place in one word are put in order in half the time of
/// pairs; the key's last bits make room for the place, so what differs in those alone is put right
/// afterwards.
fn in_order(values: &[f64]) -> Vec<u32> {
    let place_bits = usize::BITS - values.len().leading_zeros();
    let mask = (1_u64 << place_bits) - 1;
    let word = |(place, x): (u64, &f64)| (key(*x) & !mask) | place;
    let mut words: Vec<u64> = (0..).zip(values).map(word).collect();
    words.sort_unstable();
    let mut places: Vec<u32> = words.iter().map(|word| (word & mask) as u32).collect();
    let mut from = 0;
    for same in words.chunk_by(|a, b| (a ^ b) & !mask == 0) {
        if same.len() > 1 {
            places[from..from + same.len()].sort_unstable_by_key(|p| key(values[*p as usize]));
        }
        from += same.len();
    }
    places
}

/// Words that are counted together, and groups that are.
const GROUP: usize = 8;
const GROUPS: usize = 64;

/// A set of places, as bits, with the number of them in every group of words and in every lot of groups.
/// Groups and words are summed whole with what is above masked out: a loop whose length nobody can
/// predict costs more.
struct Members {
    words: Vec<[u64; GROUP]>,
    groups: Vec<[u16; GROUPS]>,
    lots: Vec<u32>,
}

impl Members {
    fn new(n: usize) -> Self {
        let n_groups = n / (64 * GROUP) + 1;
        let n_lots = n_groups / GROUPS + 1;
        Self {
            words: vec![[0; GROUP]; n_groups],
            groups: vec![[0; GROUPS]; n_lots],
            lots: vec![0; n_lots],
        }
    }

    #[inline(always)]
    fn insert(&mut self, place: u32) {
        let (group, word, bit) = split(place);
        self.words[group][word] |= 1 << bit;
        self.groups[group / GROUPS][group % GROUPS] += 1;
        self.lots[group / GROUPS] += 1;
    }

    #[inline(always)]
    fn remove(&mut self, place: u32) {
        let (group, word, bit) = split(place);
        self.words[group][word] &= !(1 << bit);
        self.groups[group / GROUPS][group % GROUPS] -= 1;
        self.lots[group / GROUPS] -= 1;
    }

    /// How many places below this one.
    #[inline(always)]
    fn below(&self, place: u32) -> u32 {
        let (group, word, bit) = split(place);
        let lots: u32 = self.lots[..group / GROUPS].iter().sum();
        let (mut groups, mut words) = (0_u16, 0);
        for (k, count) in (0..).zip(&self.groups[group / GROUPS]) {
            // A lot has 32,768 places: it fits.
            groups += if k < (group % GROUPS) as u16 { *count } else { 0 };
        }
        for (k, bits) in self.words[group].iter().enumerate() {
            let whole = if k < word { u64::MAX } else { 0 };
            let mask = if k == word { (1 << bit) - 1 } else { whole };
            words += (bits & mask).count_ones();
        }
        lots + u32::from(groups) + words
    }
}

/// Group, word of the group, bit of the word.
#[inline(always)]
fn split(place: u32) -> (usize, usize, u32) {
    let word = place as usize / 64;
    (word / GROUP, word % GROUP, place % 64)
}
