//! Sample weights: labels that share their future count for less, and so do old ones.

use super::param::Faults;
use super::{BadParam, Interval};
use crate::units::{Ts, WEEK_US};

#[derive(Debug, Clone, PartialEq)]
pub struct WeightParams {
    /// Weigh a label by its average uniqueness.
    pub uniqueness: bool,
    /// Halve a label's weight for each such stretch it is older than the newest; `None`: age is no
    /// matter.
    pub half_life_weeks: Option<f64>,
}

/// [`WeightParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights(WeightParams);

impl WeightParams {
    pub fn check(self) -> Result<Weights, Vec<BadParam>> {
        let mut faults = Faults::default();
        let half_life = self.half_life_weeks.unwrap_or(1.0);
        let possible = half_life.is_finite() && half_life > 0.0;
        faults.require(
            possible,
            "labels.weight_half_life_weeks",
            (half_life, "it must be above 0"),
        );
        faults.or(Weights(self))
    }
}

/// The rows to be weighed, and no other: a label outside of the slice cannot lower a weight inside.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Every decision instant of the data set, once each, in order: the ticks uniqueness is
    /// averaged over. Times alone say nothing of what happened then, so these may reach further.
    pub clock: &'a [Ts],
    /// One a row of the slice, of the horizon that is trained.
    pub intervals: &'a [Interval],
    /// The symbol of each row; `None`: they are all of one. Different symbols do not share a
    /// future.
    pub symbols: Option<&'a [u32]>,
}

impl Weights {
    /// Uniqueness × age, scaled to a mean of 1 over the rows that have a label; 0 for the others.
    ///
    /// # Panics
    /// If there are symbols, but not one for each interval.
    pub fn weigh(&self, sample: &Sample<'_>) -> Vec<f64> {
        let mut weights = match (self.0.uniqueness, sample.symbols) {
            (false, _) => sample.intervals.iter().map(|i| labelled(*i)).collect(),
            (true, None) => uniqueness(sample.clock, sample.intervals),
            (true, Some(symbols)) => uniqueness_by_symbol(sample, symbols),
        };
        if let Some(weeks) = self.0.half_life_weeks {
            fade(&mut weights, sample.intervals, weeks * WEEK_US as f64);
        }
        scale_to_mean_one(&mut weights);
        weights
    }
}

/// The average uniqueness of labels of one symbol: the mean over a label's life of 1 / (how many of
/// `intervals` live at that tick). López de Prado, Advances in Financial Machine Learning (2018),
/// section 4.3 to 4.4. A label lives on the ticks in (t0, t1]: the bars whose price move it is made
/// of, so that labels of one bar each are all unique.
///
/// Linear in labels and ticks, whatever the horizon: lives are added up as differences, and their
/// shares are then looked up as prefix sums.
pub fn uniqueness(clock: &[Ts], intervals: &[Interval]) -> Vec<f64> {
    let lives = lives(clock, intervals);
    let first = lives.iter().map(|&(from, _)| from).min().unwrap_or(0);
    let last = lives.iter().map(|&(_, until)| until).max().unwrap_or(0);
    let mut births = vec![0_i64; last - first + 1];
    for &(from, until) in &lives {
        births[from - first] += 1;
        births[until - first] -= 1;
    }
    let mut shares = Vec::with_capacity(births.len());
    let (mut alive, mut sum) = (0_i64, 0.0);
    for birth in births {
        shares.push(sum);
        alive += birth;
        sum += if alive > 0 { 1.0 / alive as f64 } else { 0.0 };
    }
    let average = |(&(from, until), interval): (&(usize, usize), &Interval)| {
        if from == until {
            return labelled(*interval);
        }
        (shares[until - first] - shares[from - first]) / (until - from) as f64
    };
    lives.iter().zip(intervals).map(average).collect()
}

/// 1 for a label, 0 for a missing one, which ends where it begins.
fn labelled(interval: Interval) -> f64 {
    if interval.t1 > interval.t0 { 1.0 } else { 0.0 }
}

/// For each interval the half-open range of ticks in (t0, t1].
fn lives(clock: &[Ts], intervals: &[Interval]) -> Vec<(usize, usize)> {
    let Some(first) = intervals.first() else { return Vec::new() };
    let start = clock.partition_point(|&tick| tick <= first.t0);
    let (mut from, mut until) = (start, start);
    let seek = |cursor: &mut usize, ts: Ts| {
        while *cursor < clock.len() && clock[*cursor] <= ts {
            *cursor += 1;
        }
        while *cursor > 0 && clock[*cursor - 1] > ts {
            *cursor -= 1;
        }
        *cursor
    };
    // Rows come in time order, so neither cursor has far to go; a search would cost more.
    intervals.iter().map(|i| (seek(&mut from, i.t0), seek(&mut until, i.t1))).collect()
}

fn uniqueness_by_symbol(sample: &Sample<'_>, symbols: &[u32]) -> Vec<f64> {
    assert_eq!(symbols.len(), sample.intervals.len(), "every row must have a symbol");
    let mut rows: Vec<usize> = (0..symbols.len()).collect();
    rows.sort_by_key(|&row| symbols[row]);
    let mut weights = vec![0.0; symbols.len()];
    for group in rows.chunk_by(|&a, &b| symbols[a] == symbols[b]) {
        let own: Vec<Interval> = group.iter().map(|&row| sample.intervals[row]).collect();
        for (&row, weight) in group.iter().zip(uniqueness(sample.clock, &own)) {
            weights[row] = weight;
        }
    }
    weights
}

