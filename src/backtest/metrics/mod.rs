//! What a ledger is worth: one metric, or one tight family, a file, each with its formula.
//!
//! Shares, returns and ratios are plain fractions; money, bps, bars, hours and days say so in their
//! names. `None` is what cannot be told: too few numbers, nothing to divide by, equity that is
//! gone. It is written as null and shown as –; never 0, NaN or an extreme. Sharpe, Sortino and
//! Kelly are told without a riskless rate: what idle cash earns is not in the ledger.
//!
//! **Returns are those of UTC calendar days**: of the last equity of each day that has bars against
//! that of the one before (of the first: against the money at the beginning); bars of a day or
//! longer are alone in their day and count one by one. A bar belongs to the day it opens in. A
//! first or last day of which the bars cover a part is a day like any other: leaving it out would
//! leave out money. Periods in a year are counted, never assumed: days with bars in whole calendar
//! weeks, see [`period`]. **Equity at or below
//! zero** ends the returns: the day that closes there is the last one, since nothing can be told
//! relative to nothing; the days that follow still count as time.

pub mod calmar; // growth against the worst loss
pub mod columns; // trades, turned into columns
pub mod days; // equity at the end of each UTC day, and its returns
pub mod drawdown; // spells under water, Ulcer index
pub mod excursions; // how far trades went for and against
pub mod expectancy; // of a trade: money, bps, R
pub mod exposure; // time in the market, leverage
pub mod extremes; // the smallest and the largest
pub mod growth; // total and annualised return, CAGR, volatility
pub mod hold; // how long trades were open
pub mod kelly; // the stake that grows fastest
pub mod moments; // mean and deviation, quickly
pub mod luck; // the best of many that are worth nothing
pub mod money; // gross, costs, net; turnover
pub mod monthly; // years × months
pub mod payoff; // the average win against the average loss
pub mod period; // years, and how many returns are in one
pub mod profit_factor; // money won against money lost
pub mod quantiles; // several at once, without sorting
pub mod r_multiples; // results in units of what was risked
pub mod running; // mean and deviation of what comes one by one
pub mod runs; // wins and losses in a row
pub mod sharpe; // with its standard errors
pub mod sortino; // return against what was lost only
pub mod sqn; // how sure the trades' mean is
pub mod tables; // trades by side, exit, hour, weekday and the caller's keys
pub mod tails; // VaR, CVaR, skew, kurtosis, tail ratio
pub mod tally; // sums over some of the trades
pub mod trades; // the trades' figures together
pub mod win_rate; // with its interval

#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;

use serde::{Serialize, Serializer};

use super::ledger::{Ledger, Trade};
use crate::market::Timeframe;
use crate::units::Ts;
use columns::Columns;
use days::Days;

/// What is measured.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    pub ledger: &'a Ledger,
    /// Money at the beginning.
    pub cash: f64,
    pub timeframe: Timeframe,
    pub sessions: Option<Keys<'a>>,
    pub regimes: Option<Keys<'a>>,
}

/// The caller's way to sort trades: into which of the labels each belongs. `None`, or a number
/// without a label: into none of them.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub labels: &'a [&'a str],
    pub key_of: &'a dyn Fn(&Trade) -> Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    pub period: period::Period,
    pub growth: growth::Growth,
    pub sharpe: sharpe::Sharpe,
    /// See [`sortino::sortino`].
    pub sortino: Option<f64>,
    /// See [`calmar::calmar`].
    pub calmar: Option<f64>,
    pub drawdown: drawdown::Drawdown,
    pub tails: tails::Tails,
    pub exposure: exposure::Exposure,
    pub money: money::Money,
    pub trades: trades::Trades,
    /// How often the volume cap let an order have only a part of what it asked for, or none yet.
    pub capped_fills: u64,
    pub hold: hold::Hold,
    pub excursions: excursions::Excursions,
    pub r_multiples: r_multiples::RMultiples,
    pub by_side: Vec<tables::Row>,
    pub by_exit: Vec<tables::Row>,
    /// UTC hours and weekdays of the entry.
    pub by_hour: Vec<tables::Row>,
    pub by_weekday: Vec<tables::Row>,
    /// Where the caller has sorted the trades.
    pub by_session: Option<Vec<tables::Row>>,
    pub by_regime: Option<Vec<tables::Row>>,
    pub by_month: Vec<monthly::Year>,
}

impl Metrics {
    pub fn new(input: &Input<'_>) -> Self {
        let Input { ledger, cash, timeframe, sessions, regimes } = *input;
        let days = Days::new(&ledger.ts, &ledger.equity);
        let returns = days.returns(cash);
        let period = period::Period::new(&ledger.ts, timeframe, &days.day);
        let growth = growth::Growth::new(&returns, &period, [cash, days.last().unwrap_or(cash)]);
        let drawdown = drawdown::Drawdown::new(&ledger.ts, &ledger.equity, cash);
        let exposure = exposure::Exposure::new(&ledger.equity, &ledger.exposure);
        let mut columns = Columns::new(&ledger.trades);
        let tables = tables::Fixed::new(&ledger.trades);
        let by_keys = |keys: Keys<'_>| tables::by_keys(&ledger.trades, keys);
        Self {
            sharpe: sharpe::Sharpe::new(&returns, period.returns_per_year),
            sortino: sortino::sortino(&returns, period.returns_per_year),
            calmar: calmar::calmar(growth.cagr, drawdown.max_drawdown),
            tails: tails::Tails::new(&returns),
            money: money::Money::new(&tables.total, exposure.mean_equity_cash, period.years),
            trades: trades::Trades::new(&tables.total, &columns, &returns),
            capped_fills: ledger.capped_fills,
            by_session: sessions.map(by_keys),
            by_regime: regimes.map(by_keys),
            by_side: tables.by_side,
            by_exit: tables.by_exit,
            by_hour: tables.by_hour,
            by_weekday: tables.by_weekday,
            by_month: monthly::monthly(&days, cash),
            // Last: these put their columns in another order.
            hold: hold::Hold::new(&tables.total, &mut columns),
            r_multiples: r_multiples::RMultiples::new(&mut columns.rs),
            excursions: excursions::Excursions::new(&mut columns),
            period,
            growth,
            drawdown,
            exposure,
        }
    }
}

/// A quotient, where it is one.
pub(super) fn ratio(over: f64, under: f64) -> Option<f64> {
    finite(over / under)
}

pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The spread of returns, where there is one.
fn spread(returns: &[f64]) -> Option<f64> {
    crate::stats::sd(returns).filter(|sd| *sd > running::ROUNDING)
}

fn as_text<S: Serializer>(ts: &Option<Ts>, serializer: S) -> Result<S::Ok, S::Error> {
    match ts {
        Some(ts) => serializer.collect_str(ts),
        None => serializer.serialize_none(),
    }
}
