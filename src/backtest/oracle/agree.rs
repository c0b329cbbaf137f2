//! The engine against the oracle.

use super::chance;
use super::compare::assert_same;
use super::coverage::Coverage;
use super::{Candle, World};
use crate::backtest::cases::live;
use crate::backtest::engine::{EngineFault, run};
use crate::backtest::intent::Intents;
use crate::backtest::ledger::Ledger;
use crate::backtest::quote::Market;
use crate::backtest::rules::Rules;
use crate::backtest::volatility::trailing_sd;
use crate::market::{Bars, Columns, Timeframe};
use crate::units::Ts;

const CASES: u64 = 10_000;

#[test]
fn ten_thousand_random_markets_agree() {
    let mut coverage = Coverage::default();
    for case in 0..CASES {
        let world = chance::world(case);
        assert_same(&world, &|world| by_engine(world, run));
        coverage.add(&by_engine(&world, run));
    }
    coverage.assert_at_least(200);
}

#[test]
fn random_markets_that_come_bar_by_bar_agree() {
    for case in 0..CASES / 5 {
        assert_same(&chance::world(case), &|world| by_engine(world, live));
    }
}

type Run = fn(&[Market], &[&Intents], &Rules) -> Result<Ledger, EngineFault>;

fn by_engine(world: &World, run: Run) -> Ledger {
    let bars: Vec<Bars> = world.bars.iter().map(|bars| checked(world, bars)).collect();
    let sigma = |bars: &Bars| trailing_sd(&bars.columns().close, world.sigma_bars as u32);
    let sigmas: Vec<Vec<f64>> = bars.iter().map(sigma).collect();
    let with_sigma = bars.iter().zip(&sigmas);
    let markets: Vec<Market> =
        with_sigma.map(|(bars, sigma)| Market::of(bars).with_sigma(sigma).unwrap()).collect();
    let intents: Vec<Intents> =
        world.intents.iter().map(|intents| Intents::new(intents.clone()).unwrap()).collect();
    let intents: Vec<&Intents> = intents.iter().collect();
    run(&markets, &intents, &world.rules).unwrap()
}

fn checked(world: &World, candles: &[Candle]) -> Bars {
    let column = |of: fn(&Candle) -> f64| candles.iter().map(of).collect();
    let columns = Columns {
        ts: candles.iter().map(|candle| Ts(candle.ts)).collect(),
        open: column(|candle| candle.open),
        high: column(|candle| candle.high),
        low: column(|candle| candle.low),
        close: column(|candle| candle.close),
        volume: column(|candle| candle.volume),
        ..Columns::default()
    };
    let timeframes = [Timeframe::M1, Timeframe::H1, Timeframe::H4, Timeframe::D1];
    let timeframe = timeframes.into_iter().find(|t| t.us() == world.timeframe_us).unwrap();
    Bars::new("X".parse().unwrap(), timeframe, columns).unwrap()
}
