//! One model under observation, from its training on.

use rayon::prelude::*;

use super::super::predictions::{HorizonColumns, Predictions, Trial, predict};
use super::decision::Look;
use super::inputs::Inputs;
use super::residuals::{Asked, Losses, Scored};
use super::shap::Shap;
use super::{Policy, Residuals};
use crate::folds::{Fold, RowSet};
use crate::learn::backends::LearnFault;
use crate::learn::dataset::Dataset;
use crate::learn::explain::ExplainFault;
use crate::learn::training::FoldModel;
use crate::units::Ts;

/// What it was trained on, and what it has predicted since.
#[derive(Debug)]
pub(super) struct Watch {
    pub fold: u32,
    /// Windows that it has predicted.
    pub age: u32,
    inputs: Option<Inputs>,
    shap: Vec<Shap>,
    /// One a horizon; `None` where there is nothing to compare with.
    losses: Vec<Option<Losses>>,
    /// Rows of all windows it has predicted, and of each horizon the scores.
    served: Vec<u32>,
    raw: Vec<Vec<f64>>,
    /// How many of the rows are the last window's.
    n_last: usize,
}

/// Why a model cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchFault {
    #[error(transparent)]
    Learn(#[from] LearnFault),
    #[error(transparent)]
    Explain(#[from] ExplainFault),
}

impl Watch {
    pub fn new(
        policy: &Policy,
        data: &Dataset,
        (fold, model): (&Fold, &FoldModel),
    ) -> Result<Self, WatchFault> {
        let known = fold.train().rows().followed_by(fold.early_stop().rows());
        let known = by_symbol(data, known.followed_by(fold.calibrate().rows()).iter().collect());
        let shap = match policy.shap_psi {
            Some(_) => model.horizons.iter().map(|one| Shap::new(data, one, &known)).collect(),
            None => Ok(Vec::new()),
        };
        let inputs = || Inputs::new(data, &names(model), known.clone());
        Ok(Self {
            fold: fold.idx(),
            age: 0,
            shap: shap?.into_iter().flatten().collect(),
            inputs: policy.inputs_psi.map(|_| inputs()),
            losses: match policy.residuals {
                Residuals::Off => Vec::new(),
                _ => losses(data, model, fold.calibrate().rows())?,
            },
            served: Vec::new(),
            raw: vec![Vec::new(); model.horizons.len()],
            n_last: 0,
        })
    }

    /// A window more.
    pub fn serve(&mut self, fold: &Fold, predictions: &Predictions) {
        let columns = &predictions.columns().horizons;
        self.raw.iter_mut().zip(columns).for_each(|(all, column)| all.extend(&column.raw));
        self.served.extend(fold.test().rows().iter());
        self.n_last = fold.test().rows().len();
        self.age += 1;
    }

    /// What the detectors see at `now`, when the next window begins.
    pub fn look(&self, policy: &Policy, data: &Dataset, now: Ts) -> Result<Vec<Look>, WatchFault> {
        let last = by_symbol(data, self.served[self.served.len() - self.n_last..].to_vec());
        let mut looks = Vec::new();
        if let (Some(inputs), Some(least)) = (&self.inputs, policy.inputs_psi) {
            looks.extend(inputs.look(data, &last, (policy.false_alarms, least)));
        }
        if let Some(least) = policy.shap_psi {
            let level = policy.false_alarms / self.shap.len().max(1) as f64;
            let look = |shap: &Shap| shap.look(data, &last, (level, least));
            let seen: Vec<_> = self.shap.par_iter().map(look).collect();
            let seen: Vec<Option<Look>> = seen.into_iter().collect::<Result<_, _>>()?;
            looks.extend(seen.into_iter().flatten());
        }
        let asked = Asked {
            by: policy.residuals,
            level: policy.false_alarms / self.losses.len().max(1) as f64,
            ic_fall: policy.ic_fall,
            n_window: self.served.len() / self.age.max(1) as usize / data.n_symbols.max(1) as usize,
            now,
        };
        let look = |(losses, raw): (&Option<Losses>, &Vec<f64>)| {
            losses.as_ref()?.look(data, Scored { rows: &self.served, raw }, &asked)
        };
        looks.extend(self.losses.iter().zip(&self.raw).filter_map(look));
        Ok(looks)
    }
}

/// Symbol by symbol, each in the order of time.
fn by_symbol(data: &Dataset, mut rows: Vec<u32>) -> Vec<u32> {
    rows.sort_by_key(|row| (data.symbols[*row as usize], *row));
    rows
}

/// Of the columns that any horizon's model reads.
fn names(model: &FoldModel) -> Vec<String> {
    let all = model.horizons.iter().flat_map(|horizon| horizon.model.names());
    let all: std::collections::BTreeSet<&String> = all.collect();
    all.into_iter().cloned().collect()
}

/// One a horizon, from the rows that its calibrators, but no trees, were fitted to.
fn losses(
    data: &Dataset,
    model: &FoldModel,
    rows: &RowSet,
) -> Result<Vec<Option<Losses>>, LearnFault> {
    let seen: Trial = predict(model, data, rows)?;
    let rows: Vec<u32> = rows.iter().collect();
    let of = |columns: &HorizonColumns| {
        let horizon = data.horizons.iter().find(|horizon| horizon.bars == columns.horizon)?;
        Losses::new(data, horizon, Scored { rows: &rows, raw: &columns.raw })
    };
    Ok(seen.horizons.iter().map(of).collect())
}
