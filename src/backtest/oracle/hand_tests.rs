//! Small worlds computed by hand.

use super::{Candle, World, run};
use crate::backtest::costs::{Costs, Slippage};
use crate::backtest::intent::{Intent, Side};
use crate::backtest::ledger::{FillRule, Ledger, Refusal};
use crate::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use crate::market::LimitFill;
use crate::units::{HOUR_US, Ts};

use FillRule::{EndOfData, Entry, EntryRest, Opposite, Ruin, Stop, StopGap, StopRest};
use FillRule::{Target, TargetGap, TargetRest, TimedExit, TrailingStop, TrailingStopGap};

const FREE: Costs = Costs {
    taker_bps: 0.0,
    maker_bps: 0.0,
    half_spread_bps: 0.0,
    slippage: Slippage::Fixed { bps: 0.0 },
    funding_bps_per_8h: 0.0,
    borrow_bps_per_year: 0.0,
};

/// Hourly bars of volume 100; 1,000 of cash, whole units, no costs, armed from the bar after the entry.
fn world(bars: &[[f64; 4]], intents: Vec<Intent>) -> World {
    let bar = |(row, &[open, high, low, close]): (usize, &[f64; 4])| Candle {
        ts: row as i64 * HOUR_US,
        open,
        high,
        low,
        close,
        volume: 100.0,
    };
    let rules = Rules {
        cash: 1_000.0,
        latency_bars: 0,
        oco_delay_bars: 1,
        limit_fill: LimitFill::Through,
        intrabar: Intrabar::Pessimistic,
        trailing_basis: TrailingBasis::Close,
        on_opposite: OnOpposite::Hold,
        cooldown_bars: 0,
        max_participation: f64::INFINITY,
        on_cap: OnCap::Wait,
        lot_size: 1.0,
        max_leverage: 1.0,
        min_trade_size: 0.0,
        costs: vec![FREE],
    };
    let bars = vec![bars.iter().enumerate().map(bar).collect()];
    World { timeframe_us: HOUR_US, sigma_bars: 20, bars, intents: vec![intents], rules }
}

fn long(bar: u32) -> Intent {
    Intent { size: 0.5, ..Intent::new(bar, Side::Long) }
}

fn short(bar: u32) -> Intent {
    Intent { size: 0.5, ..Intent::new(bar, Side::Short) }
}

/// Row, rule, quantity and reference of each fill.
fn told(ledger: &Ledger) -> Vec<(u32, FillRule, f64, f64)> {
    ledger.fills.iter().map(|fill| (fill.bar, fill.rule, fill.qty, fill.reference)).collect()
}

fn reasons(ledger: &Ledger) -> Vec<(u32, Refusal)> {
    ledger.refusals.iter().map(|&(_, bar, refusal)| (bar, refusal)).collect()
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} is not {b}");
}

const FLAT: [f64; 4] = [100.0, 101.0, 99.0, 100.0];

#[test]
fn both_legs_pay_commission_and_spread_once() {
    let bars = [FLAT, FLAT, [104.0, 112.0, 98.0, 108.0], [110.0, 111.0, 109.0, 110.0]];
    let mut world = world(&bars, vec![Intent { hold_bars: 2, ..long(0) }]);
    world.rules.costs[0] = Costs { taker_bps: 10.0, half_spread_bps: 10.0, ..FREE };
    let ledger = run(&world);
    // 500 at 100.1 buy 4.995 units: 4.
    assert_eq!(told(&ledger), [(1, Entry, 4.0, 100.0), (3, TimedExit, 4.0, 110.0)]);
    let trade = ledger.trades[0];
    near(ledger.fills[0].price, 100.1);
    near(ledger.fills[1].price, 109.89);
    near(trade.gross, 40.0);
    near(trade.impact, 0.4 + 0.44);
    near(trade.commission, 0.4004 + 0.43956);
    near(trade.net, 38.32004);
    near(ledger.cash, 1_038.320_04);
    // The bar of the exit counts for nothing but its open.
    assert_eq!((trade.mfe, trade.mae), (12.0, -2.0));
    near(ledger.equity[1], 1_000.0 - 0.4 - 0.4004);
    assert_eq!(ledger.exposure, [0.0, 400.0, 432.0, 0.0]);
}

