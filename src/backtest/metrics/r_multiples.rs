//! Results in units of what was risked.

use serde::Serialize;

use super::extremes::extremes;
use super::moments::mean_and_sd;
use super::quantiles::quantiles;
use super::ratio;

/// `net / (qty · stop)` of the trades that had a stop from the beginning (Tharp 1998, "Trade Your
/// Way to Financial Freedom"): −1 is a loss as planned; gaps and costs make it more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RMultiples {
    /// Trades that had a stop.
    pub trades: u64,
    pub mean_r: Option<f64>,
    pub sd_r: Option<f64>,
    pub worst_r: Option<f64>,
    pub p05_r: Option<f64>,
    pub p25_r: Option<f64>,
    pub median_r: Option<f64>,
    pub p75_r: Option<f64>,
    pub p95_r: Option<f64>,
    pub best_r: Option<f64>,
    /// The part of them that lost more than was risked.
    pub beyond_stop: Option<f64>,
}

impl RMultiples {
    /// Puts the values in another order.
    pub fn new(rs: &mut [f64]) -> Self {
        let beyond = rs.iter().filter(|r| **r < -1.0).count();
        let sum: f64 = rs.iter().sum();
        let mean_r = ratio(sum, rs.len() as f64);
        let [low, high] = extremes(rs);
        let [p05_r, p25_r, median_r, p75_r, p95_r] = quantiles(rs, [0.05, 0.25, 0.5, 0.75, 0.95]);
        Self {
            trades: rs.len() as u64,
            mean_r,
            sd_r: mean_and_sd(rs).map(|[_, sd]| sd),
            worst_r: low,
            p05_r,
            p25_r,
            median_r,
            p75_r,
            p95_r,
            best_r: high,
            beyond_stop: ratio(beyond as f64, rs.len() as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_trades_by_hand() {
        let found = RMultiples::new(&mut [2.0, -1.0, -1.5, 0.5, 5.0]);
        assert_eq!((found.trades, found.mean_r), (5, Some(1.0)));
        // Deviations 1, −2, −2.5, −0.5, 4: 27.5 / 4.
        assert!((found.sd_r.unwrap() - 6.875_f64.sqrt()).abs() < 1e-15);
        assert_eq!((found.worst_r, found.best_r), (Some(-1.5), Some(5.0)));
        assert_eq!((found.p25_r, found.median_r, found.p75_r), (Some(-1.0), Some(0.5), Some(2.0)));
        assert!((found.p05_r.unwrap() + 1.4).abs() < 1e-15);
        assert_eq!(found.beyond_stop, Some(0.2));
    }

    #[test]
    fn without_stops_there_is_no_r() {
        let found = RMultiples::new(&mut []);
        assert_eq!(
            (found.trades, found.mean_r, found.best_r, found.beyond_stop),
            (0, None, None, None)
        );
    }
}
