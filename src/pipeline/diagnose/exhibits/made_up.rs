//! Material for tests: predictions that know a part of what comes, and claim twice of it.

use crate::backtest::engine::band::Band;
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::{Input, Metrics};
use crate::config::Config;
use crate::learn::conformal::Interval;
use crate::market::Timeframe;
use crate::pipeline::backtest::Traded;
use crate::pipeline::diagnose::evidence::AtCosts;
use crate::pipeline::diagnose::fold_trades::{FoldTrades, Weeks};
use crate::pipeline::diagnose::gates::{Gates, Refused};
use crate::pipeline::diagnose::{OfHorizon, Tables, Together};
use crate::report::diagnose::by_fold::by_fold;
use crate::report::diagnose::claims::claims;
use crate::report::diagnose::coverage::coverage;
use crate::report::diagnose::decay::decay;
use crate::report::diagnose::hits::hits;
use crate::report::diagnose::ic::ic;
use crate::report::diagnose::quantiles::quantiles;
use crate::report::diagnose::rolling::rolling;
use crate::report::diagnose::trades::distributions;
use crate::report::diagnose::{Bootstrap, Dates, Judged, Rows};
use crate::report::verdict::Evidence;
use crate::rng::Rng;
use crate::units::{HOUR_US, Ts};

pub const N_ROWS: usize = 2000;

/// What was predicted, and half of it with noise.
fn columns() -> [Vec<f64>; 2] {
    let mut rng = Rng::stream(7, "made-up horizon", &[]);
    let predicted: Vec<f64> = (0..N_ROWS).map(|_| rng.normal()).collect();
    let outcome = predicted.iter().map(|x| 0.5 * x + rng.normal()).collect();
    [predicted, outcome]
}

fn rows() -> Rows {
    let [predicted, outcome] = columns();
    let ts: Vec<Ts> = (0..N_ROWS as i64).map(|row| Ts(row * HOUR_US)).collect();
    let fold: Vec<u32> = (0..N_ROWS).map(|row| (row / 500) as u32).collect();
    Rows::new(&Judged {
        ts: &ts,
        symbol: &[0; N_ROWS],
        fold: &fold,
        predicted: &predicted,
        outcome_bps: &outcome,
        horizon: 1,
    })
    .unwrap()
}

pub fn horizon(bars: u32) -> OfHorizon {
    let rows = rows();
    // Too narrow by far.
    let intervals = vec![Some(Interval { low: -1.0, high: 1.0 }); N_ROWS];
    let scale: Vec<f64> = (0..N_ROWS).map(|row| row as f64).collect();
    let bootstrap = Bootstrap { draws: 0, seed: 1 };
    OfHorizon {
        horizon: bars,
        ic: ic(&rows, bootstrap),
        by_fold: by_fold(&rows),
        rolling: rolling(&rows, 500, 250),
        quantiles: quantiles(&rows, 10, bootstrap),
        coverage: coverage(&rows, &intervals, &scale, 0.9).unwrap(),
        claims: claims(&rows, 10),
        n_silent_folds: 0,
    }
}

/// Two horizons, decay over two bars of which the second brings nothing, one fold's weeks.
pub fn tables() -> Tables {
    let (rows, [predicted, outcome]) = (rows(), columns());
    let mut rng = Rng::stream(8, "made-up noise", &[]);
    let later: Vec<f64> = outcome.iter().map(|y| y + rng.normal()).collect();
    let weeks = Weeks { n_trades: 2, net_cash: Some(9.0), ..Weeks::default() };
    let dates = Dates { from: Ts(0), to: Ts(HOUR_US) };
    Tables {
        horizons: vec![horizon(1), horizon(3)],
        together: Together {
            ic: ic(&rows, Bootstrap { draws: 0, seed: 1 }),
            hits: hits(&rows, &predicted).unwrap(),
            decay: decay(&rows, &[&outcome, &later]).unwrap(),
        },
        z_thresholds: Vec::new(),
        fold_trades: vec![FoldTrades { fold: 0, dates, alone: weeks, stitched: weeks }],
        gates: Gates { gates: Vec::new(), taken: Refused::default() },
        trades: distributions(&[], None),
        models: None,
        retraining: None,
        evidence: Evidence { n_trades: 1234, n_days: 56, ..Evidence::default() },
    }
}

/// An account of 1,000, at the close of each hour.
pub fn ledger(equity: &[f64]) -> Ledger {
    let ts = (0..equity.len() as i64).map(|hour| Ts(hour * HOUR_US)).collect();
    let (exposure, cash) = (vec![0.0; equity.len()], equity[equity.len() - 1]);
    Ledger { ts, equity: equity.to_vec(), exposure, cash, ..Ledger::default() }
}

pub fn traded(equity: &[f64]) -> Traded {
    let config = Config::default();
    let mut rules = config.backtest.rules(&config.trading_logic, &["X".parse().unwrap()]);
    rules.cash = 1000.0;
    let band = Band { pessimistic: 0.0, optimistic: 0.0, ambiguous_bars: 0 };
    Traded { decided: Vec::new(), rules, ledger: ledger(equity), band }
}

pub fn at_costs(multiple: f64, equity: &[f64]) -> AtCosts {
    let (ledger, timeframe) = (ledger(equity), Timeframe::H1);
    let input = Input { ledger: &ledger, cash: 1000.0, timeframe, sessions: None, regimes: None };
    let mut metrics = Metrics::new(&input);
    // Nobody traded: what was earned is what equity says.
    metrics.money.net_cash = ledger.cash - 1000.0;
    AtCosts { multiple, metrics, ledger }
}
