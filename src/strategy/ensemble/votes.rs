//! Events of members become votes that stand for a while, and votes become entries: 64 bars at
//! once.

use super::Rule;
use crate::strategy::signals::Entries;
use crate::strategy::spec::Sides;

/// On which bars an ensemble enters: at least one member's event is now, and the rule holds among
/// the votes that stand. A vote stands on its event's bar and `confirm_bars` after it, or until the
/// member votes for the other side. A member with events of both sides on one bar votes long, as
/// the engine takes it; where the members would enter on both sides, the ensemble enters on
/// neither.
pub fn vote(members: &[Sides<&[u64]>], rule: &Rule, confirm_bars: u32) -> Entries {
    let n_words = members.iter().map(|m| m.long.len().min(m.short.len())).min().unwrap_or_default();
    let events: Vec<Entries> = members.iter().map(|member| one_side(member, n_words)).collect();
    let votes: Vec<Entries> = events.iter().map(|events| standing(events, confirm_bars)).collect();
    let mut entries = Sides { long: vec![0; n_words], short: vec![0; n_words] };
    for word in 0..n_words {
        let now = Sides {
            long: events.iter().fold(0, |all, events| all | events.long[word]),
            short: events.iter().fold(0, |all, events| all | events.short[word]),
        };
        if now.long | now.short == 0 {
            continue;
        }
        let votes: Vec<Sides<u64>> =
            votes.iter().map(|v| Sides { long: v.long[word], short: v.short[word] }).collect();
        let (long, short) = (
            now.long & rule.holds(&votes, now.long),
            now.short & rule.holds(&mirrored(&votes), now.short),
        );
        entries.long[word] = long & !short;
        entries.short[word] = short & !long;
    }
    entries
}

fn one_side(member: &Sides<&[u64]>, n_words: usize) -> Entries {
    let (long, short) = (&member.long[..n_words], &member.short[..n_words]);
    let short = short.iter().zip(long).map(|(short, long)| short & !long).collect();
    Sides { long: long.to_vec(), short }
}

fn mirrored(votes: &[Sides<u64>]) -> Vec<Sides<u64>> {
    votes.iter().map(|vote| Sides { long: vote.short, short: vote.long }).collect()
}

impl Rule {
    /// The bars on which it holds for longs; only those `asked` matter.
    fn holds(&self, votes: &[Sides<u64>], asked: u64) -> u64 {
        match self {
            Self::All => votes.iter().fold(u64::MAX, |all, vote| all & vote.long),
            Self::Any => votes.iter().fold(0, |any, vote| any | vote.long),
            Self::KOfN(k) => at_least(votes, *k),
            Self::Weighted { weights, threshold } => {
                let total: f64 = weights.iter().sum();
                let holds = |bar: u32| {
                    let side = |word: u64| if word >> bar & 1 == 1 { 1.0 } else { 0.0 };
                    let voted = weights.iter().zip(votes);
                    let sum: f64 = voted.map(|(w, v)| w * (side(v.long) - side(v.short))).sum();
                    sum >= threshold * total - ROUNDING * total
                };
                let bars = (0..u64::BITS).filter(|bar| asked >> bar & 1 == 1);
                bars.filter(|bar| holds(*bar)).fold(0, |word, bar| word | 1 << bar)
            }
        }
    }
}

/// Half of the weights is enough for one half, however they round.
const ROUNDING: f64 = 1e-12;

/// The bars with at least `k` votes: `counted[j]` holds those that had more than `j` so far.
fn at_least(votes: &[Sides<u64>], k: usize) -> u64 {
    let mut counted = vec![0; votes.len()];
    for vote in votes {
        for j in (1..counted.len()).rev() {
            counted[j] |= counted[j - 1] & vote.long;
        }
        counted[0] |= vote.long;
    }
    counted[k - 1]
}

/// The votes that stand: the last event of the bars up to this one, if it is young enough.
fn standing(events: &Entries, confirm_bars: u32) -> Entries {
    let of = |mine: &[u64], other: &[u64]| {
        Stretch::one(mine, other).times(u64::from(confirm_bars) + 1).stands
    };
    Sides { long: of(&events.long, &events.short), short: of(&events.short, &events.long) }
}

/// A number of bars up to each: whether a vote of them stands at the end, and whether none of the
/// other side came in. Two stretches in a row are one, so any length is put together from
/// doublings.
#[derive(Clone)]
struct Stretch {
    bars: u64,
    stands: Vec<u64>,
    clear: Vec<u64>,
}

impl Stretch {
    fn one(mine: &[u64], other: &[u64]) -> Self {
        let clear = other.iter().map(|word| !word).collect();
        Self { bars: 1, stands: mine.to_vec(), clear }
    }

    fn times(self, n: u64) -> Self {
        let (mut whole, mut power, mut left) = (None::<Self>, self, n);
        loop {
            if left & 1 == 1 {
                whole = Some(whole.map_or_else(|| power.clone(), |whole| whole.after(&power)));
            }
            left >>= 1;
            match whole {
                Some(whole) if left == 0 => return whole,
                _ => power = power.after(&power),
            }
        }
    }

    /// This one, with an earlier one before it.
    fn after(&self, earlier: &Self) -> Self {
        let (older, clear) =
            (shifted(&earlier.stands, self.bars), shifted(&earlier.clear, self.bars));
        let both = |a: &[u64], b: &[u64]| a.iter().zip(b).map(|(a, b)| a & b).collect::<Vec<u64>>();
        let stands =
            self.stands.iter().zip(both(&older, &self.clear)).map(|(a, b)| a | b).collect();
        Self { bars: self.bars + earlier.bars, stands, clear: both(&self.clear, &clear) }
    }
}

/// Every bit `bars` later. What comes in at the beginning is 0: before the first bar nothing
/// stands.
fn shifted(words: &[u64], bars: u64) -> Vec<u64> {
    let (whole, bits) = ((bars / 64) as usize, (bars % 64) as u32);
    let word = |at: Option<usize>| at.map_or(0, |at| words[at]);
    let one = |at: usize| {
        let (here, before) = (word(at.checked_sub(whole)), word(at.checked_sub(whole + 1)));
        here << bits | before.checked_shr(64 - bits).unwrap_or_default()
    };
    (0..words.len()).map(one).collect()
}
