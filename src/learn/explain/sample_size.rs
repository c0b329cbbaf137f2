//! How many independent rows a series of dependent ones is worth.

use crate::stats;

/// n / τ with τ = 1 + 2 Σ ρₖ, the autocorrelations summed up to the first that is not positive
/// (Geyer 1992, "Practical Markov chain Monte Carlo", §3.3, without his pairing). Of the ranks, so
/// that a few extremes do not decide. `None` for a constant or fewer than four values.
///
/// Lags above 16 are taken ever farther apart and joined by straight lines: a sum of thousands of
/// autocorrelations that costs some sixty.
pub fn effective_rows(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n < 4 {
        return None;
    }
    let mut ranks = stats::ranks(values);
    let centre = stats::mean(&ranks)?;
    ranks.iter_mut().for_each(|rank| *rank -= centre);
    let squares: f64 = ranks.iter().map(|rank| rank * rank).sum();
    if squares == 0.0 {
        return None;
    }
    let (mut tau, mut lag, mut last) = (1.0, 0, 1.0);
    loop {
        let step = 1 + lag / LAGS_BEFORE_STEPS;
        lag += step;
        if lag >= n {
            break;
        }
        let products: f64 = ranks.iter().zip(&ranks[lag..]).map(|(a, b)| a * b).sum();
        let rho = products / squares;
        if rho <= 0.0 {
            break;
        }
        tau += 2.0 * between(step as f64, last, rho);
        last = rho;
    }
    Some((n as f64 / tau).max(1.0))
}

const LAGS_BEFORE_STEPS: usize = 16;

/// The sum of a line over the `step` lags after `from` up to and with `to`.
fn between(step: f64, from: f64, to: f64) -> f64 {
    (step - 1.0) * (from + to) / 2.0 + to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn independent_rows_are_worth_themselves() {
        let mut rng = Rng::new(5);
        let values: Vec<f64> = (0..20_000).map(|_| rng.normal()).collect();
        let rows = effective_rows(&values).unwrap();
        assert!(rows > 17_000.0 && rows <= 20_000.0, "{rows}");
    }

    #[test]
    fn rows_that_remember_are_worth_fewer() {
        // AR(1): τ = (1 + φ) / (1 − φ); that of the ranks is nearly as long.
        for (phi, tau) in [(0.5, 3.0), (0.9, 19.0), (0.99, 199.0)] {
            let mut rng = Rng::new(7);
            let mut x = 0.0;
            let step = |_| {
                x = phi * x + rng.normal();
                x
            };
            let values: Vec<f64> = (0..100_000).map(step).collect();
            let found = 100_000.0 / effective_rows(&values).unwrap();
            assert!((found / tau - 1.0).abs() < 0.25, "{phi}: {found} is not about {tau}");
        }
    }

    #[test]
    fn a_constant_has_no_number_of_rows() {
        assert_eq!(effective_rows(&[1.0; 50]), None);
        assert_eq!(effective_rows(&[1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn a_line_of_autocorrelations_is_summed_exactly() {
        // From 1 at lag 0 to 0.4 at lag 3: 0.8 + 0.6 + 0.4.
        assert!((between(3.0, 1.0, 0.4) - 1.8).abs() < 1e-15);
        assert_eq!(between(1.0, 0.9, 0.4), 0.4);
    }
}
