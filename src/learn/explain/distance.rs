//! How far two samples lie apart, and how far they would by chance.

use crate::stats;

/// The population stability index, Σ (pᵢ − qᵢ) ln(pᵢ / qᵢ), over bins of the pooled quantiles, so
/// that neither sample is privileged; half a row is added to every bin against ln 0. `None` where
/// all values are the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Psi {
    pub value: f64,
    /// After joining those that equal values made one.
    pub n_bins: usize,
}

pub fn psi(a: &[f64], b: &[f64], n_bins: usize) -> Option<Psi> {
    let edges = pooled_edges(a, b, n_bins);
    if edges.is_empty() {
        return None;
    }
    let n_bins = edges.len() + 1;
    let parts = |values: &[f64]| -> Vec<f64> {
        let mut counts = vec![0.5; n_bins];
        for value in values {
            counts[edges.partition_point(|edge| edge < value)] += 1.0;
        }
        let total: f64 = counts.iter().sum();
        counts.into_iter().map(|count| count / total).collect()
    };
    let (p, q) = (parts(a), parts(b));
    let value = p.iter().zip(&q).map(|(p, q)| (p - q) * libm::log(p / q)).sum();
    Some(Psi { value, n_bins })
}

/// Values up to an edge are below it; the greatest value is no edge, so no bin is empty.
fn pooled_edges(a: &[f64], b: &[f64], n_bins: usize) -> Vec<f64> {
    let mut pooled: Vec<f64> = a.iter().chain(b).copied().collect();
    pooled.sort_unstable_by(f64::total_cmp);
    let Some(greatest) = pooled.last().copied() else { return Vec::new() };
    let mut edges: Vec<f64> =
        (1..n_bins).map(|bin| pooled[(bin * pooled.len() / n_bins).max(1) - 1]).collect();
    edges.dedup();
    edges.retain(|edge| *edge < greatest);
    edges
}

/// What the index stays below with probability 1 − `level` if nothing changed: (1/n + 1/m) times
/// the quantile of χ² with bins − 1 degrees of freedom (Yurdakul 2018, "Statistical properties of
/// population stability index", Western Michigan University, ch. 3).
pub fn psi_critical(n_bins: usize, rows: [f64; 2], level: f64) -> Option<f64> {
    let freedom = n_bins.checked_sub(1).filter(|freedom| *freedom > 0)?;
    Some(
        stats::chi_squared_quantile(freedom as f64, 1.0 - level)? * (1.0 / rows[0] + 1.0 / rows[1]),
    )
}

/// The two-sample Kolmogorov–Smirnov distance: the greatest between the two distribution functions
/// (Smirnov 1939).
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<f64> {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let here = a[i].min(b[j]);
        i += a[i..].iter().take_while(|value| **value <= here).count();
        j += b[j..].iter().take_while(|value| **value <= here).count();
        most = most.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    Some(most)
}

/// √(−½ ln(α/2)) √(1/n + 1/m): the first term of Kolmogorov's series, turned round (Smirnov 1948,
/// "Table for estimating the goodness of fit of empirical distributions").
pub fn ks_critical(rows: [f64; 2], level: f64) -> f64 {
    (-0.5 * libm::log(level / 2.0)).sqrt() * (1.0 / rows[0] + 1.0 / rows[1]).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    #[test]
    fn the_index_of_two_small_samples() {
        // Pooled median 2: (3 + ½)/5 and (1 + ½)/5 below, the reverse above.
        let psi = psi(&[1.0, 1.0, 2.0, 3.0], &[1.5, 3.0, 3.0, 4.0], 2).unwrap();
        assert_eq!(psi.n_bins, 2);
        near(psi.value, 2.0 * 0.4 * libm::log(3.5 / 1.5), 1e-15);
    }

    #[test]
    fn equal_values_share_a_bin_and_a_constant_has_no_index() {
        assert_eq!(psi(&[7.0; 5], &[7.0; 9], 10), None);
        let found = psi(&[0.0; 10], &[1.0; 10], 10).unwrap();
        assert_eq!(found.n_bins, 2);
        near(found.value, 2.0 * (10.0 / 11.0) * libm::log(21.0), 1e-12);
        assert_eq!(psi(&[1.0, 2.0], &[1.0, 2.0], 2).unwrap().value, 0.0);
    }

    #[test]
    fn the_distance_of_two_small_samples() {
        near(kolmogorov_smirnov(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]).unwrap(), 1.0 / 3.0, 1e-15);
        near(kolmogorov_smirnov(&[1.0, 1.0, 5.0], &[1.0, 9.0]).unwrap(), 0.5, 1e-15);
        assert_eq!(kolmogorov_smirnov(&[1.0], &[2.0]), Some(1.0));
        assert_eq!(kolmogorov_smirnov(&[], &[2.0]), None);
    }

    #[test]
    fn critical_values_agree_with_the_tables() {
        for (freedom, p, expected) in
            [(9.0, 0.95, 16.919), (3.0, 0.99, 11.345), (9.0, 0.999, 27.877), (1.0, 0.95, 3.841)]
        {
            let found = stats::chi_squared_quantile(freedom, p).unwrap();
            near(found / expected, 1.0, 0.03);
        }
        near(psi_critical(10, [1000.0, 500.0], 0.05).unwrap(), 16.919 * 0.003, 1e-4);
        assert_eq!(psi_critical(1, [10.0, 10.0], 0.05), None);
        near(ks_critical([100.0, 100.0], 0.05), 1.358 * 0.02_f64.sqrt(), 1e-4);
    }

    #[test]
    fn samples_of_one_law_are_beyond_the_critical_values_as_often_as_they_may() {
        let mut rng = Rng::new(11);
        let (mut far, mut apart) = (0, 0);
        for _ in 0..1000 {
            let a: Vec<f64> = (0..400).map(|_| rng.normal()).collect();
            let b: Vec<f64> = (0..200).map(|_| rng.normal()).collect();
            let psi = psi(&a, &b, 10).unwrap();
            let critical = psi_critical(psi.n_bins, [400.0, 200.0], 0.05).unwrap();
            far += u32::from(psi.value > critical);
            let ks = kolmogorov_smirnov(&a, &b).unwrap();
            apart += u32::from(ks > ks_critical([400.0, 200.0], 0.05));
        }
        // 50 of each are expected, give or take 7; the KS test is known to be a little shy.
        assert!((28..=75).contains(&far), "{far}");
        assert!((22..=70).contains(&apart), "{apart}");
    }
}
