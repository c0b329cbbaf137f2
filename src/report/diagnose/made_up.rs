//! Markets for tests.

use super::judged::{Judged, Rows};
use crate::rng::Rng;
use crate::units::{MINUTE_US, Ts};

/// Bars of independent returns of 10 bps.
pub struct Market {
    pub ts: Vec<Ts>,
    pub symbol: Vec<u32>,
    pub fold: Vec<u32>,
    pub steps: Vec<f64>,
    noise: Vec<f64>,
}

impl Market {
    pub const FOLDS: usize = 10;

    pub fn new(n_bars: usize, seed: u64) -> Self {
        let mut rng = Rng::stream(seed, "made-up market", &[]);
        let start = 1_600_000_000_000_000;
        Self {
            ts: (0..n_bars as i64).map(|bar| Ts(start + 5 * MINUTE_US * bar)).collect(),
            symbol: vec![0; n_bars],
            fold: (0..n_bars).map(|bar| (bar * Self::FOLDS / n_bars) as u32).collect(),
            steps: (0..n_bars).map(|_| 10.0 * rng.normal()).collect(),
            noise: (0..n_bars).map(|_| rng.normal()).collect(),
        }
    }

    /// The return over the next `bars` bars; not known at the end.
    pub fn over(&self, bars: usize) -> Vec<f64> {
        let after = |row: usize| self.steps.get(row + 1..row + 1 + bars);
        let sum = |row| after(row).map_or(f64::NAN, |steps| steps.iter().sum());
        (0..self.steps.len()).map(sum).collect()
    }

    /// A prediction of which that part is each of the next `bars` returns, in units of noise.
    pub fn knowing(&self, bars: usize, part: f64) -> Vec<f64> {
        let of_row = |row: usize| {
            let end = (row + 1 + bars).min(self.steps.len());
            let known: f64 = self.steps[(row + 1).min(end)..end].iter().sum();
            self.noise[row] + part * known / 10.0
        };
        (0..self.steps.len()).map(of_row).collect()
    }

    /// A prediction that knows nothing and changes slowly.
    pub fn slow(&self, phi: f64) -> Vec<f64> {
        let mut x = 0.0;
        let mut step = |noise: &f64| {
            x = phi * x + noise;
            x
        };
        self.noise.iter().map(&mut step).collect()
    }

    pub fn rows(&self, predicted: &[f64], outcome_bps: &[f64], horizon: usize) -> Rows {
        let Self { ts, symbol, fold, .. } = self;
        Rows::new(&Judged { ts, symbol, fold, predicted, outcome_bps, horizon }).unwrap()
    }
}
