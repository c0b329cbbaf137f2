//! How well predictions went with what came, slice by slice.

use serde::{Deserialize, Serialize};

use super::calibration::Held;
use super::horizon_weights::{Ic, ic_with_error};

/// One horizon's model on the slices it was made from. None of these is out of sample: the trees
/// have learnt `train`, their number was chosen on `early_stop`, and the calibrators will be fitted
/// on `calibrate`, which is the one slice the trees have not seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HorizonScores {
    pub horizon: u32,
    /// Trees kept; `None` for a backend without rounds.
    pub rounds: Option<usize>,
    /// Columns the model reads.
    pub n_columns: usize,
    pub train: SliceScore,
    pub early_stop: SliceScore,
    pub calibrate: SliceScore,
    /// Blocks of the training slice, by models trained without them; see [`super::cross_fit`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<SliceScore>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SliceScore {
    /// Rows with a label.
    pub n_rows: usize,
    /// `None` where all predictions or all outcomes are alike.
    pub ic: Option<Ic>,
}

impl SliceScore {
    pub fn of(held: &Held) -> Self {
        let ic = ic_with_error(&held.score, &held.outcome_bps, held.overlap_rows);
        Self { n_rows: held.score.len(), ic }
    }
}
