//! Our side of bench/backtest.py: a process that trades when it is told to.
//!
//! Usage: backtester FOLDER
//!
//! FOLDER holds `bars.f64` (times in microseconds, opens, highs, lows, closes, volumes, one column
//! after another) and `signals.f64` (a number a bar: above 0 long, below 0 short). Each line of
//! standard input is an order, each line of standard output its answer, with the seconds that each
//! round took, so that the script can time us and our peers in turn.

#![expect(clippy::print_stdout, reason = "standard output is what the script reads")]

use std::fs;
use std::hint::black_box;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

use edgewalk::backtest::costs::{Costs, Slippage};
use edgewalk::backtest::engine::band::band;
use edgewalk::backtest::intent::{Intent, Intents, Side};
use edgewalk::backtest::ledger::{FillRule, Ledger, Trade};
use edgewalk::backtest::metrics::{Input, Keys, Metrics};
use edgewalk::backtest::rules::{Intrabar, OnCap, OnOpposite, Rules, TrailingBasis};
use edgewalk::backtest::screen::{Column, Exits, Gated, Screen, bits};
use edgewalk::backtest::tally::{Tally, tally};
use edgewalk::backtest::{Market, run};
use edgewalk::market::{Bars, Columns, LimitFill, Session, Timeframe};
use edgewalk::rng::Rng;
use edgewalk::signal::waterfall::Outcomes;
use edgewalk::signal::{
    self, Forecast, Inputs, Regime, Setup, SignalParams, Study, Waterfall, Weights, explain,
};
use edgewalk::units::Ts;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Order {
    /// Signals with stop, target and timed exit; their trades are written.
    Trade { plan: Plan, rounds: usize, into: Option<PathBuf> },
    /// Settings × bars on the screen, over the first of the bars.
    Sweep { bars: usize, settings: usize },
    /// Every gate, on made-up predictions; engine; metrics. As extras, the waterfall and the band.
    Gates { rounds: usize, extras: bool },
}

/// What peers can do as well: levels in parts of the entry's open, one fee for all legs.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Plan {
    stop: f64,
    target: f64,
    hold_bars: u32,
    fee_bps: f64,
    cash: f64,
    oco_delay_bars: u32,
}

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = args.as_slice() else { anyhow::bail!("usage: backtester FOLDER") };
    let folder = Path::new(folder);
    let bars = bars(&numbers(&folder.join("bars.f64"))?)?;
    let signals = numbers(&folder.join("signals.f64"))?;
    anyhow::ensure!(signals.len() == bars.len(), "a signal a bar");
    println!("{}", json!({ "bars": bars.len() }));
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Order::Trade { plan, rounds, into } => trade(&bars, &signals, (plan, rounds, into))?,
            Order::Sweep { bars: n_bars, settings } => sweep(&bars.prefix(n_bars), settings)?,
            Order::Gates { rounds, extras } => gates(&bars, (rounds, extras))?,
        };
        println!("{answer}");
    }
    Ok(())
}

