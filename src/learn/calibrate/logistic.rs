//! Logistic regression with a handful of terms.

/// Terms of each row, its target within 0 to 1, its weight.
pub(super) struct Problem<'a, const K: usize> {
    pub terms: &'a [[f64; K]],
    pub targets: &'a [f64],
    pub weights: &'a [f64],
}

/// The coefficients of greatest likelihood: Newton's method with backtracking, as Lin, Lin & Weng
/// 2007 ("A note on Platt's probabilistic outputs for support vector machines", Machine Learning
/// 68(3)) do it for Platt's problem, their constants included. `None` where it does not get there.
pub(super) fn fit<const K: usize>(problem: &Problem<'_, K>) -> Option<[f64; K]> {
    const MAX_ITERATIONS: usize = 100;
    let total: f64 = problem.weights.iter().sum();
    let mut at = [0.0; K];
    let mut loss = loss_at(problem, &at);
    for _ in 0..MAX_ITERATIONS {
        let (gradient, hessian) = derivatives(problem, &at);
        if gradient.iter().all(|g| g.abs() < 1e-9 * total) {
            return Some(at);
        }
        let direction = solve(hessian, gradient)?;
        let descent: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        let Some((next, lower)) = line_search(problem, (&at, loss), (&direction, descent)) else {
            // No step improves what rounding lets us see: near enough, or stuck.
            return gradient.iter().all(|g| g.abs() < 1e-5 * total).then_some(at);
        };
        (at, loss) = (next, lower);
    }
    None
}

/// The first of the steps 1, ½, ¼, … against `direction` that lowers the loss as Armijo asks.
fn line_search<const K: usize>(
    problem: &Problem<'_, K>,
    (at, loss): (&[f64; K], f64),
    (direction, descent): (&[f64; K], f64),
) -> Option<([f64; K], f64)> {
    const MIN_STEP: f64 = 1e-10;
    let mut step = 1.0;
    while step >= MIN_STEP {
        let next = std::array::from_fn(|k| at[k] - step * direction[k]);
        let lower = loss_at(problem, &next);
        if lower < loss - 1e-4 * step * descent {
            return Some((next, lower));
        }
        step /= 2.0;
    }
    None
}

fn value<const K: usize>(terms: &[f64; K], at: &[f64; K]) -> f64 {
    terms.iter().zip(at).map(|(t, a)| t * a).sum()
}

/// −Σ w·(t·ln p + (1 − t)·ln(1 − p)), in the form that cannot overflow.
fn loss_at<const K: usize>(problem: &Problem<'_, K>, at: &[f64; K]) -> f64 {
    let rows = problem.terms.iter().zip(problem.targets).zip(problem.weights);
    rows.map(|((terms, target), weight)| {
        let x = value(terms, at);
        weight * (super::score::softplus(x) - target * x)
    })
    .sum()
}

fn derivatives<const K: usize>(
    problem: &Problem<'_, K>,
    at: &[f64; K],
) -> ([f64; K], [[f64; K]; K]) {
    let (mut gradient, mut hessian) = ([0.0; K], [[0.0; K]; K]);
    let rows = problem.terms.iter().zip(problem.targets).zip(problem.weights);
    for ((terms, target), weight) in rows {
        let p = 1.0 / (1.0 + libm::exp(-value(terms, at)));
        let curvature = weight * p * (1.0 - p);
        for j in 0..K {
            gradient[j] += weight * (p - target) * terms[j];
            for k in 0..=j {
                hessian[j][k] += curvature * terms[j] * terms[k];
            }
        }
    }
    for (j, row) in hessian.iter_mut().enumerate() {
        row[j] += 1e-12;
    }
    (gradient, hessian)
}

/// Solves A·x = b for a positive definite A given by its lower half (Cholesky).
fn solve<const K: usize>(mut a: [[f64; K]; K], mut b: [f64; K]) -> Option<[f64; K]> {
    for j in 0..K {
        for k in 0..=j {
            let sum: f64 = (0..k).map(|m| a[j][m] * a[k][m]).sum();
            let left = a[j][k] - sum;
            if j == k {
                if left.is_nan() || left <= 0.0 {
                    return None;
                }
                a[j][j] = left.sqrt();
            } else {
                a[j][k] = left / a[k][k];
            }
        }
    }
    for j in 0..K {
        let sum: f64 = (0..j).map(|m| a[j][m] * b[m]).sum();
        b[j] = (b[j] - sum) / a[j][j];
    }
    for j in (0..K).rev() {
        let sum: f64 = (j + 1..K).map(|m| a[m][j] * b[m]).sum();
        b[j] = (b[j] - sum) / a[j][j];
    }
    b.iter().all(|x| x.is_finite()).then_some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_two_by_two_has_its_odds_ratio() {
        // 1 of 4 at x = 0, 3 of 4 at x = 1: intercept ln(1/3), slope ln 9.
        let terms: Vec<[f64; 2]> = (0..8).map(|i| [if i < 4 { 0.0 } else { 1.0 }, 1.0]).collect();
        let targets = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        let problem = Problem { terms: &terms, targets: &targets, weights: &[1.0; 8] };
        let [slope, intercept] = fit(&problem).unwrap();
        assert!((slope - libm::log(9.0)).abs() < 1e-8, "{slope}");
        assert!((intercept + libm::log(3.0)).abs() < 1e-8, "{intercept}");
    }

    #[test]
    fn cholesky_solves_a_small_system() {
        let a = [[4.0, 0.0, 0.0], [2.0, 5.0, 0.0], [2.0, 3.0, 6.0]];
        let x = solve(a, [8.0, 10.0, 11.0]).unwrap(); // of [1, 1, 1]
        assert!(x.iter().all(|v| (v - 1.0).abs() < 1e-15), "{x:?}");
        assert_eq!(solve([[1.0, 0.0], [1.0, 1.0]], [1.0, 1.0]), None);
    }

    #[test]
    fn terms_that_say_the_same_do_not_break_the_fit() {
        let terms = [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]];
        let problem = Problem { terms: &terms, targets: &[1.0, 0.0, 1.0, 1.0], weights: &[1.0; 4] };
        if let Some(found) = fit(&problem) {
            assert!((found[0] + found[1] - libm::log(3.0)).abs() < 1e-6, "{found:?}");
        }
    }
}
