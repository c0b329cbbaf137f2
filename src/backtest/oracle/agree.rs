//! The engine against the oracle.

use super::chance;
use super::compare::assert_same;
use super::coverage::Coverage;
use super::{Candle, World};
use crate::backtest::cases::{live, plain_rules};
use crate::backtest::engine::{EngineFault, run};
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::ledger::{FillRule, Ledger};
use crate::backtest::quote::Market;
use crate::backtest::rules::Rules;
use crate::backtest::screen::{Column, Exits, Gated, Screen, bits};
use crate::backtest::tally::Tally;
use crate::backtest::volatility::trailing_sd;
use crate::market::{Bars, Columns, Timeframe};
use crate::units::{DAY_US, FIRST_MONDAY_US, Ts};

const CASES: u64 = 10_000;

#[test]
fn ten_thousand_random_markets_agree() {
    let mut coverage = Coverage::default();
    for case in 0..CASES {
        let world = chance::world(case);
        assert_same(&world, &|world| by_engine(world, run));
        let ledger = by_engine(&world, run);
        coverage.add(&world, &ledger);
    }
    coverage.assert_at_least(200);
}

#[test]
fn random_markets_that_come_bar_by_bar_agree() {
    for case in 0..CASES / 5 {
        assert_same(&chance::world(case), &|world| by_engine(world, live));
    }
}

/// Thursday's signal, Friday's entry, Monday's exit: ten shares sold short at 100, for 10 bps a day.
#[test]
fn a_short_over_the_weekend_borrows_for_three_days() {
    let stop = Intent { stop: 3.0, ..Intent::new(0, Side::Short) };
    let timed = Intent { hold_bars: 1, ..stop };
    let monday = |open: f64, high: f64| [open, high, 99.0, 100.0];
    for (intent, monday, rule, carry) in [
        // Friday on 1,000; Saturday and Sunday on ten times Monday's open.
        (timed, monday(100.0, 101.0), FillRule::TimedExit, 1.0 + 2.0),
        (timed, monday(102.0, 102.0), FillRule::TimedExit, 1.0 + 2.04),
        (stop, monday(104.0, 105.0), FillRule::StopGap, 1.0 + 2.08),
        (stop, monday(100.0, 105.0), FillRule::Stop, 1.0 + 2.0),
        // Still open: Monday's own day too, all at Monday's close.
        (stop, monday(102.0, 102.5), FillRule::EndOfData, 1.0 + 3.0),
    ] {
        let world = weekend(intent, monday);
        for ledger in [super::run(&world), by_engine(&world, run), by_engine(&world, live)] {
            let [trade] = ledger.trades[..] else { panic!("{ledger:?}") };
            assert_eq!((trade.exit_rule, trade.qty), (rule, 10.0));
            assert!((trade.carry - carry).abs() < 1e-12, "{rule:?} {}", trade.carry);
            let won = 10.0 * (100.0 - trade.exit_reference);
            assert!((ledger.cash - (1_000.0 + won - carry)).abs() < 1e-9, "{}", ledger.cash);
        }
        assert_eq!(by_screen(&world).carry, by_engine(&world, run).trades[0].carry);
    }
}

fn weekend(intent: Intent, monday: [f64; 4]) -> World {
    let days = [[100.0; 4], [100.0; 4], monday];
    let candle = |(day, [open, high, low, close]): (i64, [f64; 4])| {
        let ts = FIRST_MONDAY_US + day * DAY_US;
        Candle { ts, open, high, low, close, volume: 1e6 }
    };
    let mut rules = plain_rules(1);
    rules.costs[0].borrow_bps_per_year = 3_650.0;
    let bars = vec![[3, 4, 7].into_iter().zip(days).map(candle).collect()];
    World { timeframe_us: DAY_US, sigma_bars: 2, bars, intents: vec![vec![intent]], rules }
}

fn by_screen(world: &World) -> Tally {
    let bars = checked(world, &world.bars[0]);
    let Intent { stop, hold_bars, .. } = world.intents[0][0];
    let [stop, target, trail] = [stop, f64::INFINITY, f64::INFINITY].map(Column::Same);
    let exits = Exits { stop, target, trail, target_fraction: 1.0, hold_bars };
    let screen = Screen::new(Market::of(&bars), exits, &world.rules).unwrap();
    let short = bits(bars.len(), |row| row == 0);
    let signals = Gated { long: &[], short: &[&short], size: 1.0 };
    screen.run(signals, Tally::new(world.rules.cash)).unwrap()
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
