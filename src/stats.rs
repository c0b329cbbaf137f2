//! Formulas, each with its source. `None` where the value is undefined: too few numbers, one that
//! is not finite, no spread to divide by.

pub mod hac; // sums of terms that remember each other

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The arithmetic mean.
pub fn mean(values: &[f64]) -> Option<f64> {
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

/// Σ aᵢ bᵢ, of as many. In lanes, so that no sum waits for the one before it.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

const LANES: usize = 16;

/// As a person would write it: twelve digits, so that the third step of 0.1 is 0.3.
pub fn as_written(exact: f64) -> f64 {
    format!("{exact:.11e}").parse().unwrap_or(exact)
}

/// The sample variance, Σ(x − x̄)² / (n − 1), in two passes: the one-pass form cancels (Chan, Golub
/// & LeVeque 1983, "Algorithms for computing the sample variance", Am. Stat. 37(3)).
pub fn variance(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    finite(squares / (values.len() as f64 - 1.0))
}

/// The sample standard deviation.
pub fn sd(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// The moment coefficient of skewness, g₁ = m₃ / m₂^(3/2) (Joanes & Gill 1998, "Comparing measures
/// of sample skewness and kurtosis", The Statistician 47(1)).
pub fn skewness(values: &[f64]) -> Option<f64> {
    let [m2, m3, _] = central_moments(values)?;
    finite(m3 / (m2 * m2.sqrt()))
}

/// The moment coefficient of excess kurtosis, g₂ = m₄ / m₂² − 3 (Joanes & Gill 1998): 0 for a
/// normal.
pub fn excess_kurtosis(values: &[f64]) -> Option<f64> {
    let [m2, _, m4] = central_moments(values)?;
    finite(m4 / (m2 * m2) - 3.0)
}

/// The quantile at `p` in `[0, 1]`, linear between order statistics: type 7 of Hyndman & Fan 1996
/// ("Sample quantiles in statistical packages", Am. Stat. 50(4)), the default of R and NumPy.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&p) || values.iter().any(|x| x.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = p * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at as usize], sorted[at.ceil() as usize]);
    finite(below + (at - at.floor()) * (above - below))
}

pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The median absolute deviation from the median, as it is: times 1.4826 it estimates the sd of a
/// normal (Rousseeuw & Croux 1993, "Alternatives to the median absolute deviation").
pub fn mad(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|x| (x - centre).abs()).collect();
    median(&deviations)
}

