//! Regression by a Gaussian process (Rasmussen & Williams 2006, "Gaussian processes for machine
//! learning", ch. 2, 4.2 and 5.4.1).

use super::cholesky::Cholesky;

/// How alike two places are: Matérn 5/2 with a length of its own for each axis,
/// k(r) = (1 + √5·r + 5/3·r²)·exp(−√5·r), r² = Σ (δⱼ / ℓⱼ)². On a nominal axis δ is 0 or 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kernel {
    pub is_nominal: Vec<bool>,
    /// Lengths, then amplitude² and noise²: their logarithms.
    pub logs: Vec<f64>,
}

const SQRT_5: f64 = 2.236_067_977_499_79;

impl Kernel {
    /// The modes of the priors.
    pub fn new(is_nominal: Vec<bool>) -> Self {
        let logs = Self::priors(is_nominal.len()).map(|(mean, _)| mean).collect();
        Self { is_nominal, logs }
    }

    /// Mean and standard deviation of each logarithm. Lengths grow with the root of the number of
    /// axes, as the distances do (Hvarfner, Hellsten & Nardi 2024, "Vanilla Bayesian optimization
    /// performs great in high dimensions", ICML); the objective is scaled to variance 1; the noise
    /// may be anything between a thousandth of it and nearly all.
    pub fn priors(n_axes: usize) -> impl Iterator<Item = (f64, f64)> {
        let length = 0.5 * libm::log(n_axes as f64) + LENGTH_MEAN;
        let lengths = std::iter::repeat_n((length, LENGTH_SD), n_axes);
        lengths.chain([(0.0, 1.0), (-4.0, 2.0)])
    }

    fn squared(&self, axis: usize, a: f64, b: f64) -> f64 {
        if self.is_nominal[axis] { f64::from(u8::from(a != b)) } else { (a - b) * (a - b) }
    }

    fn inverse_squares(&self) -> Vec<f64> {
        let lengths = &self.logs[..self.is_nominal.len()];
        lengths.iter().map(|log| libm::exp(-2.0 * log)).collect()
    }

    fn amplitude(&self) -> f64 {
        libm::exp(self.logs[self.is_nominal.len()])
    }

    fn noise(&self) -> f64 {
        libm::exp(self.logs[self.is_nominal.len() + 1]).max(LEAST_NOISE)
    }
}

const LENGTH_MEAN: f64 = -1.0;
const LENGTH_SD: f64 = 1.0;
/// Keeps the matrix positive definite where points nearly coincide.
const LEAST_NOISE: f64 = 1e-6;

/// Values known at places, and what follows for all others.
#[derive(Debug, Clone)]
pub(super) struct Process {
    kernel: Kernel,
    inverse_squares: Vec<f64>,
    places: Vec<Vec<f64>>,
    factor: Cholesky,
    /// K⁻¹·y
    weights: Vec<f64>,
}

impl Process {
    pub fn new(kernel: Kernel, places: Vec<Vec<f64>>, values: &[f64]) -> Option<Self> {
        let n = places.len();
        let inverse_squares = kernel.inverse_squares();
        let (amplitude, noise) = (kernel.amplitude(), kernel.noise());
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let r2 = distance(&kernel, &inverse_squares, &places[i], &places[j]);
                matrix[i * n + j] = amplitude * matern(r2);
            }
            matrix[i * n + i] = amplitude + noise;
        }
        let factor = Cholesky::new(n, matrix)?;
        let mut weights = values.to_vec();
        factor.forward(&mut weights);
        factor.backward(&mut weights);
        Some(Self { kernel, inverse_squares, places, factor, weights })
    }

    /// Mean and standard deviation of the function, without noise.
    pub fn predict(&self, at: &[f64]) -> (f64, f64) {
        let amplitude = self.kernel.amplitude();
        let alike = |place: &Vec<f64>| {
            amplitude * matern(distance(&self.kernel, &self.inverse_squares, place, at))
        };
        let mut alike: Vec<f64> = self.places.iter().map(alike).collect();
        let mean = alike.iter().zip(&self.weights).map(|(k, w)| k * w).sum();
        self.factor.forward(&mut alike);
        let known: f64 = alike.iter().map(|x| x * x).sum();
        (mean, (amplitude - known).max(1e-12).sqrt())
    }
}

