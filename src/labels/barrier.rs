//! Triple-barrier labels: stop, target or time, whichever comes first.
//!
//! López de Prado, Advances in Financial Machine Learning (2018), chapter 3: a label is the outcome
//! of the trade it stands for. Distances are multiples of the average true range, and the rules of
//! the fill are the engine's own:
//!
//! - The decision falls at the close of bar `i`, the entry at the open of bar `i + 1`.
//! - The barriers are armed `oco_delay_bars` after the entry bar: by default the entry bar itself
//!   is not looked at, with 0 it is.
//! - An armed bar that opens beyond a barrier exits at its open: worse than the stop, or better
//!   than the target.
//! - Stop and target within one bar: the stop (nobody knows the order; assume the worse). Such
//!   outcomes are flagged.
//! - Neither within `max_hold_bars`: out at the open of bar `i + 1 + max_hold_bars`.
//!
//! Volume is not looked at. A bar without trades has no new extremes to touch a barrier with; only
//! a timed exit that falls on one differs from the engine, which waits for the next trade.

use serde::Serialize;

use super::param::Faults;
use super::{BPS, BadParam, Gaps, Interval, LabelSet};
use crate::market::{Bars, Columns, LimitFill};
use crate::units::Ts;

#[derive(Debug, Clone, PartialEq)]
pub struct BarrierParams {
    /// Stop distance in average true ranges; `None`: no stop.
    pub stop_atr: Option<f64>,
    /// Target distance in average true ranges; `None`: no target.
    pub target_atr: Option<f64>,
    pub max_hold_bars: u32,
    pub oco_delay_bars: u32,
    pub limit_fill: LimitFill,
    /// The longest run of missing bars a label may cross.
    pub max_gap_bars: u32,
}

/// [`BarrierParams`] that can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Barriers(BarrierParams);

impl BarrierParams {
    pub fn check(self) -> Result<Barriers, Vec<BadParam>> {
        let mut faults = Faults::default();
        let distances = [
            ("labels.barrier.stop_atr", self.stop_atr),
            ("labels.barrier.target_atr", self.target_atr),
        ];
        for (key, distance) in distances {
            let distance = distance.unwrap_or(1.0);
            let possible = distance.is_finite() && distance > 0.0;
            faults.require(possible, key, (distance, "it must be above 0"));
        }
        faults.require(
            self.max_hold_bars > self.oco_delay_bars,
            "labels.barrier.max_hold_bars",
            (self.max_hold_bars, "it must exceed `oco_delay_bars`, or no barrier is ever armed"),
        );
        faults.or(Barriers(self))
    }
}

/// What barrier labels are made from; every column has one entry a bar.
#[derive(Debug, Clone, Copy)]
pub struct BarrierInput<'a> {
    pub bars: &'a Bars,
    pub gaps: &'a Gaps,
    /// Average true range in price units, known at each bar's close; NaN while it warms up.
    pub atr: &'a [f64],
    /// The primary model's side by its sign, 0 for no trade. `None`: long on every bar, so that the
    /// outcome tells the direction.
    pub sides: Option<&'a [i8]>,
}

/// Which barrier ended the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Target,
    Stop,
    Timed,
}

impl Exit {
    /// +1 target, −1 stop, 0 timed.
    pub fn sign(self) -> i8 {
        match self {
            Self::Target => 1,
            Self::Stop => -1,
            Self::Timed => 0,
        }
    }
}

/// How the trade decided at one bar ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub exit: Exit,
    /// What the side earned: `side · 1e4 · ln(exit / entry)`, before costs.
    pub ret_bps: f64,
    pub exit_row: u32,
    /// An exit at an open is known at once, one inside a bar when that bar has closed.
    pub t1: Ts,
    /// Stop and target lay within the exit bar; the stop was assumed.
    pub contested: bool,
}

/// One outcome a bar, where there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct BarrierLabels {
    pub outcomes: Vec<Option<Outcome>>,
    pub t0: Vec<Ts>,
    pub missing: BarrierMissing,
}

/// Why outcomes are missing; the first reason that holds counts, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct BarrierMissing {
    /// The primary side is 0.
    pub no_side: u32,
    /// The average true range is not there, or zero.
    pub no_atr: u32,
    /// The time barrier lies beyond the last bar.
    pub end: u32,
    /// A gap longer than tolerated lies before the time barrier.
    pub gap: u32,
}

impl BarrierLabels {
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// The meta-label (same source, section 3.6): whether trading the primary side earned more than
    /// `cost_bps` for the round trip; `None` where there was no side or the outcome is missing.
    pub fn meta(&self, cost_bps: f64) -> Vec<Option<bool>> {
        self.outcomes.iter().map(|row| row.map(|outcome| outcome.ret_bps > cost_bps)).collect()
    }
}

impl LabelSet for BarrierLabels {
    fn t0(&self) -> &[Ts] {
        &self.t0
    }

    /// From the decision to the exit; a missing outcome looked at nothing.
    fn interval(&self, row: usize) -> Interval {
        let t0 = self.t0[row];
        Interval { t0, t1: self.outcomes[row].map_or(t0, |outcome| outcome.t1) }
    }
}

