//! What each stage reads, calls and writes.

mod dataset;
mod exhibits;
mod explain;
mod backtest;
mod desk;
mod diagnose;
mod judge;
mod live;
mod ledger_tables;
mod optimize;
mod single;
mod stored;
mod sweep;
mod tournament;
mod trade_log;
mod predict;
mod recipe;
mod rules;
mod runs;
mod sheet;
mod train;
mod tune;
mod walk;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use backtest::{Backtested, LiveBacktest, Told, backtest, backtest_live};
pub use dataset::{Definition, Lessons, lessons};
pub use diagnose::{Diagnosed, FoldDrift, Models, OfHorizon, diagnose};
pub use exhibits::Exhibit;
pub use explain::{Explained, explain};
pub use judge::{Chances, Judged};
pub use optimize::{Choice, Optimized, optimize};
pub use predict::{PredictRange, Predicted, predict};
pub use rules::{AskedRules, Published};
pub use runs::{
    FIGURES, Figure, FileFacts, FoldFacts, KeyDifference, RunDifference, RunFacts, State, Unit,
    changed, differences, run_facts, runs,
};
pub use stored::{AskedRun, backtest_settings};
pub use sweep::{Asked, By, Figures, Ranked, Row, SweepSampler, Sweeping, short, sweep};
pub use tournament::{Crowned, Fold as TournamentFold, Ranking, Tourney, tournament};
pub use trade_log::{TradeFilter, TradeLog, trade_log};
pub use train::{Model, Report, Training, train};
pub use tune::{Tuned, describe as tuning_line};
pub use walk::{Compared, Comparison, Difference, Retraining, Walk, Walked, walk};

use crate::config::{Config, Place};
use crate::failure::Failure;
use crate::features::{self, BadFeature, FeatureTable, Program, Shape, Wanted, catalog};
use crate::folds::{FoldFault, Folds, Rows, Span};
use crate::ingest;
use crate::labels::{
    BadParam, BarrierInput, BarrierLabels, BarrierParams, ForwardParams, Gaps, Labels, reach,
};
use crate::market::{Bars, Symbol, Timeframe};
use crate::store::{self, Layout, Table, Values};
use crate::units::{DAY_US, Ts};

/// The sources this binary was built from; part of the name of everything that is cached.
const BUILD: &str = env!("EDGEWALK_BUILD");

/// How wide the cells of a feature table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// As the trainer reads them.
    F32,
    /// As the kernels compute them, for comparison with other tools.
    F64,
}

/// A feature table and how it came about.
pub struct Features {
    pub table: FeatureTable,
    pub path: PathBuf,
    /// How long the columns took; none where they were built before.
    pub computed: Option<Duration>,
    /// Whether it is at `path`: in a folder that cannot be written, it is made each time.
    pub is_stored: bool,
}

/// The stored bars of a symbol, between `data.from` and `data.to`; those that were made of shorter
/// ones as these are now.
pub fn bars(config: &Config, symbol: &Symbol) -> Result<Bars, Failure> {
    bars_of(config, symbol, config.data.timeframe)
}

/// As [`bars`], of another timeframe.
pub fn bars_of(config: &Config, symbol: &Symbol, timeframe: Timeframe) -> Result<Bars, Failure> {
    let layout = Layout::new(&config.data.dir);
    let bars = ingest::read_current(symbol, timeframe, &layout)?.bars;
    let from = config.data.from.map_or(0, |ts| bars.ts().partition_point(|t| *t < ts));
    let to = config.data.to.map_or(bars.len(), |ts| bars.ts().partition_point(|t| *t < ts));
    let bars = if (from, to) == (0, bars.len()) { bars } else { bars.slice(from..to.max(from)) };
    if bars.is_empty() {
        let failure =
            Failure::user(format!("no bars of `{symbol}` between `data.from` and `data.to`"));
        return Err(failure.hint("`edgewalk data list` shows what is stored"));
    }
    Ok(bars)
}

