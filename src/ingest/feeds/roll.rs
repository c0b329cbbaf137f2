//! Trades → bars.

use crate::market::{Columns, Timeframe};
use crate::units::Ts;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trade {
    pub ts: Ts,
    pub price: f64,
    pub volume: f64,
}

/// Rolls trades into bars as they come; only a later trade closes a bar.
pub(super) struct Roll {
    timeframe: Timeframe,
    closed: Columns,
    count: Vec<f64>,
    vwap: Vec<f64>,
    open: Option<Bar>,
}

struct Bar {
    ts: Ts,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
    /// Price times volume.
    turnover: f64,
    count: f64,
}

impl Roll {
    pub(super) fn new(timeframe: Timeframe) -> Self {
        let (closed, count, vwap) = Default::default();
        Self { timeframe, closed, count, vwap, open: None }
    }

    /// Fails, with the time of the bar in the making, on a trade of an earlier bar.
    pub(super) fn add(&mut self, trade: &Trade) -> Result<(), Ts> {
        let ts = self.timeframe.open_of(trade.ts);
        if self.open.as_ref().is_some_and(|bar| bar.ts < ts) {
            self.close();
        }
        match &mut self.open {
            Some(bar) if bar.ts > ts => Err(bar.ts),
            Some(bar) => {
                bar.add(trade);
                Ok(())
            }
            none => {
                *none = Some(Bar::new(ts, trade));
                Ok(())
            }
        }
    }

    /// The bars that a later trade has closed.
    pub(super) fn take_closed(&mut self) -> Columns {
        let mut bars = std::mem::take(&mut self.closed);
        bars.extra.insert("count".to_owned(), std::mem::take(&mut self.count));
        bars.extra.insert("vwap".to_owned(), std::mem::take(&mut self.vwap));
        bars
    }

    /// These and the one in the making: there will be no more trades.
    pub(super) fn take_all(&mut self) -> Columns {
        self.close();
        self.take_closed()
    }

    fn close(&mut self) {
        let Some(bar) = self.open.take() else { return };
        let closed = &mut self.closed;
        closed.ts.push(bar.ts);
        closed.open.push(bar.open);
        closed.high.push(bar.high);
        closed.low.push(bar.low);
        closed.close.push(bar.close);
        closed.volume.push(bar.volume);
        self.count.push(bar.count);
        // Rounding may carry a mean of equal prices outside of them.
        let mean = if bar.volume > 0.0 { bar.turnover / bar.volume } else { f64::NAN };
        self.vwap.push(mean.clamp(bar.low, bar.high));
    }
}

impl Bar {
    fn new(ts: Ts, trade: &Trade) -> Self {
        let Trade { price, volume, .. } = *trade;
        let turnover = price * volume;
        Self {
            ts,
            open: price,
            high: price,
            low: price,
            close: price,
            volume,
            turnover,
            count: 1.0,
        }
    }

    fn add(&mut self, trade: &Trade) {
        self.high = self.high.max(trade.price);
        self.low = self.low.min(trade.price);
        self.close = trade.price;
        self.volume += trade.volume;
        self.turnover += trade.price * trade.volume;
        self.count += 1.0;
    }
}
