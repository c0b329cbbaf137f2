//! The whole selection again, on markets without order: what does it find where nothing is?

use serde::Serialize;

use crate::stats;

/// The selection procedure on the data, against the same on data whose order was destroyed
/// ([`crate::market::Permute`]).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Procedure {
    /// What the procedure's choice scored on the data.
    pub observed: f64,
    pub n_permutations: u64,
    /// Of the permuted.
    pub null_mean: Option<f64>,
    pub null_sd: Option<f64>,
    pub null_p95: Option<f64>,
    /// How much of the observed a search finds in data without anything to find: the null's mean
    /// over it; `None` where the observed is not above 0. (Masters 2018 calls the null's mean the
    /// selection's training bias.)
    pub share_by_search: Option<f64>,
    /// One-sided, `(1 + #(permuted ≥ observed)) / (1 + n)`: never 0 (Phipson & Smyth 2010,
    /// "Permutation p-values should never be zero", Stat. Appl. Genet. Mol. Biol. 9(1)).
    pub p_value: f64,
}

impl Procedure {
    /// `permuted` has what the procedure's own choice scored on each permuted market: all of it is
    /// run again, the search, the selection and the scoring, so that the luck of the best of many is
    /// in both. A test of the winner alone would hold the luckiest of many against single draws
    /// (White 2000; Aronson 2006, "Evidence-based technical analysis", ch. 6; Masters 2018,
    /// "Permutation and randomization tests for trading system development").
    ///
    /// A run that chose nothing scores what doing nothing does. `None` for no permutation, or a score
    /// that is not finite: to leave a run out would flatter.
    pub fn of(observed: f64, permuted: &[f64]) -> Option<Self> {
        let all_known = observed.is_finite() && permuted.iter().all(|score| score.is_finite());
        let n = (all_known && !permuted.is_empty()).then_some(permuted.len())?;
        let reached = permuted.iter().filter(|score| **score >= observed).count();
        let null_mean = stats::mean(permuted);
        Some(Self {
            observed,
            n_permutations: n as u64,
            null_mean,
            null_sd: stats::sd(permuted),
            null_p95: stats::quantile(permuted, 0.95),
            share_by_search: null_mean.and_then(|m| super::transfer::overfit_ratio(observed, m)),
            p_value: (1 + reached) as f64 / (1 + n) as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_permutations_by_hand() {
        let found = Procedure::of(2.0, &[1.0, 2.0, 0.5, 0.5]).unwrap();
        // One of four is as good.
        assert_eq!((found.p_value, found.n_permutations), (0.4, 4));
        assert_eq!((found.null_mean, found.share_by_search), (Some(1.0), Some(0.5)));
        assert_eq!(Procedure::of(9.0, &[1.0; 99]).unwrap().p_value, 0.01);
        assert_eq!(Procedure::of(-1.0, &[0.0; 9]).unwrap().p_value, 1.0);
    }

    #[test]
    fn a_run_without_a_score_is_not_left_out() {
        assert_eq!(Procedure::of(1.0, &[]), None);
        assert_eq!(Procedure::of(1.0, &[0.0, f64::NAN]), None);
        assert_eq!(Procedure::of(f64::NAN, &[0.0]), None);
    }
}