/// `features.*` compiled for these bars; all faults at once.
pub fn compile(config: &Config, bars: &Bars) -> Result<Program, Failure> {
    let expressions = config.features.expressions.iter();
    let wanted = Wanted {
        sets: config.features.set.iter().map(|group| group.name().to_owned()).collect(),
        expressions: expressions.map(|e| (e.name.clone(), e.text.clone())).collect(),
    };
    let shape = shape(config, bars);
    check_columns(&wanted, &shape, bars.symbol())?;
    features::compile(&wanted, &shape).map_err(|faults| complain(config, &faults))
}

/// A set that reads columns which not all bars have is refused as one, not column by column.
fn check_columns(wanted: &Wanted, shape: &Shape, symbol: &Symbol) -> Result<(), Failure> {
    let sets = wanted.sets.iter().filter_map(|name| catalog::find(name));
    let lacking = sets.filter_map(|set| Some((set, set.lacks(&shape.extra)?))).next();
    let Some((set, column)) = lacking else { return Ok(()) };
    let message = format!(
        "the set `{}` needs the column `{column}`, which the bars of `{symbol}` do not have",
        set.name
    );
    Err(Failure::user(message).hint(format!(
        "Binance's klines bring {}; else take `{}` out of `features.set`",
        set.needs.join(", "),
        set.name
    )))
}

fn shape(config: &Config, bars: &Bars) -> Shape {
    Shape {
        timeframe: bars.timeframe(),
        calendar: config.data.calendar,
        extra: bars.columns().extra.keys().cloned().collect(),
    }
}

/// Bars → the feature table of a symbol, from the store where it was built before.
pub fn features(
    config: &Config,
    symbol: &Symbol,
    (cells, fresh): (Cells, bool),
) -> Result<Features, Failure> {
    let bars = bars(config, symbol)?;
    let program = compile(config, &bars)?;
    features_of(config, (&program, bars), (cells, fresh))
}

/// As [`features()`], of bars that are read and a program that is compiled already.
fn features_of(
    config: &Config,
    (program, bars): (&Program, Bars),
    (cells, fresh): (Cells, bool),
) -> Result<Features, Failure> {
    let (path, identity) = table_path(config, program, (&bars, cells));
    if path.exists() && !fresh {
        let stored = store::read_identified(&path, &identity);
        match stored.map(|stored| FeatureTable::of(program, &bars, narrow(stored))) {
            Ok(Some(table)) => {
                return Ok(Features { table, path, computed: None, is_stored: true });
            }
            Ok(None) => tracing::warn!("`{}` does not fit: it is made anew", path.display()),
            Err(failure) => tracing::warn!("{failure}: it is computed again"),
        }
    }
    #[expect(clippy::disallowed_methods, reason = "a timing for the log; no result depends on it")]
    let start = std::time::Instant::now();
    let wide = (cells == Cells::F64).then(|| program.evaluate(bars.columns(), |value| value));
    let table = match &wide {
        Some(wide) => FeatureTable::narrowed(program, &bars, wide),
        None => FeatureTable::build(program, &bars),
    };
    let computed = Some(start.elapsed());
    drop(bars);
    let (table, stored) = write_features((&path, &identity), table, wide)?;
    if let Err(failure) = &stored {
        tracing::warn!("{failure}: the table is not kept, and made anew each time");
    }
    Ok(Features { table, path, computed, is_stored: stored.is_ok() })
}

/// Bars → forward returns, one set a horizon.
pub fn labels(config: &Config, bars: &Bars) -> Result<Vec<Labels>, Failure> {
    let params = ForwardParams {
        horizons: config.labels.horizons.clone(),
        entry: config.labels.entry,
        max_gap_bars: config.labels.max_gap_bars,
    };
    Ok(params.check().map_err(|bad| refuse(&bad))?.label(bars, &gaps(config, bars)))
}

