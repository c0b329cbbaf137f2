//! Which settings are tried on which window: all of them, some, or where earlier ones were good.
//!
//! Windows know nothing of each other: what is tried on one follows from its own bars, the space and
//! the seed. They are walked side by side only so that conditions are computed for all at once.

use std::collections::BTreeMap;

use super::arena::{Arena, ArenaFault, Cell, Conduct, Exact};
use super::choice::Pick;
use super::plan::Plan;
use super::settings::Settings;
use super::setup::{BadSetup, Setup};
use super::stretch::Stretch;
use crate::backtest::Market;
use crate::market::Columns;
use crate::search::{Dimension, History, Point, Sampler, Space};

/// What settings are tried on.
pub struct Field<'a> {
    pub market: Market<'a>,
    pub columns: &'a Columns,
    pub conduct: &'a Conduct,
    pub setup: &'a Setup,
    pub space: &'a Space,
    pub seed: u64,
    /// What each window chooses on.
    pub windows: &'a [Stretch],
    /// Told how many settings of how many; a search that does not know tells of windows' rounds.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// Which settings.
#[derive(Debug, Clone)]
pub enum How {
    /// These, on every window.
    All(Vec<Point>),
    /// These, each on its own windows.
    These(Vec<(Point, Vec<usize>)>),
    /// These on every window, and on each those around the best few of them: one step along each
    /// parameter, as long as it gets better, so many times at most.
    TwoStage { coarse: Vec<Point>, regions: usize, rounds: usize },
    /// Where earlier ones were good, window by window.
    Adaptive { sampler: Sampler, trials: usize, batch: usize },
    /// Brackets of settings, each on a last share of the window that grows as most are given up.
    Brackets(Vec<Bracket>),
}

/// Settings that start together on a share of each window; of each round one in `keep_one_in` goes on
/// to a share as many times as large.
#[derive(Debug, Clone)]
pub struct Bracket {
    pub points: Vec<Point>,
    pub share: f64,
    pub keep_one_in: usize,
}

/// One setting on one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Try {
    pub window: u32,
    pub setting: u32,
    /// The last share of the window that it was tried on.
    pub share: f64,
    pub cell: Cell,
}

#[derive(Debug, thiserror::Error)]
pub enum ExploreFault {
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Setup(Vec<BadSetup>),
    #[error(transparent)]
    Arena(#[from] ArenaFault),
}

/// All that was tried.
#[derive(Debug, Default)]
pub struct Explored {
    pub settings: Settings,
    /// In an order that depends on nothing but the search.
    pub tries: Vec<Try>,
    /// How often the engine was asked, since the screen could not tell.
    pub exact: Exact,
}

impl Explored {
    /// What each window's point came to on all of it, if it was tried there.
    pub fn cells(&self, points: &[Option<&Point>]) -> Vec<Option<Cell>> {
        let place = |point: &Option<&Point>| self.settings.place(&super::settings::name((*point)?));
        let places: Vec<Option<usize>> = points.iter().map(place).collect();
        let mut cells = vec![None; points.len()];
        for tried in self.tries.iter().filter(|tried| tried.share >= 1.0) {
            let window = tried.window as usize;
            if places.get(window).copied().flatten() == Some(tried.setting as usize) {
                cells[window] = Some(tried.cell);
            }
        }
        cells
    }

    /// The scores of what was tried near each window's choice, on all of the window.
    pub fn around(&self, space: &Space, chosen: &[Option<usize>]) -> Vec<Vec<Option<f64>>> {
        let neighbours = self.settings.neighbours(space);
        let near = |at: &Option<usize>| at.map_or(&[][..], |at| neighbours.of(at));
        let near: Vec<&[usize]> = chosen.iter().map(near).collect();
        let mut found = vec![BTreeMap::new(); chosen.len()];
        for tried in self.tries.iter().filter(|tried| tried.share >= 1.0) {
            let (window, setting) = (tried.window as usize, tried.setting as usize);
            if near[window].contains(&setting) {
                found[window].insert(setting, tried.cell.score);
            }
        }
        found.into_iter().map(|scores| scores.into_values().collect()).collect()
    }

