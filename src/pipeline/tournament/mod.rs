//! Ensembles against each other, window by window: `edgewalk tournament`.

mod asked; // what the config asks for
mod audit; // champions are run again
mod listed; // every setting once
mod pictures; // who survived, what they earned
mod tables; // champions, rounds and tries as tables
mod trials; // every setting is a trial
mod watch; // where the time goes

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::rules::{Account, impossible, measured, sigma, traded};
use super::{backtest::market_of, bars, shape};
use crate::backtest::Market;
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::Metrics;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::{Bars, Columns, Symbol, Timeframe};
use crate::optimize::{
    Arena, ArenaFault, Cell, Doing, Plan, Played, Stretch, Tournament, TournamentFault, stitched,
};
use crate::report::selection::transfer::{self, Transfer};
use crate::store::{self, FolderLock, Journal};
use crate::strategy::Ensemble;
use crate::units::{DAY_US, Ts};
use asked::Plans;
use listed::Listed;
use watch::Watch;

pub use audit::Ranking;

/// What is asked for.
pub struct Tourneying<'a> {
    pub config: &'a Config,
    pub symbol: &'a Symbol,
    /// What is under way, how much of it, of how much.
    pub progress: &'a (dyn Fn(&str, usize, usize) + Sync),
}

/// A tournament that was held on all windows.
pub struct Tourney {
    pub id: String,
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub n_candidates: usize,
    pub folds: Vec<Fold>,
    /// Tries of settings on windows or parts of them, and how many different settings there were.
    pub n_tries: usize,
    pub n_settings: usize,
    pub ranking: Ranking,
    /// The champions' profits in and out of sample.
    pub transfer: Option<Transfer>,
    /// Of all test windows one after the other, each by its best champion.
    pub ledger: Ledger,
    pub metrics: Metrics,
    pub files: Vec<PathBuf>,
    /// Different trials on these bars so far.
    pub n_trials: u64,
}

/// One window, and its champions, best first.
pub struct Fold {
    pub number: usize,
    pub train: Range<Ts>,
    pub test: Range<Ts>,
    pub champions: Vec<Crowned>,
}

pub struct Crowned {
    pub candidate: u32,
    pub plan: Plan,
    pub train: Cell,
    pub test: Cell,
}

impl Fold {
    /// A champion's net return a day in and out of sample.
    pub fn per_day(&self, champion: &Crowned) -> [f64; 2] {
        let cells = [(&self.train, &champion.train), (&self.test, &champion.test)];
        cells.map(|(span, cell)| cell.net_return / days(span))
    }
}

fn days(span: &Range<Ts>) -> f64 {
    (span.end.0 - span.start.0) as f64 / DAY_US as f64
}

/// `all of rsi + macd`
pub fn outline(ensemble: &Ensemble) -> String {
    let members: Vec<&str> = ensemble.members().iter().map(|m| m.strategy().name).collect();
    let rule = if members.len() > 1 { ensemble.rule().to_string() + " " } else { String::new() };
    rule + &members.join(" + ")
}

