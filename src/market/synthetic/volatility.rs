//! How much a bar moves: the hour of the day, clusters of volatility, and fat tails.

use super::params::Params;
use super::regime::half_lives;
use crate::rng::{Gamma, Rng, exp};
use crate::units::{HOUR_US, MINUTE_US, Ts};

const DAY_MINUTES: usize = 1440;

/// Times the usual variance by the UTC minute a bar opens; 1 on average over the day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Season {
    variance: Vec<f64>,
}

/// Asia's open, London's morning, London and New York together: centre and width in minutes of
/// the UTC day, and height in volatility. The shape is that of intraday foreign exchange and
/// crypto volatility (Andersen & Bollerslev 1998, "DM–dollar volatility", J. Finance 53(1)).
const HUMPS: [(f64, f64, f64); 3] = [(60.0, 90.0, 0.5), (480.0, 90.0, 0.6), (870.0, 120.0, 1.4)];

impl Season {
    pub fn new(params: &Params) -> Self {
        let minutes: Vec<f64> = (0..DAY_MINUTES)
            .map(|minute| 1.0 + params.seasonality * humps(minute as f64))
            .map(|volatility| volatility * volatility)
            .collect();
        let mean = minutes.iter().sum::<f64>() / DAY_MINUTES as f64;
        // A bar has the mean of its minutes; longer than a day, they are all alike.
        let covered = (params.timeframe.us() / MINUTE_US).clamp(1, DAY_MINUTES as i64) as usize;
        let bar = |open: usize| {
            let sum: f64 = (open..open + covered).map(|m| minutes[m % DAY_MINUTES]).sum();
            sum / covered as f64 / mean
        };
        Self { variance: (0..DAY_MINUTES).map(bar).collect() }
    }

    #[inline]
    pub fn variance(&self, ts: Ts) -> f64 {
        let minute = ts.0.rem_euclid(24 * HOUR_US) / MINUTE_US;
        self.variance[minute as usize]
    }
}

fn humps(minute: f64) -> f64 {
    let day = DAY_MINUTES as f64;
    let hump = |&(centre, width, height): &(f64, f64, f64)| {
        let away = (minute - centre).abs();
        let z = away.min(day - away) / width;
        height * exp(-0.5 * z * z)
    };
    HUMPS.iter().map(hump).sum()
}

/// A variance for each bar, of mean 1. Student's t is a normal whose variance is drawn anew (Praetz
/// 1972, "The distribution of share price changes", J. Business 45(1)): made so, the range inside
/// a bar and its volume know of the same variance as its return.
#[derive(Debug)]
pub(super) struct Variance {
    clusters: Rng,
    tails: Rng,
    /// Log-volatility against its mean.
    level: f64,
    decay: f64,
    shock: f64,
    /// The log of the mean of e^(2·level).
    log_mean: f64,
    tail: Option<Tail>,
}

/// (ν − 2) / χ²_ν = (ν/2 − 1) / Γ(ν/2), of mean 1.
#[derive(Debug, Clone, Copy)]
struct Tail {
    gamma: Gamma,
    scale: f64,
}

impl Variance {
    /// `stream` makes the named streams of one symbol, or of the common factor.
    pub fn new(params: &Params, stream: impl Fn(&str) -> Rng) -> Self {
        let bar_hours = params.timeframe.us() as f64 / HOUR_US as f64;
        let (spread, decay) = params
            .clustering
            .map_or((0.0, 0.0), |c| (c.spread, half_lives(bar_hours / c.half_life_hours)));
        let mut clusters = stream("clusters");
        let level = spread * clusters.normal();
        let shock = spread * (1.0 - decay * decay).sqrt();
        let tail = params
            .tails_dof
            .map(|dof| Tail { gamma: Gamma::new(dof / 2.0), scale: dof / 2.0 - 1.0 });
        let log_mean = 2.0 * spread * spread;
        Self { clusters, tails: stream("tails"), level, decay, shock, log_mean, tail }
    }

    #[inline]
    pub fn step(&mut self) -> f64 {
        let mut variance = 1.0;
        if self.log_mean > 0.0 {
            self.level = self.decay * self.level + self.shock * self.clusters.normal();
            variance = exp(2.0 * self.level - self.log_mean);
        }
        if let Some(tail) = self.tail {
            variance *= tail.scale / self.tails.gamma(&tail.gamma);
        }
        variance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::synthetic::Clustering;
    use crate::stats;

    #[test]
    fn a_days_mean_variance_is_one_on_any_timeframe() {
        for text in ["1m", "5m", "1h", "4h", "1d"] {
            let timeframe = text.parse().unwrap();
            let season = Season::new(&Params { timeframe, ..Params::default() });
            let bars = 24 * HOUR_US / timeframe.us();
            let sum: f64 = (0..bars).map(|i| season.variance(Ts(i * timeframe.us()))).sum();
            assert!((sum / bars as f64 - 1.0).abs() < 1e-12, "{text}: {sum}");
        }
    }

    #[test]
    fn the_overlap_of_london_and_new_york_is_the_wildest() {
        let season = Season::new(&Params::default());
        let sd = |text: &str| season.variance(text.parse().unwrap()).sqrt();
        let ratio = sd("2024-01-01 14:30") / sd("2024-01-01 21:00");
        assert!((2.0..2.8).contains(&ratio), "{ratio}");
        let flat = Season::new(&Params { seasonality: 0.0, ..Params::default() });
        assert!(flat.variance.iter().all(|v| *v == 1.0));
    }

    #[test]
    fn the_mean_variance_is_one_with_clusters_and_tails() {
        for (clustering, tails_dof, exact) in [
            (None, None, true),
            (Some(Clustering { half_life_hours: 0.5, spread: 0.4 }), None, false),
            (None, Some(6.0), false),
        ] {
            let params = Params { clustering, tails_dof, ..Params::default() };
            let mut law = Variance::new(&params, |name| Rng::stream(1, name, &[]));
            let draws: Vec<f64> = (0..300_000).map(|_| law.step()).collect();
            let off = (stats::mean(&draws).unwrap() - 1.0).abs();
            assert!(off < if exact { 1e-15 } else { 0.02 }, "{clustering:?} {tails_dof:?}: {off}");
        }
    }
}
