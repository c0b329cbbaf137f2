//! Gradient boosting over histograms, made for many small trainings on nearly the same rows.
//!
//! ```text
//! columns ─ binning ─→ Binned ─┐           shared by horizons, trials and sub-lists of rows
//! target ─ objective ─ fixed ─ grow (histogram ─ split ─ partition) ─→ Tree ─ boost ─→ Model
//! ```
//!
//! All sums that choose a split are sums of integers, so neither the order of rows nor the number
//! of threads can change a byte of a model.

mod params;
mod fault;
mod matrix;
mod objective;
mod binning;
mod sort;
mod sample;
mod fixed;
mod histogram;
mod constraint;
mod gain;
mod split;
mod partition;
mod tree;
mod few;
mod node;
mod search;
mod grow;
mod leaves;
mod watch;
mod boost;
mod model;
mod forest;
mod importance;
mod xgboost_json;

pub use binning::{Binned, Edges, MAX_BINS};
pub use boost::{Fit, Start, Task, Workspace};
pub use fault::GbdtFault;
pub use forest::Forest;
pub use importance::Importance;
pub use matrix::{Matrix, Rows};
pub use model::Model;
pub use node::Node;
pub use objective::Objective;
pub use params::{BadParam, Booster, Growth, Params};
pub use tree::Tree;
pub use watch::StopOn;

#[cfg(test)]
mod twin;
#[cfg(test)]
mod twin_tests;
#[cfg(test)]
mod tests;
