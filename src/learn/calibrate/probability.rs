//! Score → the probability of a positive outcome.

use serde::{Deserialize, Serialize};

use super::beta::Beta;
use super::curve::{Curve, Levels};
use super::expected::{Kept, shrunken};
use super::fitted::{Fitted, Remark, Shrinkage, level_kept};
use super::linear::LinearFit;
use super::logistic::{Problem, fit};
use super::rows::Rows;
use super::score::{ScoreKind, bounded, log_odds, sigmoid};
use crate::stats;

/// A score's probability, always inside (0, 1), never falling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProbabilityCalibrator {
    /// The same for every score.
    Flat {
        probability: f64,
    },
    /// The score at its word; of bps, the normal probability for outcomes of that spread.
    Neutral {
        kind: ScoreKind,
        spread: f64,
    },
    Platt {
        kind: ScoreKind,
        line: Logistic,
        /// Scores beyond count as these: what the slice has hardly seen is not extrapolated.
        within: [f64; 2],
    },
    Beta {
        kind: ScoreKind,
        beta: Beta,
    },
    Isotonic {
        kind: ScoreKind,
        curve: Curve,
    },
}

/// ln odds = intercept + slope·score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Logistic {
    pub slope: f64,
    pub intercept: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProbabilityMethod {
    /// Platt 1999 ("Probabilistic outputs for support vector machines"), fitted as Lin, Lin & Weng
    /// 2007 do. Probabilities enter as log odds, so that it can leave them as they are.
    Platt,
    Isotonic,
    Beta,
}

/// Share of the slice's scores at either end that a straight line is not trusted beyond.
const TAIL: f64 = 0.01;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbabilityParams {
    pub method: ProbabilityMethod,
    pub kind: ScoreKind,
    /// Of the log odds (of the probability, for isotonic) towards those of ½; `Fixed(0.0)` is the
    /// textbook's. Estimated: the part kept of the shape is that of the straight line through the
    /// same rows.
    pub shrinkage: Shrinkage,
    pub min_rows: usize,
}

impl ProbabilityCalibrator {
    /// `rows` hold scores and outcomes, of which the sign counts: above 0 is up. Too few rows: the
    /// score at its word. One class or no spread: the base rate.
    pub fn fit(rows: &Rows<'_>, params: &ProbabilityParams) -> Fitted<Self> {
        let (kind, spread) = (params.kind, stats::sd(rows.outcome()).unwrap_or(0.0));
        if rows.len() < params.min_rows.max(2) {
            let (rows, min_rows) = (rows.len(), params.min_rows.max(2));
            let calibrator = Self::Neutral { kind, spread };
            return unfitted(calibrator, Remark::TooFewRows { rows, min_rows });
        }
        let scores: Vec<f64> = rows.predicted().iter().map(|s| kind.unbounded(*s)).collect();
        let ups: Vec<f64> =
            rows.outcome().iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect();
        let Ok(signs) = Rows::new(&scores, &ups, rows.weight(), rows.overlap_rows()) else {
            return unfitted(Self::Neutral { kind, spread }, Remark::NoConvergence);
        };
        let flat = Self::Flat { probability: base_rate(&signs) };
        if ups.windows(2).all(|pair| pair[0] == pair[1]) {
            return unfitted(flat, Remark::OneClass);
        }
        let Some(line) = LinearFit::of(&signs) else {
            return unfitted(flat, Remark::ConstantPredictions);
        };
        match params.method {
            ProbabilityMethod::Isotonic => isotonic(&signs, &line, params),
            _ if line.slope.value <= 0.0 => {
                unfitted(flat_level(&signs, &line, params), Remark::Against)
            }
            _ => match smooth(&signs, &line, params) {
                Some(calibrator) => {
                    Fitted { calibrator, kept: Some(share(&line, params.shrinkage)), remark: None }
                }
                None => unfitted(flat_level(&signs, &line, params), Remark::NoConvergence),
            },
        }
    }

    pub fn apply(&self, score: f64) -> f64 {
        match self {
            Self::Flat { probability } => *probability,
            Self::Neutral { kind: ScoreKind::Bps, spread } if *spread > 0.0 => {
                bounded(stats::normal_cdf(score / spread))
            }
            Self::Neutral { kind: ScoreKind::Bps, .. } => 0.5,
            Self::Neutral { kind, .. } => sigmoid(kind.unbounded(score)),
            Self::Platt { kind, line, within: [low, high] } => {
                let score = kind.unbounded(score).clamp(*low, *high);
                sigmoid(line.intercept + line.slope * score)
            }
            Self::Beta { kind, beta } => sigmoid(beta.log_odds(kind.unbounded(score))),
            Self::Isotonic { kind, curve } => bounded(curve.apply(kind.unbounded(score))),
        }
    }
}

fn unfitted(calibrator: ProbabilityCalibrator, remark: Remark) -> Fitted<ProbabilityCalibrator> {
    Fitted { calibrator, kept: None, remark: Some(remark) }
}

/// Laplace's: (ups + 1) / (rows + 2), by weight.
fn base_rate(signs: &Rows<'_>) -> f64 {
    let n = signs.len() as f64;
    (n * signs.mean(signs.outcome()) + 1.0) / (n + 2.0)
}

