//! Checked parameters, turned into the numbers every bar needs.

use super::expected::{Forward, Shares, Signal, forwards};
use super::params::{BadParams, Params};
use super::regime::{Chain, half_lives};
use super::volatility::Season;
use crate::units::{DAY_US, HOUR_US};

/// A market that can be made. Returns are in standard deviations of a usual bar, `bar_sd`.
#[derive(Debug)]
pub(super) struct Plan {
    pub params: Params,
    pub bar_sd: f64,
    pub chain: Chain,
    pub season: Season,
    pub signal: Signal,
    pub shares: Shares,
    /// Drift of a bar per unit of the signal before it.
    pub drift: f64,
    pub forwards: Vec<Forward>,
}

impl Plan {
    pub fn new(params: &Params) -> Result<Self, BadParams> {
        params.check()?;
        let planted = &params.planted;
        let bars_per_day = DAY_US as f64 / params.timeframe.us() as f64;
        let bar_sd = params.volatility_per_day / bars_per_day.sqrt();
        let bars_per_hour = bars_per_day * HOUR_US as f64 / DAY_US as f64;
        let regimes = params.regimes.as_ref();
        let chain = regimes.map_or_else(Chain::plain, |r| Chain::new(r, bars_per_hour, bar_sd));
        let signal = Signal::new(half_lives(1.0 / planted.half_life_bars));
        let shares = shares(params, bar_sd);
        let forwards = forwards(signal, &shares, &chain, horizons(planted.horizon));
        let drift = forwards[planted.horizon - 1].drift_for(planted.ic);
        let season = Season::new(params);
        let params = params.clone();
        Ok(Self { params, bar_sd, chain, season, signal, shares, drift, forwards })
    }
}

/// Truth is told for twice the planted horizon, and at least a dozen.
fn horizons(planted: usize) -> usize {
    (2 * planted).max(12)
}

fn shares(params: &Params, bar_sd: f64) -> Shares {
    let common = params.common_factor * params.common_factor;
    let (flow, jump) = (params.planted.flow_share, params.open_jump_share);
    let half_spread = 0.5e-4 * params.bounce_bps / bar_sd;
    Shares {
        own: 1.0 - common - flow - jump,
        common,
        flow,
        jump,
        bounce: half_spread * half_spread,
    }
}
