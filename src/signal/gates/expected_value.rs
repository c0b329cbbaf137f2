//! The edge must pay for the round trip. Refuses with `expected_value`.

use crate::backtest::costs::{Costs, Slippage};
use crate::signal::facts::Tape;
use crate::signal::input::Setup;
use crate::signal::params::SignalParams;

/// The expected return in the direction of z exceeds the cost of two market orders, as the engine
/// charges them, by more than `margin_bps`: edge − cost > margin.
///
/// The cost is that of the decision's bar: its close, range and volatility stand for those of the
/// fill's bar, which is not known yet, and the order's share of its volume is that of the size the
/// bar would get. Funding and borrow are left out: how long the position will be held is not known.
pub struct ExpectedValue {
    pub is_on: bool,
    margin_bps: f64,
    costs: Costs,
    /// Cash, and most of a bar's volume.
    order: (f64, f64),
}

impl ExpectedValue {
    pub fn new(params: &SignalParams, setup: &Setup) -> Self {
        Self {
            is_on: params.ev_gate,
            margin_bps: params.ev_margin_bps,
            costs: setup.costs,
            order: (setup.cash, setup.max_participation),
        }
    }

    #[inline(always)]
    pub fn passes(&self, edge_bps: f64, cost_bps: f64) -> bool {
        edge_bps - cost_bps > self.margin_bps
    }

    #[inline(always)]
    pub fn round_trip_bps(&self, tape: &Tape, size: f64) -> f64 {
        let around = match self.asks_size() {
            true => tape.conditions(size, self.order),
            false => tape.around(0.0),
        };
        self.costs.round_trip_bps(&around)
    }

    /// Whether larger orders cost more.
    #[inline(always)]
    pub fn asks_size(&self) -> bool {
        matches!(self.costs.slippage, Slippage::Impact { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::made_up::setup;

    #[test]
    fn the_cost_alone_is_not_enough() {
        let params = SignalParams { ev_margin_bps: 1.0, ..SignalParams::default() };
        let gate = ExpectedValue::new(&params, &setup());
        let passes = [6.9, 7.0, 7.1, f64::NAN].map(|edge| gate.passes(edge, 6.0));
        assert_eq!(passes, [false, false, true, false]);
    }

    #[test]
    fn it_asks_the_costs_of_the_engine() {
        let mut setup = setup();
        setup.costs.slippage = Slippage::Impact { coefficient: 1.0 };
        (setup.costs.taker_bps, setup.costs.half_spread_bps) = (2.0, 0.5);
        (setup.cash, setup.max_participation) = (10_000.0, 1.0);
        let gate = ExpectedValue::new(&SignalParams::default(), &setup);
        let tape = Tape { close: 50.0, range: 1.0, volume: 200.0, sigma: 0.001 };
        // 0.04 of 10,000 is 8 units, 4 % of the volume: a fifth of 10 bps.
        assert!((gate.round_trip_bps(&tape, 0.04) - 2.0 * (2.0 + 0.5 + 2.0)).abs() < 1e-12);
    }
}
