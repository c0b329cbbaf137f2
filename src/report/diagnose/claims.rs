//! Do expectations come true? Expected against realised bps.

use serde::Serialize;

use super::blocks::Bootstrap;
use super::estimate::Estimate;
use super::histogram::Histogram;
use super::instants::by_time;
use super::judged::Rows;
use super::quantiles::{Quantile, quantiles};

/// Realised on expected bps by least squares (Mincer & Zarnowitz 1969, "The evaluation of economic
/// forecasts"): where expectations hold, the slope is 1 and the intercept 0. A slope below 1 claims
/// too much.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claims {
    /// Not known where all expectations are the same.
    pub slope: Estimate,
    pub intercept_bps: Estimate,
    /// Are 1 and 0 inside of their intervals?
    pub is_calibrated: Option<bool>,
    /// Bins of equal counts by what was expected, the least first.
    pub bins: Vec<Quantile>,
    /// How the expectations are spread.
    pub expected_bps: Option<Histogram>,
}

/// `rows` predict bps.
pub fn claims(rows: &Rows, n_bins: usize) -> Claims {
    let (slope, intercept_bps) = line(rows).unwrap_or_default();
    let holds = |found: &Estimate, truth: f64| {
        found.band_hac.map(|[low, high]| low <= truth && truth <= high)
    };
    let is_calibrated =
        holds(&slope, 1.0).zip(holds(&intercept_bps, 0.0)).map(|(slope, level)| slope && level);
    // No test of the bins' order is asked for.
    let bins = quantiles(rows, n_bins, Bootstrap { draws: 0, seed: 0 }).quantiles;
    let expected_bps = Histogram::new(&rows.predicted, 0.0);
    Claims { slope, intercept_bps, is_calibrated, bins, expected_bps }
}

/// Slope b and intercept a of y = a + b x + e. To first order a row moves b by (x − x̄) e / Sxx, and
/// a by e / n less x̄ times that.
fn line(rows: &Rows) -> Option<(Estimate, Estimate)> {
    let (xs, ys) = (&rows.predicted, &rows.outcome_bps);
    let n = xs.len() as f64;
    let (mean_x, mean_y) = (crate::stats::mean(xs)?, crate::stats::mean(ys)?);
    let sxx: f64 = xs.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    let is_constant = xs.iter().all(|x| *x == xs[0]);
    if is_constant || sxx <= 0.0 || n < 3.0 {
        return None;
    }
    let sxy: f64 = xs.iter().zip(ys).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = sxy / sxx;
    let intercept = mean_y - slope * mean_x;
    let rests: Vec<f64> = xs.iter().zip(ys).map(|(x, y)| y - intercept - slope * x).collect();
    let variance = rests.iter().map(|rest| rest * rest).sum::<f64>() / (n - 2.0);
    let by_slope = |(x, rest): (&f64, &f64)| (x - mean_x) * rest / sxx;
    let of_slope: Vec<f64> = xs.iter().zip(&rests).map(by_slope).collect();
    let of_level = rests.iter().zip(&of_slope).map(|(rest, slope)| rest / n - mean_x * slope);
    let found = |value: f64, plain: f64, shocks: Vec<f64>| {
        Estimate::new(Some(value), Some(plain.sqrt()), &shocks, rows.overlap())
    };
    let level_shocks = by_time(&rows.time, of_level);
    Some((
        found(slope, variance / sxx, by_time(&rows.time, of_slope.iter().copied())),
        found(intercept, variance * (1.0 / n + mean_x * mean_x / sxx), level_shocks),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::made_up::Market;
    use super::*;

    #[test]
    fn three_rows_by_hand() {
        let market = Market::new(3, 1);
        let rows = market.rows(&[-4.0, 0.0, 4.0], &[-2.0, 1.0, 3.0], 1);
        let found = claims(&rows, 3);
        // Sxy = 20, Sxx = 32; rests −1/6, 1/3, −1/6 with one degree of freedom.
        assert_eq!(found.slope.value, Some(0.625));
        let near = |value: Option<f64>, expected: f64| {
            assert!((value.unwrap() - expected).abs() < 1e-12, "{value:?} {expected}");
        };
        near(found.intercept_bps.value, 2.0 / 3.0);
        near(found.slope.se_plain, (1.0 / 6.0 / 32.0_f64).sqrt());
        near(found.intercept_bps.se_plain, (1.0 / 18.0_f64).sqrt());
        // Too few instants for an error that knows of overlap.
        assert_eq!((found.slope.se_hac, found.is_calibrated), (None, None));
        assert_eq!(found.bins.len(), 3);
        assert_eq!(found.bins[0].mean_predicted, -4.0);
    }

    #[test]
    fn what_holds_is_told_from_what_claims_twice_too_much() {
        let market = Market::new(40_000, 5);
        let outcome = market.over(4);
        // The best guess of what is known of the steps: half of a signal as noisy as them.
        let signal = market.knowing(4, 0.5);
        let honest: Vec<f64> = {
            let rows = market.rows(&signal, &outcome, 4);
            let slope = claims(&rows, 10).slope.value.unwrap();
            signal.iter().map(|x| slope * x).collect()
        };
        let bold: Vec<f64> = honest.iter().map(|x| 2.0 * x + 3.0).collect();
        let of = |predicted: &[f64]| claims(&market.rows(predicted, &outcome, 4), 10);
        let (honest, bold) = (of(&honest), of(&bold));
        assert!((honest.slope.value.unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(honest.is_calibrated, Some(true), "{:?}", honest.intercept_bps);
        assert!((bold.slope.value.unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(bold.is_calibrated, Some(false));
        // Overlapping returns make the plain error too small.
        assert!(honest.slope.se_plain < honest.slope.se_hac);
        assert!(honest.bins.windows(2).all(|b| b[0].mean_predicted < b[1].mean_predicted));
    }

    #[test]
    fn constant_expectations_have_no_slope() {
        let market = Market::new(100, 6);
        let found = claims(&market.rows(&[1.0; 100], &market.over(1), 1), 10);
        assert_eq!((found.slope, found.is_calibrated), (Estimate::default(), None));
        assert_eq!(found.bins.len(), 1);
    }
}
