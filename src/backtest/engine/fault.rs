//! Why a backtest cannot be run, or cannot be believed.

use crate::backtest::account::MoneyFault;
use crate::backtest::costs::Costs;
use crate::backtest::intent::{Intent, IntentFault};
use crate::backtest::quote::Quote;
use crate::backtest::rules::Rules;
use crate::units::Ts;

/// The first thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineFault {
    #[error("there are {markets} markets, {intents} lists of intents and {costs} sets of costs")]
    Count { markets: usize, intents: usize, costs: usize },
    #[error("the bars of `{symbol}` are of another timeframe than those of `{first}`")]
    Timeframe { symbol: String, first: String },
    #[error("`{field}` of `{symbol}` has {found} values for {expected} bars")]
    Length { symbol: String, field: &'static str, found: usize, expected: usize },
    #[error("`{field}` of bar {bar} of `{symbol}` is `{value}`")]
    Value { symbol: String, bar: u32, field: &'static str, value: f64 },
    #[error("`{field}` is `{value}`: {need}")]
    Rule { field: &'static str, value: f64, need: &'static str },
    #[error("the slippage of `{symbol}` asks for volatility, and there is none")]
    NoSigma { symbol: String },
    #[error("an intent of `{symbol}` is of bar {bar}, and there are {n_bars} bars")]
    NoBar { symbol: String, bar: u32, n_bars: u32 },
    #[error(
        "the intent of bar {bar} of `{symbol}` has its stop `{stop:.4}` away, not above the spread of `{spread:.4}`"
    )]
    StopInSpread { symbol: String, bar: u32, stop: f64, spread: f64 },
    #[error("an intent of `{symbol}` is of bar {bar}: only that of the latest bar, {latest}, once")]
    NotLatest { symbol: String, bar: u32, latest: i64 },
    #[error("`{symbol}`: {fault}")]
    Intent { symbol: String, fault: IntentFault },
    #[error("the bars at `{at}` come after those at `{before}`")]
    Unsorted { at: Ts, before: Ts },
    #[error("{found} bars were given at `{at}` for {expected} symbols")]
    Step { at: Ts, found: usize, expected: usize },
    #[error("money does not add up: {0}")]
    Money(#[from] MoneyFault),
}

/// Whether the rules can be followed.
pub fn check_rules(rules: &Rules) -> Result<(), EngineFault> {
    let positive = "it must be above 0";
    let finite = "it must be finite and above 0";
    let natural = "it must be finite and at least 0";
    let above = |value: f64| value > 0.0;
    let finite_above = |value: f64| value.is_finite() && value > 0.0;
    let at_least = |value: f64| value.is_finite() && value >= 0.0;
    let checks = [
        ("cash", rules.cash, finite_above(rules.cash), finite),
        ("max_participation", rules.max_participation, above(rules.max_participation), positive),
        ("lot_size", rules.lot_size, at_least(rules.lot_size), natural),
        ("max_leverage", rules.max_leverage, finite_above(rules.max_leverage), finite),
        ("min_trade_size", rules.min_trade_size, at_least(rules.min_trade_size), natural),
    ];
    for (field, value, good, need) in checks {
        if !good {
            return Err(EngineFault::Rule { field, value, need });
        }
    }
    rules.costs.iter().try_for_each(check_costs)
}

fn check_costs(costs: &Costs) -> Result<(), EngineFault> {
    let need = "it must be finite";
    let numbers = [
        ("taker_bps", costs.taker_bps),
        ("maker_bps", costs.maker_bps),
        ("half_spread_bps", costs.half_spread_bps),
        ("slippage", costs.slippage.strength()),
        ("funding_bps_per_8h", costs.funding_bps_per_8h),
        ("borrow_bps_per_year", costs.borrow_bps_per_year),
    ];
    match numbers.iter().find(|(_, value)| !value.is_finite()) {
        Some(&(field, value)) => Err(EngineFault::Rule { field, value, need }),
        None => Ok(()),
    }
}

/// An intent whose stop lies inside the spread would be stopped by the market's standing still.
pub fn check_stop(
    symbol: &str,
    intent: &Intent,
    close: f64,
    costs: &Costs,
) -> Result<(), EngineFault> {
    let spread = 2.0 * costs.half_spread_bps * 1e-4 * close;
    if intent.stop <= spread {
        let (symbol, bar, stop) = (symbol.to_owned(), intent.bar, intent.stop);
        return Err(EngineFault::StopInSpread { symbol, bar, stop, spread });
    }
    Ok(())
}

/// A bar that nobody has checked yet.
pub fn check_quote(symbol: &str, bar: u32, quote: &Quote) -> Result<(), EngineFault> {
    let Quote { open, high, low, close, volume, sigma } = *quote;
    let price = |value: f64| value.is_finite() && value > 0.0;
    let amount = |value: f64| value.is_finite() && value >= 0.0;
    let checks = [
        ("open", open, price(open) && open <= high && open >= low),
        ("high", high, price(high)),
        ("low", low, price(low)),
        ("close", close, price(close) && close <= high && close >= low),
        ("volume", volume, amount(volume)),
        ("sigma", sigma, amount(sigma)),
    ];
    match checks.iter().find(|(.., good)| !good) {
        Some(&(field, value, _)) => {
            Err(EngineFault::Value { symbol: symbol.to_owned(), bar, field, value })
        }
        None => Ok(()),
    }
}
