//! A calibrator with what its fit has to say.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::linear::Measured;

/// A calibrator, how much of the fitted shape it kept (1: all; of [`Shrinkage::Word`], what a
/// predicted bp is worth), and what the report should say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted<C> {
    pub calibrator: C,
    pub kept: Option<f64>,
    pub remark: Option<Remark>,
}

/// How far a fit is pulled towards no prediction at all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Shrinkage {
    /// As far as the noise of the slice demands. The part kept is b² / (b² + 2·se²), after
    /// Thompson 1968 ("Some shrinkage techniques for estimating the mean", JASA 63), who has 1
    /// where we have 2. Chosen on simulated folds (3,000 rows, labels of 12 bars): with 1, as with
    /// James & Stein's positive part 1 − se²/b², slopes one or two errors large claim too much
    /// (held-out slope 0.6 to 0.8); with 2, held-out slopes at information coefficients of 0.05 to
    /// 0.15 are 0.8 to 1.2; 3 explains no more and claims too little. For a curve, b² becomes its
    /// sum of squares, and se² what noise alone would build (see
    /// [`BpsMethod::Isotonic`](super::BpsMethod)).
    Estimated,
    /// For scores in bps: towards what a model's word has been found to be worth, as far as the
    /// noise of the slice demands. See `believed`.
    Word,
    /// 0: the textbook fit, its level included; 1: no prediction.
    Fixed(f64),
}

/// What a reader of the report must know about a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Remark {
    TooFewRows { rows: usize, min_rows: usize },
    ConstantPredictions,
    OneClass,
    Against,
    Doubted,
    NoConvergence,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewRows { rows, min_rows } => {
                write!(f, "not calibrated: {rows} rows, and `calibration.min_rows` is {min_rows}")
            }
            Self::ConstantPredictions => f.write_str("not calibrated: all predictions are alike"),
            Self::OneClass => f.write_str("not calibrated: every outcome has the same sign"),
            Self::Against => f.write_str(
                "flat: on the calibration slice, higher predictions did not fare better",
            ),
            Self::Doubted => f.write_str(
                "little is believed: on the calibration slice, higher predictions did not fare better",
            ),
            Self::NoConvergence => f.write_str("not calibrated: the fit found no optimum"),
        }
    }
}

/// How much of a shape to keep whose square is `square` where noise alone has `noise`.
pub(super) fn share_kept(square: f64, noise: f64) -> f64 {
    /// See [`Shrinkage::Estimated`].
    const CAUTION: f64 = 2.0;
    let whole = square + CAUTION * noise;
    if whole > 0.0 { square / whole } else { 0.0 }
}

/// The slope to expect of predictions in bps where a slice shows `slope`: the mean of what is known
/// before and the slice together. Before: one model in two knows nothing (slope 0), of the others a
/// predicted bp is worth 0.7 ± 0.5 bps. The slice moves both the odds and the worth (a spike and a
/// slab: Mitchell & Beauchamp 1988, "Bayesian variable selection in linear regression", JASA 83).
///
/// 0.7 ± 0.5 is about what default models were worth on 212 held-out stretches of synthetic markets:
/// 0.8 after seventeen months of training and 0.5 after three where the information coefficient is
/// 0.1, 0.5 and 0.25 where it is 0.05. Pulled towards 0 alone, three cases in eight of those at 0.1
/// were off by more than a fifth after seventeen months, most of them too timid; so, one in four.
pub(super) fn believed(slope: Measured) -> f64 {
    const WORTH: f64 = 0.7;
    const SPREAD: f64 = 0.5;
    let (noise, prior) = (slope.error * slope.error, SPREAD * SPREAD);
    if noise <= 0.0 {
        return slope.value.max(0.0);
    }
    let worth = (slope.value * prior + WORTH * noise) / (prior + noise);
    let apart = slope.value - WORTH;
    // ln of the odds that the model knows nothing.
    let nothing = 0.5 * (apart * apart / (prior + noise) - slope.value * slope.value / noise)
        + 0.5 * libm::log((prior + noise) / noise);
    worth.max(0.0) / (1.0 + libm::exp(nothing))
}

/// How much of a level to keep: nothing within three standard errors, then 1 − 9/z² (the
/// non-negative garrote of Breiman 1995, "Better subset regression using the nonnegative garrote").
pub(super) fn level_kept(level: f64, error: f64) -> f64 {
    const ERRORS: f64 = 3.0;
    if level == 0.0 {
        return 0.0;
    }
    let ratio = ERRORS * error / level;
    (1.0 - ratio * ratio).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_follows_the_evidence() {
        assert_eq!(share_kept(0.0, 0.0), 0.0);
        assert_eq!(share_kept(1.0, 0.0), 1.0);
        assert_eq!(share_kept(2.0, 1.0), 0.5);
        assert_eq!(level_kept(2.9, 1.0), 0.0);
        assert_eq!(level_kept(-6.0, 1.0), 0.75);
        assert_eq!(level_kept(0.0, 0.0), 0.0);
    }

    #[test]
    fn a_slope_is_believed_by_what_the_slice_can_know() {
        let of = |value: f64, error: f64| believed(Measured { value, error });
        // A slice that sees nothing leaves what was known before: half of 0.7.
        assert!((of(0.0, 1e3) - 0.35).abs() < 1e-3);
        // One that sees all is followed.
        assert!((of(1.4, 1e-3) - 1.4).abs() < 1e-3);
        assert_eq!(of(1.4, 0.0), 1.4);
        assert!(of(0.0, 0.01) < 1e-3 && of(-5.0, 0.1) == 0.0);
        // By hand, 0.5 ± 0.25: worth 0.54; ln odds of nothing = ½·(0.04/0.3125 − 4 + ln 5).
        let odds = 0.5 * (0.04 / 0.3125 - 4.0) + 0.5 * libm::log(5.0);
        assert!((of(0.5, 0.25) - 0.54 / (1.0 + libm::exp(odds))).abs() < 1e-12);
        assert!([-0.5, 0.0, 0.5, 1.0].windows(2).all(|pair| of(pair[0], 0.3) < of(pair[1], 0.3)));
    }

    #[test]
    fn a_remark_reads_as_a_sentence() {
        let remark = Remark::TooFewRows { rows: 12, min_rows: 500 };
        let text = "not calibrated: 12 rows, and `calibration.min_rows` is 500";
        assert_eq!(remark.to_string(), text);
    }
}
