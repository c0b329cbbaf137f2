//! Stored predictions → intents → ledger → metrics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::desk::{Desk, desks};
use super::ledger_tables::{equity, fills, trades, word};
use super::live::{LiveRun, live};
use super::predict::{PredictRange, days};
use super::single::{ONE_SCORE, Singles, setting};
use super::stored::{
    AskedRun, BACKTEST, BACKTEST_CONFIG, LIVE, StoredRun, is_predicted, made_of_config, of_symbols,
    open_run, record,
};
use super::sweep::shifted;
use super::train::{identity, key_of};
use crate::backtest::costs::Costs;
use crate::backtest::engine::band::{Band, band};
use crate::backtest::engine::check_stop;
use crate::backtest::intent::{Intent, IntentFault, Intents};
use crate::backtest::ledger::{Ledger, Trade};
use crate::backtest::metrics::{Input, Keys, Metrics};
use crate::backtest::rules::Rules;
use crate::backtest::{EngineFault, Market, run as simulate};
use crate::config::Config;
use crate::failure::Failure;
use crate::market::{Bars, Session, Symbol, Timeframe};
use crate::signal::waterfall::Outcomes;
use crate::signal::{Columns, Reason, Regime, Study, Waterfall, explain};
use crate::store::{self, Manifest};
use crate::units::Ts;

