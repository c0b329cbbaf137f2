//! Pass, fail, or not enough evidence.

use serde::Serialize;

use super::checks::{Check, Finding, Topic, checks};
use super::evidence::Evidence;
use super::sayings;
use super::thresholds::Thresholds;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    NotEnoughEvidence,
}

impl Outcome {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotEnoughEvidence => "not enough evidence",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Why, in one word.
    pub reason: Reason,
    /// Why, in one sentence.
    pub headline: String,
    pub checks: Vec<Check>,
    pub what_was_tested: String,
    pub what_it_means: String,
    pub what_would_change_it: String,
}

impl Verdict {
    /// Its paragraphs, below their headings.
    pub fn paragraphs(&self) -> [(&'static str, &str); 3] {
        [
            ("What was tested", &self.what_was_tested),
            ("What it means", &self.what_it_means),
            ("What would change it", &self.what_would_change_it),
        ]
    }
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Every must is met.
    AllMet,
    /// The predictions are good, but not by as much as trading them costs.
    CostsEatIt,
    /// The predictions are good, if by less than costs, and what was traded loses even without costs.
    TradesLose,
    /// No predictive power, and data enough to have seen it.
    NoPower,
    /// It earned, but not by its predictions.
    ProfitWithoutPower,
    /// After costs it loses, surely.
    Loses,
    /// All is well but that one stretch of time brought the profit.
    OneStretch,
    /// Too few days, trades or folds.
    SampleTooSmall,
    /// A good result, on a record too short for it.
    RecordTooShort,
    /// A good result, and so many trials that it may be the luckiest of them.
    TooManyTrials,
    /// Nothing is significant either way, or not measured.
    Unclear,
}

impl Reason {
    pub fn outcome(self) -> Outcome {
        match self {
            Self::AllMet => Outcome::Pass,
            Self::CostsEatIt
            | Self::TradesLose
            | Self::NoPower
            | Self::ProfitWithoutPower
            | Self::Loses
            | Self::OneStretch => Outcome::Fail,
            Self::SampleTooSmall | Self::RecordTooShort | Self::TooManyTrials | Self::Unclear => {
                Outcome::NotEnoughEvidence
            }
        }
    }
}

pub fn judge(evidence: &Evidence, asked: &Thresholds) -> Verdict {
    let checks = checks(evidence, asked);
    let case = Case { evidence, asked, checks: &checks };
    let reason = reason(&case);
    Verdict {
        outcome: reason.outcome(),
        reason,
        headline: sayings::headline(&case, reason),
        what_was_tested: sayings::what_was_tested(&case),
        what_it_means: sayings::what_it_means(&case, reason),
        what_would_change_it: sayings::what_would_change_it(&case, reason),
        checks,
    }
}

/// Everything there is to judge by.
pub(super) struct Case<'a> {
    pub evidence: &'a Evidence,
    pub asked: &'a Thresholds,
    pub checks: &'a [Check],
}

/// The first that holds. Costs and missing power come before the size of the sample: they are known
/// from all predictions, those too that no trade came of.
fn reason(case: &Case<'_>) -> Reason {
    let sharpe = case.finding(Topic::NetSharpe);
    if case.only_unmet(&[]) {
        return Reason::AllMet;
    }
    if case.costs_eat_it() {
        let lose = case.has_trades() && !case.earns_before_costs();
        return if lose { Reason::TradesLose } else { Reason::CostsEatIt };
    }
    if case.finding(Topic::PredictivePower) == Finding::Fails {
        let earns = sharpe == Finding::Passes;
        return if earns { Reason::ProfitWithoutPower } else { Reason::NoPower };
    }
    if case.is_small() {
        return Reason::SampleTooSmall;
    }
    if sharpe == Finding::Fails {
        return Reason::Loses;
    }
    if case.only_unmet(&[Topic::Stability]) {
        return Reason::OneStretch;
    }
    if case.only_unmet(&[Topic::DeflatedSharpe]) && case.n_trials() > 1 {
        return Reason::TooManyTrials;
    }
    if case.days_missing().is_some() && case.is_promising() {
        return Reason::RecordTooShort;
    }
    Reason::Unclear
}

