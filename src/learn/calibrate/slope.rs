//! One line through a held-out slice: slope 1 and intercept 0 where the claims hold.

use serde::{Deserialize, Serialize};

use super::linear::LinearFit;
use super::logistic::{Problem, fit};
use super::rows::Rows;
use super::score::{log_odds, sigmoid};

/// A slope below 1 claims too much, one above 1 too little.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationLine {
    pub slope: f64,
    pub intercept: f64,
    /// Of the slope, where it is known.
    pub slope_error: Option<f64>,
}

/// Realised on expected bps, by least squares (Mincer & Zarnowitz 1969, "The evaluation of economic
/// forecasts"), with an error that knows the labels' overlap. `None` where nothing was expected.
pub fn slope_bps(rows: &Rows<'_>) -> Option<CalibrationLine> {
    let line = LinearFit::of(rows)?;
    let slope = line.slope.value;
    let intercept = line.mean_outcome.value - slope * line.mean_predicted;
    Some(CalibrationLine { slope, intercept, slope_error: Some(line.slope.error) })
}

/// The log odds of a positive outcome on those predicted, by logistic regression (Cox 1958, "Two
/// further applications of a model for binary regression", Biometrika 45). `None` where one side
/// is constant or the two separate.
pub fn slope_probability(rows: &Rows<'_>) -> Option<CalibrationLine> {
    let terms: Vec<[f64; 2]> = rows.predicted().iter().map(|p| [log_odds(*p), 1.0]).collect();
    let targets: Vec<f64> =
        rows.outcome().iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect();
    if rows.is_constant() || targets.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let [slope, intercept] =
        fit(&Problem { terms: &terms, targets: &targets, weights: rows.weight() })?;
    let slope_error = error_of_slope(rows, &terms, [slope, intercept]);
    Some(CalibrationLine { slope, intercept, slope_error })
}

/// From the Hessian of the likelihood, as if one row in `overlap_rows` counted.
fn error_of_slope(
    rows: &Rows<'_>,
    terms: &[[f64; 2]],
    [slope, intercept]: [f64; 2],
) -> Option<f64> {
    let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
    for ([z, _], w) in terms.iter().zip(rows.weight()) {
        let p = sigmoid(intercept + slope * z);
        let curvature = w * p * (1.0 - p);
        total += curvature;
        first += curvature * z;
        second += curvature * z * z;
    }
    let information = (second - first * first / total) / rows.overlap_rows() as f64;
    (information > 0.0).then(|| 1.0 / information.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_twice_too_large_have_a_slope_of_one_half() {
        let rows = Rows::new(&[-4.0, 0.0, 4.0], &[-1.0, 1.0, 3.0], &[1.0; 3], 1).unwrap();
        let line = slope_bps(&rows).unwrap();
        assert_eq!((line.slope, line.intercept), (0.5, 1.0));
    }

    #[test]
    fn claims_of_one_in_ten_where_one_in_four_comes_have_half_the_slope() {
        // Predicted 0.1 and 0.9 (log odds ∓ln 9), realised ¼ and ¾ (∓ln 3).
        let predicted = [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9];
        let outcome = [1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0];
        let rows = Rows::new(&predicted, &outcome, &[1.0; 8], 1).unwrap();
        let line = slope_probability(&rows).unwrap();
        assert!((line.slope - 0.5).abs() < 1e-8 && line.intercept.abs() < 1e-8, "{line:?}");
        // Eight rows of p(1 − p) = 3/16, each ln 9 from their middle.
        let error = 1.0 / (8.0_f64 * 3.0 / 16.0).sqrt() / libm::log(9.0);
        assert!((line.slope_error.unwrap() - error).abs() < 1e-7, "{line:?}");
        let one_class = Rows::new(&predicted, &[1.0; 8], &[1.0; 8], 1).unwrap();
        assert_eq!(slope_probability(&one_class), None);
    }
}
