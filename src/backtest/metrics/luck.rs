//! What the best of many is worth when none is worth anything.

use crate::stats::normal_quantile;

/// Euler and Mascheroni's constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// The expected largest of `n` independent standard normal numbers, to first order:
/// `(1 − γ) Φ⁻¹(1 − 1/n) + γ Φ⁻¹(1 − 1/(n e))` (Bailey & López de Prado 2014, "The deflated Sharpe
/// ratio", J. Portfolio Management 40(5), eq. 1). Times the standard error of a Sharpe ratio it is
/// the best ratio that `n` strategies without any skill lead one to expect. Settings that are alike
/// trade alike, and count for fewer than `n`. `None` for fewer than two.
pub fn expected_best(n: u64) -> Option<f64> {
    let n = (n > 1).then_some(n as f64)?;
    let first = normal_quantile(1.0 - 1.0 / n)?;
    let second = normal_quantile(1.0 - 1.0 / (n * std::f64::consts::E))?;
    Some((1.0 - GAMMA) * first + GAMMA * second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_many_is_what_simulations_say() {
        // E max of 10, 100, 1000 normal numbers: 1.5388, 2.5076, 3.2414 (Harter 1961).
        for (n, exact) in [(10, 1.5388), (100, 2.5076), (1000, 3.2414)] {
            assert!((expected_best(n).unwrap() - exact).abs() < 0.04, "{n}");
        }
        assert_eq!(expected_best(1), None);
    }
}
