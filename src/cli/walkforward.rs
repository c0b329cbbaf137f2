//! `edgewalk walkforward`: rolling retraining, out-of-sample predictions, one continuous backtest.

use anyhow::Result;

use super::progress::Drawn;
use super::{Global, backtest, diagnose, print, retraining, symbols};
use crate::config::Flag;
use crate::market::Symbol;
use crate::pipeline::{self, AskedRun, Walk, Walked};

/// Retrain as time goes by, predict the weeks after each training, and trade all of them
///
/// History is cut into folds (`edgewalk folds` shows them): each is learnt from its training weeks
/// alone, and predicts the test weeks after them. Test weeks follow each other, so that together
/// they are one out-of-sample history, which is traded with positions carried from fold to fold. A
/// run that was killed goes on where it was, and ends in the same bytes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The symbol [default: all of data.symbols, as one data set]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// Weeks in each training window [default: walkforward.train_weeks]
    #[arg(long, value_name = "WEEKS", allow_negative_numbers = true)]
    train_weeks: Option<i64>,
    /// Weeks in each test window [default: walkforward.test_weeks]
    #[arg(long, value_name = "WEEKS", allow_negative_numbers = true)]
    test_weeks: Option<i64>,
    /// Weeks from one test window's beginning to the next [default: walkforward.step_weeks]
    #[arg(long, value_name = "WEEKS", allow_negative_numbers = true)]
    step_weeks: Option<i64>,
    /// rolling forgets what lies before the training window, anchored keeps everything
    /// [default: walkforward.mode]
    #[arg(long)]
    mode: Option<String>,
    /// schedule trains for each test window, drift once inputs or results have changed
    /// [default: walkforward.retrain]
    #[arg(long, value_name = "WHEN")]
    retrain: Option<String>,
    /// With --retrain drift: also train by schedule, and tell what drift saves and what it loses
    #[arg(long)]
    compare: bool,
    /// Compute every fold, even those that are there
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    asked: diagnose::Asked,
}

impl Args {
    fn flags(&self) -> Vec<Flag> {
        let weeks = [
            ("--train-weeks", "walkforward.train_weeks", self.train_weeks),
            ("--test-weeks", "walkforward.test_weeks", self.test_weeks),
            ("--step-weeks", "walkforward.step_weeks", self.step_weeks),
        ];
        let weeks = weeks.into_iter().filter_map(|(flag, key, n)| Some(Flag::new(flag, key, &n?)));
        let mode = self.mode.iter().map(|mode| Flag::new("--mode", "walkforward.mode", mode));
        let retrain = self.retrain.iter();
        let retrain = retrain.map(|when| Flag::new("--retrain", "walkforward.retrain", when));
        weeks.chain(mode).chain(retrain).chain(self.asked.flags()).collect()
    }
}

pub fn execute(args: &Args, global: &Global) -> Result<()> {
    let config = global.load_with(&args.flags())?;
    let drawn = Drawn::with_line("walkforward", "folds", global.quiet);
    let symbols = symbols(&config, args.symbol.as_ref());
    let asked = Walk {
        config: &config,
        symbols,
        fresh: args.fresh,
        compare: args.compare,
        progress: &drawn.counting(),
    };
    let walked = pipeline::walk(&asked)?;
    drop(drawn);
    print(&opening(&walked))?;
    // Each stage reads what it needs, and holds it no longer than it must.
    let id = walked.run.id.clone();
    drop(walked);
    let drawn = Drawn::waiting("trading what was predicted", global.quiet);
    let traded = pipeline::backtest(&config, AskedRun::whole(&id))?;
    drop(drawn);
    backtest::show(&traded)?;
    drop(traded);
    print("\n")?;
    diagnose::judge(&config, AskedRun::whole(&id), (&args.asked, global.quiet))
}

fn opening(walked: &Walked) -> String {
    let n = walked.folds.folds().len();
    let before = match walked.n_old {
        0 => String::new(),
        old => format!(", {old} of them computed before"),
    };
    let retrained = walked.retraining.as_ref().map(retraining::text).unwrap_or_default();
    format!("{}: {n} folds{before}\n\n{retrained}", walked.run.subject())
}
