//! A simulated market for the tests of calibration: a planted, persistent signal, labels that
//! overlap, returns with heavy tails and clustered volatility.

use crate::rng::Rng;

#[derive(Clone, Copy)]
pub(super) struct Plant {
    pub seed: u64,
    /// The correlation of predictions and outcomes.
    pub ic: f64,
    /// How long predictions last: the AR(1) coefficient from bar to bar.
    pub persistence: f64,
    pub horizon: usize,
}

pub(super) struct Slices {
    pub fit: Vec<(f64, f64)>,
    pub test: Vec<(f64, f64)>,
}

pub(super) const FIT_ROWS: usize = 3_000;
const TEST_ROWS: usize = 2_000;

/// Predictions three times too bold for their own market, as an overfitted model's are.
pub(super) fn slices(plant: Plant) -> Slices {
    let mut rng = Rng::new(plant.seed);
    let n = FIT_ROWS + TEST_ROWS + plant.horizon + 1;
    let (mut signal, mut log_vol) = (rng.normal(), 0.0);
    let (mut signals, mut steps) = (Vec::new(), Vec::new());
    for _ in 0..n + plant.horizon {
        let fresh = (1.0 - plant.persistence * plant.persistence).sqrt();
        signal = plant.persistence * signal + fresh * rng.normal();
        log_vol = 0.98 * log_vol + 0.06 * rng.normal();
        signals.push(signal);
        steps.push(20.0 * libm::exp(log_vol) * rng.student_t(5.0) * 0.6_f64.sqrt());
    }
    // exp(2·var) with var = 0.06² / (1 − 0.98²): the mean square of the volatility.
    let spread =
        20.0 * (plant.horizon as f64).sqrt() * libm::exp(0.06 * 0.06 / (1.0 - 0.98 * 0.98));
    let row = |i: usize| {
        let noise: f64 = steps[i + 1..=i + plant.horizon].iter().sum();
        let planted = plant.ic * spread * signals[i];
        (3.0 * plant.ic.max(0.02) * spread * signals[i], planted + noise)
    };
    let gap = FIT_ROWS + plant.horizon + 1;
    Slices { fit: (0..FIT_ROWS).map(row).collect(), test: (gap..n).map(row).collect() }
}
