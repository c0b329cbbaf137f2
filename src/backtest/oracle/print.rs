//! A world for the eye: made as small as its fault allows, and written down.

use std::fmt::Write;

use super::World;
use crate::backtest::intent::Intent;
use crate::backtest::rules::Rules;

/// Takes away whatever can go while the fault stays.
pub fn smallest(world: &World, is_faulty: &dyn Fn(&World) -> bool) -> World {
    let mut small = world.clone();
    loop {
        let Some(smaller) = smaller(&small).into_iter().find(|world| is_faulty(world)) else {
            return small;
        };
        small = smaller;
    }
}

/// Every world that is one thing less.
fn smaller(world: &World) -> Vec<World> {
    let mut found = Vec::new();
    let mut with = |edit: &dyn Fn(&mut World)| {
        let mut copy = world.clone();
        edit(&mut copy);
        if copy != *world {
            found.push(copy);
        }
    };
    for symbol in 0..world.bars.len() {
        if world.bars.len() > 1 {
            with(&|w| without_symbol(w, symbol));
        }
        if world.bars[symbol].len() > 1 {
            for row in 0..world.bars[symbol].len() {
                with(&|w| without_row(w, symbol, row));
            }
        }
        for at in 0..world.intents[symbol].len() {
            with(&|w| w.intents[symbol].retain(|i| i.bar != world.intents[symbol][at].bar));
            for plain in PLAINER_INTENT {
                with(&|w| plain(&mut w.intents[symbol][at]));
            }
        }
    }
    with(&|w| without_latency(w));
    for plain in PLAINER_RULES {
        with(&|w| plain(&mut w.rules));
    }
    found
}

fn without_symbol(world: &mut World, symbol: usize) {
    world.bars.remove(symbol);
    world.intents.remove(symbol);
    world.rules.costs.remove(symbol);
}

fn without_row(world: &mut World, symbol: usize, row: usize) {
    world.bars[symbol].remove(row);
    let n_bars = world.bars[symbol].len();
    let intents = &mut world.intents[symbol];
    intents.retain(|intent| intent.bar as usize != row);
    intents.iter_mut().filter(|i| i.bar as usize > row).for_each(|intent| intent.bar -= 1);
    intents.retain(|intent| (intent.bar as usize) < n_bars);
}

/// The same actions, decided later.
fn without_latency(world: &mut World) {
    let waited = std::mem::take(&mut world.rules.latency_bars);
    for (intents, bars) in world.intents.iter_mut().zip(&world.bars) {
        intents.iter_mut().for_each(|intent| intent.bar += waited);
        intents.retain(|intent| (intent.bar as usize) < bars.len());
    }
}

const PLAINER_INTENT: &[fn(&mut Intent)] = &[
    |intent| intent.stop = f64::INFINITY,
    |intent| intent.target = f64::INFINITY,
    |intent| intent.trail = f64::INFINITY,
    |intent| intent.target_fraction = 1.0,
    |intent| intent.hold_bars = u32::MAX,
    |intent| intent.size = 0.137,
];

const PLAINER_RULES: &[fn(&mut Rules)] = &[
    |rules| rules.cooldown_bars = 0,
    |rules| rules.oco_delay_bars = 1,
    |rules| rules.limit_fill = Default::default(),
    |rules| rules.intrabar = Default::default(),
    |rules| rules.trailing_basis = Default::default(),
    |rules| rules.on_opposite = Default::default(),
    |rules| rules.on_cap = Default::default(),
    |rules| rules.max_participation = f64::INFINITY,
    |rules| rules.lot_size = 0.0,
    |rules| rules.min_trade_size = 0.0,
    |rules| rules.max_leverage = 1.0,
    |rules| rules.cash = 1_000.7,
    |rules| rules.costs.iter_mut().for_each(|c| c.funding_bps_per_8h = 0.0),
    |rules| rules.costs.iter_mut().for_each(|c| c.borrow_bps_per_year = 0.0),
    |rules| rules.costs.iter_mut().for_each(|c| c.half_spread_bps = 0.0),
    |rules| rules.costs.iter_mut().for_each(|c| c.taker_bps = 0.0),
    |rules| rules.costs.iter_mut().for_each(|c| c.maker_bps = 0.0),
    |rules| {
        let none = crate::backtest::costs::Slippage::Fixed { bps: 0.0 };
        rules.costs.iter_mut().for_each(|c| c.slippage = none);
    },
];

/// Rules, bars and intents, line by line; times in bars.
pub fn describe(world: &World) -> String {
    let mut text = format!("\n{:#?}\n", world.rules);
    let (minutes, n) = (world.timeframe_us / 60_000_000, world.sigma_bars);
    let _ = writeln!(text, "bars of {minutes} minutes, volatility of {n} bars");
    for (symbol, bars) in world.bars.iter().enumerate() {
        let _ = writeln!(text, "symbol {symbol}: row, time: open high low close | volume | intent");
        for (row, bar) in bars.iter().enumerate() {
            let time = bar.ts / world.timeframe_us;
            let prices = format!("{} {} {} {}", bar.open, bar.high, bar.low, bar.close);
            let decided = world.intents[symbol].iter().find(|i| i.bar as usize == row);
            let decided = decided.map(wish).unwrap_or_default();
            let _ = writeln!(text, "{row:>4} {time:>4}: {prices} | {} | {decided}", bar.volume);
        }
    }
    text
}

fn wish(intent: &Intent) -> String {
    let Intent { side, size, stop, target, trail, hold_bars, .. } = intent;
    let mut text = format!("{side:?} {size}");
    for (name, distance) in [("stop", stop), ("target", target), ("trail", trail)] {
        if distance.is_finite() {
            let _ = write!(text, ", {name} {distance}");
        }
    }
    if *hold_bars < u32::MAX {
        let _ = write!(text, ", for {hold_bars} bars");
    }
    text
}
