//! Why time cannot be cut as asked.

use crate::units::{Ts, show_span};

/// The data do not allow these folds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FoldFault {
    #[error("the labels of row `{row}` come before those of the row above it")]
    Unsorted { row: usize },
    #[error("the label of row `{row}` ends before its decision")]
    Backwards { row: usize },
    #[error("`{rows}` rows are more than can be numbered")]
    TooMany { rows: usize },
    #[error(
        "the data hold {have} weeks from `{from}` to `{until}`, but `walkforward.train_weeks` + \
         `walkforward.test_weeks` need {need}"
    )]
    TooShort { have: Tenths, need: u32, from: Ts, until: Ts },
    #[error(
        "fold {fold} has no rows left to {purpose} on from `{from}` to `{until}` ({}): {}",
        show_span(until.0 - from.0),
        why_empty(*dropped)
    )]
    EmptySlice { fold: u32, purpose: &'static str, from: Ts, until: Ts, dropped: u32 },
    #[error(
        "windows of {train_bars} and {test_bars} bars, {step_bars} bars apart, cannot be: none may be \
         empty, and the step must be at least as long as the test"
    )]
    Windows { train_bars: usize, test_bars: usize, step_bars: usize },
    #[error("{have} bars hold no window of {train_bars} bars to choose on and {test_bars} to test")]
    FewBars { have: usize, train_bars: usize, test_bars: usize },
    #[error("`groups` is `{groups}`, but there are only {bars} bars to share out")]
    TooFewBars { groups: u32, bars: usize },
    #[error(
        "split {split} of {splits} has no rows left to train on: labels and `embargo_bars` \
         reach too far for `groups` = {groups}"
    )]
    EmptySplit { split: usize, splits: usize, groups: u32 },
}

fn why_empty(dropped: u32) -> String {
    match dropped {
        0 => "there are no bars in it".to_owned(),
        n => format!(
            "its {n} rows all reach into the next slice; a longer slice, a shorter one of \
             `labels.horizons` or a smaller `walkforward.embargo_bars` would leave some"
        ),
    }
}

/// A count to one decimal, rounded down: what falls short never reads as enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tenths(pub f64);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1}", (self.0 * 10.0).floor() / 10.0)
    }
}
