//! The average true range: how far a bar reaches, in price units.

use crate::features::kernels::Step;
use crate::features::kernels::smooth::Smoother;

/// Wilder's average (1978, "New concepts in technical trading systems", ch. 3) of
/// max(high − low, |high − close₋₁|, |low − close₋₁|); the first bar has no close before it and counts
/// its own range. Missing until the first bar no longer weighs anything.
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

/// Of all bars: high, low, close.
pub fn atrs([high, low, close]: [&[f64]; 3], n: usize) -> Vec<f64> {
    let before = std::iter::once(&f64::NAN).chain(close);
    let ranges: Vec<f64> =
        high.iter().zip(low).zip(before).map(|((h, l), c)| true_range(*h, *l, *c)).collect();
    let mut out = vec![f64::NAN; ranges.len()];
    Smoother::wilder(n).steps([&ranges], &mut out);
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
