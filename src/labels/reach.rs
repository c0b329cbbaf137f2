//! How far the labels of a row look, whatever they are.

use super::Interval;
use crate::units::Ts;

/// One label a row, or none: whatever is trained on and so has to be purged.
pub trait LabelSet {
    /// When each row was decided.
    fn t0(&self) -> &[Ts];

    /// From the decision to the last price looked at.
    fn interval(&self, row: usize) -> Interval;

    /// Stretches each row's hull over this set's label. A method, so that a set behind a pointer is
    /// looked up once and not once a row.
    fn widen(&self, hulls: &mut [Interval]) {
        for (row, hull) in hulls.iter_mut().enumerate() {
            *hull = hull.hull(self.interval(row));
        }
    }
}

/// For each row the interval that holds those of all `sets`: what folds are purged by. Every set
/// that will be trained on belongs in it; a barrier label may well outlive the longest horizon.
///
/// # Panics
/// If the sets are not all of the same bars.
pub fn reach<'a, S: LabelSet + ?Sized + 'a>(
    sets: impl IntoIterator<Item = &'a S>,
) -> Vec<Interval> {
    let mut sets = sets.into_iter();
    let Some(first) = sets.next() else { return Vec::new() };
    let mut hulls: Vec<Interval> = (0..first.t0().len()).map(|row| first.interval(row)).collect();
    for other in sets {
        assert_eq!(other.t0(), first.t0(), "labels of different bars have no common reach");
        other.widen(&mut hulls);
    }
    hulls
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;
    use crate::market::{Bars, Columns, LimitFill, Timeframe};
    use crate::units::MINUTE_US;

    /// Six flat bars of five minutes.
    fn bars() -> Bars {
        let flat = vec![100.0; 6];
        let columns = Columns {
            ts: (0..6).map(|i| Ts(5 * i * MINUTE_US)).collect(),
            open: flat.clone(),
            high: flat.clone(),
            low: flat.clone(),
            close: flat.clone(),
            volume: flat,
            ..Columns::default()
        };
        Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap()
    }

    fn forward(horizons: &[u32]) -> Vec<Labels> {
        let params =
            ForwardParams { horizons: horizons.to_vec(), entry: Entry::NextOpen, max_gap_bars: 0 };
        params.check().unwrap().label(&bars(), &Gaps::counted(vec![0; 6]))
    }

    fn barriers(max_hold_bars: u32) -> BarrierLabels {
        let params = BarrierParams {
            stop_atr: Some(1.0),
            target_atr: Some(1.0),
            max_hold_bars,
            oco_delay_bars: 0,
            limit_fill: LimitFill::Touch,
            max_gap_bars: 0,
        };
        let (bars, gaps) = (bars(), Gaps::counted(vec![0; 6]));
        let input = BarrierInput { bars: &bars, gaps: &gaps, atr: &[1.0; 6], sides: None };
        params.check().unwrap().label(&input)
    }

    fn minutes(hulls: &[Interval]) -> Vec<i64> {
        hulls.iter().map(|hull| hull.t1.0 / MINUTE_US).collect()
    }

    #[test]
    fn reach_is_the_longest_horizon_that_has_a_label() {
        let ends = minutes(&reach(&forward(&[3, 1])));
        assert_eq!(ends, [20, 25, 20, 25, 25, 30], "rows 2 and 3 have but the shorter label");
        assert!(reach(&[] as &[Labels]).is_empty());
    }

    #[test]
    fn a_barrier_that_outlives_the_horizons_is_reached_for() {
        let (forward, barriers) = (forward(&[1]), barriers(3));
        let mut sets: Vec<&dyn LabelSet> = vec![&barriers];
        sets.extend(forward.iter().map(|labels| labels as &dyn LabelSet));
        // Nothing moves: the time limit, three bars behind the entry, ends rows 0 and 1.
        assert_eq!(minutes(&reach(sets)), [20, 25, 20, 25, 25, 30]);
        assert_eq!(minutes(&reach(&forward)), [10, 15, 20, 25, 25, 30]);
    }
}