#[test]
fn a_gap_fills_at_the_open_and_a_touch_at_the_level() {
    let stopped = |bar: [f64; 4]| {
        let intent = Intent { stop: 5.0, target: 5.0, ..long(0) };
        told(&run(&world(&[FLAT, FLAT, bar], vec![intent])))[1]
    };
    assert_eq!(stopped([95.0, 96.0, 94.0, 95.0]), (2, StopGap, 5.0, 95.0));
    assert_eq!(stopped([93.0, 96.0, 92.0, 95.0]), (2, StopGap, 5.0, 93.0));
    assert_eq!(stopped([97.0, 98.0, 95.0, 96.0]), (2, Stop, 5.0, 95.0));
    assert_eq!(stopped([97.0, 98.0, 95.5, 96.0]), (2, EndOfData, 5.0, 96.0));
    assert_eq!(stopped([107.0, 108.0, 90.0, 96.0]), (2, TargetGap, 5.0, 107.0));
    assert_eq!(stopped([105.0, 105.0, 100.0, 101.0]), (2, EndOfData, 5.0, 101.0));
    assert_eq!(stopped([101.0, 105.5, 100.0, 101.0]), (2, Target, 5.0, 105.0));
}

#[test]
fn a_touch_is_enough_for_the_limit_if_the_rules_say_so_and_shorts_are_mirrored() {
    let bars = [FLAT, FLAT, [97.0, 98.0, 95.0, 96.0]];
    let mut world = world(&bars, vec![Intent { stop: 5.0, target: 5.0, ..short(0) }]);
    assert_eq!(told(&run(&world))[1], (2, EndOfData, 5.0, 96.0));
    world.rules.limit_fill = LimitFill::Touch;
    assert_eq!(told(&run(&world))[1], (2, Target, 5.0, 95.0));
    near(run(&world).cash, 1_025.0);
    world.bars[0][2].open = 106.0;
    assert_eq!(told(&run(&world))[1], (2, StopGap, 5.0, 106.0));
}

#[test]
fn three_answers_where_one_bar_reaches_both() {
    let exits = |intrabar: Intrabar, open: f64| {
        let bars = [FLAT, FLAT, [open, 106.0, 94.0, 100.0]];
        let mut world =
            world(&bars, vec![Intent { stop: 5.0, target: 5.0, target_fraction: 0.5, ..long(0) }]);
        world.rules.intrabar = intrabar;
        let ledger = run(&world);
        assert!(ledger.trades[0].ambiguous && ledger.ambiguous_bars == 1);
        told(&ledger)[1..].to_vec()
    };
    let stopped = [(2, Stop, 5.0, 95.0)];
    // Half of five units, rounded up.
    let halved = [(2, Target, 3.0, 105.0), (2, Stop, 2.0, 95.0)];
    assert_eq!(exits(Intrabar::Pessimistic, 101.0), stopped);
    assert_eq!(exits(Intrabar::Optimistic, 99.0), halved);
    assert_eq!(exits(Intrabar::Path, 101.0), halved);
    assert_eq!(exits(Intrabar::Path, 100.0), stopped);
    assert_eq!(exits(Intrabar::Path, 99.0), stopped);
}

#[test]
fn brackets_are_armed_on_the_entry_bar_only_without_delay() {
    let mut world =
        world(&[FLAT, [100.0, 100.0, 90.0, 96.0], FLAT], vec![Intent { stop: 5.0, ..long(0) }]);
    assert_eq!(told(&run(&world))[1], (2, EndOfData, 5.0, 100.0));
    world.rules.oco_delay_bars = 0;
    assert_eq!(told(&run(&world))[1], (1, Stop, 5.0, 95.0));
}