/// Bars → which of stop, target and time limit comes first, for a long position at every bar.
pub fn barriers(config: &Config, bars: &Bars) -> Result<BarrierLabels, Failure> {
    let barrier = &config.labels.barrier;
    let params = BarrierParams {
        stop_atr: barrier.stop_atr,
        target_atr: barrier.target_atr,
        max_hold_bars: barrier.max_hold_bars,
        oco_delay_bars: config.backtest.oco_delay_bars,
        limit_fill: config.backtest.limit_fill,
        max_gap_bars: config.labels.max_gap_bars,
    };
    let expressions = vec![("atr".to_owned(), format!("atr({})", barrier.atr_window))];
    let wanted = Wanted { sets: vec![], expressions };
    let program =
        features::compile(&wanted, &shape(config, bars)).map_err(|bad| complain(config, &bad))?;
    let atr = program.evaluate(bars.columns(), |value| value).remove(0);
    let gaps = gaps(config, bars);
    let input = BarrierInput { bars, gaps: &gaps, atr: &atr, sides: None };
    Ok(params.check().map_err(|bad| refuse(&bad))?.label(&input))
}

/// The first row from which on every feature is there, which may be later than their look-back tells:
/// bars may lack what a feature is made of. Tells which features wait, and which have no value at all.
pub fn settled(config: &Config, bars: &Bars) -> Result<usize, Failure> {
    let program = compile(config, bars)?;
    Ok(settled_row(&features_of(config, (&program, bars.clone()), (Cells::F32, false))?.table))
}

fn settled_row(table: &FeatureTable) -> usize {
    let row = table.first_settled();
    if row >= table.ts.len() {
        return row;
    }
    let empty = table.empty_columns(row);
    if !empty.is_empty() {
        tracing::warn!(
            "`{}` has no value of {}: no fold waits for it",
            table.symbol,
            listed(&empty)
        );
    }
    if row > table.warm_up() {
        let before = table.empty_until(row);
        tracing::warn!(
            "`{}` has the first value of {} at `{}`: nothing is learnt before",
            table.symbol,
            listed(&before),
            table.ts[row]
        );
    }
    row
}

/// As many names as one can take in.
fn listed(names: &[&str]) -> String {
    const MANY: usize = 8;
    let shown: Vec<String> = names.iter().take(MANY).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MANY);
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

/// Labels and the first row with every feature → folds, purged by the longest horizon.
pub fn folds(
    config: &Config,
    bars: &Bars,
    labels: &[Labels],
    settled: usize,
) -> Result<Folds, Failure> {
    let span = span(config, (bars.ts(), bars.timeframe()), settled)?;
    let reach = reach(labels);
    let rows = Rows::new(&reach).map_err(Failure::user)?;
    let params = config.walkforward.params();
    let cut = params.check().map_err(|bad| refuse(&bad))?.cut(&rows, span);
    cut.map_err(|fault| unfit(&fault, config.walkforward.test_weeks))
}

/// The stretch in which every feature is there and labels may end.
fn span(
    config: &Config,
    (ts, timeframe): (&[Ts], Timeframe),
    settled: usize,
) -> Result<Span, Failure> {
    let (first, last) = match (ts.get(settled), ts.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => {
            let message =
                format!("{} bars, of which {settled} are warm-up, make no fold", ts.len());
            return Err(Failure::user(message)
                .hint("more bars, or features, rules and layers that look less far back"));
        }
    };
    let length = timeframe.us();
    let mut hours = config.data.calendar.hours();
    let next = last.plus_us(length)..last.plus_us(14 * DAY_US);
    let next_open = hours.expected(next, timeframe).map_or(last.plus_us(length), |e| e.first);
    Ok(Span { first_usable: first.plus_us(length), complete_until: next_open.plus_us(length) })
}

/// Windows that do not fit come with some that do.
fn unfit(fault: &FoldFault, test_weeks: u32) -> Failure {
    let failure = Failure::user(fault);
    let have = match fault {
        FoldFault::TooShort { have, .. } => have,
        FoldFault::EmptySlice { dropped: 0, until, .. } => return failure.hint(past_gap(*until)),
        _ => return failure,
    };
    let whole = have.0 as u32;
    if whole < 2 {
        return failure.hint("more bars: windows of a week each, the shortest, need 2 weeks");
    }
    let test = (whole / 4).clamp(1, test_weeks);
    let train = whole - test;
    failure.hint(format!("more bars, or `--train-weeks {train} --test-weeks {test}`, which fit"))
}

