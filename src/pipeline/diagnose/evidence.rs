//! What the verdict is made from.

use std::path::Path;

use super::super::backtest::{Traded, count, decided, ledger_of};
use super::super::desk::Desk;
use super::super::stored::StoredRun;
use super::horizons::OfHorizon;
use super::seen::Seen;
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::days::Days;
use crate::backtest::metrics::{Input, Metrics};
use crate::config::Config;
use crate::failure::Failure;
use crate::report::verdict::costs::{CostRun, Costs};
use crate::report::verdict::dsr::deflated;
use crate::report::verdict::pbo::Overfitting;
use crate::report::verdict::permutation::{Rows, Shifts, Statistic, permutation};
use crate::report::verdict::psr::{Record, TrackRecord};
use crate::report::verdict::stability::Stability;
use crate::report::verdict::{CostGate, Edge, Evidence, Ic, SharpeBand, Thresholds};
use crate::signal::Reason;
use crate::store;
use crate::units::Ts;

/// One z-threshold: what trading more or less of the signals does.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Step {
    pub z_threshold: f64,
    pub sharpe: Option<f64>,
    pub turnover_per_year: Option<f64>,
    pub trades: usize,
    #[serde(skip)]
    pub returns: Vec<f64>,
}

/// The same decisions at a multiple of the costs.
pub struct AtCosts {
    pub multiple: f64,
    pub ledger: Ledger,
    pub metrics: Metrics,
}

const MULTIPLES: [f64; 4] = [0.0, 0.5, 1.0, 2.0];
const Z_STEPS: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0];
const SHIFTS: usize = 1000;
/// Blocks of the cross-validation: as many as its authors use.
const BLOCKS: usize = 16;

pub fn at_costs(config: &Config, traded: &Traded) -> Result<Vec<AtCosts>, Failure> {
    let at = |multiple: f64| {
        let mut rules = traded.rules.clone();
        rules.costs.iter_mut().for_each(|costs| *costs = costs.times(multiple));
        let ledger = ledger_of(&traded.decided, &rules)?;
        let metrics = metrics(config, &ledger, traded);
        Ok(AtCosts { multiple, ledger, metrics })
    };
    MULTIPLES.into_iter().map(at).collect()
}

fn metrics(config: &Config, ledger: &Ledger, traded: &Traded) -> Metrics {
    let timeframe = traded.decided.first().map_or(config.data.timeframe, |d| d.bars.timeframe());
    let cash = traded.rules.cash;
    Metrics::new(&Input { ledger, cash, timeframe, sessions: None, regimes: None })
}

/// Each is a trial like any other.
pub fn steps(config: &Config, run: &StoredRun, desks: &[Desk]) -> Result<Vec<Step>, Failure> {
    let of = |z_threshold: f64| {
        let mut config = config.clone();
        config.trading_logic.z_threshold = z_threshold;
        let traded = decided(&config, desks)?;
        let metrics = metrics(&config, &traded.ledger, &traded);
        let sharpe = metrics.sharpe.sharpe;
        let of = (&*run.ledger_key(), &*run.id, &*run.hash());
        count(&config, of, (&run.symbols, sharpe))?;
        let returns =
            Days::new(&traded.ledger.ts, &traded.ledger.equity).returns(traded.rules.cash);
        let (trades, turnover_per_year) =
            (traded.ledger.trades.len(), metrics.money.turnover_per_year);
        Ok(Step { z_threshold, sharpe, turnover_per_year, trades, returns })
    };
    Z_STEPS.into_iter().map(of).collect()
}

/// What was found, horizon by horizon, at several costs and z-thresholds.
pub struct Found<'a> {
    pub run: &'a StoredRun,
    pub seen: &'a Seen,
    pub traded: &'a Traded,
    pub horizons: &'a [OfHorizon],
    pub costs: &'a [AtCosts],
    pub steps: &'a [Step],
}

pub fn evidence(config: &Config, found: &Found<'_>) -> Result<Evidence, Failure> {
    let thresholds = thresholds(config);
    let Some(own) = found.costs.iter().find(|at| at.multiple == 1.0) else {
        return Ok(Evidence::default());
    };
    let returns = Days::new(&own.ledger.ts, &own.ledger.equity).returns(found.traded.rules.cash);
    let per_year = own.metrics.period.returns_per_year.unwrap_or(f64::NAN);
    let asked_per_day = thresholds.min_net_sharpe / per_year.sqrt();
    let n_trials = store::count_trials(Path::new("results"), &found.run.ledger_key())?;
    // What never trades is no choice.
    let trials = found.steps.iter().filter(|step| step.trades > 0);
    let trials: Vec<&[f64]> = trials.map(|step| step.returns.as_slice()).collect();
    let record = Record::of(&returns);
    let runs: Vec<CostRun> = found.costs.iter().map(AtCosts::run).collect();
    let best = found.horizons.iter().max_by(|a, b| clarity(a).total_cmp(&clarity(b)));
    let folds = best.map(|best| &best.by_fold.folds[..]).unwrap_or_default();
    let ics: Vec<Option<f64>> = folds.iter().map(|fold| fold.ic.rank.value).collect();
    Ok(Evidence {
        n_ensembles: None,
        n_days: returns.len() as u64,
        n_trades: own.ledger.trades.len() as u64,
        n_trainings: Some(found.run.n_trainings() as u64),
        n_thresholds: found.steps.len() as u64,
        ics: found.horizons.iter().filter_map(ic).collect(),
        sharpe: SharpeBand::of(&own.metrics.sharpe, thresholds.confidence),
        track: TrackRecord::of(&returns, asked_per_day, thresholds.confidence),
        deflated: record.as_ref().and_then(|record| deflated(record, n_trials)),
        overfitting: Overfitting::of(&trials, BLOCKS),
        permutation: shifted(config, found),
        net_by_fold: Some(Stability::of(&net_by_fold(found.run, &own.ledger, found.traded))),
        ic_by_fold: Some(Stability::of(&ics)),
        costs: Some(Costs::of(&runs)),
        edge: edge(found.traded),
        cost_gate: cost_gate(found.traded),
    })
}

