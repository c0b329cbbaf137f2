//! Settings of one study: by the screen where it holds, by the engine where it does not.

use std::sync::{Mutex, PoisonError};

use super::figures::{By, Figures, Span, Tried, why};
use super::floor::{MANY, spread};
use super::settings::Setting;
use crate::backtest::Market;
use crate::backtest::engine::check_stop;
use crate::backtest::intent::{Intent, IntentFault, Intents, Side};
use crate::backtest::screen::{Column, Exits, NotScreened, Screen, Signal, Signals, bits};
use crate::backtest::tally::{Tally, tally};
use crate::signal::{Columns, Passing, SignalParams, Study, Sweep};

/// What settings of one study share.
pub struct Room<'r> {
    studies: &'r [Study<'r>],
    markets: &'r [Market<'r>],
    /// The row of each study that is the market's first.
    firsts: &'r [usize],
    span: Span,
    tick: &'r (dyn Fn(usize) + Sync),
    /// With the windows they have columns of.
    desks: Mutex<Vec<([u32; 4], Vec<Sweep<'r>>)>>,
}

/// Settings that one thread takes at a time.
const CHUNK: usize = 16;

impl<'r> Room<'r> {
    pub fn new(
        studies: &'r [Study<'r>],
        (markets, firsts): (&'r [Market<'r>], &'r [usize]),
        (span, tick): (Span, &'r (dyn Fn(usize) + Sync)),
    ) -> Self {
        Self { studies, markets, firsts, span, tick, desks: Mutex::new(Vec::new()) }
    }

    /// Settings with the same exits and rules.
    pub fn all(&self, same: &[Setting]) -> Vec<(usize, Tried)> {
        let Some(any) = same.first() else { return Vec::new() };
        let mut desk = self.take(any);
        let levels = match (self.markets, desk.1.as_mut_slice()) {
            ([_], [sweep]) => Some(Levels::new(sweep, &any.signal, self.firsts[0])),
            _ => None,
        };
        self.give(desk);
        let screen = match (&levels, self.markets) {
            (Some(levels), [market]) => Screen::new(*market, levels.exits(), &any.rules),
            _ => Err(NotScreened::Symbols(self.markets.len())),
        };
        let in_spread = levels.as_ref().map_or_else(Vec::new, |levels| self.in_spread(levels, any));
        let chunks: Vec<&[Setting]> = same.chunks(CHUNK).collect();
        let of_chunk = |chunk: &&[Setting]| {
            let mut desk = self.take(&chunk[0]);
            let stage = (&screen, in_spread.as_slice());
            let one = |s: &Setting| (s.at, self.one(&mut desk.1, stage, s));
            let tried: Vec<_> = chunk.iter().map(one).collect();
            self.give((chunk[chunk.len() - 1].windows, desk.1));
            (self.tick)(chunk.len());
            tried
        };
        spread(&chunks, same.len() >= MANY, of_chunk).into_iter().flatten().collect()
    }

    /// A sweep of each symbol: one with the same columns if there is, else any, else new ones.
    fn take(&self, setting: &Setting) -> ([u32; 4], Vec<Sweep<'r>>) {
        let mut desks = self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = desks.iter().position(|(windows, _)| *windows == setting.windows);
        if let Some(at) = fitting.or_else(|| desks.len().checked_sub(1)) {
            return desks.swap_remove(at);
        }
        drop(desks);
        let sweep = |study: &'r Study<'r>| Sweep::new(Columns::new(study, &setting.signal));
        (setting.windows, self.studies.iter().map(sweep).collect())
    }

