//! How far ahead predictions see.

use rayon::prelude::*;
use serde::Serialize;

use super::ic::{Correlations, Pairs};
use super::judged::{JudgedFault, Rows};

/// The same predictions against what came `bars` ahead.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ahead {
    pub bars: u64,
    /// Against the return over all bars up to this one.
    pub whole: Correlations,
    /// Against this bar's return alone: where it is zero, later bars add noise and nothing else.
    pub alone: Correlations,
}

/// `ahead_bps[k − 1]` is each row's return over the next k bars, for the rows as they came, NaN
/// where it is not known. Logarithmic returns: this bar's is the difference of two.
pub fn decay(rows: &Rows, ahead_bps: &[&[f64]]) -> Result<Vec<Ahead>, JudgedFault> {
    let columns: Vec<Vec<f64>> =
        ahead_bps.iter().map(|column| rows.of(column)).collect::<Result<_, _>>()?;
    let point = |at: usize| {
        let bars = at + 1;
        let whole = against(rows, columns[at].clone(), rows.overlap_of(bars));
        let step = |before: usize| {
            let pairs = columns[at].iter().zip(&columns[before]);
            against(rows, pairs.map(|(now, before)| now - before).collect(), rows.overlap_of(1))
        };
        let alone = at.checked_sub(1).map_or_else(|| whole.clone(), step);
        Ahead { bars: bars as u64, whole, alone }
    };
    Ok((0..columns.len()).into_par_iter().map(point).collect())
}

fn against(rows: &Rows, mut outcome_bps: Vec<f64>, overlap: usize) -> Correlations {
    let known: Vec<bool> = outcome_bps.iter().map(|y| y.is_finite()).collect();
    let mut is_known = known.iter();
    outcome_bps.retain(|_| is_known.next() == Some(&true));
    let predicted: Vec<f64> = only(&rows.predicted, &known);
    let time: Vec<u32> = only(&rows.time, &known);
    Pairs { predicted: &predicted, outcome_bps: &outcome_bps, time: &time, overlap }.measure()
}

fn only<T: Copy>(column: &[T], known: &[bool]) -> Vec<T> {
    column.iter().zip(known).filter(|(_, known)| **known).map(|(value, _)| *value).collect()
}

#[cfg(test)]
mod tests {
    use super::super::made_up::Market;
    use super::*;

    #[test]
    fn what_is_known_of_three_bars_ahead_is_gone_after_them() {
        let market = Market::new(20_000, 5);
        // The prediction knows a tenth of each of the next three bars.
        let predicted = market.knowing(3, 0.1);
        let columns: Vec<Vec<f64>> = (1..=6).map(|bars| market.over(bars)).collect();
        let rows = market.rows(&predicted, &columns[2], 3);
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let found = decay(&rows, &views).unwrap();
        let known: Vec<bool> =
            found.iter().map(|ahead| ahead.alone.rank.t_hac.unwrap() > 4.0).collect();
        assert_eq!(known, [true, true, true, false, false, false]);
        // Of three bars three tenths are known, of a later one nothing: the whole falls as the
        // root.
        let whole: Vec<f64> = found.iter().map(|a| a.whole.pearson.value.unwrap()).collect();
        assert!(whole[2] > whole[0] && whole[5] < whole[2], "{whole:?}");
        assert!((whole[5] / whole[2] - 0.5_f64.sqrt()).abs() < 0.15, "{whole:?}");
        assert_eq!(found[0].whole, found[0].alone);
        // The last rows have no sixth bar.
        assert_eq!(found[5].whole.n_rows + 3, found[2].whole.n_rows);
    }

    #[test]
    fn a_column_of_other_rows_is_refused() {
        let market = Market::new(100, 5);
        let rows = market.rows(&market.knowing(1, 0.1), &market.over(1), 1);
        assert!(decay(&rows, &[&[1.0]]).is_err());
    }
}
