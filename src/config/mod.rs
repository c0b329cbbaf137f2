//! `config.yml` → checked values; all faults in one report.
//!
//! A section is one file with one `section!`: its keys, defaults, rules and comments stand there and
//! nowhere else. The checks, `--set`, `config show` and the commented `config.yml` follow from it.
//! A new section is that file and its line in [`Config`].

mod backtest;
mod calibration;
mod choices;
mod data;
mod expressions;
mod fault;
mod features;
mod flag;
mod free_keys;
mod labels;
mod learn;
mod leaves;
mod load;
mod nearest;
mod optimize;
mod quote;
mod render;
mod rule;
mod search_space;
mod section;
mod setting;
mod swept;
mod symbol_costs;
mod synthetic;
mod tournament;
mod trading_logic;
mod tunable;
mod tuning;
mod tree;
mod verdict;
mod walkforward;

#[cfg(test)]
mod tests;

pub use backtest::{Backtest, Commission, Slippage, SlippageModel};
pub use calibration::{Calibration, Method, Probability};
pub use data::{BaseUrl, Csv, Data, Delimiter, Exchange, ExchangeMarket, Source};
pub use data::{TestRange, TimeFormat, TrainRange};
pub use fault::{Fault, Faults, Place};
pub use features::{FeatureGroup, Features};
pub use flag::Flag;
pub use free_keys::{ColumnMap, Directions, Expression, Expressions};
pub use labels::{Barrier, Labels};
pub use learn::{Backend, Growth, Learn, Loss, StopOn, Target};
pub use load::{Loaded, PATH};
pub use nearest::nearest;
pub use optimize::{LayerName, Mode as OptimizeMode, Optimize, RegimesName};
pub use search_space::SearchSpace;
pub use swept::Swept;
pub use symbol_costs::SymbolCosts;
pub use synthetic::{Planted, Synthetic};
pub use tournament::{ChampionSampler, Tournament};
pub use trading_logic::{HorizonWeights, Sizing, TradingLogic, WeightMethod};
pub use tuning::{PrunerName, SamplerName, Tuning};
pub use verdict::Verdict;
pub use walkforward::{Drift, Residuals, Retrain, WalkForward};

use rule::Rule;
use section::section;
use setting::Reading;

use crate::units::WEEK_US;

section! {
    /// Everything a run depends on, apart from the data themselves.
    pub struct Config, check Config::check;
    /// Seed of every random draw: the same seed, data and settings give the same bytes.
    seed: u64 = 7, Rule::any();
    data: Data = Data::default(), Rule::any();
    synthetic: Synthetic = Synthetic::default(), Rule::any();
    features: Features = Features::default(), Rule::any();
    labels: Labels = Labels::default(), Rule::any();
    walkforward: WalkForward = WalkForward::default(), Rule::any();
    learn: Learn = Learn::default(), Rule::any();
    tuning: Tuning = Tuning::default(), Rule::any();
    calibration: Calibration = Calibration::default(), Rule::any();
    trading_logic: TradingLogic = TradingLogic::default(), Rule::any();
    backtest: Backtest = Backtest::default(), Rule::any();
    optimize: Optimize = Optimize::default(), Rule::any();
    tournament: Tournament = Tournament::default(), Rule::any();
    verdict: Verdict = Verdict::default(), Rule::any();
}

impl Config {
    /// Rules between sections; those within one stand in its file.
    fn check(&self, reading: &mut Reading) {
        self.check_calibration(reading);
        self.check_early_stop(reading);
        self.check_weights(reading);
        self.tuning.check_with(&self.learn, reading);
        let keys = ["labels.barrier.max_hold_bars", "backtest.oco_delay_bars"];
        let is_armed = self.labels.barrier.max_hold_bars > self.backtest.oco_delay_bars;
        reading.require(is_armed, &keys, || {
            "stop and target are armed after the time limit: they would never be".to_owned()
        });
        let has_target = self.trading_logic.target_atr.is_some();
        let keys = ["backtest.target_fraction", "trading_logic.target_atr"];
        reading.require(has_target || self.backtest.target_fraction == 1.0, &keys, || {
            "a partial target needs a target: target_atr is null".to_owned()
        });
    }

    /// What single commands refuse: in the report of a check, and else in nobody's way. Who lists
    /// bars of a week need not have horizons that fit them.
    fn check_stages(&self, reading: &mut Reading) {
        if self.data.source == Source::Synthetic {
            self.synthetic.check(self.data.timeframe, reading);
        }
        self.check_n_weights(reading);
    }