fn trade(
    bars: &Bars,
    signals: &[f64],
    (plan, rounds, into): (Plan, usize, Option<PathBuf>),
) -> anyhow::Result<Value> {
    let rules = rules(&plan);
    let markets = [Market::of(bars)];
    let (mut seconds, mut engine_seconds, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..rounds {
        let clock = now();
        let intents = Intents::new(intents(bars, signals, &plan))?;
        let ledger = run(&markets, &[&intents], &rules)?;
        engine_seconds.push(clock.elapsed().as_secs_f64());
        let (timeframe, cash) = (bars.timeframe(), rules.cash);
        let input = Input { ledger: &ledger, cash, timeframe, sessions: None, regimes: None };
        let metrics = black_box(Metrics::new(&input));
        seconds.push(clock.elapsed().as_secs_f64());
        last = Some((ledger, metrics));
    }
    let Some((ledger, metrics)) = last else { anyhow::bail!("no rounds") };
    if let Some(into) = into {
        write(&into, &ledger.trades.iter().flat_map(row).collect::<Vec<u8>>())?;
    }
    Ok(json!({
        "seconds": seconds,
        "engine_seconds": engine_seconds,
        "trades": ledger.trades.len(),
        "refusals": ledger.refusals.len(),
        "equity": ledger.cash,
        "metrics": metrics,
    }))
}

/// Distances hang on the entry's open, as they do with peers who take them in per cent.
fn intents(bars: &Bars, signals: &[f64], plan: &Plan) -> Vec<Intent> {
    let open = &bars.columns().open;
    let intent = |(bar, signal): (usize, &f64)| {
        let side = if *signal > 0.0 { Side::Long } else { Side::Short };
        let entry = *open.get(bar + 1).filter(|_| *signal != 0.0)?;
        let (stop, target) = (entry * plan.stop, entry * plan.target);
        let hold_bars = plan.hold_bars;
        Some(Intent { stop, target, hold_bars, ..Intent::new(bar as u32, side) })
    };
    signals.iter().enumerate().filter_map(intent).collect()
}

fn rules(plan: &Plan) -> Rules {
    Rules {
        cash: plan.cash,
        latency_bars: 0,
        oco_delay_bars: plan.oco_delay_bars,
        limit_fill: LimitFill::Touch,
        intrabar: Intrabar::Pessimistic,
        trailing_basis: TrailingBasis::Close,
        on_opposite: OnOpposite::Hold,
        cooldown_bars: 0,
        max_participation: f64::INFINITY,
        on_cap: OnCap::Wait,
        lot_size: 0.0,
        max_leverage: 1.0,
        min_trade_size: 0.0,
        costs: vec![Costs {
            taker_bps: plan.fee_bps,
            maker_bps: plan.fee_bps,
            half_spread_bps: 0.0,
            slippage: Slippage::Fixed { bps: 0.0 },
            funding_bps_per_8h: 0.0,
            borrow_bps_per_year: 0.0,
        }],
    }
}

/// A trade as the script reads it.
fn row(trade: &Trade) -> Vec<u8> {
    let rule = match trade.exit_rule {
        FillRule::Stop | FillRule::StopGap => 1.0,
        FillRule::Target => 2.0,
        FillRule::TargetGap => 3.0,
        FillRule::TimedExit => 4.0,
        _ => 0.0,
    };
    let (entry, exit) = (f64::from(trade.entry_bar), f64::from(trade.exit_bar));
    let (side, qty) = (trade.side.sign(), trade.qty);
    let row = [entry, exit, trade.entry_price, trade.exit_price, side, qty, trade.net, rule];
    row.into_iter().flat_map(f64::to_le_bytes).collect()
}

/// Two scores with a hundred thresholds each; every pair of thresholds is a setting.
fn sweep(bars: &Bars, settings: usize) -> anyhow::Result<Value> {
    let close = &bars.columns().close;
    let [short, long] = [12, 144].map(|span| score(close, span));
    let [stop, target] = [0.008, 0.012].map(|part| close.iter().map(|p| p * part).collect());
    let (stop, target): (Vec<f64>, Vec<f64>) = (stop, target);
    let exits = Exits {
        stop: Column::Each(&stop),
        target: Column::Each(&target),
        trail: Column::Same(f64::INFINITY),
        target_fraction: 1.0,
        hold_bars: 48,
    };
    let plan = Plan { fee_bps: 0.35, cash: 1e5, oco_delay_bars: 1, ..Plan::NONE };
    let (rules, market, n) = (rules(&plan), Market::of(bars), bars.len());
    let (clock, side) = (now(), settings.isqrt());
    let screen = Screen::new(market, exits, &rules)?;
    let gates = |from: f32, passes: &(dyn Fn(f32, usize) -> [bool; 2] + Sync)| -> Vec<_> {
        let gate = |at: usize| {
            let threshold = from + at as f32 * 3.0 / side as f32;
            [0, 1].map(|which| bits(n, |row| passes(threshold, row)[which]))
        };
        (0..side).into_par_iter().map(gate).collect()
    };
    let dips = gates(0.3, &|t, row| [short[row] < -t, short[row] > t]);
    let trends = gates(0.0, &|t, row| [long[row] > t, long[row] < -t]);
    let gated = |at: usize| [&dips[at / side], &trends[at % side]];
    let one = |at: usize| {
        let [[dip_long, dip_short], [trend_long, trend_short]] = gated(at);
        let (long, short) = (&[&dip_long[..], trend_long], &[&dip_short[..], trend_short]);
        screen.run(Gated { long, short, size: 1.0 }, Tally::new(rules.cash))
    };
    let tallies: Vec<Tally> =
        (0..side * side).into_par_iter().map(one).collect::<Result<_, _>>()?;
    let seconds = clock.elapsed().as_secs_f64();
    let some = (0..side * side).step_by(side * side / 10 + 1);
    let engine = |at: usize| -> anyhow::Result<Tally> {
        let wish = |row: usize| Some(exits.intent(row as u32, wished(gated(at), row)?, 1.0));
        let intents = Intents::new((0..n).filter_map(wish).collect())?;
        Ok(tally(&[market], &[&intents], &rules, Tally::new(rules.cash))?)
    };
    let same = some.map(|at| Ok(engine(at)? == tallies[at])).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(json!({
        "seconds": seconds,
        "settings": side * side,
        "trades": tallies.iter().map(|tally| tally.n_trades).sum::<u64>(),
        "asked": same.len(),
        "same": same.iter().filter(|same| **same).count(),
    }))
}

/// What both gates of a side have a bit for.
fn wished([dip, trend]: [&[Vec<u64>; 2]; 2], row: usize) -> Option<Side> {
    let has = |side: usize| (dip[side][row / 64] & trend[side][row / 64]) >> (row % 64) & 1 == 1;
    match (has(0), has(1)) {
        (true, _) => Some(Side::Long),
        (_, true) => Some(Side::Short),
        _ => None,
    }
}

impl Plan {
    const NONE: Self = Self {
        stop: f64::INFINITY,
        target: f64::INFINITY,
        hold_bars: u32::MAX,
        fee_bps: 0.0,
        cash: 1.0,
        oco_delay_bars: 1,
    };
}

/// How far the price has moved, in units of about a standard deviation of 5-minute bars.
fn score(close: &[f64], span: usize) -> Vec<f32> {
    let unit = 0.0012 * (span as f64).sqrt();
    let score = |row: usize| match row.checked_sub(span) {
        Some(before) => ((close[row] / close[before] - 1.0) / unit) as f32,
        None => 0.0,
    };
    (0..close.len()).map(score).collect()
}

/// Predictions of four horizons that know a little of what comes.
struct MadeUp {
    exp_bps: Vec<Vec<f64>>,
    p_up: Vec<Vec<f64>>,
    low: Vec<Vec<f64>>,
    high: Vec<Vec<f64>>,
    outcome_bps: Vec<f64>,
    folds: Vec<u32>,
}

const HORIZONS: [u32; 4] = [3, 6, 12, 24];
const N_FOLDS: usize = 40;

impl MadeUp {
    fn of(bars: &Bars) -> Self {
        let (open, n) = (&bars.columns().open, bars.len());
        let outcome = |row: usize, horizon: u32| {
            let last = open.get(row + 1 + horizon as usize);
            last.map_or(f64::NAN, |last| 1e4 * libm::log(last / open[row + 1]))
        };
        let mut rng = Rng::new(7);
        let mut exp = |horizon: u32| -> Vec<f64> {
            let noise = 2.0 * f64::from(horizon).sqrt();
            let known = |row| Some(outcome(row, horizon)).filter(|y| y.is_finite()).unwrap_or(0.0);
            (0..n).map(|row| 0.1 * known(row) + noise * rng.normal()).collect()
        };
        let exp_bps: Vec<Vec<f64>> = HORIZONS.into_iter().map(&mut exp).collect();
        let each = |of: &dyn Fn(f64) -> f64| -> Vec<Vec<f64>> {
            exp_bps.iter().map(|column| column.iter().map(|e| of(*e)).collect()).collect()
        };
        Self {
            p_up: each(&|e| (0.5 + e / 100.0).clamp(0.01, 0.99)),
            low: each(&|e| e - 5.0),
            high: each(&|e| e + 5.0),
            outcome_bps: (0..n).map(|row| outcome(row, 12)).collect(),
            folds: (0..n).map(|row| (row * N_FOLDS / n) as u32).collect(),
            exp_bps,
        }
    }

    fn forecasts(&self) -> Vec<Forecast<'_>> {
        let of = |h: usize| Forecast {
            exp_bps: &self.exp_bps[h],
            p_up: &self.p_up[h],
            interval: Some([&self.low[h], &self.high[h]]),
        };
        (0..HORIZONS.len()).map(of).collect()
    }
}

