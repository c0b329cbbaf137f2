//! One step of the walk: learn a fold, predict its test slice.

use super::predictions::{InSample, Predictions};
use crate::folds::Fold;
use crate::learn::dataset::Dataset;
use crate::learn::training::{Recipe, TrainFault, Trained, train};

/// A fold that was walked.
#[derive(Debug)]
pub struct Step {
    pub trained: Trained,
    /// Of the test slice.
    pub predictions: Predictions,
}

#[derive(Debug, thiserror::Error)]
pub enum StepFault {
    #[error(transparent)]
    Train(#[from] TrainFault),
    #[error(transparent)]
    InSample(#[from] InSample),
}

/// A pure function of its arguments: whoever runs it, wherever and in whatever order, gets the same.
pub fn step(recipe: &Recipe, data: &Dataset, fold: &Fold) -> Result<Step, StepFault> {
    let trained = train(recipe, data, fold, &|_, _| ())?;
    let predicted = Predictions::out_of_sample(&trained.model, data, fold.test().rows());
    let predictions = predicted.map_err(TrainFault::from)??;
    Ok(Step { trained, predictions })
}