    /// What leaves nothing for folds. No fault of the file: features, labels and a model of one range
    /// need no windows.
    pub fn without_folds(&self) -> Option<String> {
        let walk = &self.walkforward;
        let (timeframe, bar_us) = (self.data.timeframe, self.data.timeframe.us());
        let horizon = self.labels.horizons.iter().max().copied().unwrap_or_default();
        let weeks = |us: i64| format!("{:.1} weeks", us as f64 / WEEK_US as f64);
        let needed = i64::from(walk.train_weeks + walk.test_weeks) * WEEK_US;
        let made = i64::from(self.synthetic.bars).saturating_mul(bar_us);
        if self.data.source == Source::Synthetic && made < needed {
            let (n, made, needed) = (self.synthetic.bars, weeks(made), weeks(needed));
            return Some(format!(
                "there can be no folds: {n} bars of {timeframe} (`synthetic.bars`) are {made}, and \
                 `walkforward.train_weeks` + `walkforward.test_weeks` are {needed}"
            ));
        }
        // From a decision to the price that its return ends at, which the next slice must not know.
        let reach = i64::from(horizon) + 1 + i64::from(walk.embargo_bars);
        let reach_us = reach.saturating_mul(bar_us);
        let slices = self.slices().into_iter();
        let (name, length_us) = slices.min_by_key(|slice| slice.1).filter(|s| s.1 < reach_us)?;
        let length = weeks(length_us);
        Some(format!(
            "there can be no folds: {horizon} bars of {timeframe} (`labels.horizons`) reach beyond \
             {name}, which is {length} of a window of {} weeks (`walkforward.train_weeks`)",
            walk.train_weeks
        ))
    }

    /// The parts of a training window that hold anything, and how long they are.
    fn slices(&self) -> Vec<(&'static str, i64)> {
        let walk = &self.walkforward;
        let (stop, calibrate) = (walk.early_stop_fraction, walk.calibrate_fraction);
        let window_us = f64::from(walk.train_weeks) * WEEK_US as f64;
        let parts = [
            ("the slice to train on", 1.0 - stop - calibrate),
            ("the slice to stop training on (`walkforward.early_stop_fraction`)", stop),
            ("the slice to calibrate on (`walkforward.calibrate_fraction`)", calibrate),
        ];
        let held = parts.into_iter().filter(|(_, part)| *part > 0.0);
        held.map(|(name, part)| (name, (window_us * part) as i64)).collect()
    }

    fn check_calibration(&self, reading: &mut Reading) {
        let is_fitted = !self.calibration.enabled || self.walkforward.calibrate_fraction > 0.0;
        let keys = ["walkforward.calibrate_fraction", "calibration.enabled"];
        reading.require(is_fitted, &keys, || {
            "calibration is enabled, but calibrate_fraction leaves it no data".to_owned()
        });
        let has_interval = !self.trading_logic.conformal_gate || self.calibration.enabled;
        let keys = ["trading_logic.conformal_gate", "calibration.enabled"];
        reading.require(has_interval, &keys, || {
            "the conformal gate needs calibration.enabled".to_owned()
        });
    }

    fn check_early_stop(&self, reading: &mut Reading) {
        let can_stop = self.learn.patience.is_none() || self.walkforward.early_stop_fraction > 0.0;
        let keys = ["walkforward.early_stop_fraction", "learn.patience"];
        reading.require(can_stop, &keys, || {
            "early stopping has no data: null patience trains all rounds".to_owned()
        });
    }

    fn check_weights(&self, reading: &mut Reading) {
        let weights = &self.trading_logic.horizon_weights;
        let is_asked = weights.method == WeightMethod::Fixed && !weights.fixed.is_empty();
        let is_zero = is_asked && weights.fixed.iter().all(|&w| w == 0.0);
        reading.require(!is_zero, &[FIXED], || "every weight is zero".to_owned());
    }

    /// A stored run has horizons of its own: whoever trades one gives as many weights as it has.
    fn check_n_weights(&self, reading: &mut Reading) {
        let weights = &self.trading_logic.horizon_weights;
        let (n_weights, n_horizons) = (weights.fixed.len(), self.labels.horizons.len());
        let keys = [FIXED, "trading_logic.horizon_weights.method", "labels.horizons"];
        let fits = weights.method != WeightMethod::Fixed || n_weights == n_horizons;
        reading.require(fits, &keys, || format!("{n_weights} weights for {n_horizons} horizons"));
    }
}

const FIXED: &str = "trading_logic.horizon_weights.fixed";
