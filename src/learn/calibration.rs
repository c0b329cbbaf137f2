//! What a model's score is worth, fitted on the calibration slice: expected bps, the chance of a
//! rise, and intervals.

use serde::{Deserialize, Serialize};

use super::calibrate::{
    BpsCalibrator, BpsMethod, BpsParams, Fitted, ProbabilityCalibrator, ProbabilityMethod,
    ProbabilityParams, Rows, ScoreKind, Shrinkage,
};
use super::conformal::{Adaptive, ConformalRows, SplitConformal, Stream};
use super::target::Target;
use crate::stats;

#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationParams {
    /// `None`: scores are taken at their word.
    pub bps: Option<BpsParams>,
    pub method: ProbabilityMethod,
    pub coverage: f64,
    pub rate: f64,
}

impl Default for CalibrationParams {
    fn default() -> Self {
        let bps =
            BpsParams { method: BpsMethod::Isotonic, shrinkage: Shrinkage::Word, min_rows: 500 };
        Self { bps: Some(bps), method: ProbabilityMethod::Platt, coverage: 0.9, rate: 0.005 }
    }
}

/// The calibration slice: scores, returns and volatilities of its labelled rows, in time order.
#[derive(Debug, Clone, Default)]
pub struct Held {
    pub score: Vec<f64>,
    pub outcome_bps: Vec<f64>,
    pub scale_bps: Vec<f64>,
    pub overlap_rows: usize,
}

impl Held {
    /// Rows that come later.
    pub fn append(&mut self, later: &Self) {
        self.score.extend(&later.score);
        self.outcome_bps.extend(&later.outcome_bps);
        self.scale_bps.extend(&later.scale_bps);
    }
}

/// All that was fitted on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    pub target: Target,
    pub bps: Fitted<BpsCalibrator>,
    pub probability: Fitted<ProbabilityCalibrator>,
    /// `None`: too few rows for this coverage.
    pub conformal: Option<SplitConformal>,
    pub conformal_rate: f64,
}

impl Calibration {
    pub fn fit(target: Target, held: &Held, params: &CalibrationParams) -> Self {
        let (even, steady) = (vec![1.0; held.score.len()], steadiness(&held.scale_bps));
        let rows = |weights| Rows::new(&held.score, &held.outcome_bps, weights, held.overlap_rows);
        let min_rows = params.bps.map_or(usize::MAX, |bps| bps.min_rows);
        let kind = match target {
            Target::ReturnBps => ScoreKind::Bps,
            Target::Sign => ScoreKind::LogOdds,
        };
        let shrinkage = Shrinkage::Estimated;
        let chance = ProbabilityParams { method: params.method, kind, shrinkage, min_rows };
        let bps = params.bps.map(|bps| BpsParams { shrinkage: word(target, bps.shrinkage), ..bps });
        let (bps, probability) = match (rows(&steady), rows(&even), bps) {
            (Ok(steady), Ok(even), Some(bps)) => {
                (BpsCalibrator::fit(&steady, &bps), ProbabilityCalibrator::fit(&even, &chance))
            }
            (_, Ok(even), _) => (as_it_is(), silent(ProbabilityCalibrator::fit(&even, &chance))),
            _ => (as_it_is(), at_its_word(kind)),
        };
        let bps = in_bps(target, bps);
        let expected = unseen(target, held, params);
        let rows = ConformalRows {
            expected: &expected,
            outcome: &held.outcome_bps,
            scale: &held.scale_bps,
        };
        let conformal = SplitConformal::fit(&rows, params.coverage);
        Self { target, bps, probability, conformal, conformal_rate: params.rate }
    }

    /// In bps, of a score as [`Target::score`] gives it.
    pub fn expected_bps(&self, score: f64) -> f64 {
        self.bps.calibrator.apply(score)
    }

    /// The chance of a return above zero.
    pub fn p_up(&self, score: f64) -> f64 {
        self.probability.calibrator.apply(score)
    }

    /// Intervals for rows that come one by one.
    pub fn intervals(&self) -> Option<Stream> {
        let fitted = self.conformal.clone()?;
        Some(Stream::new(Adaptive::new(fitted, self.conformal_rate)))
    }
}

/// What either half of the slice is expected to bring by a curve fitted on the other: residuals of
/// the rows a curve was fitted on are too small (cross-conformal: Vovk 2015, "Cross-conformal
/// predictors", Annals of Mathematics and Artificial Intelligence 74).
fn unseen(target: Target, held: &Held, params: &CalibrationParams) -> Vec<f64> {
    let half = held.score.len() / 2;
    let weights = steadiness(&held.scale_bps);
    let fit = |rows: std::ops::Range<usize>| {
        let (score, outcome) = (&held.score[rows.clone()], &held.outcome_bps[rows.clone()]);
        let rows = Rows::new(score, outcome, &weights[rows], held.overlap_rows).ok();
        let fitted = params.bps.zip(rows).map_or_else(as_it_is, |(bps, rows)| {
            let (min_rows, shrinkage) = (bps.min_rows / 2, word(target, bps.shrinkage));
            BpsCalibrator::fit(&rows, &BpsParams { min_rows, shrinkage, ..bps })
        });
        in_bps(target, fitted).calibrator
    };
    let (first, second) = (fit(0..half), fit(half..held.score.len()));
    let expected = |(at, score): (usize, &f64)| {
        if at < half { second.apply(*score) } else { first.apply(*score) }
    };
    held.score.iter().enumerate().map(expected).collect()
}

