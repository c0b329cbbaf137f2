//! What must hold of any cut, told by somebody who knows intervals and nothing else: every pair of
//! rows is looked at, no bound, no limit, no range is trusted.

use proptest::prelude::*;

use super::*;
use crate::labels::{
    BarrierInput, BarrierLabels, BarrierParams, Entry, ForwardParams, Gaps, Interval, LabelSet,
    Labels, reach,
};
use crate::market::{Bars, Columns, LimitFill, Timeframe};
use crate::units::{Ts, WEEK_US};

/// Some symbols with bars of 4 hours from a Monday on, each missing bars of its own.
#[derive(Debug, Clone)]
struct Panel {
    weeks: u32,
    symbols: u32,
    seed: u64,
    missing_percent: u64,
    horizons: Vec<u32>,
    entry: Entry,
    max_gap_bars: u32,
}

const BAR: Timeframe = Timeframe::H4;
const MONDAY: &str = "2024-01-01";

impl Panel {
    /// The label intervals of all symbols' rows in time order.
    fn intervals(&self) -> Vec<Interval> {
        let mut all: Vec<Interval> = (0..self.symbols).flat_map(|s| self.symbol(s)).collect();
        all.sort_by_key(|interval| interval.t0);
        all
    }

    fn symbol(&self, symbol: u32) -> Vec<Interval> {
        reach(&self.forward(&self.bars(symbol)))
    }

    fn bars(&self, symbol: u32) -> Bars {
        let mut noise = self.seed ^ (u64::from(symbol) << 32);
        let start: Ts = MONDAY.parse().unwrap();
        let n_bars = i64::from(self.weeks) * WEEK_US / BAR.us();
        // One outage of up to 20 bars besides the single bars missing here and there.
        let outage = next(&mut noise) as i64 % n_bars;
        let outage = outage..outage + next(&mut noise) as i64 % 20;
        let ts: Vec<Ts> = (0..n_bars)
            .filter(|bar| next(&mut noise) % 100 >= self.missing_percent && !outage.contains(bar))
            .map(|bar| start.plus_us(bar * BAR.us()))
            .collect();
        let flat = vec![1.0; ts.len()];
        let columns = Columns {
            open: flat.clone(),
            high: flat.clone(),
            low: flat.clone(),
            close: flat.clone(),
            volume: flat,
            ts,
            ..Columns::default()
        };
        Bars::new("X".parse().unwrap(), BAR, columns).unwrap()
    }

    fn forward(&self, bars: &Bars) -> Vec<Labels> {
        let Self { entry, max_gap_bars, .. } = *self;
        let params = ForwardParams { horizons: self.horizons.clone(), entry, max_gap_bars };
        params.check().unwrap().label(bars, &Gaps::round_the_clock(bars.ts(), BAR))
    }

    /// In a flat market all of them end with the time limit.
    fn barriers(&self, bars: &Bars, max_hold_bars: u32) -> BarrierLabels {
        let params = BarrierParams {
            stop_atr: Some(1.0),
            target_atr: Some(1.0),
            max_hold_bars,
            oco_delay_bars: 0,
            limit_fill: LimitFill::Through,
            max_gap_bars: self.max_gap_bars,
        };
        let gaps = Gaps::round_the_clock(bars.ts(), BAR);
        let input = BarrierInput { bars, gaps: &gaps, atr: &vec![1.0; bars.len()], sides: None };
        params.check().unwrap().label(&input)
    }

    fn span(&self) -> Span {
        let first_usable: Ts = MONDAY.parse().unwrap();
        let complete_until = first_usable.plus_us(i64::from(self.weeks) * WEEK_US);
        Span { first_usable, complete_until }
    }
}

