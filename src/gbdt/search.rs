//! The best splits of many nodes: strip by strip, so that a strip's codes and histograms stay in
//! the cache; and strips side by side where there are threads for them.

use std::ops::Range;

use rayon::prelude::*;

use super::binning::{Binned, LANES, MAX_BINS, Strip};
use super::constraint::Bounds;
use super::grow::TreeSpace;
use super::histogram::{self, Histogram};
use super::params::Params;
use super::split::{Four, Parent, Rules, Search, Split};

/// The histograms of one strip, by slot.
#[derive(Debug, Default)]
pub(super) struct StripSpace {
    slots: Vec<Histogram>,
}

/// Two children of a node. The larger one's histograms are the parent's, which lie in its slot,
/// without the smaller one's.
pub(super) struct Pair {
    pub small: Side,
    pub large: Option<Side>,
    pub small_slot: usize,
    pub large_slot: usize,
}

pub(super) struct Side {
    /// Its rows' places.
    pub rows: Range<usize>,
    pub total: i64,
    pub bounds: Bounds,
    /// Whether its best split is wanted.
    pub seek: bool,
    /// The columns to look at, a bit each, by strip; `None`: all of the tree's.
    pub lanes: Option<Vec<u8>>,
}

/// The best split of the small and of the large child.
pub(super) type Found = [Option<Split>; 2];

pub(super) struct Searcher<'a> {
    binned: &'a Binned,
    threads: usize,
    monotone: &'a [i8],
    /// The tree's columns, a bit each, by strip.
    lanes: Vec<u8>,
    n_cuts: Vec<[u8; LANES]>,
}

impl<'a> Searcher<'a> {
    pub(super) fn new(binned: &'a Binned, params: &'a Params, columns: &[u32]) -> Self {
        let n_strips = binned.strips().len();
        let cuts = |column: usize| {
            if column < binned.n_columns() { binned.edges().cuts(column).len() as u8 } else { 0 }
        };
        let n_cuts = (0..n_strips).map(|s| std::array::from_fn(|lane| cuts(s * LANES + lane)));
        let mut searcher = Self {
            binned,
            threads: params.threads,
            monotone: &params.monotone,
            lanes: Vec::new(),
            n_cuts: n_cuts.collect(),
        };
        searcher.lanes = searcher.lanes(columns);
        searcher
    }

    /// A bit for each of the columns that can be split.
    pub(super) fn lanes(&self, columns: &[u32]) -> Vec<u8> {
        let mut lanes = vec![0; self.n_cuts.len()];
        for column in columns.iter().map(|column| *column as usize) {
            if self.n_cuts[column / LANES][column % LANES] > 0 {
                lanes[column / LANES] |= 1 << (column % LANES);
            }
        }
        lanes
    }

    pub(super) fn search(&self, rules: &Rules, space: &mut TreeSpace, pairs: &[Pair]) -> Vec<Found> {
        let TreeSpace { rows, ordered, strips, .. } = space;
        let nodes = Nodes { rules, pairs, rows, words: ordered };
        let n_chunks = self.threads.min(strips.len()).max(1);
        if n_chunks == 1 {
            return self.look_through(&nodes, 0, strips);
        }
        let size = strips.len().div_ceil(n_chunks);
        let chunks = strips.par_chunks_mut(size).enumerate();
        let found: Vec<Vec<Found>> =
            chunks.map(|(at, chunk)| self.look_through(&nodes, at * size, chunk)).collect();
        let none = vec![[None; 2]; pairs.len()];
        found.into_iter().fold(none, |mut best, chunk| {
            for (best, other) in best.iter_mut().flatten().zip(chunk.into_iter().flatten()) {
                *best = better(*best, other);
            }
            best
        })
    }

    fn look_through(&self, nodes: &Nodes<'_>, first: usize, strips: &mut [StripSpace]) -> Vec<Found> {
        let mut found = vec![[None; 2]; nodes.pairs.len()];
        for (at, space) in strips.iter_mut().enumerate() {
            let at = first + at;
            if self.lanes[at] == 0 {
                continue;
            }
            for (pair, found) in nodes.pairs.iter().zip(&mut found) {
                self.look_at_pair(nodes, pair, (at, space), found);
            }
        }
        found
    }

    fn look_at_pair(
        &self,
        nodes: &Nodes<'_>,
        pair: &Pair,
        (at, space): (usize, &mut StripSpace),
        found: &mut Found,
    ) {
        let needed = pair.small_slot.max(pair.large_slot) + 1;
        if space.slots.len() < needed {
            space.slots.resize(needed, [[0; LANES]; MAX_BINS]);
        }
        let strip: &Strip = &self.binned.strips()[at];
        let rows = pair.small.rows.clone();
        let small = &mut space.slots[pair.small_slot];
        let node = (&nodes.rows[rows.clone()], &nodes.words[rows]);
        histogram::build(small, strip, self.lanes[at], node);
        self.look(nodes.rules, &pair.small, (at, small), &mut found[0]);
        let Some(side) = &pair.large else { return };
        let Ok([small, large]) = space.slots.get_disjoint_mut([pair.small_slot, pair.large_slot])
        else {
            return;
        };
        histogram::subtract(large, small);
        self.look(nodes.rules, side, (at, large), &mut found[1]);
    }

    fn look(
        &self,
        rules: &Rules,
        side: &Side,
        (at, histogram): (usize, &Histogram),
        best: &mut Option<Split>,
    ) {
        if !side.seek {
            return;
        }
        let lanes = side.lanes.as_ref().map_or(self.lanes[at], |lanes| lanes[at]);
        let first = at * LANES;
        let sign = |lane: usize| self.monotone.get(first + lane).copied().unwrap_or(0);
        let four = Four {
            histogram,
            lanes,
            first_column: first as u32,
            n_cuts: self.n_cuts[at],
            signs: std::array::from_fn(sign),
        };
        let parent = Parent { total: side.total, bounds: side.bounds };
        let mut search = Search::new(rules, parent, *best);
        search.look(&four);
        *best = search.best();
    }
}

/// What is searched.
struct Nodes<'a> {
    rules: &'a Rules,
    pairs: &'a [Pair],
    rows: &'a [u32],
    words: &'a [i64],
}

fn better(a: Option<Split>, b: Option<Split>) -> Option<Split> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.beats(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
