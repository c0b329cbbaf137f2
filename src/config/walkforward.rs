//! `walkforward.*`: how history is cut into folds.

use super::rule::Rule;
use super::section::{choice, section};
use super::setting::Reading;
use crate::folds::{MAX_WEEKS, Mode, WalkForwardParams, WindowStart};
use crate::labels::BadParam;

section! {
    /// How history is cut into folds: train on a window, test on the weeks after it, move on.
    /// Slices are always purged of labels that reach into the next one; that cannot be turned off.
    pub struct WalkForward, check WalkForward::check;
    /// Length of each training window.
    train_weeks: u32 = 12, Rule::within(1.0, f64::from(MAX_WEEKS)).unit("weeks");
    /// Length of each test window.
    test_weeks: u32 = 2, Rule::within(1.0, f64::from(MAX_WEEKS)).unit("weeks");
    /// From one test window's beginning to the next; null: test_weeks, so that no week is untested.
    step_weeks: Option<u32> = None, Rule::within(1.0, f64::from(MAX_WEEKS)).unit("weeks");
    /// rolling forgets what lies before the training window; anchored keeps everything.
    mode: Mode = Mode::Rolling, Rule::any();
    /// The first window begins on the first Monday on which every feature is there, so that runs
    /// can be compared, or on the first such bar, so that no day is lost.
    start: WindowStart = WindowStart::Monday, Rule::any();
    /// Bars kept free between two slices, beyond what purging takes.
    embargo_bars: u32 = 0, Rule::within(0.0, 100_000.0).unit("bars");
    /// Part of the training window, near its end, that decides when training stops.
    early_stop_fraction: f64 = 0.15, Rule::below(0.0, 1.0);
    /// Part of the training window, at its end, that predictions are calibrated on.
    calibrate_fraction: f64 = 0.15, Rule::below(0.0, 1.0);
    /// schedule trains a model for each test window; drift keeps the last model until `drift` says
    /// that something has changed.
    retrain: Retrain = Retrain::Schedule, Rule::any();
    drift: Drift = Drift::default(), Rule::any();
}

section! {
    /// What asks for another training, for `retrain: drift`. It is looked at when a test window
    /// begins, and at nothing that is not over by then.
    pub struct Drift;
    /// The chance that each detector is wrong about a window in which nothing has changed; their
    /// thresholds follow from it.
    false_alarms: f64 = 0.05, Rule::within(1e-6, 0.5);
    /// Windows that a model may serve, whatever the detectors say. (Six of two weeks: as long as it
    /// was trained on.)
    max_age: Option<u32> = Some(6), Rule::within(1.0, 1e6).unit("windows");
    /// Inputs: from this stability index on (PSI, of the last window against the training window) a
    /// column has drifted, if that is beyond chance; null: inputs are not looked at.
    inputs_psi: Option<f64> = Some(0.25), Rule::within(0.0, 100.0);
    /// The same of what columns add to the predictions (SHAP values), the mean over them by their
    /// importance; null: not looked at.
    shap_psi: Option<f64> = Some(0.25), Rule::within(0.0, 100.0);
    /// Who looks at what the predictions were worth: adaptive windows (ADWIN, which are wrong more
    /// rarely than asked), the Page-Hinkley test (as often), or nobody.
    residuals: Residuals = Residuals::Adwin, Rule::any();
    /// page_hinkley: a fall of a horizon's correlation by less than this is borne.
    ic_fall: f64 = 0.02, Rule::within(0.001, 1.0);
}

choice! {
    /// When models are trained.
    pub enum Retrain {
        Schedule = "schedule",
        Drift = "drift",
    }
}

choice! {
    /// Detectors of losses.
    pub enum Residuals {
        PageHinkley = "page_hinkley",
        Adwin = "adwin",
        Off = "none",
    }
}

choice! {
    for Mode {
        Rolling = "rolling",
        Anchored = "anchored",
    }
}

choice! {
    for WindowStart {
        Monday = "monday",
        FirstBar = "first_bar",
    }
}

impl WalkForward {
    /// As the folds take them.
    pub fn params(&self) -> WalkForwardParams {
        WalkForwardParams {
            train_weeks: self.train_weeks,
            test_weeks: self.test_weeks,
            step_weeks: self.step_weeks,
            mode: self.mode,
            start: self.start,
            embargo_bars: self.embargo_bars,
            early_stop_fraction: self.early_stop_fraction,
            calibrate_fraction: self.calibrate_fraction,
        }
    }

    /// The folds' own rules: what passes here is not refused there.
    fn check(&self, reading: &mut Reading) {
        for BadParam { key, value, need } in self.params().check().err().unwrap_or_default() {
            let other = match key {
                "walkforward.step_weeks" => "walkforward.test_weeks",
                "walkforward.calibrate_fraction" => "walkforward.early_stop_fraction",
                alone => alone,
            };
            reading.require(false, &[key, other], || format!("`{value}`: {need}"));
        }
    }
}
