//! Places spread evenly over the unit cube.

use crate::rng::Rng;

/// The scrambled Halton sequence: axis j counts in the j-th prime, its digits put through random
/// permutations, which undoes the correlation between large primes (Owen 2017, "A randomized Halton
/// algorithm in R", arXiv 1706.02808).
#[derive(Debug, Clone)]
pub struct Halton {
    axes: Vec<Axis>,
}

#[derive(Debug, Clone)]
struct Axis {
    prime: u64,
    /// One permutation a digit, until the next would not change a double.
    digits: Vec<Vec<u64>>,
}

impl Halton {
    pub fn new(n_axes: usize, seed: u64) -> Self {
        let axes = primes(n_axes).into_iter().enumerate().map(|(j, prime)| {
            let mut rng = Rng::stream(seed, "search halton", &[j as u64]);
            let n_digits = (53.0 * std::f64::consts::LN_2 / libm::log(prime as f64)).ceil();
            let mut permutation = || {
                let mut digits: Vec<u64> = (0..prime).collect();
                rng.shuffle(&mut digits);
                digits
            };
            Axis { prime, digits: (0..n_digits as usize).map(|_| permutation()).collect() }
        });
        Self { axes: axes.collect() }
    }

    pub fn place(&self, index: u64) -> Vec<f64> {
        self.axes.iter().map(|axis| axis.at(index)).collect()
    }
}

impl Axis {
    fn at(&self, mut index: u64) -> f64 {
        let (mut at, mut weight) = (0.0, 1.0);
        for permutation in &self.digits {
            weight /= self.prime as f64;
            at += weight * permutation[(index % self.prime) as usize] as f64;
            index /= self.prime;
        }
        at.min(1.0 - f64::EPSILON)
    }
}

fn primes(n: usize) -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::with_capacity(n);
    let mut next = 2;
    while primes.len() < n {
        if primes.iter().all(|prime| next % prime != 0) {
            primes.push(next);
        }
        next += 1;
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_axis_visits_all_its_parts_before_any_twice() {
        let halton = Halton::new(3, 7);
        for (axis, prime) in [2_u64, 3, 5].into_iter().enumerate() {
            for power in [prime, prime * prime] {
                let parts = (0..power).map(|i| (halton.place(i)[axis] * power as f64) as u64);
                let mut parts: Vec<u64> = parts.collect();
                parts.sort_unstable();
                assert_eq!(parts, (0..power).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn even_the_axes_of_large_primes_do_not_move_together() {
        let halton = Halton::new(20, 1);
        let places: Vec<Vec<f64>> = (0..200).map(|i| halton.place(i)).collect();
        let axis = |j: usize| places.iter().map(|p| p[j]).collect::<Vec<_>>();
        let together = crate::stats::pearson(&axis(18), &axis(19)).unwrap();
        assert!(together.abs() < 0.25, "{together}"); // unscrambled: 0.75
    }
}