    fn give(&self, desk: ([u32; 4], Vec<Sweep<'r>>)) {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
    }

    /// Rows whose stop the engine refuses, whether or not anybody would act on it.
    fn in_spread(&self, levels: &Levels, any: &Setting) -> Vec<u64> {
        let (Some(study), Some(costs)) = (self.studies.first(), any.rules.costs.first()) else {
            return Vec::new();
        };
        if levels.stop.is_none() {
            return Vec::new();
        }
        let (first, exits) = (levels.first, levels.exits());
        let close = &study.inputs().bars.columns().close;
        bits(study.len(), |row| {
            let Some(bar) = row.checked_sub(first) else { return false };
            let intent = exits.intent(bar as u32, Side::Long, 1.0);
            check_stop("", &intent, close[row], costs).is_err()
        })
    }

    fn one(
        &self,
        sweeps: &mut [Sweep<'_>],
        (screen, in_spread): (&Result<Screen<'_>, NotScreened>, &[u64]),
        setting: &Setting,
    ) -> Tried {
        let declined = match (screen, &mut *sweeps) {
            (Ok(screen), [sweep]) => {
                let passing = sweep.passing(&setting.signal);
                if passing.meets(in_spread) {
                    "an intent or a rule is in doubt"
                } else {
                    let wanted = Wanted { passing, first: self.firsts[0] };
                    match screen.run(wanted, Tally::new(setting.rules.cash)) {
                        Ok(tally) => return self.told(&tally, By::Screen, setting),
                        Err(not) => why(&not),
                    }
                }
            }
            (Err(not), _) => why(not),
            (Ok(_), _) => why(&NotScreened::Symbols(sweeps.len())),
        };
        let by = By::Engine(declined.to_owned());
        match self.by_engine(sweeps, setting) {
            Ok(tally) => self.told(&tally, by, setting),
            Err(reason) => Tried { figures: Err(reason), by, setting: None },
        }
    }

    fn told(&self, tally: &Tally, by: By, setting: &Setting) -> Tried {
        let figures = Ok(Figures::of(tally, setting.rules.cash, &self.span));
        Tried { figures, by, setting: None }
    }

    fn by_engine(&self, sweeps: &mut [Sweep<'_>], setting: &Setting) -> Result<Tally, String> {
        let both = sweeps.iter_mut().zip(self.firsts);
        let of = |(sweep, first): (&mut Sweep<'_>, &usize)| {
            sweep.intents(&setting.signal).and_then(|intents| shifted(&intents, *first))
        };
        let intents: Vec<Intents> =
            both.map(of).collect::<Result<_, _>>().map_err(|fault| fault.to_string())?;
        let lent: Vec<&Intents> = intents.iter().collect();
        let into = Tally::new(setting.rules.cash);
        tally(self.markets, &lent, &setting.rules, into).map_err(|fault| fault.to_string())
    }
}

/// By rows from `first` on, before which nothing is predicted.
pub fn shifted(intents: &Intents, first: usize) -> Result<Intents, IntentFault> {
    let shift = |intent: &Intent| Intent { bar: intent.bar - first as u32, ..*intent };
    Intents::new(intents.as_slice().iter().map(shift).collect())
}

/// Distances of the exits, a value a bar of the market.
struct Levels {
    first: usize,
    stop: Option<Vec<f64>>,
    target: Option<Vec<f64>>,
    trail: Option<Vec<f64>>,
    target_fraction: f64,
    hold_bars: u32,
}

impl Levels {
    fn new(sweep: &Sweep<'_>, params: &SignalParams, first: usize) -> Self {
        let columns = sweep.columns().adapted(params);
        let atr = &columns.atr()[first..];
        let level = |multiple: Option<f64>| {
            multiple.map(|multiple| atr.iter().map(|atr| multiple * atr).collect())
        };
        Self {
            first,
            stop: level(params.stop_atr),
            target: level(params.target_atr),
            trail: level(params.trailing_atr),
            target_fraction: params.target_fraction,
            hold_bars: params.max_hold_bars.unwrap_or(u32::MAX),
        }
    }

    fn exits(&self) -> Exits<'_> {
        let [stop, target, trail] = [column(&self.stop), column(&self.target), column(&self.trail)];
        let (target_fraction, hold_bars) = (self.target_fraction, self.hold_bars);
        Exits { stop, target, trail, target_fraction, hold_bars }
    }
}

fn column(values: &Option<Vec<f64>>) -> Column<'_> {
    values.as_ref().map_or(Column::Same(f64::INFINITY), |values| Column::Each(values))
}

/// What passes the gates, as the screen asks for it.
struct Wanted<'s> {
    passing: Passing<'s>,
    first: usize,
}

impl Signals for Wanted<'_> {
    fn next(&mut self, from: u32) -> Option<Signal> {
        let Intent { bar, side, size, .. } = self.passing.next(self.first + from as usize)?;
        Some(Signal { bar: bar - self.first as u32, side, size })
    }
}
