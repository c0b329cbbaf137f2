//! Shares of rows, and how well they are known.

use serde::Serialize;

use super::instants::by_time;
use crate::learn::calibrate::wilson;
use crate::stats::hac;

/// A share with the interval that holds the true one nineteen times in twenty (Wilson 1927), once
/// as if every row were a draw of its own, and once at the number of draws that the rows are worth.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Rate {
    pub n_rows: u64,
    pub n_yes: u64,
    pub rate: Option<f64>,
    pub wilson: Option<[f64; 2]>,
    /// n over the design effect, p (1 − p) / n of independent rows against the HAC variance (Kish
    /// 1965, "Survey sampling", §8.2); at most n. Where all rows are alike: n over the overlap.
    pub n_effective: Option<f64>,
    pub wilson_effective: Option<[f64; 2]>,
}

impl Rate {
    /// Rows in the order of time: each with its instant and whether it counts. Instants between
    /// without such rows say nothing, and are passed over as zeros (Parzen 1963, "On spectral
    /// analysis with missing observations and amplitude modulation", Sankhyā A 25).
    pub(super) fn of(rows: &[(u32, bool)], overlap: usize) -> Self {
        let (n_rows, n_yes) = (rows.len(), rows.iter().filter(|row| row.1).count());
        if n_rows == 0 {
            return Self::default();
        }
        let n = n_rows as f64;
        let rate = n_yes as f64 / n;
        let n_effective = effective(rows, rate, overlap);
        Self {
            n_rows: n_rows as u64,
            n_yes: n_yes as u64,
            rate: Some(rate),
            wilson: Some(wilson(rate, n).into()),
            n_effective: Some(n_effective),
            wilson_effective: Some(wilson(rate, n_effective).into()),
        }
    }
}

fn effective(rows: &[(u32, bool)], rate: f64, overlap: usize) -> f64 {
    let n = rows.len() as f64;
    let time: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let apart = rows.iter().map(|row| if row.1 { 1.0 - rate } else { -rate });
    let terms = by_time(&time, apart);
    let variance = hac::long_run(&terms, hac::lags(&terms, overlap)) / (n * n);
    let found = rate * (1.0 - rate) / variance;
    let is_long = terms.len() >= 2 * overlap;
    if found.is_finite() && found > 0.0 && is_long {
        found.clamp(1.0, n)
    } else {
        (n / overlap.max(1) as f64).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn rows(values: impl Iterator<Item = bool>) -> Vec<(u32, bool)> {
        (0..).zip(values).collect()
    }

    #[test]
    fn eight_of_ten() {
        let found = Rate::of(&rows((0..10).map(|i| i % 5 > 0)), 1);
        assert_eq!((found.n_rows, found.n_yes, found.rate), (10, 8, Some(0.8)));
        // statsmodels `proportion_confint(8, 10, method="wilson")`.
        let [low, high] = found.wilson.unwrap();
        assert!((low - 0.490_162_471).abs() < 1e-9 && (high - 0.943_317_849).abs() < 1e-9);
        assert_eq!(Rate::of(&[], 3), Rate::default());
    }

    #[test]
    fn rows_that_say_the_same_thing_twelve_times_count_once() {
        let mut rng = Rng::new(2);
        let mut last = false;
        let draw = |i: u32| {
            last = if i.is_multiple_of(12) { rng.chance(0.5) } else { last };
            last
        };
        let found = Rate::of(&rows((0..24_000).map(draw)), 12);
        // Bartlett's weights over three times twelve lags or more see most of it.
        let n = found.n_effective.unwrap();
        assert!((1700.0..2700.0).contains(&n), "{n}");
        let [low, high] = found.wilson_effective.unwrap();
        assert!(high - low > 2.5 * (found.wilson.unwrap()[1] - found.wilson.unwrap()[0]));
    }

    #[test]
    fn independent_rows_are_worth_themselves() {
        let mut rng = Rng::new(3);
        let found = Rate::of(&rows((0..20_000).map(|_| rng.chance(0.3))), 1);
        assert!(found.n_effective.unwrap() > 18_000.0);
    }

    #[test]
    fn always_is_not_certain() {
        let found = Rate::of(&rows((0..600).map(|_| true)), 6);
        assert_eq!(found.n_effective, Some(100.0));
        assert!(found.wilson_effective.unwrap()[0] < 0.97);
    }
}
