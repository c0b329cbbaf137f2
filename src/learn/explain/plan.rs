//! A tree taken apart for explanation.

use super::ExplainFault;
use super::deep::DeepLeaf;
use super::group::{Group, MAX_BITS};
use super::path::{Path, Place, Shape, Turn};
use super::quadrature::Rules;
use crate::gbdt::{Node, Tree};

#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// In the order of their nodes.
    pub splits: Vec<Split>,
    pub groups: Vec<Group>,
    pub deep: Vec<DeepLeaf>,
    /// What the tree predicts if nothing is known.
    pub expectation: f64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub column: usize,
    pub threshold: f32,
    pub missing_left: bool,
}

/// The cases of a tree's groups, one after another.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    /// Where each group's cases begin; `None`: made row by row.
    pub starts: Vec<Option<usize>>,
    pub values: Vec<f64>,
}

impl Plan {
    pub(super) fn new(tree: &Tree, index: usize) -> Result<Self, ExplainFault> {
        let splits = (0..tree.n_nodes()).filter_map(|at| match tree.node(at) {
            Node::Split { column, threshold, missing_left, .. } => {
                Some(Split { column, threshold, missing_left })
            }
            Node::Leaf { .. } => None,
        });
        let splits = splits.collect();
        let mut plan = Self { splits, groups: Vec::new(), deep: Vec::new(), expectation: 0.0 };
        let shape = Shape::new(tree, index)?;
        plan.expectation = expect(&shape, 0);
        plan.cut(&shape, 0, &Path::default());
        Ok(plan)
    }

    /// Groups from the top down, each as large as its table allows.
    fn cut(&mut self, shape: &Shape<'_>, node: usize, path: &Path) {
        if let Some(group) = Group::new(shape, node, path) {
            self.groups.push(group);
            return;
        }
        match shape.place(node) {
            Place::Leaf { value } => self.deep.push(DeepLeaf { value, path: path.clone() }),
            Place::Fork { column, split, children } => {
                for ((child, share), right) in children.into_iter().zip([false, true]) {
                    self.cut(shape, child, &path.and(column, Turn { split, right }, share));
                }
            }
        }
    }

    /// The most columns one path asks for, at least those of a group's.
    pub(super) fn longest(&self) -> usize {
        self.deep.iter().map(|leaf| leaf.path.steps.len()).max().unwrap_or(0).max(MAX_BITS)
    }

    /// Tables of the groups with fewer cases than rows to look them up. A table read as 256 values
    /// may reach into what follows, so the last is followed by zeros.
    pub(super) fn tabulate(&self, rules: &Rules, n_rows: usize) -> Tables {
        let mut values = Vec::new();
        let tabulate = |group: &Group| {
            let is_worth_it = group.n_cases() < n_rows;
            is_worth_it.then(|| {
                let start = values.len();
                group.tabulate(rules, &mut values);
                start
            })
        };
        let starts = self.groups.iter().map(tabulate).collect();
        values.resize(values.len() + (1 << MAX_BITS), 0.0);
        Tables { starts, values }
    }
}

/// The mean of the leaves below a node, by the training rows that came there.
fn expect(shape: &Shape<'_>, node: usize) -> f64 {
    match shape.place(node) {
        Place::Leaf { value } => value,
        Place::Fork { children, .. } => {
            children.into_iter().map(|(child, share)| share * expect(shape, child)).sum()
        }
    }
}
