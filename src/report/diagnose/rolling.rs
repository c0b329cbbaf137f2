//! IC over time.

use rayon::prelude::*;
use serde::Serialize;

use super::ic::{Correlations, Pairs};
use super::judged::{Dates, Rows};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    pub dates: Dates,
    pub ic: Correlations,
}

/// IC of every `window` rows, moved on by `step` rows at a time. The last window ends with the last
/// row, and so may be less than a step from the one before it. Fewer rows than a window: none.
pub fn rolling(rows: &Rows, window: usize, step: usize) -> Vec<Window> {
    let Some(last) = rows.n_rows().checked_sub(window).filter(|_| window > 1) else {
        return Vec::new();
    };
    let mut starts: Vec<usize> = (0..last).step_by(step.max(1)).collect();
    starts.push(last);
    starts.into_par_iter().map(|start| of_window(rows, start..start + window)).collect()
}

fn of_window(rows: &Rows, range: std::ops::Range<usize>) -> Window {
    let pairs = Pairs {
        predicted: &rows.predicted[range.clone()],
        outcome_bps: &rows.outcome_bps[range.clone()],
        time: &rows.time[range.clone()],
        overlap: rows.overlap(),
    };
    let dates = Dates { from: rows.ts[range.start], to: rows.ts[range.end - 1] };
    Window { dates, ic: pairs.measure() }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::Market;
    use super::*;
    use crate::stats;

    #[test]
    fn windows_move_on_by_a_step_and_end_with_the_last_row() {
        let market = Market::new(1000, 3);
        let (predicted, outcome) = (market.knowing(1, 0.2), market.over(1));
        let rows = market.rows(&predicted, &outcome, 1);
        let found = rolling(&rows, 300, 250);
        assert_eq!(rows.n_rows(), 999);
        let starts = [0, 250, 500, 699];
        assert_eq!(found.len(), starts.len());
        for (window, start) in found.iter().zip(starts) {
            assert_eq!(window.dates.from, market.ts[start]);
            assert_eq!(window.dates.to, market.ts[start + 299]);
            let range = start..start + 300;
            let expected = stats::spearman(&predicted[range.clone()], &outcome[range]).unwrap();
            assert!((window.ic.rank.value.unwrap() - expected).abs() < 1e-12);
            assert!(window.ic.rank.se_hac.is_some());
        }
        assert_eq!(rolling(&rows, 2000, 10), []);
        assert_eq!(rolling(&rows, 999, 10).len(), 1);
    }

    #[test]
    fn an_effect_that_ends_is_seen_to_end() {
        let market = Market::new(8000, 4);
        let (mut predicted, outcome) = (market.knowing(1, 0.2), market.over(1));
        let noise = market.knowing(1, 0.0);
        predicted[4000..].copy_from_slice(&noise[4000..]);
        let found = rolling(&market.rows(&predicted, &outcome, 1), 2000, 1000);
        assert!(found[0].ic.rank.t_hac.unwrap() > 5.0);
        assert!(found[found.len() - 1].ic.rank.t_hac.unwrap().abs() < 3.0);
    }
}
