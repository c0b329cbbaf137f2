//! Trending, ranging, volatile, by thresholds that are quantiles of the training slice.

use serde::Serialize;

use super::motion::{Motion, Motions};
use super::{Candle, Prices, Unfit};
use crate::stats;

/// Ranging, trending, volatile: in this order.
pub const NAMES: [&str; 3] = ["ranging", "trending", "volatile"];

/// Fewer bars than this with a full window have no quantiles worth the name.
const FEWEST_BARS: usize = 100;

/// The rule. The first that holds, over the window that ends with the bar:
///
/// - **volatile**: returns vary as much as in the wildest `volatile_share` of the training bars.
/// - **trending**: Kaufman's efficiency ratio is as high as in the highest `trending_share` of the
///   training bars that are not volatile. A quantile and no fixed threshold, as the ratio of a random
///   walk falls with the root of the window.
/// - **ranging**: neither.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Bars, 2 or more.
    pub window: usize,
    pub trending_share: f64,
    pub volatile_share: f64,
}

impl Default for Rules {
    /// A fifth volatile, as in the usual cut of volatility into quintiles, and a third of the others
    /// trending.
    fn default() -> Self {
        Self { window: 48, trending_share: 1.0 / 3.0, volatile_share: 0.2 }
    }
}

/// What the training slice taught.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Thresholds {
    /// Standard deviation of a bar's log return, from which on a bar is volatile.
    pub volatile_from: f64,
    /// Efficiency ratio from which on it is trending.
    pub trending_from: f64,
}

/// Thresholds, and the window up to the last bar.
#[derive(Debug, Clone)]
pub struct Watch {
    motions: Motions,
    thresholds: Thresholds,
}

impl Rules {
    /// Has seen no bar yet.
    pub fn fit(&self, training: &Prices<'_>) -> Result<Watch, Unfit> {
        self.check()?;
        let mut motions = Motions::new(self.window);
        let seen: Vec<Motion> = training.candles().filter_map(|bar| motions.step(bar)).collect();
        if seen.len() < FEWEST_BARS {
            let (found, needed) = (training.close.len(), FEWEST_BARS + self.window);
            return Err(Unfit::TooFewBars { found, needed });
        }
        let cut = |values: &[f64], share: f64, what: &'static str| {
            let varies = values.iter().any(|value| *value != values[0]);
            let found = stats::quantile(values, 1.0 - share).filter(|_| varies);
            found.ok_or(Unfit::NoSpread { what })
        };
        let sigmas: Vec<f64> = seen.iter().map(|motion| motion.sigma).collect();
        let volatile_from = cut(&sigmas, self.volatile_share, "volatility")?;
        let rest = seen.iter().filter(|motion| motion.sigma < volatile_from);
        let efficiencies: Vec<f64> = rest.map(Motion::efficiency).collect();
        if efficiencies.is_empty() {
            return Err(Unfit::NoSpread { what: "volatility" });
        }
        let trending_from = cut(&efficiencies, self.trending_share, "efficiency")?;
        let thresholds = Thresholds { volatile_from, trending_from };
        Ok(Watch { motions: Motions::new(self.window), thresholds })
    }

    fn check(&self) -> Result<(), Unfit> {
        if self.window < 2 {
            let (name, value, expected) = ("window", self.window as f64, "2 or more");
            return Err(Unfit::Parameter { name, value, expected });
        }
        let shares =
            [("trending_share", self.trending_share), ("volatile_share", self.volatile_share)];
        let bad = shares.into_iter().find(|(_, share)| !(*share > 0.0 && *share < 1.0));
        let expected = "between 0 and 1";
        bad.map_or(Ok(()), |(name, value)| Err(Unfit::Parameter { name, value, expected }))
    }
}

impl Watch {
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    pub fn step(&mut self, candle: Candle) -> Option<u8> {
        let motion = self.motions.step(candle)?;
        let is_volatile = motion.sigma >= self.thresholds.volatile_from;
        let efficiency = motion.efficiency();
        // Where most windows stand still the quantile is 0, and to stand still is no trend.
        let is_trending = efficiency >= self.thresholds.trending_from && efficiency > 0.0;
        Some(if is_volatile { 2 } else { u8::from(is_trending) })
    }
}
