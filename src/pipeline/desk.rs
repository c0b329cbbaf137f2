//! One symbol's bars with the predictions made of them, row by row: what gates and engine look at.

use super::recipe::{check_weights, weighting};
use super::stored::{StoredRun, horizons_of};
use super::train::Report;
use super::{bars, labels};
use crate::backtest::volatility::trailing_sd;
use crate::config::{Backtest, Config, HorizonWeights, WeightMethod};
use crate::failure::Failure;
use crate::learn::horizon_weights;
use crate::market::{Bars, Symbol};
use crate::signal::{FoldWeights, Forecast, Inputs, Setup, Weights};
use crate::units::Ts;
use crate::walkforward::HorizonColumns;

pub struct Desk {
    /// Up to the last one that was predicted.
    pub bars: Bars,
    /// The first row with a prediction: what comes before is history for windows.
    pub first: usize,
    pub setup: Setup,
    /// The return that came, weighed like the expectations; NaN where it is not known.
    pub outcome_bps: Vec<f64>,
    /// Bars that an outcome reaches over.
    pub overlap_bars: usize,
    folds: Vec<u32>,
    horizons: Vec<Columns>,
}

/// One horizon's predictions, a value a bar; NaN where there is none.
struct Columns {
    exp_bps: Vec<f64>,
    p_up: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// A year of 365.2425 days, the Gregorian calendar's mean.
const YEAR_US: f64 = 365.2425 * crate::units::DAY_US as f64;

/// The config that a run's bars, labels and horizons go by: its own, but for where bars lie.
pub fn data_config(config: &Config, own: &Config) -> Config {
    let mut own = own.clone();
    own.data.dir.clone_from(&config.data.dir);
    own
}

/// The same for a model that looks at other bars now: those between `data.from` and `data.to` of
/// today's config.
pub fn todays_config(config: &Config, own: &Config) -> Config {
    let mut own = data_config(config, own);
    (own.data.from, own.data.to) = (config.data.from, config.data.to);
    own
}

/// All symbols of a run, in its order.
pub fn desks(config: &Config, run: &StoredRun) -> Result<Vec<Desk>, Failure> {
    let own = data_config(config, &run.config);
    let weights = weights(&config.trading_logic.horizon_weights, &run.folds)?;
    let of =
        |(at, symbol): (usize, &Symbol)| desk((config, &own), run, (at as u32, symbol), &weights);
    run.symbols.iter().enumerate().map(of).collect()
}

fn desk(
    (config, own): (&Config, &Config),
    run: &StoredRun,
    (number, symbol): (u32, &Symbol),
    weights: &Weights,
) -> Result<Desk, Failure> {
    let whole = bars(own, symbol)?;
    let trial = run.predictions.columns();
    let mine: Vec<usize> = (0..trial.ts.len()).filter(|at| trial.symbols[*at] == number).collect();
    let rows = places(&whole, mine.iter().map(|at| trial.ts[*at]))?;
    let (Some(&first), Some(&last)) = (rows.first(), rows.last()) else {
        return Err(Failure::user(format!("the run has no predictions of `{symbol}`")));
    };
    let bars = whole.prefix(last + 1);
    run.check_bars(&bars)?;
    let setup = setup(config, &whole, (weights, run.trained_until()?));
    let spread = |values: &dyn Fn(usize) -> f64| {
        let mut column = vec![f64::NAN; bars.len()];
        rows.iter().zip(&mine).for_each(|(row, at)| column[*row] = values(*at));
        column
    };
    let horizon = |h: &HorizonColumns| Columns {
        exp_bps: spread(&|at| h.exp_bps[at]),
        p_up: spread(&|at| h.p_up[at]),
        low: spread(&|at| h.intervals[at].map_or(f64::NAN, |interval| interval.low)),
        high: spread(&|at| h.intervals[at].map_or(f64::NAN, |interval| interval.high)),
    };
    let horizons = trial.horizons.iter().map(horizon).collect();
    let mut folds = vec![0; bars.len()];
    rows.iter().zip(&mine).for_each(|(row, at)| folds[*row] = trial.fold[*at]);
    let overlap_bars = weights.horizons().iter().max().map_or(1, |h| *h as usize);
    let outcome_bps = outcomes(own, &whole, (weights, &folds))?;
    Ok(Desk { bars, first, setup, outcome_bps, overlap_bars, folds, horizons })
}

/// The rows of bars that opened at these times, which must all be there.
fn places(bars: &Bars, times: impl Iterator<Item = Ts>) -> Result<Vec<usize>, Failure> {
    let place = |ts: Ts| {
        bars.ts().binary_search(&ts).map_err(|_| {
            let symbol = bars.symbol();
            Failure::user(format!(
                "the predictions do not match the bars: `{symbol}` has no bar at `{ts}`"
            ))
            .hint(
                "`edgewalk data list` shows which bars there are; `edgewalk predict` predicts those of today",
            )
        })
    };
    times.map(place).collect()
}

/// `until`: the end of the training. How many bars a year has is counted before it: sizes go by
/// that, and what comes later is not known to them.
pub fn setup(config: &Config, bars: &Bars, (weights, until): (&Weights, Ts)) -> Setup {
    let backtest = &config.backtest;
    let past = &bars.ts()[..bars.ts().partition_point(|ts| *ts < until)];
    let ends = past.first().zip(past.last());
    let span = ends.map_or(0, |(first, last)| last.0 - first.0) + bars.timeframe().us();
    Setup {
        timeframe: bars.timeframe(),
        bars_per_year: past.len() as f64 / (span as f64 / YEAR_US),
        costs: backtest.costs(bars.symbol()),
        slippage_window: backtest.slippage_window(bars.symbol()),
        cash: backtest.cash,
        max_participation: backtest.max_participation.unwrap_or(f64::INFINITY),
        weights: weights.clone(),
    }
}

/// By the method that is asked for now, whatever the training's was: it has stored what each reads.
pub fn weights(asked: &HorizonWeights, folds: &[Report]) -> Result<Weights, Failure> {
    let horizons = folds.first().map(horizons_of).unwrap_or_default();
    check_weights(asked, &horizons)?;
    let each = |report: &Report| match asked.method {
        WeightMethod::Equal => vec![1.0; horizons.len()],
        WeightMethod::Fixed => asked.fixed.clone(),
        WeightMethod::Ic | WeightMethod::IcShrunk => {
            let ics: Vec<_> = report.horizons.iter().map(|scores| scores.calibrate.ic).collect();
            horizon_weights::HorizonWeights::of(&weighting(asked), &ics).weights
        }
    };
    let of_folds: Vec<(u32, Vec<f64>)> =
        folds.iter().map(|report| (report.fold, each(report))).collect();
    Weights::new(&horizons, of_folds).map_err(|fault| {
        Failure::user(fault).hint("`trading_logic.horizon_weights` sets what each horizon counts")
    })
}

/// Each row's return, weighed like its fold weighs the horizons.
fn outcomes(
    own: &Config,
    bars: &Bars,
    (weights, folds): (&Weights, &[u32]),
) -> Result<Vec<f64>, Failure> {
    let labels = labels(own, bars)?;
    let of = |(row, fold): (usize, &u32)| {
        let sum = |fold: &FoldWeights| fold.sum(labels.iter().map(|label| label.y_bps[row]));
        weights.of(*fold).map_or(f64::NAN, sum)
    };
    Ok(folds.iter().enumerate().map(of).collect())
}

impl Desk {
    pub fn forecasts(&self) -> Vec<Forecast<'_>> {
        self.horizons.iter().map(Columns::lend).collect()
    }

