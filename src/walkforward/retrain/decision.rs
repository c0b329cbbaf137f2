//! What was decided for a window, and why.

use serde::{Serialize, Serializer};

use crate::units::Ts;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// The window, by its fold.
    pub fold: u32,
    /// When the window begins: nothing later was looked at.
    #[serde(serialize_with = "as_text")]
    pub at: Ts,
    pub action: Action,
    pub reason: Reason,
    /// The fold whose model predicts this window.
    pub model: u32,
    /// Windows that the model before this decision had served.
    pub age: u32,
    /// What every detector saw.
    pub looks: Vec<Look>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Train,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There was no model yet.
    First,
    /// A detector gave an alarm.
    Drift,
    /// None did, but the model has served as many windows as it may.
    Age,
    Steady,
}

/// One detector's worst finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Look {
    pub detector: Detector,
    /// The input that is the nearest to its threshold, or the farthest beyond; of SHAP values the
    /// column that has done most to move them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon: Option<u32>,
    pub statistic: f64,
    pub threshold: f64,
    pub is_alarm: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Stability index of a column.
    Inputs,
    /// Stability index of the columns' contributions, their mean by importance.
    Shap,
    /// How far the sum of losses stands above its lowest.
    PageHinkley,
    /// By how much the mean loss of the newer part of the window exceeds that of the older.
    Adwin,
}

impl Action {
    /// As tables have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Keep => "keep",
        }
    }
}

impl Reason {
    /// As tables have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Drift => "drift",
            Self::Age => "age",
            Self::Steady => "steady",
        }
    }
}

impl Detector {
    /// As tables have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Shap => "shap",
            Self::PageHinkley => "page_hinkley",
            Self::Adwin => "adwin",
        }
    }
}

impl Look {
    /// How near to an alarm: above 1 it is one.
    pub fn nearness(&self) -> f64 {
        self.statistic / self.threshold
    }
}

impl Decision {
    pub fn trains(&self) -> bool {
        self.action == Action::Train
    }

    /// The alarms, the farthest beyond its threshold first.
    pub fn alarms(&self) -> Vec<&Look> {
        let mut alarms: Vec<&Look> = self.looks.iter().filter(|look| look.is_alarm).collect();
        alarms.sort_by(|a, b| b.nearness().total_cmp(&a.nearness()));
        alarms
    }
}

/// `2024-01-01 00:05`, as everywhere.
fn as_text<S: Serializer>(ts: &Ts, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(ts)
}