/// No gate is off.
fn all_gates() -> SignalParams {
    SignalParams {
        z_threshold: 0.5,
        quantile_level: Some(0.6),
        persistence_k: 2,
        persistence_n: 3,
        sessions: vec![Session::Asia, Session::London, Session::NewYork],
        regimes: vec![Regime::Trend, Regime::Range],
        conformal_gate: true,
        ..SignalParams::default()
    }
}

/// From predictions to metrics; what lies between is timed part by part.
fn gates(bars: &Bars, (rounds, extras): (usize, bool)) -> anyhow::Result<Value> {
    let (made, params) = (MadeUp::of(bars), all_gates());
    let forecasts = made.forecasts();
    let rules = rules(&Plan { fee_bps: 0.5, cash: 1e5, oco_delay_bars: 1, ..Plan::NONE });
    let setup = Setup {
        timeframe: bars.timeframe(),
        bars_per_year: 365.2425 * 288.0,
        costs: rules.costs[0],
        slippage_window: 288,
        cash: rules.cash,
        max_participation: rules.max_participation,
        weights: Weights::new(&HORIZONS, (0..N_FOLDS as u32).map(|fold| (fold, vec![1.0; 4])))?,
    };
    let inputs = Inputs { bars, forecasts: &forecasts, folds: &made.folds, setup: &setup };
    let outcomes = extras.then_some(Outcomes { bps: &made.outcome_bps, overlap_bars: 12 });
    let (mut seconds, mut told) = (Vec::new(), Value::Null);
    for _ in 0..rounds {
        let (parts, said) = all(&inputs, (&params, &rules), outcomes.as_ref())?;
        seconds.push(parts);
        told = said;
    }
    Ok(json!({ "seconds": seconds, "told": told }))
}

