//! A leaf that hangs on too many answers for a table: its integral, many rows side by side.

use super::block::BLOCK;
use super::path::{Path, Turn};
use super::quadrature::{Knot, Rules};

#[derive(Debug, Clone)]
pub(super) struct DeepLeaf {
    pub value: f64,
    pub path: Path,
}

/// Rows side by side: with a path of 12 columns all their numbers stay in the nearest cache.
const ABREAST: usize = 64;

type Lanes = [f64; ABREAST];

/// Scratch memory, for each column of a path.
#[derive(Debug, Default)]
pub(super) struct DeepSpace {
    /// 1 for the rows that take all turns.
    met: Vec<Lanes>,
    /// The product of the factors before this one.
    before: Vec<Lanes>,
    sums: Vec<Lanes>,
}

impl DeepLeaf {
    /// Adds Shapley values as in `group` to the sums of the block's rows; `rights` says for each
    /// split which of them go right.
    pub(super) fn add(
        &self,
        rights: &[[u8; BLOCK]],
        rules: &Rules,
        space: &mut DeepSpace,
        sums: &mut [&mut [f64]],
    ) {
        let n_rows = sums.first().map_or(0, |column| column.len());
        for start in (0..n_rows).step_by(ABREAST) {
            let rows = start..(start + ABREAST).min(n_rows);
            self.meet(rights, start, space);
            for knot in rules.of(self.path.steps.len()) {
                self.add_at(*knot, space);
            }
            for (at, step) in self.path.steps.iter().enumerate() {
                let known = space.sums[at].iter().zip(&space.met[at]);
                for (sum, (value, met)) in sums[step.column][rows.clone()].iter_mut().zip(known) {
                    *sum += value * (met - step.share);
                }
            }
        }
    }

    fn meet(&self, rights: &[[u8; BLOCK]], start: usize, space: &mut DeepSpace) {
        let n_steps = self.path.steps.len();
        for lanes in [&mut space.met, &mut space.before, &mut space.sums] {
            lanes.resize(n_steps.max(lanes.len()), [0.0; ABREAST]);
        }
        space.sums[..n_steps].fill([0.0; ABREAST]);
        for (met, step) in space.met.iter_mut().zip(&self.path.steps) {
            let mut taken = [1_u8; ABREAST];
            for Turn { split, right } in &step.turns {
                let left = u8::from(!right);
                let rights = &rights[*split][start..];
                taken.iter_mut().zip(rights).for_each(|(taken, right)| *taken &= right ^ left);
            }
            met.iter_mut().zip(taken).for_each(|(met, taken)| *met = f64::from(taken));
        }
    }

    fn add_at(&self, (t, weight): Knot, space: &mut DeepSpace) {
        let steps = &self.path.steps;
        let mut product = [weight * self.value; ABREAST];
        for ((before, met), step) in space.before.iter_mut().zip(&space.met).zip(steps) {
            let closed = step.share * (1.0 - t);
            *before = product;
            product.iter_mut().zip(met).for_each(|(product, met)| *product *= closed + t * met);
        }
        let mut after = [1.0; ABREAST];
        for (at, step) in steps.iter().enumerate().rev() {
            let closed = step.share * (1.0 - t);
            let (sums, before) = (&mut space.sums[at], &space.before[at]);
            for ((sum, before), after) in sums.iter_mut().zip(before).zip(&after) {
                *sum += before * after;
            }
            let met = &space.met[at];
            after.iter_mut().zip(met).for_each(|(after, met)| *after *= closed + t * met);
        }
    }
}
