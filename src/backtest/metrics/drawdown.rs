//! Losses from the highest equity so far: the depth, the spells, the Ulcer index.

use serde::Serialize;

use super::extremes;
use super::moments::sum;
use crate::units::{DAY_US, Ts};

/// Equity at each bar's close against the highest until then, the money at the beginning being the
/// first: `d = 1 − equity / peak`, between 0 and 1 as long as equity is positive.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawdown {
    /// The largest d; 0 if equity never fell.
    pub max_drawdown: Option<f64>,
    /// Of the spell of the largest d, which is the first of `worst`.
    pub max_length_days: Option<f64>,
    /// The longest spell, however shallow.
    pub longest_days: Option<f64>,
    /// The part of the bars that are below the peak.
    pub time_under_water: Option<f64>,
    /// `√(mean(d²))` over bars (Martin & McCann 1989, "The Investor's Guide to Fidelity Funds", who
    /// wrote d in percent).
    pub ulcer_index: Option<f64>,
    /// The ten deepest spells, deepest first; the earlier of equals first.
    pub worst: Vec<Spell>,
}

/// From a peak until equity is back. Times are the opening times of the bars at whose close it was
/// so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spell {
    pub depth: f64,
    /// The last bar at the peak; the first bar of all if equity fell at once.
    #[serde(serialize_with = "super::as_text")]
    pub start: Option<Ts>,
    #[serde(serialize_with = "super::as_text")]
    pub trough: Option<Ts>,
    /// The first bar that is back at the peak; none if the data end before.
    #[serde(serialize_with = "super::as_text")]
    pub recovery: Option<Ts>,
    /// From start to recovery, or to the last bar.
    pub length_bars: u64,
    pub length_days: f64,
}

const N_WORST: usize = 10;
/// Bars looked at together: long enough for the vector units, short enough to lie below the peak as
/// a whole most of the time.
const CHUNK: usize = 128;

impl Drawdown {
    pub fn new(ts: &[Ts], equity: &[f64], cash: f64) -> Self {
        let is_told = cash > 0.0 && !equity.is_empty();
        let mut water = Water::new(ts, cash);
        for (k, chunk) in equity.chunks(CHUNK).enumerate().filter(|_| is_told) {
            water.push(k * CHUNK, chunk);
        }
        water.surface(None);
        let n = equity.len() as f64;
        let worst: Vec<Spell> = water.worst.iter().map(|dip| dip.spell(ts)).collect();
        Self {
            max_drawdown: is_told.then(|| worst.first().map_or(0.0, |spell| spell.depth)),
            max_length_days: worst.first().map(|spell| spell.length_days),
            longest_days: is_told.then(|| water.longest_us as f64 / DAY_US as f64),
            time_under_water: is_told.then(|| water.bars as f64 / n),
            ulcer_index: is_told.then(|| (water.squares / n).sqrt()),
            worst,
        }
    }
}

/// The running state: the peak, and how far below it equity has been since.
struct Water<'a> {
    ts: &'a [Ts],
    peak: f64,
    peak_at: usize,
    /// Infinite: not below the peak.
    low: f64,
    low_at: usize,
    bars: usize,
    squares: f64,
    longest_us: i64,
    worst: Vec<Dip>,
}

/// A few bars that begin at a peak: the highest so far at each, and what hangs on it. Nothing in
/// here branches, since whether the next bar is higher is anybody's guess.
struct Climb {
    peaks: [f64; CHUNK],
    deepest: f64,
    squares: f64,
    bars_below: usize,
}

struct Dip {
    depth: f64,
    start: usize,
    trough: usize,
    recovery: Option<usize>,
}

impl<'a> Water<'a> {
    fn new(ts: &'a [Ts], peak: f64) -> Self {
        let (low, worst) = (f64::INFINITY, Vec::with_capacity(N_WORST + 1));
        Self { ts, peak, peak_at: 0, low, low_at: 0, bars: 0, squares: 0.0, longest_us: 0, worst }
    }