/// A backtest that was run.
pub struct Backtested {
    pub run: StoredRun,
    pub ledger: Ledger,
    pub metrics: Metrics,
    pub band: Band,
    /// What the gates did, symbol by symbol.
    pub told: Vec<Told>,
    /// Intents that the engine did not turn into positions, by reason.
    pub refusals: BTreeMap<String, usize>,
    /// Keys of `trading_logic` that gates wait by, and their bars.
    pub windows: Vec<(&'static str, u32)>,
    pub files: Vec<PathBuf>,
    /// Different trials on these data so far, this one among them.
    pub n_trials: u64,
}

#[derive(serde::Serialize)]
pub struct Told {
    pub symbol: String,
    pub n_intents: usize,
    /// The largest expectation of any bar, in either direction.
    pub largest_bps: Option<f64>,
    pub waterfall: Waterfall,
}

/// What was decided for one symbol.
pub struct Decided {
    /// The bars that were predicted, and what lies between them.
    pub bars: Bars,
    pub sigma: Option<Vec<f64>>,
    /// By rows of these bars.
    pub intents: Intents,
    pub told: Told,
    /// A bit a row, as [`Regime::from_bit`] reads it.
    pub regime: Vec<u8>,
}

/// A stored run's predictions, decided and traded.
pub struct Traded {
    pub decided: Vec<Decided>,
    pub rules: Rules,
    pub ledger: Ledger,
    pub band: Band,
}

fn trade(config: &Config, run: &StoredRun) -> Result<Traded, Failure> {
    decided(config, &desks(config, run)?)
}

/// What the gates let pass, traded.
pub fn decided(config: &Config, desks: &[Desk]) -> Result<Traded, Failure> {
    let decided: Vec<Decided> =
        desks.iter().map(|desk| decide(config, desk)).collect::<Result<_, _>>()?;
    let symbols: Vec<Symbol> = desks.iter().map(|desk| desk.bars.symbol().clone()).collect();
    let rules = config.backtest.rules(&config.trading_logic, &symbols);
    let (ledger, band) = engine(&decided, &rules)?;
    Ok(Traded { decided, rules, ledger, band })
}

pub fn backtest(config: &Config, asked: AskedRun<'_>) -> Result<Backtested, Failure> {
    let run = open_run(asked)?;
    let Traded { decided, rules, ledger, band } = trade(config, &run)?;
    let seen: Vec<Seen<'_>> = decided.iter().map(|one| (&one.bars, &one.regime[..])).collect();
    let metrics = measure(&ledger, &seen, &rules);
    let mut refusals = BTreeMap::new();
    ledger.refusals.iter().for_each(|(_, _, why)| *refusals.entry(word(why)).or_insert(0) += 1);
    let bars: Vec<Bars> = decided.iter().map(|one| one.bars.clone()).collect();
    let told: Vec<Told> = decided.into_iter().map(|one| one.told).collect();
    let report = Report { gates: &told, refusals: &refusals, band: &band };
    let parts = (&ledger, &metrics, &bars[..]);
    let of = (&*run.ledger_key(), &*run.id, &*run.hash());
    let n_trials = count(config, of, (&run.symbols, metrics.sharpe.sharpe))?;
    let at = Place { model: &run.model, folder: &run.folder, below: "" };
    let files = write(config, (&at, &run.symbols), (parts, Some(&report)))?;
    let windows = config.trading_logic.windows();
    Ok(Backtested { run, ledger, metrics, band, told, refusals, windows, files, n_trials })
}

/// A backtest that was run bar by bar.
pub struct LiveBacktest {
    pub live: LiveRun,
    pub metrics: Metrics,
    /// Of the folder below the run's.
    pub name: String,
    pub files: Vec<PathBuf>,
    /// Whether the stored predictions of the same bars give the same ledger, bit for bit; `None`:
    /// there are none.
    pub is_stored: Option<bool>,
    pub n_trials: u64,
}

/// Features, model, gates and engine bar by bar.
pub fn backtest_live(
    config: &Config,
    asked: (&Path, &[Symbol]),
    range: PredictRange,
) -> Result<LiveBacktest, Failure> {
    let live = live(config, asked, range)?;
    let seen: Vec<Seen<'_>> =
        live.bars.iter().zip(&live.regimes).map(|(bars, regimes)| (bars, &regimes[..])).collect();
    let metrics = measure(&live.ledger, &seen, &live.rules);
    let id = &live.model.folder.manifest.id;
    let name = live_name(&live.ledger.ts, range);
    let folder = Path::new(store::RESULTS).join(id);
    let parts = (&live.ledger, &metrics, &live.bars[..]);
    let stored = is_predicted(id).then(|| open_run(AskedRun::whole(id))).transpose()?;
    let traded = stored.as_ref().map(|run| trade(config, run)).transpose()?;
    let same = traded.filter(|traded| traded.ledger.ts == live.ledger.ts);
    let is_stored = same.map(|traded| traded.ledger == live.ledger);
    // The same trial as the stored run's, where that is what it is.
    let made_of = match (&stored, is_stored) {
        (Some(run), Some(_)) => run.hash(),
        _ => {
            format!("{} {:?}", live.fingerprint, live.ledger.ts.first().zip(live.ledger.ts.last()))
        }
    };
    let key = key_of(&live.symbols, live.model.config.data.timeframe);
    let tried = (&*live.symbols, metrics.sharpe.sharpe);
    let n_trials = count(config, (&key, id, &made_of), tried)?;
    let below = format!("{name}/");
    let at = Place { model: &live.model.folder.manifest, folder: &folder, below: &below };
    let files = write(config, (&at, &live.symbols), (parts, None))?;
    Ok(LiveBacktest { live, metrics, name, files, is_stored, n_trials })
}

/// `live`, or, where a range was asked for, `live_2024-01-01_2024-02-01`: first and last day. A part
/// does not take the place of all.
fn live_name(ts: &[Ts], range: PredictRange) -> String {
    let ends = ts.first().copied().zip(ts.last().copied());
    LIVE.to_owned() + &days(ends, range)
}

/// The gates' verdict on every bar, and the bars that the engine will see.
pub fn decide(config: &Config, desk: &Desk) -> Result<Decided, Failure> {
    let params = config.trading_logic.params(&config.backtest);
    let forecasts = desk.forecasts();
    let study = Study::new(desk.inputs(&forecasts)).map_err(Failure::user)?;
    let columns = Columns::new(&study, &params);
    let symbol = desk.bars.symbol().to_string();
    let decisions = explain(&columns, &params).map_err(|fault| unfit(&symbol, &fault))?;
    let outcomes = Outcomes { bps: &desk.outcome_bps, overlap_bars: desk.overlap_bars };
    let mut waterfall = Waterfall::of(&decisions, &outcomes);
    // Bars before the first prediction are history, not refused.
    if let Some(stage) = waterfall.stages.first_mut() {
        stage.before -= desk.first;
        stage.refused -= desk.first;
    }
    let intents =
        shifted(&decisions.intents, desk.first).map_err(|fault| unfit(&symbol, &fault))?;
    let n_intents = intents.as_slice().len();
    let sizes = decisions.expected_bps().iter().map(|bps| bps.abs()).filter(|bps| bps.is_finite());
    let largest_bps = sizes.max_by(f64::total_cmp);
    let regime = crate::signal::regime::regimes(
        study.returns(),
        columns.sigma(),
        params.volatility_window as usize,
    );
    check_stops(&symbol, &waterfall)?;
    Ok(Decided {
        bars: desk.bars.slice(desk.first..desk.bars.len()),
        sigma: desk.sigma().map(|sigma| sigma[desk.first..].to_vec()),
        intents,
        told: Told { symbol, n_intents, largest_bps, waterfall },
        regime: regime[desk.first..].to_vec(),
    })
}

/// A bar so quiet that its stop lies within the spread is refused like any other; where all are, the
/// config is wrong.
fn check_stops(symbol: &str, waterfall: &Waterfall) -> Result<(), Failure> {
    let stage = waterfall.stages.iter().find(|stage| stage.reason == Reason::StopInSpread);
    match stage.filter(|stage| stage.refused > 0 && waterfall.n_taken == 0) {
        None => Ok(()),
        Some(stage) => {
            let message = format!(
                "the stop lies within the spread at each of the {} bars on which `{symbol}` would be traded",
                stage.refused
            );
            Err(Failure::user(message).hint(WIDER_STOP))
        }
    }
}

const WIDER_STOP: &str = "a larger `trading_logic.stop_atr` or `trading_logic.sigma_floor_bps`, or a \
                          smaller `backtest.half_spread_bps`";

fn unfit(symbol: &str, fault: &IntentFault) -> Failure {
    Failure::user(format!("`{symbol}`: {fault}"))
}

/// The same decisions by other rules.
pub fn ledger_of(decided: &[Decided], rules: &Rules) -> Result<Ledger, Failure> {
    let markets: Vec<Market<'_>> =
        decided.iter().map(Decided::market).collect::<Result<_, _>>().map_err(cannot)?;
    let all = markets.iter().zip(decided).zip(&rules.costs);
    let intents: Vec<Intents> = all
        .map(|((market, one), costs)| placed(*market, &one.intents, costs))
        .collect::<Result<_, _>>()?;
    simulate(&markets, &intents.iter().collect::<Vec<_>>(), rules).map_err(cannot)
}

/// Where the spread is wider than the one that was known when it was decided, an order whose stop lies
/// within it is not placed.
pub fn placed(market: Market<'_>, intents: &Intents, costs: &Costs) -> Result<Intents, Failure> {
    let close = market.closes();
    let fits = |i: &&Intent| check_stop("", i, close[i.bar as usize], costs).is_ok();
    Intents::new(intents.as_slice().iter().filter(fits).copied().collect()).map_err(Failure::user)
}

pub fn market_of<'a>(bars: &'a Bars, sigma: Option<&'a [f64]>) -> Result<Market<'a>, EngineFault> {
    match sigma {
        Some(sigma) => Market::of(bars).with_sigma(sigma),
        None => Ok(Market::of(bars)),
    }
}

pub fn engine(decided: &[Decided], rules: &Rules) -> Result<(Ledger, Band), Failure> {
    let markets: Vec<Market<'_>> =
        decided.iter().map(Decided::market).collect::<Result<_, _>>().map_err(cannot)?;
    let intents: Vec<&Intents> = decided.iter().map(|one| &one.intents).collect();
    let ledger = simulate(&markets, &intents, rules).map_err(cannot)?;
    let band = band(&markets, &intents, rules).map_err(cannot)?;
    Ok((ledger, band))
}

impl Decided {
    fn market(&self) -> Result<Market<'_>, EngineFault> {
        market_of(&self.bars, self.sigma.as_deref())
    }
}

