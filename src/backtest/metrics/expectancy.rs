//! What a trade brings on average.

use super::ratio;
use super::tally::Tally;

/// `Σ net / trades`.
pub fn expectancy_cash(tally: &Tally) -> Option<f64> {
    ratio(tally.net(), tally.trades)
}

/// The mean of `net / (qty · entry's reference)` in bps: every trade weighs the same, whatever its
/// size.
pub fn expectancy_bps(tally: &Tally) -> Option<f64> {
    ratio(tally.bps, tally.trades)
}

/// The mean of `net / (qty · stop)`, of trades that had a stop (Tharp 1998, "Trade Your Way to
/// Financial Freedom").
pub fn expectancy_r(tally: &Tally) -> Option<f64> {
    ratio(tally.r, tally.with_stop)
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;
    use crate::backtest::ledger::Trade;

    #[test]
    fn a_small_trade_weighs_as_much_in_bps_and_less_in_money() {
        let mut tally = Tally::default();
        // 2 % of 1,000 with 4 % risked, and −1 % of 4,000 without a stop.
        tally.add(&Trade { stop: 4.0, ..trade(20.0) });
        tally.add(&Trade { qty: 40.0, ..trade(-40.0) });
        assert_eq!(expectancy_cash(&tally), Some(-10.0));
        assert!((expectancy_bps(&tally).unwrap() - 50.0).abs() < 1e-12);
        assert_eq!(expectancy_r(&tally), Some(0.5));
    }

    #[test]
    fn without_trades_nothing_is_expected() {
        let none = Tally::default();
        assert_eq!(
            (expectancy_cash(&none), expectancy_bps(&none), expectancy_r(&none)),
            (None, None, None)
        );
    }
}
