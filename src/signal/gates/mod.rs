//! The gates, one a file, and their order.

pub mod conformal;
pub mod direction;
pub mod expected_value;
pub mod persistence;
pub mod quantile;
pub mod regime;
pub mod session;
pub mod volatility_floor;
pub mod warm_up;
pub mod z_threshold;

use self::conformal::Conformal;
use self::direction::Direction;
use self::expected_value::ExpectedValue;
use self::persistence::Persistence;
use self::quantile::Quantile;
use self::regime::RegimeGate;
use self::session::SessionGate;
use self::volatility_floor::VolatilityFloor;
use self::warm_up::WarmUp;
use self::z_threshold::ZThreshold;
use super::exits::Exits;
use super::facts::Facts;
use super::input::Setup;
use super::params::SignalParams;
use super::reason::Reason;
use super::sizing::Sizing;
use crate::backtest::intent::{Intent, Side};

/// All gates of one setting.
pub struct Gates {
    pub direction: Direction,
    pub warm_up: WarmUp,
    pub volatility_floor: VolatilityFloor,
    pub z_threshold: ZThreshold,
    pub expected_value: ExpectedValue,
    pub quantile: Option<Quantile>,
    pub persistence: Persistence,
    pub session: SessionGate,
    pub regime: RegimeGate,
    pub conformal: Conformal,
    pub sizing: Sizing,
    pub exits: Exits,
    half_spread_bps: f64,
}

/// The sign of z; there is none where z is 0 or missing.
#[inline(always)]
pub fn side_of(z: f64) -> Option<Side> {
    if z > 0.0 {
        Some(Side::Long)
    } else if z < 0.0 {
        Some(Side::Short)
    } else {
        None
    }
}

/// The expected return in the direction of z; what z has no sign for counts as a short and is
/// refused elsewhere.
#[inline(always)]
pub fn edge_bps(z: f64, expected_bps: f64) -> f64 {
    if z > 0.0 { expected_bps } else { -expected_bps }
}

impl Gates {
    pub fn new(params: &SignalParams, setup: &Setup) -> Self {
        Self {
            direction: params.direction,
            warm_up: WarmUp::new(params),
            volatility_floor: VolatilityFloor { floor_bps: params.sigma_floor_bps },
            z_threshold: ZThreshold { at_least: params.z_threshold },
            expected_value: ExpectedValue::new(params, setup),
            quantile: Quantile::new(params),
            persistence: Persistence { k: params.persistence_k, n: params.persistence_n },
            session: SessionGate::new(&params.sessions),
            regime: RegimeGate::new(&params.regimes),
            conformal: Conformal { is_on: params.conformal_gate },
            sizing: Sizing::new(params.sizing, setup.bars_per_year),
            exits: Exits::new(params),
            half_spread_bps: setup.costs.half_spread_bps,
        }
    }

    /// Asks gate by gate; the first that refuses says why.
    #[inline]
    pub fn judge(&self, bar: &impl Facts, row: u32) -> Result<Intent, Reason> {
        let z = bar.z();
        refuse_unless(!bar.expected_bps().is_nan(), Reason::NoPrediction)?;
        refuse_unless(self.direction.passes(z), Reason::Direction)?;
        refuse_unless(self.warm_up.passes(bar), Reason::WarmUp)?;
        refuse_unless(self.volatility_floor.passes(bar.sigma()), Reason::VolatilityFloor)?;
        refuse_unless(self.z_threshold.passes(z), Reason::ZThreshold)?;
        refuse_unless(self.is_worth_it(bar), Reason::ExpectedValue)?;
        let is_extreme = self.quantile.is_none_or(|gate| gate.passes(z, bar.standing()));
        refuse_unless(is_extreme, Reason::Quantile)?;
        refuse_unless(self.persistence.passes(bar), Reason::Persistence)?;
        refuse_unless(self.session.passes(bar.sessions()), Reason::Session)?;
        refuse_unless(self.regime.passes(bar.regime()), Reason::Regime)?;
        refuse_unless(self.is_certain(bar), Reason::Conformal)?;
        self.order(bar, row)
    }

