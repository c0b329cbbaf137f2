//! What a training minimises: gradients, Hessians, where it begins, how it is judged.

use serde::{Deserialize, Serialize};

/// Losses are per row, times its weight.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// ½(p − y)².
    #[default]
    SquaredError,
    /// The pseudo-Huber loss δ²(√(1 + ((p − y)/δ)²) − 1) with δ = `slope`: quadratic near zero,
    /// linear beyond (Charbonnier et al. 1997, "Deterministic edge-preserving regularization in
    /// computed imaging"). XGBoost's `reg:pseudohubererror`.
    Huber { slope: f64 },
    /// −y·ln σ(p) − (1 − y)·ln(1 − σ(p)) of targets in [0, 1].
    Logistic,
    /// The pinball loss (Koenker & Bassett 1978, "Regression quantiles"): α(y − p) above the
    /// prediction, (1 − α)(p − y) below. Leaves are set to the α-quantile of their residuals, as
    /// the loss has no curvature to divide by.
    Quantile { alpha: f64 },
}

/// Gradient and Hessian of one row's loss in its margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope {
    pub gradient: f64,
    pub hessian: f64,
}

/// XGBoost's floor of the logistic Hessian: a row that is all but certain still weighs something.
/// (Its `kRtEps`, 1e-6, is another number.)
const MIN_HESSIAN: f64 = 1e-16;

impl Objective {
    pub fn name(self) -> &'static str {
        match self {
            Self::SquaredError => "squared_error",
            Self::Huber { .. } => "huber",
            Self::Logistic => "logistic",
            Self::Quantile { .. } => "quantile",
        }
    }

    /// The margin as the user reads it: a probability for the logistic loss, itself otherwise.
    pub fn transform(self, margin: f32) -> f32 {
        match self {
            Self::Logistic => sigmoid(f64::from(margin)) as f32,
            _ => margin,
        }
    }

    #[inline]
    pub(super) fn slope(self, margin: f32, target: f32) -> Slope {
        let (p, y) = (f64::from(margin), f64::from(target));
        match self {
            Self::SquaredError => Slope { gradient: p - y, hessian: 1.0 },
            Self::Huber { slope } => {
                let z = (p - y) / slope;
                let root = (1.0 + z * z).sqrt();
                Slope { gradient: (p - y) / root, hessian: 1.0 / (root * root * root) }
            }
            Self::Logistic => {
                let chance = sigmoid(p);
                let hessian = (chance * (1.0 - chance)).max(MIN_HESSIAN);
                Slope { gradient: chance - y, hessian }
            }
            Self::Quantile { alpha } => {
                let gradient = if p >= y { 1.0 - alpha } else { -alpha };
                Slope { gradient, hessian: 1.0 }
            }
        }
    }

    pub(super) fn loss(self, margin: f32, target: f32) -> f64 {
        let (p, y) = (f64::from(margin), f64::from(target));
        match self {
            Self::SquaredError => 0.5 * (p - y) * (p - y),
            Self::Huber { slope } => {
                let z = (p - y) / slope;
                // √(1 + z²) − 1 = z² / (√(1 + z²) + 1), which does not cancel.
                slope * slope * z * z / ((1.0 + z * z).sqrt() + 1.0)
            }
            // ln(1 + e^p) − y·p, without overflow.
            Self::Logistic => p.max(0.0) + libm::log1p(libm::exp(-p.abs())) - y * p,
            Self::Quantile { alpha } => (alpha * (y - p)).max((alpha - 1.0) * (y - p)),
        }
    }

    /// The best constant prediction, as the user reads it. `rows` holds (target, weight).
    pub(super) fn start(self, rows: &mut [(f32, f64)]) -> f32 {
        match self {
            Self::SquaredError => mean(rows) as f32,
            Self::Logistic => mean(rows).clamp(MIN_CHANCE, 1.0 - MIN_CHANCE) as f32,
            // Near enough to the minimum, and unmoved by outliers.
            Self::Huber { .. } => quantile(rows, 0.5),
            Self::Quantile { alpha } => quantile(rows, alpha),
        }
    }

    /// The margin of [`Objective::start`]'s value, in single precision as XGBoost computes it.
    pub(super) fn margin(self, start: f32) -> f32 {
        match self {
            Self::Logistic => -libm::log(1.0 / f64::from(start) - 1.0) as f32,
            _ => start,
        }
    }
}

/// A target of one class only is not certain in future.
const MIN_CHANCE: f64 = 1e-6;

/// σ(x) = 1 / (1 + e⁻ˣ).
#[inline]
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + crate::rng::exp(-x))
}

fn mean(rows: &[(f32, f64)]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (target, w) in rows {
        sum += f64::from(*target) * w;
        weight += w;
    }
    sum / weight
}

/// The least value that at least `alpha` of the weight lies at or below; between two values that
/// both do, their middle. Reorders `rows`.
pub(super) fn quantile(rows: &mut [(f32, f64)], alpha: f64) -> f32 {
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = rows.iter().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    for (at, (value, weight)) in rows.iter().enumerate() {
        below += weight;
        if below > alpha * total {
            return *value;
        }
        if below == alpha * total && below > 0.0 {
            let next = rows.get(at + 1).map_or(*value, |(next, _)| *next);
            return value + (next - value) / 2.0;
        }
    }
    rows.last().map_or(0.0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Objective; 4] = [
        Objective::SquaredError,
        Objective::Huber { slope: 1.5 },
        Objective::Logistic,
        Objective::Quantile { alpha: 0.3 },
    ];

    #[test]
    fn gradients_are_the_slopes_of_the_losses() {
        for objective in ALL {
            for (p, y) in [(0.3_f32, 1.0_f32), (-2.0, 0.0), (4.0, 0.5)] {
                let step = 1.0 / 1024.0;
                let rise = objective.loss(p + step, y) - objective.loss(p - step, y);
                let slope = objective.slope(p, y);
                let got = rise / f64::from(2.0 * step);
                assert!((slope.gradient - got).abs() < 1e-5, "{objective:?}: {slope:?}, {got}");
                assert!(slope.hessian > 0.0);
            }
        }
    }

    #[test]
    fn hand_computed_slopes() {
        let huber = Objective::Huber { slope: 2.0 }.slope(1.5, 0.0);
        assert_eq!(huber, Slope { gradient: 1.2, hessian: 0.512 }); // z = ¾, √(1 + z²) = 5/4
        let even = Objective::Logistic.slope(0.0, 1.0);
        assert_eq!(even, Slope { gradient: -0.5, hessian: 0.25 });
        assert_eq!(Objective::Logistic.transform(0.0), 0.5);
    }

    #[test]
    fn training_begins_at_the_best_constant() {
        let rows = || vec![(1.0, 1.0), (2.0, 1.0), (6.0, 2.0)];
        assert_eq!(Objective::SquaredError.start(&mut rows()), 3.75);
        assert_eq!(Objective::Quantile { alpha: 0.25 }.start(&mut rows()), 1.5);
        assert_eq!(Objective::Quantile { alpha: 0.9 }.start(&mut rows()), 6.0);
        assert_eq!(Objective::Huber { slope: 1.0 }.start(&mut rows()), 4.0);
        assert_eq!(Objective::Logistic.start(&mut [(1.0, 1.0), (0.0, 3.0)]), 0.25);
        assert!(Objective::Logistic.start(&mut [(1.0, 1.0)]) < 1.0);
        assert_eq!(Objective::Logistic.margin(0.25), -libm::log(3.0) as f32);
    }
}
