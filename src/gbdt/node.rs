//! A tree's nodes, for whoever explains or draws it.

use super::Tree;

/// One node; children are numbers of nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Node {
    Leaf {
        value: f32,
        cover: f32,
    },
    Split {
        column: usize,
        /// Rows with a lesser value go left.
        threshold: f32,
        /// Where a missing value goes.
        missing_left: bool,
        left: usize,
        right: usize,
        cover: f32,
    },
}

impl Node {
    /// The sum of Hessians of the rows that came here in training.
    pub fn cover(&self) -> f32 {
        match self {
            Self::Leaf { cover, .. } | Self::Split { cover, .. } => *cover,
        }
    }
}

impl Tree {
    /// Node `at` of `0..n_nodes()`; node 0 is the root.
    pub fn node(&self, at: usize) -> Node {
        let (value, cover) = (self.value[at], self.cover[at]);
        if self.is_leaf(at) {
            return Node::Leaf { value, cover };
        }
        let left = self.left[at] as usize;
        Node::Split {
            column: self.column[at] as usize,
            threshold: value,
            missing_left: self.default_left[at],
            left,
            right: left + 1,
            cover,
        }
    }
}
