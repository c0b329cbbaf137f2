//! Features, model, gates and engine, bar after bar: what a trading loop would have done.

use super::backtest::cannot;
use super::dataset::Lessons;
use super::desk::{setup, todays_config, weights};
use super::predict::{PredictRange, in_sample, rows, same_lessons};
use super::recipe;
use super::stored::check_all;
use super::train::{Model, fingerprint, load};
use crate::backtest::intent::Intent;
use crate::backtest::ledger::Ledger;
use crate::backtest::quote::Quote;
use crate::backtest::volatility::TrailingSd;
use crate::backtest::{Engine, rules::Rules};
use crate::config::Config;
use crate::failure::Failure;
use crate::features::engine::{Live as LiveFeatures, LiveBars};
use crate::features::{Program, narrow};
use crate::folds::RowSet;
use crate::learn::dataset::Dataset;
use crate::market::{Bars, Symbol};
use crate::signal::volatility::{returns, sigmas};
use crate::signal::{Bar, Gatekeeper, Point, Prediction, Row, Setup};
use crate::units::Ts;
use crate::walkforward::{LivePredictor, Predicted};
use std::ops::Range;
use std::path::Path;

/// What was traded live, and the range.
pub struct LiveRun {
    pub model: Model,
    pub symbols: Vec<Symbol>,
    pub ledger: Ledger,
    pub bars: Vec<Bars>,
    /// A regime's bit for each of these bars.
    pub regimes: Vec<Vec<u8>>,
    pub rules: Rules,
    pub n_rows: usize,
    /// One hash of all bars of the day.
    pub fingerprint: String,
}

/// One symbol in the middle of its history.
struct Station<'a> {
    bars: &'a Bars,
    live: LiveFeatures<'a>,
    columns: LiveBars<'a>,
    /// Where the data set's columns are among the program's.
    places: Vec<usize>,
    setup: &'a Setup,
    gates: Gatekeeper,
    sigma: TrailingSd,
    /// For the tables: gates have their own.
    regimes: Vec<u8>,
    next: usize,
    /// Bars that the engine has had.
    n_given: u32,
    wide: Vec<f64>,
    narrow: Vec<f32>,
}

/// Over the range that `predict` would predict.
pub fn live(
    config: &Config,
    (path, only): (&Path, &[Symbol]),
    range: PredictRange,
) -> Result<LiveRun, Failure> {
    let model = load(path)?;
    let own = todays_config(config, &model.config);
    let lessons = same_lessons(config, &model)?;
    check_all(&lessons.symbols, only)?;
    let asked = span(&rows(config, (&model, &lessons.data), range)?);
    // A stored run begins there, whatever part of it is asked for now.
    let whole = PredictRange { from: None, to: None, ..range };
    let begins = span(&rows(config, (&model, &lessons.data), whole)?).start.min(asked.start);
    let bars: Vec<Bars> =
        lessons.symbols.iter().map(|symbol| super::bars(&own, symbol)).collect::<Result<_, _>>()?;
    let weights =
        weights(&config.trading_logic.horizon_weights, std::slice::from_ref(&model.report))?;
    let known = (&weights, model.fold.trained().end);
    let setups: Vec<Setup> = bars.iter().map(|bars| setup(config, bars, known)).collect();
    let programs: Vec<Program> =
        bars.iter().map(|bars| super::compile(&own, bars)).collect::<Result<_, _>>()?;
    let rules = config.backtest.rules(&config.trading_logic, &lessons.symbols);
    let mut stations: Vec<Station<'_>> = Vec::new();
    for ((bars, program), setup) in bars.iter().zip(&programs).zip(&setups) {
        stations.push(Station::new(config, (bars, program), setup, &lessons.data.names)?);
    }
    let (n_rows, fingerprint) = (asked.len(), fingerprint(&lessons));
    let (ledger, (bars, regimes)) = walk((&model, &lessons), stations, (&rules, (begins, asked)))?;
    Ok(LiveRun {
        model,
        symbols: lessons.symbols,
        ledger,
        bars,
        regimes,
        rules,
        n_rows,
        fingerprint,
    })
}

fn regimes(bars: &Bars, window: usize) -> Vec<u8> {
    let returns = returns(&bars.columns().close);
    crate::signal::regime::regimes(&returns, &sigmas(&returns, window), window)
}

fn span(rows: &RowSet) -> Range<usize> {
    let mut rows = rows.iter().map(|row| row as usize);
    let first = rows.next().unwrap_or(0);
    first..rows.last().unwrap_or(first) + 1
}

/// Bars and regimes, symbol by symbol.
type Given = (Vec<Bars>, Vec<Vec<u8>>);

