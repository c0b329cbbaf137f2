//! How much was made, and how steadily.

use serde::Serialize;

use super::extremes::extremes;
use super::period::Period;
use super::{finite, ratio, spread};
use crate::stats;

/// The two yearly returns answer different questions. `annualised_return` is arithmetic, the mean
/// daily return times the days of a year: what the Sharpe ratio divides by volatility, and what a
/// year would bring were the stake the same each day. `cagr` is geometric, what money left in it
/// grew by in a year (about `annualised_return − volatility² / 2` in logarithms), and the smaller
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// `(end − start) / start`.
    pub total_return: Option<f64>,
    /// `mean(r) · N`, with N the returns in a year.
    pub annualised_return: Option<f64>,
    /// Compound annual growth rate: `(end / start)^(1 / years) − 1`. Undefined once equity is gone.
    pub cagr: Option<f64>,
    /// `sd(r) · √N`, with n − 1 (the root of time of independent returns).
    pub volatility: Option<f64>,
    pub best_day: Option<f64>,
    pub worst_day: Option<f64>,
    /// The part of the days with a gain or a loss that had a gain.
    pub winning_days: Option<f64>,
}

impl Growth {
    /// `equity`: at the start and at the end.
    pub fn new(returns: &[f64], period: &Period, equity: [f64; 2]) -> Self {
        let [start, end] = equity;
        let per_year = period.returns_per_year;
        let changed = returns.iter().filter(|r| **r != 0.0).count();
        let [worst_day, best_day] = extremes(returns);
        let won = returns.iter().filter(|r| **r > 0.0).count();
        Self {
            total_return: period.start.and(ratio(end - start, start)),
            annualised_return: stats::mean(returns).zip(per_year).map(|(mean, n)| mean * n),
            cagr: period.years.and_then(|years| cagr(equity, years)),
            volatility: spread(returns).zip(per_year).map(|(sd, n)| sd * n.sqrt()),
            best_day,
            worst_day,
            winning_days: ratio(won as f64, changed as f64),
        }
    }
}

fn cagr([start, end]: [f64; 2], years: f64) -> Option<f64> {
    let is_growth = start > 0.0 && end > 0.0;
    // expm1, since a small rate would be lost in 1 + rate.
    is_growth.then(|| libm::expm1(libm::log(end / start) / years)).and_then(finite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Timeframe;
    use crate::units::{DAY_US, Ts};

    fn daily(n_days: i64) -> Period {
        let ts: Vec<Ts> = (0..n_days).map(|day| Ts(day * DAY_US)).collect();
        let days: Vec<i64> = (0..n_days).collect();
        Period::new(&ts, Timeframe::D1, &days)
    }

    fn near(value: Option<f64>, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn four_days_by_hand() {
        // 100 → 110 → 99 → 99 → 108.9
        let growth = Growth::new(&[0.1, -0.1, 0.0, 0.1], &daily(4), [100.0, 108.9]);
        near(growth.total_return, 0.089);
        near(growth.annualised_return, 0.025 * 365.2425);
        // Deviations 0.075, −0.125, −0.025, 0.075: squares sum to 0.0275, over 3.
        near(growth.volatility, (0.0275_f64 / 3.0 * 365.2425).sqrt());
        assert_eq!((growth.best_day, growth.worst_day), (Some(0.1), Some(-0.1)));
        near(growth.winning_days, 2.0 / 3.0);
    }

    #[test]
    fn money_that_doubled_in_two_years_grew_by_the_root_of_two() {
        near(cagr([100.0, 200.0], 2.0), 2.0_f64.sqrt() - 1.0);
        near(cagr([100.0, 100.0], 2.0), 0.0);
        let two_years = Growth::new(&[], &daily(730), [100.0, 121.0]);
        near(two_years.cagr, libm::pow(1.21, 365.2425 / 730.0) - 1.0);
    }

    #[test]
    fn what_cannot_be_told_is_not() {
        let gone = Growth::new(&[-1.2], &daily(1), [100.0, -20.0]);
        near(gone.total_return, -1.2);
        assert_eq!((gone.cagr, gone.volatility), (None, None));
        let nothing = Growth::new(&[], &daily(0), [100.0, 100.0]);
        assert_eq!((nothing.total_return, nothing.annualised_return), (None, None));
        assert_eq!(Growth::new(&[0.0; 5], &daily(5), [1.0, 1.0]).winning_days, None);
        assert_eq!(Growth::new(&[0.001; 5], &daily(5), [1.0, 1.0]).volatility, None);
    }
}
