//! Growth against the worst loss.

use super::ratio;

/// `CAGR / max drawdown` over the whole period (Young 1991, "Calmar ratio: a smoother tool",
/// Futures, took the last 36 months; so do not compare with his where the data are longer).
pub fn calmar(cagr: Option<f64>, max_drawdown: Option<f64>) -> Option<f64> {
    ratio(cagr?, max_drawdown?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_of_a_fifth_with_a_tenth_lost_is_two() {
        assert_eq!(calmar(Some(0.2), Some(0.1)), Some(2.0));
    }

    #[test]
    fn without_loss_or_growth_there_is_no_ratio() {
        assert_eq!(calmar(Some(0.2), Some(0.0)), None);
        assert_eq!(calmar(None, Some(1.1)), None);
    }
}
