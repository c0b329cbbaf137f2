//! Has the market changed so much that a model should be trained again?
//!
//! Detectors that are fed one number at a time, in the order of time, and are functions of what
//! they were fed: losses ([`PageHinkley`], [`Adwin`]), of which only a rise is a reason to train
//! again, and inputs ([`InputDrift`]). A number that is not finite is no loss, and is passed over.
//! A loss is known when its label is over, not when it was predicted: feeding it earlier would be a
//! look into the future.

mod adwin;
mod input;
mod page_hinkley;

#[cfg(test)]
mod science_tests;

pub use adwin::{Adwin, AdwinRules, Change, Direction};
pub use input::{InputDrift, Psi, Reference};
pub use page_hinkley::{PageHinkley, PageHinkleyRules, Rise};