    fn push(&mut self, start: usize, chunk: &[f64]) {
        let [low, high] = extremes::of_some(chunk);
        if high < self.peak {
            self.push_below(start, chunk, low);
        } else if low == high && high == self.peak {
            self.push_one(start, high);
            self.peak_at = start + chunk.len() - 1;
        } else {
            self.push_mixed(start, chunk);
        }
    }

    /// Bars of which at least one is at the peak or above it.
    fn push_mixed(&mut self, start: usize, chunk: &[f64]) {
        let first = chunk.iter().position(|equity| *equity >= self.peak).unwrap_or(0);
        let (below, rest) = chunk.split_at(first);
        if !below.is_empty() {
            self.push_below(start, below, extremes::of_some(below)[0]);
        }
        let start = start + first;
        self.push_one(start, rest[0]);
        let climb = Climb::new(rest);
        let span_us = self.ts[start + rest.len() - 1].0 - self.ts[start].0;
        let is_full = self.worst.len() == N_WORST;
        if is_full && climb.deepest <= self.worst[N_WORST - 1].depth && span_us <= self.longest_us {
            self.push_ripples(start, rest, &climb);
        } else {
            rest.iter().enumerate().for_each(|(k, equity)| self.push_one(start + k, *equity));
        }
    }

    /// Bars that begin at the peak and hold no spell worth telling but the one they may end in.
    fn push_ripples(&mut self, start: usize, rest: &[f64], climb: &Climb) {
        self.bars += climb.bars_below;
        self.squares += climb.squares;
        let peaks = rest.iter().zip(&climb.peaks);
        let top = peaks.clone().rposition(|(equity, peak)| equity == peak).unwrap_or(0);
        (self.peak, self.peak_at) = (climb.peaks[top], start + top);
        for (k, equity) in rest.iter().enumerate().skip(top + 1) {
            if *equity < self.low {
                (self.low, self.low_at) = (*equity, start + k);
            }
        }
    }

    /// Bars that are all below the peak: nothing begins or ends, and none waits for the one before.
    fn push_below(&mut self, start: usize, chunk: &[f64], low: f64) {
        if low < self.low {
            self.low = low;
            self.low_at = start + chunk.iter().position(|equity| *equity == low).unwrap_or(0);
        }
        self.bars += chunk.len();
        let inverse_peak = 1.0 / self.peak;
        self.squares += sum(chunk, |equity| {
            let depth = 1.0 - equity * inverse_peak;
            depth * depth
        });
    }

    fn push_one(&mut self, at: usize, equity: f64) {
        if equity >= self.peak {
            self.surface(Some(at));
            (self.peak, self.peak_at) = (equity, at);
            return;
        }
        if equity < self.low {
            (self.low, self.low_at) = (equity, at);
        }
        let depth = (self.peak - equity) / self.peak;
        self.bars += 1;
        self.squares += depth * depth;
    }

    /// Ends the spell there is, if there is one.
    fn surface(&mut self, recovery: Option<usize>) {
        if self.low == f64::INFINITY {
            return;
        }
        let end = recovery.unwrap_or(self.ts.len() - 1);
        self.longest_us = self.longest_us.max(self.ts[end].0 - self.ts[self.peak_at].0);
        let depth = (self.peak - self.low) / self.peak;
        let is_full = self.worst.len() == N_WORST;
        if !is_full || depth > self.worst[N_WORST - 1].depth {
            let place = self.worst.partition_point(|dip| dip.depth >= depth);
            let dip = Dip { depth, start: self.peak_at, trough: self.low_at, recovery };
            self.worst.insert(place, dip);
            self.worst.truncate(N_WORST);
        }
        self.low = f64::INFINITY;
    }
}