pub fn tournament(asked: &Tourneying<'_>) -> Result<Tourney, Failure> {
    let Tourneying { config, symbol, .. } = *asked;
    let watch = Watch::default();
    watch.turn("bars, windows and candidates");
    let bars = bars(config, symbol)?;
    let shape = shape(config, &bars);
    let plans = Plans::of(config, (&bars, shape))?;
    let sigma = sigma(config, &bars);
    let market = market_of(&bars, sigma.as_deref()).map_err(impossible)?;
    let id = plans.id(config, &bars);
    let folder = Path::new(store::RESULTS).join(&id);
    let _held = FolderLock::take(&folder)?;
    let (journal, played) = play(asked, &plans, (market, bars.columns(), &folder, &watch))?;
    watch.turn("champions again");
    let folds = folds(&bars, &plans, &played)?;
    audit::rerun(&plans, (market, bars.columns()), &folds)?;
    watch.turn("champions' accounts");
    let accounts = walk(config, &plans, (market, bars.columns(), &folds))?;
    watch.turn("ledger of trials and files");
    let listed = Listed::new(&plans, &played)?;
    let n_trials = trials::record(config, &plans, (symbol, &played, &listed))?;
    let first = accounts.first().cloned().unwrap_or_default();
    let metrics = measured(config, &first, bars.timeframe());
    let twins: Vec<_> = played.iter().flat_map(|fold| fold.twins.iter().copied()).collect();
    let done = Tourney {
        id,
        symbol: symbol.clone(),
        timeframe: bars.timeframe(),
        n_candidates: plans.candidates.len(),
        n_tries: played.iter().map(|fold| fold.attempts.len()).sum(),
        n_settings: listed.plans.len(),
        ranking: Ranking::of(&twins),
        transfer: kept(&folds),
        folds,
        ledger: first,
        metrics,
        files: Vec::new(),
        n_trials,
    };
    let walked = bars.slice(walked(&plans)?);
    let files = write(config, (&done, &folder), (&played, &listed), (&accounts, &walked))?;
    let equities: Vec<Vec<f64>> = accounts.iter().map(|a| a.equity.clone()).collect();
    let shown = (played.as_slice(), plans.candidates.as_slice());
    let pictures = pictures::pictures(&done, shown, (&done.ledger.ts, &equities))?;
    journal.close();
    watch.tell();
    Ok(Tourney { files: files.into_iter().chain(pictures).collect(), ..done })
}

