//! What trading earned, and what it cost.

use serde::Serialize;

use super::ratio;
use super::tally::Tally;

/// Sums over trades, at the end of which no position is open: net is the change of equity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Money {
    /// At the market's prices, before any cost.
    pub gross_cash: f64,
    pub commission_cash: f64,
    /// Half spreads and slippage.
    pub impact_cash: f64,
    /// Funding and borrow; below zero where more was received.
    pub carry_cash: f64,
    pub costs_cash: f64,
    pub net_cash: f64,
    /// `costs / gross`: what became of the market's profit. Above 1 costs took all of it; undefined
    /// where there was none to take from.
    pub cost_share: Option<f64>,
    /// Value of everything bought and sold, at the prices paid and got.
    pub traded_cash: f64,
    /// `traded / mean equity / years`: a position in and out of all of equity is 2.
    pub turnover_per_year: Option<f64>,
}

impl Money {
    pub fn new(tally: &Tally, mean_equity: Option<f64>, years: Option<f64>) -> Self {
        let costs = tally.costs();
        let base = mean_equity.filter(|equity| *equity > 0.0).zip(years);
        Self {
            gross_cash: tally.gross,
            commission_cash: tally.commission,
            impact_cash: tally.impact,
            carry_cash: tally.carry,
            costs_cash: costs,
            net_cash: tally.net(),
            cost_share: if tally.gross > 0.0 { ratio(costs, tally.gross) } else { None },
            traded_cash: tally.traded,
            turnover_per_year: base.and_then(|(equity, years)| ratio(tally.traded, equity * years)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;

    #[test]
    fn two_trades_by_hand() {
        let mut tally = Tally::default();
        tally.add(&trade(28.0));
        tally.add(&trade(-12.0));
        let money = Money::new(&tally, Some(1000.0), Some(0.5));
        assert_eq!((money.gross_cash, money.costs_cash, money.net_cash), (20.0, 4.0, 16.0));
        assert_eq!(money.cost_share, Some(0.2));
        // In at 100.05, out at 102.95 and 98.95, ten units each.
        assert!((money.traded_cash - 4020.0).abs() < 1e-9);
        assert!((money.turnover_per_year.unwrap() - 8.04).abs() < 1e-12);
    }

    #[test]
    fn a_share_of_no_profit_is_undefined() {
        let mut tally = Tally::default();
        tally.add(&trade(-12.0));
        let money = Money::new(&tally, Some(-5.0), Some(1.0));
        assert_eq!((money.cost_share, money.turnover_per_year), (None, None));
    }
}
