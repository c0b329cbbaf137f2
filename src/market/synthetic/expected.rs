//! What the planted signal is worth: the population correlation at each horizon, in closed form.
//!
//! In standard deviations of a usual bar, bar k returns β·sₖ₋₁ + √f·eₖ + uₖ, where the signal is
//! sₖ = φ·sₖ₋₁ + √(1 − φ²)·eₖ, f is the flow's share of the variance, and uₖ is everything that
//! knows nothing of the signal. The return over h bars after bar i, y = Σⱼ₌₁ʰ, then has
//!
//! - Cov(sᵢ, y) = β·A, A = Σ φʲ⁻¹ = (1 − φʰ) / (1 − φ)
//! - Var y = B + 2β·D + β²·C with
//!   C = Var Σ sᵢ₊ⱼ₋₁ = h + 2·Σ_d (h − d)·φᵈ,
//!   D = Cov(Σ sᵢ₊ⱼ₋₁, Σ √f·eᵢ₊ⱼ) = √f·√(1 − φ²)·Σⱼ (1 − φʲ⁻¹) / (1 − φ),
//!   B the variance of all the rest: h bars of noise, jumps and flow, the regimes' drift and pull,
//!   and the bounce of both ends.

use super::regime::{Chain, Regime};

/// The signal's law: an AR(1) of unit variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signal {
    /// φ
    pub decay: f64,
    /// √(1 − φ²)
    pub shock: f64,
}

impl Signal {
    pub fn new(decay: f64) -> Self {
        Self { decay, shock: (1.0 - decay * decay).sqrt() }
    }
}

/// Where a usual bar's variance comes from; the first four sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    pub own: f64,
    pub common: f64,
    pub flow: f64,
    pub jump: f64,
    /// Of a single print, on top of the price itself.
    pub bounce: f64,
}

/// A, B, C and D of one horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Forward {
    reach: f64,
    rest: f64,
    drifts: f64,
    flow: f64,
}

/// The horizons 1, 2, … `count`.
pub(super) fn forwards(
    signal: Signal,
    shares: &Shares,
    chain: &Chain,
    count: usize,
) -> Vec<Forward> {
    let mut regimes = RegimeMoments::new(chain, shares);
    let (mut reach, mut drifts, mut flow) = (0.0, 0.0, 0.0);
    let mut power = 1.0; // φ^(h − 1)
    (1..=count)
        .map(|h| {
            // Horizon h − 1 becomes h: the new sᵢ₊ₕ₋₁ meets the flow and the signals before it.
            flow += shares.flow.sqrt() * signal.shock * reach;
            drifts += 1.0 + 2.0 * signal.decay * reach;
            reach += power;
            power *= signal.decay;
            regimes.extend();
            let steady = h as f64 * (shares.jump + shares.flow) + 2.0 * shares.bounce;
            Forward { reach, rest: regimes.variance() + steady, drifts, flow }
        })
        .collect()
}

impl Forward {
    /// The correlation of signal and forward return where the drift is β per unit of signal.
    pub fn ic(&self, drift: f64) -> f64 {
        let variance = self.rest + 2.0 * drift * self.flow + drift * drift * self.drifts;
        drift * self.reach / variance.sqrt()
    }

    /// The β that gives this correlation; it must be below [`Forward::limit`].
    pub fn drift_for(&self, ic: f64) -> f64 {
        // β²·(A² − ic²·C) − 2β·ic²·D − ic²·B = 0, the root with the sign of ic.
        let square = ic * ic;
        let lead = self.reach * self.reach - square * self.drifts;
        let half = square * self.flow;
        (half + ic.signum() * (half * half + lead * square * self.rest).sqrt()) / lead
    }

    /// What an infinite drift would reach: the signal's own changes are noise too.
    pub fn limit(&self) -> f64 {
        self.reach / self.drifts.sqrt()
    }
}

