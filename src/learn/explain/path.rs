//! The way from a root to a node, column by column.

use super::ExplainFault;
use crate::gbdt::{Node, Tree};

/// What a path asks of one column, all its splits together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub column: usize,
    /// The part of the training rows that these splits let pass.
    pub share: f64,
    /// Splits (by their number among the tree's splits), and whether the path goes right there.
    pub turns: Vec<Turn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub split: usize,
    pub right: bool,
}

/// Columns in the order in which the path first asks for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Path {
    pub steps: Vec<Step>,
}

impl Path {
    /// This path and one turn more.
    pub(super) fn and(&self, column: usize, turn: Turn, share: f64) -> Self {
        let mut path = self.clone();
        match path.steps.iter_mut().find(|step| step.column == column) {
            Some(step) => {
                step.share *= share;
                step.turns.push(turn);
            }
            None => path.steps.push(Step { column, share, turns: vec![turn] }),
        }
        path
    }
}

/// A tree's shape with what explanation needs of every node.
#[derive(Debug, Clone)]
pub(super) struct Shape<'a> {
    tree: &'a Tree,
    /// For each node: its number among the splits, and the splits at or below it.
    splits: Vec<(usize, usize)>,
}

/// A node with what it means for its children.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Leaf { value: f64 },
    Fork { column: usize, split: usize, children: [(usize, f64); 2] },
}

impl<'a> Shape<'a> {
    /// Every node a row can come to must say how many came there in training: without the covers
    /// there is no expectation to explain against.
    pub(super) fn new(tree: &'a Tree, index: usize) -> Result<Self, ExplainFault> {
        let depth = tree.depth();
        if depth > MAX_DEPTH {
            return Err(ExplainFault::TooDeep { tree: index, depth, limit: MAX_DEPTH });
        }
        let mut splits = vec![(0, 0); tree.n_nodes()];
        let mut seen = 0;
        for (at, slot) in splits.iter_mut().enumerate() {
            let node = tree.node(at);
            let is_split = matches!(node, Node::Split { .. });
            let empty_root = at == 0 && is_split && node.cover() == 0.0;
            if node.cover() < 0.0 || empty_root {
                return Err(ExplainFault::NoCover { tree: index, node: at });
            }
            slot.0 = seen;
            seen += usize::from(is_split);
        }
        for at in (0..tree.n_nodes()).rev() {
            if let Node::Split { left, right, .. } = tree.node(at) {
                splits[at].1 = splits[left].1 + splits[right].1 + 1;
            }
        }
        Ok(Self { tree, splits })
    }

    /// Splits at or below a node.
    pub(super) fn n_splits(&self, at: usize) -> usize {
        self.splits[at].1
    }

    pub(super) fn place(&self, at: usize) -> Place {
        match self.tree.node(at) {
            Node::Leaf { value, .. } => Place::Leaf { value: f64::from(value) },
            Node::Split { column, left, right, .. } => {
                let share = share_left(self.tree.node(left).cover(), self.tree.node(right).cover());
                let children = [(left, share), (right, 1.0 - share)];
                Place::Fork { column, split: self.splits[at].0, children }
            }
        }
    }
}

/// Deeper trees are no trees; and a path's length is the depth of a recursion.
const MAX_DEPTH: usize = 512;

/// Of the rows that reach a split, the part that go left. Both children together are all: so the
/// shares add up to 1 whatever a file says of the parent. Where no row came, both ways are alike.
fn share_left(left: f32, right: f32) -> f64 {
    let (left, right) = (f64::from(left), f64::from(right));
    if left + right > 0.0 { left / (left + right) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_of_one_column_become_one_step() {
        let turn = |split, right| Turn { split, right };
        let path = Path::default().and(4, turn(0, true), 0.5);
        let path = path.and(2, turn(1, false), 0.25).and(4, turn(3, false), 0.2);
        assert_eq!(path.steps.len(), 2);
        assert_eq!((path.steps[0].column, path.steps[1].column), (4, 2));
        assert_eq!(path.steps[0].turns, [turn(0, true), turn(3, false)]);
        assert!((path.steps[0].share - 0.1).abs() < 1e-16);
        assert_eq!(path.steps[1].share, 0.25);
    }

    #[test]
    fn where_no_row_came_both_ways_are_alike() {
        assert_eq!(share_left(30.0, 10.0), 0.75);
        assert_eq!(share_left(0.0, 10.0), 0.0);
        assert_eq!(share_left(0.0, 0.0), 0.5);
    }
}
