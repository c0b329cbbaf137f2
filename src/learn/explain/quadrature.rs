//! Gauss–Legendre quadrature, by which a leaf's Shapley values become a short sum.

/// A place in [0, 1] and its weight.
pub(super) type Knot = (f64, f64);

/// Knots of the rules for 0, 1, … factors: a product of `d − 1` linear factors is a polynomial, for
/// which ⌈d/2⌉ knots are exact.
#[derive(Debug, Clone)]
pub(super) struct Rules(Vec<Vec<Knot>>);

impl Rules {
    /// For paths of up to `longest` columns.
    pub(super) fn up_to(longest: usize) -> Self {
        Self((0..=longest.div_ceil(2)).map(gauss_legendre).collect())
    }

    /// Exact for a path of `n` columns.
    pub(super) fn of(&self, n: usize) -> &[Knot] {
        &self.0[n.div_ceil(2)]
    }
}

/// The `n` knots on [0, 1] that integrate polynomials of degree 2n − 1 exactly: roots of the
/// Legendre polynomial by Newton's steps from cos π(i + ¾)/(n + ½), weights 2 / ((1 − x²) Pₙ′(x)²)
/// on [−1, 1] (Abramowitz & Stegun 1964, 25.4.29 and 22.16.6).
fn gauss_legendre(n: usize) -> Vec<Knot> {
    let knot = |i: usize| {
        let angle = std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5);
        let mut x = libm::cos(angle);
        for _ in 0..NEWTON_STEPS {
            let (value, slope) = legendre(n, x);
            x -= value / slope;
        }
        let (_, slope) = legendre(n, x);
        ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(knot).collect()
}

/// The guess has three digits or more, and a step doubles them.
const NEWTON_STEPS: usize = 6;

/// Pₙ(x) by Bonnet's recursion, and its derivative n (x Pₙ − Pₙ₋₁) / (x² − 1).
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut here) = (0.0, 1.0);
    for k in 0..n {
        let k = k as f64;
        (before, here) = (here, ((2.0 * k + 1.0) * x * here - k * before) / (k + 1.0));
    }
    (here, n as f64 * (x * here - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_knots_lie_where_the_tables_have_them() {
        let knots = gauss_legendre(2);
        let half = 0.5 / 3.0_f64.sqrt();
        assert!((knots[0].0 - (0.5 - half)).abs() < 1e-15);
        assert!((knots[1].0 - (0.5 + half)).abs() < 1e-15);
        assert!(knots.iter().all(|(_, weight)| (weight - 0.5).abs() < 1e-15));
        assert_eq!(gauss_legendre(1), [(0.5, 1.0)]);
        assert!(gauss_legendre(0).is_empty());
    }

    #[test]
    fn powers_are_integrated_exactly_up_to_twice_the_knots() {
        for n in [1, 2, 3, 7, 12, 60, 256] {
            let knots = gauss_legendre(n);
            for degree in [0, 1, n, 2 * n - 1] {
                let power = |t: f64| (0..degree).fold(1.0, |product, _| product * t);
                let sum: f64 = knots.iter().map(|(t, weight)| weight * power(*t)).sum();
                let exact = 1.0 / (degree as f64 + 1.0);
                assert!((sum / exact - 1.0).abs() < 1e-12, "{n} knots, degree {degree}: {sum}");
            }
            let past: f64 = knots.iter().map(|(t, w)| w * (0..2 * n).fold(1.0, |p, _| p * t)).sum();
            let exact = 1.0 / (2.0 * n as f64 + 1.0);
            assert!(n > 3 || (past / exact - 1.0).abs() > 1e-6, "{n} knots cannot do this");
        }
    }
}
