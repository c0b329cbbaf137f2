//! Some rows on their way through the trees.

use super::deep::DeepSpace;
use super::group::{Group, MAX_BITS};
use super::plan::{Plan, Split, Tables};
use super::quadrature::Rules;

/// Rows explained side by side: their values in 60 columns stay in the second cache.
pub(super) const BLOCK: usize = 256;

/// A block's answers at the splits of a tree.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// For each split: 1 for the rows that go right.
    rights: Vec<[u8; BLOCK]>,
    deep: DeepSpace,
}

/// A block's feature values, by column, missing where it has fewer rows.
pub(super) type Features = Vec<[f32; BLOCK]>;

impl Answers {
    /// Adds a tree's contributions to `sums`: a slice for each column, all of one length.
    pub(super) fn add(
        &mut self,
        (plan, tables, rules): (&Plan, &Tables, &Rules),
        features: &Features,
        sums: &mut [&mut [f64]],
    ) {
        self.ask(&plan.splits, features);
        for (group, start) in plan.groups.iter().zip(&tables.starts) {
            let cases = self.cases(group);
            match start {
                Some(start) => look_up(group, &tables.values[*start..], &cases, sums),
                None => work_out(group, rules, &cases, sums),
            }
        }
        for leaf in &plan.deep {
            leaf.add(&self.rights, rules, &mut self.deep, sums);
        }
    }

    /// A missing value is neither below a threshold nor above it.
    fn ask(&mut self, splits: &[Split], features: &Features) {
        self.rights.resize(splits.len(), [0; BLOCK]);
        for (split, rights) in splits.iter().zip(&mut self.rights) {
            let values = &features[split.column];
            let threshold = split.threshold;
            if split.missing_left {
                for (right, x) in rights.iter_mut().zip(values) {
                    *right = u8::from(*x >= threshold);
                }
            } else {
                for (right, x) in rights.iter_mut().zip(values) {
                    *right = 1 - u8::from(*x < threshold);
                }
            }
        }
    }

    fn cases(&self, group: &Group) -> [u8; BLOCK] {
        let mut cases = [0; BLOCK];
        for (k, turns) in group.bits.iter().enumerate() {
            let mut taken = [1; BLOCK];
            for turn in turns {
                let left = u8::from(!turn.right);
                let rights = &self.rights[turn.split];
                taken.iter_mut().zip(rights).for_each(|(taken, right)| *taken &= right ^ left);
            }
            cases.iter_mut().zip(&taken).for_each(|(case, taken)| *case |= taken << k);
        }
        cases
    }
}

fn look_up(group: &Group, values: &[f64], cases: &[u8; BLOCK], sums: &mut [&mut [f64]]) {
    let n_cases = group.n_cases();
    for (slot, column) in group.columns.iter().enumerate() {
        // As many values as a byte can ask for, so that no look-up needs a check.
        if let Some(table) = values[slot * n_cases..].first_chunk::<{ 1 << MAX_BITS }>() {
            for (sum, case) in sums[*column].iter_mut().zip(cases) {
                *sum += table[usize::from(*case)];
            }
        }
    }
}

fn work_out(group: &Group, rules: &Rules, cases: &[u8; BLOCK], sums: &mut [&mut [f64]]) {
    let n = sums.first().map_or(0, |column| column.len());
    for (row, case) in cases.iter().enumerate().take(n) {
        let values = group.explain(rules, *case);
        for (column, value) in group.columns.iter().zip(values) {
            sums[*column][row] += value;
        }
    }
}