/// What to do about a gap that is as long as a slice.
fn past_gap(until: Ts) -> String {
    let day = until.day();
    format!(
        "`edgewalk data audit` lists the gaps; `--set data.from={day}` begins behind this one, `--set \
         data.to=…` ends before it, and longer windows reach over it"
    )
}

/// How many bars the calendar misses after each bar.
fn gaps(config: &Config, bars: &Bars) -> Gaps {
    let (mut hours, length) = (config.data.calendar.hours(), bars.timeframe().us());
    let missing = |pair: &[Ts]| {
        let between = pair[0].plus_us(length)..pair[1];
        let is_gap = between.start < between.end;
        let expected = is_gap.then(|| hours.expected(between, bars.timeframe())).flatten();
        expected.map_or(0, |e| u32::try_from(e.count).unwrap_or(u32::MAX))
    };
    let mut counts: Vec<u32> = bars.ts().windows(2).map(missing).collect();
    counts.resize(bars.len(), 0);
    Gaps::counted(counts)
}

fn refuse(bad: &[BadParam]) -> Failure {
    let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
    Failure::user(lines.join("\n"))
}

/// Stores a feature table, or its wide twin, and gives it back, stored or not; the columns are lent
/// to the store, not copied.
fn write_features(
    (path, identity): (&Path, &str),
    mut table: FeatureTable,
    wide: Option<Vec<Vec<f64>>>,
) -> Result<(FeatureTable, Result<(), Failure>), Failure> {
    let is_wide = wide.is_some();
    let values: Vec<Values> = match wide {
        Some(columns) => columns.into_iter().map(Values::F64).collect(),
        None => std::mem::take(&mut table.columns).into_iter().map(Values::F32).collect(),
    };
    let mut columns = vec![("ts".to_owned(), Values::Ts(table.ts.clone()))];
    columns.extend(table.names.iter().cloned().zip(values));
    let stored = Table::new(columns).map_err(Failure::user)?;
    let written = store::write_identified(path, &stored, identity);
    if !is_wide {
        table.columns = narrow(stored).into_iter().map(|(_, column)| column).collect();
    }
    Ok((table, written))
}

/// The columns of a stored feature table beside `ts`, as the trainer reads them.
fn narrow(stored: Table) -> Vec<(String, Vec<f32>)> {
    let narrow = |(name, values)| match values {
        Values::F32(column) => Some((name, column)),
        Values::F64(column) => Some((name, column.into_iter().map(features::narrow).collect())),
        Values::Ts(_) | Values::I64(_) | Values::Text(_) => None,
    };
    stored.into_columns().into_iter().filter_map(narrow).collect()
}

/// Where a table is kept, and what it is: its bars, its program and the binary, and how wide it is.
fn table_path(
    config: &Config,
    program: &Program,
    (bars, cells): (&Bars, Cells),
) -> (PathBuf, String) {
    let mut hasher = blake3::Hasher::new();
    for part in [BUILD, &store::fingerprint(bars), program.hash().to_hex().as_str()] {
        hasher.update(part.as_bytes());
    }
    let hash = hasher.finalize().to_hex();
    let wide = if cells == Cells::F64 { "-f64" } else { "" };
    let folder = Layout::new(&config.data.dir).features_dir(bars.symbol());
    let name = format!("{}-{}{wide}.parquet", bars.timeframe(), &hash[..16]);
    (folder.join(name), format!("features {hash}{wide}"))
}

/// Points into the config file where the expression stands there.
fn complain(config: &Config, faults: &[BadFeature]) -> Failure {
    let own = |name: &str| config.features.expressions.iter().find(|e| e.name == name);
    let place = |bad: &BadFeature| Some(own(&bad.name)?.place_of(bad.fault.column() - 1));
    let mut placed: Vec<_> = faults.iter().map(|bad| (place(bad), bad)).collect();
    placed.sort_by_key(|(place, _)| place.as_ref().map(|p| (p.is_flag(), p.line, p.column)));
    let line = |(place, bad): &(Option<Place>, &BadFeature)| match place {
        Some(place) => format!("{place}: {bad}"),
        None => bad.to_string(),
    };
    Failure::user(placed.iter().map(line).collect::<Vec<_>>().join("\n"))
}
