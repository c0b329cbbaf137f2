//! Rules chosen window by window, and tried on the bars after each: `edgewalk optimize`.

mod asked; // what the config asks for
mod grid; // windows for people
mod pictures; // equity, before and after, parameters
mod shuffled; // the whole search on markets without order
mod standing; // what the record and the choosing are worth
mod tables; // windows, settings and tries as tables
mod trials; // every setting is a trial

use std::ops::Range;
use std::path::Path;

use super::backtest::market_of;
use super::diagnose::thresholds;
use super::rules::{
    Account, AskedRules, Paper, Published, Walked, days, evidence, fingerprint, impossible,
    publish, reach, refuse, sigma,
};
use super::{bars, shape};
use crate::backtest::ledger::Ledger;
use crate::backtest::metrics::Metrics;
use crate::config::Config;
use crate::failure::Failure;
use crate::market::{Bars, Symbol, Timeframe};
use crate::optimize::{
    Arena, ArenaFault, Cell, Exact, ExploreFault, Explored, Field, How, Kind, Pick, Plan, Setup,
    Stretch, explore, stitched,
};
use crate::report::page::told;
use crate::report::selection::Selection;
use crate::report::selection::plateau::Plateau;
use crate::report::verdict::{Evidence, Verdict, judge_rules};
use crate::search::{Point, Space};
use crate::store::{self, FolderLock};
use crate::units::Ts;
use asked::Plans;
use pictures::Scene;
use shuffled::procedure;

/// A walk that was made.
pub struct Optimized {
    pub id: String,
    pub symbol: Symbol,
    pub timeframe: Timeframe,
    pub setup: Setup,
    pub space: Space,
    pub windows: Vec<Step>,
    pub n_settings: usize,
    pub n_tries: usize,
    /// Tries that the screen could not judge, by the reason.
    pub exact: Exact,
    /// Of all test windows, one after the other.
    pub ledger: Ledger,
    pub metrics: Metrics,
    pub evidence: Evidence,
    pub selection: Selection,
    pub verdict: Verdict,
    pub published: Published,
    /// Different trials on these bars so far.
    pub n_trials: u64,
}

/// One window, what it chose, and what came of it.
pub struct Step {
    pub window: usize,
    /// Where regimes have settings of their own.
    pub regime: Option<&'static str>,
    pub train: Range<Ts>,
    pub test: Range<Ts>,
    /// `None`: nothing had a score that is good enough.
    pub chosen: Option<Choice>,
}

pub struct Choice {
    pub point: Point,
    pub train: Cell,
    pub test: Cell,
    /// `None` where nothing around it was tried.
    pub plateau: Option<Plateau>,
}

pub fn optimize(asked: &AskedRules<'_>) -> Result<Optimized, Failure> {
    let AskedRules { config, symbol, progress } = *asked;
    let bars = bars(config, symbol)?;
    let shape = shape(config, &bars);
    let plans = Plans::of(config, (&bars, shape))?;
    let id = plans.id(config, &bars);
    let held = FolderLock::take(&Path::new(store::RESULTS).join(&id))?;
    let sigma = sigma(&plans.conduct, &bars);
    let market = market_of(&bars, sigma.as_deref()).map_err(impossible)?;
    let trains: Vec<Stretch> = plans.kinds.iter().map(|kind| kind.train.clone()).collect();
    let tell = |done, all| progress("settings", done, all);
    let field = plans.field(config, (market, bars.columns()), (&trains, &tell));
    let found = explore(&field, &plans.how).map_err(cannot)?;
    made(asked, (&field, &plans, &bars), (&found, id, &held))
}

/// How a window chooses.
fn by(config: &Config) -> (Pick, Option<f64>) {
    (config.optimize.pick, config.optimize.min_score)
}

