//! How much a market has moved lately: what slippage models ask for.

use std::collections::VecDeque;

/// Returns are summed as whole multiples of 2⁻⁵⁰: integer sums have no order and no drift, so the
/// result depends on the window's returns alone, wherever the history began.
const SCALE: f64 = (1_u64 << 50) as f64;
/// A bar's log return beyond this (a factor of 3000) counts as this, so that squares fit.
const MOST: f64 = 8.0;

/// Standard deviation (n − 1) of the latest close-to-close log returns, one close at a time, at a
/// cost that does not depend on the window.
#[derive(Debug, Clone)]
pub struct TrailingSd {
    window: usize,
    last_close: Option<f64>,
    returns: VecDeque<i64>,
    sum: i128,
    /// Wraps where a window of extremes is large; differences of it do not.
    sum_squares: i128,
}

impl TrailingSd {
    /// Over at most this many returns.
    pub fn new(window: u32) -> Self {
        let returns = VecDeque::new();
        Self { window: window as usize, last_close: None, returns, sum: 0, sum_squares: 0 }
    }

    /// Takes a bar's close.
    pub fn push(&mut self, close: f64) {
        let Some(before) = self.last_close.replace(close) else { return };
        let moved = libm::log(close / before).clamp(-MOST, MOST);
        let moved = (moved * SCALE).round() as i64;
        self.returns.push_back(moved);
        self.add(moved, 1);
        if self.returns.len() > self.window
            && let Some(oldest) = self.returns.pop_front()
        {
            self.add(oldest, -1);
        }
    }

    /// Of the returns so far, for the next bar; 0 while there are fewer than 2.
    pub fn value(&self) -> f64 {
        let n = self.returns.len() as i128;
        if n < 2 {
            return 0.0;
        }
        // About the mean rounded to a whole number, then corrected for the rounding.
        let mean = self.sum.div_euclid(n);
        let left = self.sum.rem_euclid(n) as f64;
        let about_mean = self
            .sum_squares
            .wrapping_sub((2 * mean).wrapping_mul(self.sum))
            .wrapping_add(n.wrapping_mul(mean.wrapping_mul(mean)));
        let n = n as f64;
        let squares = (about_mean as f64 - left * left / n).max(0.0);
        (squares / (n - 1.0)).sqrt() / SCALE
    }

    fn add(&mut self, moved: i64, times: i128) {
        let moved = i128::from(moved);
        self.sum += times * moved;
        self.sum_squares = self.sum_squares.wrapping_add(times * moved * moved);
    }
}

/// For every bar the standard deviation known at its open: of up to `window` returns that end with
/// the bar before.
pub fn trailing_sd(close: &[f64], window: u32) -> Vec<f64> {
    let mut sd = TrailingSd::new(window);
    let known = |close: &f64| {
        let value = sd.value();
        sd.push(*close);
        value
    };
    close.iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(close: &[f64], window: usize) -> f64 {
        let returns: Vec<f64> = close.windows(2).map(|w| libm::log(w[1] / w[0])).collect();
        let latest = &returns[returns.len().saturating_sub(window)..];
        crate::stats::sd(latest).unwrap_or(0.0)
    }

    #[test]
    fn a_bar_knows_only_the_bars_before_it() {
        let e = std::f64::consts::E;
        let sd = trailing_sd(&[1.0, e, e, 1.0, 5.0], 2);
        // Returns 1, 0, −1; the first two give sd √½, and so do the last two.
        assert_eq!(sd[..3], [0.0, 0.0, 0.0]);
        let half = 0.5_f64.sqrt();
        assert!((sd[3] - half).abs() < 1e-12 && (sd[4] - half).abs() < 1e-12, "{sd:?}");
    }

    #[test]
    fn steady_growth_has_none() {
        let close: Vec<f64> = (0..40).map(|i| libm::exp(0.01 * f64::from(i))).collect();
        assert!(trailing_sd(&close, 20).iter().all(|sd| *sd < 1e-14));
    }

    proptest! {
        #[test]
        fn it_is_what_the_formula_gives_and_does_not_depend_on_where_history_began(
            moves in prop::collection::vec(-0.5_f64..0.5, 2..80),
            window in 2_u32..30,
        ) {
            let mut price = 100.0;
            let close: Vec<f64> =
                moves.iter().map(|m| { price *= libm::exp(*m); price }).collect();
            let sd = trailing_sd(&close, window);
            for (i, sd) in sd.iter().enumerate() {
                let naive = naive(&close[..i], window as usize);
                prop_assert!((sd - naive).abs() <= 1e-12 + 1e-10 * naive, "{sd} {naive}");
            }
            let start = close.len().saturating_sub(window as usize + 2);
            let late = trailing_sd(&close[start..], window);
            prop_assert_eq!(late.last().unwrap().to_bits(), sd.last().unwrap().to_bits());
        }
    }
}