/// The largest planted correlation at a horizon, whatever else the market does.
pub(super) fn largest_ic(signal: Signal, horizon: usize) -> f64 {
    let shares = Shares { own: 1.0, common: 0.0, flow: 0.0, jump: 0.0, bounce: 0.0 };
    let last = forwards(signal, &shares, &Chain::plain(), horizon).pop();
    last.map_or(0.0, |forward| forward.limit())
}

/// The standard error of a sample correlation between an AR(1) signal and overlapping sums of `h`
/// returns: √(Σₖ ρₛ(k)·ρ_y(k) / n), with ρ_y(k) = 1 − k/h (Bartlett 1946, "On the theoretical
/// specification and sampling properties of autocorrelated time-series", JRSS Suppl. 8(1)).
pub(super) fn standard_error(signal: Signal, horizon: usize, n: usize) -> f64 {
    let (mut sum, mut power) = (1.0, 1.0);
    for k in 1..horizon {
        power *= signal.decay;
        sum += 2.0 * power * (1.0 - k as f64 / horizon as f64);
    }
    (sum / n as f64).sqrt()
}

/// Second moments of Y, the sum of h bars of regime drift, pull and noise from a random bar on,
/// carried from bar to bar for each regime. With `1r` being 1 in regime r and else 0, and d the way
/// from where a range began, `E[1r]` is the regime's share, and these are the others.
struct RegimeMoments<'a> {
    chain: &'a Chain,
    /// Of one bar.
    noise: Vec<f64>,
    /// `E[Y·1r]`
    mean: Vec<f64>,
    /// `E[Y²·1r]`
    square: Vec<f64>,
    /// `E[Y·d·1r]`
    cross: Vec<f64>,
    /// `E[d²·1r]`, which is steady.
    away: Vec<f64>,
}

impl<'a> RegimeMoments<'a> {
    fn new(chain: &'a Chain, shares: &Shares) -> Self {
        let laws = &chain.laws;
        let noise: Vec<f64> =
            laws.iter().map(|law| shares.common + shares.own * law.variance).collect();
        // d' = (1 − κ)·d + noise while the range lasts, and 0 where the next one begins.
        let away = laws.iter().zip(&noise).map(|(law, noise)| {
            let (keep, last) = (1.0 - law.leave, 1.0 - law.pull);
            let steady = keep * noise * law.share / (1.0 - keep * last * last);
            if law.regime == Regime::Range { steady } else { 0.0 }
        });
        let zeros = vec![0.0; laws.len()];
        let away = away.collect();
        Self { chain, noise, mean: zeros.clone(), square: zeros.clone(), cross: zeros, away }
    }

    /// One bar more.
    fn extend(&mut self) {
        for (r, law) in self.chain.laws.iter().enumerate() {
            let (noise, away) = (self.noise[r] * law.share, self.away[r]);
            self.square[r] += 2.0 * law.drift * self.mean[r]
                + law.drift * law.drift * law.share
                + law.pull * (law.pull * away - 2.0 * self.cross[r])
                + noise;
            self.mean[r] += law.drift * law.share;
            // Only the range has a d, and it has no drift.
            let last = 1.0 - law.pull;
            let cross = last * (self.cross[r] - law.pull * away) + noise;
            let holds = law.regime == Regime::Range;
            self.cross[r] = if holds { (1.0 - law.leave) * cross } else { 0.0 };
        }
        self.mean = hop(self.chain, &self.mean);
        self.square = hop(self.chain, &self.square);
    }

    fn variance(&self) -> f64 {
        let mean: f64 = self.mean.iter().sum();
        self.square.iter().sum::<f64>() - mean * mean
    }
}