impl Climb {
    fn new(equity: &[f64]) -> Self {
        let mut peaks = [0.0; CHUNK];
        let mut highest = equity[0];
        for (peak, equity) in peaks.iter_mut().zip(equity) {
            highest = if *equity > highest { *equity } else { highest };
            *peak = highest;
        }
        let mut depths = [0.0; CHUNK];
        for (depth, (equity, peak)) in depths.iter_mut().zip(equity.iter().zip(&peaks)) {
            *depth = (peak - equity) / peak;
        }
        let [_, deepest] = extremes::of_some(&depths);
        let below = equity.iter().zip(&peaks).map(|(equity, peak)| usize::from(equity < peak));
        let bars_below = below.sum();
        Self { peaks, deepest, squares: sum(&depths, |depth| depth * depth), bars_below }
    }
}

impl Dip {
    fn spell(&self, ts: &[Ts]) -> Spell {
        let end = self.recovery.unwrap_or(ts.len() - 1);
        Spell {
            depth: self.depth,
            start: Some(ts[self.start]),
            trough: Some(ts[self.trough]),
            recovery: self.recovery.map(|at| ts[at]),
            length_bars: (end - self.start) as u64,
            length_days: (ts[end].0 - ts[self.start].0) as f64 / DAY_US as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::units::HOUR_US;

    fn hourly(equity: &[f64]) -> Drawdown {
        let ts: Vec<Ts> = (0..equity.len() as i64).map(|hour| Ts(hour * HOUR_US)).collect();
        Drawdown::new(&ts, equity, 100.0)
    }

    #[test]
    fn two_spells_by_hand() {
        let found = hourly(&[100.0, 110.0, 99.0, 104.5, 110.0, 120.0, 108.0, 90.0, 96.0]);
        let deep = found.worst[0];
        assert_eq!((found.max_drawdown, deep.depth), (Some(0.25), 0.25));
        assert_eq!(deep.start, Some(Ts(5 * HOUR_US)));
        assert_eq!((deep.trough, deep.recovery), (Some(Ts(7 * HOUR_US)), None));
        assert_eq!((deep.length_bars, deep.length_days), (3, 0.125));
        let shallow = found.worst[1];
        assert_eq!(shallow.recovery, Some(Ts(4 * HOUR_US)));
        assert_eq!((shallow.depth, shallow.length_bars, found.worst.len()), (0.1, 3, 2));
        assert_eq!(found.time_under_water, Some(5.0 / 9.0));
        // d: 0.1, 0.05, 0.1, 0.25, 0.2.
        let ulcer = found.ulcer_index.unwrap();
        assert!((ulcer - (0.125_f64 / 9.0).sqrt()).abs() < 1e-15, "{ulcer}");
    }

    #[test]
    fn the_money_at_the_beginning_is_the_first_peak() {
        let found = hourly(&[90.0, 95.0, 100.0]);
        assert_eq!(found.worst[0].start, Some(Ts(0)));
        assert_eq!(found.worst[0].recovery, Some(Ts(2 * HOUR_US)));
        assert_eq!(found.max_drawdown, Some(0.1));
    }

    #[test]
    fn a_spell_starts_at_the_last_bar_of_a_flat_peak() {
        let mut equity = vec![100.0; 200];
        equity.extend([90.0, 100.0]);
        let found = hourly(&equity);
        assert_eq!(found.worst[0].start, Some(Ts(199 * HOUR_US)));
        assert_eq!((found.worst[0].length_bars, found.worst.len()), (2, 1));
    }

    #[test]
    fn a_long_spell_counts_however_shallow() {
        let mut equity = [100.0, 50.0].repeat(2 * CHUNK);
        equity.push(100.0);
        equity.extend([99.0; 30]);
        equity.extend([100.0; 3]);
        let found = hourly(&equity);
        assert_eq!(found.longest_days, Some(31.0 / 24.0));
        assert!(found.worst.iter().all(|spell| spell.depth == 0.5 && spell.length_bars == 2));
    }

    #[test]
    fn who_never_loses_has_a_drawdown_of_zero_and_no_spell() {
        let found = hourly(&[101.0, 101.0, 102.0]);
        assert_eq!((found.max_drawdown, found.ulcer_index), (Some(0.0), Some(0.0)));
        assert_eq!((found.max_length_days, found.worst.len()), (None, 0));
        let nothing = hourly(&[]);
        assert_eq!((nothing.max_drawdown, nothing.longest_days), (None, None));
        assert_eq!(Drawdown::new(&[Ts(0)], &[1.0], 0.0).max_drawdown, None);
    }

    #[test]
    fn lost_equity_is_more_than_everything() {
        assert_eq!(hourly(&[100.0, -20.0]).max_drawdown, Some(1.2));
    }

    /// Depth, start, trough, recovery of every spell, bar by bar.
    fn spells(equity: &[f64]) -> Vec<(f64, usize, usize, Option<usize>)> {
        let mut spells = Vec::new();
        let (mut peak, mut peak_at) = (100.0, 0);
        let mut at = 0;
        while at < equity.len() {
            if equity[at] >= peak {
                (peak, peak_at) = (equity[at], at);
                at += 1;
                continue;
            }
            let ahead = equity[at..].iter().position(|e| *e >= peak).map(|k| at + k);
            let end = ahead.unwrap_or(equity.len());
            let low = equity[at..end].iter().copied().fold(f64::INFINITY, f64::min);
            let trough = at + equity[at..end].iter().position(|e| *e == low).unwrap();
            spells.push(((peak - low) / peak, peak_at, trough, ahead));
            at = end;
        }
        spells.sort_by(|a, b| b.0.total_cmp(&a.0));
        spells
    }

    fn ulcer_index(equity: &[f64]) -> f64 {
        let mut peak = 100.0_f64;
        let mut squared = |equity: f64| {
            peak = peak.max(equity);
            (1.0 - equity / peak) * (1.0 - equity / peak)
        };
        (equity.iter().map(|e| squared(*e)).sum::<f64>() / equity.len() as f64).sqrt()
    }

    #[test]
    fn many_bars_at_once_are_what_one_by_one_is() {
        for seed in 0..40 {
            let mut rng = Rng::stream(seed, "drawdown", &[]);
            let (mut level, drift) = (100.0_f64, 0.02 * rng.normal());
            let n = 1 + rng.below(3000) as usize;
            let mut next = || {
                // Whole steps: ties and flat stretches.
                level += if rng.chance(0.3) { (drift + rng.normal()).round() } else { 0.0 };
                level.max(1.0)
            };
            let equity: Vec<f64> = (0..n).map(|_| next()).collect();
            let (found, expected) = (hourly(&equity), spells(&equity));
            let hour = |at: usize| Some(Ts(at as i64 * HOUR_US));
            assert_eq!(found.worst.len(), expected.len().min(10));
            for (spell, (depth, start, trough, recovery)) in found.worst.iter().zip(&expected) {
                assert_eq!((spell.depth, spell.start), (*depth, hour(*start)), "seed {seed}");
                assert_eq!(spell.trough, hour(*trough));
                assert_eq!(spell.recovery, recovery.and_then(hour));
            }
            let length = |s: &(f64, usize, usize, Option<usize>)| s.3.unwrap_or(n - 1) - s.1;
            let longest = expected.iter().map(length).max().unwrap_or(0);
            assert_eq!(found.longest_days, Some(longest as f64 / 24.0));
            let under: usize = expected.iter().map(|s| s.3.unwrap_or(n) - s.1 - 1).sum();
            let ulcer = found.ulcer_index.unwrap();
            assert!((ulcer - ulcer_index(&equity)).abs() < 1e-12, "seed {seed}: {ulcer}");
            let starts_below = usize::from(equity[0] < 100.0);
            assert_eq!(found.time_under_water, Some((under + starts_below) as f64 / n as f64));
        }
    }
}
