//! What trading costs: one object that both the expected-value gate and the engine ask.

use serde::{Deserialize, Serialize};

use super::intent::Side;
use crate::units::{DAY_US, HOUR_US};

const BPS: f64 = 1e-4;
/// Borrow is quoted by the year; brokers count 365 days.
const YEAR_US: f64 = 365.0 * DAY_US as f64;
const FUNDING_PERIOD_US: f64 = 8.0 * HOUR_US as f64;

/// Costs of one symbol.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Costs {
    /// Of each market leg's value.
    pub taker_bps: f64,
    /// Of each limit leg's value; negative: a rebate.
    pub maker_bps: f64,
    pub half_spread_bps: f64,
    pub slippage: Slippage,
    /// What longs pay to shorts every eight hours.
    pub funding_bps_per_8h: f64,
    /// What a short pays in a year.
    pub borrow_bps_per_year: f64,
}

impl Costs {
    /// The same, so many times as dear; 0: a market that costs nothing.
    pub fn times(self, multiple: f64) -> Self {
        Self {
            taker_bps: self.taker_bps * multiple,
            maker_bps: self.maker_bps * multiple,
            half_spread_bps: self.half_spread_bps * multiple,
            slippage: match self.slippage {
                Slippage::Fixed { bps } => Slippage::Fixed { bps: bps * multiple },
                Slippage::Range { fraction } => Slippage::Range { fraction: fraction * multiple },
                Slippage::Volatility { fraction } => {
                    Slippage::Volatility { fraction: fraction * multiple }
                }
                Slippage::Impact { coefficient } => {
                    Slippage::Impact { coefficient: coefficient * multiple }
                }
            },
            funding_bps_per_8h: self.funding_bps_per_8h * multiple,
            borrow_bps_per_year: self.borrow_bps_per_year * multiple,
        }
    }
}

/// How far a market order moves the price against itself, beside the half spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slippage {
    Fixed {
        bps: f64,
    },
    /// A part of the bar's high minus low.
    Range {
        fraction: f64,
    },
    /// A part of one bar's standard deviation.
    Volatility {
        fraction: f64,
    },
    /// Standard deviation times the root of the order's share of the bar's volume: the square-root law
    /// (Almgren et al., "Direct Estimation of Equity Market Impact", 2005, found 0.6 for the exponent;
    /// one half is the usual choice since Torre, BARRA Market Impact Model Handbook, 1997).
    Impact {
        coefficient: f64,
    },
}

/// The market around one execution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// Where it would happen without costs.
    pub reference: f64,
    /// High minus low of the bar.
    pub range: f64,
    /// Standard deviation of one bar's log return, from bars before this one.
    pub sigma: f64,
    /// The order's part of the bar's volume.
    pub share: f64,
}

impl Costs {
    /// Half spread and slippage of a market order, in bps of the reference price.
    pub fn impact_bps(&self, market: &Conditions) -> f64 {
        self.half_spread_bps + self.slippage.bps(market)
    }

    /// A round trip of two market orders, in bps of its value: what an edge has to exceed.
    pub fn round_trip_bps(&self, market: &Conditions) -> f64 {
        2.0 * (self.taker_bps + self.impact_bps(market))
    }

    /// Funding and borrow on a position of this value, held for this long; negative: received.
    pub fn carry(&self, side: Side, value: f64, held_us: i64) -> f64 {
        let held = held_us as f64;
        let funding = side.sign() * self.funding_bps_per_8h * (held / FUNDING_PERIOD_US);
        let borrow = match side {
            Side::Long => 0.0,
            Side::Short => self.borrow_bps_per_year * (held / YEAR_US),
        };
        value * BPS * (funding + borrow)
    }
}

impl Slippage {
    pub fn bps(&self, market: &Conditions) -> f64 {
        match *self {
            Self::Fixed { bps } => bps,
            Self::Range { fraction } => fraction * market.range / market.reference / BPS,
            Self::Volatility { fraction } => fraction * market.sigma / BPS,
            Self::Impact { coefficient } => coefficient * market.sigma * market.share.sqrt() / BPS,
        }
    }

    /// The one number of the model.
    pub const fn strength(&self) -> f64 {
        match *self {
            Self::Fixed { bps } => bps,
            Self::Range { fraction } | Self::Volatility { fraction } => fraction,
            Self::Impact { coefficient } => coefficient,
        }
    }

    /// Whether it asks for volatility.
    pub const fn needs_sigma(&self) -> bool {
        matches!(self, Self::Volatility { .. } | Self::Impact { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(slippage: Slippage) -> Costs {
        let (taker_bps, maker_bps, half_spread_bps) = (2.5, 1.0, 0.5);
        let (funding_bps_per_8h, borrow_bps_per_year) = (1.0, 365.0);
        Costs {
            taker_bps,
            maker_bps,
            half_spread_bps,
            slippage,
            funding_bps_per_8h,
            borrow_bps_per_year,
        }
    }

    const MARKET: Conditions =
        Conditions { reference: 200.0, range: 4.0, sigma: 0.002, share: 0.04 };

    #[test]
    fn each_model_gives_what_its_formula_says() {
        let bps = |slippage: Slippage| costs(slippage).impact_bps(&MARKET);
        assert_eq!(bps(Slippage::Fixed { bps: 1.5 }), 2.0);
        // 5 % of 4 is 0.2, 10 bps of 200.
        assert!((bps(Slippage::Range { fraction: 0.05 }) - 10.5).abs() < 1e-12);
        // A tenth of 20 bps.
        assert!((bps(Slippage::Volatility { fraction: 0.1 }) - 2.5).abs() < 1e-12);
        // 20 bps times the root of 0.04.
        assert!((bps(Slippage::Impact { coefficient: 1.0 }) - 4.5).abs() < 1e-12);
    }

    #[test]
    fn a_round_trip_pays_both_legs() {
        assert_eq!(costs(Slippage::Fixed { bps: 1.5 }).round_trip_bps(&MARKET), 9.0);
    }

    #[test]
    fn longs_pay_funding_and_shorts_receive_it_but_pay_the_lender() {
        let costs = costs(Slippage::Fixed { bps: 0.0 });
        let day = 24 * HOUR_US;
        // Three periods of 1 bp of 10,000.
        assert!((costs.carry(Side::Long, 10_000.0, day) - 3.0).abs() < 1e-12);
        // One bp a day for the borrowed units.
        assert!((costs.carry(Side::Short, 10_000.0, day) - (1.0 - 3.0)).abs() < 1e-12);
    }
}
