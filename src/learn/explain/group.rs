//! Neighbouring leaves explained together.
//!
//! What a row gets from some leaves depends on nothing but the answers at the few splits above
//! them. With at most [`MAX_BITS`] answers there are at most 256 cases, and a table of them turns a
//! row's values into one look-up a column. (Yang 2021, "Fast TreeSHAP", keeps such a table per
//! leaf; one for a small subtree at once asks for fewer look-ups.)

use super::path::{Path, Place, Shape, Turn};
use super::quadrature::{Knot, Rules};

/// Answers a table is made for: a case is a byte.
pub(super) const MAX_BITS: usize = 8;

/// The leaves below one node, few enough answers away from the root.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Bit `k` of a case: all turns of `bits[k]` are taken.
    pub bits: Vec<Vec<Turn>>,
    pub columns: Vec<usize>,
    leaves: Vec<Leaf>,
}

#[derive(Debug, Clone)]
struct Leaf {
    value: f64,
    steps: Vec<Asked>,
}

/// What the way to a leaf asks of one column.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// The column's place among the group's.
    slot: usize,
    share: f64,
    /// The bits it looks at, and what they must be.
    looks: u8,
    wants: u8,
}

impl Group {
    /// `None`: the leaves below `node` hang on too many answers.
    pub(super) fn new(shape: &Shape<'_>, node: usize, path: &Path) -> Option<Self> {
        if path.steps.len() + shape.n_splits(node) > MAX_BITS {
            return None;
        }
        let mut group = Self { bits: Vec::new(), columns: Vec::new(), leaves: Vec::new() };
        let mut steps = Vec::new();
        for step in &path.steps {
            let bit = 1 << group.bits.len();
            group.bits.push(step.turns.clone());
            let slot = group.slot(step.column);
            steps.push(Asked { slot, share: step.share, looks: bit, wants: bit });
        }
        group.descend(shape, node, &steps);
        Some(group)
    }

    fn slot(&mut self, column: usize) -> usize {
        self.columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            self.columns.push(column);
            self.columns.len() - 1
        })
    }

    fn descend(&mut self, shape: &Shape<'_>, node: usize, steps: &[Asked]) {
        let (column, split, children) = match shape.place(node) {
            Place::Leaf { value } => {
                self.leaves.push(Leaf { value, steps: steps.to_vec() });
                return;
            }
            Place::Fork { column, split, children } => (column, split, children),
        };
        let bit = 1 << self.bits.len();
        self.bits.push(vec![Turn { split, right: true }]);
        let slot = self.slot(column);
        for ((child, share), wants) in children.into_iter().zip([0, bit]) {
            let mut steps = steps.to_vec();
            match steps.iter_mut().find(|step| step.slot == slot) {
                Some(step) => {
                    step.share *= share;
                    step.looks |= bit;
                    step.wants |= wants;
                }
                None => steps.push(Asked { slot, share, looks: bit, wants }),
            }
            self.descend(shape, child, &steps);
        }
    }

    pub(super) fn n_cases(&self) -> usize {
        1 << self.bits.len()
    }

    /// What one case gives each of the group's columns.
    pub(super) fn explain(&self, rules: &Rules, case: u8) -> [f64; MAX_BITS] {
        let mut values = [0.0; MAX_BITS];
        for leaf in &self.leaves {
            let mine = leaf.explain(rules, leaf.met(case));
            for (step, value) in leaf.steps.iter().zip(mine) {
                values[step.slot] += value;
            }
        }
        values
    }

    /// [`Group::explain`] of all cases, to the bit, appended to `table`: column by column.
    pub(super) fn tabulate(&self, rules: &Rules, table: &mut Vec<f64>) {
        let (from, n_cases) = (table.len(), self.n_cases());
        table.resize(from + n_cases * self.columns.len(), 0.0);
        let values = &mut table[from..];
        for leaf in &self.leaves {
            let known: Vec<[f64; MAX_BITS]> =
                (0..1_u32 << leaf.steps.len()).map(|met| leaf.explain(rules, met as u8)).collect();
            for case in 0..n_cases {
                let mine = &known[usize::from(leaf.met(case as u8))];
                for (step, value) in leaf.steps.iter().zip(mine) {
                    values[step.slot * n_cases + case] += value;
                }
            }
        }
    }
}

impl Leaf {
    /// Bit `i`: the case meets step `i`.
    fn met(&self, case: u8) -> u8 {
        let meets = |step: &Asked| u8::from((case ^ step.wants) & step.looks == 0);
        self.steps.iter().enumerate().fold(0, |met, (i, step)| met | (meets(step) << i))
    }

    /// A leaf's game is a product: v Π oᵢ over the known columns, zᵢ (the share) over the others.
    /// Its Shapley values are v (oᵢ − zᵢ) ∫₀¹ Π_{j ≠ i} (zⱼ(1 − t) + oⱼt) dt, for the Shapley
    /// weights are ∫ t^|S| (1 − t)^(d−1−|S|) dt (Owen 1972, "Multilinear extensions of games").
    fn explain(&self, rules: &Rules, met: u8) -> [f64; MAX_BITS] {
        let mut sums = [0.0; MAX_BITS];
        for knot in rules.of(self.steps.len()) {
            self.add_at(*knot, met, &mut sums);
        }
        for (i, step) in self.steps.iter().enumerate() {
            sums[i] *= f64::from((met >> i) & 1) - step.share;
        }
        sums
    }

    /// Adds the integrand at one knot; the products of all but one factor are made from the left
    /// and from the right, so that nothing is divided out again.
    fn add_at(&self, (t, weight): Knot, met: u8, sums: &mut [f64; MAX_BITS]) {
        let mut factors = [0.0; MAX_BITS];
        let mut before = [0.0; MAX_BITS];
        let mut product = weight * self.value;
        for (i, step) in self.steps.iter().enumerate() {
            factors[i] = step.share * (1.0 - t) + t * f64::from((met >> i) & 1);
            before[i] = product;
            product *= factors[i];
        }
        let mut after = 1.0;
        for i in (0..self.steps.len()).rev() {
            sums[i] += before[i] * after;
            after *= factors[i];
        }
    }
}
