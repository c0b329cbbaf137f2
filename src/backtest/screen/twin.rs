//! The screen against the engine, bit for bit, wherever it does not decline; and where it does,
//! why.

use std::ops::Range;

use proptest::prelude::*;

use super::{By, Column, Exits, Gated, NotScreened, Screen, Signal, Signals, Windows, bits};
use crate::backtest::engine::random::{Scene, scene, scenes};
use crate::backtest::intent::{Intent, Intents, Side};
use crate::backtest::rules::{OnOpposite, Rules};
use crate::backtest::tally::{Tally, tally};
use crate::rng::Rng;

/// A scene of one symbol, with distances by the bar.
struct Sweep {
    scene: Scene,
    stop: Vec<f64>,
    target: Vec<f64>,
    trail: Vec<f64>,
    hold_bars: u32,
    target_fraction: f64,
}

impl Sweep {
    fn new(mut scene: Scene) -> Self {
        scene.bars.truncate(1);
        scene.sigma.truncate(1);
        scene.intents.truncate(1);
        scene.rules.costs.truncate(1);
        let n_bars = scene.bars[0].len();
        let mut rng = Rng::new(n_bars as u64 + scene.intents[0].as_slice().len() as u64);
        let mut column = || -> Vec<f64> {
            let distance = |rng: &mut Rng| match rng.below(3) {
                0 => f64::INFINITY,
                _ => 2.0 + rng.below(20) as f64 * 0.5,
            };
            (0..n_bars).map(|_| distance(&mut rng)).collect()
        };
        let (stop, target, trail) = (column(), column(), column());
        let hold_bars = [u32::MAX, 1, 5][n_bars % 3];
        let rules = Rules { on_opposite: OnOpposite::Hold, ..scene.rules.clone() };
        let scene = Scene { rules, ..scene };
        Self { scene, stop, target, trail, hold_bars, target_fraction: 1.0 }
    }

    /// With all that ruins.
    fn dare(&mut self) {
        let rules = &mut self.scene.rules;
        (rules.max_leverage, rules.max_participation) = (20.0, f64::INFINITY);
        let costs = &mut rules.costs[0];
        (costs.funding_bps_per_8h, costs.borrow_bps_per_year) = (0.0, 0.0);
        self.scene = self.scene.with_intents(|intent| intent.size *= 8.0);
    }

    fn exits(&self) -> Exits<'_> {
        let Self { stop, target, trail, hold_bars, target_fraction, .. } = self;
        let (hold_bars, target_fraction) = (*hold_bars, *target_fraction);
        let [stop, target, trail] = [stop, target, trail].map(|values| Column::Each(values));
        Exits { stop, target, trail, target_fraction, hold_bars }
    }

    fn signals(&self) -> Vec<Signal> {
        let signal = |i: &Intent| Signal { bar: i.bar, side: i.side, size: i.size };
        self.scene.intents[0].as_slice().iter().map(signal).collect()
    }

    /// By the engine, on the bars of these rows alone.
    fn exact(&self, rows: Range<usize>) -> Tally {
        let exits = self.exits();
        let intent = |s: &Signal| exits.intent(s.bar, s.side, s.size);
        let shift = |i: Intent| Intent { bar: i.bar - rows.start as u32, ..i };
        let signals = self.signals().into_iter().filter(|s| rows.contains(&(s.bar as usize)));
        let intents = Intents::new(signals.map(|s| shift(intent(&s))).collect()).unwrap();
        let (rules, market) = (&self.scene.rules, self.scene.markets()[0].rows(rows));
        tally(&[market], &[&intents], rules, Tally::keeping(rules.cash)).unwrap()
    }

    fn screen(&self) -> Result<Screen<'_>, NotScreened> {
        Screen::new(self.scene.markets()[0], self.exits(), &self.scene.rules)
    }

    fn screened(&self) -> Result<Tally, NotScreened> {
        let screen = self.screen()?;
        let cash = self.scene.rules.cash;
        let first = screen.run(Listed(&self.signals()), Tally::keeping(cash));
        // The second finds every outcome in the table.
        assert_eq!(screen.run(Listed(&self.signals()), Tally::keeping(cash)), first);
        first
    }
}

/// In time's order.
#[derive(Clone, Copy)]
struct Listed<'a>(&'a [Signal]);

impl Signals for Listed<'_> {
    fn next(&mut self, from: u32) -> Option<Signal> {
        self.0.iter().find(|signal| signal.bar >= from).copied()
    }
}