pub fn cannot(fault: EngineFault) -> Failure {
    let hint = match &fault {
        EngineFault::StopInSpread { .. } => Some(WIDER_STOP),
        _ => None,
    };
    let failure = Failure::user(fault);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// One symbol's bars, as the engine saw them, and their regimes.
type Seen<'a> = (&'a Bars, &'a [u8]);

/// Trades by session and regime at their decision.
fn measure(ledger: &Ledger, seen: &[Seen<'_>], rules: &Rules) -> Metrics {
    let timeframe = seen.first().map_or(Timeframe::M1, |(bars, _)| bars.timeframe());
    let sessions = sessions(ledger);
    let by_session = |trade: &Trade| sessions.get(&trade.entry_ts).copied().flatten();
    let by_regime = |trade: &Trade| {
        let (_, regimes) = seen.get(trade.symbol as usize)?;
        let regime = Regime::from_bit(*regimes.get(trade.decided_bar as usize)?)?;
        REGIMES.iter().position(|known| *known == regime)
    };
    Metrics::new(&Input {
        ledger,
        cash: rules.cash,
        timeframe,
        sessions: Some(Keys { labels: &SESSION_NAMES, key_of: &by_session }),
        regimes: Some(Keys { labels: &["trend", "range", "volatile"], key_of: &by_regime }),
    })
}

const REGIMES: [Regime; 3] = [Regime::Trend, Regime::Range, Regime::Volatile];
/// The narrowest first: a trade counts for one.
const SESSIONS: [Session; 4] =
    [Session::LondonNewYork, Session::NewYork, Session::London, Session::Asia];
pub const SESSION_NAMES: [&str; 4] = ["london_new_york", "new_york", "london", "asia"];

/// The session that each entry's bar opens in.
pub fn sessions(ledger: &Ledger) -> BTreeMap<Ts, Option<usize>> {
    let mut clocks = SESSIONS.map(Session::clock);
    let mut entries: Vec<Ts> = ledger.trades.iter().map(|trade| trade.entry_ts).collect();
    entries.sort_unstable();
    let on = |ts: Ts| (ts, clocks.iter_mut().position(|clock| clock.contains(ts)));
    entries.into_iter().map(on).collect()
}

/// Puts the trial on record, and tells how many there are. `made_of`: a hash of what was traded.
pub fn count(
    config: &Config,
    (data, id, made_of): (&str, &str, &str),
    (symbols, sharpe): (&[Symbol], Option<f64>),
) -> Result<u64, Failure> {
    let singles = Singles {
        kind: "backtest",
        data,
        context: &format!("{id} {made_of}"),
        seed: config.seed,
        objective: ONE_SCORE,
        n_steps: 1,
        setting: Some(setting(config, (id, made_of), symbols)),
    };
    let scores = sharpe.map(|sharpe| vec![sharpe]).ok_or_else(|| "undefined".to_owned());
    singles.scores(&identity(config, &[]), || Ok(scores))?;
    store::count_trials(Path::new(store::RESULTS), data)
}

/// What is told beside the ledger.
#[derive(serde::Serialize)]
struct Report<'a> {
    gates: &'a [Told],
    refusals: &'a BTreeMap<String, usize>,
    band: &'a Band,
}

type Parts<'a> = (&'a Ledger, &'a Metrics, &'a [Bars]);

