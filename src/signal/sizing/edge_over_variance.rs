//! Expected return over variance.

/// μ / (γ σ²): the fraction that an investor of risk aversion γ holds (Merton 1969, "Lifetime
/// portfolio selection under uncertainty", Rev. Econ. Stat. 51(3)). μ is the expected return of the
/// whole holding, so σ² is that of one bar times the bars held: variances of a random walk add up.
/// Costs are not taken off: the gate before has seen to them.
#[inline]
pub fn size(edge_bps: f64, risk_aversion: f64, (sigma, horizon): (f64, f64)) -> f64 {
    edge_bps * 1e-4 / (risk_aversion * (sigma * sigma * horizon))
}

#[cfg(test)]
mod tests {
    #[test]
    fn twice_the_risk_is_a_quarter_of_the_position() {
        let (calm, wild) =
            (super::size(10.0, 1.0, (0.01, 2.0)), super::size(10.0, 1.0, (0.02, 2.0)));
        assert!((calm - 5.0).abs() < 1e-12 && (calm / wild - 4.0).abs() < 1e-12);
    }
}