/// Fold by fold; those that a killed run has played are not played again.
fn play(
    asked: &Tourneying<'_>,
    plans: &Plans,
    (market, columns, folder, clock): (Market<'_>, &Columns, &Path, &Watch),
) -> Result<(Journal, Vec<Played>), Failure> {
    let (mut journal, mut played) = Journal::open::<Played>(&folder.join("folds.journal"))?;
    let all = plans.windows.len();
    played.truncate(all);
    if !played.is_empty() {
        tracing::info!("{} of {all} folds were played before", played.len());
    }
    let mut arena = Arena::empty((market, columns), &plans.conduct);
    for (at, window) in plans.windows.iter().enumerate().skip(played.len()) {
        let watch = |doing: Doing, round: Option<usize>| {
            clock.doing(doing);
            let stage = round.map_or_else(|| "champions".to_owned(), |n| format!("round {n}"));
            (asked.progress)(&format!("fold {} of {all}, {stage}", at + 1), at, all);
        };
        let terms =
            Tournament { candidates: &plans.candidates, terms: &plans.terms, watch: &watch };
        let span = (window.train.clone(), window.test.clone());
        let fold = terms.play(&mut arena, span).map_err(cannot)?;
        clock.turn("ledger of trials and files");
        journal.append(&fold)?;
        played.push(fold);
        (asked.progress)("", at + 1, all);
    }
    Ok((journal, played))
}

fn folds(bars: &Bars, plans: &Plans, played: &[Played]) -> Result<Vec<Fold>, Failure> {
    let (ts, length) = (bars.ts(), bars.timeframe().us());
    let span = |rows: &Range<usize>| ts[rows.start]..ts[rows.end - 1].plus_us(length);
    let fold = |(number, (window, played)): (usize, (&crate::folds::Window, &Played))| {
        let crowned = |champion: &crate::optimize::Champion| {
            let (candidate, point) = (champion.candidate, &champion.point);
            let plan = listed::plan(&plans.candidates, (candidate, point))?;
            Ok(Crowned { candidate, plan, train: champion.train, test: champion.test })
        };
        let champions = played.champions.iter().map(crowned).collect::<Result<_, Failure>>()?;
        Ok(Fold { number, train: span(&window.train), test: span(&window.test), champions })
    };
    plans.windows.iter().zip(played).enumerate().map(fold).collect()
}

/// The rows from the first test window's beginning to the last one's end.
fn walked(plans: &Plans) -> Result<Range<usize>, Failure> {
    let ends = plans.windows.first().zip(plans.windows.last());
    let (first, last) = ends.ok_or_else(|| Failure::user("there is no window"))?;
    Ok(first.test.start..last.test.end)
}

/// All test windows by the champion of a rank, in one account a rank. A champion whose score in sample
/// is not good enough stays out of the market.
fn walk(
    config: &Config,
    plans: &Plans,
    (market, columns, folds): (Market<'_>, &Columns, &[Fold]),
) -> Result<Vec<Ledger>, Failure> {
    let rows = walked(plans)?;
    let least = config.optimize.min_score;
    let enough = |cell: &Cell| cell.score.is_some_and(|s| least.is_none_or(|least| s > least));
    let account = |rank: usize| {
        let of = |fold: &Fold| -> Option<Plan> {
            let champion = fold.champions.get(rank)?;
            enough(&champion.train).then(|| champion.plan.clone())
        };
        let chosen: Vec<Option<Plan>> = folds.iter().map(of).collect();
        let used: Vec<&Plan> = chosen.iter().flatten().collect();
        let arena = Arena::new((market, columns), &plans.conduct, &used).map_err(arena_fault)?;
        let tests = plans.windows.iter().map(|window| Stretch::whole(window.test.clone()));
        let walked: Vec<(Stretch, Option<&Plan>)> =
            tests.zip(chosen.iter().map(Option::as_ref)).collect();
        let intents = stitched(&arena, &walked, rows.start).map_err(arena_fault)?;
        traded(market.rows(rows.clone()), &intents, &plans.conduct)
    };
    (0..plans.terms.champions).map(account).collect()
}

fn kept(folds: &[Fold]) -> Option<Transfer> {
    let of = |fold: &Fold| -> Vec<transfer::Window> {
        let (inside_days, outside_days) = (days(&fold.train), days(&fold.test));
        let window = |c: &Crowned| transfer::Window {
            inside_profit: c.train.net_return,
            inside_days,
            outside_profit: c.test.net_return,
            outside_days,
        };
        fold.champions.iter().map(window).collect()
    };
    Transfer::of(&folds.iter().flat_map(of).collect::<Vec<_>>())
}

fn write(
    config: &Config,
    (done, folder): (&Tourney, &Path),
    (played, listed): (&[Played], &Listed<'_>),
    (accounts, bars): (&[Ledger], &Bars),
) -> Result<Vec<PathBuf>, Failure> {
    let equities: Vec<Vec<f64>> = accounts.iter().map(|a| a.equity.clone()).collect();
    let named = [
        ("hybrid_optimization_champions", tables::champions(&done.folds)?),
        ("all_in_sample_training_runs", tables::runs(played, listed)?),
        ("survival", tables::survival(played)?),
    ];
    let mut files = Vec::new();
    for (name, table) in named {
        let [csv, parquet] = ["csv", "parquet"].map(|kind| folder.join(format!("{name}.{kind}")));
        store::write_csv(&csv, &table)?;
        store::write_table(&parquet, &table)?;
        files.extend([csv, parquet]);
    }
    let tables = [
        ("settings.parquet", tables::settings(listed)?),
        ("equity_by_rank.parquet", tables::equity(&done.ledger.ts, &equities)?),
    ];
    for (name, table) in tables {
        store::write_table(&folder.join(name), &table)?;
        files.push(folder.join(name));
    }
    let account = Account { ledger: &done.ledger, metrics: &done.metrics };
    files.extend(account.write(config, (&done.symbol, bars), folder)?);
    Ok(files)
}

fn cannot(fault: TournamentFault) -> Failure {
    Failure::user(fault)
}

fn arena_fault(fault: ArenaFault) -> Failure {
    Failure::user(fault)
}
