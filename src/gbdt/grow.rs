//! One tree: which nodes are split, in which order.

use std::ops::Range;

use super::Growth;
use super::binning::Binned;
use super::binning::LANES;
use super::constraint::Bounds;
use super::few::FEW;
use super::gain::Rules;
use super::params::Params;
use super::partition::{Rule, partition};
use super::sample;
use super::search::{How, Job, Searcher, StripSpace};
use super::split::Split;
use super::tree::Tree;
use crate::rng::Rng;

/// Everything big a tree needs, kept from tree to tree.
#[derive(Debug, Default)]
pub(super) struct TreeSpace {
    /// The rows the tree grows on, dealt out to nodes.
    pub rows: Vec<u32>,
    /// Rows that only follow the splits: those left out, and those watched.
    pub followers: Vec<u32>,
    /// By row of the matrix: gradient and Hessian.
    pub words: Vec<i64>,
    /// The words of `rows`, in their order, where a histogram is about to be built.
    pub ordered: Vec<i64>,
    spare: Vec<u32>,
    pub strips: Vec<StripSpace>,
    free: Vec<usize>,
    n_slots: usize,
}

/// A leaf and its rows' places in `TreeSpace`.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub node: u32,
    pub rows: Range<usize>,
    pub followers: Range<usize>,
}

/// What one tree is grown by.
pub(super) struct Plan<'a> {
    pub binned: &'a Binned,
    pub params: &'a Params,
    pub rules: Rules,
    /// The tree's columns, ascending.
    pub columns: &'a [u32],
    pub round: u64,
}

/// A node that may yet be split.
struct Open {
    leaf: Leaf,
    depth: u32,
    total: i64,
    bounds: Bounds,
    slot: Option<usize>,
    best: Option<Split>,
}

pub(super) fn grow(plan: &Plan<'_>, space: &mut TreeSpace) -> (Tree, Vec<Leaf>) {
    let searcher = Searcher::new(plan.binned, plan.params, plan.columns);
    let mut grower = Grower { plan, space, searcher, tree: Tree::default(), leaves: Vec::new() };
    grower.run();
    (grower.tree, grower.leaves)
}

struct Grower<'a> {
    plan: &'a Plan<'a>,
    space: &'a mut TreeSpace,
    searcher: Searcher<'a>,
    tree: Tree,
    leaves: Vec<Leaf>,
}

