//! A tree as flat columns; a node's children lie side by side.

use super::constraint::Bounds;
use super::gain::Rules;
use super::split::Split;

/// Node 0 is the root; children come after their parents, the right after the left.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// The left child; 0: a leaf. The right child is the next.
    pub(super) left: Vec<u32>,
    /// The column a node splits on; 0 for a leaf.
    pub(super) column: Vec<u32>,
    /// Rows with a lesser value go left; for a leaf, its value.
    pub(super) value: Vec<f32>,
    /// Where a missing value goes.
    pub(super) default_left: Vec<bool>,
    /// What the split gained; 0 for a leaf.
    pub(super) gain: Vec<f32>,
    /// The rows' sum of Hessians.
    pub(super) cover: Vec<f32>,
    /// The value the node would have as a leaf.
    pub(super) weight: Vec<f32>,
}

impl Tree {
    pub fn n_nodes(&self) -> usize {
        self.left.len()
    }

    pub fn n_leaves(&self) -> usize {
        self.left.iter().filter(|left| **left == 0).count()
    }

    pub fn is_leaf(&self, node: usize) -> bool {
        self.left[node] == 0
    }

    /// Splits on the longest way to a leaf.
    pub fn depth(&self) -> usize {
        let mut depths = vec![0; self.n_nodes()];
        for node in (0..self.n_nodes()).filter(|node| !self.is_leaf(*node)) {
            let left = self.left[node] as usize;
            depths[left] = depths[node] + 1;
            depths[left + 1] = depths[node] + 1;
        }
        depths.into_iter().max().unwrap_or(0)
    }

    pub(super) fn push_leaf(&mut self, rules: &Rules, total: i64, bounds: Bounds) -> u32 {
        let weight = rules.weight(total, bounds);
        self.left.push(0);
        self.column.push(0);
        self.value.push(weight as f32);
        self.default_left.push(false);
        self.gain.push(0.0);
        self.cover.push(rules.real(total).1 as f32);
        self.weight.push(weight as f32);
        self.n_nodes() as u32 - 1
    }

    /// Makes a leaf a split whose children are the two nodes pushed next.
    pub(super) fn split(&mut self, node: u32, split: &Split, threshold: f32) {
        let at = node as usize;
        self.left[at] = self.n_nodes() as u32;
        self.column[at] = split.column;
        self.value[at] = threshold;
        self.default_left[at] = split.missing_left;
        self.gain[at] = split.gain as f32;
    }
}
