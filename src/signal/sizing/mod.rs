//! How large a position is, one method a file. Refuses with `size`.

pub mod edge_over_variance;
pub mod fixed;
pub mod kelly;
pub mod volatility_target;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::gates::edge_bps;

/// How a position's size is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizingMethod {
    EdgeOverVariance,
    VolatilityTarget,
    Fixed,
    Kelly,
}

impl SizingMethod {
    /// Whether it goes by volatility.
    pub const fn asks_sigma(self) -> bool {
        !matches!(self, Self::Fixed)
    }
}

/// `trading_logic.sizing`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizingParams {
    pub method: SizingMethod,
    pub risk_aversion: f64,
    pub target_volatility_pct: f64,
    pub fixed_fraction: f64,
    pub kelly_fraction: f64,
    pub max_position: f64,
    pub min_trade_size: f64,
}

impl Default for SizingParams {
    fn default() -> Self {
        Self {
            method: SizingMethod::EdgeOverVariance,
            risk_aversion: 5.0,
            target_volatility_pct: 20.0,
            fixed_fraction: 0.5,
            kelly_fraction: 0.25,
            max_position: 1.0,
            min_trade_size: 0.01,
        }
    }
}

/// The method, its cap and its floor.
pub struct Sizing {
    params: SizingParams,
    root_of_year: f64,
}

impl Sizing {
    pub fn new(params: SizingParams, bars_per_year: f64) -> Self {
        Self { params, root_of_year: bars_per_year.sqrt() }
    }

    /// Fraction of equity in the direction of z, at most `max_position`; 0 where the method gives
    /// nothing above 0, or no finite number: in a market that did not move at all, risk is not zero
    /// but unknown.
    #[inline]
    pub fn size(&self, bar: &impl Facts) -> f64 {
        let p = &self.params;
        let size = match p.method {
            SizingMethod::EdgeOverVariance => {
                let edge = edge_bps(bar.z(), bar.expected_bps());
                edge_over_variance::size(edge, p.risk_aversion, (bar.sigma(), bar.horizon()))
            }
            SizingMethod::VolatilityTarget => {
                volatility_target::size(p.target_volatility_pct, bar.sigma() * self.root_of_year)
            }
            SizingMethod::Fixed => fixed::size(p.fixed_fraction),
            SizingMethod::Kelly => {
                let p_win = if bar.z() > 0.0 { bar.p_up() } else { 1.0 - bar.p_up() };
                p.kelly_fraction * kelly::size(p_win, bar.sigma(), bar.horizon())
            }
        };
        if size.is_finite() { size.min(p.max_position).max(0.0) } else { 0.0 }
    }

    /// Not below `min_trade_size`, and not nothing.
    #[inline]
    pub fn passes(&self, size: f64) -> bool {
        size >= self.params.min_trade_size && size > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::made_up::Stated;

    /// Edge 8 bps over 4 bars of 20 bps; up with 0.55.
    const BAR: Stated = Stated {
        z: 1.0,
        expected_bps: 8.0,
        sigma: 0.002,
        horizon: 4.0,
        p_up: 0.55,
        ..Stated::PLAIN
    };

    fn size(method: SizingMethod, bar: &Stated) -> f64 {
        let params = SizingParams { method, max_position: 20.0, ..SizingParams::default() };
        Sizing::new(params, 10_000.0).size(bar)
    }

    #[test]
    fn each_method_gives_what_its_formula_says() {
        use SizingMethod::{EdgeOverVariance, Fixed, Kelly, VolatilityTarget};
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "{got} {want}");
        // 8e-4 / (4 · 4e-6) = 50, over 5.
        near(size(EdgeOverVariance, &BAR), 10.0);
        // A year has a root of 100: 20 % of it.
        near(size(VolatilityTarget, &BAR), 1.0);
        near(size(Fixed, &BAR), 0.5);
        // (0.55 − 0.45) / 40 bps = 25, a quarter.
        near(size(Kelly, &BAR), 6.25);
    }

    #[test]
    fn a_short_is_sized_by_its_own_side() {
        let short = Stated { z: -1.0, ..BAR };
        assert_eq!(size(SizingMethod::EdgeOverVariance, &short), 0.0);
        assert_eq!(size(SizingMethod::Kelly, &short), 0.0);
        let short = Stated { expected_bps: -8.0, p_up: 0.45, ..short };
        assert!((size(SizingMethod::EdgeOverVariance, &short) - 10.0).abs() < 1e-12);
        assert!((size(SizingMethod::Kelly, &short) - 6.25).abs() < 1e-12);
    }

    #[test]
    fn cap_and_floor_hold() {
        let params =
            SizingParams { max_position: 1.5, min_trade_size: 0.2, ..SizingParams::default() };
        let sizing = Sizing::new(params, 10_000.0);
        assert_eq!(sizing.size(&BAR), 1.5);
        assert_eq!([0.19, 0.2].map(|size| sizing.passes(size)), [false, true]);
        let any = SizingParams { min_trade_size: 0.0, ..params };
        assert!(!Sizing::new(any, 1.0).passes(0.0));
    }

    #[test]
    fn unknown_risk_gives_no_position() {
        use SizingMethod::{EdgeOverVariance, Kelly, VolatilityTarget};
        for method in [EdgeOverVariance, VolatilityTarget, Kelly] {
            for sigma in [0.0, f64::NAN] {
                assert_eq!(size(method, &Stated { sigma, ..BAR }), 0.0, "{method:?}");
            }
        }
    }
}
