//! Cutting time: train | early-stop | calibrate | test, purged by label interval.
//!
//! The rows of a data set are sorted by decision instant, and cuts fall between instants: all
//! symbols of one bar are on the same side. A row belongs to a slice only if its label is over
//! before the next slice begins; a label that exits at the very instant the next slice opens on is
//! one too many (see [`Interval::touches`](crate::labels::Interval::touches)). There is no way to
//! cut without purging.

mod rows;
mod fault;
mod purge;
mod walk_forward;
mod windows;
mod cross_validation;

pub use cross_validation::{CrossValidation, CrossValidationParams, Group, Split, Splits};
pub use fault::FoldFault;
pub use purge::Slice;
pub use rows::{RowSet, Rows};
pub use walk_forward::{Fold, Folds, MAX_WEEKS, Mode, Span};
pub use walk_forward::{WalkForward, WalkForwardParams, WindowStart};
pub use windows::{BarWindows, Window};

#[cfg(test)]
mod oracle;
