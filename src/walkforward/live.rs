//! Row by row, as in production.

use super::predictions::{InSample, Waiting};
use crate::learn::backends::LearnFault;
use crate::learn::conformal::Interval;
use crate::learn::dataset::{Dataset, Horizon};
use crate::learn::learner::Matrix;
use crate::learn::training::{FoldModel, HorizonModel};

/// A model that is asked row after row. Of the data set it reads times, volatilities and the returns
/// of labels that are over; the features are handed in, as they come.
pub struct LivePredictor<'a> {
    data: &'a Dataset,
    model: &'a FoldModel,
    horizons: Vec<Asked<'a>>,
}

/// One horizon's model.
struct Asked<'a> {
    model: &'a HorizonModel,
    labels: Option<&'a Horizon>,
    /// Places of the model's columns among those that are handed in.
    places: Vec<usize>,
    /// Of each symbol; `None` where nothing was fitted.
    waiting: Option<Vec<Waiting>>,
    row: Vec<f32>,
}

/// One horizon's prediction of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    pub raw: f64,
    pub exp_bps: f64,
    pub p_up: f64,
    pub interval: Option<Interval>,
}

impl<'a> LivePredictor<'a> {
    /// Features are handed in by the data set's names.
    pub fn new(model: &'a FoldModel, data: &'a Dataset) -> Result<Self, LearnFault> {
        let horizons = model.horizons.iter().map(|horizon| Asked::new(horizon, data));
        Ok(Self { data, model, horizons: horizons.collect::<Result<_, _>>()? })
    }

    /// The next row behind the training range, in the data set's order: none may be left out, since
    /// intervals learn from what came. A row of the training range is refused.
    pub fn predict(
        &mut self,
        row: usize,
        features: &[f32],
    ) -> Result<Result<Vec<Predicted>, InSample>, LearnFault> {
        let trained = self.model.trained();
        if self.data.t0[row] < trained.end {
            let (from, until, row) = (trained.start, trained.end, self.data.ts[row]);
            return Ok(Err(InSample { from, until, row }));
        }
        let told = self.horizons.iter_mut().map(|asked| asked.predict(self.data, row, features));
        Ok(Ok(told.collect::<Result<_, _>>()?))
    }
}

impl<'a> Asked<'a> {
    fn new(model: &'a HorizonModel, data: &'a Dataset) -> Result<Self, LearnFault> {
        let place = |name: &String| {
            data.names.iter().position(|one| one == name).ok_or_else(|| LearnFault::Backend {
                backend: "matrix",
                why: format!("the column `{name}` is missing"),
            })
        };
        let places = model.model.names().iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let fresh = model.calibration.intervals();
        let waiting =
            fresh.map(|fresh| (0..data.n_symbols).map(|_| Waiting::new(fresh.clone())).collect());
        let labels = data.horizons.iter().find(|horizon| horizon.bars == model.horizon);
        Ok(Self { model, labels, row: vec![0.0; places.len()], places, waiting })
    }

    fn predict(
        &mut self,
        data: &Dataset,
        row: usize,
        features: &[f32],
    ) -> Result<Predicted, LearnFault> {
        self.row.iter_mut().zip(&self.places).for_each(|(cell, at)| *cell = features[*at]);
        let columns: Vec<&[f32]> = self.row.iter().map(std::slice::from_ref).collect();
        let fitted = &self.model.model;
        let matrix = Matrix::new(fitted.names(), &columns)
            .map_err(|fault| LearnFault::Backend { backend: "matrix", why: fault.to_string() })?;
        let calibration = &self.model.calibration;
        let score = fitted.predict(&matrix)?.first().copied().unwrap_or(f32::NAN);
        let raw = calibration.target.score(score);
        let exp_bps = calibration.expected_bps(raw);
        let interval = self.waiting.as_mut().and_then(|waiting| {
            let waiting = &mut waiting[data.symbols[row] as usize];
            waiting.settle(self.labels, data.t0[row]);
            waiting.rows.push_back(row);
            waiting.stream.issue(exp_bps, data.scale_bps[row])
        });
        Ok(Predicted { raw, exp_bps, p_up: calibration.p_up(raw), interval })
    }
}
