//! Predicted bps → expected bps.

use serde::{Deserialize, Serialize};

use super::curve::{Curve, Levels};
use super::fitted::{Fitted, Remark, Shrinkage, believed, level_kept, share_kept};
use super::linear::LinearFit;
use super::rows::Rows;

/// What a prediction in bps is worth in bps. Never falls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BpsCalibrator {
    /// Predictions are taken at their word.
    Identity,
    Linear {
        slope: f64,
        intercept: f64,
    },
    Isotonic(Curve),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BpsMethod {
    /// Any rising curve: isotonic regression over bins, of which the part is kept that stands out
    /// of the noise. That is, of the curve's sum of squares S, S / (S + 2·ν·N), with ν the
    /// independent directions that noise fills, Σ 1/j over bins j from 2, and N the noise of one direction, the
    /// squared standard error of the slope times the variance of the predictions.
    Isotonic,
    /// A straight line.
    Linear,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BpsParams {
    pub method: BpsMethod,
    pub shrinkage: Shrinkage,
    pub min_rows: usize,
}

impl BpsCalibrator {
    /// Too few rows or predictions without spread: the identity. A line that falls: flat.
    pub fn fit(rows: &Rows<'_>, params: &BpsParams) -> Fitted<Self> {
        if rows.len() < params.min_rows.max(2) {
            let (rows, min_rows) = (rows.len(), params.min_rows.max(2));
            return as_they_are(Remark::TooFewRows { rows, min_rows });
        }
        let Some(line) = LinearFit::of(rows) else {
            return as_they_are(Remark::ConstantPredictions);
        };
        match params.method {
            BpsMethod::Linear => linear(&line, params.shrinkage),
            BpsMethod::Isotonic => isotonic(&Levels::of(rows), &line, params.shrinkage),
        }
    }

    pub fn apply(&self, predicted_bps: f64) -> f64 {
        match self {
            Self::Identity => predicted_bps,
            Self::Linear { slope, intercept } => intercept + slope * predicted_bps,
            Self::Isotonic(curve) => curve.apply(predicted_bps),
        }
    }
}

/// The rising line and what of its slope is kept.
pub(super) struct Kept {
    pub slope: f64,
    pub share: f64,
}

impl Kept {
    pub fn of(line: &LinearFit) -> Self {
        let slope = line.slope.value.max(0.0);
        let share = share_kept(slope * slope, line.slope.error * line.slope.error);
        Self { slope: share * slope, share }
    }

    fn by_word(line: &LinearFit) -> Self {
        let slope = believed(line.slope);
        Self { slope, share: slope }
    }

    /// The level at the mean prediction: the kept line through `neutral`, and of the rest of the
    /// mean outcome what three standard errors leave.
    pub fn level(&self, line: &LinearFit, neutral: f64) -> f64 {
        let anchor = neutral + self.slope * line.mean_predicted;
        let rest = line.mean_outcome.value - anchor;
        anchor + level_kept(rest, line.mean_outcome.error) * rest
    }
}

fn as_they_are(remark: Remark) -> Fitted<BpsCalibrator> {
    Fitted { calibrator: BpsCalibrator::Identity, kept: None, remark: Some(remark) }
}

fn linear(line: &LinearFit, shrinkage: Shrinkage) -> Fitted<BpsCalibrator> {
    let (slope, level, kept) = match shrinkage {
        Shrinkage::Estimated => {
            let kept = Kept::of(line);
            (kept.slope, kept.level(line, 0.0), kept.share)
        }
        Shrinkage::Word => {
            let kept = Kept::by_word(line);
            (kept.slope, kept.level(line, 0.0), kept.share)
        }
        Shrinkage::Fixed(pull) => {
            let kept = 1.0 - pull;
            (kept * line.slope.value.max(0.0), kept * line.mean_outcome.value, kept)
        }
    };
    let intercept = level - slope * line.mean_predicted;
    let remark = (line.slope.value <= 0.0).then_some(against(shrinkage));
    Fitted { calibrator: BpsCalibrator::Linear { slope, intercept }, kept: Some(kept), remark }
}

fn isotonic(levels: &Levels, line: &LinearFit, shrinkage: Shrinkage) -> Fitted<BpsCalibrator> {
    let (curve, kept) = match shrinkage {
        Shrinkage::Estimated => shrunken(levels, line, 0.0),
        Shrinkage::Word => bent(levels, line),
        Shrinkage::Fixed(pull) => (levels.curve(|value| (1.0 - pull) * value), 1.0 - pull),
    };
    let is_against = levels.cells.len() < 2 || line.slope.value <= 0.0;
    let remark = is_against.then_some(against(shrinkage));
    Fitted { calibrator: BpsCalibrator::Isotonic(curve), kept: Some(kept), remark }
}

fn against(shrinkage: Shrinkage) -> Remark {
    if shrinkage == Shrinkage::Word { Remark::Doubted } else { Remark::Against }
}

/// The line that is believed, and of the bends of the rising curve about its own line what stands
/// out of the noise: of their sum of squares S, the part 1 − 2·ν·N/S (James & Stein 1961, with the
/// caution of [`Shrinkage::Estimated`]), with ν the levels that the curve has beyond a line's two,
/// at least what noise alone would build, and N the noise of one direction.
fn bent(levels: &Levels, line: &LinearFit) -> (Curve, f64) {
    let kept = Kept::by_word(line);
    let level = kept.level(line, 0.0);
    let straight =
        |at: f64| line.mean_outcome.value + line.slope.value.max(0.0) * (at - line.mean_predicted);
    let one_direction = line.slope.error * line.slope.error * line.variance_predicted;
    let free = (levels.cells.len() as f64 - 2.0).max(levels.directions());
    let square = levels.distance(straight);
    let noise = 2.0 * free * one_direction;
    let bends = if square > noise { 1.0 - noise / square } else { 0.0 };
    let curve = levels.bent(|at, value| {
        level + kept.slope * (at - line.mean_predicted) + bends * (value - straight(at))
    });
    (curve, kept.slope)
}

/// The curve pulled towards its level, and the share that was kept of it.
pub(super) fn shrunken(levels: &Levels, line: &LinearFit, neutral: f64) -> (Curve, f64) {
    let one_direction = line.slope.error * line.slope.error * line.variance_predicted;
    let share = share_kept(levels.variance(), levels.directions() * one_direction);
    let (mean, level) = (levels.mean(), Kept::of(line).level(line, neutral));
    (levels.curve(|value| level + share * (value - mean)), share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINEAR: BpsParams =
        BpsParams { method: BpsMethod::Linear, shrinkage: Shrinkage::Estimated, min_rows: 2 };
    const ISOTONIC: BpsParams = BpsParams { method: BpsMethod::Isotonic, ..LINEAR };

    fn fit(xs: &[f64], ys: &[f64], params: &BpsParams) -> Fitted<BpsCalibrator> {
        BpsCalibrator::fit(&Rows::new(xs, ys, &vec![1.0; xs.len()], 1).unwrap(), params)
    }

    #[test]
    fn a_fixed_pull_of_nothing_is_least_squares() {
        let (xs, ys) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0]);
        let params = BpsParams { shrinkage: Shrinkage::Fixed(0.0), ..LINEAR };
        let fitted = fit(&xs, &ys, &params);
        assert!((fitted.calibrator.apply(0.0) - 0.0).abs() < 1e-12); // 2.75 − 1.1·2.5
        assert!((fitted.calibrator.apply(10.0) - 11.0).abs() < 1e-12);
        let params = BpsParams { shrinkage: Shrinkage::Fixed(1.0), ..LINEAR };
        assert_eq!(fit(&xs, &ys, &params).calibrator.apply(7.0), 0.0);
    }

    #[test]
    fn an_estimated_pull_keeps_what_stands_out_of_the_noise() {
        let (xs, ys) = ([-1.5, -0.5, 0.5, 1.5], [-1.75, 0.25, -0.75, 2.25]);
        // Slope 1.1, se² = 1.415·(4/3)/25 (see the line of four points), mean outcome 0.
        let share = 1.21 / (1.21 + 2.0 * 1.415 * 4.0 / 3.0 / 25.0);
        let fitted = fit(&xs, &ys, &LINEAR);
        assert!((fitted.kept.unwrap() - share).abs() < 1e-12);
        assert!((fitted.calibrator.apply(1.0) - share * 1.1).abs() < 1e-12);
        assert_eq!(fitted.remark, None);
    }

    #[test]
    fn a_gross_bias_is_taken_off_and_a_small_one_left() {
        let xs: Vec<f64> = (0..400).map(|i| f64::from(i % 20) - 9.5).collect();
        let noise = |i: usize| if (i / 20).is_multiple_of(2) { 4.0 } else { -4.0 };
        let ys = |bias: f64| -> Vec<f64> {
            xs.iter().enumerate().map(|(i, x)| x + bias + noise(i)).collect()
        };
        let at_zero = |bias: f64| fit(&xs, &ys(bias), &LINEAR).calibrator.apply(0.0);
        assert!(at_zero(0.3).abs() < 1e-9); // 1.5 standard errors of 0.2
        assert!((at_zero(40.0) - 40.0).abs() < 0.1);
    }

    #[test]
    fn what_cannot_be_fitted_falls_back_with_a_reason() {
        let few = fit(&[1.0, 2.0], &[1.0, 2.0], &BpsParams { min_rows: 500, ..ISOTONIC });
        assert_eq!(few.calibrator, BpsCalibrator::Identity);
        assert_eq!(few.remark, Some(Remark::TooFewRows { rows: 2, min_rows: 500 }));
        let constant = fit(&[2.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0], &ISOTONIC);
        assert_eq!(constant.remark, Some(Remark::ConstantPredictions));
        assert_eq!(fit(&[], &[], &LINEAR).calibrator.apply(3.0), 3.0);
        for params in [&LINEAR, &ISOTONIC] {
            let against = fit(&[1.0, 2.0, 3.0], &[0.3, 0.2, 0.1], params);
            assert_eq!(against.remark, Some(Remark::Against));
            assert_eq!(against.calibrator.apply(-9.0), against.calibrator.apply(9.0));
        }
    }

    #[test]
    fn a_bend_that_stands_out_is_kept_and_noise_about_a_line_is_not() {
        let noise = |i: usize| if (i / 40).is_multiple_of(2) { 3.0 } else { -3.0 };
        let xs: Vec<f64> = (0..8_000).map(|i| f64::from(i % 40) - 19.5).collect();
        let ys = |shape: fn(f64) -> f64| -> Vec<f64> {
            xs.iter().enumerate().map(|(i, x)| shape(*x) + noise(i)).collect()
        };
        let params = BpsParams { shrinkage: Shrinkage::Word, ..ISOTONIC };
        let of = |shape, at: f64| fit(&xs, &ys(shape), &params).calibrator.apply(at);
        let kinked: fn(f64) -> f64 = |x| if x > 9.0 { 4.0 * (x - 9.0) } else { 0.0 };
        assert!((of(kinked, -10.0) - of(kinked, 5.0)).abs() < 0.2);
        assert!((of(kinked, 18.0) - 36.0).abs() < 1.0);
        let straight: fn(f64) -> f64 = |x| x;
        for at in [-15.0, -3.0, 0.5, 11.0] {
            assert!((of(straight, at) - at).abs() < 0.1, "{at}: {}", of(straight, at));
        }
    }

    #[test]
    fn a_calibrator_survives_its_own_json() {
        let fitted = fit(&[1.0, 2.0, 3.0, 4.0], &[0.1, 3.0, 2.0, 5.0], &ISOTONIC);
        let text = serde_json::to_string(&fitted).unwrap();
        let read: Fitted<BpsCalibrator> = serde_json::from_str(&text).unwrap();
        assert_eq!(read.remark, fitted.remark);
        for x in [0.0, 1.3, 2.5, 3.9] {
            let (value, expected) = (read.calibrator.apply(x), fitted.calibrator.apply(x));
            assert!((value - expected).abs() < 1e-14 * expected.abs());
        }
    }

    proptest! {
        #[test]
        fn expected_bps_never_fall_as_predicted_bps_rise(
            rows in prop::collection::vec((-50.0..50.0_f64, -90.0..90.0_f64), 2..120),
            (a, b) in (-60.0..60.0_f64, -60.0..60.0_f64),
            pull in prop::option::of(0.0..1.0_f64),
        ) {
            let (xs, ys): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let shrinkage = pull.map_or(Shrinkage::Estimated, Shrinkage::Fixed);
            for (params, shrinkage) in
                [LINEAR, ISOTONIC].into_iter().flat_map(|p| [(p, shrinkage), (p, Shrinkage::Word)])
            {
                let calibrator = fit(&xs, &ys, &BpsParams { shrinkage, ..params }).calibrator;
                let (low, high) = (calibrator.apply(a.min(b)), calibrator.apply(a.max(b)));
                prop_assert!(low.is_finite() && low <= high);
            }
        }
    }
}
