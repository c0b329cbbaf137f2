//! Money won against money lost.

use super::ratio;
use super::tally::Tally;

/// `Σ net of wins / |Σ net of losses|`, of trades and after costs; not of returns by the day, which
/// would count a loss within a winning trade. Undefined without losses.
pub fn profit_factor(tally: &Tally) -> Option<f64> {
    ratio(tally.won, tally.lost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_won_for_twelve_lost() {
        let tally = Tally { won: 30.0, lost: 12.0, ..Tally::default() };
        assert_eq!(profit_factor(&tally), Some(2.5));
    }

    #[test]
    fn only_losses_are_zero_and_no_losses_undefined() {
        assert_eq!(profit_factor(&Tally { lost: 12.0, ..Tally::default() }), Some(0.0));
        assert_eq!(profit_factor(&Tally { won: 12.0, ..Tally::default() }), None);
        assert_eq!(profit_factor(&Tally::default()), None);
    }
}
