//! What comes in: bars, predictions, weights, costs.

use crate::backtest::costs::Costs;
use crate::market::{Bars, Timeframe};

/// What does not change from bar to bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    pub timeframe: Timeframe,
    /// From the calendar that the bars keep: what volatility is annualised by.
    pub bars_per_year: f64,
    /// The same that the engine charges.
    pub costs: Costs,
    /// Returns in the volatility that slippage depends on.
    pub slippage_window: u32,
    /// The money that a size is a part of. What it grows to is not known here: an order's share of
    /// the volume is that of the first order.
    pub cash: f64,
    /// Most of a bar's volume that one fill may take; infinity: no limit.
    pub max_participation: f64,
    pub weights: Weights,
}

/// How much each horizon counts, fold by fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    horizons: Vec<u32>,
    /// In order of the fold.
    folds: Vec<(u32, FoldWeights)>,
}

/// One fold's weights: they sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldWeights {
    each: Vec<f64>,
    mean_horizon: f64,
}

/// One horizon's predictions, a value a bar; NaN where there is none.
#[derive(Debug, Clone, Copy)]
pub struct Forecast<'a> {
    pub exp_bps: &'a [f64],
    pub p_up: &'a [f64],
    /// Lower and upper bounds in bps.
    pub interval: Option<[&'a [f64]; 2]>,
}

/// Everything known of one symbol; rows are bars.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub bars: &'a Bars,
    /// One for each horizon, in the order of the weights.
    pub forecasts: &'a [Forecast<'a>],
    /// The fold whose model predicted the row; anything where there is no prediction.
    pub folds: &'a [u32],
    pub setup: &'a Setup,
}

/// The first reason why inputs do not belong together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InputFault {
    #[error("`{column}` has {found} rows for {expected} bars")]
    Length { column: String, found: usize, expected: usize },
    #[error("there are predictions of {found} horizons, and weights of {expected}")]
    Horizons { found: usize, expected: usize },
    #[error("the weights of fold {fold} are {why}")]
    Weights { fold: u32, why: &'static str },
    #[error("fold {fold} has predictions and no weights")]
    NoWeights { fold: u32 },
    #[error("fold {fold} has weights twice")]
    Twice { fold: u32 },
    #[error("the bars are of `{found}` and the setup of `{expected}`")]
    Timeframe { found: Timeframe, expected: Timeframe },
}

impl Weights {
    /// `horizons` in bars; each fold has a weight for each of them, in any unit.
    pub fn new(
        horizons: &[u32],
        folds: impl IntoIterator<Item = (u32, Vec<f64>)>,
    ) -> Result<Self, InputFault> {
        let mut all = folds
            .into_iter()
            .map(|(fold, given)| Ok((fold, FoldWeights::new(fold, horizons, &given)?)))
            .collect::<Result<Vec<_>, InputFault>>()?;
        all.sort_by_key(|(fold, _)| *fold);
        match all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(InputFault::Twice { fold: pair[0].0 }),
            None => Ok(Self { horizons: horizons.to_vec(), folds: all }),
        }
    }

    pub fn horizons(&self) -> &[u32] {
        &self.horizons
    }

    #[inline]
    pub fn of(&self, fold: u32) -> Option<&FoldWeights> {
        let at = self.folds.partition_point(|(id, _)| *id < fold);
        self.folds.get(at).filter(|(id, _)| *id == fold).map(|(_, weights)| weights)
    }
}

impl FoldWeights {
    fn new(fold: u32, horizons: &[u32], given: &[f64]) -> Result<Self, InputFault> {
        let fault = |why| Err(InputFault::Weights { fold, why });
        if given.len() != horizons.len() {
            return fault("not one for each horizon");
        }
        if given.iter().any(|w| !w.is_finite() || *w < 0.0) {
            return fault("not all finite and at least 0");
        }
        let sum: f64 = given.iter().sum();
        if !(sum > 0.0 && sum.is_finite()) {
            return fault("all 0, or too large to add up");
        }
        let each: Vec<f64> = given.iter().map(|w| w / sum).collect();
        let mean_horizon = each.iter().zip(horizons).map(|(w, h)| w * f64::from(*h)).sum();
        Ok(Self { each, mean_horizon })
    }

    pub fn each(&self) -> &[f64] {
        &self.each
    }

    /// In bars: over which the variance of a bet is counted.
    pub fn mean_horizon(&self) -> f64 {
        self.mean_horizon
    }

    /// Σ w x; not finite where any x is not, be its weight 0.
    #[inline]
    pub fn sum(&self, values: impl Iterator<Item = f64>) -> f64 {
        self.each.iter().zip(values).fold(0.0, |sum, (w, x)| sum + w * x)
    }

    /// Σ w x over the horizons that count: where a weight is 0, x may be missing.
    #[inline]
    pub fn sum_of_counted(&self, values: impl Iterator<Item = f64>) -> f64 {
        let counted = self.each.iter().zip(values).filter(|(w, _)| **w > 0.0);
        counted.fold(0.0, |sum, (w, x)| sum + w * x)
    }
}

impl Inputs<'_> {
    /// That rows are bars and horizons are those of the weights.
    pub fn check(&self) -> Result<(), InputFault> {
        let (expected, setup) = (self.bars.len(), self.setup);
        if self.bars.timeframe() != setup.timeframe {
            let (found, expected) = (self.bars.timeframe(), setup.timeframe);
            return Err(InputFault::Timeframe { found, expected });
        }
        let n_horizons = setup.weights.horizons.len();
        if self.forecasts.len() != n_horizons {
            let found = self.forecasts.len();
            return Err(InputFault::Horizons { found, expected: n_horizons });
        }
        let length = |column: String, found: usize| match found == expected {
            true => Ok(()),
            false => Err(InputFault::Length { column, found, expected }),
        };
        length("fold".to_owned(), self.folds.len())?;
        for (forecast, h) in self.forecasts.iter().zip(&setup.weights.horizons) {
            length(format!("exp_bps_{h}"), forecast.exp_bps.len())?;
            length(format!("p_up_{h}"), forecast.p_up.len())?;
            for (side, bound) in ["lower", "upper"].iter().zip(forecast.interval.iter().flatten()) {
                length(format!("{side}_{h}"), bound.len())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_made_to_sum_to_one() {
        let weights = Weights::new(&[2, 10], [(7, vec![3.0, 1.0]), (3, vec![0.0, 5.0])]).unwrap();
        let seven = weights.of(7).unwrap();
        assert_eq!((seven.each(), seven.mean_horizon()), (&[0.75, 0.25][..], 4.0));
        assert_eq!(weights.of(3).unwrap().mean_horizon(), 10.0);
        assert!(weights.of(4).is_none());
        assert_eq!(seven.sum([4.0, 8.0].into_iter()), 5.0);
        let three = weights.of(3).unwrap();
        assert!(three.sum([f64::NAN, 8.0].into_iter()).is_nan());
        assert_eq!(three.sum_of_counted([f64::NAN, 8.0].into_iter()), 8.0);
    }

    #[test]
    fn weights_that_cannot_be_name_their_fold() {
        let fault = |given: &[f64]| Weights::new(&[2, 10], [(5, given.to_vec())]).unwrap_err();
        for given in [&[1.0][..], &[1.0, f64::NAN], &[2.0, -1.0], &[0.0, 0.0], &[f64::MAX; 2]] {
            assert!(fault(given).to_string().contains("fold 5"), "{given:?}");
        }
        let twice = Weights::new(&[1], [(5, vec![1.0]), (5, vec![1.0])]);
        assert_eq!(twice, Err(InputFault::Twice { fold: 5 }));
    }
}
