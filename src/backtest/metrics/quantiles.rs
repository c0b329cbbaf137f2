//! Several quantiles at once.

use super::finite;

/// The quantiles at `at` (ascending, in `[0, 1]`), linear between order statistics like
/// [`crate::stats::quantile`], by selection instead of sorting: of ten thousand trades a few are
/// asked for. Puts the values in another order; they must hold no NaN.
pub fn quantiles<const N: usize>(values: &mut [f64], at: [f64; N]) -> [Option<f64>; N] {
    let mut found = [None; N];
    let (mut settled, last) = (0, values.len().saturating_sub(1) as f64);
    for (place, p) in found.iter_mut().zip(at) {
        if values.is_empty() {
            break;
        }
        let index = p * last;
        let low = index as usize;
        // All below `settled` are in place already.
        let (_, below, above) =
            values[settled..].select_nth_unstable_by(low - settled, f64::total_cmp);
        let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*below);
        *place = finite(*below + (index - low as f64) * (next - *below));
        settled = low;
    }
    found
}

pub fn median(values: &mut [f64]) -> Option<f64> {
    let [median] = quantiles(values, [0.5]);
    median
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::stats;

    #[test]
    fn selection_finds_what_sorting_does() {
        let mut rng = Rng::stream(3, "quantiles", &[]);
        for n in [1, 2, 3, 10, 101, 1000] {
            let values: Vec<f64> = (0..n).map(|_| (rng.normal() * 20.0).round()).collect();
            let at = [0.0, 0.01, 0.05, 0.5, 0.5, 0.75, 0.95, 1.0];
            let found = quantiles(&mut values.clone(), at);
            assert_eq!(found, at.map(|p| stats::quantile(&values, p)), "{n}");
        }
    }

    #[test]
    fn of_nothing_there_is_no_quantile() {
        assert_eq!(quantiles(&mut [], [0.1, 0.9]), [None, None]);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }
}
