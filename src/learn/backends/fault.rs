//! Why a training, a prediction or a model file is refused.

use crate::gbdt::GbdtFault;
use crate::learn::learner::Kind;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearnFault {
    #[error("there is no backend `{name}`; known are {known}")]
    UnknownBackend { name: String, known: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Params(Vec<BadParam>),
    #[error("there are no rows to train on")]
    NoRows,
    #[error("none of the {rows} training rows has a target and a weight")]
    NoLabels { rows: usize },
    #[error("all {rows} targets are `{value}`: there is nothing to learn")]
    ConstantTarget { value: f64, rows: usize },
    #[error("column `{name}` has no value in any of the {rows} training rows")]
    EmptyColumn { name: String, rows: usize },
    #[error("row `{row}` is not among the {rows} rows of the matrix")]
    RowOutside { row: u32, rows: usize },
    #[error("there are {got} {what}, but {expected} are needed")]
    Length { what: &'static str, expected: usize, got: usize },
    #[error("the target of row `{row}` is `{value}`, which a {} cannot be asked for", name(*.kind))]
    Target { row: u32, value: f64, kind: Kind },
    #[error("the weight of row `{row}` is `{value}`, but it must be finite and not negative")]
    Weight { row: u32, value: f64 },
    #[error("the monotone column `{name}` is not among the features")]
    UnknownColumn { name: String },
    #[error("column {index} is `{found}`, but the model was trained on `{expected}`")]
    OtherColumn { index: usize, expected: String, found: String },
    #[error("the model was trained on {expected} columns, but there are {found}")]
    OtherWidth { expected: usize, found: usize },
    #[error("data prepared for `{made}` cannot be used by `{asked}`")]
    OtherPrepared { made: String, asked: String },
    #[error("row `{row}` is to be used, but the data were prepared without it")]
    NotPrepared { row: u32 },
    #[error("row `{row}` tells when to stop, but the data were prepared from it: that is a leak")]
    Leak { row: u32 },
    #[error("`{backend}` cannot do {what}")]
    Unsupported { backend: &'static str, what: &'static str },
    #[error("the file is no model of `{backend}`: {why}")]
    Corrupt { backend: &'static str, why: String },
    #[error("libxgboost was not found; tried {tried}")]
    NoLibrary { tried: String },
    #[error("`{backend}` failed: {why}")]
    Backend { backend: &'static str, why: String },
}

/// A parameter that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is `{value}`, but {problem}")]
pub struct BadParam {
    pub name: String,
    pub value: String,
    /// As it follows "but".
    pub problem: String,
}

impl LearnFault {
    /// What the user can do about it, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoLibrary { .. } => Some(
                "`pip install xgboost-cpu` or `apt install libxgboost0`, then set \
                 `learn.xgboost_library` to the path of `libxgboost.so`",
            ),
            Self::EmptyColumn { .. } => {
                Some("leave the column out, or begin later than its warm-up")
            }
            Self::ConstantTarget { .. } => Some("more training rows, or another target"),
            _ => None,
        }
    }

    /// A fault of our own trainer as all backends tell it.
    pub(super) fn of_gbdt(fault: GbdtFault) -> Self {
        match fault {
            GbdtFault::NoRows => Self::NoRows,
            GbdtFault::RowOutside { row, rows } => Self::RowOutside { row, rows },
            GbdtFault::OtherColumn { index, expected, found } => {
                Self::OtherColumn { index, expected, found }
            }
            GbdtFault::OtherWidth { expected, found } => Self::OtherWidth { expected, found },
            other => Self::Backend { backend: "gbdt", why: other.to_string() },
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Regression => "regression",
        Kind::Classification => "classification",
    }
}