/// Multiplies by `0.5 ^ (age / half-life)`, age counted back from the slice's newest decision.
fn fade(weights: &mut [f64], intervals: &[Interval], half_life_us: f64) {
    let Some(newest) = intervals.iter().map(|i| i.t0).max() else { return };
    for (weight, interval) in weights.iter_mut().zip(intervals) {
        *weight *= libm::exp2(-((newest.0 - interval.t0.0) as f64) / half_life_us);
    }
}

fn scale_to_mean_one(weights: &mut [f64]) {
    let n_positive = weights.iter().filter(|w| **w > 0.0).count();
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        let scale = n_positive as f64 / sum;
        weights.iter_mut().for_each(|w| *w *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn intervals(pairs: &[(i64, i64)]) -> Vec<Interval> {
        pairs.iter().map(|&(t0, t1)| Interval { t0: Ts(t0), t1: Ts(t1) }).collect()
    }

    fn ticks(n: i64) -> Vec<Ts> {
        (0..n).map(Ts).collect()
    }

    fn close(a: &[f64], b: &[f64]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-12)
    }

    #[test]
    fn a_shared_tick_is_shared_fairly() {
        // Ticks 1 2 3 | 2 3 4 5 | 9: labels alive at 1..9 are 1 2 2 1 1 0 0 0 1.
        let found = uniqueness(&ticks(12), &intervals(&[(0, 3), (1, 5), (8, 9)]));
        assert!(close(&found, &[2.0 / 3.0, 3.0 / 4.0, 1.0]), "{found:?}");
    }

    #[test]
    fn labels_of_one_bar_are_unique_though_they_touch() {
        let found = uniqueness(&ticks(9), &intervals(&[(0, 1), (1, 2), (2, 3)]));
        assert_eq!(found, [1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_missing_label_weighs_nothing_and_takes_nothing() {
        let found = uniqueness(&ticks(9), &intervals(&[(0, 2), (1, 1), (2, 4)]));
        assert_eq!(found, [1.0, 0.0, 1.0]);
    }

    #[test]
    fn age_halves_and_the_mean_is_one() {
        let weights = WeightParams { uniqueness: false, half_life_weeks: Some(2.0) };
        let week = |w: i64| (w * WEEK_US, w * WEEK_US + 1);
        let intervals = intervals(&[week(0), week(2), week(4)]);
        let sample = Sample { clock: &[], intervals: &intervals, symbols: None };
        let found = weights.check().unwrap().weigh(&sample);
        // 1/4, 1/2, 1 scaled by 3 / 1.75
        assert!(close(&found, &[3.0 / 7.0, 6.0 / 7.0, 12.0 / 7.0]), "{found:?}");
    }

    #[test]
    fn symbols_do_not_share_a_future() {
        let weights = WeightParams { uniqueness: true, half_life_weeks: None }.check().unwrap();
        let intervals = intervals(&[(0, 4), (0, 4), (2, 6), (4, 4)]);
        let clock = ticks(9);
        let sample = Sample { clock: &clock, intervals: &intervals, symbols: Some(&[7, 3, 7, 3]) };
        // Symbol 7: two labels of 4 ticks share 2 of them (3/4 each); symbol 3 has one label.
        let mean = (0.75 + 1.0 + 0.75) / 3.0;
        assert!(close(&weights.weigh(&sample), &[0.75 / mean, 1.0 / mean, 0.75 / mean, 0.0]));
    }

    #[test]
    fn an_empty_slice_has_no_weights() {
        let weights = WeightParams { uniqueness: true, half_life_weeks: Some(1.0) };
        let sample = Sample { clock: &[], intervals: &[], symbols: None };
        assert_eq!(weights.check().unwrap().weigh(&sample), [0.0; 0]);
    }

    #[test]
    fn an_impossible_half_life_is_refused() {
        for half_life in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let params = WeightParams { uniqueness: true, half_life_weeks: Some(half_life) };
            assert_eq!(params.check().unwrap_err()[0].key, "labels.weight_half_life_weeks");
        }
    }

    /// The definition, word for word.
    fn naive(clock: &[Ts], intervals: &[Interval]) -> Vec<f64> {
        let lives = |i: &Interval, tick: Ts| i.t0 < tick && tick <= i.t1;
        let concurrency = |tick| intervals.iter().filter(|i| lives(i, tick)).count() as f64;
        let average = |i: &Interval| {
            let shares: Vec<f64> =
                clock.iter().filter(|&&t| lives(i, t)).map(|&t| 1.0 / concurrency(t)).collect();
            if shares.is_empty() {
                labelled(*i)
            } else {
                shares.iter().sum::<f64>() / shares.len() as f64
            }
        };
        intervals.iter().map(average).collect()
    }

    proptest! {
        #[test]
        fn prefix_sums_agree_with_the_definition(
            spans in prop::collection::vec((0i64..4, 0i64..9), 1..60),
            step in 1usize..3,
        ) {
            let mut t0 = 0;
            let intervals: Vec<Interval> = spans
                .iter()
                .map(|&(wait, life)| {
                    t0 += wait;
                    Interval { t0: Ts(t0), t1: Ts(t0 + life) }
                })
                .collect();
            let clock: Vec<Ts> = ticks(250).into_iter().step_by(step).collect();
            prop_assert!(close(&uniqueness(&clock, &intervals), &naive(&clock, &intervals)));
        }
    }
}
