//! Predicted against realised, bin by bin.

use serde::{Deserialize, Serialize};

use super::binning::{bins_of, cell_of};
use super::rows::Rows;

/// One row of a reliability table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    pub n_rows: usize,
    pub predicted: f64,
    pub realised: f64,
    /// Within which the true mean is, nineteen times in twenty.
    pub low: f64,
    pub high: f64,
}

/// 95 % of a standard normal are within this.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// Equal-count bins of expected and realised bps. The band is ±1.96 standard errors of the bin's
/// mean, as if one row in `overlap_rows` counted: rows of a bin are rarely neighbours, so it is
/// on the wide side.
pub fn reliability_bps(rows: &Rows<'_>, n_bins: usize) -> Vec<Bin> {
    table(rows, n_bins, |members, realised, n_independent| {
        let square = |i: &usize| {
            let apart = rows.outcome()[*i] - realised;
            rows.weight()[*i] * apart * apart
        };
        let total: f64 = members.iter().map(|i| rows.weight()[*i]).sum();
        let variance = members.iter().map(square).sum::<f64>() / total;
        let half = TWO_SIDED_95 * (variance / (n_independent - 1.0).max(1.0)).sqrt();
        (realised - half, realised + half)
    })
}

/// Equal-count bins of predicted probability and the part of outcomes above 0, with Wilson's
/// interval, as if one row in `overlap_rows` counted.
pub fn reliability_probability(rows: &Rows<'_>, n_bins: usize) -> Vec<Bin> {
    let ups: Vec<f64> = rows.outcome().iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect();
    let Ok(signs) = Rows::new(rows.predicted(), &ups, rows.weight(), rows.overlap_rows()) else {
        return Vec::new();
    };
    table(&signs, n_bins, |_, realised, n_independent| wilson(realised, n_independent))
}

/// The interval that holds the true rate nineteen times in twenty, `rate` having been seen in `n`
/// draws (Wilson 1927, "Probable inference, the law of succession, and statistical inference",
/// JASA 22).
pub fn wilson(rate: f64, n: f64) -> (f64, f64) {
    let square = TWO_SIDED_95 * TWO_SIDED_95;
    let centre = (rate + square / (2.0 * n)) / (1.0 + square / n);
    let spread = (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt();
    let half = TWO_SIDED_95 * spread / (1.0 + square / n);
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

fn table(
    rows: &Rows<'_>,
    n_bins: usize,
    band: impl Fn(&[usize], f64, f64) -> (f64, f64),
) -> Vec<Bin> {
    let bins = bins_of(rows, n_bins.max(1));
    let made = bins.iter().filter_map(|members| {
        let cell = cell_of(rows, members)?;
        let n_independent = (cell.n_rows as f64 / rows.overlap_rows() as f64).max(1.0);
        let (low, high) = band(members, cell.outcome, n_independent);
        let (predicted, realised) = (cell.predicted, cell.outcome);
        Some(Bin { n_rows: cell.n_rows, predicted, realised, low, high })
    });
    made.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_two_bins() {
        let predicted = [1.0, 4.0, 2.0, 3.0];
        let rows = Rows::new(&predicted, &[0.0, 8.0, 2.0, 2.0], &[1.0; 4], 1).unwrap();
        let bins = reliability_bps(&rows, 2);
        assert_eq!(bins.len(), 2);
        assert_eq!((bins[0].predicted, bins[0].realised, bins[0].n_rows), (1.5, 1.0, 2));
        assert_eq!((bins[1].predicted, bins[1].realised), (3.5, 5.0));
        // Outcomes 2 and 8: variance 9 over n, error √(9 / 1) = 3.
        assert!((bins[1].high - (5.0 + 3.0 * TWO_SIDED_95)).abs() < 1e-12);
    }

    #[test]
    fn wilsons_interval_for_three_of_ten() {
        let (low, high) = wilson(0.3, 10.0);
        assert!((low - 0.107_791).abs() < 1e-6 && (high - 0.603_222).abs() < 1e-6, "{low} {high}");
        assert_eq!(wilson(0.0, 5.0).0, 0.0);
    }

    #[test]
    fn overlapping_labels_widen_the_band() {
        let predicted: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
        let outcome: Vec<f64> = (0..100).map(|i| if i % 3 == 0 { 1.0 } else { -1.0 }).collect();
        let width = |overlap| {
            let rows = Rows::new(&predicted, &outcome, &[1.0; 100], overlap).unwrap();
            let bin = reliability_probability(&rows, 1)[0];
            (bin.realised, bin.high - bin.low)
        };
        assert_eq!(width(1).0, 0.34);
        assert!(width(10).1 > 2.5 * width(1).1);
    }
}
