//! Settings on windows: what each did on each.
//!
//! Conditions are computed once over all bars, for all settings that have them, and settings with the
//! same exits share where each position would end; so a setting on a window is a walk from signal to
//! exit to signal over bits.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::days::{Days, Swings};
use super::plan::Plan;
use super::stretch::Stretch;
use crate::backtest::rules::Rules;
use crate::backtest::score::{Enough, Score};
use crate::backtest::screen::{By, Gated, NotScreened, Windows};
use crate::backtest::tally::Tally;
use crate::backtest::{EngineFault, Market};
use crate::features::{BadFeature, Shape};
use crate::market::Columns;
use crate::strategy::{Bits, Distances, Entries, ExitRule, Frame, Units};

/// What all settings share.
#[derive(Debug, Clone)]
pub struct Conduct {
    pub frame: Frame,
    pub shape: Shape,
    pub rules: Rules,
    /// Bars of the volatility that slippage follows, where it does.
    pub sigma_bars: Option<u32>,
    /// Fraction of equity in a trade.
    pub size: f64,
    pub score: Score,
    pub enough: Enough,
}

/// A setting on a window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// More is better; `None`: not defined, or too few trades.
    pub score: Option<f64>,
    pub trades: u32,
    /// Against the money at the beginning.
    pub net_return: f64,
}

#[derive(Debug, thiserror::Error)]
pub enum ArenaFault {
    #[error("{}", all(.0))]
    Expressions(Vec<BadFeature>),
    #[error(transparent)]
    Engine(#[from] EngineFault),
    #[error("a condition of `{0}` was not computed")]
    Lost(String),
}

impl From<Vec<BadFeature>> for ArenaFault {
    fn from(faults: Vec<BadFeature>) -> Self {
        Self::Expressions(faults)
    }
}

fn all(faults: &[BadFeature]) -> String {
    let told: Vec<String> = faults.iter().map(|bad| bad.fault.to_string()).collect();
    told.join("; ")
}

/// Bars, and the conditions of some settings over them.
pub struct Arena<'a> {
    pub market: Market<'a>,
    pub conduct: &'a Conduct,
    columns: &'a Columns,
    pub(super) bits: Bits,
    pub(super) units: Units,
}

/// Bits that are kept at most, in bytes: more than every condition of all strategies' grids over
/// three years of five minutes.
const MOST_BYTES: usize = 1 << 30;

impl<'a> Arena<'a> {
    pub fn new(
        bars: (Market<'a>, &'a Columns),
        conduct: &'a Conduct,
        plans: &[&Plan],
    ) -> Result<Self, ArenaFault> {
        let mut arena = Self::empty(bars, conduct);
        arena.learn(plans)?;
        Ok(arena)
    }

    /// One that knows no setting yet.
    pub fn empty((market, columns): (Market<'a>, &'a Columns), conduct: &'a Conduct) -> Self {
        Self { market, conduct, columns, bits: Bits::default(), units: Units::default() }
    }

    /// Computes what these settings need and earlier ones did not, in one go.
    pub fn learn(&mut self, plans: &[&Plan]) -> Result<(), ArenaFault> {
        let conditions = plans.iter().flat_map(|plan| plan.entries.conditions(&self.conduct.frame));
        if self.bits.n_conditions() * self.market.len().div_ceil(8) > MOST_BYTES {
            self.bits = Bits::default();
        }
        self.bits.add(conditions, &self.conduct.shape, self.columns)?;
        let exits = plans.iter().map(|plan| &plan.exits);
        Ok(self.units.add(exits, &self.conduct.shape, self.columns)?)
    }

    /// The entries of a setting on all bars; where its exits have no distance, there are none.
    pub fn entries(&self, plan: &Plan, ready: &[u64]) -> Result<Entries, ArenaFault> {
        let found = plan.entries.entries(&self.bits, &self.conduct.frame);
        let mut entries = found.ok_or_else(|| ArenaFault::Lost(plan.entries.to_string()))?;
        only(&mut entries, ready);
        Ok(entries)
    }

    pub fn distances(&self, exits: &ExitRule) -> Result<Distances, ArenaFault> {
        self.distances_of(exits, 0..self.market.len())
    }

    pub(super) fn distances_of(
        &self,
        exits: &ExitRule,
        rows: Range<usize>,
    ) -> Result<Distances, ArenaFault> {
        let least_bps = self.conduct.rules.costs.first().map_or(0.0, |c| 2.0 * c.half_spread_bps);
        let market = self.market.rows(rows.clone());
        let found = exits.distances((&self.units, rows), market.closes(), least_bps);
        found.ok_or_else(|| ArenaFault::Lost(exits.to_string()))
    }

