//! What settings share: each column with the window it was computed over.

use std::sync::Arc;

use super::atr::atrs;
use super::facts::{Facts, Tape};
use super::hours::Hours;
use super::input::{FoldWeights, Forecast};
use super::params::SignalParams;
use super::regime::regimes;
use super::standing::{UNKNOWN, standings};
use super::study::Study;
use super::volatility::sigmas;
use super::votes::Tally;
use super::z_edge::ZScore;

/// A column and the window it depends on; clones share it.
type Part<T> = Option<Arc<(u32, T)>>;

/// Every column that the gates of a setting look at. A part that no gate asks for is not there.
#[derive(Clone)]
pub struct Columns<'a> {
    study: &'a Study<'a>,
    z: Arc<(u32, Vec<f64>)>,
    sigma: Arc<(u32, Vec<f64>)>,
    atr: Arc<(u32, Vec<f64>)>,
    standing: Part<Vec<u32>>,
    regime: Part<Vec<u8>>,
    sessions: Part<Vec<u8>>,
    votes: Part<Tally>,
}

impl<'a> Columns<'a> {
    pub fn new(study: &'a Study<'a>, params: &SignalParams) -> Self {
        Self::build(study, params, None)
    }

    /// Of another setting: what has the same window is shared, what no gate asks for any more is
    /// kept, the rest is computed.
    #[must_use]
    pub fn adapted(&self, params: &SignalParams) -> Self {
        if self.fit(params) { self.clone() } else { Self::build(self.study, params, Some(self)) }
    }

    /// Whether every column that the setting asks for is there, over the window it asks for.
    fn fit(&self, params: &SignalParams) -> bool {
        let has = |asks: bool, found: Option<u32>, window: u32| !asks || found == Some(window);
        fn window<T>(part: &Part<T>) -> Option<u32> {
            part.as_ref().map(|part| part.0)
        }
        let volatility = params.volatility_window;
        self.z.0 == params.z_window
            && self.sigma.0 == volatility
            && self.atr.0 == params.atr_window
            && has(params.quantile_level.is_some(), window(&self.standing), params.quantile_window)
            && has(!params.regimes.is_empty(), window(&self.regime), volatility)
            && has(!params.sessions.is_empty(), window(&self.sessions), 0)
            && has(params.persistence_k > 1, window(&self.votes), params.z_window)
    }

    fn build(study: &'a Study<'a>, params: &SignalParams, old: Option<&Self>) -> Self {
        let ((z, votes), (standing, (regime, (sigma, (atr, sessions))))) = rayon::join(
            || {
                let z = always(params.z_window, old.map(|old| &old.z), |n| zs(study, n));
                let votes = part(params.persistence_k > 1, z.0, old.map(|old| &old.votes), |_| {
                    Tally::new(&z.1)
                });
                (z, votes)
            },
            || {
                let standing = |n| standing_column(study, n);
                let asks = params.quantile_level.is_some();
                let standing =
                    part(asks, params.quantile_window, old.map(|old| &old.standing), standing);
                (standing, market(study, params, old))
            },
        );
        Self { study, z, sigma, atr, standing, regime, sessions, votes }
    }

    pub fn study(&self) -> &'a Study<'a> {
        self.study
    }

    pub fn z(&self) -> &[f64] {
        &self.z.1
    }

    pub fn sigma(&self) -> &[f64] {
        &self.sigma.1
    }

    pub fn atr(&self) -> &[f64] {
        &self.atr.1
    }

    /// Standings of the expected returns, where the quantile gate is on.
    pub fn standing(&self) -> &[u32] {
        self.standing.as_ref().map_or(&[], |part| &part.1)
    }

    /// Bits of the regimes, where that gate is on.
    pub fn regime(&self) -> &[u8] {
        self.regime.as_ref().map_or(&[], |part| &part.1)
    }

    /// Bits of the sessions, where that gate is on.
    pub fn sessions(&self) -> &[u8] {
        self.sessions.as_ref().map_or(&[], |part| &part.1)
    }

    pub fn votes(&self) -> Option<&Tally> {
        self.votes.as_ref().map(|part| &part.1)
    }

    /// The columns laid open, for loops over rows.
    pub fn view(&self) -> View<'_> {
        let (z, sigma, atr, expected_bps) =
            (self.z(), self.sigma(), self.atr(), self.study.expected_bps());
        let (standing, regime, sessions) = (self.standing(), self.regime(), self.sessions());
        View { columns: self, z, expected_bps, sigma, atr, standing, regime, sessions }
    }
}

type Market = (Part<Vec<u8>>, (Arc<(u32, Vec<f64>)>, (Arc<(u32, Vec<f64>)>, Part<Vec<u8>>)));

/// Columns of the bars alone.
fn market(study: &Study, params: &SignalParams, old: Option<&Columns>) -> Market {
    let bars = study.inputs().bars;
    let prices = bars.columns();
    let window = params.volatility_window;
    let sigma = always(window, old.map(|old| &old.sigma), |n| sigmas(study.returns(), n));
    let atr = always(params.atr_window, old.map(|old| &old.atr), |n| {
        atrs([&prices.high, &prices.low, &prices.close], n)
    });
    let asks = !params.regimes.is_empty();
    let regime =
        part(asks, window, old.map(|old| &old.regime), |n| regimes(study.returns(), &sigma.1, n));
    let asks = !params.sessions.is_empty();
    let sessions = part(asks, 0, old.map(|old| &old.sessions), |_| {
        let mut hours = Hours::new(bars.timeframe());
        bars.ts().iter().map(|ts| hours.step(*ts)).collect()
    });
    (regime, (sigma, (atr, sessions)))
}

