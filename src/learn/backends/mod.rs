//! The backends: to add one, write its file and name it twice below.

mod fault;
mod boosting;
mod dense;
mod gbdt;
mod hessboost;
mod xgboost;
mod linear;
mod forest;

use serde_json::Value;

pub use fault::{BadParam, LearnFault};

use super::learner::Learner;

pub const BACKENDS: &[Backend] =
    &[gbdt::BACKEND, hessboost::BACKEND, xgboost::BACKEND, linear::BACKEND, forest::BACKEND];

#[derive(Debug)]
pub struct Backend {
    pub name: &'static str,
    /// One line for help.
    pub about: &'static str,
    /// Parameters as a JSON object → a learner. What is left out has its default; all that cannot
    /// be is told at once.
    pub check: fn(&Value) -> Result<Box<dyn Learner>, LearnFault>,
}

pub fn find(name: &str) -> Result<&'static Backend, LearnFault> {
    let unknown = || LearnFault::UnknownBackend {
        name: name.to_owned(),
        known: BACKENDS.iter().map(|b| b.name).collect::<Vec<_>>().join(", "),
    };
    BACKENDS.iter().find(|backend| backend.name == name).ok_or_else(unknown)
}

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod sample_data;
