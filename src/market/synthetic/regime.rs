//! Trends, ranges and storms: a Markov chain over what drift and volatility the market has.

use serde::Serialize;

use super::params::Regimes;
use crate::rng::{Rng, exp};

/// What the market is up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// Where regimes are switched off.
    Plain,
    TrendUp,
    TrendDown,
    Range,
    Volatile,
}

/// Bars in a row of one regime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Run {
    pub regime: Regime,
    pub bars: usize,
}

/// What a regime does to a bar. Returns are in standard deviations of a usual bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    pub regime: Regime,
    /// The part of all bars that are in this regime, in the long run.
    pub share: f64,
    pub drift: f64,
    /// Times the usual variance; 1 on average over the regimes.
    pub variance: f64,
    /// The part of the way back to where the regime began that a bar is pulled.
    pub pull: f64,
    /// Probability that a bar is the regime's last.
    pub leave: f64,
}

/// The chain: whichever regime ends, each other one is equally likely to follow, so that shares are
/// proportional to mean lengths.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chain {
    pub laws: Vec<Law>,
}

impl Chain {
    /// One regime for ever, with neither drift nor pull.
    pub fn plain() -> Self {
        let (drift, pull, leave) = (0.0, 0.0, 0.0);
        let law = Law { regime: Regime::Plain, share: 1.0, drift, variance: 1.0, pull, leave };
        Self { laws: vec![law] }
    }

    pub fn new(r: &Regimes, bars_per_hour: f64, bar_sd: f64) -> Self {
        let drift = r.trend_drift_per_day / (24.0 * bars_per_hour) / bar_sd;
        let pull = 1.0 - half_lives(1.0 / (r.range_half_life_hours * bars_per_hour));
        let law = |regime, hours: f64, volatility: f64| {
            let bars = (hours * bars_per_hour).max(1.0);
            let (variance, leave) = (volatility * volatility, 1.0 / bars);
            Law { regime, share: bars, drift: 0.0, variance, pull: 0.0, leave }
        };
        let trend = law(Regime::TrendUp, r.trend_hours, 1.0);
        let mut laws = vec![
            Law { drift, ..trend },
            Law { regime: Regime::TrendDown, drift: -drift, ..trend },
            Law { pull, ..law(Regime::Range, r.range_hours, r.range_volatility) },
            law(Regime::Volatile, r.volatile_hours, r.volatile_volatility),
        ];
        let bars: f64 = laws.iter().map(|law| law.share).sum();
        laws.iter_mut().for_each(|law| law.share /= bars);
        let mean_variance: f64 = laws.iter().map(|law| law.share * law.variance).sum();
        laws.iter_mut().for_each(|law| law.variance /= mean_variance);
        Self { laws }
    }

    /// Starts in the long run's distribution: no warm-up is needed.
    pub fn walk(&self, mut rng: Rng) -> Walk<'_> {
        let mut at = rng.uniform();
        let beyond = |law: &Law| {
            at -= law.share;
            at < 0.0
        };
        let now = self.laws.iter().position(beyond).unwrap_or(0);
        let left = stay(&mut rng, &self.laws[now]);
        Walk { laws: &self.laws, rng, now, left }
    }
}

/// One path through the chain.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    laws: &'a [Law],
    rng: Rng,
    now: usize,
    left: u64,
}

impl<'a> Walk<'a> {
    /// The law of the next bar, and whether its regime begins with it.
    #[inline]
    pub fn step(&mut self) -> (&'a Law, bool) {
        let begins = self.left == 0;
        if begins {
            let hop = 1 + self.rng.index(0..self.laws.len() - 1);
            self.now = (self.now + hop) % self.laws.len();
            self.left = stay(&mut self.rng, &self.laws[self.now]);
        }
        self.left -= 1;
        (&self.laws[self.now], begins)
    }
}

/// 2⁻ᵗ: what is left after `t` half-lives.
pub(super) fn half_lives(t: f64) -> f64 {
    exp(-std::f64::consts::LN_2 * t)
}

fn stay(rng: &mut Rng, law: &Law) -> u64 {
    if law.leave > 0.0 { rng.geometric(law.leave) } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_lengths_are_those_asked_for() {
        let chain = Chain::new(&Regimes::default(), 12.0, 0.001);
        let (mut walk, n) = (chain.walk(Rng::new(1)), 2_000_000);
        let (mut bars, mut spells) = ([0.0; 4], [0.0; 4]);
        for _ in 0..n {
            let (law, begins) = walk.step();
            let k = law.regime as usize - 1;
            bars[k] += 1.0;
            spells[k] += f64::from(u8::from(begins));
        }
        let expected = [288.0, 288.0, 432.0, 96.0];
        for k in 0..4 {
            assert!((bars[k] / spells[k] / expected[k] - 1.0).abs() < 0.1, "{bars:?} {spells:?}");
            assert!((bars[k] / n as f64 - chain.laws[k].share).abs() < 0.03, "{bars:?}");
        }
        assert!((chain.laws[2].share - 36.0 / 92.0).abs() < 1e-12);
    }

    #[test]
    fn the_mean_variance_is_one_and_the_mean_drift_none() {
        let laws = Chain::new(&Regimes::default(), 12.0, 0.001).laws;
        let mean = |f: fn(&Law) -> f64| laws.iter().map(|law| law.share * f(law)).sum::<f64>();
        assert!((mean(|law| law.variance) - 1.0).abs() < 1e-12);
        assert!(mean(|law| law.drift).abs() < 1e-15);
        assert!((laws[0].drift - 0.02 / 288.0 / 0.001).abs() < 1e-12);
        assert!((laws[2].pull - (1.0 - libm::pow(0.5, 1.0 / 144.0))).abs() < 1e-12);
    }

    #[test]
    fn without_regimes_there_is_one_that_never_ends() {
        let chain = Chain::plain();
        let mut walk = chain.walk(Rng::new(1));
        assert!((0..1000).all(|_| walk.step() == (&chain.laws[0], false)));
    }
}
