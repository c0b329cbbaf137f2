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
mod quote;
mod render;
mod rule;
mod search_space;
mod section;
mod setting;
mod swept;
mod synthetic;
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
pub use search_space::SearchSpace;
pub use swept::Swept;
pub use synthetic::{Planted, Synthetic};
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
    }

    /// What leaves nothing for folds. No fault of the file: features, labels and a model of one range
    /// need no windows.
    pub fn without_folds(&self) -> Option<String> {
        let horizon = self.labels.horizons.iter().max().copied().unwrap_or_default();
        let horizon_us = i64::from(horizon).saturating_mul(self.data.timeframe.us());
        let (timeframe, weeks) = (self.data.timeframe, self.walkforward.train_weeks);
        let fits = horizon_us < i64::from(weeks) * WEEK_US;
        (!fits).then(|| {
            format!(
                "there can be no folds: {horizon} bars of {timeframe} (`labels.horizons`) reach beyond \
                 a training window of {weeks} weeks (`walkforward.train_weeks`)"
            )
        })
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
        if weights.method != WeightMethod::Fixed {
            return;
        }
        let (n_weights, n_horizons) = (weights.fixed.len(), self.labels.horizons.len());
        let fixed = "trading_logic.horizon_weights.fixed";
        let keys = [fixed, "trading_logic.horizon_weights.method", "labels.horizons"];
        reading.require(n_weights == n_horizons, &keys, || {
            format!("{n_weights} weights for {n_horizons} horizons")
        });
        let is_zero = n_weights > 0 && weights.fixed.iter().all(|&w| w == 0.0);
        reading.require(!is_zero, &[fixed], || "every weight is zero".to_owned());
    }
}
