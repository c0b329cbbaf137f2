//! What each horizon's predictions were worth.

use serde::Serialize;

use super::super::stored::StoredRun;
use super::seen::Seen;
use crate::config::Config;
use crate::failure::Failure;
use crate::report::diagnose::by_fold::{ByFold, by_fold};
use crate::report::diagnose::claims::{Claims, claims};
use crate::report::diagnose::coverage::{Coverage, coverage};
use crate::report::diagnose::decay::{Ahead, decay};
use crate::report::diagnose::hits::{Hits, hits};
use crate::report::diagnose::ic::ic;
use crate::report::diagnose::quantiles::{Quantiles, quantiles};
use crate::report::diagnose::rolling::{Window, rolling};
use crate::report::diagnose::{Bootstrap, Ic, Judged, Rows};
use crate::units::DAY_US;
use crate::walkforward::HorizonColumns;

/// One horizon.
#[derive(Debug, Clone, Serialize)]
pub struct OfHorizon {
    pub horizon: u32,
    pub ic: Ic,
    pub by_fold: ByFold,
    pub rolling: Vec<Window>,
    pub quantiles: Quantiles,
    pub coverage: Coverage,
    /// Expected against realised bps.
    pub claims: Claims,
    /// Folds that expect exactly nothing of every row: their calibration found no more.
    pub n_silent_folds: u64,
}

/// All horizons together, as they are traded.
#[derive(Debug, Clone, Serialize)]
pub struct Together {
    /// Of the z-scores and returns, weighed over the horizons.
    pub ic: Ic,
    pub hits: Hits,
    /// Of the z-scores, against returns farther and farther ahead.
    pub decay: Vec<Ahead>,
}

const DRAWS: usize = 500;
const TENTHS: usize = 10;
const ROLLING_DAYS: i64 = 28;
/// From one window's beginning to its end there begin so many others.
pub const WINDOW_STEPS: usize = 8;

pub fn of_horizons(
    config: &Config,
    run: &StoredRun,
    seen: &Seen,
) -> Result<Vec<OfHorizon>, Failure> {
    let trial = run.predictions.columns();
    let of = |(columns, outcome): (&HorizonColumns, &Vec<f64>)| {
        of_horizon(config, run, (columns, outcome), &seen.sigma)
    };
    trial.horizons.iter().zip(&seen.by_horizon).map(of).collect()
}

fn of_horizon(
    config: &Config,
    run: &StoredRun,
    (columns, outcome): (&HorizonColumns, &[f64]),
    sigma: &[f64],
) -> Result<OfHorizon, Failure> {
    let rows = rows(run, (&columns.raw, outcome), columns.horizon as usize)?;
    let expected = self::rows(run, (&columns.exp_bps, outcome), columns.horizon as usize)?;
    let bootstrap = Bootstrap { draws: DRAWS, seed: config.seed };
    let days = ROLLING_DAYS * DAY_US / run.config.data.timeframe.us();
    let window = (days.max(2) as usize * run.symbols.len()).min(rows.n_rows() / 3);
    let promised = run.config.calibration.conformal_coverage;
    Ok(OfHorizon {
        horizon: columns.horizon,
        ic: ic(&rows, bootstrap),
        by_fold: by_fold(&rows),
        rolling: rolling(&rows, window, (window / WINDOW_STEPS).max(1)),
        quantiles: quantiles(&rows, TENTHS, bootstrap),
        coverage: coverage(&rows, &columns.intervals, sigma, promised).map_err(Failure::user)?,
        claims: claims(&expected, TENTHS),
        n_silent_folds: silent(&run.predictions.columns().fold, &columns.exp_bps),
    })
}

fn silent(folds: &[u32], expected: &[f64]) -> u64 {
    let mut rest = expected;
    let is_silent = |fold: &&[u32]| {
        let (mine, others) = rest.split_at(fold.len().min(rest.len()));
        rest = others;
        mine.iter().all(|bps| *bps == 0.0)
    };
    folds.chunk_by(|a, b| a == b).filter(is_silent).count() as u64
}

pub fn together(config: &Config, run: &StoredRun, seen: &Seen) -> Result<Together, Failure> {
    let longest = run.horizons.iter().max().map_or(1, |h| *h as usize);
    let rows = rows(run, (&seen.z, &seen.outcome_bps), longest)?;
    let ahead: Vec<&[f64]> = seen.ahead.iter().map(Vec::as_slice).collect();
    Ok(Together {
        ic: ic(&rows, Bootstrap { draws: DRAWS, seed: config.seed }),
        hits: hits(&rows, &seen.z).map_err(Failure::user)?,
        decay: decay(&rows, &ahead).map_err(Failure::user)?,
    })
}

fn rows(
    run: &StoredRun,
    (predicted, outcome_bps): (&[f64], &[f64]),
    horizon: usize,
) -> Result<Rows, Failure> {
    let trial = run.predictions.columns();
    let (ts, symbol, fold) = (&trial.ts[..], &trial.symbols[..], &trial.fold[..]);
    Rows::new(&Judged { ts, symbol, fold, predicted, outcome_bps, horizon }).map_err(Failure::user)
}

#[cfg(test)]
mod tests {
    use super::silent;

    #[test]
    fn folds_that_expect_nothing_are_counted() {
        let folds = [0, 0, 2, 2, 3, 4];
        assert_eq!(silent(&folds, &[0.0, 1.0, 0.0, 0.0, -0.0, f64::NAN]), 2);
        assert_eq!(silent(&[], &[]), 0);
    }
}
