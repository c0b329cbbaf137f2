//! `edgewalk sweep`: thousands of settings on a stored run's predictions.

use anyhow::Result;

use super::backtest::{cost_share, percent, told};
use super::progress::Drawn;
use super::{Global, print, table_of};
use crate::config::{Config, Swept};
use crate::failure::Failure;
use crate::ingest::feeds::Progress;
use crate::pipeline::{self, Asked, AskedRun, By, Row, SweepSampler, Sweeping};

/// Try many settings on the predictions of a stored run, and rank them
///
/// A `--set` whose value is a range or a list is swept: `0.5..3.0:0.1` (start, end, step), `0.5..3.0`
/// (random and tpe alone), `10..1000 log`, or `1 | 2 | null`; keys of `trading_logic` and `backtest`.
/// Any other `--set` holds for all settings. Trades, net return and Sharpe ratio of each are, to the
/// last bit, what `edgewalk backtest` with its values would tell; turnover and drawdown are told by
/// days' ends, there by bars. Each counts as a trial. A sweep that was stopped goes on where it was.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run: its id, or the beginning of it (`edgewalk run list`)
    #[arg(long, default_value = "latest")]
    run: String,
    /// How settings are chosen: all of them, by chance, or where earlier ones were good
    #[arg(long, value_enum, default_value_t = Sampler::Grid)]
    sampler: Sampler,
    /// Settings to try [default: random 1000, tpe 200; a grid is tried whole]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    trials: Option<u64>,
    /// Settings to show
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sampler {
    Grid,
    Random,
    Tpe,
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let swept = Swept::of(&global.set).map_err(Failure::from)?;
    if swept.is_empty() {
        let failure = Failure::user("nothing is swept: no `--set` has a range or a list");
        return Err(failure.hint("`--set trading_logic.z_threshold=0.5..3.0:0.1`").into());
    }
    let config = Config::load(global.config.as_deref(), swept.plain()).map_err(Failure::from)?;
    let sampler = match args.sampler {
        Sampler::Grid => SweepSampler::Grid,
        Sampler::Random => SweepSampler::Random,
        Sampler::Tpe => SweepSampler::Tpe,
    };
    let drawn = Drawn::new("sweep", "settings", global.quiet);
    let progress = |done: usize, all: usize| drawn.at(done as u64, Some(all as u64));
    let run = AskedRun { run: &args.run, only: global.only(&config) };
    let trials = args.trials;
    let asked = Asked { run, swept: &swept, sampler, trials, progress: &progress };
    let done = pipeline::sweep(&config, &asked)?;
    drop(drawn);
    let mut text = format!("{}\n\n{}", headline(&done), ranking(&done, args.top));
    text += &lonely(&done);
    text += &counts(&done);
    text += &luck(&done);
    for path in &done.files {
        text += &format!("wrote `{}`\n", path.display());
    }
    print(&text)
}

fn headline(done: &Sweeping) -> String {
    let (from, to) = done.run.span().unwrap_or_default();
    format!(
        "{}, {} settings from {from} to {to}, predicted by `{}`",
        done.run.subject(),
        told(Some(done.ranked.rows.len() as f64), 0),
        done.run.id,
    )
}

/// The last part of each key, or all of it where two would be alike.
fn names(keys: &[String]) -> Vec<&str> {
    let leaf = |key: &'_ str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let is_alone = |key: &String| keys.iter().filter(|k| leaf(k) == leaf(key)).count() == 1;
    let name = |key| if is_alone(key) { key.rsplit('.').next().unwrap_or(key) } else { key };
    keys.iter().map(name).collect()
}

