//! Trades, turned into columns: what needs every trade at once, and not only their sums, reads
//! these.

use super::tally;
use crate::backtest::ledger::Trade;

const BPS: f64 = 1e-4;

/// One entry a trade, in their order, but for `rs`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Columns {
    pub nets: Vec<f64>,
    /// Of trades with a stop only.
    pub rs: Vec<f64>,
    /// Of the entry's reference: `mfe ≥ 0 ≥ mae`.
    pub mfe_bps: Vec<f64>,
    pub mae_bps: Vec<f64>,
    /// From the entry's bar to the exit's.
    pub hold_bars: Vec<u32>,
}

impl Columns {
    pub fn new(trades: &[Trade]) -> Self {
        let n = trades.len();
        let mut columns = Self::with_capacity(n);
        for trade in trades {
            let scale = 1.0 / (BPS * trade.entry_reference);
            columns.nets.push(trade.net);
            columns.mfe_bps.push(trade.mfe * scale);
            columns.mae_bps.push(trade.mae * scale);
            columns.hold_bars.push(trade.exit_bar - trade.entry_bar);
            if trade.stop < f64::INFINITY {
                columns.rs.push(tally::r_of(trade));
            }
        }
        columns
    }

    fn with_capacity(n: usize) -> Self {
        let floats = || Vec::with_capacity(n);
        Self {
            nets: floats(),
            rs: floats(),
            mfe_bps: floats(),
            mae_bps: floats(),
            hold_bars: Vec::with_capacity(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::trade;
    use super::*;

    #[test]
    fn each_column_has_its_unit() {
        let trades = [Trade { stop: 5.0, ..trade(28.0) }, trade(-12.0)];
        let columns = Columns::new(&trades);
        assert_eq!(columns.nets, [28.0, -12.0]);
        assert_eq!(columns.rs, [0.56]);
        // 3 of 100 for, 1 of 100 against.
        assert!((columns.mfe_bps[0] - 300.0).abs() < 1e-10 && columns.mfe_bps[1] == 0.0);
        assert!((columns.mae_bps[1] + 100.0).abs() < 1e-10 && columns.mae_bps[0] == 0.0);
        assert_eq!(columns.hold_bars, [3, 3]);
    }
}