/// Seconds of gates, engine, metrics and all three; of waterfall and band, and of everything.
fn all(
    inputs: &Inputs<'_>,
    (params, rules): (&SignalParams, &Rules),
    extras: Option<&Outcomes<'_>>,
) -> anyhow::Result<([f64; 7], Value)> {
    let (clock, markets) = (now(), [Market::of(inputs.bars)]);
    let seconds = || clock.elapsed().as_secs_f64();
    let study = Study::new(*inputs)?;
    let decisions = explain(&signal::Columns::new(&study, params), params)?;
    let gates = seconds();
    let ledger = run(&markets, &[&decisions.intents], rules)?;
    let engine = seconds();
    let metrics = measure(&ledger, decisions.columns.regime(), inputs.bars.timeframe());
    let three = seconds();
    let waterfall = black_box(extras.map(|outcomes| Waterfall::of(&decisions, outcomes)));
    let told = seconds();
    if extras.is_some() {
        black_box(band(&markets, &[&decisions.intents], rules)?);
    }
    let every = seconds();
    let parts = [gates, engine - gates, three - engine, three, told - three, every - told, every];
    let stages = waterfall.map_or(Vec::new(), |waterfall| waterfall.stages);
    let refused = stages.iter().map(|s| (s.reason.name().to_owned(), json!(s.refused)));
    let said = json!({
        "intents": decisions.intents.as_slice().len(),
        "trades": ledger.trades.len(),
        "sharpe": metrics.sharpe.sharpe,
        "refused": refused.collect::<serde_json::Map<_, _>>(),
    });
    Ok((parts, said))
}

/// Trades by session and regime are told as well.
fn measure(ledger: &Ledger, regimes: &[u8], timeframe: Timeframe) -> Metrics {
    let mut clocks = Session::ALL.map(Session::clock);
    let session = |trade: &Trade| clocks.iter_mut().position(|c| c.contains(trade.entry_ts));
    let sessions: Vec<Option<usize>> = ledger.trades.iter().map(session).collect();
    let place = |trade: &Trade| {
        ledger.trades.binary_search_by_key(&trade.entry_ts, |known| known.entry_ts).ok()
    };
    let by_session = |trade: &Trade| sessions[place(trade)?];
    let by_regime = |trade: &Trade| {
        let regime = Regime::from_bit(*regimes.get(trade.decided_bar as usize)?)?;
        Regime::ALL.iter().position(|known| *known == regime)
    };
    black_box(Metrics::new(&Input {
        ledger,
        cash: 1e5,
        timeframe,
        sessions: Some(Keys { labels: &Session::NAMES, key_of: &by_session }),
        regimes: Some(Keys { labels: &["trend", "range", "volatile"], key_of: &by_regime }),
    }))
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn bars(numbers: &[f64]) -> anyhow::Result<Bars> {
    let n_bars = numbers.len() / 6;
    let mut columns = numbers.chunks_exact(n_bars.max(1)).map(<[f64]>::to_vec);
    let mut next = || columns.next().unwrap_or_default();
    let columns = Columns {
        ts: next().into_iter().map(|us| Ts(us as i64)).collect(),
        open: next(),
        high: next(),
        low: next(),
        close: next(),
        volume: next(),
        ..Columns::default()
    };
    Ok(Bars::new("BTCUSDT".parse()?, Timeframe::M5, columns)?)
}

fn numbers(path: &Path) -> std::io::Result<Vec<f64>> {
    let bytes = fs::read(path)?;
    Ok(bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}

#[expect(clippy::disallowed_methods, reason = "the script reads it at once, and deletes it")]
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::write(path, bytes)
}