/// The next number of a splitmix64 sequence (Steele, Lea and Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn panels() -> impl Strategy<Value = Panel> {
    let horizons = prop::sample::subsequence(vec![1, 2, 3, 5, 8, 12], 1..4);
    let entry = prop_oneof![Just(Entry::NextOpen), Just(Entry::Close)];
    (4u32..10, 1u32..4, any::<u64>(), 0u64..25, horizons, (entry, 0u32..25)).prop_map(
        |(weeks, symbols, seed, missing_percent, horizons, (entry, max_gap_bars))| Panel {
            weeks,
            symbols,
            seed,
            missing_percent,
            horizons,
            entry,
            max_gap_bars,
        },
    )
}

fn walks() -> impl Strategy<Value = WalkForwardParams> {
    let mode = prop_oneof![Just(Mode::Rolling), Just(Mode::Anchored)];
    let start = prop_oneof![Just(WindowStart::Monday), Just(WindowStart::FirstBar)];
    (1u32..5, 1u32..3, prop::option::of(0u32..2), 0u32..5, mode, start).prop_map(
        |(train_weeks, test_weeks, wait, embargo_bars, mode, start)| WalkForwardParams {
            train_weeks,
            test_weeks,
            step_weeks: wait.map(|w| test_weeks + w),
            mode,
            start,
            embargo_bars,
            early_stop_fraction: 0.3,
            calibrate_fraction: 0.2,
        },
    )
}

/// Cross-validations, and how many of every 11 rows to leave out of their subset.
fn cross_validations() -> impl Strategy<Value = (CrossValidationParams, u32)> {
    let groups = (3u32..9).prop_flat_map(|n| (Just(n), 1..n.min(4)));
    (groups, 0u32..5, 2u32..9).prop_map(|((groups, test_groups), embargo_bars, skip)| {
        (CrossValidationParams { groups, test_groups, embargo_bars }, skip)
    })
}

/// A slice with holes, as purging leaves them.
fn with_holes(rows: &Rows<'_>, skip: u32) -> RowSet {
    RowSet::from(10..rows.len() as u32).filter(|row| row % 11 >= skip)
}

fn share_an_instant(a: Interval, b: Interval) -> bool {
    !(a.t1 < b.t0 || b.t1 < a.t0)
}

/// Every row of one against every row of the other.
fn any_touch(intervals: &[Interval], a: &RowSet, b: &RowSet) -> bool {
    let touches =
        |i: u32| b.iter().any(|j| share_an_instant(intervals[i as usize], intervals[j as usize]));
    a.iter().any(touches)
}

fn assert_no_leak(intervals: &[Interval], sets: &[&RowSet]) -> Result<(), TestCaseError> {
    for (k, a) in sets.iter().enumerate() {
        for b in &sets[k + 1..] {
            prop_assert!(!any_touch(intervals, a, b), "{a:?} touches {b:?}");
        }
    }
    Ok(())
}

