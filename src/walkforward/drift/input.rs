//! Inputs that are not what the model was trained on.

use std::collections::VecDeque;

use serde::Serialize;

use crate::stats;

/// What a column looked like in the training rows: bins between its quantiles, and one for rows
/// without a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reference {
    /// Ascending; a value belongs below the first edge that it does not exceed.
    edges: Vec<f64>,
    /// A bin each, the last that of missing values.
    counts: Vec<u64>,
    n_rows: u64,
}

/// How far the latest rows are from the training rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Psi {
    pub psi: f64,
    pub n_rows: u64,
    /// Bins that any of the two has rows in.
    pub n_bins: u64,
}

impl Reference {
    /// Of the training rows alone. Values that are equal share a bin, so there may be fewer than
    /// asked for. `None` without rows or bins.
    pub fn new(training: &[f64], n_bins: usize) -> Option<Self> {
        let mut sorted: Vec<f64> = training.iter().copied().filter(|x| !x.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let greatest = *sorted.last().filter(|_| n_bins > 0)?;
        let mut edges: Vec<f64> =
            (1..n_bins).map(|bin| sorted[(bin * n / n_bins).max(1) - 1]).collect();
        edges.dedup();
        edges.retain(|edge| *edge < greatest);
        let counts = vec![0; edges.len() + 2];
        let mut reference = Self { edges, counts, n_rows: training.len() as u64 };
        for value in training {
            let bin = reference.bin(*value);
            reference.counts[bin] += 1;
        }
        Some(reference)
    }

    fn bin(&self, value: f64) -> usize {
        match value.is_nan() {
            true => self.counts.len() - 1,
            false => self.edges.partition_point(|edge| *edge < value),
        }
    }
}

/// The latest rows of one column against its training rows.
#[derive(Debug, Clone, PartialEq)]
pub struct InputDrift {
    reference: Reference,
    /// Bins of the latest rows, the oldest first.
    latest: VecDeque<usize>,
    counts: Vec<u64>,
    window: usize,
}

impl InputDrift {
    pub fn new(reference: Reference, window: usize) -> Self {
        let counts = vec![0; reference.counts.len()];
        Self { reference, latest: VecDeque::with_capacity(window), counts, window: window.max(1) }
    }

    /// Once the window is full, the population stability index `Σ (pᵢ − qᵢ) ln(pᵢ / qᵢ)` of the
    /// window against the training rows, half a row added to every bin against ln 0 (Lewis 1994,
    /// "An introduction to credit scoring"; Yurdakul 2018, "Statistical properties of population
    /// stability index"). A missing value is a row like any other: it is drift, too, if inputs stop
    /// coming.
    pub fn step(&mut self, value: f64) -> Option<Psi> {
        if self.latest.len() == self.window {
            let oldest = self.latest.pop_front()?;
            self.counts[oldest] -= 1;
        }
        let bin = self.reference.bin(value);
        self.latest.push_back(bin);
        self.counts[bin] += 1;
        (self.latest.len() == self.window).then(|| self.psi())
    }

    /// What the index exceeds with chance `level` if nothing has changed:
    /// `χ²(1 − level; bins − 1) · (1/n + 1/m)` for n training rows and m in the window (Yurdakul
    /// 2018, ch. 3). For rows that remember, `memory` is how many count as one: 1 + 2 Σ of their
    /// autocorrelations.
    pub fn critical(&self, psi: &Psi, level: f64, memory: f64) -> Option<f64> {
        let freedom = psi.n_bins.checked_sub(1).filter(|freedom| *freedom > 0)?;
        let rows = 1.0 / self.reference.n_rows as f64 + 1.0 / psi.n_rows as f64;
        let quantile = stats::chi_squared_quantile(freedom as f64, 1.0 - level)?;
        Some(quantile * rows * memory.max(1.0))
    }

    /// After a training: other rows to compare with, and a window that starts anew.
    pub fn reset(&mut self, reference: Reference) {
        *self = Self::new(reference, self.window);
    }

    fn psi(&self) -> Psi {
        let bins = || self.reference.counts.iter().zip(&self.counts).filter(|(a, b)| **a + **b > 0);
        let n_bins = bins().count();
        let half = 0.5 * n_bins as f64;
        let (n, m) = (self.reference.n_rows as f64 + half, self.window as f64 + half);
        let part = |(a, b): (&u64, &u64)| {
            let (p, q) = ((*a as f64 + 0.5) / n, (*b as f64 + 0.5) / m);
            (p - q) * libm::log(p / q)
        };
        Psi { psi: bins().map(part).sum(), n_rows: self.window as u64, n_bins: n_bins as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_rows_against_four_by_hand() {
        let reference = Reference::new(&[1.0, 2.0, 3.0, 4.0], 2).unwrap();
        assert_eq!(
            (reference.edges.as_slice(), reference.counts.as_slice()),
            (&[2.0][..], &[2, 2, 0][..])
        );
        let mut drift = InputDrift::new(reference, 4);
        let found: Vec<Option<Psi>> = [0.0, 9.0, 9.0, 9.0, 2.0].map(|x| drift.step(x)).to_vec();
        assert_eq!(found[..3], [None; 3]);
        // Two bins: 2.5/5 each against 1.5/5 and 3.5/5.
        let expected = 0.2 * libm::log(5.0 / 3.0) + -0.2 * libm::log(5.0 / 7.0);
        assert!((found[3].unwrap().psi - expected).abs() < 1e-15);
        assert_eq!((found[3].unwrap().n_bins, found[3].unwrap().n_rows), (2, 4));
        // 9, 9, 9, 2: the same counts.
        assert_eq!(found[4], found[3]);
    }

    #[test]
    fn inputs_that_stop_coming_are_drift() {
        let training: Vec<f64> = (0..1000).map(f64::from).collect();
        let mut drift = InputDrift::new(Reference::new(&training, 10).unwrap(), 100);
        let psi = (0..100).filter_map(|_| drift.step(f64::NAN)).last().unwrap();
        assert!(psi.psi > 5.0 && psi.n_bins == 11, "{psi:?}");
        assert!(drift.critical(&psi, 0.01, 1.0).unwrap() < 0.3);
    }

    #[test]
    fn equal_values_share_a_bin_and_nothing_is_no_reference() {
        let reference = Reference::new(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], 4).unwrap();
        assert_eq!(reference.counts, [7, 1, 0]);
        let constant = Reference::new(&[5.0; 20], 10).unwrap();
        assert_eq!(constant.counts, [20, 0]);
        let mut drift = InputDrift::new(constant, 1);
        let psi = drift.step(7.0).unwrap();
        assert_eq!((psi.psi, drift.critical(&psi, 0.01, 1.0)), (0.0, None));
        assert_eq!(Reference::new(&[], 10), None);
        assert_eq!(Reference::new(&[f64::NAN], 10), None);
        assert_eq!(Reference::new(&[1.0], 0), None);
    }

    #[test]
    fn rows_that_remember_count_for_fewer() {
        let training: Vec<f64> = (0..1000).map(f64::from).collect();
        let drift = InputDrift::new(Reference::new(&training, 10).unwrap(), 250);
        let psi = Psi { psi: 0.0, n_rows: 250, n_bins: 10 };
        // scipy.stats.chi2.ppf(0.99, 9) · (1/1000 + 1/250)
        let critical = drift.critical(&psi, 0.01, 1.0).unwrap();
        assert!((critical / (21.665_994 * 0.005) - 1.0).abs() < 5e-3, "{critical}");
        assert_eq!(drift.critical(&psi, 0.01, 8.0), Some(8.0 * critical));
    }
}