impl Grower<'_> {
    fn run(&mut self) {
        self.prepare();
        let root = self.root();
        let mut open = vec![root];
        loop {
            let chosen = self.choose(&mut open);
            if chosen.is_empty() {
                break;
            }
            let parents: Vec<(Open, Open, Option<usize>)> =
                chosen.into_iter().map(|node| self.divide(node)).collect();
            open.extend(self.search(parents));
        }
        self.leaves.extend(open.into_iter().map(|node| node.leaf));
        self.leaves.sort_unstable_by_key(|leaf| leaf.node);
    }

    fn prepare(&mut self) {
        let space = &mut *self.space;
        space.free.clear();
        space.n_slots = 0;
        space.ordered.resize(space.rows.len(), 0);
        space.spare.resize(space.rows.len().max(space.followers.len()), 0);
        space.strips.resize_with(self.plan.binned.strips().len(), StripSpace::default);
    }

    fn root(&mut self) -> Open {
        let mut total = 0_i64;
        for (word, row) in self.space.ordered.iter_mut().zip(&self.space.rows) {
            *word = self.space.words[*row as usize];
            total = total.wrapping_add(*word);
        }
        let node = self.tree.push_leaf(&self.plan.rules, total, Bounds::NONE);
        let (rows, followers) = (0..self.space.rows.len(), 0..self.space.followers.len());
        let leaf = Leaf { node, rows, followers };
        let slot = self.take_slot();
        let mut root =
            Open { leaf, depth: 0, total, bounds: Bounds::NONE, slot: Some(slot), best: None };
        let job = Job { how: How::Build { slot }, ..self.job(&root, true) };
        root.best = self.searcher.search(&self.plan.rules, self.space, &[job])[0];
        root
    }

    /// The nodes to split now, in their order; the rest stays in `open`, or becomes leaves.
    fn choose(&mut self, open: &mut Vec<Open>) -> Vec<Open> {
        let params = self.plan.params;
        let (mut hopeful, done): (Vec<Open>, Vec<Open>) =
            std::mem::take(open).into_iter().partition(|node| node.best.is_some());
        for node in done {
            self.close(node);
        }
        let n_leaves = self.leaves.len() + hopeful.len();
        let most = if params.max_leaves == 0 { usize::MAX } else { params.max_leaves as usize };
        let budget = most.saturating_sub(n_leaves);
        if params.growth == Growth::DepthWise {
            *open = hopeful.split_off(hopeful.len().min(budget));
            return hopeful;
        }
        let gain = |node: &Open| node.best.map_or(0.0, |best| best.gain);
        let first = (0..hopeful.len())
            .rev()
            .max_by(|&a, &b| gain(&hopeful[a]).total_cmp(&gain(&hopeful[b])));
        let chosen = first.filter(|_| budget > 0).map(|at| hopeful.remove(at));
        *open = hopeful;
        chosen.into_iter().collect()
    }

    fn close(&mut self, node: Open) {
        self.space.free.extend(node.slot);
        self.leaves.push(node.leaf);
    }

    fn take_slot(&mut self) -> usize {
        self.space.free.pop().unwrap_or_else(|| {
            self.space.n_slots += 1;
            self.space.n_slots - 1
        })
    }

    /// Splits a node: its children, and the slot of its histograms.
    fn divide(&mut self, node: Open) -> (Open, Open, Option<usize>) {
        let Open { leaf, depth, total, bounds, slot, best } = node;
        let Some(split) = best else { unreachable!("only nodes with a split are chosen") };
        let column = split.column as usize;
        let rule = Rule { lane: column % LANES, bin: split.bin, missing_left: split.missing_left };
        let strip = &self.plan.binned.strips()[column / LANES];
        let TreeSpace { rows, followers, spare, .. } = &mut *self.space;
        let n_rows = partition(&mut rows[leaf.rows.clone()], spare, strip, rule);
        let n_followers = partition(&mut followers[leaf.followers.clone()], spare, strip, rule);
        let threshold = self.plan.binned.edges().cuts(column)[usize::from(split.bin) - 1];
        self.tree.split(leaf.node, &split, threshold);
        let right_sum = total.wrapping_sub(split.left);
        let rules = &self.plan.rules;
        let sign = self.plan.params.monotone.get(column).copied().unwrap_or(0);
        let (left_bounds, right_bounds) =
            bounds.divide(sign, rules.weight(split.left, bounds), rules.weight(right_sum, bounds));
        let (rows, followers) = (leaf.rows, leaf.followers);
        let row_cut = rows.start + n_rows;
        let follower_cut = followers.start + n_followers;
        let mut child = |total, bounds, rows, followers| {
            let node = self.tree.push_leaf(rules, total, bounds);
            let leaf = Leaf { node, rows, followers };
            Open { leaf, depth: depth + 1, total, bounds, slot: None, best: None }
        };
        let left =
            child(split.left, left_bounds, rows.start..row_cut, followers.start..follower_cut);
        let right = child(right_sum, right_bounds, row_cut..rows.end, follower_cut..followers.end);
        (left, right, slot)
    }

    /// Finds the children's best splits; each child comes back with its histograms' slot, if it
    /// has them.
    fn search(&mut self, parents: Vec<(Open, Open, Option<usize>)>) -> Vec<Open> {
        let mut open = Vec::with_capacity(2 * parents.len());
        let (mut jobs, mut places) = (Vec::new(), Vec::new());
        for (left, right, slot) in parents {
            let at = open.len();
            let left_is_small = left.leaf.rows.len() <= right.leaf.rows.len();
            open.extend([left, right]);
            let pair = if left_is_small { [at, at + 1] } else { [at + 1, at] };
            for (place, job) in self.jobs(&mut open, pair, slot) {
                places.push(place);
                jobs.push(job);
            }
        }
        let space = &mut *self.space;
        for job in &jobs {
            gather(space, job.rows.clone());
            if let How::Remove { sibling, .. } = &job.how {
                gather(space, sibling.clone());
            }
        }
        let found = self.searcher.search(&self.plan.rules, space, &jobs);
        for (place, best) in places.into_iter().zip(found) {
            open[place].best = best;
        }
        open
    }

    /// What is to be done for a small and a large child, and for whom. The large child takes over
    /// its parent's histograms.
    fn jobs(
        &mut self,
        open: &mut [Open],
        [small, large]: [usize; 2],
        slot: Option<usize>,
    ) -> Vec<(usize, Job)> {
        let n_rows = |at: usize| open[at].leaf.rows.len();
        let (n_small, n_large) = (n_rows(small), n_rows(large));
        let [seek_small, seek_large] = [small, large].map(|at| self.may_split(&open[at]));
        let (mut jobs, mut sibling) = (Vec::new(), None);
        if seek_small && n_small < FEW {
            jobs.push((small, self.job(&open[small], true)));
        } else if n_small >= FEW && (seek_small || seek_large) {
            let slot = self.take_slot();
            (open[small].slot, sibling) = (Some(slot), Some(slot));
            let job = self.job(&open[small], seek_small);
            jobs.push((small, Job { how: How::Build { slot }, ..job }));
        }
        if !seek_large || n_large < FEW {
            self.space.free.extend(slot);
            if seek_large {
                jobs.push((large, self.job(&open[large], true)));
            }
            return jobs;
        }
        let Some(slot) = slot else { return jobs };
        open[large].slot = Some(slot);
        let rows = open[small].leaf.rows.clone();
        let how = match sibling {
            Some(sibling) if n_small >= REMOVE_PAYS => How::Subtract { slot, sibling },
            _ => How::Remove { slot, sibling: rows },
        };
        jobs.push((large, Job { how, ..self.job(&open[large], true) }));
        jobs
    }

    fn may_split(&self, node: &Open) -> bool {
        let params = self.plan.params;
        node.depth < params.max_depth
            && node.leaf.rows.len() > 1
            && self.plan.rules.real(node.total).1 >= 2.0 * params.min_child_weight
    }

    fn job(&self, node: &Open, seek: bool) -> Job {
        let share = self.plan.params.column_sample_by_node;
        let lanes = (share < 1.0 && seek).then(|| {
            let place = [self.plan.round, u64::from(node.leaf.node)];
            let mut rng = Rng::stream(self.plan.params.seed, "gbdt columns of a node", &place);
            self.searcher.lanes(&sample::draw_columns(&mut rng, share, self.plan.columns))
        });
        let Open { total, bounds, .. } = *node;
        Job { rows: node.leaf.rows.clone(), total, bounds, seek, lanes, how: How::Few }
    }
}

/// From so many rows on, subtracting a sibling's histogram costs less than taking its rows out.
const REMOVE_PAYS: usize = 128;

fn gather(space: &mut TreeSpace, places: Range<usize>) {
    let TreeSpace { ordered, rows, words, .. } = space;
    for (word, row) in ordered[places.clone()].iter_mut().zip(&rows[places]) {
        *word = words[*row as usize];
    }
}
