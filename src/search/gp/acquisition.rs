//! Where the expected improvement is largest.

use super::super::halton::Halton;
use super::super::history::Batch;
use super::process::Process;
use crate::rng::Rng;
use crate::stats::{normal_cdf, normal_density};

/// Expected improvement over the best that is believed known.
#[derive(Debug)]
pub(super) struct Acquisition<'a> {
    process: &'a Process,
    /// Places tried, the best first by what the process believes of them, which is not misled by
    /// lucky noise.
    best_places: Vec<&'a [f64]>,
    best: f64,
}

/// Starts of the local search, and tried places that candidates are drawn round.
const STARTS: usize = 4;

impl<'a> Acquisition<'a> {
    pub fn new(process: &'a Process, places: &'a [Vec<f64>]) -> Self {
        let mut known: Vec<(f64, &[f64])> =
            places.iter().map(|place| (process.predict(place).0, place.as_slice())).collect();
        known.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = known.first().map_or(0.0, |(mean, _)| *mean);
        let best_places = known.iter().take(STARTS).map(|(_, place)| *place).collect();
        Self { process, best_places, best }
    }

    /// The place itself, already that of a point; a tried one only where no other was found.
    pub fn best(&self, batch: &Batch, n_candidates: usize, mut rng: Rng) -> Vec<f64> {
        let mut found: Vec<(f64, Vec<f64>)> = Vec::new();
        for mut cube in self.candidates(batch.n_axes(), n_candidates, &mut rng) {
            batch.snap(&mut cube);
            if batch.is_new(&cube) {
                found.push((self.log_improvement(&cube), cube));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.truncate(STARTS);
        let refined = found.into_iter().map(|start| self.refine(start, batch));
        // The first of equals, whatever the order of comparison.
        let best = refined.reduce(|a, b| if b.0 > a.0 { b } else { a });
        best.map_or_else(|| vec![0.5; batch.n_axes()], |(_, cube)| cube)
    }

    /// Half of them spread evenly, half near the best places, at all distances.
    fn candidates(&self, n_axes: usize, n: usize, rng: &mut Rng) -> Vec<Vec<f64>> {
        let halton = Halton::new(n_axes, rng.next_u64());
        let mut candidates: Vec<Vec<f64>> = (0..n as u64 / 2).map(|k| halton.place(k)).collect();
        for k in 0..n / 2 {
            let Some(place) = self.best_places.get(k % STARTS) else { continue };
            let reach = 0.3 * libm::exp(-5.0 * rng.uniform());
            // One axis alone, or all of them.
            let only = rng.chance(0.5).then(|| rng.index(0..n_axes));
            let mut moved = |(axis, at): (usize, &f64)| match only {
                Some(other) if other != axis => *at,
                _ if rng.chance(0.1) => rng.uniform(),
                _ => (at + reach * rng.normal()).clamp(0.0, 1.0),
            };
            candidates.push(place.iter().enumerate().map(&mut moved).collect());
        }
        candidates
    }

    /// Pattern search (Hooke & Jeeves 1961, "Direct search solution of numerical and statistical
    /// problems", J. ACM 8(2)): steps along the axes, halved when none of them helps. It minds
    /// neither steps nor choices.
    fn refine(&self, start: (f64, Vec<f64>), batch: &Batch) -> (f64, Vec<f64>) {
        let (mut value, mut cube) = start;
        let mut step = 0.1;
        while step > 1e-3 {
            let mut is_better = false;
            for axis in 0..cube.len() {
                for direction in [-1.0, 1.0] {
                    let mut moved = cube.clone();
                    moved[axis] = (moved[axis] + direction * step).clamp(0.0, 1.0);
                    batch.snap(&mut moved);
                    if moved == cube || !batch.is_new(&moved) {
                        continue;
                    }
                    let improvement = self.log_improvement(&moved);
                    if improvement > value {
                        (value, cube, is_better) = (improvement, moved, true);
                    }
                }
            }
            if !is_better {
                step *= 0.5;
            }
        }
        (value, cube)
    }

    /// ln E[max(f − best, 0)] = ln σ + ln(φ(z) + z·Φ(z)), z = (μ − best) / σ (Jones, Schonlau &
    /// Welch 1998, eq. 15). The logarithm keeps a slope where the improvement itself is 0 to all
    /// digits (Ament et al. 2023, "Unexpected improvements to expected improvement").
    fn log_improvement(&self, cube: &[f64]) -> f64 {
        let (mean, sd) = self.process.predict(cube);
        libm::log(sd) + log_gain((mean - self.best) / sd)
    }
}

/// ln(φ(z) + z·Φ(z)), for z far below 0 by the first terms of Mills' series: φ(z)·(z⁻² − 3z⁻⁴).
fn log_gain(z: f64) -> f64 {
    if z > -25.0 {
        return libm::log(normal_density(z) + z * normal_cdf(z));
    }
    let z2 = z * z;
    -0.5 * z2 - HALF_LOG_TAU - libm::log(z2) + libm::log1p(-3.0 / z2)
}

/// ln √(2π)
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_the_gain_has_no_seam() {
        assert!((log_gain(0.0) + HALF_LOG_TAU).abs() < 1e-15);
        assert!((log_gain(30.0) - libm::log(30.0)).abs() < 1e-12);
        let (above, below) = (log_gain(-25.0 + 1e-9), log_gain(-25.0 - 1e-9));
        assert!((above - below).abs() < 1e-4, "{above} {below}");
    }
}
