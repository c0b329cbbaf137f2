//! What is left of in-sample results out of sample.

use serde::Serialize;

use super::finite;

/// The overfit ratio: a score out of sample over the same score in sample, both per period (a Sharpe
/// ratio, a mean return), so that windows of different lengths compare. 1: nothing was lost; 0: all
/// was; below 0: what won loses. `None` where the score in sample is not above 0: then nothing was
/// there to be kept, and a quotient of two losses would look like a success.
pub fn overfit_ratio(inside: f64, outside: f64) -> Option<f64> {
    finite(inside).filter(|inside| *inside > 0.0).and_then(|inside| finite(outside / inside))
}

/// One window of a walk-forward: what the chosen parameters made in sample and out of sample, in one
/// unit of account, and over how many days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Window {
    pub inside_profit: f64,
    pub inside_days: f64,
    pub outside_profit: f64,
    pub outside_days: f64,
}

/// All windows of a walk-forward together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transfer {
    pub n_windows: u64,
    /// Annualised profit out of sample over that in sample (Pardo 2008, "The evaluation and
    /// optimization of trading strategies", ch. 11, where 0.5 and more is called robust). Years
    /// cancel: profits a day, of all windows together, so that a window weighs by its days and one
    /// in which little was made in sample does not blow the quotient up. `None` where all together
    /// made nothing in sample.
    pub efficiency: Option<f64>,
    /// The share of windows that make money out of sample.
    pub share_profitable: Option<f64>,
    /// The largest share of all profits out of sample, of windows that made some, that one window
    /// made.
    pub largest_share: Option<f64>,
}

impl Transfer {
    /// `None` for no window, a profit that is not finite, or days that are not above 0.
    pub fn of(windows: &[Window]) -> Option<Self> {
        let is_sound = |w: &Window| {
            let days = [w.inside_days, w.outside_days];
            let profits = [w.inside_profit, w.outside_profit];
            days.iter().all(|d| d.is_finite() && *d > 0.0) && profits.iter().all(|p| p.is_finite())
        };
        let sound = !windows.is_empty() && windows.iter().all(is_sound);
        let windows = sound.then_some(windows)?;
        let sum = |of: fn(&Window) -> f64| windows.iter().map(of).sum::<f64>();
        let inside = sum(|w| w.inside_profit) / sum(|w| w.inside_days);
        let outside = sum(|w| w.outside_profit) / sum(|w| w.outside_days);
        let n_profitable = windows.iter().filter(|w| w.outside_profit > 0.0).count();
        let gains = sum(|w| w.outside_profit.max(0.0));
        let largest = windows.iter().map(|w| w.outside_profit).fold(0.0, f64::max);
        Some(Self {
            n_windows: windows.len() as u64,
            efficiency: overfit_ratio(inside, outside),
            share_profitable: finite(n_profitable as f64 / windows.len() as f64),
            largest_share: finite(largest / gains),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_losses_is_no_success() {
        assert_eq!(overfit_ratio(0.2, 0.05), Some(0.25));
        assert_eq!(overfit_ratio(0.2, -0.1), Some(-0.5));
        assert_eq!(overfit_ratio(-0.2, -0.4), None);
        assert_eq!(overfit_ratio(0.0, 0.1), None);
        assert_eq!(overfit_ratio(f64::NAN, 0.1), None);
        assert_eq!(overfit_ratio(0.1, f64::INFINITY), None);
    }

    #[test]
    fn three_windows_by_hand() {
        let window = |inside_profit: f64, outside_profit: f64| Window {
            inside_profit,
            inside_days: 100.0,
            outside_profit,
            outside_days: 20.0,
        };
        let found = Transfer::of(&[window(50.0, 6.0), window(60.0, -3.0), window(10.0, 9.0)]);
        // 12 in 60 days against 120 in 300.
        let found = found.unwrap();
        assert!((found.efficiency.unwrap() - 0.5).abs() < 1e-15);
        assert_eq!((found.n_windows, found.share_profitable), (3, Some(2.0 / 3.0)));
        assert_eq!(found.largest_share, Some(0.6));
        let losing = Transfer::of(&[window(-5.0, -1.0)]).unwrap();
        assert_eq!((losing.efficiency, losing.share_profitable), (None, Some(0.0)));
        assert_eq!(losing.largest_share, None);
        assert_eq!(Transfer::of(&[]), None);
        assert_eq!(Transfer::of(&[window(f64::NAN, 1.0)]), None);
        assert_eq!(Transfer::of(&[Window { outside_days: 0.0, ..window(1.0, 1.0) }]), None);
    }
}