fn always<T>(
    window: u32,
    old: Option<&Arc<(u32, T)>>,
    make: impl FnOnce(usize) -> T,
) -> Arc<(u32, T)> {
    match old {
        Some(old) if old.0 == window => Arc::clone(old),
        _ => Arc::new((window, make(window as usize))),
    }
}

fn part<T>(
    asks: bool,
    window: u32,
    old: Option<&Part<T>>,
    make: impl FnOnce(usize) -> T,
) -> Part<T> {
    let old = old.and_then(Option::as_ref);
    if asks { Some(always(window, old, make)) } else { old.cloned() }
}

/// Rows whose scores are computed in one go: they stay in the nearest cache.
const BLOCK: usize = 2048;

/// Weighted over horizons; windows count predictions, so that they go on from run to run.
fn zs(study: &Study, window: usize) -> Vec<f64> {
    let mut z = vec![f64::NAN; study.len()];
    let forecasts = study.inputs().forecasts;
    let mut scores: Vec<ZScore> = forecasts.iter().map(|_| ZScore::new(window)).collect();
    let mut block = [0.0; BLOCK];
    for run in study.runs() {
        for from in run.rows.clone().step_by(BLOCK) {
            let rows = from..run.rows.end.min(from + BLOCK);
            let (block, out) = (&mut block[..rows.len()], &mut z[rows.clone()]);
            out.fill(0.0);
            for ((w, score), forecast) in run.weights.each().iter().zip(&mut scores).zip(forecasts)
            {
                score.steps(&forecast.exp_bps[rows.clone()], block);
                out.iter_mut().zip(&*block).for_each(|(sum, score)| *sum += w * score);
            }
            out.iter_mut().for_each(|z| *z = if z.is_finite() { *z } else { f64::NAN });
        }
    }
    z
}

/// Of the expected returns that are there.
fn standing_column(study: &Study, window: usize) -> Vec<u32> {
    let expected = study.expected_bps();
    let there: Vec<f64> =
        study.runs().iter().flat_map(|run| &expected[run.rows.clone()]).copied().collect();
    let found = standings(&there, window);
    if found.len() == expected.len() {
        return found;
    }
    let mut out = vec![UNKNOWN; expected.len()];
    for run in study.runs() {
        let n = run.rows.len();
        out[run.rows.clone()].copy_from_slice(&found[run.seen..run.seen + n]);
    }
    out
}

/// Every column at hand; those that no gate asks for are empty.
#[derive(Clone, Copy)]
pub struct View<'c> {
    columns: &'c Columns<'c>,
    z: &'c [f64],
    expected_bps: &'c [f64],
    sigma: &'c [f64],
    atr: &'c [f64],
    standing: &'c [u32],
    regime: &'c [u8],
    sessions: &'c [u8],
}

impl View<'_> {
    #[inline(always)]
    pub fn at(&self, row: usize, is_warm: bool) -> At<'_> {
        At { view: self, row, is_warm }
    }
}

/// One row, as the gates see it.
#[derive(Clone, Copy)]
pub struct At<'v> {
    view: &'v View<'v>,
    row: usize,
    is_warm: bool,
}

impl At<'_> {
    #[inline(always)]
    fn study(&self) -> &Study<'_> {
        self.view.columns.study
    }

    fn weighted(&self, column: impl Fn(&Forecast) -> f64) -> f64 {
        let columns = self.study().inputs().forecasts.iter().map(column);
        self.study().weights(self.row).map_or(f64::NAN, |weights| weights.sum_of_counted(columns))
    }
}

impl Facts for At<'_> {
    #[inline(always)]
    fn z(&self) -> f64 {
        self.view.z[self.row]
    }

    #[inline(always)]
    fn expected_bps(&self) -> f64 {
        self.view.expected_bps[self.row]
    }

    fn p_up(&self) -> f64 {
        self.weighted(|forecast| forecast.p_up[self.row])
    }

    fn bounds_bps(&self) -> [f64; 2] {
        let bound = |forecast: &Forecast, k: usize| {
            forecast.interval.map_or(f64::NAN, |bounds| bounds[k][self.row])
        };
        [0, 1].map(|k| self.weighted(|forecast| bound(forecast, k)))
    }

    #[inline(always)]
    fn horizon(&self) -> f64 {
        self.study().weights(self.row).map_or(f64::NAN, FoldWeights::mean_horizon)
    }

    #[inline(always)]
    fn is_warm(&self) -> bool {
        self.is_warm
    }

    #[inline(always)]
    fn sigma(&self) -> f64 {
        self.view.sigma[self.row]
    }

    #[inline(always)]
    fn standing(&self) -> u32 {
        self.view.standing.get(self.row).copied().unwrap_or(UNKNOWN)
    }

    #[inline]
    fn agreeing(&self, n: u32) -> u32 {
        self.view.columns.votes().map_or(1, |votes| votes.agreeing(self.row, n, self.z()))
    }

    #[inline(always)]
    fn sessions(&self) -> u8 {
        self.view.sessions.get(self.row).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn regime(&self) -> u8 {
        self.view.regime.get(self.row).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn atr(&self) -> f64 {
        self.view.atr[self.row]
    }

    #[inline(always)]
    fn tape(&self) -> Tape {
        self.study().tape(self.row)
    }
}
