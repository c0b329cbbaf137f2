//! Correlations, and what each row contributes to them.

use crate::stats;

/// A correlation with its influence function: to first order the estimate is the truth and the mean
/// of `influence` over the rows. They sum to zero.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Correlation {
    pub value: f64,
    pub influence: Vec<f64>,
}

/// Pearson's: ψ = z_x z_y − r/2 (z_x² + z_y²), z being standardised by the deviation with n
/// (Devlin, Gnanadesikan & Kettenring 1975, "Robust estimation and outlier detection with
/// correlation coefficients", Biometrika 62(3)). Also the standardised columns.
pub(super) fn pearson(xs: &[f64], ys: &[f64]) -> Option<(Correlation, [Vec<f64>; 2])> {
    let (zx, zy) = (standardise(xs)?, standardise(ys)?);
    let n = zx.len() as f64;
    let product: f64 = zx.iter().zip(&zy).map(|(x, y)| x * y).sum();
    let value = (product / n).clamp(-1.0, 1.0);
    let influence =
        zx.iter().zip(&zy).map(|(x, y)| x * y - value / 2.0 * (x * x + y * y)).collect();
    Some((Correlation { value, influence }, [zx, zy]))
}

/// Spearman's: ranks are estimates too, so a row moves those of all others. With f, g the centred
/// ranks over n and A_x b (i) the mean over rows j of b where x_j > x_i (half where equal), the
/// covariance of ranks c has the influence f g + A_x g + A_y f − 3 c, and a variance of ranks the
/// same with both columns one (Hoeffding 1948, "A class of statistics with asymptotically normal
/// distribution", §9; Borkowf 2002, "Computing the nonnull asymptotic variance … of Spearman's rank
/// correlation", Comp. Stat. Data Anal. 39). The variances matter where values are tied.
pub(super) fn spearman(xs: &[f64], ys: &[f64]) -> Option<Correlation> {
    let (x, y) = (Ranked::new(xs), Ranked::new(ys));
    let n = xs.len() as f64;
    let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
    let (vx, vy) = (mean(&x.centred, &x.centred), mean(&y.centred, &y.centred));
    let c = mean(&x.centred, &y.centred);
    let scale = (vx * vy).sqrt();
    if scale.is_nan() || scale <= 0.0 {
        return None;
    }
    let value = (c / scale).clamp(-1.0, 1.0);
    let (ax, ay) = (x.above(&y.centred), y.above(&x.centred));
    let (sx, sy) = (x.own(vx), y.own(vy));
    let row = |i: usize| {
        let of_c = x.centred[i] * y.centred[i] + ax[i] + ay[i] - 3.0 * c;
        of_c / scale - value / 2.0 * (sx[i] / vx + sy[i] / vy)
    };
    Some(Correlation { value, influence: (0..xs.len()).map(row).collect() })
}

fn standardise(values: &[f64]) -> Option<Vec<f64>> {
    let (mean, n) = (stats::mean(values)?, values.len() as f64);
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let sd = (squares / n).sqrt();
    // The spread of a constant is the rounding of its mean.
    let is_constant = values.iter().all(|v| *v == values[0]);
    (sd > 0.0 && !is_constant).then(|| values.iter().map(|v| (v - mean) / sd).collect())
}

struct Ranked {
    /// Rows in the order of their values, and where each run of equal ones ends.
    order: Vec<u32>,
    ends: Vec<usize>,
    /// (rank − (n + 1) / 2) / n, ties sharing their average rank.
    centred: Vec<f64>,
}

impl Ranked {
    fn new(values: &[f64]) -> Self {
        let sorted = in_order(values);
        let n = values.len() as f64;
        let mut centred = vec![0.0; values.len()];
        let (mut ends, mut before) = (Vec::new(), 0);
        for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
            let rank = before as f64 + (tied.len() as f64 + 1.0) / 2.0;
            tied.iter().for_each(|(_, row)| centred[*row as usize] = (rank - (n + 1.0) / 2.0) / n);
            before += tied.len();
            ends.push(before);
        }
        Self { order: sorted.iter().map(|(_, row)| *row).collect(), ends, centred }
    }

    /// A of [`spearman`]: for each row the mean over all rows of `b` where the value is greater,
    /// half of it where it is equal.
    fn above(&self, b: &[f64]) -> Vec<f64> {
        let n = b.len() as f64;
        let mut means = vec![0.0; b.len()];
        let mut beyond = 0.0;
        for (at, end) in self.ends.iter().enumerate().rev() {
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
            let tied = &self.order[start..*end];
            let here: f64 = tied.iter().map(|row| b[*row as usize]).sum();
            let mean = (beyond + here / 2.0) / n;
            tied.iter().for_each(|row| means[*row as usize] = mean);
            beyond += here;
        }
        means
    }

    /// The influence on the variance of the column's own ranks.
    fn own(&self, variance: f64) -> Vec<f64> {
        if self.ends.len() == self.order.len() {
            // Without ties the variance is a number of n alone.
            return vec![0.0; self.order.len()];
        }
        let above = self.above(&self.centred);
        let row = |(f, a): (&f64, &f64)| f * f + 2.0 * a - 3.0 * variance;
        self.centred.iter().zip(&above).map(row).collect()
    }
}

