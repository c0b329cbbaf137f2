//! `synthetic.*`: the market that can be made up.

use super::rule::Rule;
use super::section::section;
use super::setting::Reading;
use crate::market::Timeframe;
use crate::market::synthetic::{Clustering, Gaps, Params, Planted as PlantedParams, Regimes};
use crate::units::{DAY_US, Ts};

section! {
    /// The built-in market, for `data.source: synthetic`. Its random draws follow `seed`.
    pub struct Synthetic;
    /// How many bars each symbol gets.
    bars: u32 = 200_000, Rule::within(2.0, 100_000_000.0).unit("bars");
    /// When the first bar opens, UTC.
    start: Ts = Ts(18_995 * DAY_US), Rule::any();
    /// Price of the first bar.
    start_price: f64 = 100.0, Rule::within(0.01, 1e6);
    /// Typical move of one bar: standard deviation of its log return.
    volatility_bps: f64 = 15.0, Rule::above(0.0, 500.0).unit("bps");
    /// Change between trend, range and volatile spells.
    regimes: bool = true, Rule::any();
    /// Let large moves follow large moves.
    clustering: bool = true, Rule::any();
    /// Fat tails: degrees of freedom of Student's t, the fewer the wilder; null: normal returns.
    tail_dof: Option<f64> = Some(4.0), Rule::above(2.0, 1000.0);
    /// Let volatility and volume follow the time of day.
    seasonality: bool = true, Rule::any();
    /// Missing bars, on average, for every 100,000 that are there.
    gaps_per_100k: f64 = 0.0, Rule::within(0.0, 50_000.0).unit("bars");
    /// Bid-ask bounce: closes jump between bid and ask, this far from the middle.
    bounce_bps: f64 = 0.0, Rule::within(0.0, 100.0).unit("bps");
    /// With several symbols: the part of each one's variance that a common factor explains.
    common_factor: f64 = 0.3, Rule::below(0.0, 1.0);
    planted: Planted = Planted::default(), Rule::any();
}

section! {
    /// A predictability of known size, so that what finds it can be trusted elsewhere.
    pub struct Planted;
    /// Correlation between what can be known and the return that follows; 0: none.
    ic: f64 = 0.0, Rule::below(0.0, 1.0);
    /// Over how many bars that return runs.
    horizon: u32 = 3, Rule::within(1.0, 10_000.0).unit("bars");
}

/// What is traded in a day, in cash: so much that an account of the usual size is far below a hundredth
/// of a bar of five minutes, and no fill is capped.
const TURNOVER: f64 = 1e10;

impl Synthetic {
    /// The generator's parameters; what the config does not name keeps its default.
    pub fn params(&self, timeframe: Timeframe) -> Params {
        let usual = Params::default();
        Params {
            timeframe,
            start: self.start,
            bars: self.bars as usize,
            price: self.start_price,
            // Of a cheap thing the smallest step is small.
            tick: usual.tick.min(self.start_price / 1e4),
            volatility_per_day: self.volatility_per_day(timeframe),
            clustering: self.clustering.then(Clustering::default),
            tails_dof: self.tail_dof,
            seasonality: if self.seasonality { usual.seasonality } else { 0.0 },
            regimes: self.regimes.then(Regimes::default),
            // The config counts missing bars, the generator gaps of some length.
            gaps: Gaps {
                per_100k_bars: self.gaps_per_100k / Gaps::default().mean_bars,
                ..Gaps::default()
            },
            volume_per_day: TURNOVER / self.start_price,
            // … half a spread, the generator a whole one …
            bounce_bps: 2.0 * self.bounce_bps,
            planted: PlantedParams {
                ic: self.planted.ic,
                horizon: self.planted.horizon as usize,
                ..PlantedParams::default()
            },
            // … and a share of variance, the generator its root, the loading.
            common_factor: self.common_factor.sqrt(),
            ..usual
        }
    }

    fn volatility_per_day(&self, timeframe: Timeframe) -> f64 {
        let bars_per_day = DAY_US as f64 / timeframe.us() as f64;
        self.volatility_bps * 1e-4 * bars_per_day.sqrt()
    }

    /// Why no such market can be made: each fault by its key, in the units of the config.
    pub fn faults(&self, timeframe: Timeframe) -> Vec<(&'static str, String)> {
        let params = self.params(timeframe);
        let bad = params.check().err().map(|bad| bad.0).unwrap_or_default();
        let fault = |(field, expected): (&str, String)| match field {
            "start" => ("synthetic.start", format!("expected {expected}")),
            "price" | "tick" => ("synthetic.start_price", format!("expected {expected}")),
            "volatility_per_day" => {
                let (bps, day) = (self.volatility_bps, params.volatility_per_day);
                let what = format!("{bps} bps in {timeframe} are {day:.3} in a day");
                ("synthetic.volatility_bps", format!("{what}: expected {expected}"))
            }
            "tails_dof" => ("synthetic.tail_dof", format!("expected {expected}")),
            "bounce_bps" => ("synthetic.bounce_bps", format!("expected {expected}, both sides")),
            "gaps.per_100k_bars" => {
                ("synthetic.gaps_per_100k", format!("expected {expected} gaps"))
            }
            "common_factor" => {
                let most = 0.99 - params.planted.flow_share - params.open_jump_share;
                let why = "something has to be the symbol's own";
                ("synthetic.common_factor", format!("expected at most {most:.3}: {why}"))
            }
            "planted.ic" => ("synthetic.planted.ic", format!("expected {expected}")),
            "planted.horizon" => ("synthetic.planted.horizon", format!("expected {expected}")),
            _ => ("synthetic.bars", format!("expected {expected}")),
        };
        let mut faults: Vec<_> =
            bad.into_iter().map(|bad| fault((bad.field, bad.expected))).collect();
        faults.dedup();
        faults
    }

    pub(super) fn check(&self, timeframe: Timeframe, reading: &mut Reading) {
        for (key, message) in self.faults(timeframe) {
            reading.require(false, &[key, "data.timeframe"], || message);
        }
    }
}
