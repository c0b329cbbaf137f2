//! `edgewalk optimize`: a rule strategy, chosen anew on each window.

use anyhow::Result;

use super::backtest::{percent, told};
use super::diagnose::shown;
use super::progress::Drawn;
use super::rules::{Windows, ending, numbers};
use super::{Global, one_symbol, print};
use crate::config::Flag;
use crate::optimize::Cell;
use crate::pipeline::{self, AskedRules, Choice, Optimized};
use crate::stats;

/// Choose a rule strategy's settings on each window, and try them on the bars after it
///
/// All settings of a grid, or some of them, are tried on each training window; the best is traded on
/// the test window behind it, and the test windows make one out-of-sample record. Every setting counts
/// as a trial. Windows are the weeks of `walkforward`, or bars. `edgewalk strategies` lists what there
/// is; `optimize` in the config has what the flags below set, and what is searched, besides layers,
/// pick (best or plateau), score, regimes, permutations and more: `config.yml` explains each.
///
/// --set 'optimize.space={period: 5..30 step 5, exits: {stop: 1.0..3.0 step 0.5}}' searches these alone;
/// a single value, as in --set optimize.space.period=14, fixes one parameter.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The strategy, or an ensemble such as 'all of rsi + macd' or '2 of rsi + macd + mfi' [default:
    /// optimize.strategy]
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// Which settings are tried: grid, random, two_stage, tpe, gaussian_process (or
    /// bayes), halving, hyperband
    #[arg(long)]
    mode: Option<String>,
    /// Settings to try, for all modes but grid; two-stage goes on around the best of them
    #[arg(long, value_name = "N")]
    trials: Option<u32>,
    #[command(flatten)]
    windows: Windows,
    /// Windows to show
    #[arg(long, value_name = "N", default_value_t = 12)]
    top: usize,
}

impl Args {
    fn flags(&self) -> Vec<Flag> {
        let texts = [
            ("--strategy", "optimize.strategy", self.strategy.clone()),
            ("--mode", "optimize.mode", self.mode.as_ref().map(|mode| mode.replace('-', "_"))),
        ];
        let texts =
            texts.into_iter().filter_map(|(flag, key, text)| Some(Flag::new(flag, key, &text?)));
        let trials = numbers([("--trials", "optimize.trials", self.trials)]);
        texts.chain(trials).chain(self.windows.flags()).collect()
    }
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load_with(&args.flags())?;
    let symbol = one_symbol(&config, args.windows.symbol.as_ref())?;
    let drawn = Drawn::new("optimize", "settings", global.quiet);
    let asked = AskedRules { config: &config, symbol, progress: &drawn.counting() };
    let done = pipeline::optimize(&asked)?;
    drop(drawn);
    let told = headline(&done) + &shown(&done.chosen(args.top)) + &summary(&done);
    print(&(told + &ending(&done.verdict, &done.published)))
}

fn headline(done: &Optimized) -> String {
    let n = |n: usize| told(Some(n as f64), 0);
    let exact: String = done
        .exact
        .iter()
        .map(|(why, some)| {
            format!("{} tries by the engine, slower than the screen, for {why}\n", n(*some))
        })
        .collect();
    format!(
        "{} {}, `{}`: {} settings on {} windows{}, {} tries\n{}\n{exact}\n",
        done.symbol,
        done.timeframe,
        done.setup.ensemble.outline(),
        n(done.n_settings),
        n(done.n_windows()),
        by_regime(done),
        n(done.n_tries),
        done.searched(),
    )
}

fn by_regime(done: &Optimized) -> String {
    match done.windows.len() / done.n_windows().max(1) {
        1 => String::new(),
        n => format!(" of {n} regimes each"),
    }
}

fn summary(done: &Optimized) -> String {
    let chosen: Vec<&Choice> =
        done.windows.iter().filter_map(|step| step.chosen.as_ref()).collect();
    let mean = |of: fn(&Choice) -> &Cell| {
        stats::mean(&chosen.iter().map(|c| of(c).net_return).collect::<Vec<_>>())
    };
    let traded = chosen.iter().filter(|c| c.test.trades > 0).count();
    let won = chosen.iter().filter(|c| c.test.net_return > 0.0).count();
    format!(
        "{} of {}{} had a setting that was good enough; {traded} traded afterwards, {won} earned.\n\
         Alone, begun and ended flat, one earned {} where it was chosen, and {} where it was tried.\n{}\
         In one account, positions carried from window to window: {} trades, net return {}, Sharpe ratio {}, deepest fall {}.\n\
         {} trials so far on these bars.\n",
        chosen.len(),
        told(Some(done.n_windows() as f64), 0),
        match done.windows.len() / done.n_windows().max(1) {
            1 => " windows".to_owned(),
            n => format!(" × {n} windows and regimes"),
        },
        percent(mean(|c| &c.train)),
        percent(mean(|c| &c.test)),
        around(&chosen),
        told(Some(done.ledger.trades.len() as f64), 0),
        percent(done.metrics.growth.total_return),
        told(done.metrics.sharpe.sharpe, 2),
        percent(done.metrics.drawdown.max_drawdown),
        told(Some(done.n_trials as f64), 0),
    )
}

const NOTHING: &str = "What may help: longer windows (--train-weeks), fewer `optimize.min_trades`, \
                       a lower `optimize.min_score`, or another space (`optimize.space`).\n";

/// Whether the chosen settings stand among good ones.
fn around(chosen: &[&Choice]) -> String {
    let known = chosen.iter().filter_map(|choice| choice.plateau);
    let scores: Vec<f64> = known.map(|plateau| plateau.score).collect();
    if chosen.is_empty() {
        return NOTHING.to_owned();
    }
    let has_score = chosen.iter().any(|choice| choice.train.score.is_some_and(|score| score > 0.0));
    let unknown = || match has_score {
        true => {
            "No neighbour of a chosen setting was tried, so that nobody can tell a plateau from a \
                 needle: --mode grid tries all.\n"
                .to_owned()
        }
        false => String::new(),
    };
    stats::median(&scores).map_or_else(unknown, |median| {
        format!(
            "Settings one step from the chosen ones, along one parameter or two, had {} of their score there (median of {} windows): \
             near 1 is a plateau, near 0 or below a needle.\n",
            told(Some(median), 2),
            told(Some(scores.len() as f64), 0),
        )
    })
}