/// Moves what is known of each regime to the next bar's regimes.
fn hop(chain: &Chain, before: &[f64]) -> Vec<f64> {
    let others = (chain.laws.len() - 1).max(1) as f64;
    let leaving: Vec<f64> = chain.laws.iter().zip(before).map(|(law, x)| law.leave * x).collect();
    let all: f64 = leaving.iter().sum();
    let arriving = |r: usize| before[r] - leaving[r] + (all - leaving[r]) / others;
    (0..before.len()).map(arriving).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::synthetic::params::Regimes;
    use crate::rng::Rng;

    const PLAIN: Shares = Shares { own: 1.0, common: 0.0, flow: 0.0, jump: 0.0, bounce: 0.0 };

    fn plain(decay: f64, shares: Shares, count: usize) -> Vec<Forward> {
        forwards(Signal::new(decay), &shares, &Chain::plain(), count)
    }

    #[test]
    fn three_bars_by_hand() {
        let shares = Shares { own: 0.5, common: 0.2, flow: 0.25, jump: 0.05, bounce: 0.1 };
        let Forward { reach, rest, drifts, flow } = plain(0.6, shares, 3)[2];
        assert!((reach - 1.96).abs() < 1e-12); // 1 + 0.6 + 0.36
        assert!((drifts - 6.12).abs() < 1e-12); // 3 + 2·(2·0.6 + 0.36)
        assert!((flow - 0.5 * 0.8 * 2.6).abs() < 1e-12); // 0 + 1 + 1.6
        assert!((rest - 3.2).abs() < 1e-12);
    }

    #[test]
    fn one_bar_needs_no_more_drift_than_the_correlation() {
        let forward = plain(0.9, PLAIN, 1)[0];
        assert!((forward.ic(0.1) - 0.1 / 1.01_f64.sqrt()).abs() < 1e-15);
        assert!((forward.limit() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_drift_gives_back_the_correlation() {
        let shares = Shares { flow: 0.2, own: 0.8, ..PLAIN };
        for ic in [-0.6, -0.05, 0.0, 0.01, 0.3, 0.8] {
            for (decay, horizon) in [(0.5, 1), (0.9, 6), (0.99, 24)] {
                let forward = plain(decay, shares, horizon)[horizon - 1];
                assert!(ic < forward.limit());
                assert!((forward.ic(forward.drift_for(ic)) - ic).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn overlap_widens_the_standard_error() {
        assert!((standard_error(Signal::new(0.0), 6, 10_000) - 0.01).abs() < 1e-15);
        assert!((standard_error(Signal::new(0.5), 1, 10_000) - 0.01).abs() < 1e-15);
        // 1 + 2·(0.5·2/3 + 0.25·1/3) = 11/6
        let se = standard_error(Signal::new(0.5), 3, 600);
        assert!((se - (11.0 / 6.0 / 600.0_f64).sqrt()).abs() < 1e-15);
    }

    /// Against the chain itself, with drifts and pulls strong enough to be seen.
    #[test]
    fn regimes_add_the_variance_they_have_in_a_simulation() {
        let regimes = Regimes {
            trend_hours: 2.0,
            trend_drift_per_day: 0.9,
            range_hours: 3.0,
            range_half_life_hours: 0.25,
            ..Regimes::default()
        };
        let chain = Chain::new(&regimes, 12.0, 0.01);
        let (mut walk, mut rng) = (chain.walk(Rng::new(1)), Rng::new(2));
        let (mut path, mut price, mut away) = (vec![0.0], 0.0, 0.0);
        for _ in 0..2_000_000 {
            let (law, begins) = walk.step();
            away = if begins { 0.0 } else { away };
            let x = law.drift - law.pull * away + law.variance.sqrt() * rng.normal();
            (price, away) = (price + x, away + x);
            path.push(price);
        }
        let expected = forwards(Signal::new(0.5), &PLAIN, &chain, 24);
        for h in [1, 6, 24] {
            let n = (path.len() - h) as f64;
            let sum: f64 = path.iter().zip(&path[h..]).map(|(a, b)| (b - a).powi(2)).sum();
            let ratio = sum / n / expected[h - 1].rest;
            assert!((ratio - 1.0).abs() < 0.02, "{h}: {ratio}");
            assert!((expected[h - 1].rest / h as f64 - 1.0).abs() > 0.01, "{h}");
        }
    }
}