impl Case<'_> {
    pub fn finding(&self, topic: Topic) -> Finding {
        let check = self.checks.iter().find(|check| check.name == topic);
        check.map_or(Finding::Undecided, |check| check.outcome)
    }

    /// Whether all musts but these are met.
    fn only_unmet(&self, topics: &[Topic]) -> bool {
        let fine = |check: &Check| {
            check.outcome == Finding::Passes || !check.must || topics.contains(&check.name)
        };
        self.checks.iter().all(fine)
    }

    /// The predictions are found to be good, and yet nothing is earned: either it was earned and
    /// costs took it, or it is smaller than the costs and hardly anything was traded.
    fn costs_eat_it(&self) -> bool {
        if self.finding(Topic::PredictivePower) != Finding::Passes {
            return false;
        }
        let earned_nothing = self.evidence.net_cash().is_some_and(|net| net <= 0.0);
        let is_eaten = self.earns_before_costs() && !self.is_small();
        match self.has_trades() {
            true => earned_nothing && (self.is_thin() || is_eaten),
            false => self.is_starved() || earned_nothing && self.is_thin(),
        }
    }

    fn earns_before_costs(&self) -> bool {
        self.evidence.gross_cash().is_some_and(|gross| gross > 0.0)
    }

    pub fn has_trades(&self) -> bool {
        self.evidence.n_trades >= self.asked.min_trades
    }

    /// What a prediction is worth is less than what trading on it costs.
    pub fn is_thin(&self) -> bool {
        let thin = |edge: super::Edge| edge.gross_bps > 0.0 && edge.gross_bps < edge.round_trip_bps;
        self.evidence.edge.is_some_and(thin)
    }

    /// Most signals were refused because they would not pay for their costs, and nothing is known
    /// to the contrary.
    pub fn is_starved(&self) -> bool {
        let starved = |gate: super::CostGate| {
            gate.n_signals >= self.asked.min_trades && 2 * gate.n_refused >= gate.n_signals
        };
        let may_be_thin = self.evidence.edge.is_none() || self.is_thin();
        may_be_thin && self.evidence.cost_gate.is_some_and(starved)
    }

    /// Whether the Sharpe ratio is more likely good than not by 4 to 1: a record four times as long
    /// would then do.
    fn is_promising(&self) -> bool {
        let probability = self.evidence.track.as_ref().and_then(|track| track.probability);
        probability.is_some_and(|probability| probability >= 0.8)
    }

    fn is_small(&self) -> bool {
        let few_days = self.evidence.n_days < self.asked.min_days;
        let few_folds = self.finding(Topic::Folds) != Finding::Passes;
        few_days || few_folds || !self.has_trades()
    }

    pub fn n_trials(&self) -> u64 {
        self.evidence.deflated.as_ref().map_or(1, |deflated| deflated.n_trials)
    }

    /// Days until a profit of this size is told from luck. `None` where they are there already, or
    /// there is no profit.
    pub fn days_missing(&self) -> Option<u64> {
        let needed = self.evidence.track.as_ref()?.days_needed?.ceil() as u64;
        needed.checked_sub(self.evidence.n_days).filter(|days| *days > 0)
    }

    /// Days until it is told from the luck of the best of the trials.
    pub fn days_missing_for_trials(&self) -> Option<u64> {
        let (track, deflated) = (self.evidence.track.as_ref()?, self.evidence.deflated.as_ref()?);
        let needed = deflated.days_needed(&track.record, self.asked.min_deflated_sharpe)?;
        (needed.ceil() as u64).checked_sub(self.evidence.n_days).filter(|days| *days > 0)
    }
}
