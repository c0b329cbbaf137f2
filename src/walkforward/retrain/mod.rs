//! Whether the last model still serves, or another must be trained: decided at the beginning of each
//! test window from what is known by then.
//!
//! ```text
//! Chain ─ watch (one a training) ─┬─ inputs     rows of the last window against the training rows
//!                                 ├─ shap       … as the model sees them
//!                                 └─ residuals  losses of the model's predictions so far
//! ```
//!
//! Every detector is given the same chance of a false alarm a window, shared out among the columns or
//! horizons that it looks at, and finds its threshold from it.

mod chain;
mod decision;
mod inputs;
mod residuals;
mod shap;
mod watch;

#[cfg(test)]
mod made_up;
#[cfg(test)]
mod science_tests;

pub use chain::Chain;
pub use decision::{Action, Decision, Detector, Look, Reason};
pub use watch::WatchFault;

use serde::Serialize;

/// When to train again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policy {
    /// The chance that a detector gives an alarm in a window in which nothing has changed.
    pub false_alarms: f64,
    /// A model serves no more windows than these.
    pub max_age: Option<u32>,
    /// The stability index of an input from which it has drifted, if that is beyond chance; `None`:
    /// inputs are not looked at.
    pub inputs_psi: Option<f64>,
    /// The same of the inputs' contributions to the predictions (SHAP values), their mean by
    /// importance.
    pub shap_psi: Option<f64>,
    pub residuals: Residuals,
    /// A fall of the correlation by less than this is borne, for [`Residuals::PageHinkley`].
    pub ic_fall: f64,
}

/// Who looks at the losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Residuals {
    /// As sensitive as `false_alarms` allows.
    PageHinkley,
    /// Bounds where the other has estimates: wrong more rarely than asked.
    Adwin,
    #[serde(rename = "none")]
    Off,
}
