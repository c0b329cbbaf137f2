//! The Brier score and what it is made of.

use serde::{Deserialize, Serialize};

use super::binning::{bins_of, cell_of};
use super::rows::Rows;

/// Mean squared error of probabilities, and its parts:
/// `score = reliability − resolution + uncertainty + within_spread − within_covariance`.
///
/// The first three are Murphy's (1973, "A new vector partition of the probability score", J. Appl.
/// Meteorol. 12). They add up only if all forecasts of a bin are alike; the last two, of Stephenson,
/// Coelho & Jolliffe (2008, "Two extra components in the Brier score decomposition", Weather and
/// Forecasting 23), are what is left when they are not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Brier {
    pub score: f64,
    /// How far bins' forecasts are from what came of them; 0 is best.
    pub reliability: f64,
    /// How far bins' outcomes are from each other; more is better.
    pub resolution: f64,
    /// Of the outcomes alone: rate·(1 − rate).
    pub uncertainty: f64,
    /// The variance of forecasts inside bins.
    pub within_spread: f64,
    /// Twice their covariance with the outcomes inside bins.
    pub within_covariance: f64,
}

/// `rows` hold probabilities and outcomes, of which the sign counts; `None` where there are none.
pub fn brier(rows: &Rows<'_>, n_bins: usize) -> Option<Brier> {
    let ups: Vec<f64> = rows.outcome().iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect();
    let signs = Rows::new(rows.predicted(), &ups, rows.weight(), 1).ok()?;
    if signs.is_empty() {
        return None;
    }
    let total: f64 = signs.weight().iter().sum();
    let rate = signs.mean(&ups);
    let mut parts = Brier {
        score: 0.0,
        reliability: 0.0,
        resolution: 0.0,
        uncertainty: rate * (1.0 - rate),
        within_spread: 0.0,
        within_covariance: 0.0,
    };
    for members in bins_of(&signs, n_bins.max(1)) {
        let Some(cell) = cell_of(&signs, &members) else { continue };
        let square = |x: f64| x * x;
        parts.reliability += cell.weight / total * square(cell.predicted - cell.outcome);
        parts.resolution += cell.weight / total * square(cell.outcome - rate);
        for i in members {
            let (p, up, w) = (signs.predicted()[i], ups[i], signs.weight()[i] / total);
            parts.score += w * square(p - up);
            parts.within_spread += w * square(p - cell.predicted);
            parts.within_covariance += 2.0 * w * (p - cell.predicted) * (up - cell.outcome);
        }
    }
    Some(parts)
}

/// The mean distance between a bin's forecasts and what came of them (Naeini, Cooper & Hauskrecht
/// 2015, "Obtaining well calibrated probabilities using Bayesian binning", AAAI), over bins of
/// equal counts. A perfect forecaster scores above 0 by the noise of its bins.
pub fn expected_calibration_error(rows: &Rows<'_>, n_bins: usize) -> Option<f64> {
    let ups: Vec<f64> = rows.outcome().iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect();
    let signs = Rows::new(rows.predicted(), &ups, rows.weight(), 1).ok()?;
    let total: f64 = signs.weight().iter().sum();
    let cells = bins_of(&signs, n_bins.max(1));
    let apart = cells.iter().filter_map(|members| {
        let cell = cell_of(&signs, members)?;
        Some(cell.weight / total * (cell.predicted - cell.outcome).abs())
    });
    (!signs.is_empty()).then(|| apart.sum())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_parts_of_four_forecasts() {
        let rows = Rows::new(&[0.1, 0.3, 0.6, 0.8], &[-1.0, 1.0, 1.0, 1.0], &[1.0; 4], 1).unwrap();
        let parts = brier(&rows, 2).unwrap();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} is not {b}");
        near(parts.score, (0.01 + 0.49 + 0.16 + 0.04) / 4.0);
        near(parts.reliability, (0.09 + 0.09) / 2.0); // 0.2 against ½, 0.7 against 1
        near(parts.resolution, 0.0625); // ½ and 1 about ¾
        near(parts.uncertainty, 0.1875);
        near(parts.within_spread, 0.01);
        near(parts.within_covariance, 2.0 * (0.05 + 0.05) / 4.0);
        near(expected_calibration_error(&rows, 2).unwrap(), 0.3);
    }

    #[test]
    fn no_rows_have_no_score() {
        let rows = Rows::new(&[], &[], &[], 1).unwrap();
        assert_eq!((brier(&rows, 5), expected_calibration_error(&rows, 5)), (None, None));
    }

    proptest! {
        #[test]
        fn the_parts_add_up(
            rows in prop::collection::vec((0.0..1.0_f64, any::<bool>(), 0.1..3.0_f64), 1..90),
            n_bins in 1..12_usize,
        ) {
            let p: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let y: Vec<f64> = rows.iter().map(|r| if r.1 { 2.0 } else { -2.0 }).collect();
            let w: Vec<f64> = rows.iter().map(|r| r.2).collect();
            let b = brier(&Rows::new(&p, &y, &w, 1).unwrap(), n_bins).unwrap();
            let sum = b.reliability - b.resolution + b.uncertainty + b.within_spread
                - b.within_covariance;
            prop_assert!((sum - b.score).abs() < 1e-12);
        }
    }
}
