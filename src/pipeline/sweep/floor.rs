//! Where settings are tried: what they share is made once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::super::desk::Desk;
use super::super::stored::StoredRun;
use super::figures::{Span, Tried};
use super::settings::{Setting, settings};
use super::stage::Room;
use crate::backtest::Market;
use crate::backtest::metrics::period::Period;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::{Bars, Timeframe};
use crate::search::Point;
use crate::signal::{Forecast, Inputs, Setup, Study};
use crate::units::{DAY_US, Ts};

/// A run's bars and predictions.
pub struct Floor<'a> {
    run: &'a StoredRun,
    desks: &'a [Desk],
    /// Those that were predicted, as the engine sees them.
    bars: Vec<Bars>,
    pub span: Span,
    /// Of the predictions.
    hash: String,
    n_done: AtomicUsize,
    progress: &'a (dyn Fn(usize) + Sync),
}

/// Settings that share something are spread over the threads where there are so many.
pub const MANY: usize = 32;

impl<'a> Floor<'a> {
    pub fn new(
        run: &'a StoredRun,
        desks: &'a [Desk],
        progress: &'a (dyn Fn(usize) + Sync),
    ) -> Self {
        let bars: Vec<Bars> =
            desks.iter().map(|desk| desk.bars.slice(desk.first..desk.bars.len())).collect();
        let span = span(&bars);
        let hash = run.hash();
        Self { run, desks, bars, span, hash, n_done: AtomicUsize::new(0), progress }
    }

    /// What each of the points comes to, in any order.
    pub fn try_all(&self, config: &Config, points: &[(usize, &Point)]) -> Vec<(usize, Tried)> {
        let of = (self.run.id.as_str(), self.hash.as_str());
        let (settings, bad) = settings(config, points, (of, &self.run.symbols));
        let names: BTreeMap<usize, &String> = settings.iter().map(|s| (s.at, &s.name)).collect();
        self.tick(bad.len());
        let studies: Vec<&[Setting]> = settings.chunk_by(|a, b| a.study == b.study).collect();
        let tried = spread(&studies, are_many(&studies), |same| self.of_study(same));
        let bad = bad.into_iter().map(|(at, reason)| (at, Tried::nothing(reason)));
        let named = tried.into_iter().flatten().map(|(at, tried)| {
            let setting = names.get(&at).map(|name| (*name).clone());
            (at, Tried { setting, ..tried })
        });
        named.chain(bad).collect()
    }

    /// Settings with the same costs, money and weights.
    fn of_study(&self, same: &[Setting]) -> Vec<(usize, Tried)> {
        self.within(same).unwrap_or_else(|failure| {
            self.tick(same.len());
            same.iter().map(|s| (s.at, Tried::nothing(failure.message.clone()))).collect()
        })
    }

    fn within(&self, same: &[Setting]) -> Result<Vec<(usize, Tried)>, Failure> {
        let Some(any) = same.first() else { return Ok(Vec::new()) };
        let setup = |desk: &Desk| desk.setup_of((&any.backtest, &any.weights), self.run);
        let setups: Vec<Setup> = self.desks.iter().map(setup).collect::<Result<_, _>>()?;
        let forecasts: Vec<Vec<Forecast<'_>>> = self.desks.iter().map(Desk::forecasts).collect();
        let parts = self.desks.iter().zip(forecasts.iter().zip(&setups));
        let studies: Vec<Study<'_>> = parts.map(study).collect::<Result<_, _>>()?;
        let sigma = |(desk, setup): (&Desk, &Setup)| {
            desk.sigma_for(setup).map(|sigma| sigma[desk.first..].to_vec())
        };
        let sigmas: Vec<_> = self.desks.iter().zip(&setups).map(sigma).collect();
        let markets: Vec<Market<'_>> =
            self.bars.iter().zip(&sigmas).map(of_bars).collect::<Result<_, _>>()?;
        let firsts: Vec<usize> = self.desks.iter().map(|desk| desk.first).collect();
        let tick = |n| self.tick(n);
        let room = Room::new(&studies, (&markets, &firsts), (self.span, &tick));
        let groups: Vec<&[Setting]> = same.chunk_by(|a, b| a.screen == b.screen).collect();
        let tried = spread(&groups, are_many(&groups), |group| room.all(group));
        Ok(tried.into_iter().flatten().collect())
    }

    /// So many were tried before.
    pub fn skip(&self, n: usize) {
        self.tick(n);
    }

    fn tick(&self, n: usize) {
        let n_done = self.n_done.fetch_add(n, Ordering::Relaxed) + n;
        (self.progress)(n_done);
    }
}

/// Whether threads had better share out groups than the settings of one.
fn are_many(groups: &[&[Setting]]) -> bool {
    groups.len() >= MANY || groups.iter().all(|group| group.len() < MANY)
}

type Parts<'s> = (&'s Desk, (&'s Vec<Forecast<'s>>, &'s Setup));

fn study<'s>((desk, (forecasts, setup)): Parts<'s>) -> Result<Study<'s>, Failure> {
    Study::new(Inputs { setup, ..desk.inputs(forecasts) }).map_err(Failure::user)
}

fn of_bars<'m>((bars, sigma): (&'m Bars, &'m Option<Vec<f64>>)) -> Result<Market<'m>, Failure> {
    match sigma {
        Some(sigma) => Market::of(bars).with_sigma(sigma).map_err(Failure::user),
        None => Ok(Market::of(bars)),
    }
}

/// One after the other, or side by side.
pub fn spread<I: Sync, T: Send>(
    items: &[I],
    is_wide: bool,
    of: impl Fn(&I) -> T + Sync + Send,
) -> Vec<T> {
    if is_wide { items.par_iter().map(of).collect() } else { items.iter().map(of).collect() }
}

/// Of all symbols together.
fn span(bars: &[Bars]) -> Span {
    let mut ts: Vec<Ts> = bars.iter().flat_map(|bars| bars.ts().iter().copied()).collect();
    ts.sort_unstable();
    ts.dedup();
    let mut days: Vec<i64> = ts.iter().map(|ts| ts.0.div_euclid(DAY_US)).collect();
    days.dedup();
    let timeframe = bars.first().map_or(Timeframe::M1, Bars::timeframe);
    let period = Period::new(&ts, timeframe, &days);
    Span { days: days.len(), years: period.years, days_per_year: period.returns_per_year }
}
