//! A density made of one bump for each point.

use super::dimension::Dimension;
use super::space::Space;
use crate::rng::Rng;
use crate::stats::normal_cdf;

/// What a bump looks like along one axis of the unit cube.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Axis {
    /// A normal cut off at the ends, no narrower than this.
    Ordered { narrowest: f64 },
    /// More on its own value, the rest shared by all.
    Nominal { n: u64 },
}

pub(super) fn axes_of(space: &Space) -> Vec<Axis> {
    let axis = |dimension: &Dimension| match dimension {
        Dimension::Choice(values) => Axis::Nominal { n: values.len() as u64 },
        ordered => {
            let n = ordered.n_values().unwrap_or(u64::MAX) as f64;
            Axis::Ordered { narrowest: HALF_A_CELL / n }
        }
    };
    space.axes().map(|(_, dimension)| axis(dimension)).collect()
}

/// A bump on one value of an ordered axis leaves some weight to its neighbours.
const HALF_A_CELL: f64 = 0.5;

/// Every bump has the same weight; the first covers the whole cube, so that no place is ever
/// impossible.
#[derive(Debug, Clone)]
pub(super) struct Parzen<'a> {
    axes: &'a [Axis],
    centres: Vec<Vec<f64>>,
    widths: Vec<f64>,
    /// Of each bump, the log of what the cube cuts off it.
    log_inside: Vec<f64>,
}

/// The prior bump: as wide as the cube.
const PRIOR_WIDTH: f64 = 1.0;

impl<'a> Parzen<'a> {
    pub fn new(axes: &'a [Axis], mut centres: Vec<Vec<f64>>) -> Self {
        let widths = widths(axes, &centres);
        centres.push(vec![0.5; axes.len()]);
        let mut parzen = Self { axes, centres, widths, log_inside: Vec::new() };
        parzen.log_inside = (0..parzen.centres.len()).map(|k| parzen.log_inside(k)).collect();
        parzen
    }

    fn is_prior(&self, k: usize) -> bool {
        k + 1 == self.centres.len()
    }

    fn width(&self, k: usize, axis: usize) -> f64 {
        if self.is_prior(k) { PRIOR_WIDTH } else { self.widths[axis] }
    }

    fn log_inside(&self, k: usize) -> f64 {
        let ordered = |&axis: &usize| matches!(self.axes[axis], Axis::Ordered { .. });
        let inside = |axis: usize| {
            let (centre, width) = (self.centres[k][axis], self.width(k, axis));
            let part = normal_cdf((1.0 - centre) / width) - normal_cdf(-centre / width);
            libm::log(width * part)
        };
        (0..self.axes.len()).filter(ordered).map(inside).sum()
    }

    /// Up to a constant that all densities of these axes share.
    pub fn log_density(&self, cube: &[f64]) -> f64 {
        let logs: Vec<f64> = (0..self.centres.len()).map(|k| self.log_bump(k, cube)).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = logs.iter().map(|log| libm::exp(log - top)).sum();
        top + libm::log(sum / self.centres.len() as f64)
    }

    fn log_bump(&self, k: usize, cube: &[f64]) -> f64 {
        let mut log = -self.log_inside[k];
        for (axis, kind) in self.axes.iter().enumerate() {
            let (at, centre) = (cube[axis], self.centres[k][axis]);
            log += match kind {
                Axis::Ordered { .. } => {
                    let z = (at - centre) / self.width(k, axis);
                    -0.5 * z * z
                }
                Axis::Nominal { n } if self.is_prior(k) => -libm::log(*n as f64),
                Axis::Nominal { n } => {
                    let elsewhere = self.widths[axis] / *n as f64;
                    libm::log(if at == centre {
                        1.0 - self.widths[axis] + elsewhere
                    } else {
                        elsewhere
                    })
                }
            };
        }
        log
    }

    pub fn draw(&self, rng: &mut Rng) -> Vec<f64> {
        let k = rng.index(0..self.centres.len());
        let axis = |(axis, kind): (usize, &Axis)| match kind {
            Axis::Ordered { .. } => cut_normal(self.centres[k][axis], self.width(k, axis), rng),
            Axis::Nominal { .. } if self.is_prior(k) || rng.chance(self.widths[axis]) => {
                rng.uniform()
            }
            Axis::Nominal { .. } => self.centres[k][axis],
        };
        self.axes.iter().enumerate().map(axis).collect()
    }
}

/// Of an ordered axis the standard deviation; of a nominal one the part that is shared by all.
fn widths(axes: &[Axis], centres: &[Vec<f64>]) -> Vec<f64> {
    let n = centres.len().max(1) as f64;
    // Scott's rule for the dependence on the number of points (Scott 1992, "Multivariate density
    // estimation", §6.4).
    let shrink = libm::pow(n, -1.0 / (axes.len() as f64 + 4.0));
    let width = |kind: &Axis| match kind {
        Axis::Ordered { narrowest } => (WIDTH * shrink).max(*narrowest),
        Axis::Nominal { n: values } => *values as f64 / (*values as f64 + n + 1.0),
    };
    axes.iter().map(width).collect()
}

/// The width of the only bump there is, in the unit cube; found by trying 0.12 to 0.3 on the first
/// four functions of bench/optimisers.py.
const WIDTH: f64 = 0.12;

/// By rejection: at worst, at an end and as wide as the cube, one draw in three is inside.
fn cut_normal(centre: f64, width: f64, rng: &mut Rng) -> f64 {
    loop {
        let at = centre + width * rng.normal();
        if (0.0..=1.0).contains(&at) {
            return at;
        }
    }
}
