//! Each fold's test weeks traded alone, beside what they brought within the one account.

use rayon::prelude::*;
use serde::Serialize;

use super::super::backtest::{Traded, cannot, market_of};
use super::super::stored::StoredRun;
use crate::backtest::intent::{Intent, Intents};
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::days::Days;
use crate::backtest::metrics::sharpe::Sharpe;
use crate::backtest::{Market, run as simulate};
use crate::failure::Failure;
use crate::report::diagnose::Dates;
use crate::units::{DAY_US, Ts};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldTrades {
    pub fold: u32,
    pub dates: Dates,
    /// With money of its own, nothing carried in and nothing left open.
    pub alone: Weeks,
    /// As a part of the one account, with positions carried across boundaries.
    pub stitched: Weeks,
}

/// What some weeks brought, after costs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Weeks {
    /// Entered in these weeks.
    pub n_trades: u64,
    pub net_cash: Option<f64>,
    pub net_return: Option<f64>,
    /// Of daily returns, a year; too few days for more than a hint.
    pub sharpe: Option<f64>,
}

pub fn fold_trades(run: &StoredRun, traded: &Traded) -> Result<Vec<FoldTrades>, Failure> {
    let spans = spans(run);
    let of = |at: usize| {
        let (fold, dates) = spans[at];
        // The last one has what is closed behind the last bar.
        let next = spans.get(at + 1).map_or(Ts(i64::MAX), |(_, next)| next.from);
        let alone = ledger_within(traded, (dates.from, next))?;
        let cash = traded.rules.cash;
        let alone = alone.map(|own| within(&own, (Ts(i64::MIN), Ts(i64::MAX)), cash));
        let stitched = within(&traded.ledger, (dates.from, next), cash);
        Ok(FoldTrades { fold, dates, alone: alone.unwrap_or_default(), stitched })
    };
    let found: Vec<Result<FoldTrades, Failure>> =
        (0..spans.len()).into_par_iter().map(of).collect();
    found.into_iter().collect()
}

/// Each fold with its first and last bar.
fn spans(run: &StoredRun) -> Vec<(u32, Dates)> {
    let trial = run.predictions.columns();
    let mut spans: Vec<(u32, Dates)> = Vec::new();
    for (fold, ts) in trial.fold.iter().zip(&trial.ts) {
        match spans.last_mut() {
            Some((last, dates)) if last == fold => dates.to = *ts,
            _ => spans.push((*fold, Dates { from: *ts, to: *ts })),
        }
    }
    spans
}

/// What a ledger's bars in `from..to` brought; `cash` is the money before the first of all.
fn within(ledger: &Ledger, (from, to): (Ts, Ts), cash: f64) -> Weeks {
    let [start, end] = [from, to].map(|at| ledger.ts.partition_point(|ts| *ts < at));
    let is_mine = |ts: Ts| from <= ts && ts < to;
    let n_trades = ledger.trades.iter().filter(|trade| is_mine(trade.entry_ts)).count() as u64;
    let before = start.checked_sub(1).map_or(cash, |at| ledger.equity[at]);
    let Some(&after) = ledger.equity.get(start..end).and_then(<[f64]>::last) else {
        return Weeks { n_trades, ..Weeks::default() };
    };
    let returns = Days::new(&ledger.ts[start..end], &ledger.equity[start..end]).returns(before);
    let span_us = ledger.ts[end - 1].0 - ledger.ts[start].0;
    let per_year = returns.len() as f64 * YEAR_DAYS / (span_us as f64 / DAY_US as f64).max(1.0);
    Weeks {
        n_trades,
        net_cash: Some(after - before),
        net_return: (before > 0.0).then(|| after / before - 1.0),
        sharpe: Sharpe::new(&returns, Some(per_year)).sharpe,
    }
}

/// The Gregorian calendar's mean.
const YEAR_DAYS: f64 = 365.2425;

/// The decisions of the bars in `from..to`, traded with money of their own: nothing is carried in,
/// and what is open at the end is closed there. `None` where there are no bars.
fn ledger_within(traded: &Traded, (from, to): (Ts, Ts)) -> Result<Option<Ledger>, Failure> {
    let mut rules = traded.rules.clone();
    rules.costs.clear();
    let (mut parts, mut intents) = (Vec::new(), Vec::new());
    for (one, costs) in traded.decided.iter().zip(&traded.rules.costs) {
        let rows = [from, to].map(|at| one.bars.ts().partition_point(|ts| *ts < at));
        if rows[0] < rows[1] {
            let rows = rows[0]..rows[1];
            let bounds = rows.start as u32..rows.end as u32;
            let mine = one.intents.as_slice().iter().filter(|one| bounds.contains(&one.bar));
            let moved = mine.map(|one| Intent { bar: one.bar - bounds.start, ..*one }).collect();
            intents.push(Intents::new(moved).map_err(Failure::world)?);
            let sigma = one.sigma.as_ref().map(|sigma| &sigma[rows.clone()]);
            parts.push((one.bars.slice(rows), sigma));
            rules.costs.push(*costs);
        }
    }
    let markets = parts.iter().map(|(bars, sigma)| market_of(bars, *sigma));
    let markets: Vec<Market<'_>> = markets.collect::<Result<_, _>>().map_err(cannot)?;
    if markets.is_empty() {
        return Ok(None);
    }
    let intents: Vec<&Intents> = intents.iter().collect();
    simulate(&markets, &intents, &rules).map_err(cannot).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::HOUR_US;

    #[test]
    fn weeks_are_measured_against_the_money_they_began_with() {
        let ts: Vec<Ts> = (0..96).map(|hour| Ts(hour * HOUR_US)).collect();
        let day = |row: usize| [100.0, 110.0, 99.0, 99.0][row / 24];
        let ledger = Ledger { equity: (0..96).map(day).collect(), ts, ..Ledger::default() };
        let first = within(&ledger, (Ts(0), Ts(2 * DAY_US)), 80.0);
        assert_eq!((first.net_cash, first.n_trades), (Some(30.0), 0));
        assert_eq!(first.net_return, Some(110.0 / 80.0 - 1.0));
        assert!(first.sharpe.unwrap() > 0.0);
        let second = within(&ledger, (Ts(2 * DAY_US), Ts(4 * DAY_US)), 80.0);
        assert_eq!(second.net_cash, Some(-11.0));
        assert!(second.sharpe.unwrap() < 0.0);
        assert_eq!(within(&ledger, (Ts(9 * DAY_US), Ts(10 * DAY_US)), 80.0), Weeks::default());
    }
}
