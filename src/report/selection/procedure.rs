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
    use crate::market::{Blocks, Columns, Permute};
    use crate::rng::Rng;
    use crate::units::Ts;

    /// Bars whose log returns remember `phi` of the one before, and drift upwards.
    fn market(seed: u64, phi: f64) -> Columns {
        let mut rng = Rng::stream(seed, "procedure", &[]);
        let (mut r, mut close) = (0.0, 100.0);
        let mut made = Columns::default();
        for bar in 0..400 {
            let open = close;
            r = phi * r + 0.01 * rng.normal();
            close *= libm::exp(r + 0.0005);
            made.ts.push(Ts(bar));
            made.open.push(open);
            made.high.push(f64::max(open, close));
            made.low.push(f64::min(open, close));
            made.close.push(close);
            made.volume.push(1.0);
        }
        made
    }

    /// The procedure: of twelve momentum rules the one that earns the most.
    fn best_of_twelve(columns: &Columns) -> f64 {
        let close = &columns.close;
        let earns = |lag: usize| -> f64 {
            let held = |t: usize| if close[t] > close[t - lag] { 1.0 } else { -1.0 };
            (lag..close.len() - 1).map(|t| held(t) * libm::log(close[t + 1] / close[t])).sum()
        };
        (1..=12).map(earns).fold(f64::NEG_INFINITY, f64::max)
    }

    fn tested(seed: u64, phi: f64) -> Procedure {
        let columns = market(seed, phi);
        let again = |k: u64| {
            let plan = Permute { blocks: Blocks::Bars(1), kept: 1, seed: 1000 * seed + k };
            best_of_twelve(&plan.apply(&columns))
        };
        Procedure::of(best_of_twelve(&columns), &(0..39).map(again).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_best_of_twelve_is_luck_on_a_walk_and_not_where_bars_remember() {
        let significant =
            |phi: f64, n: u64| (0..n).filter(|seed| tested(*seed, phi).p_value <= 0.05).count();
        // Five of a hundred at the nominal rate; eleven or more come once in a hundred such tests.
        let (luck, found) = (significant(0.0, 100), significant(0.3, 30));
        assert!(luck <= 11, "{luck}");
        assert!(found >= 27, "{found}");
        // The best of twelve earns on a walk too: that is what is in the null.
        let walk = tested(1, 0.0);
        assert!(walk.null_mean.unwrap() > 0.1 && walk.share_by_search.unwrap() > 0.4, "{walk:?}");
    }

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
