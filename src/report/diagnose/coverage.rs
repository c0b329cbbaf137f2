//! How many outcomes the intervals held, and whether that is what was promised.

use serde::Serialize;

use super::judged::{Dates, JudgedFault, Rows};
use super::quantiles::bins_by_rank;
use super::rate::Rate;
use crate::learn::conformal::Interval;

/// Over the rows that have an interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The share that was promised.
    pub promised: f64,
    pub n_without_interval: u64,
    pub all: Held,
    pub by_fold: Vec<FoldHeld>,
    /// The calmest third of the rows, the middle, the wildest; of those whose volatility is known.
    pub by_volatility: [Held; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Held {
    pub held: Rate,
    pub mean_width_bps: Option<f64>,
    /// Is the promise inside the interval of the share, at the number of draws the rows are worth?
    pub is_as_promised: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FoldHeld {
    pub fold: u32,
    pub dates: Dates,
    pub held: Held,
}

/// `intervals` and `scale_bps` (each row's volatility) for the rows as they came.
pub fn coverage(
    rows: &Rows,
    intervals: &[Option<Interval>],
    scale_bps: &[f64],
    promised: f64,
) -> Result<Coverage, JudgedFault> {
    let (intervals, scale) = (rows.of(intervals)?, rows.of(scale_bps)?);
    let has = |row: &usize| intervals[*row].is_some();
    let known: Vec<usize> = (0..rows.n_rows()).filter(has).collect();
    let held = |members: &[usize]| held(rows, &intervals, members, promised);
    let of_fold = |(fold, mine): (u32, Vec<usize>)| {
        let dates = Dates { from: rows.ts[mine[0]], to: rows.ts[mine[mine.len() - 1]] };
        let mine: Vec<usize> = mine.into_iter().filter(has).collect();
        FoldHeld { fold, dates, held: held(&mine) }
    };
    let scaled: Vec<usize> = known.iter().copied().filter(|row| scale[*row].is_finite()).collect();
    let sizes: Vec<f64> = scaled.iter().map(|row| scale[*row]).collect();
    let thirds = bins_by_rank(&sizes, 3);
    let third = |wanted: u32| {
        let pairs = scaled.iter().zip(&thirds).filter(|(_, third)| **third == wanted);
        held(&pairs.map(|(row, _)| *row).collect::<Vec<_>>())
    };
    Ok(Coverage {
        promised,
        n_without_interval: (rows.n_rows() - known.len()) as u64,
        all: held(&known),
        by_fold: rows.by_fold().into_iter().map(of_fold).collect(),
        by_volatility: [third(0), third(1), third(2)],
    })
}

fn held(rows: &Rows, intervals: &[Option<Interval>], members: &[usize], promised: f64) -> Held {
    let mut told = Vec::with_capacity(members.len());
    let mut width = 0.0;
    for row in members {
        let Some(interval) = intervals[*row] else { continue };
        told.push((rows.time[*row], interval.holds(rows.outcome_bps[*row])));
        width += interval.width();
    }
    let held = Rate::of(&told, rows.overlap());
    let mean_width_bps = Some(width / told.len() as f64).filter(|width| width.is_finite());
    let is_as_promised =
        held.wilson_effective.map(|[low, high]| low <= promised && promised <= high);
    Held { held, mean_width_bps, is_as_promised }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::Market;
    use super::*;

    #[test]
    fn six_rows_by_hand() {
        let market = Market::new(20, 1);
        let mut outcome = vec![f64::NAN; 20];
        outcome[..6].copy_from_slice(&[0.0, 5.0, 0.5, 1.0, 2.0, -3.0]);
        let mut intervals = vec![Some(Interval { low: -1.0, high: 1.0 }); 20];
        intervals[3] = None;
        let scale: Vec<f64> = (0..20).map(f64::from).collect();
        let rows = market.rows(&[1.0; 20], &outcome, 1);
        let found = coverage(&rows, &intervals, &scale, 0.8).unwrap();
        assert_eq!((found.n_without_interval, found.all.held.n_rows), (1, 5));
        assert_eq!((found.all.held.rate, found.all.mean_width_bps), (Some(0.4), Some(2.0)));
        let folds: Vec<_> = found.by_fold.iter().map(|f| (f.fold, f.held.held.n_yes)).collect();
        assert_eq!(folds, [(0, 1), (1, 1), (2, 0)]);
        let thirds = found.by_volatility.map(|third| (third.held.n_rows, third.held.n_yes));
        assert_eq!(thirds, [(2, 1), (1, 1), (2, 0)]);
        assert!(coverage(&rows, &intervals[1..], &scale, 0.8).is_err());
    }

    #[test]
    fn what_was_promised_is_told_from_what_was_not() {
        let market = Market::new(30_000, 2);
        let outcome = market.over(6);
        // √6 steps of 10 bps, 80 % within 1.2816 deviations.
        let half = 1.281_551_566 * 10.0 * 6.0_f64.sqrt();
        let intervals = vec![Some(Interval { low: -half, high: half }); 30_000];
        let scale: Vec<f64> = market.steps.iter().map(|step| step.abs()).collect();
        let rows = market.rows(&market.knowing(1, 0.0), &outcome, 6);
        let found = coverage(&rows, &intervals, &scale, 0.8).unwrap();
        assert_eq!(found.all.is_as_promised, Some(true));
        let n = found.all.held.n_effective.unwrap();
        assert!((5000.0..15_000.0).contains(&n), "{n}");
        assert!(found.by_fold.iter().filter(|f| f.held.is_as_promised == Some(true)).count() >= 8);
        let other = coverage(&rows, &intervals, &scale, 0.9).unwrap();
        assert_eq!(other.all.is_as_promised, Some(false));
        let none = coverage(&rows, &[None; 30_000], &scale, 0.8).unwrap();
        assert_eq!((none.all, none.n_without_interval), (Held::default(), 29_994));
    }
}
