//! The same days in another order, thousands of times: the stationary bootstrap.

use super::finite;
use crate::rng::Rng;

/// Samples side by side: two of the processor's vectors.
pub(super) const LANES: usize = 8;

/// How often each sample has each period. Blocks begin anywhere, go on round the end, and have
/// geometric lengths, so that what is drawn is stationary (Politis & Romano 1994, "The stationary
/// bootstrap", JASA 89). One list of samples serves all trials: what ties them to each other stays.
///
/// A resampled sum is then a row of a matrix product, whose cost does not hang on the length of the
/// blocks: differences of prefix sums would cost two look-ups a block, and trials' returns remember
/// so little that blocks have few days.
pub struct Samples {
    pub n_periods: usize,
    pub n_samples: usize,
    /// For each eight samples, for each period: how often each of the eight has it.
    counts: Vec<[f64; LANES]>,
}

/// What is asked of the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    pub n_samples: usize,
    /// The expected length of a block; automatic where it is not given: the mean of the trials'
    /// own ([`super::block_length::block_length`]).
    pub block_length: Option<f64>,
    pub seed: u64,
}

impl Samples {
    /// Each sample has its own stream: the first ones are the same however many are asked for.
    pub fn draw(n_periods: usize, n_samples: usize, block_length: f64, seed: u64) -> Self {
        let n_panels = n_samples.div_ceil(LANES);
        let mut counts = vec![[0.0; LANES]; n_panels * n_periods];
        for sample in 0..n_samples {
            let mut rng = Rng::stream(seed, "stationary bootstrap", &[sample as u64]);
            let panel = &mut counts[sample / LANES * n_periods..][..n_periods];
            let mut left = n_periods;
            while left > 0 {
                let start = rng.index(0..n_periods);
                let length = (rng.geometric(1.0 / block_length) as usize).min(left);
                let days = panel[start..].iter_mut().len().min(length);
                let add = |cell: &mut [f64; LANES]| cell[sample % LANES] += 1.0;
                panel[start..start + days].iter_mut().for_each(add);
                panel[..length - days].iter_mut().for_each(add);
                left -= length;
            }
        }
        Self { n_periods, n_samples, counts }
    }

    /// Eight samples at a time; of the last ones some may not be there, and have no periods.
    pub(super) fn panels(&self) -> impl Iterator<Item = &[[f64; LANES]]> {
        self.counts.chunks(self.n_periods)
    }
}

/// The variance of the root of n times a resampled mean, over all that can be drawn:
/// `R(0) + 2 Σ κ(i) R(i)`, `κ(i) = (1 − i/n) (1 − q)^i + i/n (1 − q)^(n − i)`, q one over the block
/// length (Politis & Romano 1994, lemma 1). Each period's part is a sum over those before it whose
/// weights fall geometrically, kept as in an exponential average: n steps in place of n² products.
pub fn variance_of_mean(deviations: &[f64], block_length: f64) -> Option<f64> {
    let (&first, rest) = deviations.split_first()?;
    let n = deviations.len() as f64;
    let stays = 1.0 - 1.0 / block_length;
    // Round the circle R(i) and R(n − i) come together, with the weight (1 − i/n) (1 − q)^i.
    let whole = deviations.iter().fold(1.0, |power, _| power * stays);
    // Σ stays^i x(t − i) and Σ i stays^i x(t − i) over 0 < i < n, for t = 0.
    let older = |(sum, timed): (f64, f64), x: &f64| (stays * (sum + x), stays * (timed + sum + x));
    let (mut sum, mut timed) = rest.iter().fold((0.0, 0.0), older);
    let mut total = first * (first + 2.0 * (sum - timed / n));
    for pair in deviations.windows(2) {
        let (before, x) = (&pair[0], pair[1]);
        (sum, timed) = older((sum, timed), before);
        // What is now n periods back is this period itself.
        (sum, timed) = (sum - whole * x, timed - n * whole * x);
        total += x * (x + 2.0 * (sum - timed / n));
    }
    finite(total / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is defined, product by product.
    fn by_hand(x: &[f64], block_length: f64) -> f64 {
        let (n, q) = (x.len(), 1.0 / block_length);
        let covariance = |i: usize| (i..n).map(|t| x[t] * x[t - i]).sum::<f64>() / n as f64;
        let part = |i: usize| {
            let share = i as f64 / n as f64;
            let near = libm::pow(1.0 - q, i as f64);
            let far = libm::pow(1.0 - q, (n - i) as f64);
            2.0 * ((1.0 - share) * near + share * far) * covariance(i)
        };
        covariance(0) + (1..n).map(part).sum::<f64>()
    }

    fn deviations(n: usize) -> Vec<f64> {
        let mut rng = Rng::new(n as u64);
        let steps: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let smooth: Vec<f64> =
            (0..n).map(|t| steps[t] + 0.8 * steps[t.saturating_sub(1)]).collect();
        let mean = crate::stats::mean(&smooth).unwrap();
        smooth.iter().map(|x| x - mean).collect()
    }

    #[test]
    fn the_variance_in_n_steps_is_the_one_in_n_squared() {
        for (n, length) in [(2, 1.5), (3, 1.0), (40, 1.0), (40, 4.0), (300, 12.5), (300, 100.0)] {
            let x = deviations(n);
            let (fast, slow) = (variance_of_mean(&x, length).unwrap(), by_hand(&x, length));
            assert!((fast - slow).abs() < 1e-12 * (1.0 + slow), "{n} {length}: {fast} {slow}");
        }
        assert_eq!(variance_of_mean(&[], 2.0), None);
    }

    #[test]
    fn every_sample_has_as_many_periods_and_its_sums_vary_as_they_should() {
        let (x, length) = (deviations(90), 5.0);
        let samples = Samples::draw(90, 4001, length, 1);
        let mut sums = Vec::new();
        for panel in samples.panels() {
            for lane in 0..LANES {
                let count: f64 = panel.iter().map(|counts| counts[lane]).sum();
                let is_there = sums.len() < 4001;
                assert_eq!(count, if is_there { 90.0 } else { 0.0 });
                sums.push(panel.iter().zip(&x).map(|(counts, x)| counts[lane] * x).sum::<f64>());
            }
        }
        sums.truncate(4001);
        let found = crate::stats::variance(&sums).unwrap() / 90.0;
        let expected = variance_of_mean(&x, length).unwrap();
        // A variance of 4001 normal numbers has a relative error of √(2 / 4000).
        assert!((found / expected - 1.0).abs() < 3.0 * 0.0224, "{found} {expected}");
        assert!(expected > 1.3 * by_hand(&x, 1.0), "{expected}");
    }

    #[test]
    fn blocks_are_as_long_as_asked_and_go_on_round_the_end() {
        let samples = Samples::draw(50, 800, 10.0, 3);
        // A period is followed by its successor, but where a block ends: one time in ten. Drawn
        // twice, both are.
        let (mut begins, mut all) = (0.0, 0.0);
        for panel in samples.panels() {
            for (counts, next) in panel.iter().zip(panel.iter().cycle().skip(1)) {
                begins += next.iter().zip(counts).map(|(b, a)| (b - a).max(0.0)).sum::<f64>();
                all += counts.iter().sum::<f64>();
            }
        }
        // 1 + 49 / 10 of 50 begin a block; where another ends, it does not show.
        assert!((0.09..0.118).contains(&(begins / all)), "{}", begins / all);
        let more = Samples::draw(50, 808, 10.0, 3);
        assert_eq!(more.counts[..samples.counts.len()], samples.counts);
    }
}