/// Pearson's product-moment correlation, centred before it is summed.
pub fn pearson(xs: &[f64], ys: &[f64]) -> Option<f64> {
    if xs.len() != ys.len() {
        return None;
    }
    let (mx, my) = (mean(xs)?, mean(ys)?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in xs.iter().zip(ys) {
        xx += (x - mx) * (x - mx);
        yy += (y - my) * (y - my);
        xy += (x - mx) * (y - my);
    }
    Some(finite(xy / (xx.sqrt() * yy.sqrt()))?.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their average rank (Kendall
/// 1948, "Rank correlation methods", ch. 3).
pub fn spearman(xs: &[f64], ys: &[f64]) -> Option<f64> {
    if xs.iter().chain(ys).any(|x| x.is_nan()) {
        return None;
    }
    pearson(&ranks(xs), &ranks(ys))
}

/// Ranks from 1, ties sharing their average.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let average = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
        tied.iter().for_each(|&i| ranks[i] = average);
        before += tied.len();
    }
    ranks
}

/// The autocorrelation at `lag`, Σ(xₜ − x̄)(xₜ₊ₖ − x̄) / Σ(xₜ − x̄)²: one mean and all the squares,
/// so that the series of lags is positive definite (Box & Jenkins 1970, §2.1.5).
pub fn autocorrelation(values: &[f64], lag: usize) -> Option<f64> {
    let centre = mean(values)?;
    let ahead = values.get(lag..).filter(|ahead| !ahead.is_empty())?;
    let squares: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    let products: f64 = values.iter().zip(ahead).map(|(a, b)| (a - centre) * (b - centre)).sum();
    finite(products / squares)
}

/// The standard normal density.
pub fn normal_density(x: f64) -> f64 {
    const SCALE: f64 = FRAC_1_SQRT_2 * FRAC_2_SQRT_PI / 2.0; // 1/√(2π)
    SCALE * libm::exp(-0.5 * x * x)
}

/// The standard normal distribution function, good to 1e-14 relative in the lower tail too:
/// within 2 of the mean by the series ½ + φ(x)·Σ x²ᵏ⁺¹ / (2k+1)!! (Marsaglia 2004, "Evaluating the
/// normal distribution", J. Stat. Softw. 11(4)), outside by the continued fraction of Mills' ratio,
/// 1/(x + 1/(x + 2/(x + 3/(x + …)))) (Abramowitz & Stegun 1964, 26.2.14).
pub fn normal_cdf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x.abs() < SERIES_REACH {
        return 0.5 + normal_density(x) * odd_factorial_series(x);
    }
    let far = x.abs().min(1e3);
    // 120 terms leave an error under 1e-17 at 2 (100 leave 1.3e-16), and less beyond.
    let fraction = (1..=120).rev().fold(far, |rest, k| far + f64::from(k) / rest);
    let tail = normal_density(far) / fraction;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The standard normal quantile of `p` in `(0, 1)`: Abramowitz & Stegun 1964, 26.2.23 (to 4.5e-4),
/// then Halley's steps on [`normal_cdf`], each of which triples the digits.
pub fn normal_quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let lower = p.min(1.0 - p);
    let t = (-2.0 * libm::log(lower)).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut x = above / below - t;
    for _ in 0..3 {
        let step = (normal_cdf(x) - lower) / normal_density(x);
        x -= step / (1.0 + 0.5 * x * step);
    }
    Some(if p < 0.5 { x } else { -x })
}

/// The quantile of χ², k (1 − 2/(9k) + z √(2/(9k)))³: the cube root of χ²/k is nearly normal (Wilson
/// & Hilferty 1931, "The distribution of chi-square", PNAS 17). Within 5 % above one degree of
/// freedom's tail, 1 % from three degrees on.
pub fn chi_squared_quantile(freedom: f64, p: f64) -> Option<f64> {
    let spread = 2.0 / (9.0 * freedom);
    let root = (1.0 - spread + normal_quantile(p)? * spread.sqrt()).max(0.0);
    finite(freedom * root * root * root)
}

const SERIES_REACH: f64 = 2.0;

fn odd_factorial_series(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    sum
}

fn central_moments(values: &[f64]) -> Option<[f64; 3]> {
    let centre = mean(values)?;
    let mut sums = [0.0; 3];
    for x in values {
        let d = x - centre;
        let square = d * d;
        sums[0] += square;
        sums[1] += square * d;
        sums[2] += square * square;
    }
    Some(sums.map(|sum| sum / values.len() as f64))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, expected: f64, tolerance: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    const EIGHT: [f64; 8] = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];

    #[test]
    fn the_moments_of_eight_numbers() {
        near(mean(&EIGHT), 5.0, 0.0);
        near(variance(&EIGHT), 32.0 / 7.0, 1e-15);
        near(sd(&EIGHT), (32.0_f64 / 7.0).sqrt(), 1e-15);
        near(skewness(&EIGHT), 42.0 / 8.0 / 8.0, 1e-15); // Σd³ = 42, m₂ = 4
        near(excess_kurtosis(&EIGHT), 356.0 / 8.0 / 16.0 - 3.0, 1e-15); // Σd⁴ = 356
    }

    #[test]
    fn products_are_summed_in_lanes_and_what_is_left_over_too() {
        let upto = |n: u32| (1..=n).map(f64::from).collect::<Vec<f64>>();
        // n (n + 1) (2n + 1) / 6
        for (n, expected) in [(0, 0.0), (5, 55.0), (16, 1496.0), (37, 17_575.0)] {
            assert_eq!(dot(&upto(n), &upto(n)), expected);
        }
    }

    #[test]
    fn a_small_spread_far_from_zero_is_not_lost() {
        near(variance(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]), 30.0, 0.0);
    }

    #[test]
    fn the_undefined_is_none() {
        for undefined in [
            mean(&[]),
            mean(&[1.0, f64::NAN]),
            variance(&[1.0]),
            skewness(&[3.0, 3.0, 3.0]),
            excess_kurtosis(&[3.0, 3.0]),
            quantile(&[], 0.5),
            quantile(&[1.0, f64::NAN], 0.5),
            quantile(&[1.0], 1.5),
            mad(&[]),
            pearson(&[1.0, 2.0], &[3.0, 3.0]),
            pearson(&[1.0, 2.0], &[3.0]),
            pearson(&[1.0], &[1.0]),
            spearman(&[1.0, f64::NAN], &[1.0, 2.0]),
            autocorrelation(&[1.0, 1.0], 1),
            autocorrelation(&[1.0, 2.0], 2),
            autocorrelation(&[1.0, 2.0], 3),
            normal_quantile(0.0),
            normal_quantile(1.0),
            normal_quantile(f64::NAN),
        ] {
            assert_eq!(undefined, None);
        }
    }

    #[test]
    fn quantiles_are_linear_between_order_statistics() {
        let values = [40.0, 10.0, 30.0, 20.0];
        for (p, expected) in [(0.0, 10.0), (0.25, 17.5), (0.5, 25.0), (0.9, 37.0), (1.0, 40.0)] {
            near(quantile(&values, p), expected, 1e-12);
        }
        near(median(&[3.0, 1.0, 2.0]), 2.0, 0.0);
        near(mad(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), 1.0, 0.0);
    }

    #[test]
    fn correlations_of_small_samples() {
        let (xs, ys) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0]);
        near(pearson(&xs, &ys), 5.5 / 43.75_f64.sqrt(), 1e-15); // Σxy = 5.5, Σx² = 5, Σy² = 8.75
        near(spearman(&xs, &ys), 0.8, 1e-15); // 1 − 6·2 / (4·15)
        near(pearson(&xs, &xs.map(|x| -x)), -1.0, 1e-15);
        near(spearman(&xs, &xs.map(libm::exp)), 1.0, 1e-15);
    }

    #[test]
    fn ties_share_their_average_rank() {
        assert_eq!(ranks(&[10.0, 20.0, 10.0, 5.0, 10.0]), [3.0, 5.0, 3.0, 1.0, 3.0]);
        // Ranks 1.5, 1.5, 3 against 1, 2, 3: 1.5 / √(1.5·2).
        near(spearman(&[1.0, 1.0, 2.0], &[1.0, 2.0, 3.0]), 1.5 / 3.0_f64.sqrt(), 1e-15);
    }

    #[test]
    fn autocorrelation_divides_by_all_the_squares() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        near(autocorrelation(&values, 0), 1.0, 0.0);
        near(autocorrelation(&values, 1), 0.4, 1e-15); // (2 + 0 + 0 + 2) / 10
        near(autocorrelation(&values, 4), -0.4, 1e-15);
    }

    #[test]
    fn the_normal_distribution_agrees_with_the_tables() {
        for (x, expected) in [
            (0.0, 0.5),
            (1.0, 0.841_344_746_068_542_9),
            (1.959_963_984_540_054, 0.975),
            (-2.0, 0.022_750_131_948_179_21),
            (-3.0, 1.349_898_031_630_094_6e-3),
            (-5.0, 2.866_515_718_791_939e-7),
            (-10.0, 7.619_853_024_160_525e-24),
            (-37.0, 5.725_571_222_524_577e-300),
        ] {
            let value = normal_cdf(x);
            assert!((value / expected - 1.0).abs() < 2e-14, "{x}: {value} is not {expected}");
        }
        assert_eq!((normal_cdf(f64::NEG_INFINITY), normal_cdf(f64::INFINITY)), (0.0, 1.0));
        assert!((normal_density(0.0) - 1.0 / std::f64::consts::TAU.sqrt()).abs() < 1e-16);
    }

    #[test]
    fn the_normal_quantile_undoes_the_distribution() {
        near(normal_quantile(0.5), 0.0, 1e-16);
        near(normal_quantile(0.975), 1.959_963_984_540_054, 1e-14);
        for x in [-30.0, -8.0, -2.000_001, -1.999_999, -0.3, 0.7, 4.0] {
            near(normal_quantile(normal_cdf(x)), x, 1e-10);
        }
    }
}
