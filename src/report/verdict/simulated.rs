//! A made-up walk-forward, from bars to evidence: predictions that persist, outcomes they explain a
//! little or not at all, a strategy that follows them, and its costs.

use super::costs::{CostRun, Costs};
use super::dsr::deflated;
use super::permutation::{Permutation, Rows, Shifts, Statistic, permutation};
use super::psr::TrackRecord;
use super::stability::Stability;
use super::{CostGate, Edge, Evidence, Ic, SharpeBand};
use crate::backtest::metrics::sharpe::Sharpe;
use crate::rng::Rng;
use crate::stats;
use crate::units::Ts;

const BARS_PER_DAY: usize = 24;
const DAYS_PER_FOLD: usize = 14;
const NOISE_BPS: f64 = 20.0;

#[derive(Clone, Copy)]
pub struct Market {
    pub n_days: usize,
    /// Of the next bar, for a prediction of one standard deviation.
    pub effect_bps: f64,
    /// What every bar gains whatever is predicted.
    pub drift_bps: f64,
    pub cost_bps: f64,
    /// Whether predictions that would not pay for their costs are refused.
    pub gate: bool,
    /// Added to what is predicted: a model that likes to be long.
    pub bias: f64,
    pub n_trials: u64,
}

pub const NULL: Market = Market {
    n_days: 300,
    effect_bps: 0.0,
    drift_bps: 0.0,
    cost_bps: 1.0,
    gate: false,
    bias: 0.0,
    n_trials: 10,
};

struct Bars {
    predictions: Vec<f64>,
    /// Of the bar after.
    returns: Vec<f64>,
    /// −1, 0 or 1.
    positions: Vec<f64>,
}

impl Market {
    pub fn evidence(&self, seed: u64) -> Evidence {
        let bars = self.bars(seed);
        let net = bars.days(self.cost_bps);
        let sharpe = Sharpe::new(&net, Some(365.0));
        let track = TrackRecord::of(&net, 0.0, 0.95);
        let fold_ic = |fold: usize| {
            let n = DAYS_PER_FOLD * BARS_PER_DAY;
            let rows = fold * n..(fold + 1) * n;
            stats::pearson(&bars.predictions[rows.clone()], &bars.returns[rows])
        };
        let ics: Vec<Option<f64>> = (0..self.n_days / DAYS_PER_FOLD).map(fold_ic).collect();
        let nets: Vec<Option<f64>> =
            net.chunks(DAYS_PER_FOLD).map(|days| Some(days.iter().sum())).collect();
        let test = bars.shifted(seed);
        Evidence {
            n_ensembles: None,
            n_days: self.n_days as u64,
            n_trainings: None,
            n_thresholds: 0,
            n_trades: bars.n_trades(),
            ics: [1, 4].map(|horizon| bars.ic(horizon)).to_vec(),
            sharpe: SharpeBand::of(&sharpe, 0.95),
            deflated: track.as_ref().and_then(|track| deflated(&track.record, self.n_trials)),
            track,
            overfitting: None,
            net_by_fold: Some(Stability::of(&nets)),
            ic_by_fold: Some(Stability::of(&ics)),
            costs: Some(self.costs(&bars)),
            edge: Some(Edge { gross_bps: test.observed, round_trip_bps: 2.0 * self.cost_bps }),
            permutation: Some(test),
            cost_gate: self.gate.then(|| self.cost_gate(&bars)),
        }
    }

    fn bars(&self, seed: u64) -> Bars {
        let mut rng = Rng::stream(seed, "simulated", &[]);
        let n = self.n_days * BARS_PER_DAY;
        let mut x = rng.normal();
        let (mut predictions, mut returns) = (Vec::new(), Vec::new());
        for _ in 0..n {
            let noise = NOISE_BPS * rng.student_t(5.0) * 0.6_f64.sqrt();
            predictions.push(x + self.bias);
            returns.push(self.drift_bps + self.effect_bps * x + noise);
            x = 0.9 * x + 0.19_f64.sqrt() * rng.normal();
        }
        let positions = predictions.iter().map(|x| if self.pays(*x) { x.signum() } else { 0.0 });
        Bars { positions: positions.collect(), predictions, returns }
    }

    fn pays(&self, prediction: f64) -> bool {
        !self.gate || self.effect_bps * prediction.abs() > 2.0 * self.cost_bps
    }

    fn costs(&self, bars: &Bars) -> Costs {
        let run = |multiple: f64| {
            let days = bars.days(multiple * self.cost_bps);
            let sharpe = Sharpe::new(&days, Some(365.0)).sharpe;
            CostRun { multiple, net_cash: days.iter().sum(), sharpe }
        };
        Costs::of(&[0.0, 0.5, 1.0, 2.0].map(run))
    }

    fn cost_gate(&self, bars: &Bars) -> CostGate {
        let refused = bars.predictions.iter().filter(|x| !self.pays(**x)).count();
        CostGate { n_signals: bars.predictions.len() as u64, n_refused: refused as u64 }
    }
}

impl Bars {
    /// Net of costs, in bps of one unit.
    fn days(&self, cost_bps: f64) -> Vec<f64> {
        let mut held = 0.0;
        let mut net = |(position, gain): (&f64, &f64)| {
            let traded: f64 = position - held;
            held = *position;
            position * gain - cost_bps * traded.abs()
        };
        let bars: Vec<f64> = self.positions.iter().zip(&self.returns).map(&mut net).collect();
        bars.chunks(BARS_PER_DAY).map(|day| day.iter().sum()).collect()
    }

    fn n_trades(&self) -> u64 {
        self.positions.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64
    }

    /// With Bartlett's kernel over twice the horizon.
    fn ic(&self, horizon: usize) -> Ic {
        let n = self.returns.len() + 1 - horizon;
        let outcomes: Vec<f64> =
            (0..n).map(|t| self.returns[t..t + horizon].iter().sum()).collect();
        let standard = |values: &[f64]| -> Vec<f64> {
            let (mean, sd) = (stats::mean(values).unwrap(), stats::sd(values).unwrap());
            values.iter().map(|x| (x - mean) / sd).collect()
        };
        let (a, b) = (standard(&self.predictions[..n]), standard(&outcomes));
        let products: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a * b).collect();
        let ic = stats::mean(&products).unwrap();
        let lags = 2 * horizon;
        let weight = |lag: usize| 1.0 - lag as f64 / (lags as f64 + 1.0);
        let memory: f64 =
            (1..=lags).map(|k| weight(k) * stats::autocorrelation(&products, k).unwrap()).sum();
        let variance = stats::variance(&products).unwrap() * (1.0 + 2.0 * memory);
        let error = (variance / n as f64).sqrt();
        let (low, high) = (ic - 1.96 * error, ic + 1.96 * error);
        Ic { horizon: horizon as u32, ic, hac_t: ic / error, low, high }
    }

    fn shifted(&self, seed: u64) -> Permutation {
        let n = self.returns.len();
        let rows = Rows {
            ts: &(0..n as i64).map(Ts).collect::<Vec<_>>(),
            symbols: &vec![0; n],
            predictions: &self.predictions,
            outcomes: &self.returns,
        };
        let shifts = Shifts { n: 99, min_bars: 50, seed };
        permutation(&rows, Statistic::SignedOutcome, &shifts).unwrap()
    }
}