    /// Each window's setting. `steady`: by whom it is chosen, and what its score must exceed.
    pub fn choose(
        &self,
        (space, n_windows): (&Space, usize),
        (pick, least): (Pick, Option<f64>),
    ) -> Vec<Option<usize>> {
        let neighbours = match pick {
            Pick::Plateau => self.settings.neighbours(space),
            Pick::Best => Settings::default().neighbours(space),
        };
        let mut by_window: Vec<Vec<&Try>> = vec![Vec::new(); n_windows];
        let whole = self.tries.iter().filter(|tried| tried.share >= 1.0);
        whole.for_each(|tried| by_window[tried.window as usize].push(tried));
        let choice = |tries: &Vec<&Try>| {
            let mut cells = vec![None; self.settings.len()];
            tries.iter().for_each(|tried| cells[tried.setting as usize] = Some(tried.cell));
            pick.choose(&cells, (&neighbours, least))
        };
        by_window.iter().map(choice).collect()
    }
}

pub fn explore(field: &Field<'_>, how: &How) -> Result<Explored, ExploreFault> {
    let mut found = Explored::default();
    let every: Vec<usize> = (0..field.windows.len()).collect();
    match how {
        How::All(points) => {
            let wanted: Wanted =
                points.iter().map(|point| (point.clone(), every.clone())).collect();
            field.attempt(&mut found, &wanted, 1.0)?;
        }
        How::These(wanted) => field.attempt(&mut found, wanted, 1.0)?,
        How::TwoStage { coarse, regions, rounds } => {
            let wanted: Wanted =
                coarse.iter().map(|point| (point.clone(), every.clone())).collect();
            field.attempt(&mut found, &wanted, 1.0)?;
            for _ in 0..*rounds {
                let wanted = field.around_the_best(&found, *regions);
                if wanted.is_empty() {
                    break;
                }
                field.attempt(&mut found, &wanted, 1.0)?;
            }
        }
        How::Adaptive { sampler, trials, batch } => {
            field.adapt(&mut found, sampler, (*trials, *batch))?;
        }
        How::Brackets(brackets) => {
            for bracket in brackets {
                field.bracket(&mut found, bracket)?;
            }
        }
    }
    Ok(found)
}

/// Points, and the windows each is to be tried on.
type Wanted = Vec<(Point, Vec<usize>)>;

/// Settings whose conditions are in memory at once.
const BATCH: usize = 4096;

impl Field<'_> {
    /// What each came to is added to what was found, in the order it was asked for.
    fn attempt(
        &self,
        found: &mut Explored,
        wanted: &[(Point, Vec<usize>)],
        share: f64,
    ) -> Result<(), ExploreFault> {
        let n_all = wanted.len();
        let mut n_done = 0;
        for wanted in wanted.chunks(BATCH) {
            let add =
                |(point, _): &(Point, Vec<usize>)| found.settings.add(self.setup, point.clone());
            let places: Result<Vec<usize>, _> = wanted.iter().map(add).collect();
            let places = places.map_err(ExploreFault::Setup)?;
            let plans: Vec<&Plan> = places.iter().map(|at| &found.settings.plans[*at]).collect();
            let arena = Arena::new((self.market, self.columns), self.conduct, &plans)?;
            let rows = |at: usize| -> Vec<Stretch> {
                wanted[at].1.iter().map(|w| self.windows[*w].last(share)).collect()
            };
            let told = |n: usize| (self.progress)(n_done + n, n_all);
            let (cells, exact) = arena.run(&plans, &rows, &told)?;
            exact.into_iter().for_each(|(why, n)| *found.exact.entry(why).or_insert(0) += n);
            for ((setting, (_, windows)), cells) in places.iter().zip(wanted).zip(cells) {
                let of = |(window, cell): (&usize, Cell)| Try {
                    window: *window as u32,
                    setting: *setting as u32,
                    share,
                    cell,
                };
                found.tries.extend(windows.iter().zip(cells).map(of));
            }
            n_done += wanted.len();
        }
        Ok(())
    }

    /// What was not tried around each window's best settings, one step along each parameter.
    fn around_the_best(&self, found: &Explored, regions: usize) -> Wanted {
        let mut by_window: Vec<BTreeMap<u32, f64>> = vec![BTreeMap::new(); self.windows.len()];
        for tried in &found.tries {
            let score = tried.cell.score.unwrap_or(f64::NEG_INFINITY);
            by_window[tried.window as usize].insert(tried.setting, score);
        }
        let mut wanted: BTreeMap<String, (Point, Vec<usize>)> = BTreeMap::new();
        for (window, known) in by_window.iter().enumerate() {
            let mut best: Vec<(&u32, &f64)> = known.iter().filter(|(_, s)| s.is_finite()).collect();
            best.sort_by(|a, b| b.1.total_cmp(a.1).then(a.0.cmp(b.0)));
            for (setting, _) in best.into_iter().take(regions) {
                for point in one_step_from(self.space, &found.settings.points[*setting as usize]) {
                    let name = super::settings::name(&point);
                    let is_known = found
                        .settings
                        .place(&name)
                        .is_some_and(|at| known.contains_key(&(at as u32)));
                    let entry = wanted.entry(name).or_insert_with(|| (point, Vec::new()));
                    if !is_known && entry.1.last() != Some(&window) {
                        entry.1.push(window);
                    }
                }
            }
        }
        wanted.into_values().filter(|(_, windows)| !windows.is_empty()).collect()
    }