    /// What passes all gates before: the size, then the levels.
    #[inline]
    pub fn order(&self, bar: &impl Facts, row: u32) -> Result<Intent, Reason> {
        let Some(side) = side_of(bar.z()) else { return Err(Reason::ZThreshold) };
        let size = self.sizing.size(bar);
        refuse_unless(self.sizing.passes(size), Reason::Size)?;
        let Some([stop, target, trail]) = self.exits.levels(bar.atr()) else {
            return Err(Reason::Atr);
        };
        // To the bit what the engine asks of an intent.
        let spread = 2.0 * self.half_spread_bps * 1e-4 * bar.tape().close;
        refuse_unless(stop > spread, Reason::StopInSpread)?;
        let Exits { target_fraction, hold_bars, .. } = self.exits;
        Ok(Intent { bar: row, side, size, stop, target, trail, target_fraction, hold_bars })
    }

    /// A round trip at this bar, of the size the bar would get.
    #[inline]
    pub fn round_trip_bps(&self, bar: &impl Facts) -> f64 {
        let size = if self.expected_value.asks_size() { self.sizing.size(bar) } else { 0.0 };
        self.expected_value.round_trip_bps(&bar.tape(), size)
    }

    #[inline]
    pub fn is_worth_it(&self, bar: &impl Facts) -> bool {
        let edge = edge_bps(bar.z(), bar.expected_bps());
        !self.expected_value.is_on || self.expected_value.passes(edge, self.round_trip_bps(bar))
    }

    #[inline]
    pub fn is_certain(&self, bar: &impl Facts) -> bool {
        !self.conformal.is_on || self.conformal.passes(bar.z(), bar.bounds_bps())
    }
}

#[inline(always)]
fn refuse_unless(passes: bool, reason: Reason) -> Result<(), Reason> {
    if passes { Ok(()) } else { Err(reason) }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{Stated, setup};
    use super::super::{Regime, SizingMethod};
    use super::*;
    use crate::market::Session;

    /// Every gate on.
    fn gates() -> Gates {
        let mut params = SignalParams {
            direction: Direction::Long,
            sigma_floor_bps: 5.0,
            quantile_level: Some(0.9),
            quantile_window: 10,
            persistence_k: 2,
            persistence_n: 3,
            sessions: vec![Session::Asia],
            regimes: vec![Regime::Trend],
            conformal_gate: true,
            target_fraction: 0.4,
            ..SignalParams::default()
        };
        params.sizing.method = SizingMethod::Kelly;
        Gates::new(&params, &setup())
    }

    #[test]
    fn gates_are_asked_in_their_order() {
        let nan = f64::NAN;
        let mut bar = Stated { z: -0.1, expected_bps: nan, is_warm: false, ..Stated::PLAIN };
        (bar.sigma, bar.standing, bar.agreeing, bar.regime) = (1e-4, 1, 1, Regime::Range.bit());
        (bar.p_up, bar.atr) = (0.5, 0.0);
        let mends: [fn(&mut Stated); 13] = [
            |bar| bar.expected_bps = 1.0,
            |bar| bar.z = 0.1,
            |bar| bar.is_warm = true,
            |bar| bar.sigma = 1e-3,
            |bar| bar.z = 1.0,
            |bar| bar.expected_bps = 9.0,
            |bar| bar.standing = 18,
            |bar| bar.agreeing = 2,
            |bar| bar.sessions = 1,
            |bar| bar.regime = Regime::Trend.bit(),
            |bar| bar.bounds = [1.0, 9.0],
            |bar| bar.p_up = 0.6,
            |bar| bar.atr = 2.0,
        ];
        for (reason, mend) in Reason::ALL.into_iter().zip(mends) {
            assert_eq!(gates().judge(&bar, 7), Err(reason));
            mend(&mut bar);
        }
        // Kelly: 0.2 over 10 bps and the root of 4 bars, a quarter: capped.
        let (stop, target, trail) = (4.0, 6.0, f64::INFINITY);
        let levels = Intent { stop, target, trail, ..Intent::new(7, Side::Long) };
        let want = Intent { target_fraction: 0.4, hold_bars: 24, ..levels };
        let mended = Stated { atr: 2.0, ..Stated::PLAIN };
        let mended = Stated { standing: 18, agreeing: 2, sessions: 1, ..mended };
        let mended = Stated { regime: Regime::Trend.bit(), bounds: [1.0, 9.0], ..mended };
        assert_eq!(gates().judge(&mended, 7), Ok(want));
    }
}
