//! Search: which settings to try next, which to give up early, and a record of all that were tried.
//!
//! A study is a pure function of its settings, its seed and the scores it is told; samplers and
//! pruners hold no state. So the same trials come in the same order at any number of threads, and
//! a killed study goes on where it was, from its ledger (`store` keeps the file).

mod value;
mod dimension;
mod space;
mod halton;
mod history;
mod grid;
mod parzen;
mod tpe;
mod gp;
mod sampler;
mod objective;
mod pruner;
mod trial;
mod study;
mod cohort;
mod run;
mod batches;
mod tuning;

pub use batches::run_batches;
pub use dimension::{Any, Dimension, DimensionParams, Scale};
pub use gp::GpParams;
pub use grid::{Grid, GridParams};
pub use history::{History, Told};
pub use objective::{Objective, ObjectiveParams, Steps};
pub use pruner::{HalvingParams, HyperbandParams, MedianParams, Pruner, PrunerParams};
pub use run::{Outcome, best, run};
pub use sampler::{Sampler, SamplerParams};
pub use space::{BadPoint, BadSpace, Space, SpaceParams};
pub use study::{BadStudy, Study, StudyParams};
pub use tpe::TpeParams;
pub use trial::{BadLine, State, Trial};
pub use tuning::{RecipeOf, Tuner};
pub use value::{Point, Value};

#[cfg(test)]
mod suite;