fn distance(kernel: &Kernel, inverse_squares: &[f64], a: &[f64], b: &[f64]) -> f64 {
    let axis = |j: usize| kernel.squared(j, a[j], b[j]) * inverse_squares[j];
    (0..a.len()).map(axis).sum()
}

fn matern(r2: f64) -> f64 {
    let x = SQRT_5 * r2.sqrt();
    (1.0 + x + x * x / 3.0) * libm::exp(-x)
}

/// −dk/d(r²)·2 of [`matern`].
fn matern_slope(r2: f64) -> f64 {
    let x = SQRT_5 * r2.sqrt();
    5.0 / 3.0 * (1.0 + x) * libm::exp(-x)
}

/// The kernel under which the values are likeliest, given the priors: the mode of the posterior.
pub(super) fn fit(start: Kernel, places: &[Vec<f64>], values: &[f64]) -> Kernel {
    let mut kernel = start;
    let mut best = (f64::NEG_INFINITY, kernel.clone());
    // Rprop without backtracking (Igel & Hüsken 2003, "Empirical evaluation of the improved Rprop
    // learning algorithms", Neurocomputing 50): steps grow while the slope keeps its sign. It needs
    // no scale and no line search.
    let mut steps = vec![FIRST_STEP; kernel.logs.len()];
    let mut before = vec![0.0; kernel.logs.len()];
    for _ in 0..ITERATIONS {
        let Some((likelihood, mut slopes)) = likelihood(&kernel, places, values) else { break };
        if likelihood > best.0 {
            best = (likelihood, kernel.clone());
        }
        for k in 0..slopes.len() {
            let turned = slopes[k] * before[k];
            if turned > 0.0 {
                steps[k] = f64::min(steps[k] * 1.2, 1.0);
            } else if turned < 0.0 {
                steps[k] *= 0.5;
                slopes[k] = 0.0;
            }
            if slopes[k] != 0.0 {
                kernel.logs[k] += steps[k].copysign(slopes[k]);
            }
        }
        before = slopes;
        if steps.iter().all(|step| *step < LAST_STEP) {
            break;
        }
    }
    best.1
}

const FIRST_STEP: f64 = 0.3;
const LAST_STEP: f64 = 0.01;
const ITERATIONS: usize = 40;

/// The log of marginal likelihood times priors, and its slope along each log parameter (Rasmussen &
/// Williams 2006, eqs. 2.30 and 5.9).
fn likelihood(kernel: &Kernel, places: &[Vec<f64>], values: &[f64]) -> Option<(f64, Vec<f64>)> {
    let process = Process::new(kernel.clone(), places.to_vec(), values)?;
    let (n, n_axes) = (places.len(), kernel.is_nominal.len());
    let weights = &process.weights;
    let fit: f64 = values.iter().zip(weights).map(|(y, w)| y * w).sum();
    let mut log = -0.5 * fit - process.factor.half_log_determinant();

    let inverse = process.factor.inverse();
    let amplitude = kernel.amplitude();
    let mut slopes = vec![0.0; kernel.logs.len()];
    for i in 0..n {
        for j in 0..i {
            // Twice the half: the matrix is symmetric.
            let pull = weights[i] * weights[j] - inverse[i * n + j];
            let r2 = distance(kernel, &process.inverse_squares, &places[i], &places[j]);
            let slope = pull * amplitude * matern_slope(r2);
            for axis in 0..n_axes {
                let squared = kernel.squared(axis, places[i][axis], places[j][axis]);
                slopes[axis] += slope * squared * process.inverse_squares[axis];
            }
            slopes[n_axes] += pull * amplitude * matern(r2);
        }
        let pull = 0.5 * (weights[i] * weights[i] - inverse[i * n + i]);
        slopes[n_axes] += pull * amplitude;
        slopes[n_axes + 1] += pull * kernel.noise();
    }
    for ((slope, at), (mean, sd)) in slopes.iter_mut().zip(&kernel.logs).zip(Kernel::priors(n_axes))
    {
        let z = (at - mean) / sd;
        log -= 0.5 * z * z;
        *slope -= z / sd;
    }
    Some((log, slopes))
}
