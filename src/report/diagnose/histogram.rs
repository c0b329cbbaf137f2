//! Counts over bins that people can read.

use serde::Serialize;

use crate::stats;

/// `counts[i]` values are in `edges[i]..edges[i + 1]`. Edges are multiples of a round width, so
/// that zero is an edge and no bin mixes gains and losses. The outermost half percent at either
/// side may lie outside: a single outlier would squeeze all others into one bar. They are counted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Histogram {
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
    pub n_below: u64,
    pub n_above: u64,
    pub least: f64,
    pub greatest: f64,
}

const MOST_BINS: f64 = 60.0;
const TAIL: f64 = 0.005;

impl Histogram {
    /// Bins as wide as 2 IQR / n^(1/3) (Freedman & Diaconis 1981, "On the histogram as a density
    /// estimator: L₂ theory"), rounded up to 1, 2 or 5 times a power of ten, at least
    /// `least_width`: 1 for whole numbers. `None` without finite values.
    pub fn new(values: &[f64], least_width: f64) -> Option<Self> {
        let mut values = values.to_vec();
        values.retain(|value| value.is_finite());
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        let share = |p: f64| p * last as f64;
        let (least, greatest) = (values[0], values[last]);
        let (low, high) = (values[share(TAIL) as usize], values[share(1.0 - TAIL).ceil() as usize]);
        let middle = stats::quantile(&values, 0.75)? - stats::quantile(&values, 0.25)?;
        let rule = 2.0 * middle / libm::cbrt(values.len() as f64);
        let width = round_up(rule.max((high - low) / MOST_BINS).max(least_width));
        let width = if width > 0.0 { width } else { round_up(low.abs().max(1e-9) / 100.0) };
        let (first, last) = ((low / width).floor(), (high / width).floor() + 1.0);
        let n_bins = (last - first) as usize;
        let edges: Vec<f64> = (0..=n_bins).map(|bin| (first + bin as f64) * width).collect();
        let mut found =
            Self { counts: vec![0; n_bins], edges, n_below: 0, n_above: 0, least, greatest };
        values.into_iter().for_each(|value| found.count(value));
        Some(found)
    }

    fn count(&mut self, value: f64) {
        match self.edges.partition_point(|edge| *edge <= value) {
            0 => self.n_below += 1,
            after if after == self.edges.len() => self.n_above += 1,
            after => self.counts[after - 1] += 1,
        }
    }
}

/// 1, 2 or 5 times a power of ten, not below `width`.
fn round_up(width: f64) -> f64 {
    if width <= 0.0 {
        return 0.0;
    }
    let power = libm::pow(10.0, libm::log10(width).floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= width * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn widths_are_round() {
        for (width, expected) in [(1.0, 1.0), (1.1, 2.0), (0.03, 0.05), (700.0, 1000.0)] {
            assert!((round_up(width) / expected - 1.0).abs() < 1e-12, "{width}");
        }
        assert_eq!(round_up(0.0), 0.0);
    }

    #[test]
    fn whole_numbers_by_hand() {
        let found = Histogram::new(&[1.0, 1.0, 2.0, 4.0, f64::NAN], 1.0).unwrap();
        // IQR 1.5 gives 1.89, rounded up.
        assert_eq!((found.edges, found.counts), (vec![0.0, 2.0, 4.0, 6.0], vec![2, 1, 1]));
        assert_eq!((found.n_below, found.n_above, found.least, found.greatest), (0, 0, 1.0, 4.0));
    }

    #[test]
    fn every_value_is_counted_once_and_zero_is_an_edge() {
        let mut rng = Rng::new(1);
        let mut values: Vec<f64> = (0..5000).map(|_| 30.0 * rng.normal() + 5.0).collect();
        values.push(1e7);
        let found = Histogram::new(&values, 0.0).unwrap();
        assert!(found.edges.contains(&0.0) && (20..=62).contains(&found.counts.len()));
        let inside: u64 = found.counts.iter().sum();
        assert_eq!(inside + found.n_below + found.n_above, 5001);
        assert!(found.n_below + found.n_above < 60 && found.greatest == 1e7);
    }

    #[test]
    fn one_value_makes_one_bin_and_none_none() {
        let found = Histogram::new(&[-7.0; 9], 0.0).unwrap();
        assert_eq!(found.counts, [9]);
        assert_eq!(Histogram::new(&[0.0; 3], 0.0).unwrap().counts, [3]);
        assert_eq!(Histogram::new(&[f64::NAN], 0.0), None);
    }
}
