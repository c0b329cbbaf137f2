//! Random markets, intents and rules, for properties.

use proptest::prelude::*;

use crate::backtest::cases::{free, plain_rules};
use crate::backtest::costs::{Costs, Slippage};
use crate::backtest::engine::{EngineFault, run};
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::ledger::Ledger;
use crate::backtest::quote::Market;
use crate::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use crate::backtest::volatility::trailing_sd;
use crate::market::{Bars, Columns, LimitFill, Timeframe};
use crate::rng::Rng;
use crate::units::{HOUR_US, Ts};

/// Bars with their volatility, intents, and what is assumed.
#[derive(Debug, Clone)]
pub struct Scene {
    pub bars: Vec<Bars>,
    pub sigma: Vec<Vec<f64>>,
    pub intents: Vec<Intents>,
    pub rules: Rules,
}

impl Scene {
    pub fn markets(&self) -> Vec<Market<'_>> {
        let both = self.bars.iter().zip(&self.sigma);
        both.map(|(bars, sigma)| Market::of(bars).with_sigma(sigma).unwrap()).collect()
    }

    pub fn intents(&self) -> Vec<&Intents> {
        self.intents.iter().collect()
    }

    pub fn run(&self) -> Result<Ledger, EngineFault> {
        run(&self.markets(), &self.intents(), &self.rules)
    }

    /// With other bars.
    pub fn with_bars(&self, edit: impl Fn(&mut Columns)) -> Self {
        let edited = |bars: &Bars| {
            let mut columns = bars.columns().clone();
            edit(&mut columns);
            Bars::new(bars.symbol().clone(), bars.timeframe(), columns).unwrap()
        };
        Self { bars: self.bars.iter().map(edited).collect(), ..self.clone() }
    }

    /// With other intents.
    pub fn with_intents(&self, edit: impl Fn(&mut Intent)) -> Self {
        let edited = |intents: &Intents| {
            let mut intents = intents.as_slice().to_vec();
            intents.iter_mut().for_each(&edit);
            Intents::new(intents).unwrap()
        };
        Self { intents: self.intents.iter().map(edited).collect(), ..self.clone() }
    }
}

/// Anything at all, of one symbol up to three.
pub fn scenes() -> impl Strategy<Value = Scene> {
    any::<u64>().prop_map(scene)
}

pub fn scene(seed: u64) -> Scene {
    let mut rng = Rng::new(seed);
    let n_symbols = 1 + rng.below(3) as usize;
    let bars: Vec<Bars> = (0..n_symbols).map(|number| random_bars(number, &mut rng)).collect();
    let sigma = bars.iter().map(|bars| trailing_sd(&bars.columns().close, 8)).collect();
    let intents = bars.iter().map(|bars| random_intents(bars.len(), &mut rng)).collect();
    Scene { sigma, intents, rules: random_rules(n_symbols, &mut rng), bars }
}

/// On a coarse grid, so that levels are touched exactly; some without volume, some missing.
fn random_bars(number: usize, rng: &mut Rng) -> Bars {
    let n_bars = 2 + rng.below(60);
    let mut c = Columns::default();
    let mut price = 100.0;
    let mut hour = rng.below(3) as i64;
    for _ in 0..n_bars {
        let mut step = |most: u64| rng.below(most + 1) as f64 * 0.5;
        let open = (price + step(6) - step(6)).max(40.0);
        let close = (open + step(8) - step(8)).max(40.0);
        let (high, low) = (open.max(close) + step(6), open.min(close) - step(6));
        c.ts.push(Ts(hour * HOUR_US));
        c.open.push(open);
        c.high.push(high);
        c.low.push(low);
        c.close.push(close);
        c.volume.push(if rng.below(8) == 0 { 0.0 } else { 20.0 + rng.below(200) as f64 });
        price = close;
        hour += if rng.below(10) == 0 { 2 + rng.below(3) as i64 } else { 1 };
    }
    Bars::new(format!("S{number}").parse().unwrap(), Timeframe::H1, c).unwrap()
}

fn random_intents(n_bars: usize, rng: &mut Rng) -> Intents {
    let one_in = 1 + rng.below(6);
    let mut intents = Vec::new();
    for bar in 0..n_bars as u32 {
        if rng.below(one_in) > 0 {
            continue;
        }
        let side = if rng.below(2) == 0 { Side::Long } else { Side::Short };
        let mut distance = || {
            let steps = 4 + rng.below(20);
            if rng.below(3) == 0 { f64::INFINITY } else { steps as f64 * 0.5 }
        };
        let (stop, target, trail) = (distance(), distance(), distance());
        let size = [0.25, 0.5, 1.0, 2.0, 20.0][rng.below(5) as usize];
        let hold_bars = if rng.below(3) == 0 { u32::MAX } else { 1 + rng.below(8) as u32 };
        let target_fraction = [1.0, 1.0, 0.5, 0.3][rng.below(4) as usize];
        let levels = Intent { stop, target, trail, target_fraction, ..Intent::new(bar, side) };
        intents.push(Intent { size, hold_bars, ..levels });
    }
    Intents::new(intents).unwrap()
}

fn random_rules(n_symbols: usize, rng: &mut Rng) -> Rules {
    let intrabars = [Intrabar::Pessimistic, Intrabar::Optimistic, Intrabar::Path];
    let bases = [TrailingBasis::Close, TrailingBasis::Extreme];
    let opposites = [OnOpposite::Hold, OnOpposite::Exit, OnOpposite::Reverse];
    let mut one = |most: u64| rng.below(most) as usize;
    Rules {
        latency_bars: one(3) as u32,
        oco_delay_bars: one(3) as u32,
        limit_fill: [LimitFill::Through, LimitFill::Touch][one(2)],
        intrabar: intrabars[one(3)],
        trailing_basis: bases[one(2)],
        on_opposite: opposites[one(3)],
        cooldown_bars: [0, 0, 2][one(3)],
        max_participation: [f64::INFINITY, 0.1, 0.02][one(3)],
        on_cap: [OnCap::Wait, OnCap::Cancel][one(2)],
        lot_size: [0.0, 0.1, 1.0][one(3)],
        max_leverage: [1.0, 2.0, 20.0][one(3)],
        min_trade_size: [0.0, 0.3][one(2)],
        costs: (0..n_symbols).map(|_| random_costs(&mut one)).collect(),
        ..plain_rules(n_symbols)
    }
}

fn random_costs(one: &mut impl FnMut(u64) -> usize) -> Costs {
    let slippages = [
        Slippage::Fixed { bps: 2.0 },
        Slippage::Range { fraction: 0.05 },
        Slippage::Volatility { fraction: 0.1 },
        Slippage::Impact { coefficient: 0.5 },
    ];
    if one(4) == 0 {
        return free();
    }
    Costs {
        taker_bps: 2.5,
        maker_bps: [1.0, -0.5][one(2)],
        half_spread_bps: [0.5, 0.0][one(2)],
        slippage: slippages[one(4)],
        funding_bps_per_8h: [0.0, 3.0, -3.0][one(3)],
        borrow_bps_per_year: [0.0, 500.0][one(2)],
    }
}