/// Values with their rows, from the least. By digits, from the last one on (Knuth, TAOCP 3, §5.2.5,
/// algorithm R): three times as quick as comparing, and correlations are sorting for the most part.
fn in_order(values: &[f64]) -> Vec<(f64, u32)> {
    let mut now: Vec<(u64, u32)> = values.iter().copied().map(ordered_bits).zip(0..).collect();
    let mut next = vec![(0, 0); now.len()];
    for shift in (0..u64::BITS).step_by(DIGIT_BITS as usize) {
        let digit = |key: u64| (key >> shift) as usize % (1 << DIGIT_BITS);
        let mut ends = vec![0_usize; 1 << DIGIT_BITS];
        now.iter().for_each(|(key, _)| ends[digit(*key)] += 1);
        if ends.contains(&now.len()) {
            // All alike: nothing to do.
            continue;
        }
        let mut before = 0;
        for end in &mut ends {
            (*end, before) = (before, before + *end);
        }
        for pair in &now {
            let place = &mut ends[digit(pair.0)];
            next[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(&mut now, &mut next);
    }
    now.into_iter().map(|(_, row)| (values[row as usize], row)).collect()
}

const DIGIT_BITS: u32 = 11;

/// Bits in the order of [`f64::total_cmp`]: the sign turned, and of negatives all.
const fn ordered_bits(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits ^ (1 << 63) } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn pairs(n: usize, ties: f64) -> (Vec<f64>, Vec<f64>) {
        let mut rng = Rng::new(8);
        let tie = |v: f64| if ties > 0.0 { (v / ties).round() * ties } else { v };
        let xs: Vec<f64> = (0..n).map(|_| tie(rng.normal())).collect();
        let ys = xs.iter().map(|x| tie(0.6 * x + rng.normal())).collect();
        (xs, ys)
    }

    #[test]
    fn values_are_those_of_the_plain_formulas() {
        for ties in [0.0, 0.5] {
            let (xs, ys) = pairs(500, ties);
            let (found, _) = pearson(&xs, &ys).unwrap();
            assert!((found.value - stats::pearson(&xs, &ys).unwrap()).abs() < 1e-14);
            let ranked = spearman(&xs, &ys).unwrap();
            assert!((ranked.value - stats::spearman(&xs, &ys).unwrap()).abs() < 1e-14);
            for influence in [found.influence, ranked.influence] {
                assert!(influence.iter().sum::<f64>().abs() < 1e-9);
            }
        }
    }

    /// Leaving row i out moves a statistic by −ψᵢ / (n − 1), to first order.
    #[test]
    fn the_influence_of_a_row_is_what_leaving_it_out_does() {
        for ties in [0.0, 0.5] {
            let (xs, ys) = pairs(1000, ties);
            let found = [pearson(&xs, &ys).unwrap().0, spearman(&xs, &ys).unwrap()];
            for row in (0..1000).step_by(37) {
                let without = |v: &[f64]| [&v[..row], &v[row + 1..]].concat();
                let (xs, ys) = (without(&xs), without(&ys));
                let left = [stats::pearson(&xs, &ys), stats::spearman(&xs, &ys)];
                for (all, left) in found.iter().zip(left) {
                    let moved = (all.value - left.unwrap()) * 999.0;
                    let told = all.influence[row];
                    assert!((moved - told).abs() < 0.03 + 0.03 * told.abs(), "{moved} {told}");
                }
            }
        }
    }

    #[test]
    fn digits_sort_as_comparing_does() {
        let mut rng = Rng::new(12);
        let mut values: Vec<f64> = (0..3000).map(|_| rng.normal() * 1e3).collect();
        values.extend([0.0, -0.0, 1e300, -1e300, 5e-324, -5e-324, 7.0, 7.0]);
        let mut expected: Vec<(f64, u32)> = values.iter().copied().zip(0..).collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(in_order(&values), expected);
        assert_eq!(in_order(&[]), []);
    }

    #[test]
    fn a_constant_is_correlated_with_nothing() {
        assert_eq!(pearson(&[0.1; 7], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), None);
        assert_eq!(spearman(&[0.1; 3], &[1.0, 2.0, 3.0]), None);
        assert_eq!((pearson(&[], &[]), spearman(&[], &[])), (None, None));
    }
}
