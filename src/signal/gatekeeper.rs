//! Live: one bar after the other.

use super::atr::Atr;
use super::decisions::Decision;
use super::facts::{Facts, Tape};
use super::gates::Gates;
use super::hours::Hours;
use super::input::{FoldWeights, Setup};
use super::params::SignalParams;
use super::regime::Regimes;
use super::standing::{Standing, UNKNOWN};
use super::volatility::{Returns, Sigma, UpToSigma};
use super::votes::Votes;
use super::z_edge::ZScore;
use crate::units::Ts;

/// A closed bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// When it opened.
    pub ts: Ts,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
}

/// One horizon's prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub exp_bps: f64,
    pub p_up: f64,
    /// Lower and upper bound in bps.
    pub interval: Option<[f64; 2]>,
}

/// All horizons' predictions at one bar.
#[derive(Debug, Clone, Copy)]
pub struct Prediction<'a> {
    /// Those of the model's fold.
    pub weights: &'a FoldWeights,
    /// In the order of the weights; another number of them counts as no prediction.
    pub points: &'a [Point],
}

/// What comes with a bar's close.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub bar: Bar,
    pub prediction: Option<Prediction<'a>>,
}

/// Decides bar by bar, from the first bar of the history on; the state of all windows is in here.
pub struct Gatekeeper {
    gates: Gates,
    rows: u32,
    predictions: usize,
    scores: Vec<ZScore>,
    returns: Returns,
    sigma: Sigma,
    /// Where costs ask for it.
    slippage: Option<UpToSigma>,
    standing: Option<Standing>,
    regimes: Option<Regimes>,
    votes: Votes,
    hours: Hours,
    atr: Atr,
}

impl Gatekeeper {
    pub fn new(params: &SignalParams, setup: &Setup) -> Self {
        let asks_standing = params.quantile_level.is_some();
        let asks_slippage = setup.costs.slippage.needs_sigma();
        let [volatility, z, quantile] =
            [params.volatility_window, params.z_window, params.quantile_window].map(|n| n as usize);
        Self {
            gates: Gates::new(params, setup),
            rows: 0,
            predictions: 0,
            scores: setup.weights.horizons().iter().map(|_| ZScore::new(z)).collect(),
            returns: Returns::default(),
            sigma: Sigma::new(volatility),
            slippage: asks_slippage.then(|| UpToSigma::new(setup.slippage_window as usize)),
            standing: asks_standing.then(|| Standing::new(quantile)),
            regimes: (!params.regimes.is_empty()).then(|| Regimes::new(volatility)),
            votes: Votes::new(params.persistence_n as usize),
            hours: Hours::new(setup.timeframe),
            atr: Atr::new(params.atr_window as usize),
        }
    }

    /// The next bar, just closed.
    pub fn step(&mut self, row: &Row) -> Decision {
        let seen = self.see(row);
        let order = self.gates.judge(&seen, self.rows);
        self.rows += 1;
        Decision { z: seen.z, expected_bps: seen.expected_bps, order }
    }

    fn see<'r>(&mut self, row: &Row<'r>) -> Seen<'r> {
        let Bar { ts, high, low, close, volume } = row.bar;
        let log_return = self.returns.step(close);
        let sigma = self.sigma.step(log_return);
        let slippage = self.slippage.as_mut().map_or(0.0, |sigma| sigma.step(log_return));
        let regime = self.regimes.as_mut().map_or(0, |regimes| regimes.step(log_return, sigma));
        let atr = self.atr.step([high, low, close]);
        let prediction = row.prediction.filter(|p| p.points.len() == self.scores.len());
        let (z, expected_bps, standing) = self.weigh(prediction.as_ref());
        self.votes.step(z);
        Seen {
            z,
            expected_bps,
            prediction,
            is_warm: self.gates.warm_up.has_seen(self.predictions),
            sigma,
            standing,
            up_down: [1.0, -1.0].map(|side| self.votes.agreeing(side)),
            sessions: self.hours.step(ts),
            regime,
            atr,
            tape: Tape { close, range: high - low, volume, sigma: slippage },
        }
    }

    /// z, expected return and its standing; a row without prediction moves no window.
    fn weigh(&mut self, prediction: Option<&Prediction>) -> (f64, f64, u32) {
        let expected = prediction.map_or(f64::NAN, Prediction::expected_bps);
        let Some(prediction) = prediction.filter(|_| expected.is_finite()) else {
            return (f64::NAN, f64::NAN, UNKNOWN);
        };
        self.predictions += 1;
        let scores = self.scores.iter_mut().zip(prediction.points);
        let z = prediction.weights.sum(scores.map(|(score, point)| score.step(point.exp_bps)));
        let standing = self.standing.as_mut().map_or(UNKNOWN, |s| s.step(expected));
        (if z.is_finite() { z } else { f64::NAN }, expected, standing)
    }
}

impl Prediction<'_> {
    fn expected_bps(&self) -> f64 {
        self.weights.sum(self.points.iter().map(|point| point.exp_bps))
    }
}

/// One bar as the gates see it.
struct Seen<'a> {
    z: f64,
    expected_bps: f64,
    prediction: Option<Prediction<'a>>,
    is_warm: bool,
    sigma: f64,
    standing: u32,
    up_down: [u32; 2],
    sessions: u8,
    regime: u8,
    atr: f64,
    tape: Tape,
}

impl Facts for Seen<'_> {
    fn z(&self) -> f64 {
        self.z
    }

    fn expected_bps(&self) -> f64 {
        self.expected_bps
    }

    fn p_up(&self) -> f64 {
        self.prediction
            .map_or(f64::NAN, |p| p.weights.sum_of_counted(p.points.iter().map(|point| point.p_up)))
    }

    fn bounds_bps(&self) -> [f64; 2] {
        let bound = |p: &Prediction, k: usize| {
            let bounds = p.points.iter().map(|point| point.interval.map_or(f64::NAN, |i| i[k]));
            p.weights.sum_of_counted(bounds)
        };
        self.prediction.map_or([f64::NAN; 2], |p| [bound(&p, 0), bound(&p, 1)])
    }

    fn horizon(&self) -> f64 {
        self.prediction.map_or(f64::NAN, |p| p.weights.mean_horizon())
    }

    fn is_warm(&self) -> bool {
        self.is_warm
    }

    fn sigma(&self) -> f64 {
        self.sigma
    }

    fn standing(&self) -> u32 {
        self.standing
    }

    fn agreeing(&self, _: u32) -> u32 {
        self.up_down[usize::from(self.z < 0.0)]
    }

    fn sessions(&self) -> u8 {
        self.sessions
    }

    fn regime(&self) -> u8 {
        self.regime
    }

    fn atr(&self) -> f64 {
        self.atr
    }

    fn tape(&self) -> Tape {
        self.tape
    }
}
