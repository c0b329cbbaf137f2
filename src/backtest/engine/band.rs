//! The honest band: where one bar reaches both stop and target, nobody knows which was first, so
//! both answers are told.

use super::{EngineFault, run_into};
use crate::backtest::intent::Intents;
use crate::backtest::ledger::Trade;
use crate::backtest::quote::Market;
use crate::backtest::record::Record;
use crate::backtest::rules::{Intrabar, Rules};

/// The same intents, with the worse and the better order of events inside a bar.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Band {
    /// Net profit where the stop was first.
    pub pessimistic: f64,
    /// Net profit where the target was.
    pub optimistic: f64,
    /// Bars that left it open, where the stop was first.
    pub ambiguous_bars: u64,
}

/// Runs the intents both ways, whatever the rules say about it.
pub fn band(markets: &[Market], intents: &[&Intents], rules: &Rules) -> Result<Band, EngineFault> {
    let net = |intrabar: Intrabar| {
        let rules = Rules { intrabar, ..rules.clone() };
        run_into(markets, intents, &rules, Net::default()).map(|(net, _)| net)
    };
    let (worse, better) = (net(Intrabar::Pessimistic)?, net(Intrabar::Optimistic)?);
    let ambiguous_bars = worse.ambiguous_bars;
    Ok(Band { pessimistic: worse.net, optimistic: better.net, ambiguous_bars })
}

#[derive(Debug, Default)]
struct Net {
    net: f64,
    ambiguous_bars: u64,
}

impl Record for Net {
    fn trade(&mut self, _: u32, trade: &Trade) {
        self.net += trade.net;
    }

    fn ambiguous(&mut self) {
        self.ambiguous_bars += 1;
    }
}