/// Where a backtest's files go, and whose they are.
struct Place<'a> {
    model: &'a Manifest,
    folder: &'a Path,
    /// What names begin with.
    below: &'a str,
}

impl Place<'_> {
    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}{name}", self.below))
    }

    /// The files are on record once all of them are written.
    fn record(&self, config: &Config, names: &[&str]) -> Result<Vec<PathBuf>, Failure> {
        let listed: Vec<String> =
            names.iter().map(|name| format!("{}{name}", self.below)).collect();
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        let stage = if self.below.is_empty() { BACKTEST } else { self.below.trim_end_matches('/') };
        record((self.model, self.folder), stage, made_of_config(config), &listed)?;
        Ok(names.iter().map(|name| self.at(name)).collect())
    }
}

fn write(
    config: &Config,
    (place, symbols): (&Place<'_>, &[Symbol]),
    ((ledger, metrics, bars), report): (Parts<'_>, Option<&Report<'_>>),
) -> Result<Vec<PathBuf>, Failure> {
    let at = |name: &str| place.at(name);
    let config = &of_symbols(config, symbols);
    let trades = trades(ledger, symbols)?;
    store::write_table(&at("trades.parquet"), &trades)?;
    store::write_csv(&at("trade_log.csv"), &trades)?;
    store::write_table(&at("fills.parquet"), &fills(ledger, (symbols, bars))?)?;
    store::write_table(&at("equity.parquet"), &equity(ledger, config.backtest.cash)?)?;
    store::write_json(&at("metrics.json"), metrics)?;
    store::write_atomic(&at(BACKTEST_CONFIG), config.to_yaml().as_bytes())?;
    let mut names = vec![
        "trades.parquet",
        "trade_log.csv",
        "fills.parquet",
        "equity.parquet",
        "metrics.json",
        BACKTEST_CONFIG,
    ];
    if let Some(report) = report {
        store::write_json(&at("gates.json"), report)?;
        names.push("gates.json");
    }
    place.record(config, &names)
}
