//! Predictions of the training slice by models that have not seen the rows they predict.
//!
//! A calibration slice is short, and what it shows of a model's worth is mostly noise. So the
//! training slice is cut into blocks, each is predicted by models trained on the others (purged by
//! label interval), and calibrators learn from all of them, as in stacking (Wolpert 1992, "Stacked
//! generalization", Neural Networks 5; van der Laan, Polley & Hubbard 2007, "Super learner"). Those
//! models have learnt from a block less than the one that is kept, so they are worth a little less.

use super::calibration::Held;
use super::dataset::Dataset;
use super::training::{self, Recipe, TrainFault, held};
use crate::folds::{CrossValidationParams, RowSet, Rows, Split};

/// A block of fewer rows tells nothing of a model trained on the rest.
const LEAST_BLOCK: usize = 1000;

/// Blocks of equal time; none where they would be too small.
pub fn splits(n_blocks: u32, data: &Dataset, rows: &RowSet) -> Result<Vec<Split>, TrainFault> {
    if n_blocks < 2 || rows.len() < LEAST_BLOCK * n_blocks as usize {
        return Ok(Vec::new());
    }
    let blocks = CrossValidationParams::k_fold(n_blocks, 0).check();
    let blocks = blocks.map_err(|bad| TrainFault::Blocks(format!("{bad:?}")))?;
    let hulls = data.hulls();
    let cut = Rows::new(&hulls).and_then(|all| blocks.split(&all, rows));
    let splits = cut.map_err(|fault| TrainFault::Blocks(fault.to_string()))?;
    Ok(splits.splits().to_vec())
}

/// What the models that have not seen a block say of it, by horizon, in time order.
pub fn predict(
    recipe: &Recipe,
    data: &Dataset,
    (splits, stop): (&[Split], Option<&RowSet>),
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Held>, TrainFault> {
    let nothing = |horizon| Held { overlap_rows: data.overlap_rows(horizon), ..Held::default() };
    let mut unseen: Vec<Held> = data.horizons.iter().map(nothing).collect();
    let n = data.horizons.len() * (1 + usize::from(recipe.keep.is_some()));
    for (at, split) in splits.iter().enumerate() {
        let fits =
            training::fit(recipe, data, (split.train(), stop), &|done| on_done(at * n + done))?;
        for ((fit, horizon), unseen) in fits.iter().zip(&data.horizons).zip(&mut unseen) {
            let block = held(recipe.target, &*fit.model, (data, horizon), split.test())?;
            unseen.append(&block);
        }
    }
    Ok(unseen)
}
