//! Equity at the end of each UTC day, and the returns between.

use crate::units::{DAY_US, Ts};

/// One entry for each UTC day that has bars.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Days {
    /// Since 1970-01-01.
    pub day: Vec<i64>,
    /// At the close of the day's last bar.
    pub equity: Vec<f64>,
}

impl Days {
    pub fn new(ts: &[Ts], equity: &[f64]) -> Self {
        let mut days = Self::default();
        let (mut start, mut step) = (0, 1);
        while start < ts.len() {
            let day = ts[start].0.div_euclid(DAY_US);
            let end = first_from(ts, Ts((day + 1) * DAY_US), start, step);
            days.day.push(day);
            days.equity.push(equity[end - 1]);
            (step, start) = (end - start, end);
        }
        days
    }

    pub const fn len(&self) -> usize {
        self.day.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    pub fn last(&self) -> Option<f64> {
        self.equity.last().copied()
    }

    /// `equity / equity before − 1`, up to the first day that closes at or below zero.
    pub fn returns(&self, cash: f64) -> Vec<f64> {
        let mut before = cash;
        self.equity.iter().map_while(|equity| day_return(&mut before, *equity)).collect()
    }
}

/// A day's return, `before` being the money it began with and then what it left. Once that is gone
/// there are no more returns, whatever comes.
#[inline]
pub fn day_return(before: &mut f64, equity: f64) -> Option<f64> {
    let change = (*before > 0.0).then(|| equity / *before - 1.0)?;
    *before = equity;
    Some(change)
}

/// The first row after `start` at or after `bound`. Days mostly have as many bars as the one before
/// them, so that is looked at first: two times read of a day's hundreds.
fn first_from(ts: &[Ts], bound: Ts, start: usize, step: usize) -> usize {
    let guess = start + step;
    let fits = guess <= ts.len() && ts[guess - 1] < bound;
    if fits && ts.get(guess).is_none_or(|next| *next >= bound) {
        return guess;
    }
    let from = if fits { guess } else { start + 1 };
    from + ts[from..].partition_point(|at| *at < bound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::HOUR_US;

    fn hours(hours: &[i64]) -> Vec<Ts> {
        hours.iter().map(|hour| Ts(hour * HOUR_US)).collect()
    }

    #[test]
    fn a_day_ends_with_its_last_bar_however_many_it_has() {
        let ts = hours(&[22, 23, 24, 30, 47, 48, 120, 121, 122, 123]);
        let equity: Vec<f64> = (1..=10).map(f64::from).collect();
        let days = Days::new(&ts, &equity);
        assert_eq!(days.day, [0, 1, 2, 5]);
        assert_eq!(days.equity, [2.0, 5.0, 6.0, 10.0]);
    }

    #[test]
    fn bars_of_a_week_count_one_by_one() {
        let days = Days::new(&hours(&[0, 168, 336]), &[1.0, 2.0, 3.0]);
        assert_eq!((days.day, days.equity), (vec![0, 7, 14], vec![1.0, 2.0, 3.0]));
    }

    #[test]
    fn days_before_the_epoch_are_days_too() {
        let days = Days::new(&hours(&[-25, -24, -1, 0]), &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(days.day, [-2, -1, 0]);
        assert_eq!(days.equity, [1.0, 3.0, 4.0]);
    }

    #[test]
    fn the_first_return_is_against_the_money_at_the_beginning() {
        let days = Days { day: vec![0, 1, 2], equity: vec![110.0, 99.0, 99.0] };
        let returns = days.returns(100.0);
        let expected = [0.1, -0.1, 0.0];
        assert!(returns.iter().zip(expected).all(|(r, e)| (r - e).abs() < 1e-15), "{returns:?}");
    }

    #[test]
    fn returns_end_with_the_day_that_leaves_nothing() {
        let days = Days { day: vec![0, 1, 2, 3], equity: vec![50.0, -10.0, 5.0, 5.0] };
        assert_eq!(days.returns(100.0), [-0.5, -1.2]);
        assert!(days.returns(0.0).is_empty());
    }
}