/// What was found becomes one record, and a verdict on it.
fn made(
    asked: &AskedRules<'_>,
    (field, plans, bars): (&Field<'_>, &Plans, &Bars),
    (found, id, held): (&Explored, String, &FolderLock),
) -> Result<Optimized, Failure> {
    let AskedRules { config, symbol, progress } = *asked;
    let chosen = found.choose((&plans.space, plans.kinds.len()), by(config));
    let tests = tested(field, plans, (found, &chosen))?;
    let windows = steps(bars, plans, (found, &tests, &chosen));
    progress("out-of-sample record", 0, 1);
    let walked = walk(config, field, (&plans.kinds, found, &chosen))?;
    let n_trials = trials::record(config, plans, (symbol, found, &id))?;
    let ends = windows.iter().map(|step| step.test.end).collect();
    let evidence = evidence(config, &walked, (ends, n_trials))?;
    let rows = walked.rows.clone();
    let selection = Selection {
        procedure: procedure(asked, (bars, plans), walked.metrics.growth.total_return)?,
        ..standing::selection((field, &plans.beforehand), (found, &tests, &windows), rows.clone())?
    };
    let done = Optimized {
        id,
        symbol: symbol.clone(),
        timeframe: bars.timeframe(),
        setup: plans.setup.clone(),
        space: plans.space.clone(),
        n_settings: found.settings.len(),
        n_tries: found.tries.len(),
        exact: found.exact.clone(),
        windows,
        ledger: walked.ledger,
        metrics: walked.metrics,
        verdict: judge_rules(&evidence, &selection, &thresholds(config)),
        evidence,
        selection,
        published: Published::default(),
        n_trials,
    };
    let published = write((config, held), &done, (found, &tests), (bars, rows))?;
    Ok(Optimized { published, ..done })
}

/// On the test windows: all settings where all windows tried the same, which tells whether choosing is
/// worth anything; else those that were chosen.
fn tested(
    field: &Field<'_>,
    plans: &Plans,
    (found, chosen): (&Explored, &[Option<usize>]),
) -> Result<Explored, Failure> {
    let tests: Vec<Stretch> = plans.kinds.iter().map(|kind| kind.test.clone()).collect();
    let field = Field { windows: &tests, ..*field };
    let of = |(at, point): (usize, &Point)| {
        let mine = (0..tests.len()).filter(|window| chosen[*window] == Some(at));
        (point.clone(), mine.collect::<Vec<usize>>())
    };
    let how = match &plans.how {
        How::All(points) => How::All(points.clone()),
        _ => {
            let all = found.settings.points.iter().enumerate().map(of);
            How::These(all.filter(|(_, windows)| !windows.is_empty()).collect())
        }
    };
    explore(&field, &how).map_err(cannot)
}

fn steps(
    bars: &Bars,
    plans: &Plans,
    (found, tests, chosen): (&Explored, &Explored, &[Option<usize>]),
) -> Vec<Step> {
    let kinds = &plans.kinds;
    let n_kinds = kinds.iter().filter(|kind| kind.train.rows == kinds[0].train.rows).count();
    let point = |at: &Option<usize>| at.map(|at| &found.settings.points[at]);
    let points: Vec<Option<&Point>> = chosen.iter().map(point).collect();
    let (trains, tests) = (found.cells(&points), tests.cells(&points));
    let around = found.around(&plans.space, chosen);
    let step = |(at, kind): (usize, &Kind)| {
        let choice = |point: &Point| {
            let (point, train, test) = (point.clone(), trains[at]?, tests[at]?);
            let plateau = train.score.and_then(|own| Plateau::of(own, &around[at]));
            Some(Choice { point, train, test, plateau })
        };
        let chosen = points[at].and_then(choice);
        let [train, test] = [&kind.train, &kind.test].map(|stretch| reach(bars, &stretch.rows));
        Step { window: at / n_kinds, regime: kind.regime, train, test, chosen }
    };
    kinds.iter().enumerate().map(step).collect()
}

/// Each test window by its own setting, in one account.
fn walk<'a>(
    config: &Config,
    field: &Field<'a>,
    (kinds, found, chosen): (&[Kind], &Explored, &[Option<usize>]),
) -> Result<Walked<'a>, Failure> {
    let (Some(first), Some(last)) = (kinds.first(), kinds.last()) else {
        return Err(Failure::user("there is no window"));
    };
    let rows = first.test.rows.start..last.test.rows.end;
    let plan = |at: &Option<usize>| at.map(|at| &found.settings.plans[at]);
    let walked: Vec<(Stretch, Option<&Plan>)> =
        kinds.iter().zip(chosen).map(|(w, at)| (w.test.clone(), plan(at))).collect();
    let used: Vec<&Plan> = walked.iter().filter_map(|(_, plan)| *plan).collect();
    let fault = |fault: ArenaFault| cannot(fault.into());
    let arena = Arena::new((field.market, field.columns), field.conduct, &used).map_err(fault)?;
    let intents = stitched(&arena, &walked, rows.start).map_err(fault)?;
    Walked::of(config, (field.market, field.conduct), (rows, intents))
}

fn write(
    (config, held): (&Config, &FolderLock),
    done: &Optimized,
    (found, tests): (&Explored, &Explored),
    (bars, rows): (&Bars, Range<usize>),
) -> Result<Published, Failure> {
    let folder = Path::new(store::RESULTS).join(&done.id);
    let at = |name: &str| folder.join(name);
    let windows = tables::windows(done)?;
    let mut files = vec![at("champions.csv"), at("champions.parquet")];
    store::write_csv(&files[0], &windows)?;
    store::write_table(&files[1], &windows)?;
    let tables = [
        ("settings.parquet", tables::settings(found)?),
        ("all_in_sample_training_runs.parquet", tables::tries(found, &done.windows)?),
        ("out_of_sample_runs.parquet", tables::tries(tests, &done.windows)?),
    ];
    for (name, table) in tables {
        store::write_table(&at(name), &table)?;
        files.push(at(name));
    }
    let account = Account { ledger: &done.ledger, metrics: &done.metrics };
    files.extend(account.write(config, (&done.symbol, &bars.slice(rows)), &folder)?);
    let scene = Scene::of(done, tests);
    let panels = scene.panels();
    let paper = Paper {
        id: &done.id,
        subject: scene.subject.clone(),
        about: about(done),
        config,
        held,
        data: fingerprint(bars),
        metrics: &done.metrics,
        verdict: &done.verdict,
        evidence: &done.evidence,
        selection: &done.selection,
    };
    publish(&paper, (&scene.drafts(&panels), done.chosen(MOST_ROWS)), files)
}

/// Windows on the page; all are in champions.csv.
const MOST_ROWS: usize = 60;

fn about(done: &Optimized) -> String {
    let n = |n: usize| told(Some(n as f64), 0);
    let ts = &done.ledger.ts;
    let settings = format!("{} settings, {} windows", n(done.n_settings), n(done.n_windows()));
    format!("{} {}, {}, {settings}", done.symbol, done.timeframe, days(ts))
}

fn cannot(fault: ExploreFault) -> Failure {
    match fault {
        ExploreFault::Setup(faults) => refuse(&faults),
        ExploreFault::Arena(fault) => Failure::user(fault),
    }
}
