//! Bootstraps that keep neighbours together.

use rayon::prelude::*;
use serde::Serialize;

use crate::rng::Rng;
use crate::stats;
use crate::stats::hac::covariance;

/// How often to draw anew, and from which stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    pub draws: usize,
    pub seed: u64,
}

/// Where nineteen of twenty draws lie, and their standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Band {
    pub se: f64,
    pub low: f64,
    pub high: f64,
    pub draws: u64,
    /// Instants in a block.
    pub block: u64,
}

/// Sums over every run of `length` neighbouring instants, the last being the neighbour of the first
/// (Politis & Romano 1992, "A circular block-resampling procedure for stationary data"): a draw
/// then adds up some thousand sums, and looks at no row.
pub(super) struct Blocks {
    /// `width` sums for each first instant.
    sums: Vec<f64>,
    width: usize,
    pub length: usize,
    n_times: usize,
}

impl Blocks {
    /// `terms` holds `width` values an instant.
    pub fn new(terms: &[f64], width: usize, length: usize) -> Self {
        let n_times = terms.len() / width;
        let length = length.clamp(1, n_times.max(1));
        let mut sum = vec![0.0; width];
        let at = |time: usize| &terms[time % n_times * width..][..width];
        let add = |sum: &mut [f64], values: &[f64], sign: f64| {
            sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
        };
        let mut sums = Vec::with_capacity(terms.len());
        (0..length.min(n_times)).for_each(|time| add(&mut sum, at(time), 1.0));
        for first in 0..n_times {
            sums.extend_from_slice(&sum);
            add(&mut sum, at(first), -1.0);
            add(&mut sum, at(first + length), 1.0);
        }
        Self { sums, width, length, n_times }
    }

    /// One statistic a draw, in the order of the draws: each has a stream of its own, so threads do
    /// not matter. The statistic sees the sums over as many instants as there are, or up to a block
    /// more, and how many times too many that is.
    pub fn draw<T: Send>(
        &self,
        name: &str,
        bootstrap: Bootstrap,
        statistic: impl Fn(&[f64], f64) -> T + Sync,
    ) -> Vec<T> {
        let n_blocks = self.n_times.div_ceil(self.length);
        let excess = (n_blocks * self.length) as f64 / self.n_times as f64;
        let one = |draw: usize| {
            let mut rng = Rng::stream(bootstrap.seed, name, &[draw as u64]);
            let mut total = vec![0.0; self.width];
            for _ in 0..n_blocks {
                let first = rng.below(self.n_times as u64) as usize * self.width;
                let block = &self.sums[first..first + self.width];
                total.iter_mut().zip(block).for_each(|(total, sum)| *total += sum);
            }
            statistic(&total, excess)
        };
        (0..bootstrap.draws).into_par_iter().map(one).collect()
    }

    pub fn band(&self, draws: &[f64]) -> Option<Band> {
        Some(Band {
            se: stats::sd(draws)?,
            low: stats::quantile(draws, 0.025)?,
            high: stats::quantile(draws, 0.975)?,
            draws: draws.len() as u64,
            block: self.length as u64,
        })
    }
}

/// More blocks than these tell no more: a million rows are then drawn as quickly as a hundred
/// thousand.
const MOST_BLOCKS: usize = 20_000;

/// Instants in a block: three overlaps, as many as [`block_rule`] asks for, or as many as leave
/// twenty thousand blocks, whichever is most.
pub(super) fn block_length(terms: &[f64], overlap: usize) -> usize {
    let of_labels = if overlap > 1 { 3 * overlap } else { 1 };
    let rule = block_rule(terms).ceil() as usize;
    let most = (terms.len() / 3).max(1);
    of_labels.max(rule).max(terms.len().div_ceil(MOST_BLOCKS)).min(most)
}

