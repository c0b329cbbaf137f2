//! What no setting touches: where predictions are, what they expect, how the market moved.

use std::ops::Range;

use super::facts::Tape;
use super::input::{FoldWeights, InputFault, Inputs};
use super::volatility::{returns, up_to_sigmas};

/// One symbol's inputs, checked and weighed.
pub struct Study<'a> {
    inputs: Inputs<'a>,
    runs: Vec<Run<'a>>,
    /// Each row's run; out of reach where there is no prediction.
    run_of: Vec<u32>,
    expected_bps: Vec<f64>,
    returns: Vec<f64>,
    /// What slippage goes by; empty where it asks for none.
    slippage: Vec<f64>,
}

/// Bars in a row with predictions of one fold.
pub struct Run<'a> {
    pub rows: Range<usize>,
    pub weights: &'a FoldWeights,
    /// Predictions before.
    pub seen: usize,
}

impl<'a> Study<'a> {
    pub fn new(inputs: Inputs<'a>) -> Result<Self, InputFault> {
        inputs.check()?;
        let close = &inputs.bars.columns().close;
        let setup = inputs.setup;
        let (weighed, returns) = rayon::join(|| weigh(&inputs), || returns(close));
        let (expected_bps, runs) = weighed?;
        let slippage = match setup.costs.slippage.needs_sigma() {
            true => up_to_sigmas(&returns, setup.slippage_window as usize),
            false => Vec::new(),
        };
        let run_of = places(&runs, close.len());
        Ok(Self { inputs, runs, run_of, expected_bps, returns, slippage })
    }

    pub fn inputs(&self) -> &Inputs<'a> {
        &self.inputs
    }

    pub fn len(&self) -> usize {
        self.expected_bps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.expected_bps.is_empty()
    }

    /// Weighted over horizons, a value a bar; NaN where a prediction is missing.
    pub fn expected_bps(&self) -> &[f64] {
        &self.expected_bps
    }

    /// Log returns of the bars.
    pub fn returns(&self) -> &[f64] {
        &self.returns
    }

    pub fn runs(&self) -> &[Run<'a>] {
        &self.runs
    }

    /// The row at which so many predictions have been seen; one past the last if never.
    pub fn warm_from(&self, predictions: usize) -> usize {
        let run = self.runs.iter().find(|run| run.seen + run.rows.len() >= predictions);
        run.map_or(self.len(), |run| {
            run.rows.start + predictions.saturating_sub(run.seen).saturating_sub(1)
        })
    }

    #[inline(always)]
    pub fn tape(&self, row: usize) -> Tape {
        let columns = self.inputs.bars.columns();
        Tape {
            close: columns.close[row],
            range: columns.high[row] - columns.low[row],
            volume: columns.volume[row],
            sigma: self.slippage.get(row).copied().unwrap_or(0.0),
        }
    }

    #[inline(always)]
    pub fn weights(&self, row: usize) -> Option<&'a FoldWeights> {
        self.runs.get(self.run_of[row] as usize).map(|run| run.weights)
    }
}

fn places(runs: &[Run], n_rows: usize) -> Vec<u32> {
    let mut run_of = vec![u32::MAX; n_rows];
    for (place, run) in (0..).zip(runs) {
        run_of[run.rows.clone()].fill(place);
    }
    run_of
}

/// Expected returns, and the runs they are there in.
fn weigh<'a>(inputs: &Inputs<'a>) -> Result<(Vec<f64>, Vec<Run<'a>>), InputFault> {
    let (mut expected, mut runs) = (vec![0.0; inputs.folds.len()], Vec::new());
    let (mut from, mut seen) = (0, 0);
    for same in inputs.folds.chunk_by(|a, b| a == b) {
        let rows = from..from + same.len();
        from = rows.end;
        let out = &mut expected[rows.clone()];
        let Some(weights) = inputs.setup.weights.of(same[0]) else {
            let is_there = |row: usize| inputs.forecasts.iter().all(|f| f.exp_bps[row].is_finite());
            if rows.into_iter().any(is_there) {
                return Err(InputFault::NoWeights { fold: same[0] });
            }
            out.fill(f64::NAN);
            continue;
        };
        for (w, forecast) in weights.each().iter().zip(inputs.forecasts) {
            out.iter_mut().zip(&forecast.exp_bps[rows.clone()]).for_each(|(sum, x)| *sum += w * x);
        }
        let mut at = rows.start;
        for there in out.chunk_by_mut(|a, b| a.is_finite() == b.is_finite()) {
            let rows = at..at + there.len();
            at = rows.end;
            if there[0].is_finite() {
                runs.push(Run { rows, weights, seen });
                seen += there.len();
            } else {
                there.fill(f64::NAN);
            }
        }
    }
    Ok((expected, runs))
}
