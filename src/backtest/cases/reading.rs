//! From a case's texts to bars, intents and rules.

use crate::backtest::costs::{Costs, Slippage};
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use crate::market::{Bars, Columns, LimitFill, Timeframe};
use crate::units::{HOUR_US, Ts};

pub struct Setup {
    pub bars: Vec<Bars>,
    pub intents: Vec<Intents>,
    pub rules: Rules,
}

impl Setup {
    pub fn read(rules: &str, bars: &str, intents: &str) -> Self {
        let bars: Vec<Bars> = bars.split("||").enumerate().map(read_bars).collect();
        let mut intents: Vec<Intents> = intents.split("||").map(read_intents).collect();
        intents.resize_with(bars.len(), Intents::default);
        Self { rules: read_rules(rules, bars.len()), bars, intents }
    }
}

/// 1000 of cash, no costs, no caps, no lots; the careful defaults otherwise.
pub fn plain_rules(n_symbols: usize) -> Rules {
    Rules {
        cash: 1000.0,
        latency_bars: 0,
        oco_delay_bars: 1,
        limit_fill: LimitFill::Through,
        intrabar: Intrabar::Pessimistic,
        trailing_basis: TrailingBasis::Close,
        on_opposite: OnOpposite::Hold,
        cooldown_bars: 0,
        max_participation: f64::INFINITY,
        on_cap: OnCap::Wait,
        lot_size: 0.0,
        max_leverage: 1.0,
        min_trade_size: 0.0,
        costs: vec![free(); n_symbols],
    }
}

/// Trading for nothing.
pub const fn free() -> Costs {
    Costs {
        taker_bps: 0.0,
        maker_bps: 0.0,
        half_spread_bps: 0.0,
        slippage: Slippage::Fixed { bps: 0.0 },
        funding_bps_per_8h: 0.0,
        borrow_bps_per_year: 0.0,
    }
}

/// Hourly bars from the epoch on.
fn read_bars((number, text): (usize, &str)) -> Bars {
    let mut c = Columns::default();
    for (row, bar) in text.split('|').enumerate().filter(|(_, bar)| bar.trim() != "-") {
        let prices: Vec<f64> = bar.split_whitespace().map(|p| p.parse().unwrap()).collect();
        let (at, volume) = match prices.as_slice() {
            [p] => ([*p; 4], 1e6),
            [o, h, l, c] => ([*o, *h, *l, *c], 1e6),
            [o, h, l, c, v] => ([*o, *h, *l, *c], *v),
            _ => panic!("`{bar}` is no bar"),
        };
        c.ts.push(Ts(row as i64 * HOUR_US));
        c.open.push(at[0]);
        c.high.push(at[1]);
        c.low.push(at[2]);
        c.close.push(at[3]);
        c.volume.push(volume);
    }
    Bars::new(format!("S{number}").parse().unwrap(), Timeframe::H1, c).unwrap()
}

fn read_intents(text: &str) -> Intents {
    let intents = text.split(',').filter(|intent| !intent.trim().is_empty()).map(read_intent);
    Intents::new(intents.collect()).unwrap()
}

fn read_intent(text: &str) -> Intent {
    let mut words = text.split_whitespace();
    let bar = words.next().unwrap().parse().unwrap();
    let side = match words.next() {
        Some("long") => Side::Long,
        Some("short") => Side::Short,
        other => panic!("{other:?} is no side"),
    };
    let mut intent = Intent::new(bar, side);
    for word in words {
        let (key, value) = word.split_once('=').unwrap();
        let number: f64 = value.parse().unwrap();
        match key {
            "size" => intent.size = number,
            "stop" => intent.stop = number,
            "target" => intent.target = number,
            "trail" => intent.trail = number,
            "fraction" => intent.target_fraction = number,
            "hold" => intent.hold_bars = number as u32,
            _ => panic!("{word}"),
        }
    }
    intent
}

fn read_rules(text: &str, n_symbols: usize) -> Rules {
    let mut rules = plain_rules(n_symbols);
    for word in text.split_whitespace() {
        match word.split_once('=') {
            Some((key, value)) => set_number(&mut rules, key, value.parse().unwrap()),
            None => set_word(&mut rules, word),
        }
    }
    rules
}

fn set_number(rules: &mut Rules, key: &str, value: f64) {
    let costs = &mut rules.costs;
    let bars = value as u32;
    match key {
        "cash" => rules.cash = value,
        "latency" => rules.latency_bars = bars,
        "delay" => rules.oco_delay_bars = bars,
        "cooldown" => rules.cooldown_bars = bars,
        "cap" => rules.max_participation = value,
        "lot" => rules.lot_size = value,
        "leverage" => rules.max_leverage = value,
        "min" => rules.min_trade_size = value,
        "taker" => costs.iter_mut().for_each(|c| c.taker_bps = value),
        "maker" => costs.iter_mut().for_each(|c| c.maker_bps = value),
        "spread" => costs.iter_mut().for_each(|c| c.half_spread_bps = value),
        "funding" => costs.iter_mut().for_each(|c| c.funding_bps_per_8h = value),
        "borrow" => costs.iter_mut().for_each(|c| c.borrow_bps_per_year = value),
        "slip" => costs.iter_mut().for_each(|c| c.slippage = Slippage::Fixed { bps: value }),
        "range" => costs.iter_mut().for_each(|c| c.slippage = Slippage::Range { fraction: value }),
        _ => panic!("{key}"),
    }
}

fn set_word(rules: &mut Rules, word: &str) {
    match word {
        "touch" => rules.limit_fill = LimitFill::Touch,
        "optimistic" => rules.intrabar = Intrabar::Optimistic,
        "path" => rules.intrabar = Intrabar::Path,
        "extreme" => rules.trailing_basis = TrailingBasis::Extreme,
        "exit" => rules.on_opposite = OnOpposite::Exit,
        "reverse" => rules.on_opposite = OnOpposite::Reverse,
        "cancel" => rules.on_cap = OnCap::Cancel,
        _ => panic!("{word}"),
    }
}
