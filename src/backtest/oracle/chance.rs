//! Markets, intents and rules by chance.
//!
//! Prices stand on a coarse grid, so that levels are touched exactly, jumped over and both reached in
//! one bar all the time. Everything else is uneven, so that no decision hangs on the last bit of a sum:
//! where equity could be spent to exactly nothing, or a room be exactly as large as a wish, two correct
//! programs may differ.

use super::{Candle, World};
use crate::backtest::costs::{Costs, Slippage};
use crate::backtest::intent::{Intent, Side};
use crate::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use crate::market::LimitFill;
use crate::rng::Rng;
use crate::units::{DAY_US, HOUR_US, MINUTE_US};

const MOST_TICKS: i64 = 200;

/// The world of this number: always the same.
pub fn world(case: u64) -> World {
    let rng = &mut Rng::stream(1, "worlds of the oracle", &[case]);
    let timeframe_us = pick(rng, &[MINUTE_US, HOUR_US, 4 * HOUR_US, DAY_US]);
    let n_symbols = pick(rng, &[1, 1, 1, 2, 2, 3]);
    let n_times = rng.index(5..61);
    let tick = pick(rng, &[0.5, 0.5, 0.5, 0.4871]);
    let manner = Manner {
        tick,
        step: pick(rng, &[1, 3, 3, 8]),
        missing: pick(rng, &[0.0, 0.0, 0.15]),
        silent: pick(rng, &[0.0, 0.1, 0.3]),
        most_volume: pick(rng, &[20, 200, 200, 5_000]),
    };
    let bars: Vec<Vec<Candle>> =
        (0..n_symbols).map(|_| candles(rng, &manner, n_times, timeframe_us)).collect();
    let eagerness = pick(rng, &[0.05, 0.2, 0.5, 0.9]);
    let intents = bars.iter().map(|bars| intents(rng, bars.len(), (tick, eagerness))).collect();
    let rules = rules(rng, n_symbols);
    World { timeframe_us, sigma_bars: pick(rng, &[2, 3, 5, 20]), bars, intents, rules }
}

fn pick<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.index(0..choices.len())]
}

/// From −`reach` to +`reach`.
fn around(rng: &mut Rng, reach: i64) -> i64 {
    rng.below(2 * reach as u64 + 1) as i64 - reach
}

struct Manner {
    tick: f64,
    /// Most ticks that a bar's body is long, and a gap wide.
    step: i64,
    /// How often there is no bar, or one without volume.
    missing: f64,
    silent: f64,
    most_volume: u64,
}

fn candles(rng: &mut Rng, manner: &Manner, n_times: usize, timeframe_us: i64) -> Vec<Candle> {
    let first = pick(rng, &[0, 0, 0, 1, 2]);
    let last = n_times - pick(rng, &[0, 0, 0, 1, 2]);
    let mut price = rng.index(5..120) as i64;
    let mut candles = Vec::new();
    for slot in first..last {
        let candle = candle(rng, manner, &mut price);
        if slot == first || !rng.chance(manner.missing) {
            candles.push(Candle { ts: slot as i64 * timeframe_us, ..candle });
        }
    }
    candles
}

/// The next candle of a walk over ticks.
fn candle(rng: &mut Rng, manner: &Manner, price: &mut i64) -> Candle {
    let within = |ticks: i64| ticks.clamp(1, MOST_TICKS);
    let gap = if rng.chance(0.5) { 0 } else { around(rng, manner.step) };
    let open = match rng.below(40) {
        0 => within(*price * 2),
        1 => within(*price / 2),
        _ => within(*price + gap),
    };
    let close = within(open + around(rng, manner.step));
    let high = within(open.max(close) + pick(rng, &[0, 0, 1, 2, manner.step]));
    let low = within(open.min(close) - pick(rng, &[0, 0, 1, 2, manner.step]));
    *price = close;
    let silent = rng.chance(manner.silent);
    let volume = if silent { 0.0 } else { (1 + rng.below(manner.most_volume)) as f64 };
    let [open, high, low, close] = [open, high, low, close].map(|n| n as f64 * manner.tick);
    Candle { ts: 0, open, high, low, close, volume }
}