fn learned_from(cut: &Folds) -> impl Iterator<Item = &Slice> {
    cut.folds().iter().flat_map(|fold| [fold.train(), fold.early_stop(), fold.calibrate()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_label_of_one_slice_touches_another_slices(panel in panels(), walk in walks()) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        // Too little data for these windows is an answer, and has tests of its own.
        let Ok(cut) = walk.check().unwrap().cut(&rows, panel.span()) else { return Ok(()) };
        for fold in cut.folds() {
            assert_no_leak(&intervals, &fold.slices().map(Slice::rows))?;
        }
    }

    #[test]
    fn purging_takes_only_what_it_must(panel in panels(), walk in walks()) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let walk = WalkForwardParams { embargo_bars: 0, ..walk };
        let Ok(cut) = walk.check().unwrap().cut(&rows, panel.span()) else { return Ok(()) };
        for slice in learned_from(&cut) {
            let mut dropped = 0;
            for (row, interval) in intervals.iter().enumerate() {
                if interval.t0 >= slice.from() && interval.t0 < slice.until() {
                    let reaches = interval.t1 >= slice.until();
                    prop_assert_eq!(slice.rows().contains(row as u32), !reaches);
                    dropped += u32::from(reaches);
                } else {
                    prop_assert!(!slice.rows().contains(row as u32));
                }
            }
            prop_assert_eq!(slice.purged_rows(), dropped);
            prop_assert_eq!(slice.embargoed_rows(), 0);
        }
    }

    #[test]
    fn an_embargo_keeps_its_bars_free(panel in panels(), walk in walks()) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let embargo_bars = walk.embargo_bars as usize;
        let Ok(cut) = walk.check().unwrap().cut(&rows, panel.span()) else { return Ok(()) };
        for slice in learned_from(&cut) {
            for row in slice.rows().iter() {
                let end = intervals[row as usize].t1;
                let is_free = |t: &&Ts| end < **t && **t < slice.until();
                let n_free = rows.instants().iter().filter(is_free).count();
                prop_assert!(n_free >= embargo_bars, "{n_free} bars free");
            }
        }
    }

    #[test]
    fn tests_are_one_history_in_order(panel in panels(), walk in walks()) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let (span, test_weeks) = (panel.span(), walk.test_weeks);
        let step_weeks = walk.step_weeks.unwrap_or(test_weeks);
        let Ok(cut) = walk.clone().check().unwrap().cut(&rows, span) else { return Ok(()) };
        let tested: Vec<u32> = cut.folds().iter().flat_map(|f| f.test().rows().iter()).collect();
        prop_assert!(tested.windows(2).all(|pair| pair[0] < pair[1]), "disjoint and in order");

        // The first test window begins behind the first train window, and windows follow each
        // other for as long as a full one fits.
        let week = |weeks: u32| i64::from(weeks) * WEEK_US;
        let first = span.first_usable.plus_us(week(walk.train_weeks));
        let is_tested = |t0: Ts| {
            let since = t0.0 - first.0;
            let window_start = first.plus_us(since.div_euclid(week(step_weeks)) * week(step_weeks));
            since >= 0
                && t0 < window_start.plus_us(week(test_weeks))
                && window_start.plus_us(week(test_weeks)) <= span.complete_until
        };
        let expected: Vec<u32> =
            (0..rows.len() as u32).filter(|&row| is_tested(rows.interval(row).t0)).collect();
        prop_assert_eq!(&tested, &expected);
        let apart = cut.rows_before_tests() + cut.rows_between_tests() + cut.rows_after_tests();
        prop_assert_eq!(tested.len() + apart as usize, rows.len());
        if step_weeks == test_weeks {
            prop_assert_eq!(cut.rows_between_tests(), 0);
        }
    }

    #[test]
    fn a_row_is_in_one_slice_at_most_and_cutting_twice_is_cutting_once(
        panel in panels(),
        walk in walks(),
    ) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let walk = walk.check().unwrap();
        let cut = walk.cut(&rows, panel.span());
        prop_assert_eq!(&cut, &walk.cut(&rows, panel.span()));
        for fold in cut.iter().flat_map(Folds::folds) {
            for row in 0..rows.len() as u32 {
                let slices = fold.slices();
                prop_assert!(slices.iter().filter(|s| s.rows().contains(row)).count() <= 1);
            }
        }
    }

    #[test]
    fn no_tested_label_touches_a_trained_one(
        panel in panels(),
        (params, skip) in cross_validations(),
    ) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let subset = with_holes(&rows, skip);
        let Ok(cut) = params.check().unwrap().split(&rows, &subset) else { return Ok(()) };
        for split in cut.splits() {
            assert_no_leak(&intervals, &[split.train(), split.test()])?;
            let n_out = (split.purged_rows() + split.embargoed_rows()) as usize;
            prop_assert_eq!(split.train().len() + split.test().len() + n_out, subset.len());
            let mut rows = split.train().iter().chain(split.test().iter());
            prop_assert!(rows.all(|row| subset.contains(row)));
            prop_assert!(!split.train().iter().any(|row| split.test().contains(row)));
        }
        let tests = |row| cut.splits().iter().filter(|s| s.test().contains(row)).count();
        let n_paths = cut.paths().len();
        prop_assert!(subset.iter().all(|row| tests(row) == n_paths), "each row once a path");
    }

    #[test]
    fn cross_validation_drops_only_what_it_must(panel in panels(), groups in 3u32..9) {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let subset = RowSet::from(0..rows.len() as u32);
        let k_fold = CrossValidationParams::k_fold(groups, 0).check().unwrap();
        let Ok(cut) = k_fold.split(&rows, &subset) else { return Ok(()) };
        for split in cut.splits() {
            for row in subset.iter().filter(|&row| !split.test().contains(row)) {
                let touches = any_touch(&intervals, &RowSet::from(row..row + 1), split.test());
                prop_assert_eq!(split.train().contains(row), !touches);
            }
        }
    }
}

