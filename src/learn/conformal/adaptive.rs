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
/// h + 1 bars after its row. Rows wait in line for their outcomes.
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

    pub fn adaptive(&self) -> &Adaptive {
        &self.adaptive
    }
}

#[cfg(test)]
mod tests {
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
        let mut high = || stream.issue(0.0, 1.0).unwrap().high;
        assert_eq!([high(), high()], [90.0, 90.0]);
        stream.settle(1e3);
        let mut high = || stream.issue(0.0, 1.0).unwrap().high;
        assert_eq!([high(), high()], [99.0, 99.0]);
    }

    #[test]
    fn a_row_without_interval_or_outcome_keeps_its_place_in_line() {
        let mut stream = Stream::new(hundred(0.1));
        assert_eq!(stream.issue(f64::NAN, 1.0), None);
        stream.issue(0.0, 1.0);
        stream.settle(1e3); // of the row without an interval
        stream.settle(f64::NAN); // never known
        stream.settle(1e3); // nobody waits
        assert!((stream.adaptive().miss_rate() - 0.1).abs() < 1e-12);
    }
}