fn ranking(done: &Sweeping, top: usize) -> String {
    let ranked = &done.ranked;
    let mut header = vec!["rank"];
    header.extend(names(&ranked.keys));
    header.extend(["Sharpe", "net return", "trades", "turnover", "costs of gross", "drawdown"]);
    let has_neighbours = !ranked.best_around.is_empty();
    header.extend(["neighbours", "rank there"].iter().filter(|_| has_neighbours));
    let n_columns = header.len();
    let row = |row: &Row| {
        let (point, figures) = (&row.trial.point, row.tried.figures());
        let of = |value: Option<f64>, decimals| told(value, decimals);
        let mut cells = vec![row.rank.map_or("–".to_owned(), |rank| rank.to_string())];
        cells.extend(point.values().map(pipeline::short));
        let rank = |rank: Option<usize>| rank.map_or("–".to_owned(), |rank| rank.to_string());
        cells.extend([
            of(row.tried.sharpe(), 2),
            percent(figures.map(|f| f.net_return)),
            of(figures.map(|f| f.trades as f64), 0),
            of(figures.and_then(|f| f.turnover_per_year), 0) + " ×",
            cost_share(figures.and_then(pipeline::Figures::cost_share)),
            percent(figures.map(|f| f.max_drawdown)),
            of(row.around, 2),
            rank(row.rank_around),
        ]);
        cells.truncate(n_columns);
        cells
    };
    table_of(&header, "r", ranked.top(top).map(row)) + &legend(done, has_neighbours)
}

fn legend(done: &Sweeping, has_neighbours: bool) -> String {
    if done.ranked.rows.iter().all(|row| row.rank.is_none()) {
        return "\nNo setting has a Sharpe ratio.\n\n".to_owned();
    }
    let mut shown =
        "\nturnover: a year, in multiples of the mean equity; drawdown: both by days' ends, where \
         `backtest` goes by bars.\n"
            .to_owned();
    shown += &few(done);
    shown += match has_neighbours {
        true => {
            "neighbours: the mean Sharpe ratio one step away along each key. A peak that stands \
                 alone is a warning.\n"
        }
        false => {
            "There are no neighbours to compare with: only steps, as in `0.5..3.0:0.1`, have \
                  them.\n\n"
        }
    };
    shown
}

/// Settings that were ranked by their few trades.
fn few(done: &Sweeping) -> String {
    let (n, least) = (done.ranked.n_few(), done.ranked.min_trades);
    let than = format!("fewer than {least} trades");
    match n {
        0 => String::new(),
        _ if n == done.ranked.best.len() => {
            format!("All of them have {than} (`verdict.min_trades`), which tells nothing.\n")
        }
        1 => format!("1 setting with {than} stands below all others (`verdict.min_trades`).\n"),
        n => format!("{n} settings with {than} stand below all others (`verdict.min_trades`).\n"),
    }
}

/// What stands best among its neighbours.
fn lonely(done: &Sweeping) -> String {
    let Some(best) = done.ranked.best_around.first().map(|at| &done.ranked.rows[*at]) else {
        return String::new();
    };
    let point = best.trial.point.iter();
    let values: Vec<String> = point.map(|(key, value)| format!("--set {key}={value}")).collect();
    format!(
        "The best neighbourhood, {} in the mean of {}, is that of {} (Sharpe {}, rank {}).\n\n",
        told(best.around, 2),
        best.n_around,
        values.join(" "),
        told(best.tried.sharpe(), 2),
        best.rank.map_or("–".to_owned(), |rank| rank.to_string()),
    )
}

fn counts(done: &Sweeping) -> String {
    let mut text = String::new();
    for (by, n) in &done.by {
        let n = told(Some(*n as f64), 0);
        text += &match by {
            By::Screen => format!("{n} settings went through the screen.\n"),
            By::Engine(why) => format!("{n} settings went through the engine: {why}.\n"),
            By::Nobody => format!("{n} points are no settings.\n"),
        };
    }
    for (why, n) in &done.failed {
        text += &format!("{} without a Sharpe ratio: {why}\n", told(Some(*n as f64), 0));
    }
    text
}

/// What should sober.
fn luck(done: &Sweeping) -> String {
    let n = told(Some(done.ranked.rows.len() as f64), 0);
    let so_far = told(Some(done.n_trials as f64), 0);
    match (done.luck, done.standard_error) {
        (Some(luck), Some(error)) => format!(
            "{n} settings were tried on {} days, {so_far} trials so far on these data: the best Sharpe \
             ratio to expect of as many independent ones by luck alone is about {luck:.2} (standard \
             error {error:.2}; Bailey & López de Prado 2014).\n",
            done.days
        ),
        _ => format!("{so_far} trials so far on these data.\n"),
    }
}
