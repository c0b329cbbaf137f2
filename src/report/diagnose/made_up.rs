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

/// Park & Miller's numbers in −½..½, as any language can make them.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0 * 16807 % 2_147_483_647;
        self.0 as f64 / 2_147_483_647.0 - 0.5
    }

    fn many(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }
}

/// Two symbols of 500 bars that share half of every step, labels of four bars, and predictions
/// that remember: xₜ = 0.9 xₜ₋₁ + eₜ, of which the label is a part.
pub fn two_symbols() -> Rows {
    let (mut numbers, n) = (Numbers(1), 500);
    let market = numbers.many(n + 4);
    let mut columns = Vec::new();
    for symbol in 0..2 {
        let own = numbers.many(n + 4);
        let steps: Vec<f64> = market.iter().zip(&own).map(|(m, o)| 100.0 * (m + o)).collect();
        let mut x = 0.0;
        for bar in 0..n {
            let y: f64 = steps[bar + 1..].iter().take(4).sum();
            x = 0.9 * x + numbers.next();
            columns.push((Ts(bar as i64), symbol, x + 0.002 * y, y));
        }
    }
    columns.sort_by_key(|row| (row.0, row.1));
    Rows::new(&Judged {
        ts: &columns.iter().map(|row| row.0).collect::<Vec<_>>(),
        symbol: &columns.iter().map(|row| row.1).collect::<Vec<_>>(),
        fold: &[0; 1000],
        predicted: &columns.iter().map(|row| row.2).collect::<Vec<_>>(),
        outcome_bps: &columns.iter().map(|row| row.3).collect::<Vec<_>>(),
        horizon: 4,
    })
    .unwrap()
}
