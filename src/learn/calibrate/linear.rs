//! The straight line of a slice and its noise.

use super::Rows;
use crate::stats::hac;

/// A number and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub value: f64,
    pub error: f64,
}

/// Weighted least squares, y ≈ ȳ + b·(x − x̄), with standard errors that know that neighbouring
/// labels overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearFit {
    pub slope: Measured,
    pub mean_predicted: f64,
    pub mean_outcome: Measured,
    /// The weighted variance of the predictions.
    pub variance_predicted: f64,
}

impl LinearFit {
    /// `None` where the predictions have no spread.
    pub fn of(rows: &Rows<'_>) -> Option<Self> {
        let (xs, ys, ws) = (rows.predicted(), rows.outcome(), rows.weight());
        let (mx, my) = (rows.mean(xs), rows.mean(ys));
        let (mut total, mut xx, mut xy) = (0.0, 0.0, 0.0);
        for ((x, y), w) in xs.iter().zip(ys).zip(ws) {
            total += w;
            xx += w * (x - mx) * (x - mx);
            xy += w * (x - mx) * (y - my);
        }
        if rows.is_constant() || xx <= 0.0 {
            return None;
        }
        let slope = xy / xx;
        let residual = |i: usize| ws[i] * (ys[i] - my - slope * (xs[i] - mx));
        let of_slope: Vec<f64> = (0..xs.len()).map(|i| residual(i) * (xs[i] - mx)).collect();
        let of_mean: Vec<f64> = (0..xs.len()).map(residual).collect();
        let overlap = rows.overlap_rows();
        Some(Self {
            slope: Measured { value: slope, error: long_run(&of_slope, overlap).sqrt() / xx },
            mean_predicted: mx,
            mean_outcome: Measured { value: my, error: long_run(&of_mean, overlap).sqrt() / total },
            variance_predicted: xx / total,
        })
    }
}

/// The mean of `values` in time order, of which `overlap_rows` neighbours share their future.
pub fn mean_with_error(values: &[f64], overlap_rows: usize) -> Option<Measured> {
    let value = crate::stats::mean(values)?;
    let apart: Vec<f64> = values.iter().map(|v| v - value).collect();
    let error = long_run(&apart, overlap_rows).sqrt() / values.len() as f64;
    Some(Measured { value, error })
}

/// The variance of the sum of correlated terms of mean zero (Newey & West 1987, "A simple,
/// positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix",
/// Econometrica 55(3)): Bartlett weights over three overlaps, which see 89 % of what labels of
/// that overlap correlate (one overlap sees 67 %), times n / (n − lags) for the mean that was
/// taken off (Kiefer & Vogelsang 2005 have the law behind it). Labels that stand alone: White's.
fn long_run(terms: &[f64], overlap_rows: usize) -> f64 {
    let n = terms.len();
    if overlap_rows <= 1 || n < 4 {
        let square: f64 = terms.iter().map(|t| t * t).sum();
        return square * n as f64 / (n as f64 - 1.0).max(1.0);
    }
    let bandwidth = (3 * overlap_rows).min(n / 2);
    hac::long_run(terms, bandwidth - 1) * n as f64 / (n - bandwidth) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn the_line_of_four_points() {
        let (xs, ys, ws) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0], [1.0; 4]);
        let fit = LinearFit::of(&Rows::new(&xs, &ys, &ws, 1).unwrap()).unwrap();
        assert!((fit.slope.value - 1.1).abs() < 1e-15); // Σxy = 5.5, Σx² = 5
        assert_eq!((fit.mean_predicted, fit.mean_outcome.value), (2.5, 2.75));
        assert_eq!(fit.variance_predicted, 1.25);
        // Residuals −0.1, 0.8, −1.3, 0.6; times x − 2.5: 0.15, −0.4, −0.65, 0.9; squares 1.415.
        let error = (1.415_f64 * 4.0 / 3.0).sqrt() / 5.0;
        assert!((fit.slope.error - error).abs() < 1e-15);
    }

    #[test]
    fn a_row_of_weight_two_is_two_rows() {
        let (xs, ys) = ([1.0, 2.0, 4.0], [1.0, 5.0, 2.0]);
        let one = LinearFit::of(&Rows::new(&xs, &ys, &[1.0, 2.0, 1.0], 1).unwrap()).unwrap();
        let (xs, ys) = ([1.0, 2.0, 2.0, 4.0], [1.0, 5.0, 5.0, 2.0]);
        let two = LinearFit::of(&Rows::new(&xs, &ys, &[1.0; 4], 1).unwrap()).unwrap();
        assert!((one.slope.value - two.slope.value).abs() < 1e-15);
        assert!((one.mean_outcome.value - two.mean_outcome.value).abs() < 1e-15);
    }

    #[test]
    fn overlapping_labels_widen_the_error_by_the_root_of_the_overlap() {
        let mut rng = Rng::new(5);
        let steps: Vec<f64> = (0..20_000).map(|_| rng.normal()).collect();
        let labels: Vec<f64> = steps.windows(12).map(|w| w.iter().sum()).collect();
        let naive = mean_with_error(&labels, 1).unwrap().error;
        let honest = mean_with_error(&labels, 12).unwrap().error;
        let widening = honest / naive;
        assert!((0.85..1.15).contains(&(widening / 12.0_f64.sqrt())), "{widening}");
    }
}
