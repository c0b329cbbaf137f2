//! What all settings together say of the best of them.

use crate::optimize::Days;
use crate::report::selection::Selection;
use crate::report::selection::stationary::Bootstrap;
use crate::report::selection::superiority::{Tried, superiority};
use crate::report::verdict::pbo::Overfitting;

const SAMPLES: usize = 1000;
/// Blocks of the cross-validation: as many as its authors use.
const BLOCKS: usize = 16;
/// Its splits are 12,870, each over all settings.
const MOST_SPLIT: usize = 2_000;

/// Of the daily returns of each setting, held fixed over all test windows.
pub fn standing(days: &[Days], seed: u64) -> Selection {
    let tried: Vec<Tried<'_>> =
        days.iter().map(|days| Tried { returns: &days.returns, swing: days.swing }).collect();
    let trials: Vec<&[f64]> = days.iter().map(|days| days.returns.as_slice()).collect();
    let asked = Bootstrap { n_samples: SAMPLES, block_length: None, seed };
    let few = trials.len() <= MOST_SPLIT;
    Selection {
        superiority: superiority(&tried, &asked),
        overfitting: few.then(|| Overfitting::of(&trials, BLOCKS)).flatten(),
        ..Selection::default()
    }
}
