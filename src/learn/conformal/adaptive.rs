//! Intervals that widen after misses and narrow after hits.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::split::{Interval, SplitConformal};

/// Adaptive conformal inference: after an outcome the next intervals aim at 1 − αₜ₊₁,
/// αₜ₊₁ = αₜ + γ·(α − missₜ), so that misses come at the rate α in the long run, whatever the market
/// does (Gibbs & Candès 2021, "Adaptive conformal inference under distribution shift", NeurIPS).
/// A rate γ of 0 leaves the intervals as fitted. αₜ itself is free to leave 0 to 1, as the proof
/// needs; the interval is then the widest or narrowest that the slice knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adaptive {
    fitted: SplitConformal,
    rate: f64,
    miss_rate: f64,
}

impl Adaptive {
    pub fn new(fitted: SplitConformal, rate: f64) -> Self {
        let miss_rate = 1.0 - fitted.coverage();
        Self { fitted, rate, miss_rate }
    }

    /// The αₜ that intervals aim at now.
    pub fn miss_rate(&self) -> f64 {
        self.miss_rate
    }

    pub fn interval(&self, expected: f64, scale: f64) -> Option<Interval> {
        self.fitted.interval_at(1.0 - self.miss_rate, expected, scale)
    }

    /// An outcome has become known: `interval` is the one that was given for its row.
    pub fn learn(&mut self, interval: Interval, outcome: f64) {
        if outcome.is_finite() {
            let missed = if interval.holds(outcome) { 0.0 } else { 1.0 };
            self.miss_rate += self.rate * (1.0 - self.fitted.coverage() - missed);
        }
    }
}

/// The same for rows that come one by one and outcomes that come later: a label of h bars is known
/// h + 1 bars after its row. Rows wait in line for their outcomes; batch is a loop over it, so live
/// is the same to the bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    adaptive: Adaptive,
    waiting: VecDeque<Option<Interval>>,
}

impl Stream {
    pub fn new(adaptive: Adaptive) -> Self {
        Self { adaptive, waiting: VecDeque::new() }
    }

    /// The interval of the next row, which then waits for its outcome.
    pub fn issue(&mut self, expected: f64, scale: f64) -> Option<Interval> {
        let interval = self.adaptive.interval(expected, scale);
        self.waiting.push_back(interval);
        interval
    }

    /// The outcome of the row that has waited longest; NaN where it has none. Nothing happens when
    /// no row waits.
    pub fn settle(&mut self, outcome: f64) {
        if let Some(Some(interval)) = self.waiting.pop_front() {
            self.adaptive.learn(interval, outcome);
        }
    }

    /// One bar: what became known at its close, then its own interval. `matured` is `None` while
    /// no row is old enough.
    pub fn step(&mut self, matured: Option<f64>, expected: f64, scale: f64) -> Option<Interval> {
        if let Some(outcome) = matured {
            self.settle(outcome);
        }
        self.issue(expected, scale)
    }

    /// A whole slice: the outcome of row i is known `delay_rows` rows later (h + 1 for one symbol;
    /// at least 1). The last rows go on waiting, so another slice can follow.
    pub fn run(
        &mut self,
        rows: &super::ConformalRows<'_>,
        delay_rows: usize,
    ) -> Vec<Option<Interval>> {
        let delay = delay_rows.max(1);
        let row = |i: usize| {
            let matured = i.checked_sub(delay).map(|known| rows.outcome[known]);
            self.step(matured, rows.expected[i], rows.scale[i])
        };
        (0..rows.expected.len()).map(row).collect()
    }

    pub fn adaptive(&self) -> &Adaptive {
        &self.adaptive
    }

    pub fn n_waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ConformalRows;
    use super::*;

    fn hundred(rate: f64) -> Adaptive {
        let outcome: Vec<f64> = (1..=99).map(f64::from).collect();
        let rows = ConformalRows { expected: &[0.0; 99], outcome: &outcome, scale: &[1.0; 99] };
        Adaptive::new(SplitConformal::fit(&rows, 0.9).unwrap(), rate)
    }

    #[test]
    fn a_miss_widens_and_a_hit_narrows() {
        let mut adaptive = hundred(0.1);
        let before = adaptive.interval(0.0, 1.0).unwrap();
        assert_eq!(before.high, 90.0);
        adaptive.learn(before, 91.0);
        assert!((adaptive.miss_rate() - 0.01).abs() < 1e-12); // 0.1 + 0.1·(0.1 − 1)
        assert_eq!(adaptive.interval(0.0, 1.0).unwrap().high, 99.0);
        adaptive.learn(before, 0.0);
        assert!((adaptive.miss_rate() - 0.02).abs() < 1e-12);
        assert_eq!(adaptive.interval(0.0, 1.0).unwrap().high, 98.0);
    }

    #[test]
    fn an_outcome_counts_only_once_it_is_known() {
        let mut stream = Stream::new(hundred(0.1));
        let outcome = [1e3, 1e3, 0.0, 0.0];
        let rows = ConformalRows { expected: &[0.0; 4], outcome: &outcome, scale: &[1.0; 4] };
        let intervals = stream.run(&rows, 2);
        let highs: Vec<f64> = intervals.iter().map(|i| i.unwrap().high).collect();
        assert_eq!(highs, [90.0, 90.0, 99.0, 99.0]);
        assert_eq!(stream.n_waiting(), 2);
    }

    #[test]
    fn a_row_without_interval_or_outcome_keeps_its_place_in_line() {
        let mut stream = Stream::new(hundred(0.1));
        assert_eq!(stream.step(None, f64::NAN, 1.0), None);
        stream.step(None, 0.0, 1.0);
        stream.settle(1e3); // of the row without an interval
        stream.settle(f64::NAN); // never known
        stream.settle(1e3); // nobody waits
        assert!((stream.adaptive().miss_rate() - 0.1).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_slice_taken_row_by_row_and_resumed_anywhere_gives_the_same_intervals(
            outcome in prop::collection::vec(-150.0..150.0_f64, 1..60),
            cut in 0..60_usize,
            delay in 1..15_usize,
        ) {
            let n = outcome.len();
            let expected: Vec<f64> = outcome.iter().map(|y| y / 7.0).collect();
            let scale = vec![1.5; n];
            let whole = ConformalRows { expected: &expected, outcome: &outcome, scale: &scale };
            let batch = Stream::new(hundred(0.05)).run(&whole, delay);
            let mut live = Stream::new(hundred(0.05));
            let mut intervals = Vec::new();
            for i in 0..n {
                if i == cut {
                    live = Stream { waiting: live.waiting.clone(), adaptive: live.adaptive.clone() };
                }
                let matured = i.checked_sub(delay).map(|known| outcome[known]);
                intervals.push(live.step(matured, expected[i], scale[i]));
            }
            prop_assert_eq!(batch, intervals);
        }
    }
}
