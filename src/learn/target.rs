//! What a model is asked for: a label, its sign, and the way back.

use serde::{Deserialize, Serialize};

use super::learner::Kind;

/// One key of the config chooses for the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The return itself, in basis points.
    #[default]
    ReturnBps,
    /// 1 if the return is above zero, else 0: a standstill is no rise.
    Sign,
}

impl Target {
    pub fn kind(self) -> Kind {
        match self {
            Self::ReturnBps => Kind::Regression,
            Self::Sign => Kind::Classification,
        }
    }

    /// One a label, in its order. A missing label (NaN) stays missing, and its row is left out of
    /// the training; so is an infinite one of a sign, of a return it is refused there.
    pub fn of_labels(self, labels_bps: &[f64]) -> Vec<f64> {
        let target = |label: &f64| match self {
            Self::ReturnBps => *label,
            Self::Sign if !label.is_finite() => f64::NAN,
            Self::Sign => f64::from(u8::from(*label > 0.0)),
        };
        labels_bps.iter().map(target).collect()
    }

    /// A prediction as a score whose zero says neither up nor down and whose sign is the view:
    /// basis points, or log-odds ln(p / (1 − p)). It rises with the prediction, so ranks and
    /// their correlations stay.
    pub fn score(self, prediction: f32) -> f64 {
        let prediction = f64::from(prediction);
        match self {
            Self::ReturnBps => prediction,
            Self::Sign => {
                let chance = prediction.clamp(LEAST_CHANCE, 1.0 - LEAST_CHANCE);
                libm::log(chance) - libm::log1p(-chance)
            }
        }
    }
}

/// No slice of ours could tell a chance from certainty any closer.
const LEAST_CHANCE: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_targets_row_by_row() {
        let labels = [12.5, -3.0, 0.0, f64::NAN];
        let returns = Target::ReturnBps.of_labels(&labels);
        assert_eq!(returns[..3], [12.5, -3.0, 0.0]);
        assert!(returns[3].is_nan());
        let signs = Target::Sign.of_labels(&labels);
        assert_eq!(signs[..3], [1.0, 0.0, 0.0]);
        assert!(signs[3].is_nan());
        assert!(Target::Sign.of_labels(&[f64::INFINITY])[0].is_nan());
        assert_eq!(Target::Sign.kind(), Kind::Classification);
    }

    #[test]
    fn a_score_of_zero_has_no_view() {
        assert_eq!(Target::ReturnBps.score(-2.5), -2.5);
        assert_eq!(Target::Sign.score(0.5), 0.0);
        assert!((Target::Sign.score(0.75) - libm::log(3.0)).abs() < 1e-12);
        assert!(Target::Sign.score(1.0).is_finite() && Target::Sign.score(0.0) < -13.0);
    }

    #[test]
    fn the_config_calls_them_by_one_word() {
        assert_eq!(serde_json::to_string(&Target::ReturnBps).unwrap(), "\"return_bps\"");
        assert_eq!(serde_json::from_str::<Target>("\"sign\"").unwrap(), Target::Sign);
    }
}
