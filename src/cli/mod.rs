//! One file per subcommand: its arguments and what it does.

mod audit;
mod backtest;
mod config;
mod data;
mod diagnose;
mod explain;
mod features;
mod folds;
mod ingest;
mod labels;
mod optimize;
mod output;
mod predict;
mod progress;
mod retraining; // what walkforward tells of it
mod rules; // what optimize and tournament share
mod run;
mod strategies;
mod tournament;
mod sweep;
mod trades;
mod train;
mod walkforward;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tracing::level_filters::LevelFilter;

use crate::config::{Config, Flag};
use crate::failure::{self, Failure};
use crate::market::Symbol;

pub use output::{print, table, table_of};

/// Walk-forward machine-learning research for people who trade their own models.
///
/// From raw bars to a verdict in three commands:
///
///   edgewalk ingest          bars into the store: what config.yml names, a synthetic market at first
///   edgewalk features check  the feature table, and the proof that no column looks ahead
///   edgewalk walkforward     retrain as time goes by, predict what comes next, trade it, judge it
#[derive(Debug, Parser)]
#[command(name = "edgewalk", version, verbatim_doc_comment, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The config file [default: config.yml where there is one, else the built-in defaults]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Overrides a key of the config; may be repeated
    ///
    /// Columns below features.expressions and data.csv.columns are added to those of the file; all
    /// else takes the place of what the file says.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Threads to compute on [default: one a core]; results do not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Says more (-v) or everything (-vv) of what it does, on stderr
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Says nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

const SYMBOLS: &str = "data.symbols";

#[derive(Debug, Subcommand)]
enum Command {
    Ingest(ingest::Args),
    Data(data::Args),
    Features(features::Args),
    Labels(labels::Args),
    Folds(folds::Args),
    Train(train::Args),
    Predict(predict::Args),
    Explain(explain::Args),
    Walkforward(walkforward::Args),
    Diagnose(diagnose::Args),
    Backtest(backtest::Args),
    Sweep(sweep::Args),
    Optimize(optimize::Args),
    Tournament(tournament::Args),
    Trades(trades::Args),
    Strategies(strategies::Args),
    Run(run::Args),
    Config(config::Args),
}

impl Global {
    pub fn load(&self) -> anyhow::Result<Config> {
        self.load_with(&[])
    }

    /// As [`Self::load`], with a command's own flags for keys of the config.
    pub fn load_with(&self, flags: &[Flag]) -> anyhow::Result<Config> {
        let loaded = Config::load_with(self.config.as_deref(), &self.set, flags);
        Ok(loaded.map_err(Failure::from)?)
    }

    /// The symbols that this very command names, for what knows its own: a run, a model. What a file
    /// says of symbols is for what has none yet.
    fn only<'a>(&self, config: &'a Config) -> &'a [Symbol] {
        let names = |set: &String| set.split('=').next().is_some_and(|key| key.trim() == SYMBOLS);
        if self.set.iter().any(names) { &config.data.symbols } else { &[] }
    }
}

/// The symbol that a flag names, or all of the config's.
fn symbols<'a>(config: &'a Config, one: Option<&'a Symbol>) -> Vec<&'a Symbol> {
    one.map_or_else(|| config.data.symbols.iter().collect(), |symbol| vec![symbol])
}

/// The symbol that a flag names, or the first of the config's.
fn one_symbol<'a>(config: &'a Config, one: Option<&'a Symbol>) -> Result<&'a Symbol, Failure> {
    let symbol = one.or_else(|| config.data.symbols.first());
    symbol.ok_or_else(|| Failure::user("no symbol").hint("`--symbol BTCUSDT`"))
}

/// Logs go to stderr: results alone are on stdout.
pub fn start_log(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => LevelFilter::ERROR,
        (_, 0) => LevelFilter::INFO,
        (_, 1) => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .without_time()
        .with_target(false)
        .compact()
        .init();
}

/// Runs the command; the exit code says how it went.
pub fn run(cli: &Cli) -> u8 {
    match start_threads(cli.global.threads).and_then(|()| execute(cli)) {
        Ok(()) => 0,
        Err(error) if output::reader_left(&error) => 0,
        Err(error) => {
            output::complain(&failure::render(&error));
            failure::exit_code(&error)
        }
    }
}

/// As many threads as are asked for, before anything asks for one.
fn start_threads(n: Option<u16>) -> anyhow::Result<()> {
    let Some(n) = n else { return Ok(()) };
    let started = rayon::ThreadPoolBuilder::new().num_threads(usize::from(n)).build_global();
    Ok(started.map_err(|error| {
        Failure::world(format!("cannot start {n} threads: {error}"))
            .hint("ask for fewer with `--threads`, or leave it away")
    })?)
}

fn execute(cli: &Cli) -> anyhow::Result<()> {
    match &cli.command {
        Command::Ingest(args) => ingest::execute(args, &cli.global),
        Command::Data(args) => data::execute(args, &cli.global),
        Command::Features(args) => features::execute(args, &cli.global),
        Command::Labels(args) => labels::execute(args, &cli.global),
        Command::Folds(args) => folds::execute(args, &cli.global),
        Command::Train(args) => train::execute(args, &cli.global),
        Command::Predict(args) => predict::execute(args, &cli.global),
        Command::Explain(args) => explain::execute(args, &cli.global),
        Command::Walkforward(args) => walkforward::execute(args, &cli.global),
        Command::Diagnose(args) => diagnose::execute(args, &cli.global),
        Command::Backtest(args) => backtest::execute(args, &cli.global),
        Command::Sweep(args) => sweep::execute(args, &cli.global),
        Command::Optimize(args) => optimize::execute(args, &cli.global),
        Command::Tournament(args) => tournament::execute(args, &cli.global),
        Command::Trades(args) => trades::execute(args, &cli.global),
        Command::Strategies(args) => strategies::execute(args, &cli.global),
        Command::Run(args) => run::execute(args, &cli.global),
        Command::Config(args) => config::execute(args, &cli.global),
    }
}