impl AtCosts {
    fn run(&self) -> CostRun {
        let (net_cash, sharpe) = (self.metrics.money.net_cash, self.metrics.sharpe.sharpe);
        CostRun { multiple: self.multiple, net_cash, sharpe }
    }
}

fn clarity(horizon: &OfHorizon) -> f64 {
    horizon.ic.all.rank.t_hac.unwrap_or(f64::NEG_INFINITY)
}

fn ic(horizon: &OfHorizon) -> Option<Ic> {
    let rank = horizon.ic.all.rank;
    let [low, high] = rank.band_hac?;
    Some(Ic { horizon: horizon.horizon, ic: rank.value?, hac_t: rank.t_hac?, low, high })
}

fn shifted(
    config: &Config,
    found: &Found<'_>,
) -> Option<crate::report::verdict::permutation::Permutation> {
    let trial = found.run.predictions.columns();
    let rows = Rows {
        ts: &trial.ts,
        symbols: &trial.symbols,
        predictions: &found.seen.z,
        outcomes: &found.seen.outcome_bps,
    };
    let longest = found.run.horizons.iter().max().map_or(1, |h| *h as usize);
    // What z-scores remember: their window.
    let memory = config.trading_logic.z_window as usize;
    let n_instants = trial.ts.chunk_by(|a, b| a == b).count();
    let min_bars = longest.max(memory.min(n_instants / 10));
    permutation(&rows, Statistic::RankIc, &Shifts { n: SHIFTS, min_bars, seed: config.seed })
}

/// What each fold's weeks brought: from the equity before its first bar to that of its last.
fn net_by_fold(run: &StoredRun, ledger: &Ledger, traded: &Traded) -> Vec<Option<f64>> {
    let trial = run.predictions.columns();
    let mut ends: Vec<(u32, Ts)> = Vec::new();
    for (fold, ts) in trial.fold.iter().zip(&trial.ts) {
        match ends.last_mut() {
            Some(last) if last.0 == *fold => last.1 = *ts,
            _ => ends.push((*fold, *ts)),
        }
    }
    let mut before = traded.rules.cash;
    let last = ends.len().saturating_sub(1);
    let net = |(number, (_, end)): (usize, (u32, Ts))| {
        // What is still open is closed behind the last bar.
        let end = if number == last { Ts(i64::MAX) } else { end };
        let n = ledger.ts.partition_point(|ts| *ts <= end);
        let equity = n.checked_sub(1).and_then(|at| ledger.equity.get(at)).copied()?;
        let net = equity - before;
        before = equity;
        Some(net)
    };
    ends.into_iter().enumerate().map(net).collect()
}

/// Of signals that met the cost gate, or where there is none of those that were taken.
fn edge(traded: &Traded) -> Option<Edge> {
    let (mut n, mut gross, mut costs) = (0.0, 0.0, 0.0);
    for told in traded.decided.iter().map(|one| &one.told) {
        let stages = told.waterfall.stages.iter();
        let asked = stages.filter(|stage| stage.reason >= Reason::ExpectedValue).map(|s| &s.earned);
        for earned in asked.chain([&told.waterfall.taken]) {
            let (Some(before), Some(after)) = (earned.gross, earned.net) else { continue };
            n += earned.count as f64;
            gross += before.bps * earned.count as f64;
            costs += (before.bps - after.bps) * earned.count as f64;
        }
    }
    (n > 0.0).then(|| Edge { gross_bps: gross / n, round_trip_bps: costs / n })
}

fn cost_gate(traded: &Traded) -> Option<CostGate> {
    let stages = traded.decided.iter().flat_map(|one| &one.told.waterfall.stages);
    let gates = stages.filter(|stage| stage.reason == Reason::ExpectedValue);
    let [n_signals, n_refused] = gates.fold([0, 0], |[signals, refused], stage| {
        [signals + stage.before as u64, refused + stage.refused as u64]
    });
    (n_signals > 0).then_some(CostGate { n_signals, n_refused })
}

pub fn thresholds(config: &Config) -> Thresholds {
    let asked = &config.verdict;
    Thresholds {
        confidence: asked.confidence,
        min_net_sharpe: asked.min_net_sharpe,
        min_deflated_sharpe: asked.min_deflated_sharpe,
        max_ic_p: asked.max_ic_p,
        useful_ic: asked.useful_ic,
        max_permutation_p: asked.max_permutation_p,
        min_positive_folds: asked.min_positive_folds,
        max_best_fold_share: asked.max_best_fold_share,
        max_pbo: asked.max_pbo,
        min_trades: asked.min_trades,
        min_folds: asked.min_folds,
        min_days: asked.min_days,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configs_defaults_are_those_of_the_verdict() {
        assert_eq!(thresholds(&Config::default()), Thresholds::default());
    }
}