    pub fn inputs<'a>(&'a self, forecasts: &'a [Forecast<'a>]) -> Inputs<'a> {
        Inputs { bars: &self.bars, forecasts, folds: &self.folds, setup: &self.setup }
    }

    /// What slippage depends on, a value a bar; `None` where it depends on no volatility.
    pub fn sigma(&self) -> Option<Vec<f64>> {
        self.sigma_for(&self.setup)
    }

    /// The same by another setup.
    pub fn sigma_for(&self, setup: &Setup) -> Option<Vec<f64>> {
        let needed = setup.costs.slippage.needs_sigma();
        needed.then(|| trailing_sd(&self.bars.columns().close, setup.slippage_window))
    }

    /// The setup of another config for the same bars.
    pub fn setup_of(
        &self,
        (backtest, weighing): (&Backtest, &HorizonWeights),
        run: &StoredRun,
    ) -> Result<Setup, Failure> {
        let (old, symbol) = (&self.setup, self.bars.symbol());
        Ok(Setup {
            timeframe: old.timeframe,
            bars_per_year: old.bars_per_year,
            costs: backtest.costs(symbol),
            slippage_window: backtest.slippage_window(symbol),
            cash: backtest.cash,
            max_participation: backtest.max_participation.unwrap_or(f64::INFINITY),
            weights: weights(weighing, &run.folds)?,
        })
    }
}

impl Columns {
    fn lend(&self) -> Forecast<'_> {
        Forecast {
            exp_bps: &self.exp_bps,
            p_up: &self.p_up,
            interval: Some([&self.low, &self.high]),
        }
    }
}