#[test]
fn the_oracle_sees_a_leak_when_there_is_one() {
    let interval = |t0, t1| Interval { t0: Ts(t0), t1: Ts(t1) };
    let intervals = [interval(0, 2), interval(1, 3), interval(3, 5)];
    assert!(!any_touch(&intervals, &RowSet::from(0..1), &RowSet::from(2..3)));
    assert!(any_touch(&intervals, &RowSet::from(0..2), &RowSet::from(2..3)));
}

/// The properties above let refusals pass; this shows that they are not all refusals.
#[test]
fn most_random_walks_are_cut() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = || (panels(), walks()).new_tree(&mut runner).unwrap().current();
    let cut = |(panel, walk): (Panel, WalkForwardParams)| {
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        walk.check().unwrap().cut(&rows, panel.span()).map_or(0, |cut| cut.folds().len())
    };
    let folds: Vec<usize> = (0..100).map(|_| cut(draw())).collect();
    let (n_cut, n_folds) = (folds.iter().filter(|n| **n > 0).count(), folds.iter().sum::<usize>());
    assert!(n_cut > 70 && n_folds > 150, "{n_cut} walks, {n_folds} folds");
}

#[test]
fn most_random_cross_validations_are_split() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut draw = || (panels(), cross_validations()).new_tree(&mut runner).unwrap().current();
    let (mut n_holed, mut n_whole, mut n_purged) = (0, 0, 0);
    for _ in 0..100 {
        let (panel, (params, skip)) = draw();
        let intervals = panel.intervals();
        let rows = Rows::new(&intervals).unwrap();
        let k_fold = CrossValidationParams::k_fold(params.groups, 0).check().unwrap();
        let whole = k_fold.split(&rows, &RowSet::from(0..rows.len() as u32));
        let holed = params.check().unwrap().split(&rows, &with_holes(&rows, skip));
        n_holed += u32::from(holed.is_ok());
        n_whole += u32::from(whole.is_ok());
        n_purged += whole.iter().flat_map(Splits::splits).map(Split::purged_rows).sum::<u32>();
    }
    assert!(n_holed > 70 && n_whole > 70 && n_purged > 1000, "{n_holed}, {n_whole}, {n_purged}");
}

#[test]
fn barrier_labels_leak_unless_the_folds_are_told_of_them() {
    let panel = Panel {
        weeks: 8,
        symbols: 1,
        seed: 1,
        missing_percent: 0,
        horizons: vec![1],
        entry: Entry::NextOpen,
        max_gap_bars: 20,
    };
    let bars = panel.bars(0);
    let (forward, barriers) = (panel.forward(&bars), panel.barriers(&bars, 6));
    let outcomes: Vec<Interval> = (0..bars.len()).map(|row| barriers.interval(row)).collect();
    let leaks = |hulls: &[Interval]| {
        let walk = WalkForwardParams { train_weeks: 4, ..WalkForwardParams::default() };
        let cut = walk.check().unwrap().cut(&Rows::new(hulls).unwrap(), panel.span()).unwrap();
        let fold = &cut.folds()[0];
        any_touch(&outcomes, fold.calibrate().rows(), fold.test().rows())
    };
    let returns = forward.iter().map(|labels| labels as &dyn LabelSet);
    let all = returns.chain([&barriers as &dyn LabelSet]);
    assert!(leaks(&reach(&forward)), "purged by returns alone");
    assert!(!leaks(&reach(all)));
}