impl Barriers {
    /// Labels every bar. Whether a label is missing never depends on how it would have ended: the
    /// whole stretch to the time barrier must be there even if a nearer barrier was touched, else
    /// the rows beside a gap and at the end would hold early touches alone.
    ///
    /// # Panics
    /// If the input's columns differ in length.
    pub fn label(&self, input: &BarrierInput<'_>) -> BarrierLabels {
        let n_rows = input.bars.len();
        assert_eq!(input.gaps.len(), n_rows, "gaps and bars must have the same rows");
        assert_eq!(input.atr.len(), n_rows, "the range and the bars must have the same rows");
        assert!(
            input.sides.is_none_or(|s| s.len() == n_rows),
            "sides and bars must have the same rows"
        );
        let next_wide = input.gaps.next_wider_than(self.0.max_gap_bars);
        let bar_us = input.bars.timeframe().us();
        let mut missing = BarrierMissing::default();
        let outcomes = (0..n_rows)
            .map(|row| {
                let vertical = row + 1 + self.0.max_hold_bars as usize;
                let side = input.sides.map_or(1.0, |sides| f64::from(sides[row].signum()));
                let reason = if side == 0.0 {
                    &mut missing.no_side
                } else if !(input.atr[row].is_finite() && input.atr[row] > 0.0) {
                    &mut missing.no_atr
                } else if vertical >= n_rows {
                    &mut missing.end
                } else if next_wide[row] < vertical {
                    &mut missing.gap
                } else {
                    return Some(self.trade(input, row, side));
                };
                *reason += 1;
                None
            })
            .collect();
        let t0 = input.bars.ts().iter().map(|ts| ts.plus_us(bar_us)).collect();
        BarrierLabels { outcomes, t0, missing }
    }

    fn trade(&self, input: &BarrierInput<'_>, row: usize, side: f64) -> Outcome {
        let (columns, entry_row) = (input.bars.columns(), row + 1);
        let entry = columns.open[entry_row];
        let away = |distance: Option<f64>| distance.map_or(f64::INFINITY, |k| k * input.atr[row]);
        let bracket = Bracket {
            side,
            stop: side * entry - away(self.0.stop_atr),
            target: side * entry + away(self.0.target_atr),
            limit_fill: self.0.limit_fill,
        };
        let vertical = entry_row + self.0.max_hold_bars as usize;
        let armed = entry_row + self.0.oco_delay_bars as usize;
        let hit = (armed..vertical)
            .find_map(|j| bracket.hit(columns, j).map(|hit| (j, hit)))
            .unwrap_or_else(|| (vertical, bracket.close_at_open(columns, vertical)));
        let (exit_row, hit) = hit;
        let seen_after_us = if hit.at_open { 0 } else { input.bars.timeframe().us() };
        Outcome {
            exit: hit.exit,
            ret_bps: side * BPS * libm::log(side * hit.signed_price / entry),
            exit_row: u32::try_from(exit_row).unwrap_or(u32::MAX),
            t1: columns.ts[exit_row].plus_us(seen_after_us),
            contested: hit.contested,
        }
    }
}

/// A trade's barriers in signed prices (`side · price`), where up is gain for either side.
struct Bracket {
    side: f64,
    stop: f64,
    target: f64,
    limit_fill: LimitFill,
}

struct Hit {
    exit: Exit,
    signed_price: f64,
    at_open: bool,
    contested: bool,
}

impl Bracket {
    /// What bar `j` does to the trade; `None`: it lives on.
    fn hit(&self, columns: &Columns, j: usize) -> Option<Hit> {
        let gapped = self.close_at_open(columns, j);
        if gapped.exit != Exit::Timed {
            return Some(gapped);
        }
        let (worst, best) = if self.side > 0.0 {
            (columns.low[j], columns.high[j])
        } else {
            (-columns.high[j], -columns.low[j])
        };
        let (stopped, reached) = (worst <= self.stop, self.fills_target(best));
        let (exit, signed_price) = match (stopped, reached) {
            (true, _) => (Exit::Stop, self.stop),
            (false, true) => (Exit::Target, self.target),
            (false, false) => return None,
        };
        Some(Hit { exit, signed_price, at_open: false, contested: stopped && reached })
    }

    /// Out at the open of bar `j`: through a barrier if it opened beyond one, else on time.
    fn close_at_open(&self, columns: &Columns, j: usize) -> Hit {
        let signed_price = self.side * columns.open[j];
        let exit = if signed_price <= self.stop {
            Exit::Stop
        } else if self.fills_target(signed_price) {
            Exit::Target
        } else {
            Exit::Timed
        };
        Hit { exit, signed_price, at_open: true, contested: false }
    }

    fn fills_target(&self, signed_price: f64) -> bool {
        match self.limit_fill {
            LimitFill::Through => signed_price > self.target,
            LimitFill::Touch => signed_price >= self.target,
        }
    }
}

#[cfg(test)]
#[path = "barrier_tests.rs"]
mod tests;
