//! Forward returns: what the price did over the next `h` bars.

use serde::{Deserialize, Serialize};

use super::param::Faults;
use super::{BPS, BadParam, Gaps, Interval, LabelSet};
use crate::market::Bars;
use crate::units::Ts;

/// The price a decision at a bar's close is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The next bar's open: the first price that can be traded.
    #[default]
    NextOpen,
    /// The close the decision was made on: for research, nobody gets that price.
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardParams {
    /// How far ahead to look, in bars; one set of labels for each.
    pub horizons: Vec<u32>,
    pub entry: Entry,
    /// The longest run of missing bars a label may cross.
    pub max_gap_bars: u32,
}

/// [`ForwardParams`] that can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward(ForwardParams);

impl ForwardParams {
    pub fn check(self) -> Result<Forward, Vec<BadParam>> {
        let mut sorted = self.horizons.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let told = || format!("{:?}", self.horizons);
        let mut faults = Faults::default();
        let key = "labels.horizons";
        faults.require(!sorted.is_empty(), key, (told(), "at least one horizon is needed"));
        faults.require(
            sorted.first() != Some(&0),
            key,
            (told(), "a horizon must be at least 1 bar"),
        );
        faults.require(
            sorted.len() == self.horizons.len(),
            key,
            (told(), "a horizon must not be there twice"),
        );
        faults.or(Forward(self))
    }
}

/// The labels of one horizon: one entry a bar in each column.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    pub horizon: u32,
    /// The log return in basis points; NaN where it is missing.
    pub y_bps: Vec<f64>,
    /// When it was decided: the bar's close.
    pub t0: Vec<Ts>,
    /// When its exit price was there; `t0` where the label is missing.
    pub t1: Vec<Ts>,
    pub missing: MissingCounts,
}

/// Why labels are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MissingCounts {
    /// The exit lies beyond the last bar.
    pub end: u32,
    /// The interval crosses a gap longer than tolerated.
    pub gap: u32,
}

impl Labels {
    pub fn len(&self) -> usize {
        self.y_bps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.y_bps.is_empty()
    }
}

impl LabelSet for Labels {
    fn t0(&self) -> &[Ts] {
        &self.t0
    }

    fn interval(&self, row: usize) -> Interval {
        Interval { t0: self.t0[row], t1: self.t1[row] }
    }
}

impl Forward {
    /// `y = 1e4 · ln(exit / entry)`, where row `i` enters at the open of row `i + 1` and exits at
    /// the open of row `i + 1 + h`; with [`Entry::Close`] at the closes of rows `i` and `i + h`.
    ///
    /// `h` counts rows: where a gap is tolerated, the exit is still `h` rows later, not `h` bar
    /// lengths. A label that has neither an exit row nor an unbroken way to it
    /// counts as `end`.
    ///
    /// # Panics
    /// If `gaps` was not counted on these bars.
    pub fn label(&self, bars: &Bars, gaps: &Gaps) -> Vec<Labels> {
        assert_eq!(gaps.len(), bars.len(), "gaps and bars must have the same rows");
        let next_wide = gaps.next_wider_than(self.0.max_gap_bars);
        self.0.horizons.iter().map(|&h| self.label_horizon(bars, &next_wide, h)).collect()
    }

    pub fn horizons(&self) -> &[u32] {
        &self.0.horizons
    }