/// Time by time, as the bars come; with the bars that the engine got.
fn walk(
    (model, lessons): (&Model, &Lessons),
    stations: Vec<Station<'_>>,
    (rules, (begins, span)): (&Rules, (usize, Range<usize>)),
) -> Result<(Ledger, Given), Failure> {
    let data = &lessons.data;
    let names: Vec<&Symbol> = lessons.symbols.iter().collect();
    let timeframe = model.config.data.timeframe;
    let mut engine = Engine::new(rules, &names, timeframe, Ledger::default()).map_err(cannot)?;
    let mut last = vec![0; stations.len()];
    span.clone().for_each(|row| last[data.symbols[row] as usize] = row);
    let predictor = LivePredictor::new(&model.fold, data).map_err(|fault| recipe::unfit(&fault))?;
    let mut floor = Floor { model, data, stations, predictor, begins, span };
    let mut row = 0;
    while row < floor.span.end {
        let end = row + data.ts[row..].iter().take_while(|other| **other == data.ts[row]).count();
        let quotes = floor.see(row..end);
        if floor.span.contains(&row) {
            engine.bar(data.ts[row], &quotes).map_err(cannot)?;
        }
        for row in row..end {
            let symbol = data.symbols[row] as usize;
            if let Some(intent) = floor.decide(row)? {
                engine.decide(symbol, intent).map_err(cannot)?;
            }
            if last[symbol] == row {
                engine.end_symbol(symbol);
            }
        }
        row = end;
    }
    let (mut ledger, ending) = engine.finish().map_err(cannot)?;
    (ledger.cash, ledger.ruined) = (ending.cash, ending.ruined);
    Ok((ledger, floor.stations.iter().map(Station::given).unzip()))
}

/// Every symbol at the same moment, and the model.
struct Floor<'a> {
    model: &'a Model,
    data: &'a Dataset,
    stations: Vec<Station<'a>>,
    predictor: LivePredictor<'a>,
    /// The first row whose prediction the gates see.
    begins: usize,
    span: Range<usize>,
}

impl Floor<'_> {
    /// The bars of one moment have closed; the engine gets those of the range.
    fn see(&mut self, rows: Range<usize>) -> Vec<Option<Quote>> {
        let mut quotes = vec![None; self.stations.len()];
        for row in rows {
            let symbol = self.data.symbols[row] as usize;
            let quote = self.stations[symbol].see();
            if self.span.contains(&row) {
                quotes[symbol] = Some(quote);
                self.stations[symbol].n_given += 1;
            }
        }
        quotes
    }

    /// Rows before the range teach the intervals, and those of a stored run the gates; they decide
    /// nothing.
    fn decide(&mut self, row: usize) -> Result<Option<Intent>, Failure> {
        let station = &mut self.stations[self.data.symbols[row] as usize];
        let mut told = Vec::new();
        let is_asked = self.span.contains(&row);
        if is_asked || self.data.t0[row] >= self.model.fold.trained().end {
            let answer = self.predictor.predict(row, &station.narrow);
            let answer = answer.map_err(|fault| recipe::unfit(&fault))?;
            told = answer.map_err(|refused| in_sample(refused, self.data))?;
        }
        if row < self.begins {
            told.clear();
        }
        let intent = station.decide(&told, self.model.report.fold);
        Ok(intent.filter(|_| is_asked))
    }
}

impl<'a> Station<'a> {
    fn new(
        config: &Config,
        (bars, program): (&'a Bars, &'a Program),
        setup: &'a Setup,
        names: &[String],
    ) -> Result<Self, Failure> {
        let place = |name: &String| {
            let found = program.features().iter().position(|feature| feature.name == *name);
            found.ok_or_else(|| Failure::user(format!("the column `{name}` is not computed")))
        };
        Ok(Self {
            bars,
            live: program.live(),
            columns: LiveBars::new(program, bars.columns()),
            places: names.iter().map(place).collect::<Result<_, _>>()?,
            setup,
            gates: Gatekeeper::new(&config.trading_logic.params(&config.backtest), setup),
            sigma: TrailingSd::new(setup.slippage_window),
            regimes: regimes(bars, config.trading_logic.volatility_window as usize),
            next: 0,
            n_given: 0,
            wide: vec![f64::NAN; program.features().len()],
            narrow: vec![f32::NAN; names.len()],
        })
    }

    /// The next bar has closed: its features, and what the engine gets of it.
    fn see(&mut self) -> Quote {
        let (at, c) = (self.next, self.bars.columns());
        self.next += 1;
        self.live.push(&self.columns, at, &mut self.wide);
        for (cell, place) in self.narrow.iter_mut().zip(&self.places) {
            *cell = narrow(self.wide[*place]);
        }
        let needs_sigma = self.setup.costs.slippage.needs_sigma();
        let sigma = if needs_sigma { self.sigma.value() } else { 0.0 };
        self.sigma.push(c.close[at]);
        let [open, high, low, close, volume] =
            [c.open[at], c.high[at], c.low[at], c.close[at], c.volume[at]];
        Quote { open, high, low, close, volume, sigma }
    }

    /// What the gates make of the bar that was seen last.
    fn decide(&mut self, told: &[Predicted], fold: u32) -> Option<Intent> {
        let (at, c) = (self.next - 1, self.bars.columns());
        let ts: Ts = c.ts[at];
        let bar =
            Bar { ts, high: c.high[at], low: c.low[at], close: c.close[at], volume: c.volume[at] };
        let point = |one: &Predicted| Point {
            exp_bps: one.exp_bps,
            p_up: one.p_up,
            interval: one.interval.map(|interval| [interval.low, interval.high]),
        };
        let points: Vec<Point> = told.iter().map(point).collect();
        let weights = self.setup.weights.of(fold).filter(|_| !points.is_empty());
        let prediction = weights.map(|weights| Prediction { weights, points: &points });
        let decision = self.gates.step(&Row { bar, prediction });
        let intent = decision.order.ok()?;
        Some(Intent { bar: self.n_given.saturating_sub(1), ..intent })
    }

    /// The bars that the engine has had, and their regimes.
    fn given(&self) -> (Bars, Vec<u8>) {
        let rows = self.next - self.n_given as usize..self.next;
        (self.bars.slice(rows.clone()), self.regimes[rows].to_vec())
    }
}