    /// Each setting on the windows wanted of it, and how often the engine had to be asked instead of the
    /// screen, by the reason. `on_done` is told how many settings are done.
    pub fn run(
        &self,
        plans: &[&Plan],
        wanted: &(dyn Fn(usize) -> Vec<Stretch> + Sync),
        on_done: &(dyn Fn(usize) + Sync),
    ) -> Result<(Vec<Vec<Cell>>, Exact), ArenaFault> {
        let mut cells = vec![Vec::new(); plans.len()];
        let (mut n_done, mut exact) = (0, Exact::new());
        for group in same_exits(plans) {
            let distances = self.distances(&plans[group[0]].exits)?;
            let floor = Windows::new(self.market, distances.exits(), &self.conduct.rules)?;
            let of = |at: &usize| {
                let entries = self.entries(plans[*at], &distances.ready)?;
                self.one(&floor, &entries, &wanted(*at))
            };
            let found: Vec<Result<(Vec<Cell>, Exact), ArenaFault>> =
                group.par_iter().map(of).collect();
            for (at, found) in group.iter().zip(found) {
                let (row, why) = found?;
                cells[*at] = row;
                why.into_iter().for_each(|(why, n)| *exact.entry(why).or_insert(0) += n);
            }
            n_done += group.len();
            on_done(n_done);
        }
        Ok((cells, exact))
    }

    /// Each setting's days on these rows.
    pub fn days(&self, plans: &[&Plan], rows: &Range<usize>) -> Result<Vec<Days>, ArenaFault> {
        let mut days = vec![Days::default(); plans.len()];
        let swings = Swings::of(self.market);
        let (rules, size) = (&self.conduct.rules, self.conduct.size);
        let cash = rules.cash;
        for group in same_exits(plans) {
            let distances = self.distances(&plans[group[0]].exits)?;
            let floor = Windows::new(self.market, distances.exits(), rules)?;
            let of = |at: &usize| {
                let entries = self.entries(plans[*at], &distances.ready)?;
                let (long, short) = ([entries.long.as_slice()], [entries.short.as_slice()]);
                let signals = Gated { long: &long, short: &short, size };
                let tally = floor.tally(rows.clone(), signals, Tally::keeping(cash))?.0;
                let kept = tally.kept.unwrap_or_default();
                Ok(swings.days(&kept, (cash, size.min(rules.max_leverage))))
            };
            let found: Vec<Result<Days, ArenaFault>> = group.par_iter().map(of).collect();
            for (at, found) in group.iter().zip(found) {
                days[*at] = found?;
            }
        }
        Ok(days)
    }

    fn one(
        &self,
        floor: &Windows<'_>,
        entries: &Entries,
        windows: &[Stretch],
    ) -> Result<(Vec<Cell>, Exact), ArenaFault> {
        let size = self.conduct.size;
        let mut exact = Exact::new();
        let mut cells = Vec::with_capacity(windows.len());
        for window in windows {
            let account = Tally::new(self.conduct.rules.cash);
            let mask = window.mask.as_ref().map(|mask| mask.as_slice());
            // A gate that is there twice is there once.
            let gates = |side| [side, mask.unwrap_or(side)];
            let (long, short) = (gates(entries.long.as_slice()), gates(&entries.short));
            let n = 1 + usize::from(mask.is_some());
            let signals = Gated { long: &long[..n], short: &short[..n], size };
            let (tally, by) = floor.tally(window.rows.clone(), signals, account)?;
            if let By::Engine(why) = by {
                *exact.entry(reason(&why)).or_insert(0) += 1;
            }
            cells.push(self.cell(&tally));
        }
        Ok((cells, exact))
    }

    pub(super) fn cell(&self, tally: &Tally) -> Cell {
        Cell {
            score: self.conduct.score.of(tally, &self.conduct.enough),
            trades: u32::try_from(tally.n_trades).unwrap_or(u32::MAX),
            net_return: tally.net / self.conduct.rules.cash,
        }
    }
}

pub(super) fn only(entries: &mut Entries, ready: &[u64]) {
    for side in [&mut entries.long, &mut entries.short] {
        side.iter_mut().zip(ready).for_each(|(word, ready)| *word &= ready);
    }
}

/// How often the engine was asked, by the reason.
pub type Exact = BTreeMap<&'static str, usize>;

fn reason(not: &NotScreened) -> &'static str {
    match not {
        NotScreened::OnOpposite => "an opposite signal ends positions",
        NotScreened::PartialTarget(_) => "a target closes a part",
        NotScreened::VolumeCap { .. } => "the volume cap splits a fill",
        NotScreened::Ruined { .. } => "equity is gone",
        _ => "an intent or a rule is in doubt",
    }
}

/// Settings by their exits, in the order in which each comes first.
fn same_exits(plans: &[&Plan]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, plan) in plans.iter().enumerate() {
        let group = *known.entry(plan.exits.to_string()).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(at);
    }
    groups
}
