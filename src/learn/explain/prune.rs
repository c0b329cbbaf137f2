//! Which columns a fold's model should be trained on again.

use serde::{Deserialize, Serialize};

use super::{ColumnImportance, ExplainFault, Explainer};
use crate::gbdt::{Matrix, Model, Rows};

/// How many columns are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The best `k`.
    Top(usize),
    /// The fewest whose importances make up this share of all.
    Share(f64),
}

/// The rows that importance is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Rows the model was not fitted to, though its number of trees was: what it has learnt by
    /// heart weighs less there.
    #[default]
    EarlyStop,
    /// The rows the model was fitted to: more of them.
    Training,
}

/// The slices of a fold that may be fitted to. There is no place for later ones.
#[derive(Debug, Clone)]
pub struct Slices<'a> {
    pub training: Rows<'a>,
    pub early_stop: Rows<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prune {
    pub keep: Keep,
    #[serde(default)]
    pub basis: Basis,
}

/// The columns to keep, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub basis: Basis,
    /// Ascending: the order of the table.
    pub columns: Vec<usize>,
    /// Their part of all importance; 1 where no column does anything.
    pub share: f64,
    /// All columns, the most important first.
    pub importance: Vec<ColumnImportance>,
}

impl Prune {
    /// By the mean absolute contribution on the slice that `basis` names; nothing else is read. A
    /// column that does nothing is never kept, unless none does anything: then nothing speaks
    /// against any of them, and all are.
    pub fn choose(
        &self,
        model: &Model,
        matrix: &Matrix<'_>,
        slices: &Slices<'_>,
    ) -> Result<Kept, ExplainFault> {
        self.check()?;
        let rows = match self.basis {
            Basis::EarlyStop => &slices.early_stop,
            Basis::Training => &slices.training,
        };
        let importance = Explainer::new(model)?.explain(matrix, rows)?.importance(matrix)?;
        let best = &importance[..self.count(&importance)];
        let mut columns: Vec<usize> = best.iter().map(|row| row.column).collect();
        columns.sort_unstable();
        let share: f64 = best.iter().map(|row| row.share).sum();
        let share = if columns.len() == importance.len() { 1.0 } else { share };
        Ok(Kept { basis: self.basis, columns, share, importance })
    }

    fn check(&self) -> Result<(), ExplainFault> {
        let bad = |name, value, must| Err(ExplainFault::BadChoice { name, value, must });
        match self.keep {
            Keep::Top(0) => bad("top", "0".to_owned(), "at least 1"),
            Keep::Share(share) if !(share > 0.0 && share <= 1.0) => {
                bad("share", share.to_string(), "above 0 and at most 1")
            }
            _ => Ok(()),
        }
    }

    /// Of a table in the order of importance, how many rows are kept.
    fn count(&self, importance: &[ColumnImportance]) -> usize {
        let alive = importance.iter().take_while(|row| row.mean_abs > 0.0).count();
        if alive == 0 {
            return importance.len();
        }
        let wanted = match self.keep {
            Keep::Top(k) => k,
            Keep::Share(share) => {
                let mut sum = 0.0;
                let short = importance.iter().take_while(|row| {
                    let is_short = sum < share - ROUNDING;
                    sum += row.share;
                    is_short
                });
                short.count()
            }
        };
        wanted.min(alive)
    }
}

/// Shares add up to 1 but for rounding.
const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;

    fn importances(shares: &[f64]) -> Vec<ColumnImportance> {
        let row = |(at, share): (usize, &f64)| ColumnImportance {
            rank: at + 1,
            name: format!("x{at}"),
            column: at,
            mean_abs: 2.0 * share,
            share: *share,
            direction: None,
        };
        shares.iter().enumerate().map(row).collect()
    }

    #[test]
    fn the_fewest_columns_that_make_up_the_share_are_kept() {
        let table = importances(&[0.5, 0.3, 0.2, 0.0]);
        let count = |keep| Prune { keep, basis: Basis::Training }.count(&table);
        for (share, expected) in [(0.1, 1), (0.5, 1), (0.51, 2), (0.8, 2), (0.9, 3), (1.0, 3)] {
            assert_eq!(count(Keep::Share(share)), expected, "{share}");
        }
        assert_eq!([1, 2, 3, 9].map(|k| count(Keep::Top(k))), [1, 2, 3, 3]);
    }

    #[test]
    fn where_no_column_does_anything_all_are_kept() {
        let prune = Prune { keep: Keep::Top(1), basis: Basis::Training };
        assert_eq!(prune.count(&importances(&[0.0, 0.0])), 2);
    }

    #[test]
    fn no_columns_or_more_than_all_cannot_be_asked_for() {
        let refused = |keep| Prune { keep, basis: Basis::EarlyStop }.check().is_err();
        assert!(refused(Keep::Top(0)) && refused(Keep::Share(0.0)) && refused(Keep::Share(1.1)));
        assert!(refused(Keep::Share(f64::NAN)) && !refused(Keep::Share(1.0)));
    }

    #[test]
    fn a_choice_is_read_by_its_words() {
        let prune: Prune = serde_json::from_str(r#"{"keep":{"top":20}}"#).unwrap();
        assert_eq!(prune, Prune { keep: Keep::Top(20), basis: Basis::EarlyStop });
        let text = r#"{"keep":{"share":0.9},"basis":"training"}"#;
        let prune: Prune = serde_json::from_str(text).unwrap();
        assert_eq!(prune, Prune { keep: Keep::Share(0.9), basis: Basis::Training });
    }
}
