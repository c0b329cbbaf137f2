//! As many wins from a fair coin.

/// The chance of `wins` or more in `n` throws of a fair coin, `Σ C(n, k) / 2ⁿ` over k ≥ wins: the
/// one-sided sign test (Arbuthnott 1710; Conover 1999, "Practical nonparametric statistics", §3.4).
/// Throws that fall on the edge are left out of `n`. `None` without throws.
pub fn sign_test(wins: u64, n: u64) -> Option<f64> {
    let log_factorial = |k: u64| libm::lgamma(k as f64 + 1.0);
    let term = |k: u64| {
        let ways = log_factorial(n) - log_factorial(k) - log_factorial(n - k);
        libm::exp(ways - n as f64 * std::f64::consts::LN_2)
    };
    // From the far end, the smallest first.
    (n > 0).then(|| (wins..=n).rev().map(term).sum::<f64>().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_heads_of_ten() {
        // (45 + 10 + 1) / 1024.
        assert!((sign_test(8, 10).unwrap() - 56.0 / 1024.0).abs() < 1e-14);
        assert!((sign_test(0, 10).unwrap() - 1.0).abs() < 1e-12);
        assert!((sign_test(10, 10).unwrap() - 1.0 / 1024.0).abs() < 1e-15);
        assert_eq!(sign_test(0, 0), None);
    }

    #[test]
    fn many_throws_as_scipy_has_them() {
        // scipy.stats.binomtest(wins, n, alternative="greater").pvalue
        for (wins, n, expected) in [
            (29, 52, 0.244_227_834_689_946_02),
            (300, 500, 4.470_033_271_126_644e-6),
            (1100, 2000, 4.228_544_767_751_905e-6),
        ] {
            let found = sign_test(wins, n).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{wins} of {n}: {found}");
        }
    }
}