#[test]
fn a_stop_trails_behind_completed_bars_only() {
    let rise = [100.0, 120.0, 99.0, 110.0];
    let trailed = |basis: TrailingBasis, bar: [f64; 4]| {
        let mut world =
            world(&[FLAT, rise, bar], vec![Intent { trail: 5.0, stop: 9.0, ..long(0) }]);
        world.rules.trailing_basis = basis;
        told(&run(&world))[1]
    };
    assert_eq!(
        trailed(TrailingBasis::Close, [108.0, 140.0, 104.0, 139.0]),
        (2, TrailingStop, 5.0, 105.0)
    );
    assert_eq!(
        trailed(TrailingBasis::Close, [105.0, 140.0, 104.0, 139.0]),
        (2, TrailingStopGap, 5.0, 105.0)
    );
    assert_eq!(
        trailed(TrailingBasis::Close, [108.0, 140.0, 105.5, 139.0]),
        (2, EndOfData, 5.0, 139.0)
    );
    assert_eq!(
        trailed(TrailingBasis::Extreme, [116.0, 117.0, 110.0, 112.0]),
        (2, TrailingStop, 5.0, 115.0)
    );
}

#[test]
fn what_the_cap_leaves_of_entry_and_exit_waits() {
    let fall = [100.0, 100.0, 90.0, 92.0];
    let mut world = world(
        &[FLAT, FLAT, fall, [91.0; 4], [90.0; 4]],
        vec![Intent { stop: 5.0, ..long(0) }, long(3)],
    );
    world.rules.max_participation = 0.03;
    let ledger = run(&world);
    let entered = [(1, Entry, 3.0, 100.0), (2, EntryRest, 2.0, 100.0)];
    assert_eq!(told(&ledger)[..2], entered);
    assert_eq!(
        told(&ledger)[2..],
        [
            (2, Stop, 3.0, 95.0),
            (3, StopRest, 2.0, 91.0),
            (4, Entry, 3.0, 90.0),
            (4, EndOfData, 3.0, 90.0)
        ]
    );
    let trade = ledger.trades[0];
    assert_eq!((trade.qty, trade.exit_bar, trade.exit_rule), (5.0, 3, StopRest));
    // Both entries and the stop.
    assert_eq!(ledger.capped_fills, 3);
    near(trade.exit_reference, (3.0 * 95.0 + 2.0 * 91.0) / 5.0);
    world.rules.on_cap = OnCap::Cancel;
    assert_eq!(told(&run(&world))[1], (2, Stop, 3.0, 95.0));
    world.rules.max_participation = 0.009;
    assert_eq!(reasons(&run(&world)), [(0, Refusal::VolumeCap), (3, Refusal::VolumeCap)]);
}

#[test]
fn a_capped_partial_target_waits_for_its_own_rest_and_the_stop_comes_after() {
    let wild = [100.0, 106.0, 90.0, 100.0];
    let mut world = world(
        &[FLAT, FLAT, wild, [99.0, 99.0, 94.0, 95.0], FLAT],
        vec![Intent { size: 1.0, stop: 5.0, target: 5.0, target_fraction: 0.6, ..long(0) }],
    );
    world.rules.intrabar = Intrabar::Optimistic;
    (world.rules.max_participation, world.rules.on_cap) = (0.05, OnCap::Cancel);
    world.bars[0][1].volume = 1_000.0;
    let exits = [(2, Target, 5.0, 105.0), (3, TargetRest, 1.0, 99.0), (3, Stop, 4.0, 95.0)];
    assert_eq!(told(&run(&world))[1..], exits);
}

