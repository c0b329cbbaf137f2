//! Mean distance from a window's mean.

use super::short::Short;
use super::sums::Mean;
use super::{Memory, Remembers, Step, finite};

/// Σ|x − mean| / n over the last `n` bars. The mean moves with every bar, so that all `n` distances
/// are new each time; the commodity channel index, its one user, looks at some twenty bars.
pub struct MeanDev {
    window: Short,
    mean: Mean,
}

impl MeanDev {
    pub fn new(n: usize) -> Self {
        Self { window: Short::new(n), mean: Mean::new(n) }
    }
}

impl Step<1> for MeanDev {
    fn step(&mut self, x: [f64; 1]) -> f64 {
        let mut out = [f64::NAN];
        self.steps(x.each_ref().map(std::slice::from_ref), &mut out);
        out[0]
    }

    fn steps(&mut self, [x]: [&[f64]; 1], out: &mut [f64]) {
        self.mean.steps([x], out);
        self.window.sum(x, out, |x, mean| (x - mean).abs());
        let n = self.window.n() as f64;
        out.iter_mut().for_each(|out| *out = finite(*out / n));
    }
}

impl Remembers for MeanDev {
    fn memory(&self) -> Memory {
        self.mean.memory()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distances_of_a_known_window() {
        let mut kernel = MeanDev::new(5);
        let out: Vec<f64> = [9.0, 1.0, 2.0, 3.0, 4.0, 10.0].map(|x| kernel.step([x])).to_vec();
        assert!(out[..4].iter().all(|v| v.is_nan()));
        // 9 1 2 3 4: mean 3.8, distances 5.2 2.8 1.8 0.8 0.2.
        assert!((out[4] - 10.8 / 5.0).abs() < 1e-15);
        // 1 2 3 4 10: mean 4, distances 3 2 1 0 6.
        assert_eq!(out[5], 12.0 / 5.0);
    }

    #[test]
    fn a_constant_window_has_none_and_a_hole_is_missing() {
        let mut kernel = MeanDev::new(3);
        let out = [0.1, 0.1, 0.1, f64::NAN, 0.1, 0.1, 0.1].map(|x| kernel.step([x]));
        assert_eq!((out[2], out[6]), (0.0, 0.0));
        assert!(out[3..6].iter().all(|v| v.is_nan()));
    }
}
