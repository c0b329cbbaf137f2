//! The best splits of many nodes: strip by strip, so that a strip's codes and histograms stay in
//! the cache; and strips side by side where there are threads for them.

use std::ops::Range;

use rayon::prelude::*;

use super::binning::{Binned, LANES, MAX_BINS};
use super::constraint::Bounds;
use super::few::{self, Few};
use super::gain::{Parent, Rules};
use super::grow::TreeSpace;
use super::histogram::{self, Histogram};
use super::params::Params;
use super::split::{Columns, Search, Split};

/// The histograms of one strip, by slot.
#[derive(Debug, Default)]
pub(super) struct StripSpace {
    slots: Vec<Histogram>,
}

/// A node whose best split is sought.
pub(super) struct Job {
    /// Its rows' places.
    pub rows: Range<usize>,
    pub total: i64,
    pub bounds: Bounds,
    /// `false`: only its histograms are wanted.
    pub seek: bool,
    /// The columns to look at, a bit each, by strip; `None`: all of the tree's.
    pub lanes: Option<Vec<u8>>,
    pub how: How,
}

/// Where a node's sums come from. Jobs are done in order: a slot is read after it is filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum How {
    /// From its rows, into a slot.
    Build { slot: usize },
    /// From its rows, without a histogram: they are few.
    Few,
    /// What its parent's slot holds without another slot, the sibling's.
    Subtract { slot: usize, sibling: usize },
    /// What its parent's slot holds without these rows, the sibling's.
    Remove { slot: usize, sibling: Range<usize> },
}

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

    /// The best split of each job.
    pub(super) fn search(
        &self,
        rules: &Rules,
        space: &mut TreeSpace,
        jobs: &[Job],
    ) -> Vec<Option<Split>> {
        let TreeSpace { rows, ordered, strips, .. } = space;
        let nodes = Nodes { rules, jobs, rows, words: ordered };
        let n_chunks = self.threads.min(strips.len()).max(1);
        if n_chunks == 1 {
            return self.look_through(&nodes, 0, strips);
        }
        let size = strips.len().div_ceil(n_chunks);
        let chunks = strips.par_chunks_mut(size).enumerate();
        let found: Vec<Vec<Option<Split>>> =
            chunks.map(|(at, chunk)| self.look_through(&nodes, at * size, chunk)).collect();
        found.into_iter().fold(vec![None; jobs.len()], |mut best, chunk| {
            for (best, other) in best.iter_mut().zip(chunk) {
                *best = better(*best, other);
            }
            best
        })
    }

    fn look_through(
        &self,
        nodes: &Nodes<'_>,
        first: usize,
        strips: &mut [StripSpace],
    ) -> Vec<Option<Split>> {
        let parent = |job: &Job| Parent { total: job.total, bounds: job.bounds };
        let mut searches: Vec<Search<'_>> =
            nodes.jobs.iter().map(|job| Search::new(nodes.rules, parent(job))).collect();
        let mut table = few::Table::new();
        for (at, space) in strips.iter_mut().enumerate() {
            let at = first + at;
            if self.lanes[at] == 0 {
                continue;
            }
            for (job, search) in nodes.jobs.iter().zip(&mut searches) {
                self.look(nodes, job, (at, space, &mut table), search);
            }
        }
        searches.iter().map(Search::best).collect()
    }

    fn look(
        &self,
        nodes: &Nodes<'_>,
        job: &Job,
        (at, space, table): (usize, &mut StripSpace, &mut few::Table),
        search: &mut Search<'_>,
    ) {
        let strip = &self.binned.strips()[at];
        let columns = self.columns(at, job);
        let (tree_lanes, slots) = (self.lanes[at], &mut space.slots);
        let slot = match &job.how {
            How::Few => {
                let (rows, words) = nodes.of(&job.rows);
                few::look(table, search, &columns, &Few { strip, rows, words });
                return;
            }
            How::Build { slot } => {
                if slots.len() <= *slot {
                    slots.resize(slot + 1, [[0; LANES]; MAX_BINS]);
                }
                histogram::build(&mut slots[*slot], strip, tree_lanes, nodes.of(&job.rows));
                *slot
            }
            How::Subtract { slot, sibling } => {
                if let Ok([parent, child]) = slots.get_disjoint_mut([*slot, *sibling]) {
                    histogram::subtract(parent, child);
                }
                *slot
            }
            How::Remove { slot, sibling } => {
                histogram::remove(&mut slots[*slot], strip, tree_lanes, nodes.of(sibling));
                *slot
            }
        };
        if job.seek {
            search.look(&slots[slot], &columns);
        }
    }

    fn columns(&self, at: usize, job: &Job) -> Columns {
        let first = at * LANES;
        let sign = |lane: usize| self.monotone.get(first + lane).copied().unwrap_or(0);
        Columns {
            lanes: job.lanes.as_ref().map_or(self.lanes[at], |lanes| lanes[at]),
            first: first as u32,
            n_cuts: self.n_cuts[at],
            signs: std::array::from_fn(sign),
        }
    }
}

/// What is searched.
struct Nodes<'a> {
    rules: &'a Rules,
    jobs: &'a [Job],
    rows: &'a [u32],
    words: &'a [i64],
}

impl<'a> Nodes<'a> {
    fn of(&self, places: &Range<usize>) -> (&'a [u32], &'a [i64]) {
        (&self.rows[places.clone()], &self.words[places.clone()])
    }
}

fn better(a: Option<Split>, b: Option<Split>) -> Option<Split> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.beats(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}
