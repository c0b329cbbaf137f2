//! A run's rows beside what came of them.

use super::super::desk::{Desk, data_config};
use super::super::stored::StoredRun;
use super::super::{bars, labels};
use crate::backtest::volatility::trailing_sd;
use crate::config::Config;
use crate::failure::Failure;
use crate::signal::{Columns, Study};
use crate::units::Ts;

/// All in the order of the run's rows; NaN where it is not known.
pub struct Seen {
    /// How unusual the prediction was, of all horizons together.
    pub z: Vec<f64>,
    /// The return that came, horizons weighed alike.
    pub outcome_bps: Vec<f64>,
    /// The return over each of the run's horizons.
    pub by_horizon: Vec<Vec<f64>>,
    /// How volatile the bars before were, as intervals are scaled by.
    pub sigma: Vec<f64>,
    /// The return over 1, 2, … bars.
    pub ahead: Vec<Vec<f64>>,
}

pub fn seen(config: &Config, run: &StoredRun, desks: &[Desk]) -> Result<Seen, Failure> {
    let n = run.predictions.columns().ts.len();
    let blank = || vec![f64::NAN; n];
    let n_ahead = config.verdict.decay_bars as usize;
    let mut seen = Seen {
        z: blank(),
        outcome_bps: blank(),
        sigma: blank(),
        by_horizon: run.horizons.iter().map(|_| blank()).collect(),
        ahead: (0..n_ahead).map(|_| blank()).collect(),
    };
    for (number, desk) in (0..).zip(desks) {
        of_symbol(config, (run, number), desk, &mut seen)?;
    }
    Ok(seen)
}

fn of_symbol(
    config: &Config,
    (run, number): (&StoredRun, u32),
    desk: &Desk,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let trial = run.predictions.columns();
    let mine: Vec<usize> = (0..trial.ts.len()).filter(|at| trial.symbols[*at] == number).collect();
    let own = data_config(config, &run.config);
    let whole = bars(&own, desk.bars.symbol())?;
    let place = |ts: &[Ts], at: usize| ts.binary_search(&trial.ts[at]).unwrap_or(usize::MAX);
    let forecasts = desk.forecasts();
    let study = Study::new(desk.inputs(&forecasts)).map_err(Failure::user)?;
    let columns = Columns::new(&study, &config.trading_logic.params(&config.backtest));
    let window = run.config.calibration.conformal_window;
    let sigma = trailing_sd(&desk.bars.columns().close, window);
    for at in &mine {
        let row = place(desk.bars.ts(), *at);
        seen.sigma[*at] = sigma.get(row).copied().unwrap_or(f64::NAN);
        seen.z[*at] = columns.z().get(row).copied().unwrap_or(f64::NAN);
        seen.outcome_bps[*at] = desk.outcome_bps.get(row).copied().unwrap_or(f64::NAN);
    }
    let ahead = 1..=config.verdict.decay_bars;
    let wanted = own.labels.horizons.iter().copied().zip(&mut seen.by_horizon);
    let rows: Vec<usize> = mine.iter().map(|at| place(whole.ts(), *at)).collect();
    // One horizon's labels at a time: those of all would be several times the table.
    let mut one = own.clone();
    for (horizon, column) in wanted.chain(ahead.zip(&mut seen.ahead)) {
        one.labels.horizons = vec![horizon];
        let label = labels(&one, &whole)?.remove(0);
        for (at, row) in mine.iter().zip(&rows) {
            column[*at] = label.y_bps.get(*row).copied().unwrap_or(f64::NAN);
        }
    }
    Ok(())
}
