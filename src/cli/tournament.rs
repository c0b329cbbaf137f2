//! `edgewalk tournament`: ensembles of rule strategies against each other, on each window.

use anyhow::Result;

use super::backtest::{percent, told};
use super::diagnose::shown;
use super::progress::Drawn;
use super::rules::{Windows, ending, numbers};
use super::{Global, one_symbol, print};
use crate::config::Flag;
use crate::pipeline::{self, AskedRules, Tourney};

/// Let random ensembles of rule strategies compete on each window, and try the champions on the bars
/// after it
///
/// All candidates are tried on a small part of the training window, half are dropped, and the others
/// see twice as much, until champions are left on all of it. Their parameters are then optimised by the
/// exact engine, and each is run once on the test window. Every setting counts as a trial. Windows are
/// those of `edgewalk optimize`; `tournament` in the config has the rest.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Random ensembles, the same on all windows [default: tournament.candidates]
    #[arg(long, value_name = "N")]
    candidates: Option<u32>,
    /// How many are left in the end [default: tournament.champions]
    #[arg(long, value_name = "N")]
    champions: Option<u32>,
    /// Settings of each champion that are tried on the whole window
    #[arg(long, value_name = "N")]
    bayes_trials: Option<u32>,
    #[command(flatten)]
    windows: Windows,
    /// Folds to show
    #[arg(long, value_name = "N", default_value_t = 6)]
    top: usize,
}

impl Args {
    fn flags(&self) -> Vec<Flag> {
        let own = numbers([
            ("--candidates", "tournament.candidates", self.candidates),
            ("--champions", "tournament.champions", self.champions),
            ("--bayes-trials", "tournament.bayes_trials", self.bayes_trials),
        ]);
        own.into_iter().chain(self.windows.flags()).collect()
    }
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load_with(&args.flags())?;
    let symbol = one_symbol(&config, args.windows.symbol.as_ref())?;
    let drawn = Drawn::with_line("tournament", "folds", global.quiet);
    let asked = AskedRules { config: &config, symbol, progress: &drawn.counting() };
    let done = pipeline::tournament(&asked)?;
    drop(drawn);
    let told = headline(&done) + &shown(&done.crowned(args.top)) + &summary(&done);
    print(&(told + &ending(&done.verdict, &done.published)))
}

fn headline(done: &Tourney) -> String {
    let n = |n: usize| told(Some(n as f64), 0);
    format!(
        "{} {}: {} candidates on {} fold{}, {} settings, {} tries\n\n",
        done.symbol,
        done.timeframe,
        n(done.n_candidates),
        n(done.folds.len()),
        if done.folds.len() == 1 { "" } else { "s" },
        n(done.n_settings),
        n(done.n_tries),
    )
}

fn summary(done: &Tourney) -> String {
    let champions = || done.folds.iter().flat_map(|fold| &fold.champions);
    let won = champions().filter(|champion| champion.test.net_return > 0.0).count();
    let ratio = done.selection.transfer.as_ref().and_then(|transfer| transfer.efficiency);
    let kept = match ratio {
        Some(ratio) => format!("a day they made {ratio:.2} of what they made in sample"),
        None => "together they made nothing in sample that could be kept".to_owned(),
    };
    let ranking = &done.ranking;
    format!(
        "{won} of {} champions earned out of sample; {kept} (overfit ratio).\n\
         Out of sample, the best of each fold: {} trades, net return {}, Sharpe ratio {}, deepest \
         fall {}.\n\
         Screen and engine rank {} of the settings alike: rank correlation {}, {} scores differ. All \
         champions were run again and came to the same.\n\
         {} trials so far on these bars.\n",
        champions().count(),
        told(Some(done.ledger.trades.len() as f64), 0),
        percent(done.metrics.growth.total_return),
        told(done.metrics.sharpe.sharpe, 2),
        percent(done.metrics.drawdown.max_drawdown),
        told(Some(ranking.n as f64), 0),
        told(ranking.correlation, 4),
        ranking.n_differ,
        told(Some(done.n_trials as f64), 0),
    )
}
