//! A leaf that hangs on too many answers for a table: its integral, many rows side by side.

use super::block::BLOCK;
use super::path::{Path, Turn};
use super::quadrature::Rules;

#[derive(Debug, Clone)]
pub(super) struct DeepLeaf {
    pub value: f64,
    pub path: Path,
}

/// A number for each row of a block.
pub(super) type Lanes = [f64; BLOCK];

/// Scratch memory for the longest path.
#[derive(Debug, Default)]
pub(super) struct DeepSpace {
    met: Vec<Lanes>,
    before: Vec<Lanes>,
    sums: Vec<Lanes>,
}

impl DeepLeaf {
    /// Shapley values as in `group`; `takes` says which of the first `n` rows take a turn.
    /// `emit` gets each column and its values.
    pub(super) fn explain(
        &self,
        (rules, n): (&Rules, usize),
        space: &mut DeepSpace,
        takes: impl Fn(&Turn, usize) -> bool,
        mut emit: impl FnMut(usize, &[f64]),
    ) {
        let steps = &self.path.steps;
        space.reset(steps.len());
        for (met, step) in space.met.iter_mut().zip(steps) {
            for (row, met) in met[..n].iter_mut().enumerate() {
                *met = f64::from(u8::from(step.turns.iter().all(|turn| takes(turn, row))));
            }
        }
        for &(t, weight) in rules.of(steps.len()) {
            self.add_at((t, weight), n, space);
        }
        for ((sums, met), step) in space.sums.iter_mut().zip(&space.met).zip(steps) {
            for (sum, met) in sums[..n].iter_mut().zip(met) {
                *sum *= met - step.share;
            }
            emit(step.column, &sums[..n]);
        }
    }

    fn add_at(&self, (t, weight): (f64, f64), n: usize, space: &mut DeepSpace) {
        let steps = &self.path.steps;
        let mut product = [weight * self.value; BLOCK];
        for ((before, met), step) in space.before.iter_mut().zip(&space.met).zip(steps) {
            let closed = step.share * (1.0 - t);
            for ((before, product), met) in before[..n].iter_mut().zip(&mut product).zip(met) {
                *before = *product;
                *product *= closed + t * met;
            }
        }
        let mut after = [1.0; BLOCK];
        for (i, step) in steps.iter().enumerate().rev() {
            let closed = step.share * (1.0 - t);
            let known = space.before[i][..n].iter().zip(&space.met[i]);
            for (((before, met), sum), after) in known.zip(&mut space.sums[i]).zip(&mut after) {
                *sum += before * *after;
                *after *= closed + t * met;
            }
        }
    }
}

impl DeepSpace {
    fn reset(&mut self, n_steps: usize) {
        for lanes in [&mut self.met, &mut self.before, &mut self.sums] {
            if lanes.len() < n_steps {
                lanes.resize(n_steps, [0.0; BLOCK]);
            }
        }
        for sums in &mut self.sums[..n_steps] {
            sums.fill(0.0);
        }
    }
}
