//! How long trades were open.

use serde::Serialize;

use super::columns::Columns;
use super::ratio;
use super::tally::Tally;

/// From the opening of the entry's bar to that of the exit's: a trade that ends inside the bar it
/// began in held 0 bars.
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
    pub fn new(tally: &Tally, columns: &mut Columns) -> Self {
        let (mut won, mut lost) = (0_u64, 0_u64);
        for (net, bars) in columns.nets.iter().zip(&columns.hold_bars) {
            won += if *net > 0.0 { u64::from(*bars) } else { 0 };
            lost += if *net < 0.0 { u64::from(*bars) } else { 0 };
        }
        Self {
            mean_bars: ratio(tally.bars, tally.trades),
            max_bars: columns.hold_bars.iter().copied().max(),
            mean_hours: ratio(tally.hours, tally.trades),
            winners_mean_bars: ratio(won as f64, tally.wins),
            losers_mean_bars: ratio(lost as f64, tally.losses),
            median_bars: median(&mut columns.hold_bars),
        }
    }
}

/// Of whole numbers: between the middle two, if there are two.
fn median(bars: &mut [u32]) -> Option<f64> {
    let at = bars.len().checked_sub(1)? / 2;
    let is_even = bars.len().is_multiple_of(2);
    let (_, middle, above) = bars.select_nth_unstable(at);
    let next = above.iter().min().filter(|_| is_even).unwrap_or(middle);
    Some(f64::midpoint(f64::from(*middle), f64::from(*next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_trades_by_hand() {
        let mut columns = Columns {
            nets: vec![1.0, -1.0, 2.0, 0.0],
            hold_bars: vec![10, 2, 20, 4],
            ..Columns::default()
        };
        let (trades, wins, losses) = (4.0, 2.0, 1.0);
        let tally = Tally { trades, wins, losses, bars: 36.0, hours: 4.0, ..Tally::default() };
        let hold = Hold::new(&tally, &mut columns);
        assert_eq!(median(&mut [9, 1, 5]), Some(5.0));
        assert_eq!((hold.mean_bars, hold.median_bars), (Some(9.0), Some(7.0)));
        assert_eq!((hold.max_bars, hold.mean_hours), (Some(20), Some(1.0)));
        assert_eq!((hold.winners_mean_bars, hold.losers_mean_bars), (Some(15.0), Some(2.0)));
    }

    #[test]
    fn without_trades_nothing_is_held() {
        let hold = Hold::new(&Tally::default(), &mut Columns::default());
        assert_eq!((hold.mean_bars, hold.median_bars, hold.max_bars), (None, None, None));
    }
}
