//! The trainer again, plain and slow: every cut of every column is tried on every node by going
//! through its rows, and nothing is shared with the fast one but the random draws.

use super::{Edges, Growth, Matrix, Objective, Params, Tree, sample};
use crate::rng::Rng;

/// A training of the twin: all rows of the matrix that are listed, targets by row.
pub struct Twin<'a> {
    pub matrix: Matrix<'a>,
    pub edges: &'a Edges,
    pub params: &'a Params,
    pub targets: &'a [f64],
    pub weights: Option<&'a [f64]>,
    pub rows: Vec<u32>,
}

/// Gradient and Hessian in units.
type Sum = (i64, i64);

struct Node {
    rows: Vec<u32>,
    depth: u32,
    sum: Sum,
    bounds: (f64, f64),
    best: Option<Cut>,
    id: usize,
}

#[derive(Clone)]
struct Cut {
    gain: f64,
    column: usize,
    at: usize,
    missing_left: bool,
}

/// The rows of one tree, in units.
struct Units {
    words: Vec<Sum>,
    g: f64,
    h: f64,
}

/// What one tree is grown by.
struct Seed<'a> {
    units: &'a Units,
    columns: &'a [u32],
    round: u64,
}

impl Twin<'_> {
    /// The trees, given the constant they start from.
    pub fn trees(&self, start: f32) -> Vec<Tree> {
        let mut margins = vec![start; self.matrix.n_rows()];
        let mut trees = Vec::new();
        for round in 0..u64::from(self.params.rounds) {
            let units = self.units(&margins);
            let (mut chosen, mut out) = (Vec::new(), Vec::new());
            let mut rng = Rng::stream(self.params.seed, "gbdt rows of a tree", &[round]);
            let share = self.params.row_sample;
            sample::deal_rows(&mut rng, share, &self.rows, (&mut chosen, &mut out));
            let tree = self.tree(chosen, round, &units, &margins);
            for (row, margin) in margins.iter_mut().enumerate() {
                *margin += tree.value[self.leaf_of(&tree, row)];
            }
            trees.push(tree);
        }
        trees
    }

    fn units(&self, margins: &[f32]) -> Units {
        let weigh = |row: u32| self.weights.map_or(1.0, |weights| weights[row as usize]);
        let slopes: Vec<(f64, f64)> = self
            .rows
            .iter()
            .map(|&row| {
                let slope = self
                    .params
                    .objective
                    .slope(margins[row as usize], self.targets[row as usize] as f32);
                (slope.gradient * weigh(row), slope.hessian * weigh(row))
            })
            .collect();
        // In eight sums, as the fast one: the unit may hang on the last bit.
        let sum = |pick: fn(&(f64, f64)) -> f64| {
            let values: Vec<f64> = slopes.iter().map(pick).collect();
            super::fixed::sum_abs(&values)
        };
        let counted = self.params.objective == Objective::SquaredError && self.weights.is_none();
        let n = self.rows.len() as f64;
        let unit = |sum: f64| {
            let mut unit = 2.0_f64.powi(-300);
            while unit * (2.0_f64.powi(31) - 2.0 - n) < sum {
                unit *= 2.0;
            }
            unit
        };
        // All-zero sums have no unit; any will do.
        let fit = |sum: f64| if sum == 0.0 { 1.0 } else { unit(sum) };
        let (g, h) = (fit(sum(|s| s.0)), if counted { 1.0 } else { fit(sum(|s| s.1)) });
        let mut words = vec![(0, 0); margins.len()];
        for (row, slope) in self.rows.iter().zip(&slopes) {
            let round = |x: f64| x.round_ties_even() as i64;
            words[*row as usize] = (round(slope.0 / g), round(slope.1 / h));
        }
        Units { words, g, h }
    }

    fn tree(&self, rows: Vec<u32>, round: u64, units: &Units, margins: &[f32]) -> Tree {
        let all: Vec<u32> = (0..self.matrix.columns().len() as u32).collect();
        let mut rng = Rng::stream(self.params.seed, "gbdt columns of a tree", &[round]);
        let columns = &sample::draw_columns(&mut rng, self.params.column_sample_by_tree, &all);
        let seed = Seed { units, columns, round };
        let mut tree = Tree::default();
        let (mut open, mut leaves) = (Vec::new(), Vec::new());
        open.push(self.plant(&mut tree, rows, &seed, (0, (f64::NEG_INFINITY, f64::INFINITY))));
        loop {
            let (hopeful, done): (Vec<Node>, Vec<Node>) =
                open.into_iter().partition(|node| node.best.is_some());
            leaves.extend(done);
            open = hopeful;
            let most = match self.params.max_leaves {
                0 => usize::MAX,
                n => n as usize,
            };
            if open.is_empty() || leaves.len() + open.len() >= most {
                break;
            }
            let node = open.remove(self.next(&open));
            open.extend(self.divide(&mut tree, &node, &seed));
        }
        for leaf in leaves.iter().chain(&open) {
            let mut value = f64::from(tree.value[leaf.id]);
            if let Objective::Quantile { alpha } = self.params.objective {
                value = self.quantile(&leaf.rows, alpha, margins);
            }
            tree.value[leaf.id] = (value * self.params.learning_rate) as f32;
            tree.weight[leaf.id] = tree.value[leaf.id];
        }
        tree
    }

    fn next(&self, open: &[Node]) -> usize {
        let gain = |node: &Node| node.best.as_ref().unwrap().gain;
        match self.params.growth {
            Growth::DepthWise => 0,
            Growth::LeafWise => (1..open.len())
                .fold(0, |top, i| if gain(&open[i]) > gain(&open[top]) { i } else { top }),
        }
    }

    fn plant(
        &self,
        tree: &mut Tree,
        rows: Vec<u32>,
        seed: &Seed<'_>,
        (depth, bounds): (u32, (f64, f64)),
    ) -> Node {
        let sum = total(&rows, seed.units);
        let weight = self.weight(sum, seed.units, bounds) as f32;
        tree.left.push(0);
        tree.column.push(0);
        tree.value.push(weight);
        tree.default_left.push(false);
        tree.gain.push(0.0);
        tree.cover.push((sum.1 as f64 * seed.units.h) as f32);
        tree.weight.push(weight);
        let mut node = Node { rows, depth, sum, bounds, best: None, id: tree.left.len() - 1 };
        node.best = self.best(&node, seed);
        node
    }

    fn divide(&self, tree: &mut Tree, node: &Node, seed: &Seed<'_>) -> [Node; 2] {
        let cut = node.best.clone().unwrap();
        let (left, right) = self.sides(&node.rows, &cut);
        tree.left[node.id] = tree.left.len() as u32;
        tree.column[node.id] = cut.column as u32;
        tree.value[node.id] = self.edges.cuts(cut.column)[cut.at];
        tree.default_left[node.id] = cut.missing_left;
        tree.gain[node.id] = cut.gain as f32;
        let weight = |rows: &[u32]| self.weight(total(rows, seed.units), seed.units, node.bounds);
        let middle = weight(&left) / 2.0 + weight(&right) / 2.0;
        let (low, high) = node.bounds;
        let (left_bounds, right_bounds) = match self.params.monotone.get(cut.column) {
            Some(1) => ((low, middle), (middle, high)),
            Some(-1) => ((middle, high), (low, middle)),
            _ => (node.bounds, node.bounds),
        };
        let depth = node.depth + 1;
        let left = self.plant(tree, left, seed, (depth, left_bounds));
        [left, self.plant(tree, right, seed, (depth, right_bounds))]
    }

    fn best(&self, node: &Node, seed: &Seed<'_>) -> Option<Cut> {
        let Seed { units, columns, round } = *seed;
        let h = node.sum.1 as f64 * units.h;
        if node.depth >= self.params.max_depth
            || node.rows.len() < 2
            || h < 2.0 * self.params.min_child_weight
        {
            return None;
        }
        let mut rng =
            Rng::stream(self.params.seed, "gbdt columns of a node", &[round, node.id as u64]);
        let columns = sample::draw_columns(&mut rng, self.params.column_sample_by_node, columns);
        let mut best: Option<Cut> = None;
        for column in columns.iter().map(|column| *column as usize) {
            for at in 0..self.edges.cuts(column).len() {
                for missing_left in [true, false] {
                    let cut = Cut { gain: 0.0, column, at, missing_left };
                    let Some(gain) = self.gain(node, &cut, units) else { continue };
                    if best.as_ref().is_none_or(|best| gain > best.gain) {
                        let missing: Vec<u32> = node
                            .rows
                            .iter()
                            .copied()
                            .filter(|row| self.is_missing(*row, column))
                            .collect();
                        let (left, right) = self.sides(&node.rows, &cut);
                        let heavier = total(&left, units).1 >= total(&right, units).1;
                        let missing_left =
                            if total(&missing, units) == (0, 0) { heavier } else { missing_left };
                        best = Some(Cut { gain, missing_left, ..cut });
                    }
                }
            }
        }
        best
    }

    fn gain(&self, node: &Node, cut: &Cut, units: &Units) -> Option<f64> {
        let (left, right) = self.sides(&node.rows, cut);
        let (left, right) = (total(&left, units), total(&right, units));
        let least = left.1.min(right.1);
        if least < 1 || (least as f64 * units.h) < self.params.min_child_weight {
            return None;
        }
        let children = self.score(left, units, node.bounds) + self.score(right, units, node.bounds);
        let gain = children - self.score(node.sum, units, node.bounds);
        let values = [left, right].map(|sum| self.weight(sum, units, node.bounds));
        let allowed = match self.params.monotone.get(cut.column) {
            Some(1) => values[0] <= values[1],
            Some(-1) => values[0] >= values[1],
            _ => true,
        };
        (gain > self.params.min_gain + children * 1e-12 && allowed).then_some(gain)
    }

    fn weight(&self, sum: Sum, units: &Units, (low, high): (f64, f64)) -> f64 {
        if sum.1 == 0 {
            return 0.0;
        }
        let (g, h) = (sum.0 as f64 * units.g, sum.1 as f64 * units.h);
        (-self.shrunk(g) / (h + self.params.lambda)).max(low).min(high)
    }

    fn shrunk(&self, g: f64) -> f64 {
        let alpha = self.params.alpha;
        if g.abs() <= alpha { 0.0 } else { g - alpha * g.signum() }
    }

    fn score(&self, sum: Sum, units: &Units, bounds: (f64, f64)) -> f64 {
        let (g, h) = (sum.0 as f64 * units.g, sum.1 as f64 * units.h);
        if bounds == (f64::NEG_INFINITY, f64::INFINITY) {
            return self.shrunk(g) * self.shrunk(g) / (h + self.params.lambda);
        }
        let w = self.weight(sum, units, bounds);
        -(2.0 * g * w + (h + self.params.lambda) * w * w + 2.0 * self.params.alpha * w.abs())
    }

    fn quantile(&self, rows: &[u32], alpha: f64, margins: &[f32]) -> f64 {
        let weigh = |row: u32| self.weights.map_or(1.0, |weights| weights[row as usize]);
        let residual = |row: u32| self.targets[row as usize] as f32 - margins[row as usize];
        let mut all: Vec<(f32, f64)> =
            rows.iter().map(|&row| (residual(row), weigh(row))).collect();
        f64::from(super::objective::quantile(&mut all, alpha))
    }

    fn is_missing(&self, row: u32, column: usize) -> bool {
        self.matrix.columns()[column][row as usize].is_nan()
    }

    fn sides(&self, rows: &[u32], cut: &Cut) -> (Vec<u32>, Vec<u32>) {
        let threshold = self.edges.cuts(cut.column)[cut.at];
        rows.iter().partition(|row| {
            let x = self.matrix.columns()[cut.column][**row as usize];
            if x.is_nan() { cut.missing_left } else { x < threshold }
        })
    }

    fn leaf_of(&self, tree: &Tree, row: usize) -> usize {
        let mut at = 0;
        while tree.left[at] != 0 {
            let x = self.matrix.columns()[tree.column[at] as usize][row];
            let left = if x.is_nan() { tree.default_left[at] } else { x < tree.value[at] };
            at = tree.left[at] as usize + usize::from(!left);
        }
        at
    }
}

fn total(rows: &[u32], units: &Units) -> Sum {
    rows.iter().map(|row| units.words[*row as usize]).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}