fn every_bit(tally: &Tally) -> Vec<u64> {
    let kept = tally.kept.as_ref().unwrap();
    let sums = [tally.equity, tally.net, tally.gross, tally.carry, tally.commission, tally.impact];
    let more = [tally.turnover, tally.max_drawdown, tally.sharpe(365.0).unwrap_or(0.0)];
    let trades = [tally.trades.won, tally.trades.downside, tally.trades.max_drawdown];
    let all = kept.net.iter().chain(&kept.equity).chain(&sums).chain(&more).chain(&trades);
    let stays = kept.stays.iter().flat_map(|stay| {
        [stay.from.0 as u64, stay.to.0 as u64, stay.entry.to_bits(), stay.exit.to_bits()]
    });
    all.map(|value| value.to_bits()).chain(stays).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn the_screen_is_the_engine_bit_for_bit(scene in scenes()) {
        let sweep = Sweep::new(scene);
        let exact = sweep.exact(0..sweep.stop.len());
        match sweep.screened() {
            Ok(screened) => {
                prop_assert_eq!(&exact, &screened);
                prop_assert_eq!(every_bit(&exact), every_bit(&screened));
            }
            Err(NotScreened::VolumeCap { .. }) => {
                prop_assert!(sweep.scene.rules.max_participation.is_finite());
            }
            Err(NotScreened::Ruined { .. }) => prop_assert!(sweep.scene.rules.max_leverage > 1.0),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn a_window_is_the_engine_on_its_bars_alone(
        scene in scenes(),
        is_daring in any::<bool>(),
        windows in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40), 6),
    ) {
        let mut sweep = Sweep::new(scene);
        if is_daring {
            sweep.dare();
        }
        let (screen, signals) = (sweep.screen().unwrap(), sweep.signals());
        let (cash, n_bars) = (sweep.scene.rules.cash, sweep.stop.len());
        for (start, length) in windows {
            let start = start.index(n_bars);
            let rows = start..(start + length).min(n_bars);
            let (exact, into) = (sweep.exact(rows.clone()), Tally::keeping(cash));
            match screen.run_within(rows.clone(), Listed(&signals), into) {
                Ok(screened) => {
                    prop_assert_eq!(&exact, &screened, "{:?}", rows);
                    prop_assert_eq!(every_bit(&exact), every_bit(&screened));
                }
                Err(NotScreened::VolumeCap { .. } | NotScreened::Ruined { .. }) => {}
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn whoever_finds_the_sums_of_a_window_they_are_the_engines(
        scene in scenes(),
        on_opposite in prop::sample::select(vec![OnOpposite::Hold, OnOpposite::Reverse]),
        target_fraction in prop::sample::select(vec![1.0, 1.0, 0.4]),
        start in any::<prop::sample::Index>(),
    ) {
        let mut sweep = Sweep { target_fraction, ..Sweep::new(scene) };
        sweep.scene.rules.on_opposite = on_opposite;
        let (signals, rules) = (sweep.signals(), &sweep.scene.rules);
        let windows = Windows::new(sweep.scene.markets()[0], sweep.exits(), rules).unwrap();
        let rows = start.index(sweep.stop.len())..sweep.stop.len();
        let (exact, into) = (sweep.exact(rows.clone()), Tally::keeping(rules.cash));
        let (found, by) = windows.tally(rows, Listed(&signals), into).unwrap();
        prop_assert_eq!(every_bit(&exact), every_bit(&found));
        prop_assert_eq!(exact, found);
        match by {
            By::Screen => prop_assert!(on_opposite == OnOpposite::Hold && target_fraction == 1.0),
            By::Engine(NotScreened::OnOpposite) => prop_assert!(on_opposite != OnOpposite::Hold),
            By::Engine(NotScreened::PartialTarget(part)) => prop_assert_eq!(part, target_fraction),
            By::Engine(NotScreened::VolumeCap { .. } | NotScreened::Ruined { .. }) => {}
            By::Engine(other) => prop_assert!(false, "{}", other),
        }
    }
}

/// Random windows are worth something only if they cut.
#[test]
fn windows_cut_positions_and_days() {
    let (mut n_cut, mut n_inside, mut n_refused) = (0, 0, 0);
    for seed in 0..600 {
        let sweep = Sweep::new(scene(seed));
        let (screen, signals) = (sweep.screen().unwrap(), sweep.signals());
        for end in 1..sweep.stop.len() {
            let run = |until: usize| {
                let into = Tally::new(sweep.scene.rules.cash);
                screen.run_within(end / 2..until, Listed(&signals), into)
            };
            match (run(end), run(end + 1)) {
                // Closed at another close, one bar later.
                (Ok(a), Ok(b)) if a.n_trades == b.n_trades && a.gross != b.gross => n_cut += 1,
                (Ok(a), Ok(_)) => n_inside += a.n_trades,
                _ => n_refused += 1,
            }
        }
    }
    assert!(n_cut > 2000 && n_inside > 2000 && n_refused > 100, "{n_cut} {n_inside} {n_refused}");
}

#[test]
fn a_window_without_rows_has_no_days_and_one_beyond_the_bars_ends_with_them() {
    let sweep = (0..).map(|seed| Sweep::new(scene(seed))).find(|s| s.screened().is_ok()).unwrap();
    let (screen, signals, n_bars) = (sweep.screen().unwrap(), sweep.signals(), sweep.stop.len());
    let within =
        |rows| screen.run_within(rows, Listed(&signals), Tally::new(sweep.scene.rules.cash));
    assert_eq!(within(1..1), Ok(Tally::new(sweep.scene.rules.cash)));
    assert_eq!(within(0..n_bars + 9), within(0..n_bars));
    assert_eq!(within(n_bars..n_bars + 9).unwrap().n_days, 0);
}

#[test]
fn most_scenes_are_screened_and_some_are_not() {
    let all: Vec<_> = (0..600).map(|seed| Sweep::new(scene(seed)).screened()).collect();
    let n_trades: u64 = all.iter().flatten().map(|tally| tally.n_trades).sum();
    assert!(n_trades > 500, "{n_trades}");
    assert!(all.iter().any(|s| matches!(s, Err(NotScreened::VolumeCap { .. }))));
    assert!(all.iter().any(|s| matches!(s, Err(NotScreened::Ruined { .. }))));
}

#[test]
fn what_it_cannot_do_it_says() {
    let refused = |edit: fn(&mut Sweep)| {
        let mut sweep = Sweep::new(scene(1));
        sweep.scene.rules.max_participation = f64::INFINITY;
        edit(&mut sweep);
        sweep.screened().unwrap_err()
    };
    let exits: fn(&mut Sweep) = |sweep| sweep.scene.rules.on_opposite = OnOpposite::Exit;
    assert_eq!(refused(exits), NotScreened::OnOpposite);
    let part: fn(&mut Sweep) = |sweep| sweep.target_fraction = 0.5;
    assert_eq!(refused(part), NotScreened::PartialTarget(0.5));
    let short: fn(&mut Sweep) = |sweep| sweep.stop.clear();
    assert!(refused(short).to_string().starts_with("`stop` of `S0` has 0 values"));
    let bad: fn(&mut Sweep) = |sweep| sweep.stop.fill(f64::NAN);
    assert!(matches!(refused(bad), NotScreened::BadSignal { .. }));
}

#[test]
fn signals_that_neither_can_take_are_faults() {
    let mut sweep = Sweep { stop: vec![f64::NAN; 2], ..Sweep::new(two_bars()) };
    sweep.scene.rules.latency_bars = 0;
    let rules = &sweep.scene.rules;
    let windows = Windows::new(sweep.scene.markets()[0], sweep.exits(), rules).unwrap();
    let first = [Signal { bar: 0, side: Side::Long, size: 1.0 }];
    let found = windows.tally(0..2, Listed(&first), Tally::new(rules.cash));
    let told = found.unwrap_err().to_string();
    assert!(told.starts_with("`S0`: the intent of bar 0 has `stop` = `NaN`"), "{told}");
    let short = Sweep { stop: Vec::new(), ..Sweep::new(two_bars()) };
    let none = Windows::new(short.scene.markets()[0], short.exits(), &short.scene.rules);
    assert!(none.unwrap_err().to_string().starts_with("`stop` of `S0` has 0 values for 2 bars"));
}

fn two_bars() -> Scene {
    (0..).map(scene).find(|scene| scene.bars[0].len() == 2).unwrap()
}

#[test]
fn a_part_that_no_target_closes_is_screened() {
    let mut sweep = Sweep { target_fraction: 0.5, ..Sweep::new(scene(1)) };
    let of = |target: Column| {
        let exits = Exits { target, ..sweep.exits() };
        Screen::new(sweep.scene.markets()[0], exits, &sweep.scene.rules).map(|_| ())
    };
    assert_eq!(of(Column::Same(f64::INFINITY)), Ok(()));
    assert_eq!(of(Column::Same(9.0)), Err(NotScreened::PartialTarget(0.5)));
    sweep.target_fraction = 1.0;
    assert!(sweep.screen().is_ok());
}

#[test]
fn bits_are_signals_too() {
    let sweep = (0..).map(|seed| Sweep::new(scene(seed))).find(|s| s.screened().is_ok()).unwrap();
    let sized = |signal: Signal| Signal { size: 0.25, ..signal };
    let signals: Vec<Signal> = sweep.signals().into_iter().map(sized).collect();
    let of = |side: Side| {
        let is_there = |row: usize| signals.iter().any(|s| s.bar as usize == row && s.side == side);
        bits(sweep.stop.len(), is_there)
    };
    let (long, short) = (of(Side::Long), of(Side::Short));
    let screen = Screen::new(sweep.scene.markets()[0], sweep.exits(), &sweep.scene.rules).unwrap();
    let gated = Gated { long: &[&long], short: &[&short], size: 0.25 };
    let cash = sweep.scene.rules.cash;
    let listed = screen.run(Listed(&signals), Tally::new(cash));
    assert_eq!(screen.run(gated, Tally::new(cash)), listed);
}
