//! How often a trade wins, and how well that is known.

use super::tally::Tally;

/// The standard normal's 97.5 % quantile.
const Z_95: f64 = 1.959_963_984_540_054;

/// `wins / trades`.
pub fn win_rate(tally: &Tally) -> Option<f64> {
    super::ratio(tally.wins, tally.trades)
}

/// The 95 % interval of the rate, `(p + z²/2n ± z √(p (1 − p) / n + z²/4n²)) / (1 + z²/n)` (Wilson
/// 1927, "Probable inference, the law of succession, and statistical inference", J. Am. Stat.
/// Assoc. 22): stays in `[0, 1]` and is right for few trades too, where the rate plus and minus its
/// standard error is not.
pub fn wilson(tally: &Tally) -> Option<[f64; 2]> {
    let (p, n) = (win_rate(tally)?, tally.trades);
    let z2 = Z_95 * Z_95;
    let centre = p + z2 / (2.0 * n);
    let reach = Z_95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z2 / n;
    Some([((centre - reach) / whole).max(0.0), ((centre + reach) / whole).min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64) {
        assert!((value - expected).abs() < 5e-5, "{value} is not {expected}");
    }

    #[test]
    fn eight_wins_of_ten() {
        let tally = Tally { trades: 10.0, wins: 8.0, ..Tally::default() };
        assert_eq!(win_rate(&tally), Some(0.8));
        let [low, high] = wilson(&tally).unwrap();
        // (0.8 + 0.19207 ± 1.95996 · √(0.016 + 0.0096036)) / 1.384146.
        near(low, 0.4902);
        near(high, 0.9433);
    }

    #[test]
    fn never_and_always_are_not_certain() {
        let [low, high] = wilson(&Tally { trades: 10.0, ..Tally::default() }).unwrap();
        assert_eq!(low, 0.0);
        near(high, 0.2775);
        let all = Tally { trades: 10.0, wins: 10.0, ..Tally::default() };
        near(wilson(&all).unwrap()[1], 1.0);
        assert_eq!((win_rate(&Tally::default()), wilson(&Tally::default())), (None, None));
    }
}
