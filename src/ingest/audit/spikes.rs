//! Bad ticks: prices that leap far beyond what the market does just then, and are back at once.

use super::finding::Tally;
use super::{Finding, Kind, Terms};
use crate::market::Columns;

/// Bars on either side by which a market is judged: some hours of five-minute bars, some months of days.
const NEIGHBOURS: usize = 50;

/// A market that is all but asleep is not judged by its own silence: a typical bar is taken to have
/// at least this part of the file's median range.
const LEAST_SHARE: f64 = 0.5;

/// What remains of the leap after the return, at most.
const REST: f64 = 0.25;

/// Leaps are measured in typical bar ranges: the median relative true range (J. W. Wilder, "New
/// Concepts in Technical Trading Systems", 1978) of the bars around. The median does not mind the bad
/// tick itself, and bars with a genuine storm around them have a wide range of their own. A move that
/// stays is a move, however large.
pub fn find(c: &Columns, terms: &Terms) -> Vec<Finding> {
    let mut tally = Tally::new(Kind::Spike, terms.max_places);
    let ranges: Vec<f64> = (0..c.len()).map(|i| true_range(c, i)).collect();
    let least = LEAST_SHARE * median(ranges.clone()).unwrap_or(0.0);
    for i in 1..c.len().saturating_sub(1) {
        let (close, wick) = (leap_of_close(c, i), leap_of_wick(c, i));
        // Most bars are done here, without a logarithm or a look at their neighbours.
        if close < terms.spike_ranges * least && wick < terms.wick_ranges * least {
            continue;
        }
        let typical = typical_range(&ranges, i).max(least);
        // In logarithms, or a fall would count for more than the rise that undoes it.
        let (close, wick) = (libm::log1p(close), libm::log1p(wick));
        if typical > 0.0 && close >= terms.spike_ranges * typical {
            tally.bar(c.ts[i], || {
                format!("close {} between {} and {}", c.close[i], c.close[i - 1], c.close[i + 1])
            });
        } else if typical > 0.0 && wick >= terms.wick_ranges * typical {
            tally.bar(c.ts[i], || {
                format!("low {}, high {}, but close {}", c.low[i], c.high[i], c.close[i])
            });
        }
    }
    tally.finding().into_iter().collect()
}

/// The relative size of a leap of the close that the next bar undoes; else 0.
fn leap_of_close(c: &Columns, i: usize) -> f64 {
    let there = c.close[i] / c.close[i - 1];
    let back = c.close[i] / c.close[i + 1];
    let leap = |ratio: f64| ratio.max(1.0 / ratio) - 1.0;
    let size = leap(there).min(leap(back));
    let undone = leap(c.close[i + 1] / c.close[i - 1]) <= REST * size;
    let same_way = (there > 1.0) == (back > 1.0);
    if undone && same_way { size } else { 0.0 }
}

/// How far a high or low stands off from the closes on either side and the next open. The bar's own
/// open does not vouch for it: a bad first tick is both.
fn leap_of_wick(c: &Columns, i: usize) -> f64 {
    let around = [c.close[i - 1], c.close[i], c.open[i + 1]];
    let top = around.into_iter().fold(f64::MIN, f64::max);
    let bottom = around.into_iter().fold(f64::MAX, f64::min);
    let leap = (c.high[i] / top).max(bottom / c.low[i]) - 1.0;
    if leap.is_finite() { leap } else { 0.0 }
}

fn true_range(c: &Columns, i: usize) -> f64 {
    let before = c.close[i.saturating_sub(1)];
    let (high, low) =
        if i == 0 { (c.high[i], c.low[i]) } else { (c.high[i].max(before), c.low[i].min(before)) };
    high / low - 1.0
}

/// The median range around bar `i`, itself and the next, which returns from it, left out.
fn typical_range(ranges: &[f64], i: usize) -> f64 {
    let before = &ranges[i.saturating_sub(NEIGHBOURS)..i];
    let after = &ranges[(i + 2).min(ranges.len())..(i + 2 + NEIGHBOURS).min(ranges.len())];
    median([before, after].concat()).unwrap_or(0.0)
}

/// The upper median of what is finite.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| value.is_finite());
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::super::samples::found;
    use super::*;

    // The calm market's ranges are about 0.1 %: twelve of them are 1.2 %.

    #[test]
    fn a_close_that_leaps_and_returns_is_a_spike() {
        for price in [103.0, 97.0, 1000.0, 10.0] {
            let spike = |c: &mut Columns| {
                c.close[150] = price;
                c.high[150] = c.high[150].max(price);
                c.low[150] = c.low[150].min(price);
            };
            assert_eq!(found(spike), [(Kind::Spike, 1)], "{price}");
        }
    }

    #[test]
    fn a_whole_bar_in_the_wrong_place_is_a_spike() {
        let shifted = |c: &mut Columns| {
            for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                column[150] *= 10.0;
            }
        };
        assert_eq!(found(shifted), [(Kind::Spike, 1)]);
    }

    #[test]
    fn a_lone_high_low_or_open_is_a_spike() {
        assert_eq!(found(|c| c.high[150] = 130.0), [(Kind::Spike, 1)]);
        assert_eq!(found(|c| c.low[150] = 70.0), [(Kind::Spike, 1)]);
        assert_eq!(found(|c| (c.open[150], c.high[150]) = (130.0, 130.0)), [(Kind::Spike, 1)]);
    }

    #[test]
    fn a_leap_is_judged_by_the_bars_around_it() {
        // Ten times the ranges of the rest: what is a spike in the calm is none in the storm.
        let close = |c: &mut Columns| (c.close[150], c.high[150]) = (103.0, 103.0);
        let wick = |c: &mut Columns| c.high[150] = 130.0;
        let storm = |c: &mut Columns| {
            c.high[100..200].iter_mut().for_each(|high| *high += 0.5);
            c.low[100..200].iter_mut().for_each(|low| *low -= 0.5);
        };
        for leap in [close, wick] {
            assert_eq!(found(leap), [(Kind::Spike, 1)]);
            assert_eq!(found(|c| [storm, leap].iter().for_each(|edit| edit(c))), []);
        }
    }

    #[test]
    fn a_move_that_stays_is_none_however_large() {
        let crash = |c: &mut Columns| {
            c.low[150] = 50.0;
            for i in 151..300 {
                for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                    column[i] *= 0.5;
                }
            }
            c.close[150] = c.open[151];
            c.low[150] = c.close[150];
        };
        assert_eq!(found(crash), []);
    }

    #[test]
    fn a_return_by_half_is_a_bounce_and_no_spike() {
        let bounce = |c: &mut Columns| {
            c.close[150] = 90.0;
            c.low[150] = 90.0;
            for i in 151..300 {
                for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                    column[i] *= 0.95;
                }
            }
        };
        assert_eq!(found(bounce), []);
    }

    #[test]
    fn a_file_without_any_range_has_no_measure_for_spikes() {
        let frozen = |c: &mut Columns| {
            for column in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                column.fill(100.0);
                column[150] = 101.0;
            }
        };
        assert!(found(frozen).iter().all(|(kind, _)| *kind != Kind::Spike));
    }
}
