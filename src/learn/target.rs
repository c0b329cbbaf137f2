//! What a model is asked for: a label, its sign, and the way back.

use serde::{Deserialize, Serialize};

use super::learner::Kind;
use crate::folds::RowSet;

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

/// Bounds beyond which a target counts as the bound: winsorisation (Dixon 1960, "Simplified
/// estimation from censored normal samples"). Fitted on the training rows alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    pub low: f64,
    pub high: f64,
}

impl Clip {
    /// Cuts off `share` of the rows' targets on either side: the bounds are the least values with
    /// at least `share` and 1 − `share` of them at or below. `None` if there are no targets, or
    /// `share` is not within 0 to ½.
    pub fn fit(targets: &[f64], rows: &RowSet, share: f64) -> Option<Self> {
        let present = rows.iter().filter_map(|row| targets.get(row as usize).copied());
        let mut values: Vec<f64> = present.filter(|target| !target.is_nan()).collect();
        if values.is_empty() || !(0.0..0.5).contains(&share) {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (share * values.len() as f64).ceil() as usize;
            values[place.clamp(1, values.len()) - 1]
        };
        Some(Self { low: at(share), high: at(1.0 - share) })
    }

    /// NaN stays.
    pub fn apply(&self, targets: &mut [f64]) {
        targets.iter_mut().for_each(|target| *target = target.clamp(self.low, self.high));
    }
}

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

    #[test]
    fn bounds_come_from_the_rows_they_are_fitted_on() {
        let mut targets: Vec<f64> = (0..10).map(f64::from).collect();
        targets[3] = f64::NAN;
        targets.extend([1e6, -1e6]);
        // Nine values 0 1 2 4 … 9: a fifth of them is 1.8 rows, four fifths 7.2.
        let clip = Clip::fit(&targets, &RowSet::from(0..10), 0.2).unwrap();
        assert_eq!(clip, Clip { low: 1.0, high: 8.0 });
        clip.apply(&mut targets);
        assert_eq!((targets[0], targets[10], targets[11]), (1.0, 8.0, 1.0));
        assert!(targets[3].is_nan());
        assert_eq!(Clip::fit(&targets, &RowSet::from(0..10), 0.0).unwrap().high, 8.0);
        assert_eq!(Clip::fit(&targets, &RowSet::from(3..4), 0.1), None);
        assert_eq!(Clip::fit(&targets, &RowSet::from(0..4), 0.5), None);
    }
}