#[test]
fn a_signal_against_the_position_holds_exits_or_reverses() {
    let against = |on_opposite: OnOpposite| {
        let mut world = world(&[FLAT; 6], vec![long(0), short(2), long(3), short(4)]);
        (world.rules.on_opposite, world.rules.cooldown_bars) = (on_opposite, 1);
        let ledger = run(&world);
        (told(&ledger).iter().map(|fill| (fill.0, fill.1)).collect::<Vec<_>>(), reasons(&ledger))
    };
    let (in_position, held) = (Refusal::InPosition, Refusal::OppositeHeld);
    assert_eq!(
        against(OnOpposite::Hold),
        (vec![(1, Entry), (5, EndOfData)], vec![(2, held), (3, in_position), (4, held)])
    );
    assert_eq!(
        against(OnOpposite::Exit),
        (
            vec![(1, Entry), (3, Opposite), (5, Entry), (5, EndOfData)],
            vec![(2, Refusal::OppositeExit), (3, Refusal::Cooldown)]
        )
    );
    let turns = [1, 3, 3, 4, 4, 5, 5, 5];
    let rules = [Entry, Opposite, Entry, Opposite, Entry, Opposite, Entry, EndOfData];
    assert_eq!(against(OnOpposite::Reverse), (turns.into_iter().zip(rules).collect(), vec![]));
}

#[test]
fn nothing_fills_without_volume_and_exits_wait_where_intents_do_not() {
    let intents = vec![Intent { hold_bars: 1, ..long(0) }, long(1), long(2), long(4), long(5)];
    let mut world = world(&[FLAT; 6], intents);
    world.bars[0][2].volume = 0.0;
    world.bars[0][5].volume = 0.0;
    let ledger = run(&world);
    assert_eq!(told(&ledger), [(1, Entry, 5.0, 100.0), (3, TimedExit, 5.0, 100.0)]);
    let refused = [
        (1, Refusal::InPosition),
        (2, Refusal::ExitBar),
        (4, Refusal::NoVolume),
        (5, Refusal::EndOfData),
    ];
    assert_eq!(reasons(&ledger), refused);
}

#[test]
fn ruin_closes_everything_at_the_next_open_and_opens_nothing_more() {
    let bars = [FLAT, [100.0, 160.0, 100.0, 150.0], [140.0; 4], FLAT, FLAT];
    let mut world = world(&bars, vec![Intent { size: 3.0, ..short(0) }, short(2)]);
    world.rules.max_leverage = 3.0;
    let ledger = run(&world);
    // 30 units sold at 100 leave 4,000 of cash and 4,500 of debt.
    near(ledger.equity[1], -500.0);
    assert_eq!(ledger.ruined, Some(Ts(HOUR_US)));
    assert_eq!(told(&ledger)[1..], [(2, Ruin, 30.0, 140.0)]);
    near(ledger.cash, -200.0);
    assert_eq!(reasons(&ledger), [(2, Refusal::Ruined)]);
}

/// A second symbol of the same bars.
fn with_twin(mut world: World, intents: Vec<Intent>) -> World {
    world.bars.push(world.bars[0].clone());
    world.rules.costs.push(world.rules.costs[0]);
    world.intents.push(intents);
    world
}

#[test]
fn symbols_share_the_cash_in_their_order() {
    let large = |bar: u32| Intent { size: 0.7, ..long(bar) };
    let mut world = with_twin(world(&[FLAT, FLAT, FLAT], vec![large(0)]), vec![large(0)]);
    let bought = |world: &World| run(world).fills.iter().map(|fill| fill.qty).collect::<Vec<_>>();
    assert_eq!(bought(&world), [7.0, 3.0, 7.0, 3.0]);
    world.rules.min_trade_size = 0.31;
    assert_eq!(bought(&world), [7.0, 7.0]);
    assert_eq!(run(&world).refusals, [(1, 0, Refusal::NotEnoughCash)]);
    world.rules.min_trade_size = 0.71;
    assert_eq!(run(&world).refusals[1], (1, 0, Refusal::BelowMinTradeSize));
}

#[test]
fn a_symbol_that_ends_before_others_is_sold_at_its_last_close() {
    let all = |bar: u32| Intent { size: 1.0, ..long(bar) };
    let mut world = with_twin(world(&[FLAT; 5], vec![all(1), all(2)]), vec![all(0)]);
    world.bars[1].truncate(3);
    world.rules.costs[1].half_spread_bps = 100.0;
    let ledger = run(&world);
    // 1,000 at 101 buy 9 units; sold at 99 they lose 9 twice.
    let equity = [1_000.0, 991.0, 982.0, 982.0, 982.0];
    ledger.equity.iter().zip(equity).for_each(|(a, b)| near(*a, b));
    // 91 of cash buy nothing, as one unit costs 100; then there is room for 9.
    let fills = [(1, Entry), (2, EndOfData), (3, Entry), (4, EndOfData)];
    let told: Vec<_> = ledger.fills.iter().map(|fill| (fill.bar, fill.rule)).collect();
    assert_eq!(told, fills);
    assert_eq!(ledger.refusals, [(0, 1, Refusal::LotRoundsToZero)]);
}

