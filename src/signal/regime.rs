//! What the market is doing: trend, range or volatile.
//!
//! Over the window of the volatility, from this bar and those before it alone, the first that
//! holds:
//!
//! - **volatile**: this bar's volatility is higher than at least [`VOLATILE_SHARE`] of those of the
//!   last [`HISTORY_WINDOWS`] windows. A quantile of its own past needs no yardstick for what is
//!   wild in a market; four fifths is the usual cut of volatility into quintiles.
//! - **trend**: Kaufman's efficiency ratio, |Σ r| / Σ |r| over n returns r (1995, "Smarter
//!   Trading": net change over the path's length), is at least [`TREND`] / √n. A random walk
//!   of normal steps has |Σ r| ≈ σ √n |Z| and Σ |r| ≈ n σ √(2/π), so its ratio times √n is √(π/2)
//!   |Z|: a fixed threshold, such as 0.3, would mean another thing in every window.
//! - **range**: neither.
//!
//! Unknown while the past is too short to tell.

use serde::{Deserialize, Serialize};

use super::standing::{Standing, UNKNOWN, standings};
use crate::features::kernels::Step;
use crate::features::kernels::sums::Sum;

/// What the market is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    Trend,
    Range,
    Volatile,
}

pub const VOLATILE_SHARE: f64 = 0.8;

pub const HISTORY_WINDOWS: usize = 10;

/// √(π/2) · 1.2816: beyond it one random walk in five, as beyond [`VOLATILE_SHARE`] one bar in
/// five.
pub const TREND: f64 = 1.606;

/// Longer histories are not kept.
const LONGEST_HISTORY: usize = 100_000;

impl Regime {
    pub const ALL: [Self; 3] = [Self::Trend, Self::Range, Self::Volatile];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Range => "range",
            Self::Volatile => "volatile",
        }
    }

    /// One bit for each; none is unknown.
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    pub fn from_bit(bit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|regime| regime.bit() == bit)
    }
}

/// The rule for one window.
#[derive(Clone, Copy)]
struct Rule {
    history: usize,
    /// At least so high a standing among the history.
    volatile: u32,
    trend: f64,
}

impl Rule {
    fn over(window: usize) -> Self {
        let history = window.saturating_mul(HISTORY_WINDOWS).min(LONGEST_HISTORY).max(window);
        let volatile = (2.0 * VOLATILE_SHARE * history as f64).ceil() as u32;
        Self { history, volatile, trend: TREND / (window as f64).sqrt() }
    }

    /// The bit of the regime; 0 where it is unknown.
    #[inline(always)]
    fn bit(&self, standing: u32, net: f64, path: f64) -> u8 {
        let moves = net.abs() >= self.trend * path && path > 0.0;
        let calm = if moves { Regime::Trend } else { Regime::Range };
        let known = if standing >= self.volatile { Regime::Volatile } else { calm };
        if standing == UNKNOWN || path.is_nan() { 0 } else { known.bit() }
    }
}

/// Tells the regime bar by bar.
pub struct Regimes {
    rule: Rule,
    standing: Standing,
    net: Sum,
    path: Sum,
}

impl Regimes {
    pub fn new(window: usize) -> Self {
        let rule = Rule::over(window);
        let (net, path) = (Sum::new(window), Sum::new(window));
        Self { rule, standing: Standing::new(rule.history), net, path }
    }

    /// The bit of the regime, from the bar's return and its volatility over the window.
    pub fn step(&mut self, log_return: f64, sigma: f64) -> u8 {
        let (net, path) = (self.net.step([log_return]), self.path.step([log_return.abs()]));
        let standing = if sigma.is_finite() { self.standing.step(sigma) } else { UNKNOWN };
        self.rule.bit(standing, net, path)
    }
}

/// Bars that are worked on in one go: they stay in the nearest cache.
const BLOCK: usize = 2048;

