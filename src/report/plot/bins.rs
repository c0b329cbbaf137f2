//! Counting values into equal bins.

use super::ticks::is_drawable;

/// `counts[i]` values lie in `edges[i]..edges[i + 1]`, the last edge included.
#[derive(Debug, Clone, PartialEq)]
pub struct Bins {
    pub edges: Vec<f64>,
    pub counts: Vec<u64>,
}

impl Bins {
    /// `n` equal bins over `lo..=hi`; values outside go to the first and last one.
    pub fn counted(values: &[f64], (lo, hi): (f64, f64), n: usize) -> Self {
        let n = n.max(1);
        let width = (hi - lo) / n as f64;
        let edge = |i: usize| if i == n { hi } else { lo + width * i as f64 };
        let mut counts = vec![0; n];
        for value in values.iter().filter(|v| is_drawable(**v)) {
            let at = ((value - lo) / width).max(0.0) as usize;
            counts[at.min(n - 1)] += 1;
        }
        Self { edges: (0..=n).map(edge).collect(), counts }
    }

    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The number of bins of width 2 · IQR · n^(−1/3) (Freedman & Diaconis 1981, "On the histogram as a
/// density estimator", Z. Wahrsch. 57), between 8 and 120.
pub fn freedman_diaconis(iqr: f64, range: f64, n: usize) -> usize {
    let width = 2.0 * iqr / libm::cbrt(n as f64);
    if width > 0.0 { (range / width).ceil().clamp(8.0, 120.0) as usize } else { 20 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once() {
        let values = [0.0, 0.5, 1.0, 1.5, 2.0, -7.0, 9.0, f64::NAN];
        let bins = Bins::counted(&values, (0.0, 2.0), 2);
        assert_eq!(bins.edges, [0.0, 1.0, 2.0]);
        assert_eq!(bins.counts, [3, 4]);
    }

    #[test]
    fn more_values_make_finer_bins() {
        assert_eq!(freedman_diaconis(1.0, 10.0, 1_000), 50);
        assert_eq!(freedman_diaconis(1.0, 10.0, 8), 10);
        assert_eq!(freedman_diaconis(0.0, 10.0, 8), 20);
    }
}
