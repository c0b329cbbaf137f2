//! What a model's score means, before it is calibrated.

use serde::{Deserialize, Serialize};

/// Each kind has a neutral score, at which a model says neither up nor down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScoreKind {
    /// Within 0 to 1; neutral at ½.
    Probability,
    /// ln(p / (1 − p)); neutral at 0.
    LogOdds,
    /// Of a regression; neutral at 0.
    Bps,
}

impl ScoreKind {
    /// The score on the whole line, neutral at 0.
    pub(super) fn unbounded(self, score: f64) -> f64 {
        match self {
            Self::Probability => log_odds(score),
            Self::LogOdds | Self::Bps => score,
        }
    }
}

/// No probability is closer to certainty than one in a million: it is stored as an f32, and a
/// claim beyond that could not be checked on any slice we will ever see.
pub(super) const LEAST: f64 = 1e-6;

pub(super) fn bounded(p: f64) -> f64 {
    p.clamp(LEAST, 1.0 - LEAST)
}

pub(super) fn log_odds(p: f64) -> f64 {
    let p = bounded(p);
    libm::log(p) - libm::log1p(-p)
}

/// 1 / (1 + e⁻ˣ), within [`LEAST`] of 0 and 1, never falling.
pub(super) fn sigmoid(x: f64) -> f64 {
    bounded(1.0 / (1.0 + libm::exp(-x)))
}

/// ln(1 + eˣ), without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_and_back() {
        for p in [1e-5, 0.1, 0.5, 0.77, 1.0 - 1e-5] {
            assert!((sigmoid(log_odds(p)) - p).abs() < 1e-12);
        }
        assert_eq!(ScoreKind::Probability.unbounded(0.5), 0.0);
        assert_eq!((sigmoid(-800.0), sigmoid(800.0)), (LEAST, 1.0 - LEAST));
        assert!((softplus(0.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!((softplus(900.0), softplus(-900.0)), (900.0, 0.0));
    }
}
