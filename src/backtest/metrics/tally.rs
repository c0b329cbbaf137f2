//! Sums over some of the trades: all that a row of a table, and most figures of all trades, are
//! made of.

use crate::backtest::ledger::Trade;
use crate::units::HOUR_US;

const BPS: f64 = 1e-4;

/// A win is a trade whose net is above zero, a loss one below; one at zero is neither.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    pub trades: f64,
    pub wins: f64,
    pub losses: f64,
    /// Sum of the wins' nets, and of the losses', without sign.
    pub won: f64,
    pub lost: f64,
    pub gross: f64,
    pub commission: f64,
    pub impact: f64,
    pub carry: f64,
    /// Value bought and sold.
    pub traded: f64,
    /// Sum of nets, each in bps of its own entry's value.
    pub bps: f64,
    /// Sum of R-multiples, and how many trades have one.
    pub r: f64,
    pub with_stop: f64,
    /// Time held.
    pub bars: f64,
    pub hours: f64,
}

/// A trade's result against the value that was entered, at its reference.
pub fn bps_of(trade: &Trade) -> f64 {
    trade.net / (trade.qty * trade.entry_reference) / BPS
}

/// A trade's result against what its stop risked, `qty · stop` (Tharp 1998, "Trade Your Way to
/// Financial Freedom"); without a stop, zero: infinity was risked.
pub fn r_of(trade: &Trade) -> f64 {
    trade.net / (trade.qty * trade.stop)
}

impl Tally {
    #[inline]
    pub fn add(&mut self, trade: &Trade) {
        let net = trade.net;
        self.trades += 1.0;
        self.wins += one_if(net > 0.0);
        self.losses += one_if(net < 0.0);
        self.won += net.max(0.0);
        self.lost -= net.min(0.0);
        self.gross += trade.gross;
        self.commission += trade.commission;
        self.impact += trade.impact;
        self.carry += trade.carry;
        self.traded += trade.qty * (trade.entry_price + trade.exit_price);
        self.bps += bps_of(trade);
        self.r += r_of(trade);
        self.with_stop += one_if(trade.stop < f64::INFINITY);
        self.bars += f64::from(trade.exit_bar - trade.entry_bar);
        self.hours += (trade.exit_ts.0 - trade.entry_ts.0) as f64 / HOUR_US as f64;
    }

    pub fn merge(&mut self, other: &Self) {
        self.trades += other.trades;
        self.wins += other.wins;
        self.losses += other.losses;
        self.won += other.won;
        self.lost += other.lost;
        self.gross += other.gross;
        self.commission += other.commission;
        self.impact += other.impact;
        self.carry += other.carry;
        self.traded += other.traded;
        self.bps += other.bps;
        self.r += other.r;
        self.with_stop += other.with_stop;
        self.bars += other.bars;
        self.hours += other.hours;
    }

    pub fn of<'a>(tallies: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut total = Self::default();
        tallies.into_iter().for_each(|tally| total.merge(tally));
        total
    }

    pub const fn costs(&self) -> f64 {
        self.commission + self.impact + self.carry
    }

    pub const fn net(&self) -> f64 {
        self.won - self.lost
    }
}

/// A count that is summed like the money beside it.
const fn one_if(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;

    #[test]
    fn two_trades_by_hand() {
        let mut tally = Tally::default();
        // Ten units at 100, two of costs each; the first risked 5 a unit.
        tally.add(&Trade { stop: 5.0, ..trade(27.0) });
        tally.add(&trade(-13.0));
        assert_eq!((tally.trades, tally.wins, tally.losses), (2.0, 1.0, 1.0));
        assert_eq!((tally.won, tally.lost, tally.net()), (27.0, 13.0, 14.0));
        assert_eq!((tally.gross, tally.costs()), (18.0, 4.0));
        // 270 and −130 bps of 1,000.
        assert!((tally.bps - 140.0).abs() < 1e-12);
        assert_eq!((tally.r, tally.with_stop), (0.54, 1.0));
        assert_eq!((tally.bars, tally.hours), (6.0, 6.0));
        assert_eq!(Tally::of([&tally, &tally]).won, 54.0);
    }
}
