//! Walk-forward: learn from the past, be tested on the weeks after it, move on.

use serde::{Deserialize, Serialize};

use super::fault::{FoldFault, Tenths};
use super::purge::Slice;
use super::rows::{Rows, as_text};
use crate::labels::{BadParam, Faults};
use crate::units::{FIRST_MONDAY_US, MINUTE_US, Ts, WEEK_US};

/// What becomes of old training weeks as time goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Forgotten: each fold trains on `train_weeks`.
    #[default]
    Rolling,
    /// Kept: each fold trains on everything from the first fold's beginning.
    Anchored,
}

/// Where the first window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowStart {
    /// On the first Monday, 00:00 UTC, from which on every feature is there: windows stay where
    /// they are when a feature with another look-back joins, so that runs can be compared.
    #[default]
    Monday,
    /// On the first instant from which on every feature is there: not a day is lost.
    FirstBar,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WalkForwardParams {
    pub train_weeks: u32,
    pub test_weeks: u32,
    /// From one test window's beginning to the next; `None`: `test_weeks`.
    pub step_weeks: Option<u32>,
    pub mode: Mode,
    pub start: WindowStart,
    /// Bars kept free between the end of a slice's labels and the next slice.
    pub embargo_bars: u32,
    /// The part of the train window that decides when training stops …
    pub early_stop_fraction: f64,
    /// … and the part after it that calibrators are fitted on.
    pub calibrate_fraction: f64,
}

impl Default for WalkForwardParams {
    fn default() -> Self {
        Self {
            train_weeks: 12,
            test_weeks: 2,
            step_weeks: None,
            mode: Mode::default(),
            start: WindowStart::default(),
            embargo_bars: 0,
            early_stop_fraction: 0.15,
            calibrate_fraction: 0.15,
        }
    }
}

/// [`WalkForwardParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkForward(WalkForwardParams);

/// Some 38 years; keeps weeks in microseconds far from overflow.
pub const MAX_WEEKS: u32 = 2000;

impl WalkForwardParams {
    pub fn check(self) -> Result<WalkForward, Vec<BadParam>> {
        let mut faults = Faults::default();
        let weeks = [
            ("walkforward.train_weeks", self.train_weeks),
            ("walkforward.test_weeks", self.test_weeks),
            ("walkforward.step_weeks", self.step()),
        ];
        for (key, weeks) in weeks {
            let possible = (1..=MAX_WEEKS).contains(&weeks);
            faults.require(possible, key, (weeks, "it must be from 1 to 2000"));
        }
        faults.require(
            self.step() >= self.test_weeks,
            "walkforward.step_weeks",
            (self.step(), "below `walkforward.test_weeks` it would test the same bars twice"),
        );
        let (stop, calibrate) = (self.early_stop_fraction, self.calibrate_fraction);
        for (key, fraction) in [
            ("walkforward.early_stop_fraction", stop),
            ("walkforward.calibrate_fraction", calibrate),
        ] {
            let possible = (0.0..1.0).contains(&fraction);
            faults.require(possible, key, (fraction, "it must be at least 0 and below 1"));
        }
        let both_possible = [stop, calibrate].iter().all(|part| (0.0..1.0).contains(part));
        faults.require(
            !both_possible || stop + calibrate <= 0.9,
            "walkforward.calibrate_fraction",
            (calibrate, "with `walkforward.early_stop_fraction` it must leave a tenth to train on"),
        );
        faults.or(WalkForward(self))
    }

    fn step(&self) -> u32 {
        self.step_weeks.unwrap_or(self.test_weeks)
    }
}

/// The stretch of the data that folds may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first decision on which every feature is there: behind the longest warm-up.
    pub first_usable: Ts,
    /// Until when the data are complete. Behind a Friday's last bar that is the market's next
    /// opening; in a market that never closes, the last bar's close plus one bar.
    pub complete_until: Ts,
}

/// One step of the walk. Only [`WalkForward::cut`] makes one, so that it is purged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fold {
    idx: u32,
    train: Slice,
    early_stop: Slice,
    calibrate: Slice,
    test: Slice,
}

impl Fold {
    pub fn idx(&self) -> u32 {
        self.idx
    }

    pub fn train(&self) -> &Slice {
        &self.train
    }

    pub fn early_stop(&self) -> &Slice {
        &self.early_stop
    }

    pub fn calibrate(&self) -> &Slice {
        &self.calibrate
    }

    pub fn test(&self) -> &Slice {
        &self.test
    }

    /// The four slices in time order.
    pub fn slices(&self) -> [&Slice; 4] {
        [&self.train, &self.early_stop, &self.calibrate, &self.test]
    }
}

/// The whole walk, as folds.json tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Folds {
    params: WalkForwardParams,
    /// Where the first train window begins.
    #[serde(serialize_with = "as_text")]
    start: Ts,
    n_rows: usize,
    /// Rows before the first test window: warm-up and the first train window.
    rows_before_tests: u32,
    /// Rows between test windows, where `step_weeks` exceeds `test_weeks`.
    rows_between_tests: u32,
    /// Rows after the last full test window.
    rows_after_tests: u32,
    /// Test windows without a single bar; they make no fold.
    empty_windows: u32,
    folds: Vec<Fold>,
}

impl Folds {
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    pub fn rows_before_tests(&self) -> u32 {
        self.rows_before_tests
    }

