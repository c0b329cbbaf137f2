//! The variance of sums of terms that remember each other.

/// Σᵢⱼ max(0, 1 − |i − j| / (L + 1)) uᵢ uⱼ: the variance of Σu for terms of mean zero (Newey & West
/// 1987, "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
/// covariance matrix", Econometrica 55(3), eq. 5), over lags up to L. With Bartlett's weights it is
/// the mean square sum of every window of L + 1 terms, so one walk will do, however many the lags.
pub fn long_run(terms: &[f64], lags: usize) -> f64 {
    let (mut total, mut sum) = (0.0, 0.0);
    let span = lags + 1;
    for last in 0..terms.len() + lags {
        sum += terms.get(last).copied().unwrap_or(0.0);
        if last >= span {
            sum -= terms[last - span];
        }
        total += sum * sum;
    }
    total / span as f64
}

/// How many lags: three overlaps less one, which see 89 % of what labels of that overlap correlate
/// (one overlap sees 67 %), or as many as the terms themselves ask for, whichever is more; never
/// more than half the terms.
pub fn lags(terms: &[f64], overlap: usize) -> usize {
    let of_labels = if overlap > 1 { 3 * overlap - 1 } else { 0 };
    automatic(terms, overlap).max(of_labels).min((terms.len() / 2).saturating_sub(1))
}

/// ⌊1.1447 ((s₁ / s₀)² n)^(1/3)⌋ with s_q = Σ |l|^q γ_l over lags up to 4 (n / 100)^(2/9) or the
/// overlap (Newey & West 1994, "Automatic lag selection in covariance matrix estimation", Rev.
/// Economic Studies 61, eq. 2.5–2.8 and table I, Bartlett, without prewhitening).
fn automatic(terms: &[f64], overlap: usize) -> usize {
    let n = terms.len() as f64;
    let reach = (4.0 * libm::pow(n / 100.0, 2.0 / 9.0)) as usize;
    let (mut s0, mut s1) = (covariance(terms, 0), 0.0);
    for lag in 1..=reach.max(overlap.saturating_sub(1)).min(terms.len().saturating_sub(1)) {
        let pair = 2.0 * covariance(terms, lag);
        s0 += pair;
        s1 += lag as f64 * pair;
    }
    if s0 <= 0.0 {
        return 0;
    }
    (1.1447 * libm::cbrt(s1 / s0 * (s1 / s0) * n)) as usize
}

/// Σ uₜ uₜ₊ₗ / n of terms of mean zero. Eight sums side by side, always the same ones: one alone
/// would wait for each addition.
pub fn covariance(terms: &[f64], lag: usize) -> f64 {
    let ahead = terms.get(lag..).unwrap_or_default();
    let (firsts, seconds) = (terms[..ahead.len()].chunks_exact(LANES), ahead.chunks_exact(LANES));
    let rest = firsts.remainder().iter().zip(seconds.remainder());
    let rest: f64 = rest.map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in firsts.zip(seconds) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums.iter().sum::<f64>() + rest) / terms.len() as f64
}

const LANES: usize = 8;

/// Within how many of these standard errors 95 % of estimates lie, lags being a share b of the
/// terms: 1.96 + 2.9694 b + 0.4160 b² − 0.5324 b³ (Kiefer & Vogelsang 2005, "A new asymptotic
/// theory for heteroskedasticity-autocorrelation robust tests", Econometric Theory 21, table 1,
/// Bartlett). The error is itself an estimate, of the fewer independent spans the longer they are.
pub fn critical(lags: usize, n_terms: usize) -> f64 {
    let b = ((lags + 1) as f64 / n_terms as f64).min(1.0);
    1.96 + b * (2.9694 + b * (0.4160 - 0.5324 * b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn a_walk_through_the_terms_sums_every_pair() {
        let mut rng = Rng::new(5);
        let terms: Vec<f64> = (0..200).map(|_| rng.normal()).collect();
        for lags in [0, 1, 7, 99, 400] {
            let weight = |i: usize, j: usize| 1.0 - i.abs_diff(j) as f64 / (lags + 1) as f64;
            let pair = |i: usize, j: usize| weight(i, j).max(0.0) * terms[i] * terms[j];
            let want: f64 = (0..200).map(|i| (0..200).map(|j| pair(i, j)).sum::<f64>()).sum();
            let got = long_run(&terms, lags);
            assert!((got - want).abs() < 1e-9 * want.abs().max(1.0), "{lags}: {got} {want}");
        }
    }

    /// uₜ = sin(t) + (t mod 7 − 3) / 5 for t of 0..400, its mean taken off.
    fn wave() -> Vec<f64> {
        let at = |t: i32| libm::sin(f64::from(t)) + (f64::from(t % 7) - 3.0) / 5.0;
        let terms: Vec<f64> = (0..400).map(at).collect();
        let mean = super::super::mean(&terms).unwrap();
        terms.iter().map(|u| u - mean).collect()
    }

    #[test]
    fn the_variance_is_that_of_statsmodels() {
        for (lags, expected) in WAVE_LONG_RUN {
            let got = long_run(&wave(), lags);
            assert!((got / expected - 1.0).abs() < 1e-9, "{lags}: {got} is not {expected}");
        }
    }

    /// statsmodels 0.15 `cov_hac(OLS(u, 1), nlags, use_correction=False)` times n².
    const WAVE_LONG_RUN: [(usize, f64); 3] =
        [(0, 260.395_627_691_546_2), (5, 15.920_295_381_121_46), (20, 32.617_419_822_053_86)];

    #[test]
    fn a_covariance_leaves_no_pair_out() {
        let terms: Vec<f64> = (1..=21).map(f64::from).collect();
        for lag in [0, 1, 5, 20, 21, 30] {
            let pairs = (0..21_usize.saturating_sub(lag)).map(|t| terms[t] * terms[t + lag]);
            assert_eq!(covariance(&terms, lag), pairs.sum::<f64>() / 21.0);
        }
    }

    #[test]
    fn the_critical_value_is_that_of_simulations() {
        let mut rng = Rng::new(31);
        let mut beyond = 0;
        for _ in 0..1500 {
            let terms: Vec<f64> = (0..300).map(|_| rng.normal()).collect();
            let mean = super::super::mean(&terms).unwrap();
            let apart: Vec<f64> = terms.iter().map(|u| u - mean).collect();
            let t = 300.0 * mean / long_run(&apart, 44).sqrt();
            beyond += u32::from(t.abs() > critical(44, 300));
        }
        // 75 are expected, give or take 8.
        assert!((45..=105).contains(&beyond), "{beyond}");
    }

    #[test]
    fn terms_that_remember_longer_get_more_lags() {
        let mut rng = Rng::new(6);
        let mut series = |phi: f64| -> Vec<f64> {
            let mut x = 0.0;
            let mut step = || {
                x = phi * x + rng.normal();
                x
            };
            (0..5000).map(|_| step()).collect()
        };
        let [none, some, much] = [0.0, 0.5, 0.9].map(|phi| lags(&series(phi), 1));
        assert!(none < 25 && some > none && much > some, "{none} {some} {much}");
        assert_eq!(lags(&series(0.0), 100), 299);
        assert_eq!(lags(&series(0.0)[..100], 100), 49);
    }
}
