//! What things cost, in the oracle's own arithmetic.

use super::World;
use crate::backtest::costs::Slippage;
use crate::backtest::intent::Side;

const BPS: f64 = 1e-4;
const EIGHT_HOURS_US: f64 = 8.0 * 3600.0 * 1e6;
const YEAR_US: f64 = 365.0 * 24.0 * 3600.0 * 1e6;
/// Of a whole number of lots, or of what a trade ever held: less is nothing.
pub const NOTHING: f64 = 1e-9;

/// What a buyer pays where the market is at `reference`, or a seller gets.
pub fn market_price(side: Side, reference: f64, impact: f64) -> f64 {
    match side {
        Side::Long => reference * (1.0 + impact),
        Side::Short => reference * (1.0 - impact),
    }
}

/// Half spread and slippage of an order that takes this `share` of the row's volume.
pub fn impact(world: &World, (symbol, row): (usize, usize), reference: f64, share: f64) -> f64 {
    let bar = &world.bars[symbol][row];
    let costs = &world.rules.costs[symbol];
    let slippage = match costs.slippage {
        Slippage::Fixed { bps } => bps * BPS,
        Slippage::Range { fraction } => fraction * (bar.high - bar.low) / reference,
        Slippage::Volatility { fraction } => fraction * sigma(world, symbol, row),
        Slippage::Impact { coefficient } => {
            coefficient * sigma(world, symbol, row) * share.clamp(0.0, 1.0).sqrt()
        }
    };
    (costs.half_spread_bps * BPS + slippage).min(0.9)
}

/// The part of the row's volume that a quantity is.
pub fn share(world: &World, (symbol, row): (usize, usize), qty: f64) -> f64 {
    let volume = world.bars[symbol][row].volume;
    if volume > 0.0 { qty / volume } else { 1.0 }
}

/// Standard deviation of the last returns that were known before the row.
fn sigma(world: &World, symbol: usize, row: usize) -> f64 {
    let bars = &world.bars[symbol];
    let first = row.saturating_sub(world.sigma_bars).max(1);
    let returns: Vec<f64> =
        (first..row).map(|k| libm::log(bars[k].close / bars[k - 1].close)).collect();
    if returns.len() < 2 {
        return 0.0;
    }
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let squares: f64 = returns.iter().map(|r| (r - mean) * (r - mean)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// Taker's commission on a value.
pub fn taker(world: &World, symbol: usize, value: f64) -> f64 {
    value * world.rules.costs[symbol].taker_bps * BPS
}

/// Maker's commission on a value.
pub fn maker(world: &World, symbol: usize, value: f64) -> f64 {
    value * world.rules.costs[symbol].maker_bps * BPS
}

/// Funding and borrow on a value for a time.
pub fn carry(world: &World, symbol: usize, (side, value): (Side, f64), held_us: i64) -> f64 {
    let costs = &world.rules.costs[symbol];
    let funding = value * costs.funding_bps_per_8h * BPS * held_us as f64 / EIGHT_HOURS_US;
    let borrow = value * costs.borrow_bps_per_year * BPS * held_us as f64 / YEAR_US;
    match side {
        Side::Long => funding,
        Side::Short => borrow - funding,
    }
}

pub fn lots_down(world: &World, qty: f64) -> f64 {
    let lot = world.rules.lot_size;
    if lot > 0.0 { (qty / lot + NOTHING).floor() * lot } else { qty }
}

pub fn lots_up(world: &World, qty: f64) -> f64 {
    let lot = world.rules.lot_size;
    if lot > 0.0 { (qty / lot - NOTHING).ceil() * lot } else { qty }
}

/// The most that one fill may take of a bar.
pub fn cap(world: &World, symbol: usize, row: usize) -> f64 {
    lots_down(world, world.rules.max_participation * world.bars[symbol][row].volume)
}
