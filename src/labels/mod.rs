//! What the future held: forward returns and barrier outcomes, each with its interval.
//!
//! A label is decided at the close of its bar and known when its last price is. That stretch, its
//! [`Interval`], is all the folds need to keep one slice from seeing another.

mod interval;
mod param;
mod gaps;
mod reach;
mod forward;
mod barrier;
mod weights;

pub use barrier::{BarrierInput, BarrierLabels, BarrierMissing, BarrierParams, Barriers};
pub use barrier::{Exit, Outcome};
pub use forward::{Entry, Forward, ForwardParams, Labels, MissingCounts};
pub use gaps::Gaps;
pub use interval::Interval;
pub use param::BadParam;
pub(crate) use param::Faults;
pub use reach::{LabelSet, reach};
pub use weights::{Sample, WeightParams, Weights, uniqueness};

/// Log returns are told in basis points: 1 bp = 0.01 %.
const BPS: f64 = 1e4;
