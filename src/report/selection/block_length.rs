//! How long the blocks of a bootstrap must be, for blocks to remember what days do.

use crate::stats;

/// Fewer periods than this have no autocorrelations worth the name.
const FEWEST_PERIODS: usize = 16;

/// The expected block length with which the stationary bootstrap errs least about the variance of a
/// mean, `(2 G² / D)^(1/3) n^(1/3)` with `G = Σ λ(k/M) |k| R(k)`, `D = 2 (Σ λ(k/M) R(k))²`, the sums
/// over |k| ≤ M, R the autocovariances and λ the trapezoid that is 1 up to ½ and falls to 0 at 1
/// (Politis & White 2004, "Automatic block-length selection for the dependent bootstrap",
/// Econometric Reviews 23; D as corrected by Patton, Politis & White 2009, Econometric Reviews 28).
/// M is twice the lag from which on K = max(5, √log₁₀ n) autocorrelations in a row lie within
/// ±2 √(log₁₀ n / n), as in Patton's program. At least 1, at most min(3 √n, n / 3). `None` for fewer
/// than 16 periods, or without spread.
pub fn block_length(returns: &[f64]) -> Option<f64> {
    let n = (returns.len() >= FEWEST_PERIODS).then_some(returns.len() as f64)?;
    let centre = stats::mean(returns)?;
    let deviations: Vec<f64> = returns.iter().map(|r| r - centre).collect();
    let in_a_row = (libm::log10(n).sqrt().ceil() as usize).max(5);
    let furthest = (n.sqrt().ceil() as usize + in_a_row).min(returns.len() - 1);
    let covariances = autocovariances(&deviations, furthest);
    let spread = covariances[0] > ROUNDING * centre * centre;
    let band = 2.0 * (libm::log10(n) / n).sqrt();
    let is_small = |covariance: &f64| covariance.abs() < band * covariances[0];
    let quiet = covariances[1..].windows(in_a_row).position(|row| row.iter().all(is_small));
    // The window that begins at lag 1 has place 0.
    let reach = spread.then(|| quiet.map_or(furthest, |place| (2 * (place + 1)).min(furthest)))?;
    let (mut g, mut sum) = (0.0, covariances[0]);
    for (k, covariance) in covariances.iter().enumerate().take(reach + 1).skip(1) {
        let weight = (2.0 * (1.0 - k as f64 / reach as f64)).min(1.0);
        g += 2.0 * weight * k as f64 * covariance;
        sum += 2.0 * weight * covariance;
    }
    let longest = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    // 2 G² / (2 Σ²); where the sum is 0 there is no length that is too long.
    let length = libm::cbrt(g * g / (sum * sum) * n);
    Some(if length.is_nan() { 1.0 } else { length.clamp(1.0, longest) })
}

/// What is left of the square of a mean where nothing varies.
const ROUNDING: f64 = 1e-24;

/// `R(k) = Σ x(t) x(t + k) / n`, for k up to `furthest`.
fn autocovariances(deviations: &[f64], furthest: usize) -> Vec<f64> {
    let n = deviations.len();
    let products = |k: usize| stats::dot(&deviations[..n - k], &deviations[k..]);
    (0..=furthest).map(|k| products(k) / n as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
    }

    /// `arch.bootstrap.optimal_block_length(x)["stationary"]` of Python's arch 8.0.
    #[test]
    fn made_up_series_as_arch_has_them() {
        let wave = |n: u32, rate: f64| -> Vec<f64> {
            (0..n).map(|t| libm::sin(rate * f64::from(t)) + 0.3 * f64::from(t * t % 7)).collect()
        };
        near(block_length(&wave(200, 0.05)), 21.735_653_037_494_295);
        near(block_length(&wave(730, 0.02)), 48.262_689_795_669_77);
        near(block_length(&wave(365, 1.0)), 58.0); // the longest there is: ⌈3 √365⌉
        let chained = |n: u32, phi: f64| -> Vec<f64> {
            let mut x = 0.0;
            let mut next = |t: f64| {
                x = phi * x + libm::sin(12.9898 * t * t + 1.3 * t);
                x
            };
            (0..n).map(|t| next(f64::from(t))).collect()
        };
        near(block_length(&chained(365, 0.5)), 7.080_431_584_265_781_5);
        near(block_length(&chained(730, 0.8)), 17.426_012_229_502_547);
        near(block_length(&chained(120, -0.4)), 1.680_129_004_013_818_2);
        near(block_length(&chained(200, 0.0)), 1.0); // arch: 0.858
    }

    #[test]
    fn days_without_memory_need_short_blocks_and_slow_ones_long() {
        let mean = |phi: f64| -> f64 {
            let of = |seed| {
                let (mut rng, mut x) = (Rng::stream(seed, "memory", &[]), 0.0);
                let mut next = || {
                    x = phi * x + rng.normal();
                    x
                };
                block_length(&(0..730).map(|_| next()).collect::<Vec<f64>>()).unwrap()
            };
            stats::mean(&(0..50).map(of).collect::<Vec<f64>>()).unwrap()
        };
        let (none, some, long) = (mean(0.0), mean(0.4), mean(0.9));
        assert!((1.0..4.0).contains(&none), "{none}");
        assert!(some > 1.3 * none && long > 3.0 * some, "{none} {some} {long}");
    }

    #[test]
    fn what_does_not_vary_or_is_too_short_has_none() {
        assert_eq!(block_length(&[1.0; 15]), None);
        assert_eq!(block_length(&[0.1; 300]), None);
        assert_eq!(block_length(&[0.0; 300]), None);
        let mut noise: Vec<f64> = (0..16).map(|t| f64::from(t * t % 5)).collect();
        assert!(block_length(&noise).is_some());
        noise[3] = f64::NAN;
        assert_eq!(block_length(&noise), None);
    }
}
