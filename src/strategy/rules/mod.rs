//! The strategies, one a file; the list is all that has to be told of a new one.

mod adx_trend;
mod atr_channel;
mod bollinger_breakout;
mod bollinger_reversion;
mod donchian;
mod ema_cross;
mod fair_value_gap;
mod liquidity_sweep;
mod ma_cross;
mod macd;
mod mfi;
mod rsi;
mod session_breakout;
mod stochastic;
mod time_series_momentum;
mod volatility_breakout;
mod vwap_reversion;
mod zscore_reversion;

use super::fault::BadChoice;
use super::spec::Strategy;
use crate::features::expr::nearest;

/// In the order in which they are listed.
pub const ALL: [&Strategy; 18] = [
    &rsi::STRATEGY,
    &ma_cross::STRATEGY,
    &ema_cross::STRATEGY,
    &macd::STRATEGY,
    &bollinger_reversion::STRATEGY,
    &bollinger_breakout::STRATEGY,
    &stochastic::STRATEGY,
    &mfi::STRATEGY,
    &donchian::STRATEGY,
    &adx_trend::STRATEGY,
    &atr_channel::STRATEGY,
    &vwap_reversion::STRATEGY,
    &zscore_reversion::STRATEGY,
    &fair_value_gap::STRATEGY,
    &liquidity_sweep::STRATEGY,
    &session_breakout::STRATEGY,
    &time_series_momentum::STRATEGY,
    &volatility_breakout::STRATEGY,
];

pub fn find(name: &str) -> Result<&'static Strategy, BadChoice> {
    let found = ALL.into_iter().find(|strategy| strategy.name == name);
    found.ok_or_else(|| {
        let near = nearest(name, ALL.into_iter().map(|strategy| strategy.name));
        BadChoice::Strategy { name: name.to_owned(), nearest: near }
    })
}