/// The bits of all bars.
pub fn regimes(returns: &[f64], sigmas: &[f64], window: usize) -> Vec<u8> {
    let rule = Rule::over(window);
    let known: Vec<f64> = sigmas.iter().copied().filter(|sigma| sigma.is_finite()).collect();
    let mut standing = standings(&known, rule.history).into_iter();
    let (mut net, mut path) = (Sum::new(window), Sum::new(window));
    let [mut nets, mut lengths, mut paths] = [[0.0; BLOCK]; 3];
    let mut bits = Vec::with_capacity(returns.len());
    for (returns, sigmas) in returns.chunks(BLOCK).zip(sigmas.chunks(BLOCK)) {
        let n = returns.len();
        net.steps([returns], &mut nets[..n]);
        lengths.iter_mut().zip(returns).for_each(|(length, r)| *length = r.abs());
        path.steps([&lengths[..n]], &mut paths[..n]);
        bits.extend(sigmas.iter().zip(nets.iter().zip(&paths)).map(|(sigma, (net, path))| {
            let next = if sigma.is_finite() { standing.next() } else { None };
            rule.bit(next.unwrap_or(UNKNOWN), *net, *path)
        }));
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::super::volatility::sigmas;
    use super::*;
    use crate::rng::Rng;

    fn shares(returns: &[f64], window: usize) -> [f64; 3] {
        let bits = regimes(returns, &sigmas(returns, window), window);
        let known = bits.iter().filter(|bit| **bit != 0).count() as f64;
        Regime::ALL.map(|r| bits.iter().filter(|bit| **bit == r.bit()).count() as f64 / known)
    }

    #[test]
    fn a_random_walk_is_mostly_a_range() {
        let mut rng = Rng::new(4);
        let walk: Vec<f64> = (0..60_000).map(|_| 0.001 * rng.normal()).collect();
        let [trend, range, volatile] = shares(&walk, 48);
        // A fifth is volatile, and of the rest a fifth trends.
        assert!((volatile - 0.2).abs() < 0.03, "{volatile}");
        assert!((trend - 0.16).abs() < 0.03, "{trend}");
        assert!((range - 0.64).abs() < 0.04, "{range}");
    }

    #[test]
    fn a_drift_is_a_trend_and_a_burst_is_volatile() {
        let mut rng = Rng::new(5);
        let mut walk: Vec<f64> = (0..3_000).map(|_| 0.001 * rng.normal()).collect();
        walk[1_000..1_100].iter_mut().for_each(|r| *r = *r * 0.5 + 0.001);
        walk[2_000..2_100].iter_mut().for_each(|r| *r *= 5.0);
        let bits = regimes(&walk, &sigmas(&walk, 50), 50);
        assert_eq!(Regime::from_bit(bits[1_080]), Some(Regime::Trend));
        assert_eq!(Regime::from_bit(bits[2_080]), Some(Regime::Volatile));
        assert_eq!(bits[548], 0);
        assert_ne!(bits[550], 0);
    }

    #[test]
    fn a_flat_market_is_a_range() {
        let flat = vec![0.0; 200];
        let bits = regimes(&flat, &sigmas(&flat, 5), 5);
        assert_eq!(Regime::from_bit(bits[199]), Some(Regime::Range));
    }

    #[test]
    fn one_by_one_and_all_at_once_are_the_same() {
        let mut rng = Rng::new(6);
        let mut walk: Vec<f64> = (0..2_000).map(|_| 0.001 * rng.student_t(3.0)).collect();
        (walk[0], walk[700]) = (f64::NAN, f64::NAN);
        let sigmas = sigmas(&walk, 20);
        let mut alone = Regimes::new(20);
        let stepped: Vec<u8> = walk.iter().zip(&sigmas).map(|(r, s)| alone.step(*r, *s)).collect();
        assert_eq!(regimes(&walk, &sigmas, 20), stepped);
    }
}
