//! `calibration.*`: what a score is worth.

use super::rule::Rule;
use super::section::{choice, section};

section! {
    /// What a model's score is worth: curves fitted on the calibration slice alone.
    pub struct Calibration;
    /// Off: scores are taken at their word.
    enabled: bool = true, Rule::any();
    /// Predicted bps to expected bps: any rising curve, or a straight line.
    method: Method = Method::Isotonic, Rule::any();
    /// Score to the probability that the price rises.
    probability: Probability = Probability::Platt, Rule::any();
    /// Pull towards no prediction at all, 0 none to 1 all; null: as far as the noise demands, towards
    /// what predictions are usually worth. For `method: linear`.
    shrinkage: Option<f64> = None, Rule::within(0.0, 1.0);
    /// Calibrate also on so many blocks of the training slice, each predicted by models trained without
    /// it: steadier, for so many more trainings. 0: on the calibration slice alone; null: 5 blocks in
    /// `train`, none in `walkforward`.
    cross_fit: Option<u32> = None, Rule::within(0.0, 64.0).unit("blocks");
    /// With fewer rows than this nothing is fitted; the report says so.
    min_rows: u32 = 500, Rule::within(10.0, 1e9).unit("rows");
    /// Part of the returns that prediction intervals should hold.
    conformal_coverage: f64 = 0.9, Rule::within(0.01, 0.999);
    /// How fast intervals widen after a miss and narrow after a hit; 0: they stay as fitted.
    conformal_rate: f64 = 0.005, Rule::below(0.0, 1.0);
    /// Bars of the volatility that intervals are scaled by.
    conformal_window: u32 = 96, Rule::within(2.0, 100_000.0).unit("bars");
}

choice! {
    /// How predicted bps become expected bps.
    pub enum Method {
        Isotonic = "isotonic",
        Linear = "linear",
    }
}

choice! {
    /// How a score becomes a probability.
    pub enum Probability {
        Platt = "platt",
        Isotonic = "isotonic",
        Beta = "beta",
    }
}
