//! `labels.*`: what is to be predicted.

use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;
use crate::labels::Entry;

section! {
    /// What is to be predicted: the return over the bars that follow.
    pub struct Labels, check Labels::check;
    /// How far ahead, one model each; rising.
    horizons: Vec<u32> = vec![1, 3, 6, 12],
        Rule::within(1.0, 10_000.0).unit("bars").nonempty();
    /// The price a return starts and ends at: next_open can be traded, close is for research.
    entry: Entry = Entry::NextOpen, Rule::any();
    /// A label that spans a longer run of missing bars than this is left out, and counted.
    max_gap_bars: u32 = 1, Rule::within(0.0, 10_000.0).unit("bars");
    /// Give overlapping labels less weight: each counts by the part of it that no other shares.
    weight_uniqueness: bool = true, Rule::any();
    /// Give old labels less weight: after this time half of it; null: age makes no difference.
    weight_half_life_weeks: Option<f64> = None, Rule::above(0.0, 10_000.0).unit("weeks");
    barrier: Barrier = Barrier::default(), Rule::any();
}

section! {
    /// Triple-barrier labels: which of stop, target and time limit comes first.
    pub struct Barrier;
    /// Bars the average true range (ATR) is taken over.
    atr_window: u32 = 14, Rule::within(1.0, 100_000.0).unit("bars");
    /// Distance of the stop in ATRs; null: no stop.
    stop_atr: Option<f64> = Some(2.0), Rule::above(0.0, 1000.0);
    /// Distance of the target in ATRs; null: no target.
    target_atr: Option<f64> = Some(2.0), Rule::above(0.0, 1000.0);
    /// The time limit.
    max_hold_bars: u32 = 24, Rule::within(1.0, 100_000.0).unit("bars");
}

choice! {
    for Entry {
        NextOpen = "next_open",
        Close = "close",
    }
}

impl Labels {
    fn check(&self, reading: &mut Reading) {
        let falling = self.horizons.windows(2).find(|pair| pair[0] >= pair[1]);
        if let Some(&[before, after]) = falling {
            reading.require(false, &["labels.horizons"], || {
                if before == after {
                    format!("`{after}` is there twice")
                } else {
                    format!("`{after}` comes after `{before}`: horizons rise")
                }
            });
        }
    }
}
