//! Many simulated folds: what calibrators promise, and what came.

use super::simulated::{Plant, slices};
use super::*;

const N_FOLDS: u64 = 80;

struct Folds {
    expected: Vec<f64>,
    outcome: Vec<f64>,
}

impl Folds {
    fn slope(&self) -> f64 {
        let weight = vec![1.0; self.expected.len()];
        slope_bps(&Rows::new(&self.expected, &self.outcome, &weight, 1).unwrap()).unwrap().slope
    }

    fn spread(&self) -> f64 {
        crate::stats::sd(&self.expected).unwrap()
    }
}

/// A calibrator a fold, its expectations on the fold's test slice, all folds in one.
fn folds(plant: Plant, fit: impl Fn(&Rows<'_>) -> Box<dyn Fn(f64) -> f64>) -> Folds {
    let mut all = Folds { expected: Vec::new(), outcome: Vec::new() };
    for fold in 0..N_FOLDS {
        let made = slices(Plant { seed: plant.seed + fold, ..plant });
        let (predicted, outcome): (Vec<f64>, Vec<f64>) = made.fit.into_iter().unzip();
        let weight = vec![1.0; predicted.len()];
        let apply = fit(&Rows::new(&predicted, &outcome, &weight, plant.horizon).unwrap());
        for (predicted, outcome) in made.test {
            all.expected.push(apply(predicted));
            all.outcome.push(outcome);
        }
    }
    all
}

fn bps(plant: Plant, method: BpsMethod, shrinkage: Shrinkage) -> Folds {
    let params = BpsParams { method, shrinkage, min_rows: 500 };
    folds(plant, |rows| {
        let fitted = BpsCalibrator::fit(rows, &params).calibrator;
        Box::new(move |predicted| fitted.apply(predicted))
    })
}

fn plant(ic: f64, persistence: f64) -> Plant {
    Plant { seed: 1_000, ic, persistence, horizon: 12 }
}

const METHODS: [BpsMethod; 2] = [BpsMethod::Isotonic, BpsMethod::Linear];
const PULLS: [Shrinkage; 2] = [Shrinkage::Estimated, Shrinkage::Word];

#[test]
fn expected_bps_come_true_on_a_planted_market() {
    for (ic, persistence) in [(0.05, 0.5), (0.1, 0.5), (0.1, 0.9), (0.15, 0.9)] {
        for method in METHODS {
            for shrinkage in PULLS {
                let slope = bps(plant(ic, persistence), method, shrinkage).slope();
                assert!((0.8..=1.2).contains(&slope), "{method:?} {shrinkage:?} at {ic}: {slope}");
            }
        }
    }
}

#[test]
fn expected_bps_are_nearly_flat_on_noise() {
    for method in METHODS {
        for persistence in [0.5, 0.9] {
            let believed = bps(plant(0.0, persistence), method, Shrinkage::Fixed(0.0)).spread();
            for shrinkage in PULLS {
                let shrunken = bps(plant(0.0, persistence), method, shrinkage).spread();
                // Outcomes spread by about 70 bps.
                assert!(shrunken < 0.4 * believed, "{method:?}: {shrunken} of {believed}");
                assert!(shrunken < 2.1, "{method:?} {shrinkage:?}: {shrunken}");
            }
        }
    }
}

#[test]
fn the_textbook_fit_would_claim_too_much() {
    for method in METHODS {
        let slope = bps(plant(0.05, 0.5), method, Shrinkage::Fixed(0.0)).slope();
        assert!(slope < 0.6, "{method:?}: {slope}");
    }
}

#[test]
fn probabilities_come_true_on_a_planted_market() {
    let methods = [ProbabilityMethod::Platt, ProbabilityMethod::Isotonic, ProbabilityMethod::Beta];
    for method in methods {
        let kind = ScoreKind::Bps;
        let of = |shrinkage: Shrinkage| {
            let params = ProbabilityParams { method, kind, shrinkage, min_rows: 500 };
            let all = folds(plant(0.1, 0.5), |rows| {
                let fitted = ProbabilityCalibrator::fit(rows, &params).calibrator;
                Box::new(move |score| fitted.apply(score))
            });
            let weight = vec![1.0; all.expected.len()];
            let rows = Rows::new(&all.expected, &all.outcome, &weight, 12).unwrap();
            let error = expected_calibration_error(&rows, 10).unwrap();
            (slope_probability(&rows).unwrap().slope, error)
        };
        let ((slope, error), (textbook, _)) = (of(Shrinkage::Estimated), of(Shrinkage::Fixed(0.0)));
        assert!((0.8..=1.2).contains(&slope), "{method:?}: {slope}");
        assert!(error < 0.012, "{method:?}: {error}");
        assert!((slope - 1.0).abs() < (textbook - 1.0).abs(), "{method:?}: {slope} {textbook}");
    }
}
