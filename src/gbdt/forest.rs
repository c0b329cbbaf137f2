//! Prediction: all trees in one array, a few rows at a time walking down side by side.

use super::binning::{Binned, Edges};
use super::{GbdtFault, Model};

/// A model made ready to predict.
#[derive(Debug, Clone)]
pub struct Forest {
    nodes: Vec<Node>,
    /// Each tree's root and depth.
    trees: Vec<(u32, u32)>,
    start: f32,
    n_columns: usize,
}

/// A leaf's children are itself, so that every row takes as many steps as the tree is deep.
#[derive(Debug, Clone, Copy)]
struct Node {
    value: f32,
    column: u32,
    children: [u32; 2],
    missing_right: bool,
    leaf: f32,
}

/// Rows that walk side by side: as many as hide each other's wait for memory.
const ABREAST: usize = 8;
/// Rows whose values are copied together; with 60 columns they fill half of the nearest cache.
const BLOCK: usize = 64;

impl Forest {
    pub fn new(model: &Model) -> Self {
        let mut forest = Self {
            nodes: Vec::new(),
            trees: Vec::with_capacity(model.trees.len()),
            start: model.start_margin(),
            n_columns: model.names.len(),
        };
        for tree in &model.trees {
            let root = forest.nodes.len() as u32;
            forest.trees.push((root, tree.depth() as u32));
            for node in 0..tree.n_nodes() {
                let here = root + node as u32;
                let left = root + tree.left[node];
                let is_leaf = tree.is_leaf(node);
                forest.nodes.push(Node {
                    value: tree.value[node],
                    column: tree.column[node],
                    children: if is_leaf { [here, here] } else { [left, left + 1] },
                    missing_right: !tree.default_left[node],
                    leaf: if is_leaf { tree.value[node] } else { 0.0 },
                });
            }
        }
        forest
    }

    /// The same trees asking for codes instead of values: `x < cuts[b]` is `code < b + 2`.
    pub(super) fn of_codes(model: &Model, edges: &Edges) -> Result<Self, GbdtFault> {
        let mut forest = Self::new(model);
        for (tree, (root, _)) in model.trees.iter().zip(&forest.trees) {
            for node in (0..tree.n_nodes()).filter(|node| !tree.is_leaf(*node)) {
                let (column, threshold) = (tree.column[node] as usize, tree.value[node]);
                let cuts = edges.cuts(column);
                let at = cuts.partition_point(|cut| *cut < threshold);
                if cuts.get(at) != Some(&threshold) {
                    let tree = root_index(&forest.trees, *root);
                    let column = model.names[column].clone();
                    return Err(GbdtFault::OtherEdges { tree, column, threshold });
                }
                forest.nodes[*root as usize + node].value = (at + 2) as f32;
            }
        }
        Ok(forest)
    }

    /// The margin of one row of values.
    pub fn margin(&self, row: &[f32]) -> f32 {
        let mut margin = [self.start];
        self.add(row, &mut margin);
        margin[0]
    }

    pub(super) fn margins(&self, columns: &[&[f32]]) -> Vec<f32> {
        let n_rows = columns.first().map_or(0, |column| column.len());
        self.margins_by(n_rows, |row, column| columns[column][row])
    }

    pub(super) fn margins_of_codes(&self, binned: &Binned) -> Vec<f32> {
        self.margins_by(binned.n_rows(), |row, column| match binned.code(row, column) {
            0 => f32::NAN,
            code => f32::from(code),
        })
    }

    fn margins_by(&self, n_rows: usize, value: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let mut margins = vec![self.start; n_rows];
        let mut block = vec![0.0; BLOCK * self.n_columns];
        for (at, margins) in margins.chunks_mut(BLOCK).enumerate() {
            for column in 0..self.n_columns {
                for row in 0..margins.len() {
                    block[row * self.n_columns + column] = value(at * BLOCK + row, column);
                }
            }
            self.add(&block, margins);
        }
        margins
    }

    /// Adds all trees to the margins of the rows in `block`, one tree after another.
    fn add(&self, block: &[f32], margins: &mut [f32]) {
        let width = self.n_columns;
        for &(root, depth) in &self.trees {
            let rows = block.chunks(ABREAST * width);
            for (rows, margins) in rows.zip(margins.chunks_mut(ABREAST)) {
                let mut at = [root; ABREAST];
                for _ in 0..depth {
                    for (lane, at) in at.iter_mut().enumerate().take(margins.len()) {
                        *at = self.step(*at, &rows[lane * width..(lane + 1) * width]);
                    }
                }
                for (margin, at) in margins.iter_mut().zip(at) {
                    *margin += self.nodes[at as usize].leaf;
                }
            }
        }
    }

    #[inline]
    fn step(&self, at: u32, row: &[f32]) -> u32 {
        let node = &self.nodes[at as usize];
        let x = row[node.column as usize];
        let goes_right = (x >= node.value) | (x.is_nan() & node.missing_right);
        node.children[usize::from(goes_right)]
    }
}

fn root_index(trees: &[(u32, u32)], root: u32) -> usize {
    trees.iter().position(|tree| tree.0 == root).unwrap_or(0)
}
