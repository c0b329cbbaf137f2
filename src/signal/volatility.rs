//! How much one bar moves: the standard deviation of close-to-close log returns.

use crate::features::kernels::Step;
use crate::features::kernels::logarithm::Log;
use crate::features::kernels::moments::Std;

/// ln(closeᵢ / closeᵢ₋₁); missing on the first bar.
#[derive(Default)]
pub struct Returns {
    close: Option<f64>,
}

impl Returns {
    pub fn step(&mut self, close: f64) -> f64 {
        let before = self.close.replace(close);
        before.map_or(f64::NAN, |before| Log.step([close / before]))
    }
}

/// Bars that are worked on in one go: they stay in the nearest cache.
const BLOCK: usize = 2048;

/// Of all bars.
pub fn returns(close: &[f64]) -> Vec<f64> {
    let mut out = vec![f64::NAN; close.len()];
    let Some(rest) = out.get_mut(1..) else { return out };
    let mut ratios = [0.0; BLOCK];
    for (out, at) in rest.chunks_mut(BLOCK).zip((0..).step_by(BLOCK)) {
        let ratios = &mut ratios[..out.len()];
        for (ratio, pair) in ratios.iter_mut().zip(close[at..].windows(2)) {
            *ratio = pair[1] / pair[0];
        }
        Log.steps([ratios], out);
    }
    out
}

/// The standard deviation, n − 1, of the last `n` returns, this bar's included; missing until there
/// are so many.
pub struct Sigma(Std);

impl Sigma {
    pub fn new(n: usize) -> Self {
        Self(Std::new(n))
    }

    pub fn step(&mut self, log_return: f64) -> f64 {
        self.0.step([log_return])
    }
}

pub fn sigmas(returns: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![f64::NAN; returns.len()];
    Std::new(n).steps([returns], &mut out);
    out
}

/// What slippage goes by: of up to `n` returns; 0 while there are fewer than 2. While the window
/// fills, by Welford's recurrence (1962, "Note on a method for calculating corrected sums of
/// squares and products", Technometrics 4(3)).
pub struct UpToSigma {
    full: Sigma,
    seen: f64,
    mean: f64,
    squares: f64,
}

impl UpToSigma {
    pub fn new(n: usize) -> Self {
        Self { full: Sigma::new(n), seen: 0.0, mean: 0.0, squares: 0.0 }
    }

    pub fn step(&mut self, log_return: f64) -> f64 {
        let full = self.full.step(log_return);
        self.or_full(log_return, full)
    }

    fn or_full(&mut self, log_return: f64, full: f64) -> f64 {
        if !full.is_nan() {
            return full;
        }
        if log_return.is_finite() {
            self.seen += 1.0;
            let apart = log_return - self.mean;
            self.mean += apart / self.seen;
            self.squares += apart * (log_return - self.mean);
        }
        if self.seen < 2.0 { 0.0 } else { (self.squares / (self.seen - 1.0)).sqrt() }
    }
}

pub fn up_to_sigmas(returns: &[f64], n: usize) -> Vec<f64> {
    let mut up_to = UpToSigma::new(n);
    let mut sigmas = sigmas(returns, n);
    sigmas.iter_mut().zip(returns).for_each(|(sigma, r)| *sigma = up_to.or_full(*r, *sigma));
    sigmas
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats;

    const CLOSE: [f64; 6] = [100.0, 101.0, 99.0, 99.0, 104.0, 103.0];

    #[test]
    fn one_by_one_and_all_at_once_are_the_same() {
        let (mut step, mut sigma) = (Returns::default(), Sigma::new(3));
        let alone: Vec<f64> = CLOSE.iter().map(|c| step.step(*c)).collect();
        let all = returns(&CLOSE);
        let bits = |column: &[f64]| column.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&alone), bits(&all));
        let alone: Vec<f64> = all.iter().map(|r| sigma.step(*r)).collect();
        assert_eq!(bits(&alone), bits(&sigmas(&all, 3)));
        assert!(all[0].is_nan() && returns(&[]).is_empty() && returns(&[1.0]).len() == 1);
        assert_eq!(all[1], libm::log(1.01));
    }

    #[test]
    fn a_window_has_as_many_returns_as_it_says() {
        let all = returns(&CLOSE);
        let sigmas = sigmas(&all, 3);
        assert!(sigmas[2].is_nan());
        assert!((sigmas[3] - stats::sd(&all[1..4]).unwrap()).abs() < 1e-15);
    }

    #[test]
    fn slippage_takes_what_returns_there_are() {
        let all = returns(&CLOSE);
        let got = up_to_sigmas(&all, 3);
        assert_eq!(got[..2], [0.0, 0.0]);
        for (i, window) in [(2, 1..3), (3, 1..4), (4, 2..5), (5, 3..6)] {
            assert!((got[i] - stats::sd(&all[window]).unwrap()).abs() < 1e-15, "bar {i}");
        }
    }
}