    pub fn rows_between_tests(&self) -> u32 {
        self.rows_between_tests
    }

    pub fn rows_after_tests(&self) -> u32 {
        self.rows_after_tests
    }

    pub fn empty_windows(&self) -> u32 {
        self.empty_windows
    }
}

impl WalkForward {
    /// Cuts as many folds as have a full test window.
    pub fn cut(&self, rows: &Rows<'_>, span: Span) -> Result<Folds, FoldFault> {
        let params = &self.0;
        let start = self.first_window(span.first_usable);
        let train_us = i64::from(params.train_weeks) * WEEK_US;
        let test_us = i64::from(params.test_weeks) * WEEK_US;
        let step_us = i64::from(params.step()) * WEEK_US;
        let spare_us = span.complete_until.0 - start.0 - train_us - test_us;
        if spare_us < 0 {
            return Err(self.too_short(start, span.complete_until));
        }
        let n_windows = spare_us / step_us + 1;
        let mut folds = Vec::new();
        for window in 0..n_windows {
            let test_from = start.plus_us(train_us + window * step_us);
            let test = Slice::whole(rows, (test_from, test_from.plus_us(test_us)));
            if !test.rows.is_empty() {
                folds.push(self.fold(rows, start, (folds.len() as u32, test))?);
            }
        }
        let first_from = start.plus_us(train_us);
        let last_until = first_from.plus_us((n_windows - 1) * step_us + test_us);
        let in_reach = rows.between(first_from, last_until);
        let tested: usize = folds.iter().map(|fold| fold.test.n_rows).sum();
        Ok(Folds {
            params: params.clone(),
            start,
            n_rows: rows.len(),
            rows_before_tests: in_reach.start,
            rows_between_tests: in_reach.len() as u32 - tested as u32,
            rows_after_tests: rows.len() as u32 - in_reach.end,
            empty_windows: n_windows as u32 - folds.len() as u32,
            folds,
        })
    }

    /// All of a training window to train on.
    pub(super) fn without_slices(&self) -> Self {
        let whole = WalkForwardParams {
            early_stop_fraction: 0.0,
            calibrate_fraction: 0.0,
            ..self.0.clone()
        };
        Self(whole)
    }

    fn fold(
        &self,
        rows: &Rows<'_>,
        start: Ts,
        (idx, test): (u32, Slice),
    ) -> Result<Fold, FoldFault> {
        let from = match self.0.mode {
            Mode::Rolling => test.from.plus_us(-i64::from(self.0.train_weeks) * WEEK_US),
            Mode::Anchored => start,
        };
        self.train(rows, from, (idx, test))
    }

    /// One training on all of `[from, until)`: the walk's slices with nothing left to test.
    pub fn single(&self, rows: &Rows<'_>, (from, until): (Ts, Ts)) -> Result<Fold, FoldFault> {
        self.train(rows, from, (0, Slice::whole(rows, (until, until))))
    }

    fn train(
        &self,
        rows: &Rows<'_>,
        from: Ts,
        (idx, test): (u32, Slice),
    ) -> Result<Fold, FoldFault> {
        let params = &self.0;
        let [stop_from, calibrate_from] = self.tail_cuts(from, test.from);
        let slice = |from, until| Slice::purged(rows, (from, until), params.embargo_bars);
        let fold = Fold {
            idx,
            train: slice(from, stop_from),
            early_stop: slice(stop_from, calibrate_from),
            calibrate: slice(calibrate_from, test.from),
            test,
        };
        let wanted = [
            (&fold.train, "train"),
            (&fold.early_stop, "stop training"),
            (&fold.calibrate, "calibrate"),
        ];
        for (slice, purpose) in wanted {
            if slice.from < slice.until && slice.rows.is_empty() {
                let dropped = slice.purged + slice.embargoed;
                let Slice { from, until, .. } = *slice;
                return Err(FoldFault::EmptySlice { fold: idx, purpose, from, until, dropped });
            }
        }
        Ok(fold)
    }

    /// Where the early-stop and the calibration parts of the train window begin: by time, so that
    /// no symbol's missing bars move a cut; on whole minutes, so that people can read it.
    fn tail_cuts(&self, from: Ts, until: Ts) -> [Ts; 2] {
        let width = (until.0 - from.0) as f64;
        let tail = |fraction: f64| {
            let us = (width * fraction / MINUTE_US as f64).round() as i64 * MINUTE_US;
            until.plus_us(-us)
        };
        let calibrate = self.0.calibrate_fraction;
        [tail(calibrate + self.0.early_stop_fraction), tail(calibrate)]
    }

    fn first_window(&self, first_usable: Ts) -> Ts {
        match self.0.start {
            WindowStart::FirstBar => first_usable,
            WindowStart::Monday => {
                let last_before = Ts(first_usable.0 - 1 - FIRST_MONDAY_US).floor_to(WEEK_US);
                last_before.plus_us(WEEK_US + FIRST_MONDAY_US)
            }
        }
    }

    fn too_short(&self, from: Ts, until: Ts) -> FoldFault {
        let weeks = (until.0 - from.0).max(0) as f64 / WEEK_US as f64;
        let need = self.0.train_weeks + self.0.test_weeks;
        FoldFault::TooShort { have: Tenths(weeks), need, from, until }
    }
}

#[cfg(test)]
#[path = "walk_forward_tests.rs"]
mod tests;
