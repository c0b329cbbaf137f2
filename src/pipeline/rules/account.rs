//! An account that was walked: what it came to, and its files.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::super::ledger_tables::{equity, fills, trades};
use super::impossible;
use crate::backtest::intent::Intents;
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::{Input, Metrics};
use crate::backtest::volatility::trailing_sd;
use crate::backtest::{Market, run as simulate};
use crate::config::Config;
use crate::failure::Failure;
use crate::market::{Bars, Symbol, Timeframe};
use crate::optimize::Conduct;
use crate::store;

/// One account.
pub struct Account<'a> {
    pub ledger: &'a Ledger,
    pub metrics: &'a Metrics,
}

impl Account<'_> {
    /// Trades, fills, equity, metrics and the config, in a folder; `bars`: those that were walked.
    pub fn write(
        &self,
        config: &Config,
        (symbol, bars): (&Symbol, &Bars),
        folder: &Path,
    ) -> Result<Vec<PathBuf>, Failure> {
        let symbols = std::slice::from_ref(symbol);
        let at = |name: &str| folder.join(name);
        let trades = trades(self.ledger, symbols)?;
        let fills = fills(self.ledger, (symbols, std::slice::from_ref(bars)))?;
        let equity = equity(self.ledger, config.backtest.cash)?;
        let names = ["trades.parquet", "fills.parquet", "equity.parquet"];
        for (name, table) in names.iter().zip([&trades, &fills, &equity]) {
            store::write_table(&at(name), table)?;
        }
        store::write_csv(&at("trade_log.csv"), &trades)?;
        store::write_json(&at("metrics.json"), self.metrics)?;
        store::write_atomic(&at("config.yml"), config.to_yaml().as_bytes())?;
        let others = ["trade_log.csv", "metrics.json", "config.yml"];
        Ok(names.into_iter().chain(others).map(at).collect())
    }
}

/// Rules on some rows, in one account.
pub struct Walked<'a> {
    /// Of those rows alone.
    pub market: Market<'a>,
    pub conduct: &'a Conduct,
    pub rows: Range<usize>,
    pub intents: Intents,
    pub ledger: Ledger,
    pub metrics: Metrics,
}

impl<'a> Walked<'a> {
    /// `market`: of all rows; intents count from the first of theirs.
    pub fn of(
        config: &Config,
        (market, conduct): (Market<'a>, &'a Conduct),
        (rows, intents): (Range<usize>, Intents),
    ) -> Result<Self, Failure> {
        let market = market.rows(rows.clone());
        let ledger = traded(market, &intents, conduct)?;
        let metrics = measured(config, &ledger, market.timeframe());
        Ok(Self { market, conduct, rows, intents, ledger, metrics })
    }
}

/// What slippage follows, where it follows anything.
pub fn sigma(conduct: &Conduct, bars: &Bars) -> Option<Vec<f64>> {
    conduct.sigma_bars.map(|window| trailing_sd(&bars.columns().close, window))
}

pub fn traded(market: Market<'_>, intents: &Intents, conduct: &Conduct) -> Result<Ledger, Failure> {
    simulate(&[market], &[intents], &conduct.rules).map_err(impossible)
}

pub fn measured(config: &Config, ledger: &Ledger, timeframe: Timeframe) -> Metrics {
    let cash = config.backtest.cash;
    Metrics::new(&Input { ledger, cash, timeframe, sessions: None, regimes: None })
}
