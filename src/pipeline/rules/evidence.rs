//! What a record of rules is worth.

use super::super::backtest::placed;
use super::super::diagnose::thresholds;
use super::{Walked, measured, traded};
use crate::backtest::metrics::Metrics;
use crate::backtest::metrics::days::Days;
use crate::config::Config;
use crate::failure::Failure;
use crate::optimize::Conduct;
use crate::report::verdict::costs::{CostRun, Costs};
use crate::report::verdict::dsr::deflated;
use crate::report::verdict::psr::{Record, TrackRecord};
use crate::report::verdict::stability::Stability;
use crate::report::verdict::{Evidence, SharpeBand};
use crate::units::Ts;

const MULTIPLES: [f64; 4] = [0.0, 0.5, 1.0, 2.0];

/// What the verdict on a walk of models goes by, but for predictions. `ends`: of each test window.
pub fn evidence(
    config: &Config,
    walked: &Walked<'_>,
    (ends, n_trials): (Vec<Ts>, u64),
) -> Result<Evidence, Failure> {
    let asked = thresholds(config);
    let own = &walked.metrics;
    let returns = Days::new(&walked.ledger.ts, &walked.ledger.equity).returns(config.backtest.cash);
    let per_year = own.period.returns_per_year.unwrap_or(f64::NAN);
    let record = Record::of(&returns);
    let runs: Vec<CostRun> =
        MULTIPLES.iter().map(|m| at(config, walked, *m)).collect::<Result<_, _>>()?;
    Ok(Evidence {
        n_days: returns.len() as u64,
        n_trades: walked.ledger.trades.len() as u64,
        sharpe: SharpeBand::of(&own.sharpe, asked.confidence),
        track: TrackRecord::of(&returns, asked.min_net_sharpe / per_year.sqrt(), asked.confidence),
        deflated: record.as_ref().and_then(|record| deflated(record, n_trials)),
        net_by_fold: Some(Stability::of(&net_by_window(config, walked, ends))),
        costs: Some(Costs::of(&runs)),
        ..Evidence::default()
    })
}

fn at(config: &Config, walked: &Walked<'_>, multiple: f64) -> Result<CostRun, Failure> {
    let mut conduct: Conduct = walked.conduct.clone();
    conduct.rules.costs.iter_mut().for_each(|costs| *costs = costs.times(multiple));
    let intents = placed(walked.market, &walked.intents, &conduct.rules.costs[0])?;
    let ledger = traded(walked.market, &intents, &conduct)?;
    let metrics: Metrics = measured(config, &ledger, walked.market.timeframe());
    Ok(CostRun { multiple, net_cash: metrics.money.net_cash, sharpe: metrics.sharpe.sharpe })
}

/// From the equity before a window's first bar to that of its last.
fn net_by_window(config: &Config, walked: &Walked<'_>, mut ends: Vec<Ts>) -> Vec<Option<f64>> {
    let ledger = &walked.ledger;
    let mut before = config.backtest.cash;
    ends.dedup();
    let last = ends.len().saturating_sub(1);
    let net = |(number, end): (usize, Ts)| {
        // What is still open is closed behind the last bar.
        let n = match number {
            number if number == last => ledger.ts.len(),
            _ => ledger.ts.partition_point(|ts| *ts < end),
        };
        let equity = n.checked_sub(1).and_then(|at| ledger.equity.get(at)).copied()?;
        let net = equity - before;
        before = equity;
        Some(net)
    };
    ends.into_iter().enumerate().map(net).collect()
}