    fn label_horizon(&self, bars: &Bars, next_wide: &[usize], horizon: u32) -> Labels {
        let (n_rows, columns, bar_us) = (bars.len(), bars.columns(), bars.timeframe().us());
        let (price, lead_rows, seen_after_us) = match self.0.entry {
            Entry::NextOpen => (&columns.open, 1, 0),
            Entry::Close => (&columns.close, 0, bar_us),
        };
        let t0: Vec<Ts> = columns.ts.iter().map(|ts| ts.plus_us(bar_us)).collect();
        let (mut y_bps, mut t1) = (vec![f64::NAN; n_rows], t0.clone());
        let mut missing = MissingCounts::default();
        for i in 0..n_rows {
            let entry = i + lead_rows;
            let exit = entry + horizon as usize;
            if exit >= n_rows {
                missing.end += 1;
            } else if next_wide[i] < exit {
                missing.gap += 1;
            } else {
                y_bps[i] = BPS * libm::log(price[exit] / price[entry]);
                t1[i] = columns.ts[exit].plus_us(seen_after_us);
            }
        }
        Labels { horizon, y_bps, t0, t1, missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Columns, Timeframe};
    use crate::units::MINUTE_US;

    /// Five-minute bars that open at `minutes`, at these prices.
    fn bars(minutes: &[i64], open: &[f64], close: &[f64]) -> Bars {
        let pick =
            |f: fn(f64, f64) -> f64| open.iter().zip(close).map(|(&o, &c)| f(o, c)).collect();
        let columns = Columns {
            ts: minutes.iter().map(|m| Ts(m * MINUTE_US)).collect(),
            open: open.to_vec(),
            high: pick(f64::max),
            low: pick(f64::min),
            close: close.to_vec(),
            volume: vec![1.0; open.len()],
            ..Columns::default()
        };
        Bars::new("X".parse().unwrap(), Timeframe::M5, columns).unwrap()
    }

    fn label(bars: &Bars, entry: Entry, horizons: &[u32], max_gap_bars: u32) -> Vec<Labels> {
        let params = ForwardParams { horizons: horizons.to_vec(), entry, max_gap_bars };
        let gaps = Gaps::round_the_clock(bars.ts(), bars.timeframe());
        params.check().unwrap().label(bars, &gaps)
    }

    fn minutes(ts: &[Ts]) -> Vec<i64> {
        ts.iter().map(|t| t.0 / MINUTE_US).collect()
    }

    #[test]
    fn next_open_labels_run_from_open_to_open() {
        let bars = bars(&[0, 5, 10, 15], &[90.0, 100.0, 101.0, 102.0], &[99.0, 100.5, 101.5, 99.0]);
        let [h1, h2] = label(&bars, Entry::NextOpen, &[1, 2], 0).try_into().unwrap();
        // 1e4 · ln(101/100), 1e4 · ln(102/101) and 1e4 · ln(102/100)
        assert!((h1.y_bps[0] - 99.503_308_531_680_83).abs() < 1e-9);
        assert!((h1.y_bps[1] - 98.522_964_430_115_95).abs() < 1e-9);
        assert!((h2.y_bps[0] - 198.026_272_961_797_15).abs() < 1e-9);
        assert!(h1.y_bps[2].is_nan() && h1.y_bps[3].is_nan());
        assert_eq!(minutes(&h1.t0), [5, 10, 15, 20]);
        assert_eq!(minutes(&h1.t1), [10, 15, 15, 20], "a missing label looked at nothing");
        assert_eq!(h1.missing, MissingCounts { end: 2, gap: 0 });
        assert_eq!(h2.missing, MissingCounts { end: 3, gap: 0 });
    }

    #[test]
    fn close_labels_run_from_close_to_close() {
        let bars = bars(&[0, 5, 10], &[1.0, 1.0, 1.0], &[100.0, 101.0, 102.0]);
        let [h2] = label(&bars, Entry::Close, &[2], 0).try_into().unwrap();
        assert!((h2.y_bps[0] - 198.026_272_961_797_15).abs() < 1e-9);
        assert_eq!(minutes(&h2.t1), [15, 10, 15], "the close of the bar that opens at 10");
        assert_eq!(h2.missing, MissingCounts { end: 2, gap: 0 });
    }

    #[test]
    fn a_gap_takes_the_labels_that_cross_it_and_no_other() {
        // One bar is missing between the rows at 10 and 20.
        let bars = bars(&[0, 5, 10, 20, 25, 30], &[100.0; 6], &[100.0; 6]);
        let [h1] = label(&bars, Entry::NextOpen, &[1], 0).try_into().unwrap();
        let labelled: Vec<bool> = h1.y_bps.iter().map(|y| !y.is_nan()).collect();
        // Row 1 exits at the open after the gap, row 2 enters there; row 0 exits before it.
        assert_eq!(labelled, [true, false, false, true, false, false]);
        assert_eq!(h1.missing, MissingCounts { end: 2, gap: 2 });

        let [close] = label(&bars, Entry::Close, &[1], 0).try_into().unwrap();
        let labelled: Vec<bool> = close.y_bps.iter().map(|y| !y.is_nan()).collect();
        assert_eq!(labelled, [true, true, false, true, true, false]);
    }

    #[test]
    fn across_a_tolerated_gap_the_exit_is_still_h_rows_away() {
        let opens = [1.0, 100.0, 1.0, 101.0];
        let bars = bars(&[0, 5, 10, 25], &opens, &opens);
        let [h2] = label(&bars, Entry::NextOpen, &[2], 2).try_into().unwrap();
        assert!((h2.y_bps[0] - 99.503_308_531_680_83).abs() < 1e-9);
        assert_eq!(minutes(&h2.t1)[0], 25);
        let [strict] = label(&bars, Entry::NextOpen, &[2], 1).try_into().unwrap();
        assert_eq!(strict.missing, MissingCounts { end: 3, gap: 1 });
    }

    #[test]
    fn a_night_is_no_gap_where_the_calendar_says_so() {
        let bars = bars(&[0, 5, 600, 605], &[100.0; 4], &[100.0; 4]);
        let params = ForwardParams { horizons: vec![1], entry: Entry::NextOpen, max_gap_bars: 0 };
        let labels = params.check().unwrap().label(&bars, &Gaps::counted(vec![0; 4]));
        assert_eq!(labels[0].missing, MissingCounts { end: 2, gap: 0 });
        assert_eq!(minutes(&labels[0].t1)[..2], [600, 605]);
    }

    #[test]
    fn no_bars_give_no_labels() {
        let [h1] = label(&bars(&[], &[], &[]), Entry::NextOpen, &[1], 0).try_into().unwrap();
        assert!(h1.is_empty());
        assert_eq!(h1.missing, MissingCounts::default());
    }

    proptest::proptest! {
        #[test]
        fn a_label_is_there_exactly_if_its_way_is_short_of_gaps(
            steps in proptest::collection::vec(1i64..5, 1..60),
            horizon in 1usize..9,
            max_gap_bars in 0i64..4,
        ) {
            // Bars `steps` apart; a step of 3 leaves out 2.
            let mut minutes = vec![0];
            steps.iter().for_each(|step| minutes.push(minutes[minutes.len() - 1] + 5 * step));
            let prices: Vec<f64> = (0..minutes.len()).map(|i| 100.0 + (i * i % 7) as f64).collect();
            let bars = bars(&minutes, &prices, &prices);
            let [found] = label(&bars, Entry::NextOpen, &[horizon as u32], max_gap_bars as u32)
                .try_into()
                .unwrap();
            for i in 0..minutes.len() {
                let exit = i + 1 + horizon;
                let there = exit < minutes.len()
                    && steps[i..exit].iter().all(|step| step - 1 <= max_gap_bars);
                proptest::prop_assert_eq!(!found.y_bps[i].is_nan(), there);
                let t1 = if there { minutes[exit] } else { minutes[i] + 5 };
                proptest::prop_assert_eq!(found.interval(i).t1, Ts(t1 * MINUTE_US));
            }
            let n_missing = found.y_bps.iter().filter(|y| y.is_nan()).count() as u32;
            proptest::prop_assert_eq!(found.missing.end + found.missing.gap, n_missing);
        }
    }

    #[test]
    fn impossible_horizons_are_refused_by_name() {
        let told = |horizons: &[u32]| {
            let params =
                ForwardParams { horizons: horizons.to_vec(), entry: Entry::Close, max_gap_bars: 0 };
            params.check().unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(told(&[]), ["`labels.horizons` is `[]`, but at least one horizon is needed"]);
        assert_eq!(told(&[0, 3, 3]).len(), 2);
    }
}