/// (2 G² / D)^(1/3) n^(1/3) with G = Σ λ(k / M) |k| γ_k, D = 4/3 (Σ λ(k / M) γ_k)² and the flat-top
/// window λ; M is twice the first lag after which five autocorrelations stay within 2 √(log₁₀ n /
/// n) (Politis & White 2004, "Automatic block-length selection for the dependent bootstrap",
/// Econometric Reviews 23(1), §3.2, with the correction of Patton, Politis & White 2009, 28(4)). M
/// is at most √n + 5, the length 3 √n or a third of the terms: limits of theirs.
fn block_rule(terms: &[f64]) -> f64 {
    let n = terms.len() as f64;
    let variance = if terms.is_empty() { 0.0 } else { covariance(terms, 0) };
    if variance <= 0.0 {
        return 1.0;
    }
    let most_lags = n.sqrt().ceil() as usize + QUIET_LAGS;
    let quiet = 2.0 * (libm::log10(n) / n).sqrt();
    let mut covariances = vec![variance];
    let (mut loud, mut run) = (0, 0);
    while run < QUIET_LAGS && covariances.len() < most_lags.min(terms.len()) {
        let next = covariance(terms, covariances.len());
        if (next / variance).abs() < quiet {
            run += 1;
        } else {
            (loud, run) = (covariances.len(), 0);
        }
        covariances.push(next);
    }
    let reach = (2 * loud.max(1)).min(most_lags).min(terms.len() - 1);
    let (mut g, mut density) = (0.0, variance);
    for lag in 1..=reach {
        let known = covariances.get(lag).copied();
        let pair = 2.0 * flat_top(lag, reach) * known.unwrap_or_else(|| covariance(terms, lag));
        g += lag as f64 * pair;
        density += pair;
    }
    let d = 4.0 / 3.0 * density * density;
    let most = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = libm::cbrt(2.0 * g * g / d * n);
    if length.is_finite() { length.clamp(1.0, most) } else { 1.0 }
}

/// K_N of the rule.
const QUIET_LAGS: usize = 5;

/// 1 up to half way, then down to 0.
fn flat_top(lag: usize, reach: usize) -> f64 {
    (2.0 * (1.0 - lag as f64 / reach as f64)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_the_sum_of_its_instants_round_the_end_too() {
        let blocks = Blocks::new(&[1.0, 10.0, 2.0, 20.0, 4.0, 40.0, 8.0, 80.0], 2, 3);
        assert_eq!(blocks.sums, [7.0, 70.0, 14.0, 140.0, 13.0, 130.0, 11.0, 110.0]);
        let draws = blocks.draw("test", Bootstrap { draws: 5, seed: 1 }, |s, e| (s[1] / s[0], e));
        assert_eq!(draws, [(10.0, 1.5); 5]);
    }

    #[test]
    fn the_spread_of_means_is_that_of_the_law() {
        let mut rng = Rng::new(4);
        let terms: Vec<f64> = (0..2000).map(|_| rng.normal()).collect();
        let blocks = Blocks::new(&terms, 1, 10);
        let bootstrap = Bootstrap { draws: 2000, seed: 3 };
        let means = blocks.draw("test", bootstrap, |s, excess| s[0] / excess / 2000.0);
        let band = blocks.band(&means).unwrap();
        let se = (1.0 / 2000.0_f64).sqrt();
        assert!((band.se / se - 1.0).abs() < 0.12, "{}", band.se);
        assert!((band.high - band.low - 3.92 * se).abs() < 0.5 * se);
        assert_eq!((band.block, band.draws), (10, 2000));
    }

    /// xₜ = φ xₜ₋₁ + eₜ from 0, e uniform in −½..½ by xₖ₊₁ = 16807 xₖ mod 2³¹ − 1 from 1 (Park &
    /// Miller 1988), less its mean.
    fn remembering(phi: f64, n: usize) -> Vec<f64> {
        let (mut state, mut x) = (1_u64, 0.0);
        let step = |_| {
            state = state * 16807 % 2_147_483_647;
            x = phi * x + state as f64 / 2_147_483_647.0 - 0.5;
            x
        };
        let terms: Vec<f64> = (0..n).map(step).collect();
        let mean = stats::mean(&terms).unwrap();
        terms.iter().map(|u| u - mean).collect()
    }

    #[test]
    fn the_rule_is_that_of_the_paper() {
        for (phi, n, expected) in LENGTHS {
            let found = block_rule(&remembering(phi, n));
            assert!((found / expected - 1.0).abs() < 1e-6, "{phi} {n}: {found}, not {expected}");
        }
    }

    /// The first two are the rule in NumPy; `arch.bootstrap.optimal_block_length` 8.0 counts one
    /// more lag as loud, and has 6.2 and 43.5. The third, where the lags end at √n, is the same in
    /// both.
    const LENGTHS: [(f64, usize, f64); 3] =
        [(0.3, 500, 4.740_878_659), (0.8, 2000, 43.958_111_143), (0.95, 5000, 124.585_940_638)];

    #[test]
    fn labels_and_long_histories_ask_for_longer_blocks() {
        let terms = remembering(0.0, 3000);
        assert_eq!(block_length(&terms, 40), 120);
        assert_eq!(block_length(&terms, 4000), 1000);
        assert_eq!(block_length(&remembering(0.0, 600_000), 2), 30);
        assert_eq!(block_length(&[], 3), 1);
    }
}
