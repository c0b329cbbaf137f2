//! Was the choosing worth anything? Statistics of many trials and of the choice among them, one a
//! file.
//!
//! [`super::verdict`] judges what was chosen; here it is the choosing that is judged. `None` is what
//! cannot be told.

pub mod block_length; // how long days remember each other
pub mod stationary; // the same days in another order, thousands of times
pub mod superiority; // is the best of all trials better than nothing: reality check, SPA
pub mod grid; // parameter sets by number
pub mod plateau; // does a choice stand among good settings
pub mod transfer; // what is left of in-sample results out of sample
pub mod agreement; // do in-sample ranks tell those out of sample
pub mod drift; // how far the choice wanders from fold to fold
pub mod procedure; // the whole selection again, on markets without order

/// All that is known of a choice.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Selection {
    /// Of all settings, held fixed over the test windows.
    pub superiority: Option<superiority::Superiority>,
    pub transfer: Option<transfer::Transfer>,
    pub informed: Option<agreement::Informed>,
    pub drift: Option<drift::Drift>,
    /// Whether the best of one half of the days is good in the other.
    pub overfitting: Option<super::verdict::pbo::Overfitting>,
    pub procedure: Option<procedure::Procedure>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
