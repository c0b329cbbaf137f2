//! Windows for what learns no labels: rules are chosen on one stretch of bars and tried on the next.
//!
//! Whoever is tried on a window sees its bars and no others, and is out of the market at its end; so
//! there is nothing to purge between a window and the next.

use std::ops::Range;

use super::fault::FoldFault;
use super::rows::Rows;
use super::walk_forward::{Folds, Mode, Span, WalkForward};
use crate::labels::Interval;
use crate::units::Ts;

/// Rows to choose on, and the rows after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub train: Range<usize>,
    pub test: Range<usize>,
}

/// Windows counted in bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarWindows {
    pub train_bars: usize,
    pub test_bars: usize,
    /// From one test window's first bar to the next; at least `test_bars`.
    pub step_bars: usize,
    pub mode: Mode,
}

impl BarWindows {
    /// As many as have a full test window.
    pub fn cut(&self, rows: Range<usize>) -> Result<Vec<Window>, FoldFault> {
        let Self { train_bars, test_bars, step_bars, mode } = *self;
        if [train_bars, test_bars].contains(&0) || step_bars < test_bars {
            return Err(FoldFault::Windows { train_bars, test_bars, step_bars });
        }
        let need = train_bars + test_bars;
        let Some(spare) = rows.len().checked_sub(need) else {
            return Err(FoldFault::FewBars { have: rows.len(), train_bars, test_bars });
        };
        let window = |at: usize| {
            let from = rows.start + at * step_bars;
            let first = if mode == Mode::Anchored { rows.start } else { from };
            let test = from + train_bars;
            Window { train: first..test, test: test..test + test_bars }
        };
        Ok((0..=spare / step_bars).map(window).collect())
    }
}

impl WalkForward {
    /// The windows of calendar weeks that a model's folds have. `closes`: when each bar is known.
    pub fn windows(&self, closes: &[Ts], span: Span) -> Result<Vec<Window>, FoldFault> {
        let instants: Vec<Interval> = closes.iter().map(|t| Interval { t0: *t, t1: *t }).collect();
        let rows = Rows::new(&instants)?;
        Ok(windows(&self.without_slices().cut(&rows, span)?))
    }
}

fn windows(folds: &Folds) -> Vec<Window> {
    let hull = |set: &super::rows::RowSet| {
        let ranges = set.ranges();
        let ends = ranges.first().zip(ranges.last());
        ends.map_or(0..0, |(first, last)| first.start as usize..last.end as usize)
    };
    let window = |fold: &super::Fold| Window {
        train: hull(fold.train().rows()),
        test: hull(fold.test().rows()),
    };
    folds.folds().iter().map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::super::WalkForwardParams;
    use super::*;
    use crate::units::{MINUTE_US, WEEK_US};

    const PLAN: BarWindows =
        BarWindows { train_bars: 500, test_bars: 100, step_bars: 100, mode: Mode::Rolling };

    #[test]
    fn windows_of_bars_leave_no_test_bar_out_and_none_twice() {
        let windows = PLAN.cut(20..180_000).unwrap();
        assert_eq!(windows.len(), 1794);
        assert_eq!(windows[0], Window { train: 20..520, test: 520..620 });
        assert!(windows.iter().all(|w| w.train.len() == 500 && w.train.end == w.test.start));
        assert!(windows.windows(2).all(|pair| pair[0].test.end == pair[1].test.start));
        let anchored = BarWindows { mode: Mode::Anchored, ..PLAN }.cut(20..1000).unwrap();
        assert_eq!(anchored[3], Window { train: 20..820, test: 820..920 });
    }

    #[test]
    fn windows_that_cannot_be_are_refused_with_their_numbers() {
        let told = |plan: BarWindows, n: usize| plan.cut(0..n).unwrap_err().to_string();
        assert!(told(PLAN, 599).contains("599 bars"), "{}", told(PLAN, 599));
        assert_eq!(PLAN.cut(0..600).unwrap().len(), 1);
        for plan in [
            BarWindows { train_bars: 0, ..PLAN },
            BarWindows { test_bars: 0, ..PLAN },
            BarWindows { step_bars: 99, ..PLAN },
        ] {
            assert!(told(plan, 9999).contains("step"), "{}", told(plan, 9999));
        }
    }

    #[test]
    fn windows_of_weeks_are_those_of_the_folds() {
        let bar_us = 30 * MINUTE_US;
        let n = (8 * WEEK_US / bar_us) as usize;
        let closes: Vec<Ts> = (1..=n as i64).map(|k| Ts(k * bar_us)).collect();
        let params = WalkForwardParams { train_weeks: 3, ..WalkForwardParams::default() };
        let span = Span { first_usable: closes[0], complete_until: closes[n - 1].plus_us(bar_us) };
        let plan = params.check().unwrap();
        let windows = plan.windows(&closes, span).unwrap();
        assert!(windows.len() > 1);
        for window in &windows {
            let weeks = |rows: &Range<usize>| rows.len() as i64 * bar_us;
            assert_eq!(weeks(&window.train), 3 * WEEK_US);
            assert_eq!(weeks(&window.test), 2 * WEEK_US);
            assert_eq!(window.train.end, window.test.start);
        }
        let intervals: Vec<Interval> = closes.iter().map(|t| Interval { t0: *t, t1: *t }).collect();
        let folds = plan.cut(&Rows::new(&intervals).unwrap(), span).unwrap();
        let tests = folds.folds().iter().map(|fold| fold.test().rows().iter().next().unwrap());
        assert!(tests.eq(windows.iter().map(|window| window.test.start as u32)));
    }
}
