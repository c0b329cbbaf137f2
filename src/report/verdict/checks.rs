//! What was found against what is asked, one question at a time.

mod certainty;
mod money;
mod rules;
mod sample;

use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::thresholds::Thresholds;

pub use rules::rule_checks;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    pub name: Topic,
    /// Whether there is no pass without it.
    pub must: bool,
    pub asked: String,
    pub found: String,
    pub outcome: Finding,
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    Passes,
    Fails,
    /// It may be so or not: the data do not say.
    Undecided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Record,
    Trades,
    Folds,
    PredictivePower,
    Permutation,
    NetSharpe,
    DeflatedSharpe,
    Stability,
    NetProfit,
    DoubleCosts,
    Overfitting,
    IcByFold,
    Superiority,
    Transfer,
    Informed,
    Procedure,
}

impl Topic {
    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Record => "length of the record",
            Self::Trades => "number of trades",
            Self::Folds => "number of folds",
            Self::PredictivePower => "predictive power",
            Self::Permutation => "predictions against other times",
            Self::NetSharpe => "net Sharpe ratio",
            Self::DeflatedSharpe => "Sharpe ratio less the luck of many trials",
            Self::Stability => "stability over folds",
            Self::NetProfit => "profit after costs",
            Self::DoubleCosts => "profit at twice the costs",
            Self::Overfitting => "choice of z-threshold",
            Self::IcByFold => "predictive power over folds",
            Self::Superiority => "best setting against the luck of as many",
            Self::Transfer => "profit kept after the choice",
            Self::Informed => "ranks before and after the choice",
            Self::Procedure => "the whole search on shuffled bars",
        }
    }
}

/// In the order they are told: how much there is to judge by, do the predictions say anything, do
/// they earn anything, and what else is worth knowing.
pub fn checks(evidence: &Evidence, asked: &Thresholds) -> Vec<Check> {
    let all: [fn(&Evidence, &Thresholds) -> Check; 12] = [
        sample::record,
        sample::trades,
        sample::folds,
        certainty::power,
        certainty::permutation,
        certainty::net_sharpe,
        certainty::deflated,
        money::stability,
        money::net_profit,
        money::double_costs,
        certainty::overfitting,
        money::ic_by_fold,
    ];
    all.iter().map(|check| check(evidence, asked)).collect()
}

impl Check {
    fn must(name: Topic, asked: String) -> Self {
        let (found, words) = ("not known".to_owned(), "This was not measured.".to_owned());
        Self { name, must: true, asked, found, outcome: Finding::Undecided, words }
    }

    fn note(name: Topic, asked: String) -> Self {
        Self { must: false, ..Self::must(name, asked) }
    }

    fn found(self, found: String, outcome: Finding, words: impl Into<String>) -> Self {
        Self { found, outcome, words: words.into(), ..self }
    }
}

impl Finding {
    pub fn word(self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Fails => "fails",
            Self::Undecided => "undecided",
        }
    }

    fn passes_or(passes: bool, otherwise: Self) -> Self {
        if passes { Self::Passes } else { otherwise }
    }
}
