//! The Kelly bet on the predicted chance.

/// p / a − q / b: the fraction of equity in a position that gains b with chance p and loses a with
/// chance q = 1 − p which makes it grow fastest (Kelly 1956, "A new interpretation of information
/// rate", Bell Syst. Tech. J. 35(4); in terms of a position by Thorp 2006, "The Kelly criterion in
/// blackjack, sports betting and the stock market"). Gain and loss are both one standard deviation
/// of the holding's return, σ √h: (2 p − 1) / (σ √h).
#[inline]
pub fn size(p_win: f64, sigma: f64, horizon: f64) -> f64 {
    (2.0 * p_win - 1.0) / (sigma * horizon.sqrt())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_grows_faster_than_its_neighbours() {
        let (p, move_) = (0.6_f64, 0.04_f64);
        let best = super::size(p, move_ / 2.0, 4.0);
        let growth = |f: f64| p * libm::log1p(f * move_) + (1.0 - p) * libm::log1p(-f * move_);
        assert!((best - 5.0).abs() < 1e-12);
        assert!(growth(best) > growth(best * 1.01) && growth(best) > growth(best * 0.99));
    }

    #[test]
    fn an_even_chance_is_no_bet() {
        assert_eq!(super::size(0.5, 0.01, 4.0), 0.0);
    }
}
