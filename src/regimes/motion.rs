//! How far prices went, and on what a path.

use std::collections::VecDeque;

use super::Candle;

/// What the last bars did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion {
    /// The log return over all of the window.
    pub net: f64,
    /// The sum of the bars' log returns without their signs.
    pub path: f64,
    /// Standard deviation of the bars' log returns about 0: a drift is not to pass for calm.
    pub sigma: f64,
    /// The mean of ln(high / low).
    pub range: f64,
}

/// A window over the bars. Summed up anew each time, in the order of time, so that a value hangs on
/// the window's bars alone and not on where the history began.
#[derive(Debug, Clone)]
pub struct Motions {
    window: usize,
    close: Option<f64>,
    /// Log return and range of each bar.
    bars: VecDeque<(f64, f64)>,
}

impl Motions {
    pub fn new(window: usize) -> Self {
        let window = window.max(1);
        Self { window, close: None, bars: VecDeque::with_capacity(window + 1) }
    }

    /// `None` until the window is full of returns, the first of which is the second bar's.
    pub fn step(&mut self, candle: Candle) -> Option<Motion> {
        let before = self.close.replace(candle.close)?;
        let log_return = libm::log(candle.close / before);
        self.bars.push_back((log_return, libm::log(candle.high / candle.low)));
        if self.bars.len() > self.window {
            self.bars.pop_front();
        }
        (self.bars.len() == self.window).then(|| self.read())
    }

    fn read(&self) -> Motion {
        let (mut net, mut path, mut squares, mut range) = (0.0, 0.0, 0.0, 0.0);
        for (log_return, span) in &self.bars {
            net += log_return;
            path += log_return.abs();
            squares += log_return * log_return;
            range += span;
        }
        let n = self.window as f64;
        Motion { net, path, sigma: (squares / n).sqrt(), range: range / n }
    }
}

impl Motion {
    /// Kaufman's efficiency ratio (1995, "Smarter Trading"): net change over the path's length, from
    /// 0 to 1; 0 where nothing moved.
    pub fn efficiency(&self) -> f64 {
        if self.path > 0.0 { (self.net.abs() / self.path).min(1.0) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(close: f64) -> Candle {
        Candle { high: 2.0 * close, low: close, close }
    }

    #[test]
    fn three_returns_by_hand() {
        let mut motions = Motions::new(3);
        let seen: Vec<Option<Motion>> =
            [1.0, 2.0, 8.0, 4.0, 4.0].map(|close| motions.step(at(close))).to_vec();
        assert!(seen[..3].iter().all(Option::is_none));
        let ln2 = std::f64::consts::LN_2;
        let near = |a: f64, b: f64| assert!((a - b * ln2).abs() < 1e-15, "{a} {b}");
        let first = seen[3].unwrap();
        // Returns 1, 2 and −1 times ln 2.
        near(first.net, 2.0);
        near(first.path, 4.0);
        near(first.sigma, 2_f64.sqrt());
        near(first.range, 1.0);
        assert!((first.efficiency() - 0.5).abs() < 1e-15);
        let second = seen[4].unwrap();
        near(second.net, 1.0); // 2, −1 and 0
        near(second.path, 3.0);
    }

    #[test]
    fn nothing_that_moves_is_no_trend() {
        let mut motions = Motions::new(1);
        motions.step(at(3.0));
        assert_eq!(motions.step(at(3.0)).unwrap().efficiency(), 0.0);
    }
}
