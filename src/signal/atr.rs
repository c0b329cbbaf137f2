//! The average true range: how far a bar reaches, in price units.

use crate::features::kernels::Step;
use crate::features::kernels::smooth::Smoother;

/// Wilder's average (1978, "New concepts in technical trading systems") of max(high − low,
/// |high − close₋₁|, |low − close₋₁|); the first bar has no close before it and counts its own
/// range. Missing until the first bar no longer weighs anything.
pub struct Atr {
    close: f64,
    average: Smoother,
}

impl Atr {
    pub fn new(n: usize) -> Self {
        Self { close: f64::NAN, average: Smoother::wilder(n) }
    }

    pub fn step(&mut self, [high, low, close]: [f64; 3]) -> f64 {
        let range = true_range(high, low, self.close);
        self.close = close;
        self.average.step([range])
    }
}

/// `f64::max` passes over the close that the first bar does not have.
#[inline(always)]
fn true_range(high: f64, low: f64, before: f64) -> f64 {
    (high - low).max((high - before).abs()).max((low - before).abs())
}

/// Bars that are worked on in one go: they stay in the nearest cache.
const BLOCK: usize = 2048;

/// Of all bars: high, low, close.
pub fn atrs([high, low, close]: [&[f64]; 3], n: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; close.len()];
    let (mut average, mut before, mut ranges) = (Smoother::wilder(n), f64::NAN, [0.0; BLOCK]);
    for (out, at) in out.chunks_mut(BLOCK).zip((0..).step_by(BLOCK)) {
        let bars = at..at + out.len();
        let (high, low, close) = (&high[bars.clone()], &low[bars.clone()], &close[bars]);
        let ranges = &mut ranges[..out.len()];
        ranges[0] = true_range(high[0], low[0], before);
        for i in 1..ranges.len() {
            ranges[i] = true_range(high[i], low[i], close[i - 1]);
        }
        before = close[close.len() - 1];
        average.steps([ranges], out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_true_range_reaches_back_to_the_last_close() {
        assert_eq!(true_range(12.0, 11.0, f64::NAN), 1.0);
        assert_eq!(true_range(12.0, 11.0, 9.0), 3.0);
        assert_eq!(true_range(12.0, 11.0, 15.0), 4.0);
        assert_eq!(true_range(12.0, 11.0, 11.5), 1.0);
    }

    #[test]
    fn one_by_one_and_all_at_once_are_the_same() {
        let close: Vec<f64> = (0..200).map(|i| 100.0 + f64::from(i * 7 % 13)).collect();
        let high: Vec<f64> = close.iter().map(|c| c + 1.5).collect();
        let low: Vec<f64> = close.iter().map(|c| c - 0.5).collect();
        let mut atr = Atr::new(3);
        let alone: Vec<u64> =
            (0..close.len()).map(|i| atr.step([high[i], low[i], close[i]]).to_bits()).collect();
        let all = atrs([&high, &low, &close], 3);
        assert_eq!(all.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), alone);
        assert!(all[0].is_nan() && all[199] > 2.0);
    }

    #[test]
    fn of_one_bar_it_is_its_true_range() {
        let mut atr = Atr::new(1);
        assert_eq!(atr.step([12.0, 11.0, 11.5]), 1.0);
        assert_eq!(atr.step([14.0, 13.0, 13.5]), 2.5);
    }
}
