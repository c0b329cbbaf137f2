//! Points → what gates and engine take, sorted so that those with much in common are together.

use rayon::prelude::*;

use super::super::single::setting;
use crate::backtest::rules::Rules;
use crate::config::{Backtest, Config, HorizonWeights};
use crate::failure::Failure;
use crate::market::Symbol;
use crate::search::Point;
use crate::signal::SignalParams;

/// Of settings that share something.
pub type Key = [u8; 32];

/// One point.
pub struct Setting {
    /// Its place among the points.
    pub at: usize,
    pub backtest: Backtest,
    pub weights: HorizonWeights,
    pub signal: SignalParams,
    pub rules: Rules,
    /// What a [`Study`](crate::signal::Study) depends on: costs, money, weights.
    pub study: Key,
    /// What a [`Screen`](crate::backtest::screen::Screen) depends on, beside the study: exits, rules.
    pub screen: Key,
    /// What it counts as among the trials of these predictions.
    pub name: String,
    /// Windows of the columns.
    pub windows: [u32; 4],
}

/// By study, screen and windows; and those that are no settings, with the reason. `of`: hashes of the
/// predictions.
pub fn settings(
    config: &Config,
    points: &[(usize, &Point)],
    (of, symbols): ((&str, &str), &[Symbol]),
) -> (Vec<Setting>, Vec<(usize, String)>) {
    let made = points.par_iter().map(|&(at, point)| {
        let found = config.at(point).map_err(|faults| (at, Failure::from(faults).message));
        found.map(|config| Setting::new((at, setting(&config, of, symbols)), &config, symbols))
    });
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for made in made.collect::<Vec<_>>() {
        match made {
            Ok(setting) => good.push(setting),
            Err(fault) => bad.push(fault),
        }
    }
    good.sort_by_key(|s: &Setting| (s.study, s.screen, s.windows, s.at));
    (good, bad)
}

impl Setting {
    fn new((at, name): (usize, String), config: &Config, symbols: &[Symbol]) -> Self {
        let (logic, backtest) = (&config.trading_logic, &config.backtest);
        let (signal, rules) = (logic.params(backtest), backtest.rules(logic, symbols));
        let sigma: Vec<u32> = symbols.iter().map(|one| backtest.slippage_window(one)).collect();
        let money = (backtest.cash, backtest.max_participation);
        let study = key(&(&rules.costs, sigma, money, &logic.horizon_weights));
        let levels = [signal.stop_atr, signal.target_atr, signal.trailing_atr];
        let whole = (signal.target_fraction, signal.max_hold_bars);
        let screen = key(&(&rules, signal.atr_window, levels, whole));
        let windows =
            [signal.z_window, signal.quantile_window, signal.volatility_window, signal.atr_window];
        let (backtest, weights) = (backtest.clone(), logic.horizon_weights.clone());
        Self { at, backtest, weights, signal, rules, study, screen, name, windows }
    }
}

/// Debug shows every bit of a number.
fn key(parts: &impl std::fmt::Debug) -> Key {
    *blake3::hash(format!("{parts:?}").as_bytes()).as_bytes()
}
