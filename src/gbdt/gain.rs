//! What a split gains.
//!
//! With S(G, H) = T(G)²/(H + λ), where T moves G towards zero by α, a split gains
//! S(left) + S(right) − S(node) (Chen & Guestrin 2016, "XGBoost", eq. 7, without the half).

use super::constraint::{Bounds, allows};
use super::fixed::{self, Units};

/// What a tree's splits are judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub units: Units,
    pub lambda: f64,
    pub alpha: f64,
    pub min_child_weight: f64,
    pub min_gain: f64,
}

/// A node, before it is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    /// The sum of its rows' words.
    pub total: i64,
    pub bounds: Bounds,
}

impl Rules {
    /// The value that minimises a node's loss, within its bounds.
    pub(super) fn weight(&self, sum: i64, bounds: Bounds) -> f64 {
        let (g, h) = self.real(sum);
        if h <= 0.0 { 0.0 } else { bounds.clip(-self.shrunk(g) / (h + self.lambda)) }
    }

    /// A sum of words as gradient and Hessian.
    #[inline]
    pub(super) fn real(&self, sum: i64) -> (f64, f64) {
        let g = f64::from(fixed::gradient(sum)) * self.units.gradient;
        (g, f64::from(fixed::hessian(sum)) * self.units.hessian)
    }

    /// T(G).
    #[inline]
    fn shrunk(&self, g: f64) -> f64 {
        if g > self.alpha {
            g - self.alpha
        } else if g < -self.alpha {
            g + self.alpha
        } else {
            0.0
        }
    }

    /// How much the loss falls, twice, if the node takes its best value within the bounds.
    #[inline]
    pub(super) fn score(&self, sum: i64, bounds: Bounds) -> f64 {
        let (g, h) = self.real(sum);
        if bounds.are_none() {
            let shrunk = self.shrunk(g);
            return shrunk * shrunk / (h + self.lambda);
        }
        let w = self.weight(sum, bounds);
        -(2.0 * g * w + (h + self.lambda) * w * w + 2.0 * self.alpha * w.abs())
    }

    /// What a split gains; `None` where it is not allowed, or gains no more than `min_gain` and the
    /// rounding of its own sum.
    #[inline]
    pub(super) fn gain(&self, parent: &Parent, score: f64, left: i64, sign: i8) -> Option<f64> {
        let right = parent.total.wrapping_sub(left);
        if fixed::hessian(left) < 1 || fixed::hessian(right) < 1 {
            return None;
        }
        let least = self.real(left).1.min(self.real(right).1);
        if least < self.min_child_weight {
            return None;
        }
        let children = self.score(left, parent.bounds) + self.score(right, parent.bounds);
        let gain = children - score;
        if gain <= self.min_gain + children * ROUNDING || !self.allows(parent, left, sign) {
            return None;
        }
        Some(gain)
    }

    fn allows(&self, parent: &Parent, left: i64, sign: i8) -> bool {
        let right = parent.total.wrapping_sub(left);
        sign == 0
            || allows(sign, self.weight(left, parent.bounds), self.weight(right, parent.bounds))
    }
}

/// A gain below this share of the children's scores is noise of double precision.
pub(super) const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_weights_by_hand() {
        let units = Units { gradient: 0.5, hessian: 1.0 };
        let rules = Rules { units, lambda: 1.0, alpha: 2.0, min_child_weight: 0.0, min_gain: 0.0 };
        let sum = (-16_i64 << 32) + 3; // G = −8, H = 3, T(G) = −6
        assert_eq!(rules.real(sum), (-8.0, 3.0));
        assert_eq!(rules.weight(sum, Bounds::NONE), 1.5);
        assert_eq!(rules.score(sum, Bounds::NONE), 9.0);
        // Within bounds that do not bind, the same; at w = 1: −(2·(−8) + 4 + 2·2) = 8.
        assert_eq!(rules.score(sum, Bounds { low: -9.0, high: 9.0 }), 9.0);
        assert_eq!(rules.score(sum, Bounds { low: -9.0, high: 1.0 }), 8.0);
        assert_eq!(rules.weight((3_i64 << 32) + 1, Bounds::NONE), 0.0); // |G| = 1.5 < α
    }
}
