//! One line through a held-out slice: slope 1 and intercept 0 where the claims hold.

use serde::{Deserialize, Serialize};

use super::linear::LinearFit;
use super::logistic::{Problem, fit};
use super::rows::Rows;
use super::score::log_odds;

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
    Some(CalibrationLine { slope, intercept, slope_error: None })
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
        let one_class = Rows::new(&predicted, &[1.0; 8], &[1.0; 8], 1).unwrap();
        assert_eq!(slope_probability(&one_class), None);
    }
}
