//! Mean distance from a window's mean.

use super::short::Short;
use super::{Memory, Remembers, Step, finite};

/// Σ|x − mean| / n over the last `n` bars. Inputs (x, mean): the mean of those bars, which those who
/// ask for the distance from it need as well. It moves with every bar, so that all `n` distances are
/// new each time; the commodity channel index, its one user, looks at some twenty bars.
pub struct MeanDev(Short);

impl MeanDev {
    pub fn new(n: usize) -> Self {
        Self(Short::new(n))
    }
}

impl Step<2> for MeanDev {
    fn step(&mut self, x: [f64; 2]) -> f64 {
        let mut out = [f64::NAN];
        self.steps(x.each_ref().map(std::slice::from_ref), &mut out);
        out[0]
    }

    fn steps(&mut self, [x, mean]: [&[f64]; 2], out: &mut [f64]) {
        out.copy_from_slice(&mean[..out.len()]);
        self.0.sum(x, out, |x, mean| (x - mean).abs());
        let n = self.0.n() as f64;
        out.iter_mut().for_each(|out| *out = finite(*out / n));
    }
}

/// The mean looks back as far as its window: nothing comes on top of that.
impl Remembers for MeanDev {
    fn memory(&self) -> Memory {
        Memory::Bars(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sums::Mean;
    use super::*;

    fn distances(n: usize, values: &[f64]) -> Vec<f64> {
        let (mut kernel, mut mean) = (MeanDev::new(n), Mean::new(n));
        values.iter().map(|&x| kernel.step([x, mean.step([x])])).collect()
    }

    #[test]
    fn the_distances_of_a_known_window() {
        let out = distances(5, &[9.0, 1.0, 2.0, 3.0, 4.0, 10.0]);
        assert!(out[..4].iter().all(|v| v.is_nan()));
        // 9 1 2 3 4: mean 3.8, distances 5.2 2.8 1.8 0.8 0.2.
        assert!((out[4] - 10.8 / 5.0).abs() < 1e-15);
        // 1 2 3 4 10: mean 4, distances 3 2 1 0 6.
        assert_eq!(out[5], 12.0 / 5.0);
    }

    #[test]
    fn a_constant_window_has_none_and_a_hole_is_missing() {
        let out = distances(3, &[0.1, 0.1, 0.1, f64::NAN, 0.1, 0.1, 0.1]);
        assert_eq!((out[2], out[6]), (0.0, 0.0));
        assert!(out[3..6].iter().all(|v| v.is_nan()));
    }
}
