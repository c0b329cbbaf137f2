//! XGBoost's JSON model format, written as its version 3 does and read as versions 1 to 3 do
//! (XGBoost documentation, "Introduction to Model IO", and its JSON schema). A value below a
//! node's `split_conditions` goes left, a missing one by `default_left`; numbers of single
//! precision are written with as many digits as tell them apart.
//!
//! Objectives: `reg:squarederror`, `reg:pseudohubererror`, `binary:logistic`, `reg:quantileerror`
//! (one quantile). Refused: categorical splits, several outputs, boosters other than `gbtree`.

mod place;
mod read;
mod write;

use super::{GbdtFault, Model};

impl Model {
    pub fn to_xgboost_json(&self) -> String {
        write::write(self)
    }

    /// Checks everything a prediction relies on: no file, however made, can do worse than be
    /// refused.
    pub fn from_xgboost_json(bytes: &[u8]) -> Result<Self, GbdtFault> {
        read::read(bytes)
    }
}
