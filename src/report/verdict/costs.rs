//! What costs leave.

use serde::Serialize;

/// The same decisions, run again at a multiple of the configured costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CostRun {
    /// 1: as configured; 0: the twin that pays nothing.
    pub multiple: f64,
    pub net_cash: f64,
    /// Of a year.
    pub sharpe: Option<f64>,
}

/// The multiple of the costs at which nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakEven {
    At(f64),
    /// Something is left even at this multiple, the highest that was run.
    Above(f64),
    /// Nothing is left even at this multiple, the lowest that was run.
    Below(f64),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Costs {
    /// By multiple.
    pub runs: Vec<CostRun>,
    pub break_even: Option<BreakEven>,
}

impl Costs {
    /// Runs without finite figures are left out, and of two at one multiple the second.
    pub fn of(runs: &[CostRun]) -> Self {
        let usable = |run: &&CostRun| {
            run.multiple.is_finite() && run.multiple >= 0.0 && run.net_cash.is_finite()
        };
        let mut runs: Vec<CostRun> = runs.iter().filter(usable).copied().collect();
        runs.sort_by(|a, b| a.multiple.total_cmp(&b.multiple));
        runs.dedup_by(|later, first| later.multiple == first.multiple);
        Self { break_even: break_even(&runs), runs }
    }

    pub fn at(&self, multiple: f64) -> Option<&CostRun> {
        self.runs.iter().find(|run| run.multiple == multiple)
    }

    /// What the same decisions earn where trading is free.
    pub fn gross_cash(&self) -> Option<f64> {
        self.at(0.0).map(|run| run.net_cash)
    }
}

/// On the line between the last run that leaves something and the first that does not; costs also
/// change sizes and fills, so between runs a line is all there is to go by.
fn break_even(runs: &[CostRun]) -> Option<BreakEven> {
    let (first, last) = (runs.first()?, runs.last()?);
    if first.net_cash <= 0.0 {
        return Some(BreakEven::Below(first.multiple));
    }
    let crosses = |pair: &&[CostRun]| pair[1].net_cash <= 0.0;
    let Some([left, gone]) = runs.windows(2).find(crosses) else {
        return Some(BreakEven::Above(last.multiple));
    };
    let part = left.net_cash / (left.net_cash - gone.net_cash);
    Some(BreakEven::At(left.multiple + part * (gone.multiple - left.multiple)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(pairs: &[(f64, f64)]) -> Costs {
        let run = |(multiple, net_cash): &(f64, f64)| {
            let (multiple, net_cash) = (*multiple, *net_cash);
            CostRun { multiple, net_cash, sharpe: None }
        };
        Costs::of(&pairs.iter().map(run).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_is_left_where_the_line_crosses() {
        let costs = runs(&[(2.0, -40.0), (0.0, 100.0), (1.0, 30.0), (0.5, 65.0)]);
        // From 30 at 1 to −40 at 2.
        assert_eq!(costs.break_even, Some(BreakEven::At(1.0 + 30.0 / 70.0)));
        assert_eq!(costs.gross_cash(), Some(100.0));
        assert_eq!(costs.at(0.5).map(|run| run.net_cash), Some(65.0));
        assert_eq!(costs.at(3.0), None);
    }

    #[test]
    fn beyond_the_runs_nothing_is_made_up() {
        assert_eq!(runs(&[(1.0, 5.0), (2.0, 1.0)]).break_even, Some(BreakEven::Above(2.0)));
        assert_eq!(runs(&[(0.0, 0.0), (1.0, -9.0)]).break_even, Some(BreakEven::Below(0.0)));
        assert_eq!(runs(&[(1.0, f64::NAN), (-1.0, 3.0)]).break_even, None);
        assert_eq!(runs(&[(1.0, 5.0), (1.0, 7.0)]).runs.len(), 1);
    }
}