fn intents(rng: &mut Rng, n_bars: usize, (tick, eagerness): (f64, f64)) -> Vec<Intent> {
    let bars: Vec<usize> = (0..n_bars).filter(|_| rng.chance(eagerness)).collect();
    bars.into_iter().map(|bar| intent(rng, bar, tick)).collect()
}

/// The shortest distance is above the widest full spread: 20 bps of 200 ticks.
fn intent(rng: &mut Rng, bar: usize, tick: f64) -> Intent {
    let side = pick(rng, &[Side::Long, Side::Short]);
    let furthest = pick(rng, &[2, 2, 8]);
    let mut distance = |often: f64| {
        if rng.chance(often) { (1 + rng.below(furthest)) as f64 * tick } else { f64::INFINITY }
    };
    let (stop, target, trail) = (distance(0.7), distance(0.7), distance(0.3));
    let hold_bars = if rng.chance(0.4) { 1 + rng.below(6) as u32 } else { u32::MAX };
    let size = pick(rng, &[0.0117, 0.137, 0.371, 0.713, 0.977, 1.439, 2.317]);
    let target_fraction = pick(rng, &[1.0, 1.0, 0.5, 0.31, 0.29, 0.05]);
    Intent { bar: bar as u32, side, size, stop, target, trail, target_fraction, hold_bars }
}

fn rules(rng: &mut Rng, n_symbols: usize) -> Rules {
    let free = rng.chance(0.15);
    Rules {
        cash: pick(rng, &[1_000.7, 1_000.7, 99.3, 31.9, 250_000.3]),
        latency_bars: pick(rng, &[0, 0, 0, 1, 2, 3]),
        oco_delay_bars: pick(rng, &[0, 1, 1, 2, 3]),
        limit_fill: pick(rng, &[LimitFill::Through, LimitFill::Touch]),
        intrabar: pick(rng, &[Intrabar::Pessimistic, Intrabar::Optimistic, Intrabar::Path]),
        trailing_basis: pick(rng, &[TrailingBasis::Close, TrailingBasis::Extreme]),
        on_opposite: pick(rng, &[OnOpposite::Hold, OnOpposite::Exit, OnOpposite::Reverse]),
        cooldown_bars: pick(rng, &[0, 0, 1, 2, 3]),
        max_participation: pick(rng, &[f64::INFINITY, f64::INFINITY, 0.03, 0.1, 0.25, 1.0]),
        on_cap: pick(rng, &[OnCap::Wait, OnCap::Wait, OnCap::Cancel]),
        lot_size: pick(rng, &[0.0, 0.0, 0.1, 1.0, 5.0]),
        max_leverage: pick(rng, if free { &[1.003, 1.919] } else { &[1.0, 1.0, 2.0, 3.0] }),
        min_trade_size: pick(rng, &[0.0, 0.0, 0.0531, 0.137, 0.3119]),
        costs: (0..n_symbols).map(|_| if free { FREE } else { costs(rng) }).collect(),
    }
}

const FREE: Costs = Costs {
    taker_bps: 0.0,
    maker_bps: 0.0,
    half_spread_bps: 0.0,
    slippage: Slippage::Fixed { bps: 0.0 },
    funding_bps_per_8h: 0.0,
    borrow_bps_per_year: 0.0,
};

fn costs(rng: &mut Rng) -> Costs {
    Costs {
        taker_bps: pick(rng, &[2.53, 7.41]),
        maker_bps: pick(rng, &[1.01, -0.31, 0.0]),
        half_spread_bps: pick(rng, &[0.0, 0.51, 9.7]),
        slippage: pick(
            rng,
            &[
                Slippage::Fixed { bps: 1.7 },
                Slippage::Range { fraction: 0.053 },
                Slippage::Volatility { fraction: 0.31 },
                Slippage::Impact { coefficient: 0.61 },
                Slippage::Impact { coefficient: 97.0 },
            ],
        ),
        funding_bps_per_8h: pick(rng, &[0.0, 1.3, -0.7, 31.0]),
        borrow_bps_per_year: pick(rng, &[0.0, 317.0, 50_090.0]),
    }
}