/// How much a row tells: in wild times returns are mostly noise, and without weights the few wildest
/// rows say it all. Weights of 1/σ lie halfway between none and those of least squares, 1/σ², which
/// are best if predictions are worth the same at all times; they are worth less in wild ones. Rows
/// whose volatility is nil or unknown weigh as if it were a tenth of the middle one.
fn steadiness(scale_bps: &[f64]) -> Vec<f64> {
    let known: Vec<f64> = scale_bps.iter().copied().filter(|s| s.is_finite() && *s > 0.0).collect();
    let Some(middle) = stats::median(&known) else { return vec![1.0; scale_bps.len()] };
    scale_bps.iter().map(|scale| middle / scale.max(0.1 * middle)).collect()
}

fn as_it_is() -> Fitted<BpsCalibrator> {
    Fitted { calibrator: BpsCalibrator::Identity, kept: None, remark: None }
}

/// Log odds are no word on bps.
fn word(target: Target, shrinkage: Shrinkage) -> Shrinkage {
    match (target, shrinkage) {
        (Target::Sign, Shrinkage::Word) => Shrinkage::Estimated,
        (_, shrinkage) => shrinkage,
    }
}

/// That nothing was fitted is no news where nothing was asked for.
fn silent(fitted: Fitted<ProbabilityCalibrator>) -> Fitted<ProbabilityCalibrator> {
    Fitted { remark: None, ..fitted }
}

fn at_its_word(kind: ScoreKind) -> Fitted<ProbabilityCalibrator> {
    let calibrator = ProbabilityCalibrator::Neutral { kind, spread: 0.0 };
    Fitted { calibrator, kept: None, remark: None }
}

/// Log odds that were not calibrated are no bps: nothing is expected of them.
fn in_bps(target: Target, fitted: Fitted<BpsCalibrator>) -> Fitted<BpsCalibrator> {
    if target == Target::Sign && fitted.calibrator == BpsCalibrator::Identity {
        let calibrator = BpsCalibrator::Linear { slope: 0.0, intercept: 0.0 };
        return Fitted { calibrator, ..fitted };
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn held(n: usize, slope: f64) -> Held {
        let mut rng = Rng::stream(3, "held", &[]);
        let score: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let outcome_bps = score.iter().map(|s| slope * s + 2.0 * rng.normal()).collect();
        Held { score, outcome_bps, scale_bps: vec![2.0; n], overlap_rows: 1 }
    }

    fn n_remarks(fit: &Calibration) -> usize {
        usize::from(fit.bps.remark.is_some()) + usize::from(fit.probability.remark.is_some())
    }

    #[test]
    fn scores_become_bps_chances_and_intervals() {
        let held = held(4000, 3.0);
        let fit = Calibration::fit(Target::ReturnBps, &held, &CalibrationParams::default());
        assert!((2.0..4.0).contains(&fit.expected_bps(1.0)), "{}", fit.expected_bps(1.0));
        assert!(fit.p_up(1.0) > 0.8 && fit.p_up(-1.0) < 0.2);
        assert_eq!(n_remarks(&fit), 0);
        let mut stream = fit.intervals().unwrap();
        let interval = stream.issue(0.0, 2.0).unwrap();
        assert!(interval.holds(0.0) && (4.0..10.0).contains(&interval.width()), "{interval:?}");
        let json = serde_json::to_string(&fit).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), fit);
    }

    #[test]
    fn wild_rows_do_not_drown_the_others() {
        // One row in ten moves twenty times as much, and its predictions are noise.
        let market = |seed: u64| {
            let mut rng = Rng::stream(seed, "wild", &[]);
            let mut held = Held { overlap_rows: 1, ..Held::default() };
            for row in 0..6000 {
                let score = rng.normal();
                let (worth, scale) = if row % 10 == 0 { (0.0, 40.0) } else { (1.0, 2.0) };
                held.score.push(score);
                held.outcome_bps.push(worth * score + scale * rng.normal());
                held.scale_bps.push(scale);
            }
            held
        };
        let error = |held: &Held| {
            let fit = Calibration::fit(Target::ReturnBps, held, &CalibrationParams::default());
            (fit.expected_bps(1.0) - fit.expected_bps(0.0) - 1.0).abs()
        };
        let (mut weighed, mut plain) = (0.0, 0.0);
        for seed in 1..=10 {
            let mut held = market(seed);
            let error_of_one = error(&held);
            assert!(error_of_one < 0.2, "seed {seed}: {error_of_one}");
            weighed += error_of_one;
            held.scale_bps.fill(f64::NAN);
            plain += error(&held);
        }
        assert!(plain > 3.0 * weighed, "{plain} {weighed}");
    }

    #[test]
    fn a_tiny_slice_leaves_scores_as_they_are_and_says_so() {
        let fit =
            Calibration::fit(Target::ReturnBps, &held(40, 3.0), &CalibrationParams::default());
        assert_eq!(fit.expected_bps(1.5), 1.5);
        assert_eq!(n_remarks(&fit), 2);
        let odds = Calibration::fit(Target::Sign, &held(40, 3.0), &CalibrationParams::default());
        assert_eq!(odds.expected_bps(1.5), 0.0);
        assert!(odds.p_up(1.5) > 0.8);
    }

    #[test]
    fn switched_off_means_scores_at_their_word_and_no_remark() {
        let off = CalibrationParams { bps: None, ..CalibrationParams::default() };
        let fit = Calibration::fit(Target::ReturnBps, &held(4000, 3.0), &off);
        assert_eq!(fit.expected_bps(1.5), 1.5);
        assert_eq!(n_remarks(&fit), 0);
        let none = Calibration::fit(Target::ReturnBps, &Held::default(), &off);
        assert_eq!((none.expected_bps(1.0), none.p_up(1.0)), (1.0, 0.5));
        assert!(none.intervals().is_none());
    }
}