    /// A study a window, all in step.
    fn adapt(
        &self,
        found: &mut Explored,
        sampler: &Sampler,
        (trials, batch): (usize, usize),
    ) -> Result<(), ExploreFault> {
        let mut histories: Vec<History<'_>> =
            self.windows.iter().map(|_| History::new(self.space)).collect();
        let mut asked = 0;
        while asked < trials {
            let n = batch.min(trials - asked);
            let ask = |(window, history): (usize, &History<'_>)| {
                sampler.ask(history, self.seed ^ (window as u64).wrapping_mul(SPREAD), n)
            };
            let points: Vec<Vec<Point>> = {
                use rayon::prelude::*;
                histories.par_iter().enumerate().map(ask).collect()
            };
            let mut wanted: BTreeMap<String, (Point, Vec<usize>)> = BTreeMap::new();
            for (window, points) in points.iter().enumerate() {
                for point in points {
                    let name = super::settings::name(point);
                    wanted.entry(name).or_insert_with(|| (point.clone(), vec![])).1.push(window);
                }
            }
            if wanted.is_empty() {
                break;
            }
            let from = found.tries.len();
            let wanted: Wanted = wanted.into_values().collect();
            self.attempt(found, &wanted, 1.0)?;
            tell(&mut histories, found, from);
            asked += n;
        }
        Ok(())
    }

    fn bracket(&self, found: &mut Explored, bracket: &Bracket) -> Result<(), ExploreFault> {
        let every: Vec<usize> = (0..self.windows.len()).collect();
        let mut wanted: Wanted =
            bracket.points.iter().map(|point| (point.clone(), every.clone())).collect();
        let mut share = bracket.share;
        loop {
            let from = found.tries.len();
            self.attempt(found, &wanted, share.min(1.0))?;
            if share >= 1.0 {
                return Ok(());
            }
            wanted = self.survivors(found, from, bracket.keep_one_in);
            share *= bracket.keep_one_in as f64;
        }
    }

    /// Of each window's latest tries the best.
    fn survivors(&self, found: &Explored, from: usize, keep_one_in: usize) -> Wanted {
        let mut by_window: Vec<Vec<&Try>> = vec![Vec::new(); self.windows.len()];
        found.tries[from..].iter().for_each(|tried| by_window[tried.window as usize].push(tried));
        let mut by_setting: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (window, mine) in by_window.iter_mut().enumerate() {
            let score = |tried: &Try| tried.cell.score.unwrap_or(f64::NEG_INFINITY);
            mine.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.setting.cmp(&b.setting)));
            mine.truncate(mine.len().div_ceil(keep_one_in));
            mine.iter().for_each(|tried| by_setting.entry(tried.setting).or_default().push(window));
        }
        let of = |(setting, windows): (u32, Vec<usize>)| {
            (found.settings.points[setting as usize].clone(), windows)
        };
        by_setting.into_iter().map(of).collect()
    }
}

/// Up and down along each parameter that has steps. Of words, none of which is nearer than another,
/// all others.
fn one_step_from(space: &Space, point: &Point) -> Vec<Point> {
    let step = |(name, dimension): (&str, &Dimension)| -> Vec<Point> {
        let Some(at) = point.get(name).and_then(|value| dimension.index(value)) else {
            return Vec::new();
        };
        let n = dimension.n_values().unwrap_or(1);
        let near: Vec<u64> = match dimension {
            Dimension::Choice(_) => (0..n).filter(|k| *k != at).collect(),
            _ => {
                [at.checked_sub(1), (at + 1 < n).then_some(at + 1)].into_iter().flatten().collect()
            }
        };
        let moved = |k: u64| {
            let mut other = point.clone();
            other.insert(name.to_owned(), dimension.nth(k));
            other
        };
        near.into_iter().map(moved).collect()
    };
    space.axes().flat_map(step).collect()
}

/// An odd number with bits all over: seeds of neighbouring windows have nothing in common.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Each window's history learns what came of its own points, in the order of their names.
fn tell(histories: &mut [History<'_>], found: &Explored, from: usize) {
    for tried in &found.tries[from..] {
        let history = &mut histories[tried.window as usize];
        // A point of our own sampler is one of our own space.
        let told = history.tell(&found.settings.points[tried.setting as usize], tried.cell.score);
        debug_assert!(told.is_ok(), "{told:?}");
    }
}