fn share(line: &LinearFit, shrinkage: Shrinkage) -> f64 {
    match shrinkage {
        Shrinkage::Estimated | Shrinkage::Word => Kept::of(line).share,
        Shrinkage::Fixed(pull) => 1.0 - pull,
    }
}

/// No slope, only a level.
fn flat_level(
    signs: &Rows<'_>,
    line: &LinearFit,
    params: &ProbabilityParams,
) -> ProbabilityCalibrator {
    let level = match params.shrinkage {
        Shrinkage::Estimated | Shrinkage::Word => level(signs, line, 0.0),
        Shrinkage::Fixed(pull) => (1.0 - pull) * log_odds(base_rate(signs)),
    };
    ProbabilityCalibrator::Flat { probability: sigmoid(level) }
}

/// The log odds of the base rate, the part of them that three standard errors leave beyond
/// `anchor`. The error is carried over by the slope of the log odds, 1 / p(1 − p).
fn level(signs: &Rows<'_>, line: &LinearFit, anchor: f64) -> f64 {
    let rate = base_rate(signs);
    let rest = log_odds(rate) - anchor;
    anchor + level_kept(rest, line.mean_outcome.error / (rate * (1.0 - rate))) * rest
}

fn smooth(
    signs: &Rows<'_>,
    line: &LinearFit,
    params: &ProbabilityParams,
) -> Option<ProbabilityCalibrator> {
    let kind = params.kind;
    let targets = smoothed_targets(signs);
    let sd = line.variance_predicted.sqrt();
    if params.method == ProbabilityMethod::Beta {
        let spread = if kind == ScoreKind::Bps { sd } else { 1.0 };
        let mut beta = Beta::of(signs.predicted(), &targets, signs.weight(), spread)?;
        let whole = beta;
        let pull = pulled(signs, line, params.shrinkage, &|z| whole.log_odds(z));
        beta.low *= pull.share;
        beta.high *= pull.share;
        beta.intercept = pull.share * beta.intercept + pull.lift;
        return Some(ProbabilityCalibrator::Beta { kind, beta });
    }
    // In units of the spread about the mean, where Newton's method is at ease.
    let terms: Vec<[f64; 2]> =
        signs.predicted().iter().map(|z| [(z - line.mean_predicted) / sd, 1.0]).collect();
    let problem = Problem { terms: &terms, targets: &targets, weights: signs.weight() };
    let [slope, intercept] = fit(&problem)?;
    let slope = (slope / sd).max(0.0);
    let whole = Logistic { slope, intercept: intercept - slope * line.mean_predicted };
    let pull = pulled(signs, line, params.shrinkage, &|z| whole.intercept + whole.slope * z);
    let line = Logistic {
        slope: pull.share * whole.slope,
        intercept: pull.share * whole.intercept + pull.lift,
    };
    let end = |share| stats::quantile(signs.predicted(), share);
    let within = [end(TAIL)?, end(1.0 - TAIL)?];
    Some(ProbabilityCalibrator::Platt { kind, line, within })
}

/// Log odds become `share` times themselves plus `lift`.
struct Pull {
    share: f64,
    lift: f64,
}

fn pulled(
    signs: &Rows<'_>,
    line: &LinearFit,
    shrinkage: Shrinkage,
    log_odds: &dyn Fn(f64) -> f64,
) -> Pull {
    let share = share(line, shrinkage);
    if matches!(shrinkage, Shrinkage::Fixed(_)) {
        return Pull { share, lift: 0.0 };
    }
    let fitted: Vec<f64> = signs.predicted().iter().map(|z| log_odds(*z)).collect();
    let mean = signs.mean(&fitted);
    let anchor = share * (mean - log_odds(0.0));
    Pull { share, lift: level(signs, line, anchor) - share * mean }
}

/// Platt's targets, (N₊ + 1)/(N₊ + 2) for ups and 1/(N₋ + 2) for the rest: what a uniform prior
/// makes of N₊ ups and N₋ downs. Beta calibration gets them too, so that a slice that its scores
/// separate has an optimum.
fn smoothed_targets(signs: &Rows<'_>) -> Vec<f64> {
    let n_up = signs.outcome().iter().sum::<f64>();
    let n_down = signs.len() as f64 - n_up;
    let (high, low) = ((n_up + 1.0) / (n_up + 2.0), 1.0 / (n_down + 2.0));
    signs.outcome().iter().map(|up| if *up > 0.0 { high } else { low }).collect()
}

fn isotonic(
    signs: &Rows<'_>,
    line: &LinearFit,
    params: &ProbabilityParams,
) -> Fitted<ProbabilityCalibrator> {
    let levels = Levels::of(signs);
    let (curve, kept) = match params.shrinkage {
        Shrinkage::Estimated | Shrinkage::Word => shrunken(&levels, line, 0.5),
        Shrinkage::Fixed(pull) => (levels.curve(|p| 0.5 + (1.0 - pull) * (p - 0.5)), 1.0 - pull),
    };
    let remark = (levels.cells.len() < 2).then_some(Remark::Against);
    let calibrator = ProbabilityCalibrator::Isotonic { kind: params.kind, curve };
    Fitted { calibrator, kept: Some(kept), remark }
}

#[cfg(test)]
#[path = "probability_tests.rs"]
mod tests;
