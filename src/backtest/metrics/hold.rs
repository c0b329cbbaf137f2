//! How long trades were open.

use serde::Serialize;

use super::columns::Columns;
use super::quantiles::quantiles;
use super::ratio;
use crate::units::HOUR_US;

/// From the opening of the entry's bar to that of the exit's: a trade that ends inside the bar it began
/// in held 0 bars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hold {
    pub mean_bars: Option<f64>,
    pub median_bars: Option<f64>,
    pub max_bars: Option<u32>,
    pub mean_hours: Option<f64>,
    pub winners_mean_bars: Option<f64>,
    pub losers_mean_bars: Option<f64>,
}

impl Hold {
    /// Puts `hold_bars` in another order.
    pub fn new(columns: &mut Columns) -> Self {
        let n = columns.nets.len() as f64;
        let (mut all, mut won, mut lost, mut wins, mut losses) =
            (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
        for (net, bars) in columns.nets.iter().zip(&columns.hold_bars) {
            let (is_win, is_loss) = (u64::from(*net > 0.0), u64::from(*net < 0.0));
            let bars = u64::from(*bars);
            all += bars;
            won += bars * is_win;
            lost += bars * is_loss;
            wins += is_win;
            losses += is_loss;
        }
        let us: i64 = columns.hold_us.iter().sum();
        Self {
            mean_bars: ratio(all as f64, n),
            max_bars: columns.hold_bars.iter().copied().max(),
            mean_hours: ratio(us as f64 / HOUR_US as f64, n),
            winners_mean_bars: ratio(won as f64, wins as f64),
            losers_mean_bars: ratio(lost as f64, losses as f64),
            median_bars: median(&mut columns.hold_bars),
        }
    }
}

fn median(bars: &mut [u32]) -> Option<f64> {
    let mut bars: Vec<f64> = bars.iter().map(|bars| f64::from(*bars)).collect();
    let [median] = quantiles(&mut bars, [0.5]);
    median
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_trades_by_hand() {
        let mut columns = Columns {
            nets: vec![1.0, -1.0, 2.0, 0.0],
            hold_bars: vec![10, 2, 20, 4],
            hold_us: vec![HOUR_US, HOUR_US, 2 * HOUR_US, 0],
            ..Columns::default()
        };
        let hold = Hold::new(&mut columns);
        assert_eq!((hold.mean_bars, hold.median_bars), (Some(9.0), Some(7.0)));
        assert_eq!((hold.max_bars, hold.mean_hours), (Some(20), Some(1.0)));
        assert_eq!((hold.winners_mean_bars, hold.losers_mean_bars), (Some(15.0), Some(2.0)));
    }

    #[test]
    fn without_trades_nothing_is_held() {
        let hold = Hold::new(&mut Columns::default());
        assert_eq!((hold.mean_bars, hold.median_bars, hold.max_bars), (None, None, None));
    }
}
