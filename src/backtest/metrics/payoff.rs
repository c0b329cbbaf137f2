//! The average win against the average loss.

use super::ratio;
use super::tally::Tally;

pub fn mean_win(tally: &Tally) -> Option<f64> {
    ratio(tally.won, tally.wins)
}

/// Below zero.
pub fn mean_loss(tally: &Tally) -> Option<f64> {
    ratio(-tally.lost, tally.losses)
}

/// `mean win / |mean loss|`, of net P&L: how many average losses an average win pays for.
pub fn payoff(tally: &Tally) -> Option<f64> {
    ratio(mean_win(tally)?, -mean_loss(tally)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_win_of_ten_pays_two_and_a_half_losses_of_four() {
        let tally = Tally { wins: 3.0, won: 30.0, losses: 2.0, lost: 8.0, ..Tally::default() };
        assert_eq!((mean_win(&tally), mean_loss(&tally)), (Some(10.0), Some(-4.0)));
        assert_eq!(payoff(&tally), Some(2.5));
    }

    #[test]
    fn without_one_of_them_there_is_no_ratio() {
        let wins = Tally { wins: 3.0, won: 30.0, ..Tally::default() };
        assert_eq!(
            (mean_loss(&wins), payoff(&wins), payoff(&Tally::default())),
            (None, None, None)
        );
    }
}
