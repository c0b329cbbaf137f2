//! The stake that makes money grow fastest: an upper bound, not advice.

use super::payoff::payoff;
use super::tally::Tally;
use super::{finite, ratio, spread};
use crate::stats;

/// `p − (1 − p) / b` with `p` the wins among wins and losses and `b` the payoff (Kelly 1956, "A new
/// interpretation of information rate", Bell System Tech. J. 35): the part of the money to risk on
/// a bet that brings b or loses all of it. Below zero: do not bet.
pub fn kelly_fraction(tally: &Tally) -> Option<f64> {
    let p = ratio(tally.wins, tally.wins + tally.losses)?;
    finite(p - (1.0 - p) / payoff(tally)?)
}

/// `mean(r) / variance(r)` of daily returns (Merton 1969, Rev. Economics and Statistics 51; Thorp
/// 2006, "The Kelly criterion in blackjack, sports betting, and the stock market"): how many times
/// the leverage that was used would grow fastest, were returns normal and the mean known.
pub fn kelly_leverage(returns: &[f64]) -> Option<f64> {
    let sd = spread(returns)?;
    ratio(stats::mean(returns)?, sd * sd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_percent_of_even_bets_are_worth_a_fifth() {
        let (wins, losses) = (6.0, 4.0);
        let tally = Tally { trades: 12.0, wins, losses, won: 30.0, lost: 20.0, ..Tally::default() };
        assert!((kelly_fraction(&tally).unwrap() - 0.2).abs() < 1e-15);
    }

    #[test]
    fn a_bad_bet_is_below_zero_and_one_without_losses_undefined() {
        let bad = Tally { wins: 1.0, losses: 1.0, won: 1.0, lost: 2.0, ..Tally::default() };
        assert_eq!(kelly_fraction(&bad), Some(-0.5));
        assert_eq!(kelly_fraction(&Tally { wins: 3.0, won: 9.0, ..Tally::default() }), None);
        assert_eq!(kelly_fraction(&Tally::default()), None);
    }

    #[test]
    fn leverage_is_mean_over_variance() {
        // Mean 0.01, variance 2 · 0.0004.
        let value = kelly_leverage(&[0.03, -0.01]).unwrap();
        assert!((value - 12.5).abs() < 1e-12, "{value}");
        assert_eq!(kelly_leverage(&[0.01]), None);
    }
}