#[test]
fn funding_and_borrow_are_paid_for_the_time_between_bars() {
    let hours = |h: i64| h * HOUR_US;
    let mut world = world(&[FLAT, FLAT, [110.0; 4]], vec![long(0)]);
    world.timeframe_us = hours(8);
    [0, 8, 24].iter().zip(&mut world.bars[0]).for_each(|(h, bar)| bar.ts = hours(*h));
    let costs = &mut world.rules.costs[0];
    (costs.funding_bps_per_8h, costs.borrow_bps_per_year) = (10.0, 3_650.0);
    // 10 bps of 500 for one bar, of 550 for twice the time.
    near(run(&world).trades[0].carry, 0.5 + 1.1);
    near(run(&world).cash, 1_050.0 - 1.6);
    world.intents[0][0].side = Side::Short;
    // Received; a third of 10 bps a day goes to the lender each eight hours.
    near(run(&world).trades[0].carry, -1.6 + 1.6 / 3.0);
}

#[test]
fn slippage_follows_the_bars_before_and_the_share_of_volume() {
    let closes = [100.0, 110.0, 99.0, 100.0];
    let bars = closes.map(|close| [100.0, 112.0, 96.0, close]);
    let entry = |slippage: Slippage, sigma_bars: usize| {
        let mut world = world(&bars, vec![long(2)]);
        (world.rules.costs[0].slippage, world.sigma_bars) = (slippage, sigma_bars);
        let fill = run(&world).fills[0];
        (fill.qty, fill.price)
    };
    // Two returns, ln 1.1 and ln 0.9: their deviation is half their difference times the root of 2.
    let sigma = (libm::log(1.1) - libm::log(0.9)) / 2.0_f64.sqrt();
    for sigma_bars in [2, 3] {
        let (qty, price) = entry(Slippage::Volatility { fraction: 0.1 }, sigma_bars);
        near(qty, 4.0);
        near(price, 100.0 * (1.0 + 0.1 * sigma));
    }
    assert_eq!(entry(Slippage::Volatility { fraction: 0.1 }, 1), (5.0, 100.0));
    // A range of 16.
    near(entry(Slippage::Range { fraction: 0.125 }, 20).1, 102.0);
    // 500 are 5 % of the volume at 100; at that impact they buy 4 units, which are 4 %.
    let (qty, price) = entry(Slippage::Impact { coefficient: 1.0 }, 20);
    near(qty, 4.0);
    near(price, 100.0 * (1.0 + 0.2 * sigma));
}

#[test]
fn three_tenths_are_three_lots_of_a_tenth() {
    let mut world = world(&[FLAT, FLAT], vec![Intent { size: 1.0, ..long(0) }]);
    (world.rules.cash, world.rules.lot_size) = (30.0, 0.1);
    near(run(&world).fills[0].qty, 0.3);
    world.rules.lot_size = 1.0;
    assert_eq!(reasons(&run(&world)), [(0, Refusal::LotRoundsToZero)]);
}

#[test]
fn latency_moves_the_action_and_the_last_bars_have_none() {
    let mut world = world(&[FLAT, FLAT, [103.0; 4], FLAT], vec![long(0), long(2)]);
    world.rules.latency_bars = 1;
    let ledger = run(&world);
    assert_eq!(told(&ledger)[0], (2, Entry, 4.0, 103.0));
    assert_eq!(reasons(&ledger), [(2, Refusal::EndOfData)]);
    assert_eq!((ledger.trades[0].decided_bar, ledger.trades[0].entry_bar), (0, 2));
}
